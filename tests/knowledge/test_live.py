"""Questions about the car as it is now, with readings handed in."""

from math import inf
from pathlib import Path

import pytest

from knowledge import index
from knowledge.answer import LiveReading
from knowledge.embedding import Embedder
from knowledge.faults import ORDER, catalogue, codes_in
from knowledge.library import Library

AURELIA = Path(__file__).parents[2] / "knowledge" / "packs" / "aurelia"
WHEELS = ("Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right")


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Library:
    """The real lists of the demo car over a short stand-in text, so that the index is built in a moment."""
    folder = tmp_path_factory.mktemp("aurelia")
    pack = folder / "aurelia"
    (pack / "manual").mkdir(parents=True)
    for name in ("pack", "equipment", "telltales", "live", "safety"):
        (pack / f"{name}.yaml").write_text((AURELIA / f"{name}.yaml").read_text("utf-8"), "utf-8")
    titles = ("Tyre pressure too low", "Tyre pressures of the electric SUV", "Range of the electric SUV", "Service due")
    text = "".join(f"## {title}\n\nWhat the manual says of it.\n\n" for title in titles)
    (pack / "manual" / "01.md").write_text(f"<!-- page 5 -->\n# All\n\n{text}", "utf-8")
    index.build([pack], folder / "index", embedder)
    return Library.open(folder / "index", embedder)


def tyres(*kpa: float | None, age: float = 5.0) -> list[LiveReading]:
    return [
        LiveReading(f"Vehicle.Chassis.Axle.{wheel}.Tire.Pressure", value, "kPa", inf if value is None else age)
        for wheel, value in zip(WHEELS, kpa, strict=True)
    ]


def codes(*stored: str) -> LiveReading:
    return LiveReading("Vehicle.Diagnostics.DTCList", stored, None, 1.0)


def test_a_low_tyre_is_told_first_with_reading_and_recommendation(manual: Library) -> None:
    answer = manual.answer("how are my tyres", tyres(250, 185, 250, 250))
    assert answer.text.startswith("The front right tyre is low: 1.9 bar instead of 2.5 bar.")
    assert answer.sources[0].section.endswith("Tyre pressure too low")
    assert answer.sources[0].page == 5
    assert answer.live["Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure"] == 185


def test_of_two_low_tyres_the_worse_is_told_first(manual: Library) -> None:
    answer = manual.answer("are my tyres ok", tyres(190, 250, 250, 120))
    assert answer.text.startswith("The rear right tyre is far too low: 1.2 bar instead of 2.5 bar. Do not drive on.")


def test_good_tyres_are_said_to_be_fine(manual: Library) -> None:
    assert manual.answer("how are my tires", tyres(250, 250, 252, 248)).text.startswith("All four tyres are fine")


def test_a_missing_reading_is_said_to_be_missing(manual: Library) -> None:
    answer = manual.answer("how are my tyres", tyres(250, 250, None, 250))
    assert "There is no reading of the rear left tyre." in answer.text


def test_an_old_reading_is_said_to_be_old(manual: Library) -> None:
    assert (
        "The last reading is 25 minutes old."
        in manual.answer("how are my tyres", tyres(250, 250, 250, 250, age=1500)).text
    )


def test_without_any_reading_nothing_is_claimed(manual: Library) -> None:
    answer = manual.answer("how are my tyres")
    assert (answer.outcome, answer.reason, answer.live) == ("refused", "no_reading", {})


def test_pressures_come_in_the_unit_that_the_driver_chose(manual: Library) -> None:
    unit = LiveReading("Vehicle.Cabin.Infotainment.HMI.TirePressureUnit", "PSI", None, 1.0)
    assert "36 psi" in manual.answer("how are my tyres", [*tyres(250, 250, 250, 250), unit]).text


def test_another_variants_car_is_not_judged_by_the_electric_cars_pressures(manual: Library) -> None:
    model = LiveReading("Vehicle.VehicleIdentification.Model", "Aurelia 1.5 T", None, 1.0)
    assert "low" not in manual.answer("how are my tyres", [*tyres(230, 230, 210, 210), model]).text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("can I reach home, it is 100 km", "Yes: 100 km"),
        ("can I reach Lyon, 290 km from here", "Only just"),
        ("can I get there without charging, 400 km", "No: 400 km"),
        ("how much range is left", "The range is 312 km with 64 % charge."),
    ],
)
def test_range_is_compared_with_the_way_ahead(manual: Library, question: str, expected: str) -> None:
    readings = [
        LiveReading("Vehicle.Powertrain.TractionBattery.Range", 312_000, "m", 3.0),
        LiveReading("Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", 64.0, "percent", 3.0),
    ]
    assert manual.answer(question, readings).text.startswith(expected)


