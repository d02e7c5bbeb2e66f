"""What makes a rule table sound: what is just allowed beside what is just not."""

from pathlib import Path

import pytest

from policies.rules import RuleError, RuleTable

HEAD = "version: 1\nanswers: {attention: [driver, asker], critical: [driver]}\nrules:\n"
HIGH = "Vehicle.Body.Lights.Beam.High.IsOn"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
WET = "[{signal: Vehicle.Body.Raindetection.Intensity, above: 0}]"


def rule(id_: str = "one", **said: str) -> str:
    keys = {"id": id_, "signals": LOCK, "class": "comfort", "who": "driver", "motion": "any"} | said
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


def caution(id_: str = "wet", **said: str) -> str:
    keys = {"id": id_, "signals": LOCK, "class": "attention", "motion": "any", "when": WET} | said
    return "cautions:\n  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


@pytest.fixture
def fault(tmp_path: Path):
    """Says what is wrong with rules, without file; empty when they are sound."""

    def told(text: str) -> str:
        file = tmp_path / "rules.yaml"
        file.write_text(HEAD + text, encoding="utf-8")
        try:
            RuleTable.load(file)
        except RuleError as error:
            return str(error).removeprefix(f"{file}:")
        except Exception as error:
            pytest.fail(f"raised {error!r}")
        return ""

    return told


CRITICAL, ATTENTION, FORBIDDEN = {"class": "critical"}, {"class": "attention"}, {"class": "forbidden"}


