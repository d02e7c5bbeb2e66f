"""What a labelled utterance asks for in our signals: the answer key of the understanding benchmark.

The labels name a setting, a value and an amount in words. Rows are kept where these say one setting of ours and one
value beyond doubt; nothing here is read by the assistant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intents.numbers import number_at
from intents.phrases import words

DATA = Path(__file__).parents[2] / ".." / "shared" / "utterances" / "dev.jsonl"

KINDS = {
    "VEHICLE_SETTINGS_CHANGE": "command",
    "VEHICLE_SETTINGS_CHECK": "status",
    "VEHICLE_SETTINGS_DECLARATIVE": "declarative",
}

PLACE = re.compile(
    r"^((the|my) )?((front|rear|back|left|right|driver'?s?|drivers|passenger'?s?|passengers|co-?driver'?s?|side|"
    r"combined|seat|in|car|head|feet)\s*)+$"
)
SIGNALS = (
    (r"mirr?o?r", r"\.Mirrors\..*IsHeatingOn$"),
    (r"pedestrian", r"PedestrianAlert"),
    (r"cross|rear traffic|back traffic", r"RearCrossTrafficAlert"),
    (r"blind|\blca\b|lane (chang|switch)|switch lane", r"BlindSpotDetection"),
    (r"park", r"ParkingAssist"),
    (r"drows|tired|sleep|\bdds\b", r"DMS\.IsEnabled$"),
    (r"brak|\bfab\b", r"EBA\.IsEnabled$"),
    (r"collision|crash|impact|\bfc[as]\b", r"CollisionWarning"),
    (r"^(rear|back) .*(defrost|defog|demist)", r"IsRearDefrosterActive$"),
    (r"^(windshield|max|maximum|maximal) .*(defrost|defog|demist)", r"IsFrontDefrosterActive$"),
    (r"recirculat", r"AirCirculation$"),
    (r"bass", r"Equaliser\.Bass$"),
    (r"treble", r"Equaliser\.Treble$"),
    (r"^(media |sound |audio )?volume( level)?$", r"Media\.(Volume|IsMuted)$"),
    (r"fan|blower", r"FanSpeed$"),
    (r"^((front|back|rear|left|right|air|combined|car) )*temp(erature)?$", r"Station\..*Temperature$"),
    (r"^(automatic |auto |automated )?(ac|a/c|air conditioning)$", r"IsAirConditioningActive$"),
)
"""What a setting's words are, and the signals (as patterns) that they stand for; the first that fits counts."""

ON = {
    "on",
    "activate",
    "activated",
    "enable",
    "enabled",
    "start",
    "start up",
    "running",
    "use",
    "using",
    "going",
    "active",
}
OFF = {"off", "deactivate", "deactivated", "disable", "disabled", "stop", "shut down", "get rid of", "close"}
UP = {
    "up",
    "increase",
    "raise",
    "crank up",
    "boost",
    "hike",
    "rise",
    "louder",
    "warmer",
    "hotter",
    "higher",
    "increment",
}
DOWN = {"down", "decrease", "drop", "lower", "reduce", "quieter", "colder", "cooler", "decrement", "more quiet"}
MOST, LEAST = {"max", "maximum"}, {"min", "minimum"}
SWITCHED = re.compile(r"IsEnabled$|IsActive|Active$|IsHeatingOn$|AirCirculation$")


@dataclass(frozen=True)
class Expected:
    """One row: what was said, its kind, and, where it is a setting of ours, which signals and what of them.

    ``how`` is on, off, up, down, most, least, or set or by with ``amount``; None where only the kind is known.
    """

    text: str
    kind: str
    signal: str | None = None
    how: str | None = None
    amount: float | None = None


def rows(path: Path = DATA) -> Iterator[Expected]:
    """Every labelled row that tells a command, a status question and a declarative apart."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["intent"] in KINDS:
            kind = KINDS[row["intent"]]
            yield Expected(row["text"], kind, *(_asked(row) if kind == "command" else ()))


def _asked(row: dict[str, Any]) -> tuple[Any, ...]:
    slots: dict[str, list[str]] = {}
    for slot in row["slots"]:
        slots.setdefault(slot["slot"], []).append(slot["value"])
    settings = [name for name in slots.get("SETTING", []) if not PLACE.match(name)]
    values, amounts = slots.get("VALUE", []), slots.get("AMOUNT", [])
    if len(settings) != 1 or len(values) > 1 or len(amounts) > 1:
        return ()
    signal = next((path for said, path in SIGNALS if re.search(said, settings[0])), None)
    if signal is None:
        return ()
    value, amount = (values or [""])[0], (amounts or [""])[0]
    if SWITCHED.search(signal):
        how = "on" if value in ON else "off" if value in OFF else None
        return (signal, how) if how and not amounts else ()
    if amount in MOST | LEAST:
        return signal, "most" if amount in MOST else "least"
    said = words(amount)
    number = number_at(said, 0) if said else None
    if number is not None and number.end == len(said):
        by = "by" in slots.get("TYPE", [])
        return signal, "by" if by else "set", number.value
    if amounts:
        return ()
    for how, known in (("up", UP), ("down", DOWN), ("off", OFF)):
        if value in known:
            return signal, how
    return ()
