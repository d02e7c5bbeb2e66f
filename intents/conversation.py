"""What a turn takes from the turns before it: answers to our questions, "a bit more", "no, the front"."""

import re
from dataclasses import replace
from typing import Any

from intents.dialogue import Dialogue
from intents.intent import Intent
from intents.reading import Reading

ELABORATES = re.compile(r"^(like|i mean|that is|or rather|actually|rather|in other words|say|so)\b[ ,]*", re.I)
CORRECTS = re.compile(r"^(no|nope|not|sorry|wait|actually|i meant|i mean)\b", re.I)
REPAIR = re.compile(
    r"\bnot (?:the |my )?[\w' ]+?,\s*(?:but )?(?=(?:the|my|on|in)\b)|,\s*not (?:the|my|on the|in the) [\w' ]+$", re.I
)
AGAIN = re.compile(r"\b(more|again|further|even|another|still)\b", re.I)
BESIDE = re.compile(r"^(and|also|plus)\b|\b(too|also|as well)$", re.I)
HERE = re.compile(r"\bin (here|the car|the cabin)\b", re.I)
CONTEXT_FREE_TEMPERATURE = (15, 32)
"""Degrees Celsius: "make it 22" with nothing before it can only be the temperature of a car."""


def revive(intent: Intent) -> Reading:
    """The reading that ``intent`` was made of, from its slots."""
    slots = intent.slots

    def text(key: str) -> str | None:
        return str(slots[key]) if key in slots else None

    def number(key: str) -> float | None:
        value = slots.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    return Reading(
        text=intent.text,
        thing=text("thing"),
        act=text("act"),
        plural=bool(slots.get("plural")),
        places=tuple(str(slots.get("places", "")).split()),
        value=number("value"),
        unit=text("unit"),
        relative=bool(slots.get("relative")),
        amount=text("amount"),
        end=text("end"),
        part=number("part"),
        choices=tuple(str(slots.get("choice", "")).split()),
        colour=text("colour"),
        words=text("words"),
        time=text("time"),
        path=intent.path,
        score=intent.score,
    )


def answer(readings: list[Reading], dialogue: Dialogue) -> list[Reading]:
    """``readings`` with the open question answered by them, where they do; as they are, where they ask anew."""
    pending = dialogue.pending
    if pending is None or pending.missing is None or pending.missing == "hearing":
        return readings  # after "Did you say ...?" there is nothing to fill: a yes, or another request
    asked = revive(pending)
    said = [
        reading for reading in readings if reading.intent is None and reading.mood in ("command", "none", "comfort")
    ]
    said = [
        reading
        for reading in said
        if reading.valued or reading.places or reading.thing or reading.act or reading.amount
    ]
    if not said or any(reading.intent not in (None, "Yes", "No", "Thanks", "Greeting") for reading in readings):
        return readings
    if any(reading.mood in ("status", "question") for reading in readings):
        return readings
    if any(not _fits(reading, asked, pending) for reading in said):
        return readings
    filled = asked
    for reading in said:
        filled = _fill(filled, reading, pending)
    return [filled]


def _fits(reading: Reading, asked: Reading, pending: Intent) -> bool:
    """Is ``reading`` an answer rather than a request of its own?"""
    if pending.missing == "thing":
        return reading.thing is None or not reading.valued
    if reading.thing is not None and reading.thing != asked.thing:
        return reading.act in (None, "set") and not reading.valued and bool(reading.places)
    return reading.act in (None, "set", asked.act, "up", "down") or reading.thing is None


def _fill(asked: Reading, reading: Reading, pending: Intent) -> Reading:
    if pending.missing == "thing":
        return replace(
            asked,
            thing=reading.thing or asked.thing,
            act=asked.act or reading.act,
            places=asked.places or reading.places,
            value=asked.value if asked.value is not None else reading.value,
        )
    act = (
        reading.act if reading.act in ("up", "down", "on", "off") and asked.act not in ("open", "close") else asked.act
    )
    if reading.valued and not reading.relative and act in ("on", "up", "down") and asked.act not in ("up", "down"):
        act = "set" if reading.value is not None or reading.choices or reading.colour else act
    kept = reading.valued or reading.amount is not None
    return replace(
        asked,
        act=act,
        places=reading.places or asked.places,
        plural=asked.plural and not reading.places,
        value=reading.value if kept else asked.value,
        unit=reading.unit or asked.unit,
        relative=reading.relative or (act in ("up", "down") and reading.value is not None and act != asked.act),
        amount=reading.amount or asked.amount,
        end=reading.end or asked.end,
        part=reading.part if reading.part is not None else asked.part,
        choices=reading.choices or asked.choices,
        colour=reading.colour or asked.colour,
        same_as=reading.same_as,
        score=max(asked.score, reading.score),
    )


