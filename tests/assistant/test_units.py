"""Values as spoken become values of the catalogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.units import UnitError, convert, convert_difference


@pytest.mark.parametrize(
    ("value", "unit", "into", "result"),
    [
        (72, "fahrenheit", "celsius", 22.0),
        (70, "fahrenheit", "celsius", 21.0),
        (60, "mph", "km/h", 96.561),
        (2.4, "bar", "kPa", 240.0),
        (21, None, "celsius", 21),
        ("SPORT", None, None, "SPORT"),
        (True, "percent", "percent", True),
    ],
)
def test_a_value_is_converted(value, unit, into, result) -> None:
    assert convert(value, unit, into) == pytest.approx(result) if not isinstance(value, str | bool) else result


def test_a_difference_of_degrees_has_no_offset() -> None:
    assert convert_difference(2, "fahrenheit", "celsius") == 1.0


def test_a_temperature_in_bar_is_refused() -> None:
    with pytest.raises(UnitError, match="bar"):
        convert(20, "bar", "celsius")


@given(st.floats(-40, 60))
def test_celsius_to_fahrenheit_and_back_ends_within_half_a_step(value: float) -> None:
    assert abs(float(convert(value * 9 / 5 + 32, "fahrenheit", "celsius")) - value) <= 0.2501
