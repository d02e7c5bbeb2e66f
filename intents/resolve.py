"""From what a clause said to what is asked of which signals: places, preferences, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intents.asks import MissingError, ask_of
from intents.dialogue import Dialogue
from intents.intent import Ask, Intent, SlotValue
from intents.places import default, present, seats, speaker, within
from intents.preferences import Preference
from intents.reading import Reading
from intents.stand_ins import stand_in
from intents.things import SEATS, Thing, Things

SHARED = frozenset({"opening", "door", "lock"})
"""Types of things that belong to the car even where there is one at each seat."""


@dataclass(frozen=True)
class Resolver:
    """Makes Intents of Readings for one car and one conversation."""

    things: Things

    def intent(self, reading: Reading, dialogue: Dialogue, before: Iterable[Ask] = ()) -> Intent:
        """``before`` are the asks of the same utterance so far: "AC on and my preferred circulation"."""
        if reading.intent is not None:
            return self._plain(reading)
        if reading.thing is None and reading.act in ("heat", "cool"):
            reading = replace(reading, thing="temperature")
        if reading.thing is None or reading.thing not in self.things.things:
            if reading.mood == "status":
                return Intent("SomethingStatus", "status", reading.text, slots=slots(reading), missing="thing",
                              path=reading.path, score=reading.score)  # fmt: skip
            return self._open(reading, "thing")
        reading = stand_in(reading, self.things)
        thing = self.things.things[reading.thing or ""]
        if reading.act == "read" or reading.mood == "status":
            return self._status(reading, dialogue)
        if thing.type == "reading":
            return self._status(reading, dialogue)
        try:
            members = self._members(reading, thing, dialogue)
            asks = self._asks(reading, thing, members, dialogue, tuple(before))
        except MissingError as missing:
            return self._open(reading, missing.slot, missing.choices)
        return self._intent(reading, asks)

    def _plain(self, reading: Reading) -> Intent:
        plain = self.things.intents[reading.intent or ""]
        asks = tuple(Ask(signal, "set", value) for signal, value in plain.asks.items())
        reads: list[str] = []
        for name in plain.reads:
            for thing in self.things.groups.get(name, (name,)):
                reads.extend(self.things.members[thing].values())
        after = {"thing": plain.thing, "act": "on"} if plain.thing else {}
        return Intent(reading.intent or "", plain.kind, reading.text, asks, tuple(reads), {**after, **slots(reading)},
                      path=reading.path, score=reading.score)  # fmt: skip

    def _status(self, reading: Reading, dialogue: Dialogue) -> Intent:
        name = reading.thing or ""
        members = present(self.things.members[name], dialogue)
        covered = seats(reading.places, dialogue)
        if covered and "" not in members:
            members = within(members, covered) or members
        elif not reading.plural and self.things.things[name].place == "speaker" and "" not in members:
            members = default(self.things.things[name], members, dialogue) or members
        return Intent(camel(name) + "Status", "status", reading.text, reads=tuple(members.values()),
                      slots=slots(reading), path=reading.path, score=reading.score)  # fmt: skip

    def _members(self, reading: Reading, thing: Thing, dialogue: Dialogue) -> dict[str, str]:
        members = present(self.things.members[reading.thing or ""], dialogue)
        if "" in members:
            return members
        covered = seats(reading.places, dialogue)
        own = set(reading.places) <= {"mine", "me"}
        every = thing.place != "speaker" or (reading.plural and thing.type in SHARED)  # "my windows" are the car's
        if covered is not None and not (own and every):
            found = within(members, covered)
            if not found:
                raise MissingError("place", tuple(members))
            return found
        if "other" in reading.places:
            return self._others(members, dialogue)
        if reading.plural and thing.plural == "all":
            return members
        if thing.type == "opening" and not reading.plural:
            moved = [place for place, signal in members.items() if dialogue.values.get(signal)]
            if reading.act in ("close", "up") and len(moved) == 1:
                return {moved[0]: members[moved[0]]}
            if reading.act in ("close", "up") and len(moved) > 1 and speaker(dialogue) not in moved:
                raise MissingError("place", tuple(moved))
        found = default(thing, members, dialogue)
        if not found:
            raise MissingError("place", tuple(members))
        return found

    def _others(self, members: dict[str, str], dialogue: Dialogue) -> dict[str, str]:
        used = {ask.signal for intent in dialogue.last[-1:] for ask in intent.asks}
        touched = [place for place, signal in members.items() if signal in used]
        if not touched:
            raise MissingError("place", tuple(members))
        row = {"front", "rear"} & {end for end in ("front", "rear") if set(touched) <= SEATS[end]}
        others = {place: signal for place, signal in members.items() if place not in touched}
        if len(others) > 1 and row:
            near = {place: signal for place, signal in others.items() if place in SEATS[next(iter(row))]}
            others = near or others
        return others

    def _asks(self, reading: Reading, thing: Thing, members: dict[str, str], dialogue: Dialogue,
              before: tuple[Ask, ...]) -> tuple[Ask, ...]:  # fmt: skip
        if reading.same_as is not None:
            return self._matched(reading, members, dialogue)
        asks: list[Ask] = []
        for place, signal in members.items():
            liked = self._liked(reading, dialogue, before)
            asks.append(ask_of(reading, thing, signal, dialogue.values.get(signal), liked))
            for other, value in self.things.also(reading.thing or "", place).items():
                asks.append(Ask(other, "set", value))
        return tuple(asks)

    def _matched(self, reading: Reading, members: dict[str, str], dialogue: Dialogue) -> tuple[Ask, ...]:
        """The same value as another signal has now."""
        name, places = reading.same_as or ("", ())
        covered = seats(places, dialogue)
        others = present(self.things.members[name], dialogue)
        models = within(others, covered) if covered and "" not in others else others
        values = {dialogue.values[signal] for signal in models.values() if signal in dialogue.values}
        if len(values) != 1:
            raise MissingError("value")
        value = values.pop()
        return tuple(Ask(signal, "set", value) for signal in members.values() if signal not in models.values())

    def _liked(self, reading: Reading, dialogue: Dialogue, before: tuple[Ask, ...]) -> Preference | None:
        """The preference that fills ``reading``: one whose condition holds goes before one without."""
        asked = {ask.signal: ask.value for ask in before}
        best = None
        for preference in dialogue.preferences:
            if preference.thing != reading.thing or preference.how not in ("default", "include"):
                continue
            if preference.when is None:
                best = best or preference
                continue
            signals = self.things.members.get(preference.when, {}).values()
            if any(asked.get(signal, dialogue.values.get(signal)) for signal in signals):
                return preference
        return best

    def _open(self, reading: Reading, slot: str, choices: tuple[str, ...] = ()) -> Intent:
        return replace(self._intent(reading, ()), missing=slot, choices=choices)

    def _intent(self, reading: Reading, asks: tuple[Ask, ...]) -> Intent:
        return Intent(
            name(reading), "command", reading.text, asks, slots=slots(reading), path=reading.path, score=reading.score
        )


def camel(text: str) -> str:
    """air_conditioning -> AirConditioning"""
    return "".join(part.capitalize() for part in text.split("_"))


def name(reading: Reading) -> str:
    """The intent's name: thing and act, such as WindowOpen."""
    if reading.thing is None:
        return "SomethingUnnamed"
    return camel(reading.thing) + camel(reading.act or "set")


def slots(reading: Reading) -> dict[str, SlotValue]:
    """What was said, by slot name; what the next turn stands on."""
    said: dict[str, SlotValue] = {}
    for key in (
        "thing",
        "act",
        "value",
        "unit",
        "amount",
        "end",
        "part",
        "colour",
        "words",
        "time",
        "condition",
        "state",
        "preference",
    ):
        value = getattr(reading, key)
        if value is not None:
            said[key] = value
    if reading.places:
        said["places"] = " ".join(reading.places)
    if reading.choices:
        said["choice"] = " ".join(reading.choices)
    if reading.plural:
        said["plural"] = True
    if reading.relative:
        said["relative"] = True
    return said
