"""What a language model says was meant, in a typed form, and how much of that is believed: only what we know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from intents.phrases import words
from intents.reading import Reading
from intents.templates import Sentences
from intents.things import Thing, Things

Act = Literal["on", "off", "open", "close", "lock", "unlock", "up", "down", "set", "read"]
Place = Literal["driver", "passenger", "rear_left", "rear_right", "front", "rear", "left", "right", "all", "mine"]
Unit = Literal["celsius", "fahrenheit", "percent", "level", "km/h", "mph", "m", "mm", "cm"]

SCORE = 0.5
"""What a language model's word counts: below every sentence that our own tiers are sure of."""
MOST = 4
"""Requests in a sentence; a model that finds more has not read but invented."""
LONGEST_WORDS = 80
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
WITH_VALUE = frozenset({"number", "level", "opening"})
UNITS: dict[str | None, frozenset[str]] = {
    "celsius": frozenset({"celsius", "fahrenheit"}),
    "km/h": frozenset({"km/h", "mph"}),
    "m": frozenset({"m"}),
    "mm": frozenset({"mm", "cm"}),
    "percent": frozenset({"percent", "level"}),
}
"""The units that may be said of a thing, by its own."""


class Wish(BaseModel):
    """One act on one thing, by the names of intents.yaml; or a plain intent's name as ``thing`` with the act "on"."""

    model_config = ConfigDict(extra="forbid")

    thing: str
    act: Act
    places: list[Place] = []
    value: float | None = Field(None, allow_inf_nan=False)
    unit: Unit | None = None
    choice: str | None = None
    words: str | None = None


class Meant(BaseModel):
    """Everything that a sentence wishes for, in order; empty when it is no request to the car."""

    model_config = ConfigDict(extra="forbid")

    wishes: list[Wish]


@dataclass(frozen=True)
class Ontology:
    """What can be meant: the things, and the values of those that have choices."""

    things: Things
    choices: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(things: Things, said: Sentences) -> "Ontology":
        """The things with the choices and colours that the sentence files of a language name."""
        found: dict[str, dict[str, None]] = {}
        for topic in said.topics.values():
            for thing, choices in topic.choices.items():
                found.setdefault(thing, {}).update(dict.fromkeys(choices))
            for name, thing_ in things.things.items():
                if thing_.type == "colour":
                    found.setdefault(name, {}).update(dict.fromkeys(topic.colours))
        return Ontology(things, {thing: tuple(choices) for thing, choices in found.items()})

    def told(self) -> str:
        """The things in a line each, for a prompt: "window (opening, at: driver ...)"."""
        lines = []
        for name, thing in self.things.things.items():
            about = [
                thing.type,
                *([thing.unit] if thing.unit else []),
                *([f"1-{thing.levels}"] if thing.levels else []),
            ]
            if name in self.choices:
                about.append("choice: " + "|".join(self.choices[name]))
            lines.append(f"{name} ({', '.join(about)})")
        plain = [name for name, intent in self.things.intents.items() if intent.kind in ("command", "status")]
        return "\n".join([*lines, *(f"{name} (on)" for name in plain)])

    def reading(self, wish: Wish, text: str) -> Reading | None:
        """``wish`` as a reading of ``text``, or None where it names what is not ours or does not fit."""
        plain = self.things.intents.get(wish.thing)
        if plain is not None:
            believed = plain.kind in ("command", "status")  # yes, no and undo are for people to say
            return Reading(text, intent=wish.thing, path="model", score=SCORE) if believed else None
        thing = self.things.things.get(wish.thing)
        if thing is None or not self._fits(wish, thing, text):
            return None
        return Reading(
            text=text,
            mood="status" if wish.act == "read" else "command",
            thing=wish.thing,
            act=wish.act,
            places=tuple(wish.places),
            value=wish.value,
            unit=wish.unit,
            relative=wish.act in ("up", "down") and wish.value is not None,
            choices=(wish.choice,) if wish.choice and thing.type == "choice" else (),
            colour=wish.choice if thing.type == "colour" else None,
            words=wish.words if thing.type == "text" else None,
            time=wish.words if thing.type == "time" else None,
            path="model",
            score=SCORE,
        )

    def _fits(self, wish: Wish, thing: Thing, text: str) -> bool:
        if wish.value is not None and not self._measures(wish, self.things.things.get(thing.number or "", thing)):
            return False
        if wish.choice is not None and wish.choice not in self.choices.get(wish.thing, ()):
            return False
        if wish.words is None:
            return True
        if thing.type == "time":
            return CLOCK.fullmatch(wish.words) is not None
        return thing.type == "text" and _quoted(wish.words, text)

    def _measures(self, wish: Wish, thing: Thing) -> bool:
        """Does ``thing`` have a number, and one in the unit of ``wish``?"""
        own = "percent" if thing.type in ("level", "opening") else thing.unit
        return thing.type in WITH_VALUE and (wish.unit is None or wish.unit in UNITS.get(own, ()))


def _quoted(said: str, text: str) -> bool:
    """Are all words of ``said`` words of ``text``? A destination or a name is copied, never made up."""
    heard = set(words(text))
    return 0 < len(said) <= LONGEST_WORDS and bool(words(said)) and set(words(said)) <= heard
