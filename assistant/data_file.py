"""A YAML file of ours as a pydantic value, with an error that names file, line and key."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from assistant.errors import CabinError
from policies.source import DataError, Source

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path, model: type[Model], error: type[CabinError]) -> Model:
    """The data in ``path`` as ``model``. Raises ``error`` naming file, line and key of the first thing wrong."""
    try:
        return Source.read(path).fill(model)
    except DataError as problem:
        raise error(str(problem)) from problem
