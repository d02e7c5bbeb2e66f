"""What kind of car is simulated: its figures and the value that every signal starts with, read from YAML."""

from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field

from assistant.errors import VehicleError
from assistant.vehicle.data import HERE, Entry, read

PROFILES = ("electric_suv", "petrol_hatchback", "diesel_van")


class Battery(Entry):
    """The traction battery: usable capacity, mains charging power, consumption before any was measured."""

    capacity_kwh: float = Field(gt=0)
    charge_kw: float = Field(gt=0)
    nominal_kwh_per_100km: float = Field(gt=0)


class Fuel(Entry):
    """Tank and fuel; the reserve light comes on below ``low_percent`` of the tank."""

    tank_l: float = Field(gt=0)
    energy_kwh_per_l: float = Field(gt=0)
    idle_l_per_h: float = Field(ge=0)
    nominal_l_per_100km: float = Field(gt=0)
    low_percent: float = Field(ge=0, le=100)


class Engine(Entry):
    """A combustion engine; it shifts up at each speed of ``shift_kmh``, one ratio of ``rpm_per_kmh`` a
    gear."""

    warm_celsius: float
    idle_rpm: float = Field(gt=0)
    rpm_per_kmh: tuple[float, ...]
    shift_kmh: tuple[float, ...]


class Tyres(Entry):
    """Recommended cold pressures; the warning comes on below ``low_fraction`` of them."""

    front_kpa: float = Field(gt=0)
    rear_kpa: float = Field(gt=0)
    low_fraction: float = Field(gt=0, lt=1)


class Profile(Entry):
    """One car. ``force_n`` is the most its wheels push from rest, ``rolling`` a share of its weight,
    ``efficiency`` the share of battery or fuel energy that reaches the wheels. Signals under ``lacks`` are
    never reported."""

    id: str = Field(min_length=1)
    powertrain: Literal["electric", "petrol", "diesel"]
    mass_kg: float = Field(gt=0)
    drag_area_m2: float = Field(gt=0)
    rolling: float = Field(gt=0)
    force_n: float = Field(gt=0)
    power_kw: float = Field(gt=0)
    top_kmh: float = Field(gt=0)
    efficiency: float = Field(gt=0, le=1)
    battery: Battery | None = None
    fuel: Fuel | None = None
    engine: Engine | None = None
    tyres: Tyres
    lacks: tuple[str, ...] = ()
    start: dict[str, Any]

    def fitted(self, path: str) -> bool:
        """Does this car have the signal at all."""
        return not any(fnmatchcase(path, pattern) for pattern in self.lacks)


def load_profile(name: str) -> Profile:
    """The profile that ships under ``name``. Raises VehicleError when there is none or it is wrong."""
    if name not in PROFILES:
        raise VehicleError(
            f"there is no vehicle profile {name!r}; choose one of {', '.join(PROFILES)}",
            code="unknown_profile",
        )
    own = read(HERE / "profiles" / f"{name}.yaml", Profile)
    common = read(HERE / "profiles" / "common.yaml", _Common)
    return own.model_copy(update={"start": {**common.start, **own.start}})


class _Common(Entry):
    """What all profiles share."""

    start: dict[str, Any]
