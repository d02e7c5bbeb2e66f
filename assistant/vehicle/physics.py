"""One step of the small physical model: driving. Energy, warmth and tyres have files of their own.

Lumped models with round figures: right in direction and size, cheap enough for an hour of driving in a
fraction of a second. Values are kept unrounded, by VSS path, in the catalogue's units.
"""

import math
from typing import Any

from assistant.vehicle.profile import Profile
from assistant.vehicle.world import Hidden, World

Values = dict[str, Any]

SPEED = "Vehicle.Speed"
MOVING = "Vehicle.IsMoving"
PEDAL = "Vehicle.Chassis.Accelerator.PedalPosition"
BRAKE = "Vehicle.Chassis.Brake.PedalPosition"
PARKING_BRAKE = "Vehicle.Chassis.ParkingBrake.IsEngaged"
PARK_LOCK = "Vehicle.Powertrain.Transmission.IsParkLockEngaged"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
SELECTED = "Vehicle.Powertrain.Transmission.SelectedGear"
IGNITION = "Vehicle.LowVoltageSystemState"
ODOMETER = "Vehicle.TraveledDistance"
CRUISE = "Vehicle.ADAS.CruiseControl."
LIMITER = "Vehicle.ADAS.SpeedLimiter."

PARK, NEUTRAL, DRIVE = 126, 0, 127  # VSS 6.0, Transmission.SelectedGear
GRAVITY = 9.81  # m/s2
AIR_DENSITY = 1.2  # kg/m3, at 20 degrees
BRAKING = 9.0  # m/s2 with the pedal down, on a dry road
COASTING = 0.35  # m/s2 without a pedal: engine drag or recuperation
METRES_PER_DEGREE = 111_320.0  # of latitude
PAD_LIFE_J = 1.2e10  # heat that wears a front pad from new to worn; rear pads do half the work
AXLES = {"Row1": 1.0, "Row2": 0.5}


def drive(v: Values, p: Profile, w: World, h: Hidden, dt: float) -> None:
    """Speed from pedals, grade and gear, or the speed that is held; then what the wheels took."""
    old = v[SPEED] / 3.6
    weight = p.mass_kg * GRAVITY
    direction = -1.0 if v[SELECTED] == -1 or old < 0 else 1.0
    resistance = 0.5 * AIR_DENSITY * p.drag_area_m2 * old * old + p.rolling * weight * (old != 0)
    climb = weight * math.sin(math.atan(w.grade_percent / 100))
    if h.held_kmh is not None:
        _approach_held(v, h, dt)
        speed = v[SPEED] / 3.6
        force = (resistance + climb + p.mass_kg * (abs(speed) - abs(old)) / dt) if speed else 0.0
        braking = max(0.0, -force)
        h.wheel_kw = force * abs(speed) / 1000
        _show_pedals(v, p, force, speed)
    else:
        pedal, brake = _pedals(v, p, abs(old))
        most = min(p.force_n, p.power_kw * 1000 / max(abs(old), 1.0))
        pushing = most * pedal / 100 if _can_push(v) else 0.0
        braking = p.mass_kg * BRAKING * brake / 100
        coasting = p.mass_kg * COASTING * (old != 0 and pedal == 0)
        gain = (pushing - resistance - climb * direction - braking - coasting) / p.mass_kg
        new = abs(old) + gain * dt
        if new < 0 or v[PARKING_BRAKE] or v[PARK_LOCK]:
            new = 0.0
        v[SPEED] = direction * min(new * 3.6, p.top_kmh if direction > 0 else 20.0)
        h.wheel_kw = (pushing - coasting) * abs(v[SPEED]) / 3600
    v[MOVING] = v[SPEED] != 0
    v["Vehicle.Body.Lights.Brake.IsActive"] = "ACTIVE" if v[BRAKE] > 0 else "INACTIVE"
    metres = abs(v[SPEED]) / 3.6 * dt
    wear = 100 * braking * metres / PAD_LIFE_J
    for axle, share in AXLES.items():
        for side in ("Left", "Right"):
            path = f"Vehicle.Chassis.Axle.{axle}.Wheel.{side}.Brake.PadWear"
            v[path] = min(100.0, v[path] + wear * share)


