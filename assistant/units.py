"""Values as spoken, in the catalogue's units, through pint."""

from functools import cache
from typing import TYPE_CHECKING

from policies.command import Value

if TYPE_CHECKING:
    from pint import UnitRegistry

PINT = {"celsius": "degC", "fahrenheit": "degF", "degrees": "degree", "miles": "mile", "feet": "foot"}
"""Names of ours (VSS 6.0 units, or as spoken) that pint calls otherwise. The rest are the same: km/h, kPa, bar ..."""

STEP = {"celsius": 0.5}
"""The finest step that a person can mean, by unit; a converted value is rounded to it."""


class UnitError(ValueError):
    """The units do not measure the same thing: a temperature in bar."""


@cache
def registry() -> "UnitRegistry[float]":
    """pint's registry. The first call costs about 0.2 s, so that bootstrap makes it in the background."""
    from pint import UnitRegistry

    return UnitRegistry(cache_folder=":auto:")


def convert(value: Value, unit: str | None, into: str | None) -> Value:
    """``value`` in the unit ``into``; unchanged where it has no unit or the same. Raises UnitError."""
    if isinstance(value, bool | str) or not unit or not into or unit.lower() == into.lower():
        return value
    return _converted(float(value), unit, into, difference=False)


def convert_difference(value: float, unit: str | None, into: str | None) -> float:
    """A difference of ``value`` in ``unit`` as one in ``into``: two degrees Fahrenheit warmer is about one Celsius."""
    if not unit or not into or unit.lower() == into.lower():
        return value
    return _converted(float(value), unit, into, difference=True)


def _converted(value: float, unit: str, into: str, *, difference: bool) -> float:
    from pint import PintError

    source, target = (PINT.get(name.lower(), name) for name in (unit, into))
    if difference:
        source, target = (f"delta_{name}" if name.startswith("deg") else name for name in (source, target))
    try:
        result = registry().Quantity(value, source).to(target).magnitude
    except (PintError, AttributeError) as error:
        raise UnitError(f"{unit} is no measure in {into}") from error
    step = STEP.get(into.lower())
    return round(result / step) * step if step else round(result, 3)
