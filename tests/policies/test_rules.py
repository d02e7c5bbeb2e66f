"""A rule table that is not sound is refused with file, line and rule."""

from pathlib import Path

import pytest

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Confirm, Refuse
from policies.gate import Gate
from policies.matrix import NOW, moving
from policies.motion import Motion
from policies.rules import RuleError, RuleTable
from policies.state import Reading, VehicleState

HEAD = """version: 1
answers: {attention: [driver, asker], critical: [driver]}
rules:
"""
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
HIGH = "Vehicle.Body.Lights.Beam.High.IsOn"
RAIN = "Vehicle.Body.Raindetection.Intensity"


def rule(**given: str) -> str:
    """One rule, comfort for the driver in any motion unless told otherwise."""
    keys = {"id": "some.rule", "signals": LOCK, "class": "comfort", "who": "[driver]", "motion": "any"} | given
    return "  - {" + ", ".join(f"{key.rstrip('_')}: {value}" for key, value in keys.items() if value) + "}\n"


def caution(**given: str) -> str:
    keys = {"id": "a.caution", "signals": HIGH, "class": "attention", "motion": "any"} | given
    keys.setdefault("when", f"[{{signal: {RAIN}, above: 0}}]")
    return "cautions:\n  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value) + "}\n"


def load(tmp_path: Path, text: str) -> RuleTable:
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    return RuleTable.load(file)


def test_the_shipped_table_has_a_rule_for_every_actuator() -> None:
    catalogue, rules = Catalogue.load(), RuleTable.load()
    assert {path for path, signal in catalogue.items() if signal.kind == "actuator"} == set(rules)


def test_the_shipped_table_has_no_rule_for_what_can_only_be_read() -> None:
    rules = RuleTable.load()
    assert "Vehicle.Speed" not in rules
    assert len(rules) == len(list(rules))


def test_the_shipped_table_says_what_happens_for_every_value_in_both_directions() -> None:
    for path, entry in RuleTable.load().items():
        for value, toward in entry.changes():
            assert any(one.covers(value, toward) for one in entry.rules), f"{path} = {value} ({toward})"


