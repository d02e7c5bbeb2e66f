"""The catalogue of fault codes: what a code means and how urgent it is."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.pack import load_yaml

CATALOGUE = Path(__file__).parent / "codes.yaml"

Severity = Literal["stop now", "soon", "next service", "information"]
ORDER: tuple[Severity, ...] = ("stop now", "soon", "next service", "information")
"""Worst first."""

_CODE = re.compile(r"\b([PBCU])\s?-?\s?([0-3])\s?([0-9A-F])\s?([0-9A-F])\s?([0-9A-F])\b", re.I)


class Fault(BaseModel):
    """One code: ``means`` completes "... : <means>", ``do`` is what to do and whether one can drive on, ``workshop``
    completes "A workshop will look at <workshop>"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity
    lamp: str
    means: str
    do: str
    workshop: str

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return ORDER.index(self.severity)


@cache
def catalogue(path: Path = CATALOGUE) -> Mapping[str, Fault]:
    """All codes. Raises PackError naming line and key when the file is wrong."""
    return load_yaml(path, dict[str, Fault])


def codes_in(text: str) -> list[str]:
    """The fault codes named in ``text`` ("p 0301" too), upper case, in order, each once."""
    return list(dict.fromkeys("".join(match.groups()).upper() for match in _CODE.finditer(text)))