def travel(v: Values, p: Profile, w: World, h: Hidden, dt: float) -> None:
    """Odometer, place, service distance, mean speed, gear."""
    metres = abs(v[SPEED]) / 3.6 * dt
    v["Vehicle.Service.TimeToService"] -= dt
    v["Vehicle.Service.IsServiceDue"] = (
        v["Vehicle.Service.TimeToService"] <= 0 or v["Vehicle.Service.DistanceToService"] <= 0
    )
    if not metres:
        return
    h.trip_m += metres
    h.trip_s += dt
    v[ODOMETER] += metres
    v["Vehicle.Service.DistanceToService"] -= metres / 1000
    v["Vehicle.AverageSpeed"] = 3.6 * h.trip_m / h.trip_s
    v["Vehicle.Driver.FatigueLevel"] = min(100.0, v["Vehicle.Driver.FatigueLevel"] + 4.0 * dt / 3600)
    heading, latitude = math.radians(w.heading_degrees), v["Vehicle.CurrentLocation.Latitude"]
    east = metres * math.sin(heading) / (METRES_PER_DEGREE * max(0.01, math.cos(math.radians(latitude))))
    north = metres * math.cos(heading) / METRES_PER_DEGREE
    v["Vehicle.CurrentLocation.Latitude"] = max(-90.0, min(90.0, latitude + north))
    v["Vehicle.CurrentLocation.Longitude"] = (v["Vehicle.CurrentLocation.Longitude"] + east + 180) % 360 - 180
    if v[SPEED] > 0:
        v[GEAR] = 1 + sum(v[SPEED] > limit for limit in p.engine.shift_kmh) if p.engine else 1


def _approach_held(v: Values, h: Hidden, dt: float) -> None:
    """A held speed stays; cruise control moves it to its own, the limiter brings it down, both gently (1.5
    m/s2)."""
    assert h.held_kmh is not None
    wanted = h.held_kmh
    if v[CRUISE + "IsActive"] and v[SPEED] >= 30:
        wanted = v[CRUISE + "SpeedSet"]
    if v[LIMITER + "IsEnabled"]:
        wanted = min(wanted, v[LIMITER + "SpeedSet"])
    change = 1.5 * 3.6 * dt
    v[SPEED] += max(-change, min(change, wanted - v[SPEED]))


def _show_pedals(v: Values, p: Profile, force: float, speed: float) -> None:
    most = min(p.force_n, p.power_kw * 1000 / max(abs(speed), 1.0))
    v[PEDAL] = max(0.0, min(100.0, 100 * force / most))
    v[BRAKE] = max(0.0, min(100.0, -100 * (force + p.mass_kg * COASTING) / (p.mass_kg * BRAKING)))


def _pedals(v: Values, p: Profile, speed: float) -> tuple[float, float]:
    """The driver's pedals, or those of cruise control; the limiter takes the accelerator away."""
    pedal, brake = v[PEDAL], v[BRAKE]
    if v[CRUISE + "IsActive"] and speed >= 30 / 3.6 and not brake:
        gap = v[CRUISE + "SpeedSet"] / 3.6 - speed
        pedal, brake = max(0.0, min(100.0, 15 + 20 * gap)), max(0.0, min(30.0, -10 * (gap + 1)))
    if v[LIMITER + "IsEnabled"] and speed * 3.6 >= v[LIMITER + "SpeedSet"]:
        pedal = 0.0
    return pedal, brake


def _can_push(v: Values) -> bool:
    return v[SELECTED] not in (PARK, NEUTRAL) and v[IGNITION] == "ON" and not v[PARKING_BRAKE] and not v[PARK_LOCK]
