"""What can be asked of the vehicle, and who asks: plain frozen values that import nothing of ours."""

from dataclasses import dataclass
from enum import StrEnum

Value = bool | int | float | str
"""A VSS value. Lists (fault codes) are read, never commanded."""


class Means(StrEnum):
    """How a request arrived."""

    VOICE = "voice"
    TOUCH = "touch"
    BUTTON = "button"  # on the steering wheel
    SUPPORT = "support"  # the support desk
    TOOL = "tool"  # a tool call by a language model


class Zone(StrEnum):
    """The seat a request came from."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    REAR_LEFT = "rear_left"
    REAR_RIGHT = "rear_right"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class Modality(StrEnum):
    """What confirms a challenge."""

    NONE = "none"
    VOICE = "voice"
    TOUCH = "touch"
    BIOMETRIC = "biometric"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    means: Means
    zone: Zone = Zone.UNKNOWN


@dataclass(frozen=True, slots=True)
class Command:
    """One typed, bounded act on one signal: an absolute value in the catalogue's unit, never a step."""

    signal: str
    value: Value
