"""What the driver's seat offers, from presets.yaml: weathers, faults, and phrases to say."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.data_file import read
from assistant.errors import CabinError

HERE = Path(__file__).parent / "presets.yaml"


class PresetError(CabinError):
    """presets.yaml is wrong: names file, line and key."""

    code = "presets"


class Preset(BaseModel):
    """Something that happens to the simulated world; the fields are those of a scenario's moment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    set: dict[str, Any] = Field(default_factory=dict)
    world: dict[str, Any] = Field(default_factory=dict)
    fault: dict[str, str] = Field(default_factory=dict)


class Presets(BaseModel):
    """presets.yaml as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weather: dict[str, Preset]
    faults: dict[str, Preset]
    phrases: tuple[str, ...]


@cache
def presets() -> Presets:
    """Raises PresetError naming file, line and key."""
    return read(HERE, Presets, PresetError)
