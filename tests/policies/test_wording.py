"""The gate's sentences."""

from pathlib import Path

import pytest

from policies.catalogue import Catalogue
from policies.command import Value
from policies.rules import RuleError
from policies.wording import HERE, Wording, aloud

CATALOGUE = Catalogue.load()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("Vehicle.Body.Trunk.Rear.IsOpen", True, "open"),
        ("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", False, "unlocked"),
        ("Vehicle.Body.Mirrors.DriverSide.IsFolded", True, "folded"),
        ("Vehicle.Body.Lights.Beam.High.IsOn", False, "off"),
        ("Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", 50, "50 percent"),
        ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 21.5, "21.5 degrees"),
        ("Vehicle.ADAS.CruiseControl.SpeedSet", 100.0, "100 kilometres per hour"),
        ("Vehicle.Body.Windshield.Front.Wiping.Mode", "RAIN_SENSOR", "rain sensor"),
        ("Vehicle.Body.Windshield.Front.Wiping.Intensity", 2, "2"),
        ("Vehicle.Cabin.Infotainment.Phone.Call", "Anna", "Anna"),
        ("Vehicle.Cabin.Infotainment.Phone.Call", "", "nothing"),
    ],
)
def test_values_are_said_as_people_say_them(path: str, value: Value, said: str) -> None:
    assert aloud(CATALOGUE[path], value) == said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('allow: "All right."', 'allow: "All {wrong}."', "allow: a sentence may use name"),
        ('allow: "All right."', 'allow: "All {."', "allow: a sentence may use name"),
        ("  rate:", "  rat:", "refuse has no sentence for rate"),
        ("  biometric:", "  voice2:", "confirm"),
        ("  fast: ", "  quick: ", "when"),
        ("version: 1", "version: 2", "version"),
    ],
)
def test_a_wrong_sentence_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "wording.yaml"
    text = HERE.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(RuleError, match=f"wording.yaml:\\d+: .*{says}"):
        Wording.load(file)