@pytest.mark.parametrize(
    "text",
    [
        rule(),
        # what confirms
        rule(confirm="touch", **CRITICAL),
        rule(confirm="biometric", **CRITICAL),
        rule(confirm="voice", **ATTENTION),
        rule(confirm="touch", **ATTENTION),
        # strangers: harmless comfort in any motion
        rule(who="[unknown, outside]"),
        rule(who="[driver, unknown]", motion="[unknown, fast, moving, creeping, standing, parked]"),
        # the faster, the less
        rule(motion="[parked]"),
        rule(motion="[parked]", by="[voice, touch]") + rule("two", motion="[standing]", by="[voice, touch]"),
        rule(motion="[parked]", by="[voice, touch]") + rule("two", motion="[standing]", by="[touch]"),
        rule(motion="[parked]", who="[driver, passenger]") + rule("two", motion="[standing]", who="[passenger]"),
        rule(motion="[parked]") + rule("two", motion="[standing]", **ATTENTION),
        rule(motion="[parked]", **CRITICAL) + rule("two", motion="[standing]", confirm="touch", **ATTENTION),
        rule(motion="[parked]") + rule("two", motion="[fast, unknown]", **FORBIDDEN),
        rule(motion="[fast, unknown]", **FORBIDDEN),
        rule(motion="[moving]", eases="'only at speed'"),
        # two rules that never meet
        rule(toward="safe") + rule("two", toward="unsafe"),
        rule(to="[true]") + rule("two", to="[false]"),
        rule(signals=WINDOW, to="{at_most: 50}") + rule("two", signals=WINDOW, to="{above: 50}"),
        rule(motion="[parked]") + rule("two", signals=HIGH, motion="[parked]"),
        # cautions that decide something
        rule() + caution(),
        rule(**ATTENTION) + caution(**CRITICAL),
        rule(motion="[parked]") + caution(motion="[parked, standing, creeping, moving, fast, unknown]"),
        rule(to="[true]") + rule("two", to="[false]", **CRITICAL) + caution(),
        rule(signals=WINDOW, who="own"),
        rule() + f"rates:\n  - {{id: pace, signals: {LOCK}, moves: 1, within: 0.1}}\n",
    ],
)
def test_a_sound_table_is_taken(fault, text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    ("text", "line", "rule_id", "says"),
    [
        (rule() + rule(), 5, "one", "has the id of the rule in line 4"),
        (rule() + caution("one"), 6, "one", "has the id of the rule in line 4"),
        (rule(signals=f"[{LOCK}, {LOCK}]"), 4, "one", f"names {LOCK} twice"),
        (rule(signals="[Vehicle.Cabin.Door.*.*.IsLocked, Vehicle.Nonsense]"), 4, "one", "neither in VSS"),
        (rule(confirm="touch"), 4, "one", "is comfort: there is nothing to confirm"),
        (rule(confirm="touch", **FORBIDDEN), 4, "one", "is forbidden: there is nothing to confirm"),
        (rule(confirm="voice", **CRITICAL), 4, "one", "voice alone cannot confirm it"),
        (rule(confirm="none", **CRITICAL), 4, "one", "none alone cannot confirm it"),
        (rule(confirm="none", **ATTENTION), 4, "one", "must say what confirms"),
        (rule(who="[outside, unknown]", **ATTENTION), 4, "one", "lets outside and unknown do more"),
        (rule(who="[unknown]", motion="[parked, standing, creeping, moving, fast]"), 4, "one", "lets unknown do more"),
        # the faster, the more
        (rule(motion="[fast]"), 4, "one", "more when fast than when moving"),
        (rule(motion="[unknown]"), 4, "one", "more when unknown than when fast"),
        (rule(toward="safe") + rule("two", toward="unsafe", motion="[moving]"), 5, "two", "more when moving"),
        (rule(toward="unsafe", motion="[moving]") + rule("two", toward="safe"), 4, "one", "more when moving"),
        (
            rule(motion="[parked]", **CRITICAL) + rule("two", motion="[standing]", **ATTENTION),
            5,
            "two",
            "more when stand",
        ),
        (
            rule(motion="[parked]", by="[voice]") + rule("two", motion="[standing]", by="[touch]"),
            5,
            "two",
            "more when standing than when parked",
        ),
        (
            rule(motion="[parked]")
            + rule("two", motion="[standing]", **ATTENTION)
            + rule("three", motion="[creeping]"),
            6,
            "three",
            "more when creeping than when standing",
        ),
        # two rules that meet
        (rule() + rule("two"), 5, "two", "overlaps with 'one'"),
        (rule() + rule("two", toward="safe", motion="[fast, unknown]"), 5, "two", "overlaps with 'one'"),
        (
            rule(signals=WINDOW, to="{at_most: 51}") + rule("two", signals=WINDOW, to="{above: 50}"),
            5,
            "two",
            f"overlaps with 'one' on {WINDOW} = 51 (creeping)",
        ),
        # what is never reached
        (rule(signals=WINDOW, to="{above: 100}"), 4, "one", "has no such value: whole numbers 0 to 100 percent"),
        (rule(signals=WINDOW, to="[101]"), 4, "one", "takes whole numbers"),
        (rule(toward="safe", to="[false]"), 4, "one", f"can never be reached on {LOCK}"),
        (rule(signals=HIGH, who="own"), 4, "one", f"says own, but {HIGH} belongs to no seat"),
        # cautions that decide nothing
        (rule(**ATTENTION) + caution(), 6, "wet", "can never decide: every rule"),
        (rule(**CRITICAL) + caution(), 6, "wet", "can never decide: every rule"),
        (rule(motion="[parked]") + caution(motion="[fast, unknown]"), 6, "wet", "can never decide: every rule"),
        (rule(to="[true]") + caution(to="[false]"), 6, "wet", "can never decide: every rule"),
        (rule() + caution(signals=HIGH), 6, "wet", f"can never decide: no rule lets {HIGH} be changed"),
        (rule() + caution(motion="[standing]"), 6, "wet", "applies when standing but not when creeping"),
        (rule() + caution(motion="[fast]"), 6, "wet", "applies when fast but not when unknown"),
        (rule() + caution(when="[{signal: Vehicle.Rain, above: 0}]"), 6, "wet", "is not in the catalogue"),
        (rule() + caution(when=f"[{{signal: {HIGH}, is: 3}}]"), 6, "wet", "takes true or false"),
        (rule() + caution(when=WET.replace("0", "101")), 6, "wet", "takes whole numbers"),
        (rule() + f"rates:\n  - {{id: pace, signals: {HIGH}, moves: 1, within: 1}}\n", 6, "pace", "can never decide"),
    ],
)
def test_an_unsound_table_is_refused(fault, text: str, line: int, rule_id: str, says: str) -> None:
    told = fault(text)
    assert told.startswith(f"{line}: rule '{rule_id}'"), told
    assert says in told