def test_every_rule_that_asks_back_or_forbids_says_why() -> None:
    table = RuleTable.load()
    silent = [one.id for one in (*table.rules, *table.cautions) if one.cls != "comfort" and not one.because]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (rule(colour="red"), 4, "rule 'some.rule', colour: Extra inputs are not permitted"),
        (rule(who=""), 4, "who: Field required"),
        (rule(who="[cat]"), 4, "who"),
        (rule(motion="[flying]"), 4, "motion"),
        (rule(motion="[]"), 4, "motion"),
        (rule(class_="comfy", **{"class": ""}), 4, "class"),
        (rule(id="Some Rule"), 4, "id"),
        (rule(signals="Vehicle.Nonsense"), 4, "neither in VSS 6.0 nor in overlay.vspec"),
        (rule(signals="Vehicle.Speed"), 4, "can only be read: its kind is sensor"),
        (rule(signals="Vehicle.*.Nonsense"), 4, "no signal that can be set is called"),
        (rule(signals=f"[{LOCK}, {LOCK}]"), 4, "twice"),
        (rule() + rule(signals=HIGH), 5, "has the id of the rule in line 4"),
        (rule() + rule(id="other"), 5, "overlaps with 'some.rule'"),
        (rule(to="[true]") + rule(id="other", toward="safe"), 5, "overlaps with 'some.rule'"),
        (
            rule(signals=WINDOW, to="{above: 20}") + rule(id="other", signals=WINDOW, to="{at_most: 21}"),
            5,
            "overlaps with 'some.rule'",
        ),
        (rule(to="[true]", toward="unsafe"), 4, "can never be reached"),
        (rule(signals="Vehicle.ADAS.ABS.IsEnabled", toward="safe"), 4, "can never be reached"),
        (rule(to="[1]"), 4, "takes true or false"),
        (rule(signals=WINDOW, to="{above: 100}"), 4, "has no such value"),
        (rule(to="{above: 0}"), 4, "has no such value"),
        (rule(signals=HIGH, who="[own]"), 4, "belongs to no seat"),
        (rule(confirm="voice", **{"class": "critical"}), 4, "is critical: voice alone cannot confirm it"),
        (rule(confirm="none", **{"class": "attention"}), 4, "must say what confirms"),
        (rule(confirm="touch"), 4, "there is nothing to confirm"),
        (rule(confirm="touch", **{"class": "forbidden"}), 4, "there is nothing to confirm"),
        (rule(who="[outside]", **{"class": "attention"}), 4, "lets outside do more than harmless comfort"),
        (rule(who="[unknown]", motion="[parked]"), 4, "lets unknown do more than harmless comfort"),
        (rule(motion="[moving]"), 4, "allows Vehicle.Cabin.Door.Row1.DriverSide.IsLocked = True more when moving"),
        (
            rule(motion="[parked]", **{"class": "critical"}) + rule(id="other", motion="[standing]"),
            5,
            "more when standing than when parked",
        ),
        (
            rule(motion="[parked]") + rule(id="other", motion="[standing]", who="[passenger]"),
            5,
            "more when standing than when parked",
        ),
        (
            rule(motion="[parked]", by="[touch]") + rule(id="other", motion="[standing]"),
            5,
            "more when standing than when parked",
        ),
        (rule(signals=HIGH) + caution(motion="[parked]"), 6, "applies when parked but not when standing"),
        (rule(signals=HIGH) + caution(when="[]"), 6, "when"),
        (rule(signals=HIGH) + caution(when="[{signal: Vehicle.Rain, above: 0}]"), 6, "not in the catalogue"),
        (rule(signals=HIGH) + caution(when=f"[{{signal: {RAIN}, is: wet}}]"), 6, "takes whole numbers 0 to 100"),
        (rule(signals=HIGH) + caution(when=f"[{{signal: {RAIN}}}]"), 6, "give one of: is, above, at_most"),
        (rule(signals=HIGH) + caution(**{"class": "comfort"}), 6, "can never decide"),
        (rule(signals=HIGH, to="[true]") + caution(to="[false]"), 6, "can never decide"),
        (rule() + caution(), 6, "can never decide: no rule lets Vehicle.Body.Lights.Beam.High.IsOn be changed"),
        (rule() + "rates:\n  - {id: fast, signals: " + HIGH + ", moves: 1, within: 1}\n", 6, "can never decide"),
        (rule() + "rates:\n  - {id: fast, signals: " + LOCK + ", moves: 0, within: 1}\n", 6, "rule 'fast', moves"),
        ("  - {id: a, id: b}\n", 4, "rules.0.id: is there twice"),
        ("  - {1: a}\n", 4, "is not a word"),
        ("  - [\n", 5, "YAML"),
        ("  - &a [*a]\n", 1, "YAML"),
        ("  - !!python/none x\n", 4, "YAML"),
        ("", 3, "rules"),
    ],
)
def test_an_unsound_table_is_refused_by_file_line_and_rule(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(RuleError) as refused:
        load(tmp_path, HEAD + text)
    assert str(refused.value).startswith(f"{tmp_path / 'rules.yaml'}:{line}: ")
    assert says in str(refused.value)


def test_a_table_that_is_not_there_or_empty_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read"):
        RuleTable.load(tmp_path / "none.yaml")
    with pytest.raises(RuleError, match=":1: file"):
        load(tmp_path, "")
    (tmp_path / "rules.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError, match="cannot be read"):
        RuleTable.load(tmp_path / "rules.yaml")
    (tmp_path / "rules.yaml").write_text("\x00")
    with pytest.raises(RuleError, match=":1: YAML"):
        RuleTable.load(tmp_path / "rules.yaml")


def test_more_speed_may_allow_more_where_a_rule_says_why(tmp_path: Path) -> None:
    table = load(tmp_path, HEAD + rule(motion="[moving, fast]", eases="'only at speed'", signals=HIGH))
    driving = VehicleState(moving(Motion.MOVING))
    asked = decide(table, Command(HIGH, True), state=driving)
    assert isinstance(asked, Allow)


def decide(
    table: RuleTable,
    command: Command,
    zone: Zone = Zone.DRIVER,
    state: VehicleState | None = None,
    means: Means = Means.VOICE,
    confirmed: Modality = Modality.NONE,
) -> Allow | Confirm | Refuse:
    gate = Gate(table, Catalogue.load(), "car")
    seen = VehicleState(moving(Motion.PARKED)) if state is None else state
    return gate.decide([command], Origin(means, zone), seen, NOW, confirmed)


def test_a_rule_may_ask_for_more_than_its_class(tmp_path: Path) -> None:
    table = load(tmp_path, HEAD + rule(confirm="biometric", **{"class": "critical"}))
    asked = decide(table, Command(LOCK, False), confirmed=Modality.TOUCH)
    assert isinstance(asked, Confirm)
    assert asked.by == (Modality.BIOMETRIC,)
    assert "camera" in asked.says


def test_a_rule_may_keep_out_a_way_of_asking(tmp_path: Path) -> None:
    everywhere = load(tmp_path, HEAD + rule(by="[touch]"))
    parked = load(tmp_path, HEAD + rule(by="[touch]", motion="[parked]"))
    driving = VehicleState(moving(Motion.MOVING))
    assert refusal(decide(everywhere, Command(LOCK, True))) == "means"
    assert refusal(decide(parked, Command(LOCK, True), state=driving)) == "means"
    assert isinstance(decide(everywhere, Command(LOCK, True), means=Means.TOUCH), Allow)


def test_an_unknown_voice_is_asked_nothing_back(tmp_path: Path) -> None:
    table = load(tmp_path, HEAD + rule(signals=HIGH, who="[inside, unknown, outside]") + caution())
    assert isinstance(decide(table, Command(HIGH, True)), Confirm)
    assert refusal(decide(table, Command(HIGH, True), zone=Zone.UNKNOWN)) == "zone"
    assert refusal(decide(table, Command(HIGH, True), zone=Zone.OUTSIDE)) == "zone"


def test_values_without_a_rule_are_refused(tmp_path: Path) -> None:
    table = load(tmp_path, HEAD + rule(to="[true]"))
    assert refusal(decide(table, Command(LOCK, False))) == "unlisted"
    assert refusal(decide(table, Command(HIGH, False))) == "unlisted"


def test_a_coupled_command_without_a_rule_refuses_the_whole(tmp_path: Path) -> None:
    table = load(tmp_path, HEAD + rule(signals="Vehicle.Body.Lights.Fog.Front.IsOn"))
    assert refusal(decide(table, Command("Vehicle.Body.Lights.Fog.Front.IsOn", True))) == "unlisted"


def refusal(decision: Allow | Confirm | Refuse) -> str:
    assert isinstance(decision, Refuse)
    return decision.code


def test_a_caution_holds_only_for_its_zones_and_motions(tmp_path: Path) -> None:
    later = caution(zones="[passenger]", motion="[moving, fast, unknown]", **{"class": "forbidden"})
    table = load(tmp_path, HEAD + rule(signals=HIGH, who="[inside]") + later)
    driving = VehicleState({**moving(Motion.MOVING), RAIN: Reading(50, NOW)})
    assert isinstance(decide(table, Command(HIGH, True), Zone.PASSENGER), Allow)
    assert isinstance(decide(table, Command(HIGH, True), Zone.DRIVER, driving), Allow)
    assert refusal(decide(table, Command(HIGH, True), Zone.PASSENGER, driving)) == "caution"
