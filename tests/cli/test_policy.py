"""`cabin policy` from outside: what a safety engineer reads, filters and compares."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant.cli.policy import policy
from assistant.errors import CabinError
from policies.rules import HERE as RULES

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, arguments)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.output.splitlines()]


def edited(folder: Path, *edits: tuple[str, str]) -> str:
    """The shipped rules with each first occurrence replaced, as a file."""
    text = RULES.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = folder / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


# --- check --------------------------------------------------------------------------------------------------


def test_what_ships_is_sound() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert set(result.output.splitlines()) == {
        f"{name}.yaml: sound" for name in ("signals", "rules", "couplings", "restrictions", "wording")
    }


def test_every_problem_is_named_with_file_line_and_rule(tmp_path: Path) -> None:
    file = edited(
        tmp_path,
        ("class: comfort", "class: comfy"),
        ("because: Sport mode", "confirm: voice\n    because: Sport mode"),
        ("  - id: horn.off\n", "  - id: horn.off\n    typo: 3\n"),
    )
    result = run("check", file)
    assert result.exit_code == 1
    told = result.output.splitlines()
    assert [re.search(r"rule '([^']+)'", line)[1] for line in told] == ["climate.front", "horn.off", "mode.sport"]
    text = Path(file).read_text().splitlines()
    for line in told:
        number = int(line.removeprefix(file + ":").partition(":")[0])
        assert re.search("comfy|typo|confirm: voice", text[number - 1]), line


def test_problems_are_objects_for_programs(tmp_path: Path) -> None:
    (row,) = lines(run("check", "--json", edited(tmp_path, ("class: comfort", "class: comfy"))))
    assert set(row) == {"file", "line", "what", "message"}
    assert row["what"] == "rule 'climate.front', class"


def test_a_rule_is_not_blamed_for_what_another_one_that_is_wrong_should_have_said(tmp_path: Path) -> None:
    file = edited(tmp_path, ("id: horn.on\n", "id: horn.on\n    typo: 3\n"))
    assert len(run("check", file).output.splitlines()) == 1


# --- explain ------------------------------------------------------------------------------------------------


def test_a_sentence_is_explained_as_the_cabin_understands_it() -> None:
    (row,) = lines(run("explain", "open the trunk", "--speed", "60", "--json"))
    assert row["commands"] == [{"signal": TRUNK, "value": True}]
    assert (row["decision"], row["motion"], row["code"]) == ("refuse", "moving", "motion")
    assert row["helps"] == [
        {"motion": ["parked"], "zone": "driver", "origin": "voice", "by": ["touch", "biometric"]},
    ]


@pytest.mark.parametrize(
    ("options", "decision", "told"),
    [
        ((), "CONFIRM", "confirm   touch or biometric"),
        (("--confirmed", "voice"), "CONFIRM", "confirm   touch or biometric"),
        (("--confirmed", "touch"), "ALLOW", "trunk.open"),
        (("--in-gear",), "REFUSE", "would do  parked, driver by voice: after touch or biometric"),
        (("--speed", "60", "--zone", "rear_left"), "REFUSE", "would do  parked, driver by voice"),
        (("--by", "support"), "REFUSE", "would do  parked, driver by voice"),
        (("--zone", "outside"), "REFUSE", "would do  parked, driver by voice"),
    ],
)
def test_the_decision_its_rule_and_what_would_help_are_told(options: tuple[str, ...], decision: str, told: str) -> None:
    result = run("explain", f"{TRUNK}=true", *options)
    assert result.exit_code == 0
    assert f": {decision}\n" in result.output
    assert told in result.output
    assert "rule      trunk.open  critical: The trunk can hit somebody" in result.output


def test_what_no_assistant_may_do_is_told_as_such() -> None:
    result = run("explain", "Vehicle.ADAS.ABS.IsEnabled=false")
    assert "would do  nothing" in result.output


def test_another_reading_changes_the_answer() -> None:
    roof = ("explain", "Vehicle.Cabin.Sunroof.Position=50", "--with")
    assert ": CONFIRM" in run(*roof, "Vehicle.Body.Raindetection.Intensity=30").output
    assert ": ALLOW" in run(*roof, "Vehicle.Body.Raindetection.Intensity=0").output


@pytest.mark.parametrize("speed", ["-5", "500", "nan"])
def test_an_impossible_speed_is_an_unknown_motion(speed: str) -> None:
    assert f"{TRUNK}=true (unknown): REFUSE" in run("explain", f"{TRUNK}=true", "--speed", speed).output


def test_a_value_out_of_range_is_refused_with_the_range() -> None:
    assert "0 to 100 percent" in run("explain", "Vehicle.Cabin.Sunroof.Shade.Position=101").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Vehicle.Body.Trunk.Rear.IsOpn=true",), TRUNK),
        (("what a lovely day it is",), "cabin route"),
    ],
)
def test_what_is_no_command_is_said_to_be_none(arguments: tuple[str, ...], told: str) -> None:
    error = run("explain", *arguments).exception
    assert isinstance(error, CabinError) and told in str(error)


@pytest.mark.parametrize("reading", ["nonsense", "Vehicle.Body.Raindetection.Intensity=wet"])
def test_a_reading_that_cannot_be_is_named(reading: str) -> None:
    result = run("explain", f"{TRUNK}=true", "--with", reading)
    assert result.exit_code == 2 and reading in result.output


# --- matrix -------------------------------------------------------------------------------------------------


def test_a_row_has_the_promised_fields_and_no_others() -> None:
    rows = lines(run("matrix", "--json", "--command", "trunk.rear.isopen=true"))
    assert {tuple(row) for row in rows} == {
        ("command", "class", "origin", "zone", "motion", "confirmation", "decision", "rules")
    }
    assert len(rows) == 5 * 6 * 6 * 4  # means, zones, motions, evidence
    assert len({json.dumps({**row, "decision": "", "rules": ""}) for row in rows}) == len(rows)


def test_every_command_direction_world_and_evidence_is_there_once() -> None:
    rows = lines(run("matrix", "--json", "--command", "sunroof.position"))
    asked = Counter(
        tuple(str(row[key]) for key in ("command", "origin", "zone", "motion", "confirmation")) for row in rows
    )
    assert set(asked.values()) == {1}
    assert {row["command"] for row in rows} >= {
        f"Vehicle.Cabin.Sunroof.Position=100 ({toward}, {world})"
        for toward in ("safe", "unsafe")
        for world in ("calm", "rough", "silent")
    }


def test_filters_narrow_the_rows() -> None:
    rows = lines(
        run("matrix", "--json", "--class", "critical", "--zone", "driver", "--origin", "voice", "--motion", "parked",
            "--confirmation", "touch", "--decision", "allow")
    )  # fmt: skip
    assert rows
    for row in rows:
        assert {key: row[key] for key in ("class", "zone", "origin", "motion", "confirmation", "decision")} == {
            "class": "critical",
            "zone": "driver",
            "origin": "voice",
            "motion": "parked",
            "confirmation": "touch",
            "decision": "allow",
        }
    assert {row["command"] for row in rows} > {f"{TRUNK}=true", "Vehicle.ADAS.ESC.IsEnabled=false"}


def test_no_critical_row_is_allowed_without_a_touch_or_an_eye_scan() -> None:
    rows = lines(run("matrix", "--json", "--class", "critical", "--decision", "allow"))
    assert {row["confirmation"] for row in rows} == {"touch", "biometric"}
    assert {row["zone"] for row in rows} == {"driver"}


def test_the_folded_table_says_the_least_evidence_of_each_motion() -> None:
    told = run("matrix", "--command", "trunk.rear.isopen=true").output.splitlines()
    assert told[1] == f"{TRUNK}=true  critical"
    assert told[2].split() == ["parked", "standing", "creeping", "moving", "fast", "unknown", "rules"]
    assert re.fullmatch(r"  driver by all but support +touch( +no){5} +trunk.open", told[3])
    assert re.fullmatch(r"  anybody else( +no){6} +trunk.open", told[4])


def test_filters_that_nothing_passes_say_so() -> None:
    assert run("matrix", "--command", "flux capacitor").output == "Nothing passes these filters.\n"


def test_filters_on_evidence_are_for_rows() -> None:
    result = run("matrix", "--decision", "allow")
    assert result.exit_code == 2 and "--json" in result.output


def test_the_page_holds_every_line_and_loads_nothing(tmp_path: Path) -> None:
    file = tmp_path / "matrix.html"
    result = run("matrix", "--command", "trunk", "--html", str(file))
    page = file.read_text(encoding="utf-8")
    assert result.output == f"{file}: {page.count('<tr data')} lines\n"
    folded = [line for line in run("matrix", "--command", "trunk").output.splitlines() if line.startswith("  ")]
    assert page.count("<tr data") == sum("rules" not in line for line in folded)
    assert f"<td>{TRUNK}=true</td>" in page and "◧ touch" in page
    assert not re.search(r"https?:|src=|@import|url\(", page)


def test_an_empty_page_says_so(tmp_path: Path) -> None:
    file = tmp_path / "matrix.html"
    run("matrix", "--command", "flux capacitor", "--html", str(file))
    assert "Nothing passes these filters." in file.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    error = run("matrix", "--command", "trunk", "--html", str(tmp_path / "no" / "such.html")).exception
    assert isinstance(error, CabinError) and "cannot be written" in str(error)


def test_a_page_or_rows_not_both(tmp_path: Path) -> None:
    assert run("matrix", "--json", "--html", str(tmp_path / "matrix.html")).exit_code == 2


def test_a_table_of_ones_own_is_listed(tmp_path: Path) -> None:
    file = edited(tmp_path, ("    because: Sport mode", "    confirm: biometric\n    because: Sport mode"))
    assert "eye scan" in run("matrix", "--rules", file, "--command", "=SPORT").output


def test_a_table_that_is_wrong_is_named(tmp_path: Path) -> None:
    error = run("matrix", "--rules", edited(tmp_path, ("class: comfort", "class: comfy"))).exception
    assert isinstance(error, CabinError) and "cabin policy check" in str(error)


# --- diff ---------------------------------------------------------------------------------------------------


def test_the_same_rules_decide_the_same() -> None:
    result = run("diff", str(RULES), str(RULES))
    assert (result.exit_code, result.output) == (0, "Both decide the same.\n")


UNLOCK = "class: critical\n    who: [driver]\n    motion: [parked]\n    because: An unlocked door"


def test_a_looser_rule_is_told_first_in_one_line_and_fails(tmp_path: Path) -> None:
    file = edited(
        tmp_path,
        (UNLOCK, UNLOCK.replace("critical", "attention")),
        (
            "who: [driver, own]\n    motion: [parked, standing, creeping, moving]\n",
            "who: [driver]\n    motion: [parked]\n",
        ),
    )
    result = run("diff", str(RULES), file)
    assert result.exit_code == 1
    first, *locks = result.output.splitlines()[:5]
    assert first == "LOOSER    touch -> voice  driver by all but support, parked  (16 rows)"
    assert all(".IsLocked=false" in line for line in locks)
    assert "STRICTER" in result.output and "LOOSER" not in result.output.partition("STRICTER")[2]


def test_a_stricter_rule_is_told_and_does_not_fail(tmp_path: Path) -> None:
    file = edited(tmp_path, (UNLOCK, UNLOCK.replace("critical", "critical\n    confirm: biometric")))
    result = run("diff", "--json", str(RULES), file)
    assert result.exit_code == 0
    (row,) = lines(result)
    assert row == {
        "way": "stricter",
        "before": "touch",
        "after": "eye scan",
        "commands": [f"Vehicle.Cabin.Door.{seat}.IsLocked=false" for seat in (
            "Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")],
        "origins": ["voice", "touch", "button", "tool"],
        "zones": ["driver"],
        "motions": ["parked"],
        "rows": 16,
    }  # fmt: skip


def test_a_difference_of_many_commands_names_some_and_counts_the_rest(tmp_path: Path) -> None:
    aids = "    who: [driver]\n    motion: any\n  - id: aids.off"
    file = edited(tmp_path, (aids, aids.replace("[driver]", "[driver, passenger]")))
    told = run("diff", str(RULES), file).output.splitlines()
    assert told[0] == "LOOSER    no -> at once  passenger by all but support, any motion  (1152 rows)"
    assert len(told) == 8 and told[-1].strip() == "and 6 more commands"


def test_who_may_answer_and_how_often_is_compared_too(tmp_path: Path) -> None:
    file = edited(tmp_path, ("attention: [driver, asker]", "attention: [driver]"), ("moves: 4\n", "moves: 5\n"))
    told = run("diff", str(RULES), file).output
    assert "LOOSER    4 times in 5 s -> 5 times in 5 s  anybody by any means, any motion  (every request)" in told
    assert "STRICTER  asker, driver -> driver" in told
