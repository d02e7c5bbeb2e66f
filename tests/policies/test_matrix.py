"""The matrix as a table: what a safety engineer reads in it."""

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Zone
from policies.gate import Gate
from policies.matrix import Case, Sight, World, cases, class_of, moving, rows
from policies.motion import Motion
from policies.rules import RuleTable
from policies.state import VehicleState

GATE = Gate(RuleTable.load(), Catalogue.load(), "car")
SPORT = "Vehicle.Powertrain.Transmission.PerformanceMode"


def test_a_row_says_who_asked_what_and_what_was_decided() -> None:
    found = [
        row.as_json()
        for row in rows(GATE, cases(GATE.rules, sights=[Sight.FRESH], signals=[SPORT]))
        if row.case.command.value == "SPORT" and row.case.origin == Origin(Means.VOICE, Zone.DRIVER)
    ]
    assert [(row["motion"], row["confirmation"], row["decision"]) for row in found[:4]] == [
        ("parked", "none", "confirm"),
        ("parked", "voice", "confirm"),
        ("parked", "touch", "allow"),
        ("parked", "biometric", "allow"),
    ]
    assert found[0]["command"] == f"{SPORT} = SPORT"
    assert found[0]["class"] == "critical"
    assert found[0]["by"] == ["touch", "biometric"]
    assert found[0]["rules"] == ["mode.sport"]


def test_the_whole_table_can_be_read_and_holds_every_rule() -> None:
    spoken = (
        case for case in cases(GATE.rules) if case.origin.means is Means.VOICE and case.confirmed is Modality.NONE
    )
    decided = {rule for row in rows(GATE, spoken) for rule in row.decision.rules}
    missing = {one.id for one in (*GATE.rules.rules, *GATE.rules.cautions)} - decided
    assert missing == set()


def test_what_has_no_rule_has_no_class() -> None:
    state = VehicleState(moving(Motion.PARKED))
    origin = Origin(Means.VOICE, Zone.DRIVER)
    case = Case(
        *(Command("Vehicle.Nonsense", True), "unsafe", World.CALM, Motion.PARKED, Sight.FRESH),
        *(origin, Modality.NONE, state),
    )
    (row,) = rows(GATE, [case])
    assert row.cls is None
    assert row.as_json()["decision"] == "refuse"
    assert row.as_json()["command"] == "Vehicle.Nonsense = true"
    assert row.as_json()["class"] is None


def test_the_class_of_a_change_depends_on_the_motion() -> None:
    classes = {
        (case.motion, class_of(GATE.rules[SPORT], case))
        for case in cases(GATE.rules, sights=Sight, signals=[SPORT])
        if case.command.value == "SNOW"
    }
    assert (Motion.PARKED, "attention") in classes
    assert (Motion.FAST, "critical") in classes
    assert (Motion.UNKNOWN, "attention") in classes  # refused there; the class is that of the other motions
