"""Reads a clause that no template fits whole: finds its phrases, and weighs them into one Reading."""

import re
from dataclasses import replace
from functools import cache

from intents.clock import Said
from intents.mood import mood_of
from intents.numbers import Number
from intents.phrases import Found, Phrases, words
from intents.reading import Reading
from intents.spots import Spots, opening_of, spot
from intents.templates import Sentences

TO_END = re.compile(r"\b(to|too|two|2|at)( the)?$")
AFTER_ON = frozenset({"the", "my", "his", "her", "our", "a", "both", "all", "level", "stage", "number"})
HUSHED = frozenset({"mute", "volume", "media", "source", "guidance", "guidance_volume", "call"})
"""Things that "mute" is said of; of any other it means off."""
TO = frozenset({"to", "at", "on", "of", "level", "stage", "speed", "too", "until", "is"})


class Spotter:
    """Reads clauses by the phrases of one language."""

    def __init__(self, phrases: Phrases, language: str) -> None:
        self._phrases, self._language = phrases, language

    def choices(self, clause: str, thing: str) -> tuple[str, ...]:
        """The choices of ``thing`` that ``clause`` names."""
        return self._choices(spot(words(clause), self._phrases, self._language), thing, None)[0]

    def owned(self, clause: str) -> bool:
        """Does ``clause`` say "my" of something?"""
        text = words(clause)
        here = (item for start in range(len(text)) for item in self._phrases.at(text, start))
        return any(item.kind == "places" and item.value == "mine" for item in here)

    def opens_with_act(self, clause: str) -> bool:
        """Does ``clause`` begin with what to do, past any "please"?"""
        text = words(clause)
        return bool(text) and any(
            item.kind in ("acts", "verbs") for item in self._phrases.at(text, opening_of(text, self._phrases))
        )

    def without_leads(self, clause: str) -> str:
        """ "could you please ..." without the words that lead in, as it was written."""
        said = Said.of(clause)
        opening = opening_of(said.words, self._phrases) if said.words else 0
        return clause[said.spans[opening][0] :] if opening else clause

    def only_leads(self, clause: str) -> bool:
        """Is ``clause`` nothing but words that lead in: "and then", "please"?"""
        text, position = words(clause), 0
        while position < len(text):
            ends = [item.end for item in self._phrases.at(text, position) if item.kind == "leads"]
            if not ends:
                return False
            position = max(ends)
        return True

    def read(self, clause: str) -> Reading:
        """The reading of ``clause``; its mood is "none" when nothing in it is ours."""
        text = words(clause)
        if not text:
            return Reading(clause, mood="none")
        spots = spot(text, self._phrases, self._language)
        reading = self._values(clause, spots)
        reading = replace(reading, mood=mood_of(spots, reading, self._phrases), length=len(text))
        return replace(reading, path="meaning", score=self._score(spots, reading))

    def _values(self, clause: str, spots: Spots) -> Reading:
        thing, plural = _thing(spots), False
        name: str | None = None
        act: str | None = None
        compared = spots.of("comparatives")
        if compared and (thing is None or thing.value == compared[0].value.split()[0]):
            name, act = compared[0].value.split()
        elif (verbs := spots.of("verbs")) and (thing is None or not verbs[0].value.startswith("climate_sync")):
            name, meant = verbs[0].value.split()
            act = _act(spots, None)
            act = meant if act in (None, "set", "heat", "cool") or meant == "off" else act
            if name == "mute" and thing is not None and thing.value not in HUSHED:
                name, act = thing.value, "off" if meant == "on" else "on"
        elif thing is not None:
            name, plural = thing.value, thing.kind == "things"
            if compared:
                act = compared[0].value.split()[1]
        else:
            name = self._by_choice(spots)
            warmed = {item.value for item in spots.of("acts")} & {"heat", "cool"}
            if name is None and warmed and _act(spots, None) in ("on", "off"):
                name = "heater" if "heat" in warmed else "air_conditioning"
        act = _act(spots, act)
        choices, taken = self._choices(spots, name, thing)
        number, relative = _number(spots, taken, act)
        unit = next((item.value for item in spots.of("units")), None)
        if unit == "level" and number is None:
            unit = None
        places = [item.value for item in spots.of("places") if not taken & set(range(item.start, item.end))]
        state = max(spots.states, key=lambda item: (item.end - item.start, -item.start), default=None)
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
            state=None if state is None else state.value,
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
                told = any(state.start <= item.start and item.end <= state.end for state in spots.states)
                if not item.kind.startswith("choice ") or long - (spots.text[item.start] in ("the", "my")) < 2 or told:
                    continue
                if best is None or long > best.end - best.start:
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
            said = [item for item in self._phrases.at(text, position) if item.kind == kind]
            best = said[-1] if said else None  # phrases come shortest first
            if best is None or (where is not None and _clash(best, where)):
                position += 1
                continue
            found.append(best.value)
            taken.update(range(best.start, best.end))
            position = best.end
        return tuple(dict.fromkeys(found)), taken

    def _score(self, spots: Spots, reading: Reading) -> float:
        """How sure: the share of words that are accounted for, less when act or thing is missing."""
        covered = 1 - reading.rest / max(1, len(spots.text))
        if reading.mood == "command":
            if reading.thing is None:
                covered *= 0.8
            if reading.act is None and (reading.rest or not reading.valued):
                covered *= 0.6
        return round(covered, 3)


