"""The phrases and numbers of a clause, found from the left, the longest first."""

from dataclasses import dataclass

from intents.numbers import Number, number_at
from intents.phrases import Found, Phrases

KINDS = (
    "verbs", "thing", "things", "comparatives", "colour", "acts", "ends", "parts", "units", "places", "particles",
    "amounts", "state", "pronouns", "negations", "unwanted", "narration", "hypotheticals", "manual", "interrogatives",
    "conditions", "feeling", "fillers",
)  # fmt: skip
"""Kinds of phrase; of two that are equally long the earlier kind wins."""
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
MOODS = frozenset(
    {
        "past",
        "inform",
        "closings",
        "leads",
        "negations",
        "unwanted",
        "narration",
        "hypotheticals",
        "manual",
        "interrogatives",
        "conditions",
    }
)
NOISE = frozenset({"two", "2", "too"})


@dataclass(frozen=True, slots=True)
class Spots:
    """The phrases and numbers of a clause in order, none overlapping, and every mood's phrase wherever it stands."""

    text: tuple[str, ...]
    found: tuple[Found, ...]
    numbers: tuple[Number, ...]
    moods: tuple[Found, ...]
    felt: tuple[Found, ...] = ()
    states: tuple[Found, ...] = ()

    def of(self, *kinds: str) -> list[Found]:
        return [item for item in self.found if item.kind in kinds]

    @property
    def spans(self) -> list[Found | Number]:
        """Phrases and numbers together."""
        return [*self.found, *self.numbers]

    @property
    def rest(self) -> int:
        """How many words nothing accounts for."""
        return len(self.text) - sum(item.end - item.start for item in self.spans)


def spot(text: tuple[str, ...], phrases: Phrases, language: str) -> Spots:
    """Phrases from the left, the longest first."""
    found: list[Found] = []
    numbers: list[Number] = []
    moods: list[Found] = []
    felt: list[Found] = []
    states: list[Found] = []
    opening = opening_of(text, phrases)
    position = 0
    while position < len(text):
        here = list(phrases.at(text, position))
        moods.extend(item for item in here if item.kind in MOODS)
        felt.extend(item for item in here if item.kind == "feeling")
        states.extend(item for item in here if item.kind == "state")
        ours = [item for item in here if item.kind in RANK and item.kind not in MOODS]
        best = _longest(ours, position == opening)
        number = number_at(text, position, language)
        if number and not (best and best.end > number.end) and not _noise(text, number):
            numbers.append(number)
            position = number.end
            continue
        if best is None:
            position += 1
            continue
        for inside in range(position + 1, best.end):
            within = list(phrases.at(text, inside))
            moods.extend(item for item in within if item.kind in MOODS)
            felt.extend(item for item in within if item.kind == "feeling")
            states.extend(item for item in within if item.kind == "state")
        found.append(best)
        position = best.end
    return Spots(text, tuple(found), tuple(numbers), tuple(moods), tuple(felt), tuple(states))


def _longest(found: list[Found], opens: bool) -> Found | None:
    """The longest phrase; of equals the verb where the sentence opens, else the kind that stands first in KINDS."""
    if not found:
        return None
    return max(found, key=lambda item: (item.end, opens and item.kind == "acts", -RANK[item.kind]))


def _noise(text: tuple[str, ...], number: Number) -> bool:
    """A recogniser hears "two" for "to": a two right before the value that it leads to."""
    if number.end - number.start != 1 or text[number.start] not in NOISE or number.end >= len(text):
        return False
    following = text[number.end]
    return following in ("on", "off", "max", "maximum", "min", "minimum", "enable", "enabled", "auto", "the") or (
        number_at(text, number.end) is not None
    )


def opening_of(text: tuple[str, ...], phrases: Phrases) -> int:
    """Where the sentence begins to say something: past greetings and other words that lead in."""
    position = 0
    while position < len(text):
        best = max((item.end for item in phrases.at(text, position) if item.kind == "leads"), default=position)
        if best == position:
            break
        position = best
    return position if position < len(text) else 0
