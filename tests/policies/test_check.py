"""Every problem of the gate's data is found, each in the file, line and entry where it is."""

from pathlib import Path

import pytest

from policies import couplings, restrictions, wording
from policies.catalogue import HERE as CATALOGUE
from policies.check import SHIPPED, problems
from policies.rules import HERE as RULES

HEAD = "version: 1\nanswers: {attention: [driver, asker], critical: [driver]}\n"
DOME = "Vehicle.Cabin.Light.IsDomeOn"
BELT = "Vehicle.Chassis.ParkingBrake.IsEngaged"


def told(folder: Path, text: str) -> list[tuple[int, str]]:
    """Line and entry of every problem of a file with ``text``."""
    file = folder / "some.yaml"
    file.write_text(text, encoding="utf-8")
    found = list(problems(file))
    assert {error.file for error in found} <= {str(file)}
    return [(error.line, error.what) for error in found]


def rule(id_: str, signal: str = DOME, more: str = "") -> str:
    return f"  - {{id: {id_}, signals: {signal}, class: comfort, who: driver, motion: any{more}}}\n"


def test_all_that_ships_is_looked_at_and_sound() -> None:
    assert set(SHIPPED) == {CATALOGUE, RULES, couplings.HERE, restrictions.HERE, wording.HERE}
    assert [str(error) for path in SHIPPED for error in problems(path)] == []


def test_misspelt_and_unsound_rules_are_all_named(tmp_path: Path) -> None:
    text = HEAD + "rules:\n" + rule("first", more=", typo: 1") + rule("second", "Vehicle.Speed")
    text += rule("third", BELT) + rule("fourth", "Vehicle.Body.Horn.IsActive", ", eases: 3")
    assert told(tmp_path, text) == [
        (4, "rule 'first', typo"),
        (7, "rule 'fourth', eases"),
        (5, "rule 'second'"),
    ]


def test_what_only_follows_from_a_problem_is_not_named(tmp_path: Path) -> None:
    text = HEAD + "rules:\n" + rule("lamp", more=", typo: 1") + rule("brake", BELT)
    text += "cautions:\n"
    text += f"  - {{id: dark, signals: {DOME}, class: attention, motion: any, when: [{{signal: {DOME}, is: true}}]}}\n"
    assert told(tmp_path, text) == [(4, "rule 'lamp', typo")]


def test_problems_in_cautions_and_rates_are_named_too(tmp_path: Path) -> None:
    text = HEAD + "rules:\n" + rule("brake", BELT) + f"cautions:\n  - {{id: dark, signals: {DOME}}}\n"
    text += f"rates:\n  - {{id: often, signals: [{BELT}, 7], moves: 0, within: 1}}\n"
    lines = [line for line, _ in told(tmp_path, text)]
    assert lines == sorted(lines) and set(lines) == {6, 8}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("rules: []\n", 1, "version"),
        (HEAD + "rules: []\n", 3, "rules"),
        (HEAD + "rules:\n" + rule("lamp") + "extra: 1\n", 5, "extra"),
        (HEAD + "rules:\n  - just words\n", 4, "rules.0"),
        ("[]", 1, "file"),
        ("a: b: c", 1, "YAML"),
    ],
)
def test_a_problem_of_the_whole_file_ends_the_search(tmp_path: Path, text: str, line: int, what: str) -> None:
    assert told(tmp_path, text)[0] == (line, what)


def test_a_table_whose_only_rule_is_wrong_is_not_blamed_for_being_empty(tmp_path: Path) -> None:
    assert told(tmp_path, HEAD + "rules:\n" + rule("lamp", more=", typo: 1")) == [(4, "rule 'lamp', typo")]


@pytest.mark.parametrize(
    ("shipped", "old", "new"),
    [
        (couplings.HERE, "yields: true", "yields: perhaps"),
        (restrictions.HERE, "words: 90", "words: 0"),
        (wording.HERE, 'allow: "All right."', 'allow: "{who}"'),
        (CATALOGUE, "kind: sensor", "kind: senser"),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_the_other_files_are_known_by_their_keys(tmp_path: Path, shipped: Path, old: str, new: str) -> None:
    text = shipped.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    assert [at for at, _ in told(tmp_path, text.replace(old, new, 1))] == [line]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (error,) = problems(tmp_path / "none.yaml")
    assert "cannot be read" in str(error)