def _clash(choice: Found, thing: Found) -> bool:
    """Do the two share words, without the choice holding the whole thing ("sport mode" holds "mode")?"""
    if choice.start <= thing.start and choice.end >= thing.end and choice.end - choice.start > thing.end - thing.start:
        return False
    return choice.start < thing.end and thing.start < choice.end


def _covered(spots: Spots) -> set[int]:
    return {place for item in spots.spans for place in range(item.start, item.end)}


def _thing(spots: Spots) -> Found | None:
    """The thing that is meant: the longest named, the first of equals; one that is also a verb only alone."""
    return max(spots.of("thing", "things"), key=lambda item: (item.end - item.start, -item.start), default=None)


def _act(spots: Spots, act: str | None) -> str | None:
    """The act: what a comparative says, else the first verb that says more than "set", else a particle, else "set"."""
    acts = [item.value for item in spots.of("acts")]
    if any(TO_END.search(" ".join(spots.text[: item.start])) for item in spots.of("ends") if item.value != "whole"):
        return "set"
    particles = _particles(spots)
    if any(item.kind == "unwanted" for item in spots.moods):
        return "off"
    if act is not None:
        return act
    strong = [value for value in acts if value != "set"]
    if strong and strong[0] in ("heat", "cool"):
        later = [value for value in (*strong[1:], *particles) if value in ("on", "off")]
        return later[-1] if later else strong[0]
    if strong and {"heat", "cool"} & set(strong) and "off" not in strong:
        return next(value for value in strong if value in ("heat", "cool"))
    if strong:
        if strong[0] == "on" and particles and particles[-1] in ("off", "up", "down", "close"):
            return particles[-1]
        return strong[0]
    if particles:
        return particles[-1]
    return "set" if acts else None


def _particles(spots: Spots) -> list[str]:
    """The particles; an "on" that leads to a place or a level ("off on the passenger side") gives way to any other."""
    found = spots.of("particles")
    leads = [item for item in found if item.value == "on" and set(spots.text[item.end : item.end + 1]) & AFTER_ON]
    return [item.value for item in found if len(leads) == len(found) or item not in leads]


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


@cache
def spotter(said: Sentences) -> Spotter:
    """The spotter of a language; made once."""
    phrases = Phrases()
    for kind, value, plain in said.phrases():
        phrases.add(kind, value, plain)
    return Spotter(phrases, said.language)
