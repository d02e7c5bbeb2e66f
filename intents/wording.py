"""What is said: several wordings for each occasion, and the car's state in a few words. Wording is data."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from intents.errors import SentenceError, line_of, read_yaml
from intents.intent import Intent, SlotValue
from intents.things import SEATS, Things

HERE = Path(__file__).parent / "responses"


class StateWords(BaseModel):
    """How a thing is named and its values are told: ``name`` with {place}, ``values`` by value or by range."""

    model_config = ConfigDict(extra="forbid")

    name: str
    many: str | None = None
    values: dict[str, str] = {}
    unit: str | None = None
    scale: float = 1
    digits: int = 0
    plural: bool = False


class Responses(BaseModel):
    """One file of responses."""

    model_config = ConfigDict(extra="forbid")

    language: str
    say: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    states: dict[str, StateWords] = {}
    words: dict[str, str] = {}


class Wording:
    """Replies in one language, short enough to be heard at speed."""

    def __init__(self, responses: Responses, things: Things) -> None:
        self._responses, self._things = responses, things

    @staticmethod
    def load(language: str = "en", *, folder: Path | None = None) -> "Wording":
        """Raises SentenceError naming file, line and key."""
        return Wording(_read((folder or HERE) / language, language), Things.load())

    def say(self, key: str, **slots: object) -> str:
        """One of the wordings for ``key``, always the same for the same slots. An unknown key says the fallback's."""
        wordings = self._responses.say.get(key) or self._responses.say.get("fallback") or [key]
        seed = hashlib.blake2s(f"{key}{sorted(slots.items(), key=str)}".encode()).digest()[0]
        return wordings[seed % len(wordings)].format_map(_Slots(slots))

    def ask_back(self, intent: Intent) -> str:
        """The question for the slot that ``intent`` leaves open: "Which window?", "How far should I open it?" """
        thing = str(intent.slots.get("thing", ""))
        words = self._responses.states.get(thing)
        named = self._named(words.name, "") if words else ""
        choices = self._listed(intent.choices)
        for key in (f"ask_{intent.name}", f"ask_{thing}_{intent.missing}", f"ask_{intent.missing}", "ask"):
            if key in self._responses.say:
                return " ".join(
                    self.say(key, thing=named, choices=choices, does=self._does(intent), text=intent.text).split()
                )
        return self.say("fallback")

    def problem(self, key: str, **slots: object) -> str:
        """Why a request cannot be planned: the wording for ``key``, the signal and its value named as people do."""
        signal = slots.get("signal")
        named = self.name(str(signal)) if signal else ""
        value = slots.get("value")
        told = self.value(str(signal), value) if isinstance(value, bool | int | float | str) else ""
        return self.say(key, **{**slots, "thing": named, "value": told})

    def not_achieved(self, signal: str, wanted: SlotValue, reported: object) -> str:
        """The car did not get there in time: what it reports instead."""
        now = reported if isinstance(reported, bool | int | float | str) else None
        return self.say(
            "not_achieved", thing=self.name(signal), wanted=self.value(signal, wanted), now=self.value(signal, now)
        )

    def _does(self, intent: Intent) -> str:
        """What a proposal would do, in a few words."""
        return self._listed(tuple(f"{self.name(ask.signal)}" for ask in intent.asks[:2]), self._responses.words["and"])

    def _listed(self, items: tuple[str, ...], joint: str | None = None) -> str:
        words = self._responses.words
        said = [self._responses.places.get(item, item) for item in items]
        if len(said) < 2:
            return "".join(said)
        return f"{', '.join(said[:-1])} {joint or words['or']} {said[-1]}"

    def knows(self, key: str) -> bool:
        """Is there a wording for ``key``?"""
        return key in self._responses.say

    def name(self, signal: str) -> str:
        """The thing that ``signal`` belongs to, with its place: "driver's window"."""
        thing, place = self._things.owner.get(signal, ("", ""))
        words = self._responses.states.get(thing)
        if words is None:
            last = signal.rpartition(".")[2]
            return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in last).strip()
        return self._named(words.name, place)

    def value(self, signal: str, value: SlotValue | None) -> str:
        """``value`` of ``signal`` in words: "half open", "21.5 degrees", "on"."""
        thing, _ = self._things.owner.get(signal, ("", ""))
        words = self._responses.states.get(thing)
        common = self._responses.words
        if value is None:
            return common["unknown"]
        if isinstance(value, bool):
            key = "true" if value else "false"
            return (words.values.get(key) if words else None) or common["on" if value else "off"]
        if words is None:
            return str(value)
        if isinstance(value, str):
            return words.values.get(value) or (value.replace("_", " ").lower() if value else common["none"])
        told = self._ranged(words, float(value))
        if told is not None:
            return told
        number = _number(float(value) * words.scale, words.digits)
        return f"{number} {words.unit}" if words.unit else number

    def state(self, signal: str, value: SlotValue | None) -> str:
        """A sentence: "The driver's window is half open." """
        thing, _ = self._things.owner.get(signal, ("", ""))
        words = self._responses.states.get(thing)
        verb = self._responses.words["are" if words and words.plural else "is"]
        return _sentence(f"{self._responses.words['the']} {self.name(signal)} {verb} {self.value(signal, value)}")

    def states(self, values: Mapping[str, SlotValue | None]) -> str:
        """Sentences for several signals, those of one thing in one: "All windows are closed." """
        by_thing: dict[str, dict[str, SlotValue | None]] = {}
        for signal, value in values.items():
            thing, _ = self._things.owner.get(signal, (signal, ""))
            by_thing.setdefault(thing, {})[signal] = value
        return " ".join(self._group(thing, group) for thing, group in by_thing.items())

    def change(self, signal: str, before: SlotValue | None, after: SlotValue | None) -> str:
        """A short phrase for a challenge card: "drive mode from Normal to Sport"."""
        common = self._responses.words
        told = f"{self.name(signal)}"
        if before is None or before == after:
            return f"{told} {common['to']} {self.value(signal, after)}"
        return f"{told} {common['from']} {self.value(signal, before)} {common['to']} {self.value(signal, after)}"

    def _group(self, thing: str, group: Mapping[str, SlotValue | None]) -> str:
        words, common = self._responses.states.get(thing), self._responses.words
        if len(group) == 1 or words is None or words.many is None:
            return " ".join(self.state(signal, value) for signal, value in group.items())
        told = {signal: self.value(signal, value) for signal, value in group.items()}
        if len(set(told.values())) == 1:
            value = next(iter(told.values()))
            who = self._together(thing, words, tuple(group))
            return _sentence(f"{who} {common['are']} {value}")
        if len(set(told.values())) == 2 and len(group) > 2:
            odd = [value for value in told.values() if list(told.values()).count(value) == 1]
            if len(odd) == 1:
                signal = next(signal for signal, value in told.items() if value == odd[0])
                rest = next(value for value in told.values() if value != odd[0])
                return _sentence(
                    f"{common['the']} {self.name(signal)} {common['is']} {odd[0]}, {common['others']} {rest}"
                )
        return " ".join(self.state(signal, value) for signal, value in group.items())

    def _together(self, thing: str, words: StateWords, signals: tuple[str, ...]) -> str:
        members = self._things.members[thing]
        places = frozenset(place for place, signal in members.items() if signal in signals)
        common = self._responses.words
        if len(places) == len(members):
            return f"{common['both' if len(members) == 2 else 'all']} {words.many}"
        for end in ("front", "rear", "left", "right"):
            if places == SEATS[end]:
                return f"{common['the']} {common[end]} {words.many}"
        return f"{common['the']} {words.many}"

    def _named(self, pattern: str, place: str) -> str:
        placed = self._responses.places.get(place, "")
        return " ".join(pattern.replace("{place}", placed).split())

    @staticmethod
    def _ranged(words: StateWords, value: float) -> str | None:
        for key, told in words.values.items():
            low, dash, high = key.partition("..")
            if not dash:
                if key.lstrip("-").replace(".", "", 1).isdigit() and float(key) == value:
                    return told
            elif float(low or "-inf") <= value <= float(high or "inf"):
                return told.replace("{value}", _number(value, words.digits))
        return None


class _Slots(dict[str, object]):
    """A slot that nobody filled is left out of what is said."""

    def __missing__(self, key: str) -> str:
        return ""


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:]}."


@cache
def _read(folder: Path, language: str) -> Responses:
    merged: dict[str, dict[str, object]] = {"say": {}, "places": {}, "states": {}, "words": {}}
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise SentenceError(f"{folder}: no responses for the language {language!r}")
    for file in files:
        try:
            responses = Responses.model_validate(read_yaml(file))
        except ValidationError as error:
            first = error.errors()[0]
            keys = tuple(first["loc"])
            where = ".".join(str(key) for key in keys)
            raise SentenceError(f"{file}, line {line_of(file, keys)}: {where}: {first['msg']}") from error
        for key, values in merged.items():
            values.update(getattr(responses, key))
    return Responses.model_validate({"language": language, **merged})
