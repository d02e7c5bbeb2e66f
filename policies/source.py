"""A YAML file read with the line of every key, so that a wrong entry can be named; no key may repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)

Where = tuple[str | int, ...]
"""The keys and list positions that lead from the top of a file to one entry."""


class DataError(ValueError):
    """Data of this folder is wrong. The message names file, line and entry."""

    def __init__(self, file: str, line: int, what: str, message: str) -> None:
        super().__init__(f"{file}:{line}: {what}: {message}")
        self.file, self.line, self.what = file, line, what


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds: plain data, and the line (from 1) on which each of its entries begins."""

    file: str
    data: Any
    lines: Mapping[Where, int]
    error: type[DataError]

    @classmethod
    def read(cls, path: Path, error: type[DataError] = DataError) -> "Source":
        """Raises ``error`` when the file cannot be read, is no YAML, or repeats a key."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as cause:
            raise error(str(path), 1, "file", f"cannot be read: {cause}") from None
        lines: dict[Where, int] = {}
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
            data = None if node is None else _build(node, (), lines, str(path), error)
        except yaml.MarkedYAMLError as cause:
            line = cause.problem_mark.line + 1 if cause.problem_mark else 1
            raise error(str(path), line, "YAML", str(cause.problem)) from None
        except (yaml.YAMLError, RecursionError) as cause:
            raise error(str(path), 1, "YAML", str(cause)) from None
        return cls(str(path), data, lines, error)

    def line(self, where: Where) -> int:
        """The line of ``where``, or of the nearest entry around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def wrong(self, where: Where, what: str, message: str) -> DataError:
        """The error to raise about the entry at ``where``."""
        return self.error(self.file, self.line(where), what, message)

    def fill(self, model: type[Model]) -> Model:
        """The data as ``model``. Raises ``error`` about the first entry that does not fit."""
        try:
            return model.model_validate(self.data)
        except ValidationError as cause:
            where, message = self._nearest(cause)
            raise self.wrong(where, self._named(where), message) from None

    def _nearest(self, cause: ValidationError) -> tuple[Where, str]:
        """The entry that the first error is about, without the type names that pydantic adds."""
        first = cause.errors()[0]
        where: list[str | int] = []
        found: Any = self.data
        for step in first["loc"]:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                if first["type"] == "missing":
                    where.append(step)
                break
            where.append(step)
        return tuple(where), first["msg"].removeprefix("Value error, ")

    def _named(self, where: Where) -> str:
        """``where`` in words, with the id of the entry that it lies in: ``rule 'doors.open', class``."""
        found: Any = self.data
        for depth, step in enumerate(where):
            if isinstance(found, dict) and isinstance(found.get("id"), str):
                return f"rule '{found['id']}', {'.'.join(map(str, where[depth:]))}"
            found = found.get(step) if isinstance(found, dict) else found[step]
        return ".".join(map(str, where)) or "file"


@cache
def _constructor() -> yaml.constructor.SafeConstructor:
    return yaml.constructor.SafeConstructor()


def _build(node: yaml.Node, where: Where, lines: dict[Where, int], file: str, error: type[DataError]) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _constructor().construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise error(file, line, "key", f"{key!r} is not a word; quote it")
            if key in built:
                raise error(file, line, ".".join(map(str, (*where, key))), "is there twice")
            lines[(*where, key)] = line
            built[key] = _build(value_node, (*where, key), lines, file, error)
        return built
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*where, i), lines, file, error) for i, item in enumerate(node.value)]
    return _constructor().construct_object(node)
