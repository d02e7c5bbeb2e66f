"""Reads a clause that no template fits whole: finds its phrases, and weighs them into one Reading."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from intents.numbers import Number, number_at
from intents.phrases import Found, Phrases, words
from intents.reading import Mood, Reading
from intents.templates import Sentences

KINDS = (
    "thing", "things", "verbs", "comparatives", "colour", "acts", "ends", "parts", "units", "places", "particles", "amounts",
    "state", "pronouns", "negations", "unwanted", "narration", "hypotheticals", "manual", "interrogatives",
    "conditions", "feeling", "fillers",
)  # fmt: skip
"""Kinds of phrase; of two that are equally long the earlier kind wins."""
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
MOODS = frozenset({"negations", "unwanted", "narration", "hypotheticals", "manual", "interrogatives", "conditions"})
TO = frozenset({"to", "at", "on", "of", "level", "stage", "speed", "too", "until", "is"})
NOISE = frozenset({"two", "2", "too"})


@dataclass(frozen=True, slots=True)
class Spots:
    """The phrases and numbers of a clause in order, none overlapping, and every mood's phrase wherever it stands."""

    text: tuple[str, ...]
    found: tuple[Found, ...]
    numbers: tuple[Number, ...]
    moods: tuple[Found, ...]

    def of(self, *kinds: str) -> list[Found]:
        return [item for item in self.found if item.kind in kinds]

    @property
    def rest(self) -> int:
        """How many words nothing accounts for."""
        return len(self.text) - sum(item.end - item.start for item in chain(self.found, self.numbers))


def spot(text: tuple[str, ...], phrases: Phrases, language: str) -> Spots:
    """Phrases from the left, the longest first."""
    found: list[Found] = []
    numbers: list[Number] = []
    moods: list[Found] = []
    position = 0
    while position < len(text):
        here = list(phrases.at(text, position))
        moods.extend(item for item in here if item.kind in MOODS)
        best = max(
            (item for item in here if item.kind in RANK and item.kind not in MOODS),
            key=lambda item: (item.end, -RANK[item.kind]),
            default=None,
        )
        number = number_at(text, position, language)
        if number and not (best and best.end > number.end) and not _noise(text, number):
            numbers.append(number)
            position = number.end
            continue
        if best is None:
            position += 1
            continue
        for inside in range(position + 1, best.end):
            moods.extend(item for item in phrases.at(text, inside) if item.kind in MOODS)
        found.append(best)
        position = best.end
    return Spots(text, tuple(found), tuple(numbers), tuple(moods))


def _noise(text: tuple[str, ...], number: Number) -> bool:
    """A recogniser hears "two" for "to": a two right before the value that it leads to."""
    if number.end - number.start != 1 or text[number.start] not in NOISE or number.end >= len(text):
        return False
    following = text[number.end]
    return following in ("on", "off", "max", "maximum", "min", "minimum", "enable", "enabled", "auto", "the") or (
        number_at(text, number.end) is not None
    )


