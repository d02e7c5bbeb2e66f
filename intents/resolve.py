"""From what a clause said to what is asked of which signals: places, stand-ins, preferences, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intents.dialogue import Dialogue
from intents.intent import Ask, Intent, SlotValue
from intents.places import default, present, seats, speaker, within
from intents.preferences import Preference
from intents.reading import Reading
from intents.things import SEATS, Thing, Things

OPEN_CHOICES = ("a quarter", "half", "all the way")
BOOLEAN = frozenset({"switch", "lock", "door"})
TRUE_ACTS = {
    "switch": frozenset({"on", "open", "lock", "up"}),
    "door": frozenset({"open", "unlock", "up"}),
    "lock": frozenset({"lock", "close", "on"}),
}
FALSE_ACTS = {
    "switch": frozenset({"off", "close", "unlock", "down"}),
    "door": frozenset({"close", "lock", "down"}),
    "lock": frozenset({"unlock", "open", "off"}),
}
FAHRENHEIT_FROM = 45
"""Degrees without a scale from here on are Fahrenheit: no cabin is meant to have 45 °C."""


@dataclass(frozen=True, slots=True)
class MissingError(Exception):
    """A slot that is open, with what may be offered."""

    slot: str
    choices: tuple[str, ...] = ()


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
        reading = self._stand_in(reading)
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
        return Intent(reading.intent or "", plain.kind, reading.text, asks, tuple(reads), slots(reading),
                      path=reading.path, score=reading.score)  # fmt: skip

    def _stand_in(self, reading: Reading) -> Reading:
        """The thing that the words really mean: "AC to 20" is the temperature, "AC up" the fan."""
        name, act = reading.thing or "", reading.act
        thing = self.things.things[name]
        if act in ("heat", "cool"):
            return self._heated(reading, thing, act)
        if thing.level and reading.unit == "level":
            return replace(reading, thing=thing.level)
        if thing.lock and act in ("lock", "unlock"):
            return replace(reading, thing=thing.lock)
        if thing.colour and reading.colour:
            return replace(reading, thing=thing.colour, act="set")
        if thing.bare and act == "set" and not reading.valued:
            return replace(reading, thing=thing.bare)
        if thing.relative and reading.unit in ("percent", "level") and reading.value is not None:
            return replace(reading, thing=thing.relative, act="set" if act in (None, "on") else act)
        if thing.number and reading.value is not None:
            return replace(reading, thing=thing.number, act="set" if act in (None, "on") else act)
        if thing.relative and (act in ("up", "down") or (reading.end and reading.end != "whole" and act != "off")):
            return replace(reading, thing=thing.relative, act="set" if act == "on" else act)
        return reading

    def _heated(self, reading: Reading, thing: Thing, act: str) -> Reading:
        """ "warm my seat" is its heating, "warm the car" the temperature."""
        other = thing.heat if act == "heat" else thing.cool
        if other and self.things.things[other].type != "number":
            return replace(reading, thing=other, act="set" if reading.valued else "on")
        name = reading.thing or ""
        if thing.type == "number" or other:
            name = other or name
            return replace(reading, thing=name, act="set" if reading.valued else ("up" if act == "heat" else "down"))
        return replace(reading, act="on")

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
        if covered is not None and not (thing.place != "speaker" and set(reading.places) <= {"mine", "me"}):
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
            asks.extend(self._one(reading, thing, signal, dialogue, before))
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

    def _one(
        self, reading: Reading, thing: Thing, signal: str, dialogue: Dialogue, before: tuple[Ask, ...]
    ) -> list[Ask]:
        now = dialogue.values.get(signal)
        act = reading.act or ("set" if reading.valued else "on")
        if thing.type in BOOLEAN:
            return [self._switched(thing, act, signal, reading)]
        if thing.off is not None and act in ("off", "close") and not reading.valued:
            return [Ask(signal, "set", thing.off)]
        liked = self._liked(reading, dialogue, before)
        if thing.type == "choice":
            return [self._chosen(reading, thing, act, signal, now, liked)]
        if thing.type == "colour":
            colour = reading.colour or (liked.value if liked else None)
            if colour is None:
                raise MissingError("colour", ("red", "green", "blue", "white", "orange", "purple"))
            return [Ask(signal, "set", colour)]
        if thing.type in ("text", "time"):
            text = reading.words or reading.time
            if text is None:
                raise MissingError("words" if thing.type == "text" else "time")
            return [Ask(signal, "set", text)]
        if thing.type == "opening":
            return [self._opened(reading, thing, act, signal, liked)]
        if thing.type == "level":
            return [self._levelled(reading, thing, act, signal, now, liked)]
        return [self._numbered(reading, thing, act, signal, liked)]

    def _switched(self, thing: Thing, act: str, signal: str, reading: Reading) -> Ask:
        if act == "toggle":
            return Ask(signal, "toggle")
        if act not in TRUE_ACTS[thing.type] | FALSE_ACTS[thing.type]:
            raise MissingError("state", ("on", "off") if thing.type == "switch" else ())
        on = act in TRUE_ACTS[thing.type]
        if thing.type == "switch" and thing.on is not None and thing.off is not None:
            return Ask(signal, "set", thing.on if on else thing.off)
        return Ask(signal, "set", on != thing.inverse)

    def _chosen(self, reading: Reading, thing: Thing, act: str, signal: str, now: SlotValue | None,
                liked: Preference | None) -> Ask:  # fmt: skip
        if reading.choices:
            values: tuple[str, ...] = reading.choices
            if thing.joins:
                values = ("_".join(part for part in thing.joins if any(part in said.split("_") for said in values)),)
            value = values[-1]
            return Ask(signal, "set", int(value) if value.lstrip("-").isdigit() else value)
        if thing.order and (act in ("up", "down") or reading.end in ("most", "least")):
            place = thing.order.index(str(now)) if now in thing.order else (len(thing.order) - 1) // 2
            place += 1 if act == "up" else -1
            if reading.end:
                place = len(thing.order) if reading.end == "most" else 0
            return Ask(signal, "set", thing.order[min(max(place, 0), len(thing.order) - 1)])
        if liked is not None:
            return Ask(signal, "set", liked.value)
        if act in ("on", "open", "up") and thing.on is not None:
            return Ask(signal, "set", thing.on)
        raise MissingError("choice")

    def _opened(self, reading: Reading, thing: Thing, act: str, signal: str, liked: Preference | None) -> Ask:
        closing = act in ("close", "up")
        if act in ("on", "off") and not reading.valued:
            if thing.on is None or thing.open is None:
                raise MissingError("position", OPEN_CHOICES)
            return Ask(signal, "set", thing.on if act == "on" else 100 - float(thing.on), "percent")
        step = {"small": thing.small, "big": thing.big}.get(reading.amount or "", thing.step)
        if reading.value is not None:
            if reading.relative and act not in ("open", "set"):
                return Ask(signal, "by", -reading.value if closing else reading.value, "percent")
            if reading.relative:
                return Ask(signal, "by", reading.value, "percent")
            return Ask(signal, "set", reading.value, "percent")
        if reading.part is not None:
            if closing and reading.part != 50:
                return Ask(signal, "by", -reading.part, "percent")
            return Ask(signal, "set", reading.part, "percent")
        if reading.amount and reading.end is None:
            return Ask(signal, "by", -step if closing else step, "percent")
        if reading.end == "least" or closing:
            return Ask(signal, "set", 0, "percent")
        if reading.end in ("most", "whole"):
            return Ask(signal, "set", 100, "percent")
        if liked is not None:
            return Ask(signal, "set", liked.value, "percent")
        if thing.open is not None:
            return Ask(signal, "set", thing.open, "percent")
        raise MissingError("position", OPEN_CHOICES)

    def _levelled(self, reading: Reading, thing: Thing, act: str, signal: str, now: SlotValue | None,
                  liked: Preference | None) -> Ask:  # fmt: skip
        levels, sign = thing.levels or 1, thing.sign

        def at(level: float) -> Ask:
            return Ask(signal, "set", sign * round(100 * level / levels), "percent")

        if act in ("off", "close") and not reading.valued:
            return at(0)
        if reading.value is not None and not reading.relative:
            if reading.unit == "percent" or (reading.unit is None and reading.value > 2 * levels):
                return Ask(signal, "set", sign * reading.value, "percent")
            return at(reading.value)
        if reading.end in ("most", "whole") and act not in ("down", "off"):
            return at(levels)
        if reading.end == "least":
            return at(1)
        if reading.part is not None and act not in ("up", "down"):
            return Ask(signal, "set", sign * reading.part, "percent")
        if act in ("up", "down"):
            steps = reading.value or (2 if reading.amount == "big" else 1)
            if reading.unit == "percent" or steps > 2 * levels:
                return Ask(signal, "by", (1 if act == "up" else -1) * sign * steps, "percent")
            change = steps if act == "up" else -steps
            if isinstance(now, int | float) and not isinstance(now, bool):
                level = round(sign * now * levels / 100) if sign * now > 0 else 0
                return at(min(max(level + change, 0), levels))
            return Ask(signal, "by", sign * round(100 * change / levels), "percent")
        if liked is not None:
            return at(float(liked.value)) if liked.unit == "level" else Ask(signal, "set", liked.value, "percent")
        if act in ("on", "open") and thing.on is not None:
            running = isinstance(now, int | float) and sign * now > 0
            return Ask(signal, "set", now, "percent") if running else at(float(thing.on))
        raise MissingError("level", tuple(str(level) for level in range(1, levels + 1)))

    def _numbered(self, reading: Reading, thing: Thing, act: str, signal: str, liked: Preference | None) -> Ask:
        step = {"small": thing.small, "big": thing.big}.get(reading.amount or "", thing.step)
        unit = self._unit(reading, thing)
        if reading.value is not None:
            value = reading.value
            if reading.relative:
                return Ask(signal, "by", -value if act == "down" else value, unit)
            if reading.unit == "level" and thing.levels:
                value = value * 100 / thing.levels
            return Ask(signal, "set", value, unit)
        if reading.end in ("most", "whole") and act not in ("down", "off"):
            return Ask(signal, "most")
        if reading.end in ("least", "whole") and act not in ("up", "on"):
            return Ask(signal, "least")
        if reading.part is not None:
            if act in ("up", "down"):
                share = reading.part / 100
                return Ask(signal, "scale", 1 + share if act == "up" else 1 - share)
            return Ask(signal, "set", reading.part, "percent")
        if act in ("up", "down"):
            return Ask(signal, "by", step if act == "up" else -step, thing.unit)
        if liked is not None:
            return Ask(signal, "set", liked.value, liked.unit or thing.unit)
        if act in ("on", "off") and getattr(thing, act) is not None:
            return Ask(signal, "set", getattr(thing, act), thing.unit)
        if act in ("on", "open") and thing.relative:
            return Ask(signal, "by", step, thing.unit)
        raise MissingError("value")

    def _unit(self, reading: Reading, thing: Thing) -> str | None:
        said = reading.unit
        if thing.unit == "celsius":
            if said in ("celsius", "fahrenheit"):
                return said
            absolute = reading.value is not None and not reading.relative
            return "fahrenheit" if absolute and (reading.value or 0) >= FAHRENHEIT_FROM else "celsius"
        if said in (None, "degree", "level", "percent"):
            return thing.unit
        return said

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
