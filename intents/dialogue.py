"""What the conversation stands on: who speaks, who sits where, how the car is now, what came before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from intents.intent import Intent, SlotValue
from intents.preferences import Preference

Zone = Literal["driver", "passenger", "rear_left", "rear_right", "outside", "unknown"]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All that the router may look at besides the words.

    ``zone`` is the seat that spoke, ``occupied`` the seats taken. ``values`` maps VSS paths to present values: "the
    window" is the open one, and signals that are absent are not in this car (an empty mapping: nothing is known, and
    everything may be there). ``last`` holds the intents carried out, newest last; ``pending`` the intent that we
    asked back about or proposed; ``preferences`` fill what was left open.
    """

    zone: Zone = "unknown"
    occupied: frozenset[str] = frozenset()
    values: Mapping[str, SlotValue] = field(default_factory=dict)
    last: tuple[Intent, ...] = ()
    pending: Intent | None = None
    preferences: tuple[Preference, ...] = ()
