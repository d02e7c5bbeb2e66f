"""Cabin temperature under the climate settings, and the air in the tyres."""

from assistant.vehicle.energy import ENGINE, OUTSIDE, toward
from assistant.vehicle.physics import IGNITION, SPEED, Values
from assistant.vehicle.profile import Profile
from assistant.vehicle.world import WHEELS, Hidden, World

HVAC = "Vehicle.Cabin.HVAC."
CABIN = HVAC + "AmbientAirTemperature"
WINDOWS = tuple(
    f"Vehicle.Cabin.Door.{row}.{side}Side.Window.Position"
    for row in ("Row1", "Row2")
    for side in ("Driver", "Passenger")
)
KELVIN = 273.15
ATMOSPHERE = 101.3  # kPa
CLIMATE_KW = 4.0  # heater or compressor at full fan
WARN_AGAIN_KPA = 5.0  # a low-pressure light goes out only this far above its limit


def breathe(v: Values, p: Profile, w: World, dt: float) -> float:
    """Move the cabin's temperature on; returns the power that heating or cooling took, in kW."""
    inside, outside = v[CABIN], v[OUTSIDE]
    openings = sum(v[path] for path in WINDOWS) / 400 + abs(v["Vehicle.Cabin.Sunroof.Position"]) / 300
    inside = toward(inside, outside + w.sun_watts / 60, 1800 / (1 + 30 * openings), dt)
    fan = 0.5 if v[HVAC + "IsAutoActive"] else _mean(v, "FanSpeed") / 100
    if fan == 0 or v[IGNITION] not in ("ON", "START"):
        v[CABIN] = inside
        return 0.0
    wanted, power = _mean(v, "Temperature"), 0.0
    if wanted > inside:
        warmth = p.battery is not None or v[ENGINE + "EngineCoolant.Temperature"] > 45
        reachable = wanted if warmth else max(inside, min(wanted, outside))
        power = CLIMATE_KW * fan * min(1.0, (wanted - inside) / 8) if warmth else 0.0
    else:
        cold = v[HVAC + "IsAirConditioningActive"] and (p.battery is not None or v[ENGINE + "IsRunning"])
        reachable = wanted if cold else min(inside, max(wanted, outside))
        power = CLIMATE_KW * fan * min(1.0, (inside - wanted) / 8) if cold else 0.0
    v[CABIN] = toward(inside, reachable, 120 / fan, dt)
    return power


def _mean(v: Values, what: str) -> float:
    driver = v[f"{HVAC}Station.Row1.Driver.{what}"]
    mean: float = driver if v[HVAC + "IsSyncActive"] else (driver + v[f"{HVAC}Station.Row1.Passenger.{what}"]) / 2
    return mean


def tyre(wheel: str) -> str:
    """The path of ``wheel``'s tyre ("Row1.Left"), with a dot at its end."""
    row, side = wheel.split(".")
    return f"Vehicle.Chassis.Axle.{row}.Wheel.{side}.Tire."


TYRES = tuple((wheel, tyre(wheel) + "Pressure", tyre(wheel) + "IsPressureLow") for wheel in WHEELS)


def fill(v: Values, h: Hidden, wheel: str, kpa: float) -> None:
    """Put air in or let it out, so that ``wheel`` shows ``kpa`` at its present temperature."""
    warm = h.tyre_celsius.setdefault(wheel, v[OUTSIDE])
    h.tyre_air[wheel] = (kpa + ATMOSPHERE) / _kelvin(warm)


def _kelvin(celsius: float) -> float:
    """Absolute temperature; nothing set from outside makes it zero."""
    return max(1.0, celsius + KELVIN)


def low_limit(p: Profile, wheel: str) -> float:
    """The pressure in kPa below which ``wheel``'s warning comes on."""
    return p.tyres.low_fraction * (p.tyres.front_kpa if wheel.startswith("Row1") else p.tyres.rear_kpa)


def roll_tyres(v: Values, p: Profile, w: World, h: Hidden, dt: float) -> None:
    """Tyres warm with speed, their pressure with them; leaks take air away; the warning follows."""
    settled = v[OUTSIDE] + 0.18 * abs(v[SPEED])
    for wheel, pressure, light in TYRES:
        warm = toward(h.tyre_celsius[wheel], settled, 900, dt)
        kelvin = _kelvin(warm)
        air = max(ATMOSPHERE / kelvin, h.tyre_air[wheel] - w.leaks.get(wheel, 0.0) / 60 * dt / kelvin)
        h.tyre_celsius[wheel], h.tyre_air[wheel] = warm, air
        v[pressure] = kpa = air * kelvin - ATMOSPHERE
        limit = low_limit(p, wheel)
        v[light] = round(kpa) < limit + (WARN_AGAIN_KPA if v[light] else 0)
