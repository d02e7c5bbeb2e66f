"""Moments in a sentence that are not now: "at half past six", "in ten minutes", "tomorrow morning"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from intents.numbers import number_at
from intents.phrases import Found, Phrases, words
from intents.templates import Sentences

KINDS = (
    "later", "span_leads", "span_units", "span_some", "clock_leads", "clock_units", "clock_minutes", "clock_after",
    "clock_named",
)  # fmt: skip
"""Kinds of the sentence files' ``words`` that say when."""
CHUNK = re.compile(r"\S+")
HALF_DAY, DAY, HOUR = 12, 24, 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment or a span in a text, from character ``start`` to ``end``.

    ``time`` is "HH:MM" where it is one of the clock; ``bare`` says that it is nothing but a number ("at eight"), ``by``
    that it is the latest, ``aside`` that it opens or ends the text.
    """

    start: int
    end: int
    time: str | None = None
    bare: bool = False
    by: bool = False
    aside: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A text as words, each with the characters of ``text`` that it stands in."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @staticmethod
    def of(text: str) -> "Said":
        found = [(word, chunk.span()) for chunk in CHUNK.finditer(text) for word in words(chunk[0])]
        return Said(text, tuple(word for word, _ in found), tuple(span for _, span in found))

    def moment(self, start: int, end: int, time: str | None = None) -> Moment:
        """The words from ``start`` to ``end`` (not included) as characters."""
        return Moment(self.spans[start][0], self.spans[end - 1][1], time)

    def closes(self, start: int, end: int) -> bool:
        """Do the words from ``start`` to ``end`` open or end the text, or stand before a comma?"""
        return start == 0 or end == len(self.words) or self.text[self.spans[end - 1][1] - 1] == ","


class Clock:
    """Finds moments by the words of one language."""

    def __init__(self, said: Sentences) -> None:
        self._language, self._phrases = said.language, Phrases()
        for kind, value, plain in said.worded(*KINDS):
            self._phrases.add(kind, value, plain)

    def found(self, text: str) -> Moment | None:
        """The first moment in ``text`` that is not now."""
        said = Said.of(text)
        for start in range(len(said.words)):
            moment = self._moment(said, start)
            if moment is not None:
                return moment
        return None

    def _moment(self, said: Said, start: int) -> Moment | None:
        here = sorted(self._phrases.at(said.words, start), key=lambda item: (KINDS.index(item.kind), -item.end))
        for item in here:
            if item.kind == "later":
                return said.moment(start, item.end)
            if item.kind == "span_leads":
                end = self._span(said.words, item.end)
                if end is not None:
                    return said.moment(start, end)
            if item.kind == "clock_leads":
                moment = self._time(said, start, item.end)
                if moment is not None and (moment.aside or not moment.bare or item.value == "at"):
                    return replace(moment, by=item.value == "by")
        return None

    def _span(self, text: tuple[str, ...], start: int) -> int | None:
        """Where "ten minutes" ends, or None where no span begins at word ``start``."""
        amounts = [item.end for item in self._of("span_some", text, start)]
        number = number_at(text, start, self._language) if start < len(text) else None
        if number is not None:
            amounts.append(number.end)
        for amount in sorted(amounts, reverse=True):
            for unit in self._of("span_units", text, amount):
                return unit.end
        return None

    def _time(self, said: Said, start: int, position: int) -> Moment | None:
        """The time of the clock that begins at word ``position``, led by the words from ``start``."""
        text, minutes, exact = said.words, 0, False
        for named in self._of("clock_named", text, position):
            return said.moment(start, named.end, named.value)
        for past in self._of("clock_minutes", text, position):
            minutes, position, exact = int(past.value), past.end, True
        number = number_at(text, position, self._language) if position < len(text) else None
        if number is None or number.value not in range(DAY + 1):
            return None
        hour, end = int(number.value), number.end
        after = number_at(text, end, self._language) if end < len(text) else None
        if not exact and after is not None and after.value in range(HOUR):
            minutes, end, exact = int(after.value), after.end, True
        for past in self._of("clock_after", text, end):
            minutes, end, exact = int(past.value), past.end, True
            break
        while units := list(self._of("clock_units", text, end)):
            end, exact = units[0].end, True
            if units[0].value == "pm" and hour < HALF_DAY:
                hour += HALF_DAY
            elif units[0].value == "am" and hour == HALF_DAY:
                hour = 0
        if not exact and hour > HALF_DAY:
            return None
        told = (hour * HOUR + minutes) % (DAY * HOUR)
        moment = said.moment(start, end, f"{told // HOUR:02}:{told % HOUR:02}")
        return replace(moment, bare=not exact, aside=said.closes(start, end))

    def _of(self, kind: str, text: tuple[str, ...], start: int) -> Iterator[Found]:
        """Phrases of ``kind`` at word ``start``, the longest first."""
        if start < len(text):
            yield from reversed([item for item in self._phrases.at(text, start) if item.kind == kind])
