"""What one signal is asked for: the value, step or end that a clause says of a thing of each type."""

from dataclasses import dataclass

from intents.intent import Ask, SlotValue
from intents.preferences import Preference
from intents.reading import Reading
from intents.things import Thing

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
OUT = 100
"""Percent: what is at its end when it is on (a spoiler) is raised to open; what is not (a window) to close."""
FAHRENHEIT_FROM = 45
"""Degrees without a scale from here on are Fahrenheit: no cabin is meant to have 45 °C."""


@dataclass(frozen=True, slots=True)
class MissingError(Exception):
    """A slot that is open, with what may be offered."""

    slot: str
    choices: tuple[str, ...] = ()


def ask_of(reading: Reading, thing: Thing, signal: str, now: SlotValue | None, liked: Preference | None) -> Ask:
    """What ``reading`` asks of ``signal`` of ``thing``, which is at ``now``; ``liked`` fills what was left open.

    Raises MissingError for the slot that neither fills.
    """
    act = reading.act or ("set" if reading.valued else "on")
    if thing.type in BOOLEAN:
        return _switched(thing, act, signal, reading)
    if thing.off is not None and act in ("off", "close") and not reading.valued:
        return Ask(signal, "set", thing.off)
    if thing.type == "choice":
        return _chosen(reading, thing, act, signal, now, liked)
    if thing.type == "colour":
        colour = reading.colour or (liked.value if liked else None)
        if colour is None:
            raise MissingError("colour", ("red", "green", "blue", "white", "orange", "purple"))
        return Ask(signal, "set", colour)
    if thing.type in ("text", "time"):
        text = reading.words or reading.time
        if text is None:
            raise MissingError("words" if thing.type == "text" else "time")
        return Ask(signal, "set", text)
    if thing.type == "opening":
        return _opened(reading, thing, act, signal, liked)
    if thing.type == "level":
        return _levelled(reading, thing, act, signal, now, liked)
    return _numbered(reading, thing, act, signal, liked)


def _switched(thing: Thing, act: str, signal: str, reading: Reading) -> Ask:
    if act == "toggle":
        return Ask(signal, "toggle")
    if act not in TRUE_ACTS[thing.type] | FALSE_ACTS[thing.type]:
        raise MissingError("state", ("on", "off") if thing.type == "switch" else ())
    on = act in TRUE_ACTS[thing.type]
    if thing.type == "switch" and thing.on is not None and thing.off is not None:
        return Ask(signal, "set", thing.on if on else thing.off)
    return Ask(signal, "set", on != thing.inverse)


def _chosen(reading: Reading, thing: Thing, act: str, signal: str, now: SlotValue | None,
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


def _opened(reading: Reading, thing: Thing, act: str, signal: str, liked: Preference | None) -> Ask:
    if thing.on == OUT and act in ("up", "down"):
        act = "open" if act == "up" else "close"
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


def _levelled(reading: Reading, thing: Thing, act: str, signal: str, now: SlotValue | None,
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


def _numbered(reading: Reading, thing: Thing, act: str, signal: str, liked: Preference | None) -> Ask:
    step = {"small": thing.small, "big": thing.big}.get(reading.amount or "", thing.step)
    unit = _unit(reading, thing)
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


def _unit(reading: Reading, thing: Thing) -> str | None:
    said = reading.unit
    if thing.unit == "celsius":
        if said in ("celsius", "fahrenheit"):
            return said
        absolute = reading.value is not None and not reading.relative
        return "fahrenheit" if absolute and (reading.value or 0) >= FAHRENHEIT_FROM else "celsius"
    if said in (None, "degree", "level", "percent"):
        return thing.unit
    return said