class Spotter:
    """Reads clauses by the phrases of one language."""

    def __init__(self, phrases: Phrases, language: str) -> None:
        self._phrases, self._language = phrases, language

    def choices(self, clause: str, thing: str) -> tuple[str, ...]:
        """The choices of ``thing`` that ``clause`` names."""
        return self._choices(spot(words(clause), self._phrases, self._language), thing, None)[0]

    def read(self, clause: str) -> Reading:
        """The reading of ``clause``; its mood is "none" when nothing in it is ours."""
        text = words(clause)
        if not text:
            return Reading(clause, mood="none")
        spots = spot(text, self._phrases, self._language)
        reading = self._values(clause, spots)
        reading = replace(reading, mood=self._mood(spots, reading), length=len(text))
        return replace(reading, path="meaning", score=self._score(spots, reading))

    def _values(self, clause: str, spots: Spots) -> Reading:
        thing, plural, act = _thing(spots), False, None
        compared = spots.of("comparatives")
        if compared and (thing is None or thing.value == compared[0].value.split()[0]):
            name, act = compared[0].value.split()
        elif (verbs := spots.of("verbs")) and (thing is None or verbs[0].value != "climate_sync"):
            name, act = verbs[0].value, _act(spots, None)
            act = "on" if act in (None, "set") else act
        elif thing is not None:
            name, plural = thing.value, thing.kind == "things"
            if compared:
                act = compared[0].value.split()[1]
        else:
            name = self._by_choice(spots)
        act = _act(spots, act)
        choices, taken = self._choices(spots, name, thing)
        number, relative = _number(spots, taken, act)
        unit = next((item.value for item in spots.of("units")), None)
        if unit == "level" and number is None:
            unit = None
        places = [item.value for item in spots.of("places") if not taken & set(range(item.start, item.end))]
        state = next((item.value for item in spots.of("state")), None)
        return Reading(
            text=clause,
            thing=name,
            act=act,
            plural=plural,
            places=tuple(places),
            value=None if number is None else number.value,
            unit=unit,
            relative=relative,
            amount=next((item.value for item in spots.of("amounts")), None),
            end=None if choices else next((item.value for item in spots.of("ends")), None),
            part=next((float(item.value) for item in spots.of("parts")), None),
            choices=choices,
            colour=next((item.value for item in spots.of("colour")), None),
            state=state,
            pronoun=bool(spots.of("pronouns")),
            preferred=bool({"preferred", "prefer", "favourite", "favorite", "usual", "like"} & set(spots.text[-4:]))
            and bool({"my", "i"} & set(spots.text)),
            rest=max(0, spots.rest - len(taken - _covered(spots))),
        )

    def _by_choice(self, spots: Spots) -> str | None:
        """The thing whose choice was named with two words or more ("fresh air", "sport mode"), the longest."""
        best: Found | None = None
        for start in range(len(spots.text)):
            for item in self._phrases.at(spots.text, start):
                long = item.end - item.start
                if item.kind.startswith("choice ") and long > 1 and (best is None or long > best.end - best.start):
                    best = item
        return None if best is None else best.kind.removeprefix("choice ")

    def _choices(self, spots: Spots, thing: str | None, where: Found | None) -> tuple[tuple[str, ...], set[int]]:
        """The choices of ``thing`` that were said, outside the thing's own words, and the words that say them."""
        if thing is None:
            return (), set()
        found: list[str] = []
        taken: set[int] = set()
        kind, position = f"choice {thing}", 0
        text = spots.text
        while position < len(text):
            best = max(
                (item for item in self._phrases.at(text, position) if item.kind == kind),
                key=lambda item: item.end,
                default=None,
            )
            if best is None or (where is not None and _clash(best, where)):
                position += 1
                continue
            found.append(best.value)
            taken.update(range(best.start, best.end))
            position = best.end
        return tuple(dict.fromkeys(found)), taken

    def _mood(self, spots: Spots, reading: Reading) -> Mood:
        moods = {item.kind for item in spots.moods}
        first = min((item.start for item in spots.moods if item.kind == "interrogatives"), default=99)
        manual = min((item.start for item in spots.moods if item.kind == "manual"), default=99)
        if "hypotheticals" in moods:
            return "hypothetical"
        if "negations" in moods and "unwanted" not in moods and spots.text[0] in ("do", "please", "never", "no"):
            return "negation"
        opening = _opening(spots.text)
        if manual <= opening:
            return "question"
        if first <= opening and not (reading.act and reading.act != "set" and first > 0 and _asks_to_do(spots.text)):
            return "status" if reading.thing or first == opening else "none"
        if "narration" in moods:
            return "narration"
        if "negations" in moods and "unwanted" not in moods:
            return "negation"
        if "conditions" in moods:
            return "condition"
        if reading.state and (reading.act in (None, "set") or not reading.thing) and not spots.numbers:
            return "comfort"
        if reading.thing or reading.act or reading.valued:
            return "command"
        return "none"

    def _score(self, spots: Spots, reading: Reading) -> float:
        """How sure: the share of words that are accounted for, less when act or thing is missing."""
        covered = 1 - reading.rest / max(1, len(spots.text))
        if reading.mood == "command":
            if reading.thing is None:
                covered *= 0.8
            if reading.act is None and not reading.valued:
                covered *= 0.6
        return round(covered, 3)


def _clash(choice: Found, thing: Found) -> bool:
    """Do the two share words, without the choice holding the whole thing ("sport mode" holds "mode")?"""
    if choice.start <= thing.start and choice.end >= thing.end and choice.end - choice.start > thing.end - thing.start:
        return False
    return choice.start < thing.end and thing.start < choice.end


def _covered(spots: Spots) -> set[int]:
    return {place for item in chain(spots.found, spots.numbers) for place in range(item.start, item.end)}


def _thing(spots: Spots) -> Found | None:
    """The thing that is meant: the longest named, the first of equals; one that is also a verb only alone."""
    return max(spots.of("thing", "things"), key=lambda item: (item.end - item.start, -item.start), default=None)


def _act(spots: Spots, act: str | None) -> str | None:
    """The act: what a comparative says, else the first verb that says more than "set", else a particle, else "set"."""
    acts = [item.value for item in spots.of("acts")]
    particles = [item.value for item in spots.of("particles")]
    if any(item.kind == "unwanted" for item in spots.moods):
        return "off"
    if act is not None:
        return act
    strong = [value for value in acts if value != "set"]
    if strong:
        if strong[0] == "on" and particles and particles[-1] in ("off", "up", "down", "close"):
            return particles[-1]
        return strong[0]
    if particles:
        return particles[-1]
    return "set" if acts else None


def _number(spots: Spots, taken: set[int], act: str | None) -> tuple[Number | None, bool]:
    """The number that was said, and whether it is a change by that much."""
    free = [number for number in spots.numbers if number.start not in taken]
    if not free:
        return None, False
    number = free[-1]
    before = spots.text[number.start - 1] if number.start else ""
    if before == "by":
        return number, True
    return number, act in ("up", "down") and before not in TO


def _opening(text: tuple[str, ...]) -> int:
    """Where the sentence begins to speak: past greetings and other words that lead in."""
    skip = {"hey", "hi", "hello", "so", "ok", "okay", "well", "please", "and", "um", "uh", "there", "car", "now", "then",
            "can", "could", "you", "would", "will", "i", "want", "need", "to", "like", "kindly", "just", "do", "me",
            "a", "the", "favor", "also", "yeah", "yes", "great", "thanks", "alright"}  # fmt: skip
    position = 0
    while position < len(text) and text[position] in skip and position < 8:
        position += 1
    return position


def _asks_to_do(text: tuple[str, ...]) -> bool:
    return text[0] in ("can", "could", "would", "will", "please", "i", "may")


@cache
def spotter(said: Sentences) -> Spotter:
    """The spotter of a language; made once."""
    phrases = Phrases()
    for kind, value, plain in said.phrases():
        phrases.add(kind, value, plain)
    return Spotter(phrases, said.language)
