"""Scripted scenarios: what happens to the simulated world, and when, read from YAML."""

from typing import Any

from pydantic import Field

from assistant.errors import VehicleError
from assistant.vehicle.data import HERE, Entry, read

FOLDER = HERE / "scenarios"


class Moment(Entry):
    """What happens ``at`` seconds from the start: conditions of the world, signals, faults."""

    at: float = Field(default=0.0, ge=0)
    world: dict[str, Any] = Field(default_factory=dict)
    set: dict[str, Any] = Field(default_factory=dict)
    fault: dict[str, str] = Field(default_factory=dict)
    mend: tuple[str, ...] = ()


class Scenario(Entry):
    """``about`` says in one sentence what happens; ``profile`` is the car for which it makes sense."""

    about: str
    profile: str = "electric_suv"
    steps: tuple[Moment, ...] = Field(min_length=1)


def names() -> tuple[str, ...]:
    """The scenarios that ship, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name: str) -> Scenario:
    """Raises VehicleError when there is no such scenario, or its file is wrong (naming file, line and
    key)."""
    if name not in names():
        raise VehicleError(
            f"there is no scenario {name!r}; choose one of {', '.join(names())}", code="unknown_scenario"
        )
    return read(FOLDER / f"{name}.yaml", Scenario)
