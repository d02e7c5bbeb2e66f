"""How the car moves: the one reading of the state that most rules ask for."""

from enum import StrEnum

from policies.state import VehicleState

SPEED = "Vehicle.Speed"
PARK_LOCK = "Vehicle.Powertrain.Transmission.IsParkLockEngaged"
PARKING_BRAKE = "Vehicle.Chassis.ParkingBrake.IsEngaged"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"

SPEED_AGE = 0.5  # s, the oldest speed that still counts
GEAR_AGE = 2.0  # s, the same for park lock, parking brake and gear
AHEAD = 0.1  # s, how far in the future a reading may seem to lie: two clocks read one after the other
STILL = 0.5  # km/h, what a wheel sensor may report for a car that stands
CREEP = 10.0  # km/h, up to here the car creeps
FAST = 130.0  # km/h, above this it is fast
FASTEST = 400.0  # km/h, more is a broken sensor


class Motion(StrEnum):
    """From the safest to the least safe. ``UNKNOWN`` is a speed that is missing, stale or out of range."""

    PARKED = "parked"
    STANDING = "standing"  # in gear, or held by the foot brake alone
    CREEPING = "creeping"
    MOVING = "moving"
    FAST = "fast"
    UNKNOWN = "unknown"


def motion(state: VehicleState, now: float) -> Motion:
    """The car's motion at ``now`` (s). Parked takes a park lock, or the parking brake and neutral gear."""
    speed = fresh(state, SPEED, now, SPEED_AGE)
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 <= speed <= FASTEST:
        return Motion.UNKNOWN
    if speed > FAST:
        return Motion.FAST
    if speed > CREEP:
        return Motion.MOVING
    if speed > STILL:
        return Motion.CREEPING
    if fresh(state, PARK_LOCK, now, GEAR_AGE) is True:
        return Motion.PARKED
    gear = fresh(state, GEAR, now, GEAR_AGE)
    if fresh(state, PARKING_BRAKE, now, GEAR_AGE) is True and type(gear) is int and gear == 0:
        return Motion.PARKED
    return Motion.STANDING


def fresh(state: VehicleState, path: str, now: float, oldest: float) -> object:
    """The value at ``path`` when it was reported within the last ``oldest`` seconds, else None."""
    reading = state.readings.get(path)
    if reading is None or not -AHEAD <= now - reading.at <= oldest:
        return None
    return reading.value
