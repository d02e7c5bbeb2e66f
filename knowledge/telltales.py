"""Telltales and messages: which one a question means, and which ones are lit."""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isinf

from knowledge.answer import LiveReading
from knowledge.pack import Telltale
from knowledge.words import STOP, contains, gist, phrase, stem, tokens

SHARED = 0.6
"""The share of a symbol's words that a driver must name in any order: "triangle with a lightning bolt"."""

_FLASHING = frozenset(map(stem, ("flashing", "blinking", "flashes", "blinks")))

_MEAN = frozenset(map(stem, ("mean", "means", "meaning", "stand")))
_ROAD = re.compile(r"\btraffic lights?\b|\bat (?:the |a |every )?(?:red )?lights?\b", re.I)
_PLACES = frozenset(map(stem, ("dash", "dashboard", "display", "screen", "cluster", "instrument", "mean", "meaning")))

URGENCY = {"red": 0, "amber": 1, "blue": 2, "green": 2, "white": 3}
"""Worst first."""

_LIT = frozenset(map(stem, "light lamp telltale symbol icon warning message indicator lit glow".split()))  # noqa: SIM905
_COLOURS = {"red": "red", "amber": "amber", "yellow": "amber", "orange": "amber", "green": "green", "blue": "blue"}
_COLOURS["white"] = "white"
_DRIVE_ON = {"no": 0, "with care": 1, "yes": 2}
_MAY = {
    "no": "Do not drive on.",
    "with care": "You may drive on with care.",
    "yes": "You may drive on.",
}


@lru_cache(maxsize=2_048)
def _telling(text: str) -> tuple[str, ...]:
    """The stems that tell one symbol from another."""
    return tuple(stem(t) for t in tokens(text.replace("-", " ")) if t not in STOP and t not in _COLOURS)


def colours_in(text: str) -> frozenset[str]:
    """The lamp colours that ``text`` names; yellow and orange are amber."""
    return frozenset(_COLOURS[token] for token in tokens(text) if token in _COLOURS)


def means_lamp(text: str) -> bool:
    """Whether ``text`` speaks of a lamp, a symbol or a message, or of a colour that one could have; traffic lights are
    none.
    """
    told = _ROAD.sub(" ", text)
    return bool(_LIT & set(phrase(told)) or colours_in(told))


def asks_only_for(text: str, telltale: Telltale) -> bool:
    """Whether ``text`` asks what a telltale means and names nothing else: "what does the turtle on the dash mean"."""
    if not _MEAN & set(phrase(text)):
        return False
    left = set(_telling(text)) - _PLACES
    return any(left <= set(_telling(part)) for part in (telltale.name, *telltale.symbol)) and bool(left)


def named(question: str, telltales: Iterable[Telltale]) -> list[Telltale]:
    """The telltales whose name or symbol stands in ``question``, the best match first.

    A name counts when all its words are there, a symbol when most of its words are. A colour that is named
    must be the telltale's.
    """
    stems = gist(question)
    asked = frozenset(stems)
    colours = colours_in(question)
    flashing = bool(_FLASHING & asked)
    found: list[tuple[int, int, Telltale]] = []
    for number, telltale in enumerate(telltales):
        if colours and telltale.colour not in colours:
            continue
        if flashing and not any(_FLASHING & set(phrase(part)) for part in (telltale.name, *telltale.symbol)):
            continue
        names = _telling(telltale.name)
        score = 10 * len(names) if names and set(names) <= asked else 0
        for part in telltale.symbol:
            if contains(stems, gist(part)):
                score = max(score, 10 * len(gist(part)))
                continue
            parts = set(_telling(part))
            shared = len(parts & asked)
            if shared >= 2 and shared >= SHARED * len(parts):
                score = max(score, 8 * shared)
        if score:
            found.append((-score - (telltale.colour == "red"), number, telltale))
    return [telltale for _, _, telltale in sorted(found, key=lambda entry: entry[:2])]


def lit(
    telltales: Sequence[Telltale], readings: Mapping[str, LiveReading], codes: Sequence[str], variant: str
) -> list[Telltale]:
    """The telltales that readings and stored fault codes light, worst first."""
    on = [
        telltale
        for telltale in telltales
        if (not telltale.variants or variant in telltale.variants)
        and (any(code in telltale.codes for code in codes) or lighting(telltale, readings))
    ]
    return sorted(on, key=lambda telltale: (URGENCY[telltale.colour], _DRIVE_ON[telltale.drive_on]))


def explain(telltale: Telltale) -> str:
    """What it means, whether one may drive on, and what to do."""
    may = "" if telltale.do.lower().startswith(("stop", "nothing")) else _MAY[telltale.drive_on]
    doing = "" if telltale.do == "Nothing." else telltale.do
    return re.sub(r"\s+", " ", f"{telltale.meaning} {may} {doing}").strip()


def lighting(telltale: Telltale, readings: Mapping[str, LiveReading]) -> tuple[str, ...]:
    """The readings that light it, by path; its signal may name several wheels or doors by ``*``."""
    if not telltale.signal or not telltale.lit_when:
        return ()
    paths = fnmatch.filter(readings, telltale.signal) if "*" in telltale.signal else [telltale.signal]
    how, wanted = telltale.lit_when.split(" ", 1)
    return tuple(path for path in paths if path in readings and _meets(readings[path], how, wanted))


def _meets(reading: LiveReading, how: str, wanted: str) -> bool:
    value = reading.value
    if value is None or isinf(reading.age_s):
        return False
    if how == "is":
        return str(value).lower() == wanted.lower()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value > float(wanted) if how == "above" else value < float(wanted)
