"""Requests that are not for now: "when it gets dark, turn on the lights", "at eight call mum". None is done at once.

A condition on how the car is now ("if it is more than 25 degrees outside") is told apart, for that can be weighed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from intents.clock import Clock
from intents.dialogue import Dialogue
from intents.phrases import words
from intents.reading import Reading
from intents.spotting import Spotter
from intents.templates import Sentences
from intents.things import Things

LATER = "Later"
"""The intent of what was asked for another moment than now; its wording says that this cannot be done."""
NOT_FOR_NOW = frozenset({"status", "question", "negation", "narration", "hypothetical"})
"""Moods of a whole sentence that no condition turns into a request."""
COMPARED = re.compile(
    r"\b(more|higher|above|over|warmer|hotter|greater)\b|\b(less|lower|below|under|colder|cooler)\b", re.I
)
PERMITS = re.compile(r"\b(needed|need be|necessary|needs to|possible|you can|that's|that is|you like|you want)\b", re.I)
JOINED = r"(?:\s*,\s*(?:(?:and|then|but)\s+)*|\s+(?:and|then|but)\s+(?:then\s+)?)"

Match = Callable[[str], Reading | None]
"""A text -> the reading of a template that fits it whole."""


@dataclass(frozen=True, slots=True)
class Split:
    """A request ``main`` with what it waits for, ``when``, opened by ``word``; ``sure``: where one ends is no guess."""

    main: Reading
    when: str
    word: str
    sure: bool


class Conditions:
    """Parts requests from what they wait for, by the words of one language."""

    def __init__(self, said: Sentences, things: Things, spotter: Spotter, match: Match) -> None:
        self._things, self._spotter, self._match = things, spotter, match
        self._opens = _pattern(_listed(said, "awaited"))
        self._if = frozenset(_listed(said, "weighed"))
        self._now = _pattern(_listed(said, "not_awaited"))
        self._no_name = _pattern(_listed(said, "not_names"))
        self._clock = Clock(said)
        self._after_joint = re.compile(rf"^(?P<head>.+?){JOINED}(?P<tail>(?:{self._opens.pattern}).+)$", re.I)

    def cuts(self, free: str) -> bool:
        """Are free words more than a name or a place ("mum when we arrive"), or none at all ("phone | is ringing")?"""
        found, moment = self._opens.search(free), self._clock.found(free)
        late = moment is not None and moment.start > 0 and (moment.aside or not moment.bare)
        return bool(found and found.start() > 0) or late or self._no_name.match(free) is not None

    def without_courtesy(self, text: str) -> str:
        """``text`` without what only sounds like a condition: "if you can", "once more", "after that"."""
        return " ".join(self._now.sub(" ", text).strip(" ,").split()) if self._now.pattern else text

    def heads_and_tails(self, sentence: str) -> Iterator[tuple[str, str]]:
        """ "open the window and, when we arrive, close it": a plain request and one that waits; then all as one."""
        parted = self._after_joint.match(sentence)
        if parted is not None:
            yield parted["head"], parted["tail"]
        yield "", sentence

    def read(self, sentence: str) -> Reading | None:
        """``sentence`` as a request that waits, or one to be weighed now; None where it is neither."""
        timed = self._timed(sentence)
        if timed is not None:
            return timed
        if not self._opens.search(sentence) or self._spotter.read(sentence).mood in NOT_FOR_NOW:
            return None
        split = self._split(sentence)
        if split is None:
            return None
        if split.word in self._if:
            if PERMITS.search(split.when):
                return split.main
            if split.sure and split.main.intent is None and self._weighable(split.when):
                return replace(split.main, text=sentence, condition=split.when, mood="condition")
        return Reading(sentence, intent=LATER, path=split.main.path, score=split.main.score)

    def holds(self, when: str, dialogue: Dialogue) -> bool | None:
        """Does the condition ``when`` hold? None when the car does not say."""
        reading = self._spotter.read(f"is {when}")
        members = self._things.members.get(reading.thing or "", {})
        values = [value for signal in members.values() if (value := dialogue.values.get(signal)) is not None]
        if not values:
            return None
        value = values[0]
        if reading.value is not None and isinstance(value, int | float):
            compared = COMPARED.search(when)
            limit = reading.value
            if reading.unit == "fahrenheit" or (reading.unit == "degree" and limit >= 45):
                limit = (limit - 32) / 1.8
            if compared is None:
                return value == limit
            return value > limit if compared[1] else value < limit
        wanted = reading.act not in ("off", "close", "unlock")
        return bool(value) == wanted

    def _timed(self, sentence: str) -> Reading | None:
        """ "in ten minutes ...", "tomorrow ...": a request for later, or one that a timer of the car takes."""
        found = self._clock.found(sentence)
        if found is None:
            return None
        main = self._request(f"{sentence[: found.start]} {sentence[found.end :]}")
        if main is None:
            return None
        thing = self._things.things.get(main.thing or "")
        if found.bare and thing is not None and thing.type in ("number", "level"):
            return None  # "the fan at three"
        timer = (thing.deadline if found.by else thing.timer) if thing and main.act in (None, "on", "set") else None
        if timer and found.time:
            return replace(main, text=sentence, thing=timer, act="set", value=None, unit=None, time=found.time)
        return Reading(sentence, intent=LATER, path=main.path, score=main.score)

    def _split(self, sentence: str) -> Split | None:
        for found in self._opens.finditer(sentence):
            word = " ".join(found[0].lower().split())
            before, after = sentence[: found.start()].strip(" ,"), sentence[found.end() :].strip()
            if not words(after):
                continue
            if self._leads(before):
                when, comma, main = after.partition(",")
                reading = self._request(main) if comma else None
                if reading is not None:
                    return Split(reading, when.strip(), word, True)
                split = self._front(after, word)
            else:
                reading = self._request(before)
                split = None if reading is None or self._value(after) else Split(reading, after, word, True)
            if split is not None:
                return split
        return None

    def _front(self, after: str, word: str) -> Split | None:
        """The request at the end of ``after``, where nothing but its verb tells that it begins."""
        said = after.split()
        for template in (True, False):
            for place in range(1, len(said)):
                main = " ".join(said[place:])
                reading = self._match(main) if template else self._request(main, opened=True)
                if reading is not None and self._asks(reading):
                    return Split(reading, " ".join(said[:place]).removesuffix(" then"), word, template)
        return None

    def _request(self, text: str, *, opened: bool = False) -> Reading | None:
        """``text`` as a command, or None; ``opened``: only where a verb stands first."""
        text = self.without_courtesy(text).strip(" ,")
        if not text:
            return None
        if opened and not self._spotter.opens_with_act(text):
            return None
        reading = self._match(text) or self._spotter.read(text)
        return reading if self._asks(reading) else None

    def _asks(self, reading: Reading) -> bool:
        """Is something asked for: an act on a thing or on "it", or a plain intent such as the next song?"""
        if reading.intent is not None:
            return self._things.intents[reading.intent].kind == "command"
        return reading.mood == "command" and (reading.thing is not None or reading.act not in (None, "set"))

    def _weighable(self, when: str) -> bool:
        """Is ``when`` about how a thing of ours is now: on, open, above a value?"""
        condition = self._spotter.read(f"is {when}")
        if condition.thing is None:
            return False
        return condition.rest <= 1 if condition.value is not None else condition.rest == 0 and condition.act is not None

    def _leads(self, before: str) -> bool:
        """Is there nothing but "please", "and then" before the condition?"""
        return not before or self._spotter.only_leads(before)

    def _value(self, after: str) -> bool:
        """ "until 24", "until half": a value that something is set to, no event."""
        reading = self._spotter.read(after)
        return reading.valued and reading.rest == 0 and reading.thing is None


def _listed(said: Sentences, kind: str) -> tuple[str, ...]:
    """The plain phrases of ``kind``, the longest first."""
    found = (phrase for _, _, plain in said.worded(kind) for phrase in plain)
    return tuple(sorted(found, key=lambda phrase: -len(phrase)))


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of ``phrases`` as whole words; it finds nothing where there are none."""
    each = [
        re.escape(phrase).replace(r"\ ", r"\s+") + ("" if phrase.endswith("'") else r"(?![\w'’])") for phrase in phrases
    ]
    return re.compile(rf"(?<![\w'’])(?:{'|'.join(each)})" if each else r"(?!)", re.I)
