"""Reads this folder's YAML: a wrong entry is named with file, line and key."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from assistant.errors import VehicleError
from policies.source import DataError, Source

HERE = Path(__file__).parent

Model = TypeVar("Model", bound=BaseModel)


class Entry(BaseModel):
    """The base of everything that is read from these files: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(path: Path, model: type[Model]) -> Model:
    """The file at ``path`` as ``model``. Raises VehicleError naming file, line and key."""
    try:
        return Source.read(path).fill(model)
    except DataError as error:
        raise VehicleError(str(error), code="bad_data") from error
