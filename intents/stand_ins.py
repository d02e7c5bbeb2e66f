"""The thing that the words really mean: "AC to 20" is the temperature, "AC up" the fan, "warm my seat" its heating."""

from dataclasses import replace

from intents.reading import Reading
from intents.things import Things


def stand_in(reading: Reading, things: Things) -> Reading:
    """``reading`` of the thing that is really meant; as it is where that is the one that was named."""
    name, act = reading.thing or "", reading.act
    thing = things.things[name]
    if thing.elsewhere and set(reading.places) & {"rear", "rear_left", "rear_right"}:
        return replace(reading, thing=thing.elsewhere)
    if thing.lock and reading.condition in ("lock", "unlock"):
        return replace(reading, thing=thing.lock)
    if thing.type == "lock" and act == "open" and reading.pronoun:  # "unlock the trunk", "and open it"
        return replace(reading, thing=next((each for each in things.things if things.things[each].lock == name), name))
    if act in ("heat", "cool"):
        return _heated(reading, things, act)
    if thing.level and reading.unit == "level":
        return replace(reading, thing=thing.level)
    if thing.lock and act in ("lock", "unlock"):
        every = reading.plural or (act == "lock" and not reading.places)  # "lock the door" is said of the car
        return replace(reading, thing=thing.lock, plural=every)
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


def _heated(reading: Reading, things: Things, act: str) -> Reading:
    """ "warm my seat" is its heating, "warm the car" the temperature."""
    thing = things.things[reading.thing or ""]
    other = thing.heat if act == "heat" else thing.cool
    if other and things.things[other].type != "number":
        return replace(reading, thing=other, act="set" if reading.valued else "on")
    name = reading.thing or ""
    if thing.type == "number" or other:
        name = other or name
        return replace(reading, thing=name, act="set" if reading.valued else ("up" if act == "heat" else "down"))
    return replace(reading, act="on")
