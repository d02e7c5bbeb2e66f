"""Curated answers: safety topics first, and what the car lacks, before anything is searched."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from knowledge.pack import Equipment, Feature, Lack, Safety
from knowledge.words import Synonyms, gist, load_synonyms

_SMALL = frozenset(("in", "on", "of", "for", "at", "to", "from", "with", "by"))
GAP = 1
"""Other words that may stand within a phrase: "smoke coming from the bonnet"."""

BESIDE = 3
"""Telling words beside a trigger with which a sentence is still about nothing else."""

_WHAT_NOW = re.compile(r"\bwhat (?:do|should|can|must) (?:i|we) do\b(?: now)?", re.I)
_HAVE = re.compile(
    r"^(?:do(?:es)?|has|have|is|are)\b.*\b(?:have|has|got|fitted|come with|equipped|there)\b|"
    r"^(?:have|has) (?:i|we|it|this|my)\b",
    re.I,
)
_HOW = re.compile(
    r"^(?:how (?:do|does|can|should|would|to|often|many|much|far|long)|where|which|what (?:is|are|size|type|kind)|when|"
    r"can i|may i|is it (?:ok|okay|allowed|possible))\b",
    re.I,
)
_ASKS = re.compile(
    r"(?:how|where|which|what|what's|when|who|whose|why|is|are|was|were|do|does|did|has|have|had|can|could|may|might|"
    r"should|would|will)\b(?!')",
    re.I,
)


@lru_cache(maxsize=4_096)
def _gist(text: str) -> tuple[str, ...]:
    """The telling stems of ``text``, each word by the first of its synonyms; small words go unless little is left."""
    stems = gist(_synonyms().canonical(text))
    telling = tuple(word for word in stems if word not in _SMALL)
    return telling if len(telling) > 1 else stems


@cache
def _synonyms() -> Synonyms:
    return load_synonyms()


def _near(stems: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether ``wanted`` stands in ``stems`` in this order with at most GAP other words within."""
    for start, stem in enumerate(stems):
        if stem != wanted[0]:
            continue
        at, window = 1, stems[start + 1 : start + len(wanted) + GAP]
        for word in window:
            if at < len(wanted) and word == wanted[at]:
                at += 1
        if at == len(wanted):
            return True
    return False


def safety_for(question: str, entries: Sequence[Safety]) -> Safety | None:
    """The safety entry whose longest trigger stands in ``question``, where none of what rules it out does."""
    stems = _gist(question)
    best: tuple[int, Safety] | None = None
    for entry in entries:
        if any(_near(stems, _gist(words)) for words in entry.unless):
            continue
        for trigger in entry.triggers:
            wanted = _gist(trigger)
            if _near(stems, wanted) and (best is None or len(wanted) > best[0]):
                best = (len(wanted), entry)
    return best[1] if best else None


def says_little_else(text: str, entry: Safety) -> bool:
    """Whether ``text`` is hardly more than a trigger of ``entry``: "help, the brakes have failed, what do I do"."""
    stems = _gist(_WHAT_NOW.sub("", text))
    wanted = [_gist(trigger) for trigger in entry.triggers]
    return any(len(stems) - len(each) <= BESIDE and _near(stems, each) for each in wanted)


def is_asked(text: str) -> bool:
    """Whether ``text`` is worded as a question, not as telling what has happened."""
    return bool(_ASKS.match(text))


def is_procedure(question: str) -> bool:
    """Whether ``question`` asks how something is done rather than tells that it happened."""
    return bool(_HOW.match(question))


def is_procedure_only(question: str) -> bool:
    """Whether ``question`` wants to do something to a lamp, not to know what it means ("how do I change the bulb")."""
    return bool(re.search(r"\b(?:bulb|change|replace|switch|turn|dim|adjust|clean|set|reset)\b", question, re.I))


def lacking(question: str, equipment: Equipment, variants: frozenset[str]) -> Lack | None:
    """What ``question`` asks about that none of ``variants`` has, by the longest phrase that names it."""
    stems = _gist(question)
    best: tuple[int, Lack] | None = None
    for lack in equipment.lacks:
        if lack.variants and not variants <= set(lack.variants):
            continue
        for words in lack.words:
            wanted = _gist(words)
            if _near(stems, wanted) and (best is None or len(wanted) > best[0]):
                best = (len(wanted), lack)
    if best is None:
        return None
    # a longer name of something that the car does have wins: "charging cable lock" over "cable"
    rival = max(
        (
            len(_gist(words))
            for feature in equipment.has
            if not feature.variants or variants & set(feature.variants)
            for words in (feature.name, *feature.words)
            if _near(stems, _gist(words))
        ),
        default=0,
    )
    return best[1] if best[0] >= rival else None


def asked_for(question: str, equipment: Equipment) -> Feature | None:
    """The feature that "does this car have ..." asks for; None when ``question`` asks something else."""
    if not _HAVE.match(question):
        return None
    stems = _gist(question)
    found = [
        (len(_gist(words)), feature)
        for feature in equipment.has
        for words in (feature.name, *feature.words)
        if _near(stems, _gist(words))
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def says_lacking(lack: Lack) -> str:
    """An honest no, with what there is instead."""
    return f"This car has no {lack.name}. {lack.instead}".strip()
