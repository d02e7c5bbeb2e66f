"""What the sentences name is in the catalogue: no intent asks for a signal that the gate does not know."""

from pathlib import Path

import yaml

from intents.things import Things

CATALOGUE = yaml.safe_load((Path(__file__).parents[2] / "policies" / "signals.yaml").read_text(encoding="utf-8"))


def test_every_signal_that_can_be_meant_is_in_the_catalogue() -> None:
    assert Things.load().signals <= set(CATALOGUE)


def test_what_is_switched_on_and_off_with_words_is_a_value_that_the_signal_takes() -> None:
    things = Things.load()
    for name, thing in things.things.items():
        for value in (thing.on, thing.off):
            if isinstance(value, str) and value:
                for signal in things.members[name].values():
                    assert value in CATALOGUE[signal].get("allowed", [value]), (name, value)


def test_every_actuator_of_the_catalogue_has_words_or_is_reached_with_another() -> None:
    """An actuator that nobody can name is either a twin of one that has a name, or an oversight."""
    twins = {
        "Vehicle.Cabin.HVAC.IsRecirculationActive",  # AirCirculation names all three sources
        "Vehicle.Cabin.RearShade.Switch",  # RearShade.Position
        "Vehicle.Body.Lights.Brake.IsActive",  # the brake pedal's
        "Vehicle.ADAS.CruiseControl.IsEnabled",  # IsActive
        "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Latitude",  # Destination
        "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Longitude",
    }
    actuators = {path for path, signal in CATALOGUE.items() if signal["kind"] == "actuator"}
    assert actuators - Things.load().signals <= twins