def follow(reading: Reading, dialogue: Dialogue) -> Reading:
    """``reading`` with what it leaves unsaid taken from the last request: "turn it off", "the passenger too"."""
    if reading.intent is not None or reading.mood not in ("command", "none"):
        return reading
    if reading.thing not in (None, "it"):
        return _elsewhere(reading, dialogue)
    default = "volume" if reading.thing == "it" else None
    reading = replace(reading, thing=None)
    last = dialogue.last[-1] if dialogue.last else dialogue.pending
    if last is None or "thing" not in last.slots:
        return _alone(replace(reading, thing=default))
    before = revive(last)
    elliptical = reading.pronoun or default or reading.valued or reading.length <= 8
    if not elliptical or reading.rest > max(1, reading.length // 3):
        return reading
    if reading.places and not reading.valued and reading.act in (None, "set"):
        return _again(before, reading, places=reading.places, plural=False)
    if reading.amount and reading.act is None and AGAIN.search(reading.text):
        return _again(before, reading, amount=reading.amount, value=None, part=None, end=None)
    if reading.act is None and not reading.valued:
        once_more = AGAIN.search(reading.text) and not reading.rest and before.act in ("up", "down")
        return _again(before, reading) if once_more else reading
    act = reading.act or before.act
    if (
        reading.act == "up"
        and AGAIN.search(reading.text)
        and not reading.valued
        and before.act in ("down", "open", "close")
    ):
        return _again(before, reading, amount=reading.amount or "small", value=None, part=None, end=None)
    places = reading.places or before.places
    step = reading.relative or (
        reading.value is not None and act in ("up", "down") and bool(AGAIN.search(reading.text))
    )
    return replace(reading, thing=before.thing, act=act, places=places, plural=before.plural and not reading.places,
                   relative=step, mood="command", score=max(reading.score, 0.8))  # fmt: skip


def _elsewhere(reading: Reading, dialogue: Dialogue) -> Reading:
    """ "I said the passenger window": the thing of the last request at another place, and nothing else."""
    last = dialogue.last[-1] if dialogue.last else None
    bare = reading.act in (None, "set") and not reading.valued and bool(reading.places)
    if last is not None and reading.act is None and not reading.valued and BESIDE.search(reading.text):
        return _beside(last, reading)
    if last is None or not bare or last.slots.get("thing") != reading.thing:
        return reading
    return _again(revive(last), reading, places=reading.places, plural=reading.plural)


def _beside(last: Intent, reading: Reading) -> Reading:
    """ "and the shade": what was asked of the last thing, of another; its shares and ends too, its number not."""
    before = revive(last)
    if before.thing is None or before.act is None or before.act == "read":
        return reading
    return replace(reading, act=before.act, part=before.part, end=before.end, amount=before.amount, mood="command",
                   score=max(reading.score, 0.8))  # fmt: skip


def _alone(reading: Reading) -> Reading:
    """What is said with nothing before it: a bare number of degrees is the temperature."""
    low, high = CONTEXT_FREE_TEMPERATURE
    warm = reading.unit in ("degree", "celsius", "fahrenheit") and not reading.choices
    somewhere = reading.pronoun or bool(reading.places) or HERE.search(reading.text) is not None
    bare = reading.unit is None and somewhere and not reading.relative and low <= (reading.value or 0) <= high
    if reading.thing is None and reading.value is not None and (warm or bare):
        return replace(reading, thing="temperature", score=max(reading.score, 0.8))
    return reading


def _again(before: Reading, reading: Reading, **changed: Any) -> Reading:
    return replace(
        before, text=reading.text, mood="command", path=reading.path, score=max(reading.score, 0.8), **changed
    )


def corrects(text: str, dialogue: Dialogue) -> bool:
    """Does ``text`` take back the last request ("no, the front")?"""
    return bool(dialogue.last) and bool(CORRECTS.match(text))


def is_elaboration(sentence: str) -> bool:
    """Does ``sentence`` say the one before it more exactly ("Like, two levels up")?"""
    return bool(ELABORATES.match(sentence))


def without_repair(text: str) -> str:
    """ "not the rear one, the front" without what was taken back."""
    return REPAIR.sub("", text)
