"""How one clause was read, in the words' own terms: a thing, an act, a place, a value. No car, no conversation yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from intents.intent import Kind, Path, SlotValue

Mood = Literal["command", "status", "question", "comfort", "narration", "negation", "hypothetical", "condition", "none"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One clause. ``intent`` is set when a plain intent was meant (Undo, MediaNext ...); ``thing`` otherwise.

    ``places`` are the places as said ("rear", "left", "mine" ...), ``value`` a number in ``unit`` (as spoken),
    ``relative`` says that it is a change by that. ``amount`` is small or big, ``end`` most, least or whole, ``part`` a
    share in percent. ``rest`` counts the words that nothing accounts for.
    """

    text: str
    mood: Mood = "command"
    intent: str | None = None
    thing: str | None = None
    act: str | None = None
    plural: bool = False
    places: tuple[str, ...] = ()
    value: float | None = None
    unit: str | None = None
    relative: bool = False
    amount: str | None = None
    end: str | None = None
    part: float | None = None
    choices: tuple[str, ...] = ()
    colour: str | None = None
    words: str | None = None
    time: str | None = None
    condition: str | None = None
    state: str | None = None
    same_as: tuple[str, tuple[str, ...]] | None = None
    pronoun: bool = False
    preferred: bool = False
    preference: str | None = None
    rest: int = 0
    length: int = 1
    path: Path = "none"
    score: float = 0.0

    @property
    def valued(self) -> bool:
        """Was any value, end, share or choice said?"""
        return (
            any(item is not None for item in (self.value, self.end, self.part, self.colour, self.words, self.time))
            or bool(self.choices)
            or self.same_as is not None
        )


def from_template(name: str, entities: Mapping[str, object], text: str, plain: frozenset[str]) -> Reading:
    """The reading of a sentence that a template fits whole; ``plain`` are the intents without a thing."""

    def said(key: str) -> str | None:
        value = entities.get(key)
        return None if value is None else str(value)

    def number(key: str) -> float | None:
        value = entities.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    act, condition = said("act"), said("condition")
    value = number("value")
    places = tuple(place for key in ("place", "where") if (place := said(key)))
    choice = entities.get("choice")
    choices = tuple(str(item) for item in (choice if isinstance(choice, list) else [choice]) if item is not None)
    end = said("end") or ("whole" if "whole" in entities else None)
    if "leave" in entities:
        act = "off"
    return Reading(
        text=text,
        mood="status" if act == "read" else "command",
        intent=name if name in plain else None,
        thing=said("thing"),
        act=act,
        plural=bool(entities.get("plural")),
        places=places,
        value=value,
        unit=said("unit"),
        relative=act in ("up", "down") and value is not None,
        amount=said("amount"),
        end=end,
        part=number("part"),
        choices=choices,
        colour=said("colour"),
        words=said("words"),
        time=said("time"),
        condition=condition,
        preference=said("preference"),
        path="template",
        score=1.0,
    )


def kind_of(mood: Mood) -> Kind:
    """What an intent of this mood is at the most."""
    if mood in ("command", "status", "question"):
        return mood
    return "dialogue" if mood == "comfort" else "none"


Slots = dict[str, SlotValue]
