"""What somebody likes, in plain words ("prefers 22 degrees", "never open the sunroof fully"), as typed entries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from intents.intent import SlotValue

if TYPE_CHECKING:
    from intents.reading import Reading
    from intents.spotting import Spotter

How = Literal["default", "always", "never"]

BREAK = re.compile(
    r"[,;.]\s+|[,;.]$|\s+but\s+|\s+and\s+(?=(?:he|she|i|the user|user|never|always|prefers?|likes?)\b)", re.I
)
WHEN = re.compile(r"\b(?:only\s+)?(?:if|when(?:ever)?|while|once)\b", re.I)
LIKES = re.compile(
    r"\b(prefer(s|red|ence)?|likes?|loves?|wants?|default|defaults|always|usual(ly)?|favou?rite|normally|should|set|use|"
    r"never|at|to|on|is|by default|please|keep|remember)\b",
    re.I,
)
NEGATED = re.compile(r"\b(can'?t|cannot|can not|doesn'?t|does not|too|don'?t|do not|hates?|dislikes?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Preference:
    """One thing liked: ``value`` for ``thing`` (a name of intents.yaml).

    ``how`` is "default" (fills what was left open), "always" (the same, and asked for along with ``when``) or "never"
    (what a default must not be). ``unit`` is that of Ask, or "level". ``when`` names the thing that must be on, or
    asked for, before this holds.
    """

    text: str
    thing: str
    value: SlotValue
    how: How = "default"
    unit: str | None = None
    when: str | None = None

    def describe(self) -> str:
        """The entry in a few words, for a list: "sunroof: 50 percent"."""
        told = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        lead = "never " if self.how == "never" else ""
        tail = f" with {self.when.replace('_', ' ')}" if self.when else ""
        return f"{self.thing.replace('_', ' ')}: {lead}{told}{' ' + self.unit if self.unit else ''}{tail}"


def parse(text: str, language: str = "en") -> tuple[Preference, ...]:
    """The preferences that ``text`` says; empty when it says none that we know. Never raises on any text."""
    spotter, types = _spotter(language)
    found: list[Preference] = []
    thing: str | None = None
    when: str | None = None
    how: How = "default"
    for clause, condition in _clauses(text[:500]):
        if condition:
            subject = spotter.read(condition)
            when = subject.thing or when
        if not clause:
            continue
        reading = spotter.read(clause)
        how = _how(clause, how if found else "default")
        if NEGATED.search(clause) or not (LIKES.search(clause) or not found):
            continue
        if reading.thing is None and reading.value is not None and reading.unit in ("degree", "celsius", "fahrenheit"):
            reading = replace(reading, thing="temperature")
        reading = _with_thing(reading, thing, spotter, clause)
        entry = _entry(text, reading, how, when, types)
        if entry is not None:
            thing = entry.thing
            found.append(entry)
            if not condition:
                when = None
    return tuple(found)


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """(what is liked, on which condition), clause by clause; a condition may stand alone before its clause."""
    for clause in BREAK.split(text):
        clause = (clause or "").strip(" ,.;")
        if not clause:
            continue
        parts = WHEN.split(clause, maxsplit=1)
        if len(parts) == 1:
            yield re.sub(r"^then\s+", "", clause, flags=re.I), ""
        else:
            yield parts[0].strip(), parts[1].strip()


def _how(clause: str, before: How) -> How:
    if re.search(r"\bnever\b", clause, re.I):
        return "never"
    if re.search(r"\balways\b", clause, re.I):
        return "always"
    return "default" if before == "never" else before


def _with_thing(reading: "Reading", thing: str | None, spotter: "Spotter", clause: str) -> "Reading":
    if reading.thing is not None or thing is None:
        return reading
    named = spotter.read(f"{thing.replace('_', ' ')} {clause}")
    choices = named.choices if named.thing == thing else spotter.choices(clause, thing)
    return replace(reading, thing=thing, choices=choices)


def _entry(text: str, reading: "Reading", how: How, when: str | None, types: dict[str, int]) -> Preference | None:
    if reading.thing is None:
        return None
    thing, value, unit = reading.thing, _value(reading), reading.unit
    if reading.colour:
        thing, value, unit = "ambient_colour", reading.colour, None
    if thing in ("ambient_light", "media", "air_conditioning") and isinstance(value, float):
        thing = {"ambient_light": "ambient_brightness", "media": "volume", "air_conditioning": "temperature"}[thing]
    if value is None:
        return None
    if isinstance(value, float) and thing in types and unit != "percent" and value <= types[thing]:
        unit = "level"
    elif unit == "degree":
        unit = "celsius" if value < 45 else "fahrenheit"  # type: ignore[operator]  # a number has a unit, a word has none
    if thing == "temperature" and unit is None:
        unit = "celsius"
    if when == thing:
        when = None
    return Preference(text, thing, value, how, unit, when)


def _value(reading: "Reading") -> SlotValue | None:
    if reading.choices:
        order = ("UP", "MIDDLE", "DOWN")
        if all(part in order for choice in reading.choices for part in choice.split("_")):
            parts = {part for choice in reading.choices for part in choice.split("_")}
            return "_".join(part for part in order if part in parts)
        return reading.choices[-1]
    if reading.value is not None:
        return reading.value
    if reading.part is not None:
        return reading.part
    if reading.end in ("most", "whole"):
        return 100.0
    return None


@cache
def _spotter(language: str) -> tuple["Spotter", dict[str, int]]:
    from intents import templates
    from intents.spotting import spotter
    from intents.things import Things

    things = Things.load()
    levels = {name: thing.levels for name, thing in things.things.items() if thing.levels and thing.type == "level"}
    return spotter(templates.sentences(language)), levels