def test_fault_codes_are_told_worst_first(manual: Library) -> None:
    text = manual.answer("are there any fault codes", [codes("B2575", "P0AA6", "C0035")]).text
    assert text.index("P0AA6") < text.index("C0035") < text.index("B2575")


def test_with_a_dangerous_fault_driving_on_is_answered_no(manual: Library) -> None:
    assert manual.answer("is it safe to drive on", [codes("P0AA6")]).text.startswith("No, stop where it is safe.")


def test_a_sound_car_is_not_declared_safe_beyond_what_it_reports(manual: Library) -> None:
    text = manual.answer("is it safe to drive on", [codes(), *tyres(250, 250, 250, 250)]).text
    assert text.startswith("The car reports nothing against it")
    assert "If anything feels wrong, stop" in text


def test_without_readings_nobody_is_told_that_it_is_safe(manual: Library) -> None:
    assert manual.answer("is it safe to drive on").outcome == "refused"


def test_the_yellow_light_that_is_lit_is_explained(manual: Library) -> None:
    low = LiveReading("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.IsPressureLow", True, None, 1.0)
    assert manual.answer("what is that yellow light", [low, codes()]).text.startswith("Tyre pressure too low.")


@pytest.mark.parametrize("wheel", WHEELS)
def test_the_tyre_lamp_is_lit_by_any_wheel(manual: Library, wheel: str) -> None:
    low = LiveReading(f"Vehicle.Chassis.Axle.{wheel}.Tire.IsPressureLow", True, None, 1.0)
    answer = manual.answer("what is that yellow light", [low, codes()])
    assert answer.text.startswith("Tyre pressure too low.")
    assert answer.live == {low.name: True}


def test_of_several_lamps_all_are_named_and_the_worst_is_told_first(manual: Library) -> None:
    lit = [
        LiveReading("Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.IsPressureLow", True, None, 1.0),
        LiveReading("Vehicle.Chassis.Axle.Row2.Wheel.Left.Brake.PadWear", 85, "percent", 1.0),
        codes("P0AA6"),
    ]
    text = manual.answer("what are those lights", lit).text
    assert text.startswith("3 are lit, the most urgent first: High-voltage system fault, ")
    assert text.index("High-voltage") < text.index("Tyre pressure too low")
    assert "Brake pads worn" in text
    amber = manual.answer("what is that yellow light", lit).text
    assert amber.startswith("2 are lit")
    assert "High-voltage" not in amber


def test_a_lamp_whose_reading_is_gone_is_not_said_to_be_lit(manual: Library) -> None:
    gone = LiveReading("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.IsPressureLow", True, None, inf)
    assert "nothing that lights" in manual.answer("what is that yellow light", [gone, codes()]).text


def test_a_lamp_that_nothing_lights_is_not_invented(manual: Library) -> None:
    assert "nothing that lights a red lamp" in manual.answer("what is that red light", [codes()]).text


def test_the_next_service_is_read_and_an_overdue_one_said_so(manual: Library) -> None:
    path = "Vehicle.Service.DistanceToService"
    assert "8,200 km" in manual.answer("when is my next service", [LiveReading(path, 8200.0, "km", 1.0)]).text
    assert "overdue" in manual.answer("is a service due", [LiveReading(path, -50.0, "km", 1.0)]).text


def test_a_fault_code_is_explained_without_a_car(manual: Library) -> None:
    assert "cylinder 1 misfires" in manual.answer("what does p 0301 mean").text


def test_an_unknown_fault_code_is_refused(manual: Library) -> None:
    assert manual.answer("what does P3FFF mean").outcome == "refused"


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("my brakes don't work", "parking brake"),
        ("there is smoke coming from the hood", "get everybody out"),
        ("the airbag light is on", "every belt fastened"),
        ("the red lightning triangle is on", "cables"),
        ("the engine is overheating", "cool"),
    ],
)
def test_dangers_are_answered_from_the_curated_entries(manual: Library, question: str, topic: str) -> None:
    assert topic in manual.answer(question).text


@pytest.mark.parametrize(
    "question", ["does it have carplay", "how do I use the autopilot", "where is the head-up display"]
)
def test_what_the_car_lacks_is_refused_by_name(manual: Library, question: str) -> None:
    answer = manual.answer(question)
    assert (answer.outcome, answer.reason) == ("refused", "not_fitted")
    assert answer.text.startswith("This car has no ")


def test_the_catalogue_knows_the_codes_that_the_demo_car_stores() -> None:
    known = catalogue()
    assert len(known) >= 60
    assert {fault.severity for fault in known.values()} == set(ORDER)
    for telltale in (AURELIA / "telltales.yaml").read_text("utf-8").splitlines():
        assert set(codes_in(telltale.partition("codes: [")[2].partition("]")[0])) <= set(known)
