"""What kind of sentence a clause is: an order, a question, how something feels, or talk of other things."""

import re

from intents.phrases import Phrases
from intents.reading import Mood, Reading
from intents.spots import Spots, opening_of

ORDER_AFTER = re.compile(r"\b(turn|set|put|switch|shut|change|get|power|make) (it|that|them|this) (on|off|up|down)\b")
STATED = re.compile(
    r"^(the|my|our|your|his|her|their|this|that|those|these) [\w' ]{2,40}? (is|are|was|were|has|have|keeps|keep) "
)
WISHED = re.compile(r"\b(should|needs?|must|has to|have to|can be|may be|could be|please|be|to be)\b")
COUNTED = frozenset({"fuel", "range", "battery", "service_distance", "charge_time"})
"""Readings that "should I refuel?" and "do I need to charge?" ask for."""


def mood_of(spots: Spots, reading: Reading, phrases: Phrases) -> Mood:
    """What kind of sentence it is, by how it opens and what it holds."""
    moods = {item.kind for item in spots.moods}
    opening = opening_of(spots.text, phrases)
    starts = {item.kind for item in phrases.at(spots.text, opening)} if opening < len(spots.text) else set()
    starts |= {item.kind for item in spots.moods if item.start < opening and item.kind in ("manual", "inform")}
    imperative = "acts" in starts or "verbs" in starts
    felt = _felt(spots, reading, imperative)
    if "hypotheticals" in moods:
        return "hypothetical"
    if imperative and _ordered_after(spots.text):
        return "command"
    if felt and ("manual" not in starts or spots.text[0] == "why"):
        return "comfort"
    if _ordered_after(spots.text):
        return "command"
    forbids = spots.text[opening : opening + 2] == ("do", "not") or not starts & {"inform", "interrogatives", "manual"}
    if "negations" in moods and "unwanted" not in moods and forbids:
        return "negation"
    if "manual" in starts and not ("interrogatives" in starts and reading.thing in COUNTED):
        return "question"
    if "inform" in moods and not imperative and not (spots.text[opening] == "give" and _more(spots)):
        return "status"
    if "closings" in {item.kind for item in phrases.at(spots.text, len(spots.text) - 1)}:
        return "status"
    if "interrogatives" in starts:
        return "status"
    if "narration" in moods:
        return "narration"
    if any(item.kind == "past" and _has_doer(spots, item.start) for item in spots.moods):
        return "narration"
    if "conditions" in moods:
        return "condition"
    if _stated(spots):
        return "none"
    if reading.thing or reading.act or reading.valued:
        return "command"
    return "none"


def _felt(spots: Spots, reading: Reading, imperative: bool) -> bool:
    """Is it said how something feels, rather than what to do?"""
    if imperative or spots.text[0] in ("make", "set", "turn") or spots.numbers:
        return False
    adjective = bool(spots.states) or any(item.value.split()[0] == "temperature" for item in spots.of("comparatives"))
    feeling = bool(spots.of("feeling")) or any(item.kind == "feeling" for item in spots.felt)
    if not adjective:
        return False
    plain = {item.value for item in spots.states} - {"low", "high"}
    if not feeling and (not plain or (reading.thing and reading.act in ("on", "off"))):
        return False
    return feeling or (spots.text[0] in ("too", "so", "it") or (reading.thing is None and reading.act is None))


def _more(spots: Spots) -> bool:
    """Is a change of something asked for ("give me a bit more air"), rather than word of it?"""
    return bool(spots.of("amounts", "comparatives") or {item.value for item in spots.of("acts")} & {"up", "down"})


def _has_doer(spots: Spots, verb: int) -> bool:
    """Does the word before the past tense at ``verb`` belong to nothing of ours: "the neighbour's dog opened ..."?"""
    ours = any(item.start < verb <= item.end for item in spots.spans)
    return verb > 0 and (not ours or spots.text[verb - 1] in ("i", "we", "you", "he", "she", "they", "driver", "kids"))


def _ordered_after(text: tuple[str, ...]) -> bool:
    """Does it end in an order about what was named first ("where is the heater, turn it off")?"""
    return ORDER_AFTER.search(" ".join(text)) is not None


def _stated(spots: Spots) -> bool:
    """Is it told how something is ("the windows are open"), with no word of a wish?"""
    said = " ".join(spots.text)
    return STATED.search(said) is not None and not WISHED.search(said)
