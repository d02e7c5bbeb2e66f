"""The issue's own lists, by signal and value: what must be critical, forbidden, safe. Knows nothing of rules.yaml."""

import re

from policies.command import Command

Listed = tuple[tuple[str, tuple[str, ...] | None], ...]


TRUE, FALSE = ("True",), ("False",)

# The issue's own list, by signal and value, independent of rules.yaml. MOVING: only while the car moves.
CRITICAL = (
    (r"Transmission\.PerformanceMode", ("SPORT",)),
    (r"Transmission\.IsHighTorqueActive", TRUE),
    (r"ADAS\.(TCS|ESC|LaneKeepingAssist|LaneDepartureDetection|CollisionWarning)\.IsEnabled", FALSE),
    (r"ADAS\.(BlindSpotDetection|DMS|SpeedLimiter|PedestrianAlert|RearCrossTrafficAlert)\.IsEnabled", FALSE),
    (r"(Door\..*|Trunk\.Rear)\.IsLocked", FALSE),
    (r"(Door\..*|Trunk\..*|Hood)\.IsOpen", TRUE),
    (r"IsChildLockActive|IsWindowChildLockEngaged", FALSE),
    (r"ValetMode\.IsActive", FALSE),
    (r"IsChargingCableLocked", FALSE),
    (r"IsFactoryResetRequested|IsSoftwareUpdateRequested|Diagnostics\.IsClearRequested", TRUE),
    (r"Profile\.Erase", None),
    (r"ParkingBrake\.IsEngaged", FALSE),
)
CRITICAL_MOVING = ((r"Transmission\.PerformanceMode", ("SNOW", "RAIN")),)
FORBIDDEN = (
    (r"ADAS\.(ABS|EBA)\.", None),
    (r"Lights\.(Brake|DirectionIndicator)\.", None),
    (r"Transmission\.(SelectedGear|IsParkLockEngaged)", None),
    (r"Immobiliser\.", None),
)
FORBIDDEN_AT_SPEED = ((r"ParkingBrake\.IsEngaged", FALSE),)
PARKED_ONLY = (
    (r"(Door\..*|Trunk\..*|Hood)\.IsOpen", TRUE),
    (r"(Door\..*|Trunk\.Rear)\.IsLocked", FALSE),
    (r"IsSoftwareUpdateRequested|IsFactoryResetRequested", TRUE),
    (r"Seat\.Row1\.DriverSide\.(Position|Height|Backrest\.Recline)", None),
    (r"SteeringWheel\.(Tilt|Extension)", None),
)
SAFE = (
    (r"(Door\..*|Trunk\.Rear)\.IsLocked", TRUE),
    (r"(Door\..*|Trunk\..*|Hood)\.IsOpen", FALSE),
    (r"IsChildLockActive|IsWindowChildLockEngaged|ValetMode\.IsActive|IsChargingCableLocked", TRUE),
    (r"ADAS\.(?!ABS|EBA|CruiseControl)\w+\.IsEnabled", TRUE),
    (r"CruiseControl\.(IsActive|IsEnabled)", FALSE),
    (r"Transmission\.PerformanceMode", ("NORMAL",)),
    (r"Transmission\.IsHighTorqueActive", FALSE),
    (r"Window\.Position|Sunroof\.Position", ("0",)),
    (r"Sunroof\.Switch", ("CLOSE",)),
    (r"Beam\.Low\.IsOn|Hazard\.IsSignaling", TRUE),
    (r"Beam\.High\.IsOn", FALSE),
    (r"Mirrors\..*\.IsFolded", FALSE),
    (r"IsFactoryResetRequested|IsSoftwareUpdateRequested|IsClearRequested|IsStateShared", FALSE),
)
# Comfort that harms nobody, whoever asks and however the car moves. Everything else needs a speed and a seat.
HARMLESS = (
    (r"HVAC\.|IsHeatingOn|HeatingCooling|Shade\.(Position|Switch)|Media\.|Cabin\.Light\.", None),
    (r"Window\.Position|Sunroof\.Position", ("0",)),
    (r"Sunroof\.Switch", ("CLOSE", "ONE_SHOT_CLOSE", "TILT_DOWN", "INACTIVE")),
    (r"Horn\.IsActive", FALSE),
)
HARMLESS_OUTSIDE = ((r"Light\.(IsDomeOn|IsGloveBoxOn)", None),)
SEEN_ONLY = (
    (r"Window\.Position", ("25", "26", "100")),
    (r"Sunroof\.Position", ("100", "-100")),
    (r"Seat\..*\.(Position|Height|Backrest\.Recline)|SteeringWheel\.(Tilt|Extension)", None),
    (r"Beam\.High\.IsOn|Mirrors\..*\.IsFolded|ParkingBrake\.IsEngaged", TRUE),
    (r"Beam\.Low\.IsOn", FALSE),
)
ATTENTION = ((r"Beam\.High\.IsOn", TRUE),)
# What asks back in the rough world of its cautions, and in the silent one where nobody knows.
ATTENTION_ROUGH = (
    (r"Sunroof\.Position", ("100", "-100")),
    (r"Window\.Position", ("26", "100")),
    (r"Fog\.(Front|Rear)\.IsOn", TRUE),
)


def listed(command: Command, table: Listed) -> bool:
    """Is the command one of those that ``table`` names by pattern and value."""
    return any(
        re.search(pattern, command.signal) and (values is None or str(command.value) in values)
        for pattern, values in table
    )
