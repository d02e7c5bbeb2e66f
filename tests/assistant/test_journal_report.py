"""The journal's report and its command: what a committee and an auditor see."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.errors import StorageError
from assistant.journal import Journal, entries
from assistant.journal.chain import read
from assistant.journal.page import page
from assistant.journal.report import Report, report
from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Challenge, Change, Confirm, Refuse
from policies.permit import Permit
from policies.state import Reading, VehicleState

MODE = Command("Vehicle.Powertrain.Transmission.PerformanceMode", "SPORT")
ORIGIN = Origin(Means.VOICE, Zone.DRIVER)
STATE = VehicleState({"Vehicle.Speed": Reading(50.0, 99.5)})
APRIL, MAY = 1_775_500_000.0, 1_778_500_000.0
NOW = "2026-07-01T00:00:00Z"


class Diary:
    """A journal written as the cabin writes it, on dates of the test's choosing."""

    def __init__(self, path: Path) -> None:
        self.moment = APRIL
        self.journal = Journal.open(path, wall_clock=lambda: self.moment)

    def allow(self, achieved: bool = True) -> None:
        permit = Permit("p", "car", (MODE,), 1.0, 3.0, b"")
        self.journal.append_many(
            [
                ("turn", {"heard": "sport please", "reply": "done"}),
                entries.decided(Allow((MODE,), ("mode.sport",), "Done."), ORIGIN, STATE, 100.0),
                entries.permitted(permit),
                entries.finished(permit, {MODE.signal: "SPORT" if achieved else "NORMAL"}),
            ]
        )

    def refuse(self, code: str) -> None:
        refusal = Refuse((MODE,), ("mode.sport", "motion"), "Not now.", code)
        self.journal.append_many([entries.decided(refusal, ORIGIN, STATE, 100.0)])

    def ask(self, name: str) -> None:
        change = Change(MODE.signal, "NORMAL", "SPORT")
        asked = Confirm((MODE,), (change,), (Modality.TOUCH,), ("mode.sport",), "Touch to confirm.")
        challenge = Challenge(name, (MODE,), (change,), (Modality.TOUCH,), ("mode.sport",), 100.0, 108.0)
        self.journal.append_many([entries.decided(asked, ORIGIN, STATE, 100.0), entries.challenged(challenge)])

    def answer(self, name: str, result: entries.Result, by: Modality = Modality.TOUCH) -> None:
        self.journal.append_many([entries.answered(name, by, result)])

    def report(self, **months: str) -> Report:
        return report(self.journal.records(), NOW, **months)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "journal.jsonl")


def test_decisions_are_counted_by_month_and_rule(diary: Diary) -> None:
    diary.allow()
    diary.refuse("moving")
    diary.moment = MAY
    diary.refuse("moving")
    diary.refuse("zone")
    found = diary.report()
    assert [(m.month, m.turns, m.allowed, m.refused) for m in found.months] == [
        ("2026-04", 1, 1, 1),
        ("2026-05", 0, 0, 2),
    ]
    assert [(r.rule, r.allow, r.confirm, r.refuse) for r in found.rules] == [
        ("mode.sport", 1, 0, 3),
        ("motion", 0, 0, 3),
    ]
    assert found.refusals == {"moving": 2, "zone": 1}


def test_a_confirmed_challenge_is_an_override_with_its_means(diary: Diary) -> None:
    diary.ask("a")
    diary.answer("a", "accepted", Modality.BIOMETRIC)
    found = diary.report()
    assert (found.months[0].asked, found.months[0].confirmed, found.months[0].timed_out) == (1, 1, 0)
    assert found.overrides == {"biometric": 1}


def test_a_challenge_that_nobody_answered_timed_out(diary: Diary) -> None:
    diary.ask("a")
    found = diary.report()
    assert (found.months[0].timed_out, found.months[0].not_confirmed) == (1, 0)


def test_a_challenge_answered_too_late_timed_out_once(diary: Diary) -> None:
    diary.ask("a")
    diary.answer("a", "expired")
    diary.answer("a", "expired")
    assert diary.report().months[0].timed_out == 1


@pytest.mark.parametrize("result", ["refused", "cancelled", "replaced"])
def test_a_challenge_that_was_not_confirmed_did_not_time_out(diary: Diary, result: entries.Result) -> None:
    diary.ask("a")
    diary.answer("a", result)
    found = diary.report()
    assert (found.months[0].timed_out, found.months[0].not_confirmed, found.overrides) == (0, 1, {})


def test_a_spoken_yes_that_was_refused_does_not_hide_the_touch_after_it(diary: Diary) -> None:
    diary.ask("a")
    diary.answer("a", "refused", Modality.VOICE)
    diary.answer("a", "accepted")
    found = diary.report()
    assert (found.months[0].confirmed, found.months[0].not_confirmed, found.months[0].timed_out) == (1, 0, 0)


@pytest.mark.parametrize(("seconds", "timed_out"), [(3.0, 0), (9.0, 1)])
def test_a_new_challenge_replaces_one_that_is_still_open(diary: Diary, seconds: float, timed_out: int) -> None:
    diary.ask("a")
    diary.moment += seconds
    diary.ask("b")
    diary.answer("b", "accepted")
    found = diary.report()
    assert (found.months[0].timed_out, found.months[0].not_confirmed) == (timed_out, 1 - timed_out)


def test_a_challenge_that_is_still_open_is_not_counted_yet(diary: Diary) -> None:
    diary.ask("a")
    asked = list(diary.journal.records())[-1].at
    found = report(diary.journal.records(), asked)
    assert (found.months[0].timed_out, found.months[0].not_confirmed) == (0, 0)


def test_an_outcome_that_is_not_what_was_asked_is_a_failure(diary: Diary) -> None:
    diary.allow()
    diary.allow(achieved=False)
    assert diary.report().months[0].failed == 1


def test_only_the_months_asked_for_are_counted(diary: Diary) -> None:
    diary.allow()
    diary.moment = MAY
    diary.allow()
    assert [month.month for month in diary.report(since="2026-05").months] == ["2026-05"]
    assert [month.month for month in diary.report(until="2026-04").months] == ["2026-04"]


def test_a_decision_keeps_the_state_that_was_seen_and_its_age(diary: Diary) -> None:
    diary.refuse("moving")
    fields = next(diary.journal.records()).fields
    assert fields["state"]["Vehicle.Speed"] == {"value": 50.0, "age": 0.5}
    assert fields["state"][MODE.signal] == {"value": None, "age": "inf"}
    assert (fields["means"], fields["zone"], fields["code"]) == ("voice", "driver", "moving")


def test_the_page_shows_a_chart_and_runs_no_script(diary: Diary) -> None:
    diary.allow()
    html = page(diary.report(), "The chain of records is whole.")
    assert "<svg" in html and "2026-04: 1 done at once" in html
    assert "<script" not in html and "http" not in html


def test_a_rule_with_html_in_its_name_is_only_shown(diary: Diary) -> None:
    diary.journal.append("decision", decision="refuse", rules=["<script>alert(1)</script>"], code="<b>")
    html = page(diary.report(), "whole")
    assert "<script" not in html and "&lt;script&gt;" in html and "<b>" not in html


def test_the_page_of_an_empty_journal_says_none() -> None:
    assert "0 records from none to none" in page(Report(), "whole")


# --- the command ------------------------------------------------------------------------------------


def run(diary: Diary, *arguments: str) -> Result:
    from assistant.cli.journal import journal

    return CliRunner().invoke(journal, [*arguments, "--path", str(diary.journal.path)])


def test_show_gives_the_latest_records_with_what_was_said(diary: Diary) -> None:
    diary.allow()
    rows = [json.loads(line) for line in run(diary, "show", "--json", "--last", "4").stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["turn", "decision", "permit", "outcome"]
    assert rows[0]["heard"] == "sport please"
    assert "sport please" in run(diary, "show").stdout


def test_show_can_be_limited_to_a_kind(diary: Diary) -> None:
    diary.allow()
    rows = run(diary, "show", "--json", "--kind", "permit").stdout.splitlines()
    assert [json.loads(row)["kind"] for row in rows] == ["permit"]


def test_verify_prints_a_head_that_a_later_verify_accepts(diary: Diary) -> None:
    diary.allow()
    head = json.loads(run(diary, "verify", "--json").stdout)["head"]
    diary.allow()
    assert run(diary, "verify", "--expect", head).exit_code == 0
    assert run(diary, "verify", "--expect", "4:0000").exit_code == 1
    assert run(diary, "verify", "--expect", "nonsense").exit_code == 2


def test_verify_names_the_bad_record_and_fails(diary: Diary) -> None:
    diary.allow()
    path = diary.journal.path
    path.write_text(path.read_text().replace("mode.sport", "mode.spore"))
    result = run(diary, "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["n"] == 2


def test_report_writes_table_json_and_page(diary: Diary, tmp_path: Path) -> None:
    diary.allow()
    assert "2026-04" in run(diary, "report").stdout
    assert json.loads(run(diary, "report", "--json").stdout)["months"][0]["allowed"] == 1
    assert run(diary, "report", "--html", str(tmp_path / "page.html")).exit_code == 0
    assert "<svg" in (tmp_path / "page.html").read_text()


def test_report_says_when_the_chain_is_broken(diary: Diary) -> None:
    diary.allow()
    path = diary.journal.path
    path.write_text(path.read_text().replace("mode.sport", "mode.spore"))
    assert "BROKEN at line 2" in run(diary, "report").stdout


def test_report_names_a_month_that_is_none(diary: Diary) -> None:
    result = run(diary, "report", "--since", "April")
    assert result.exit_code == 2
    assert "'April' is no month" in result.stderr


def test_export_gives_a_journal_that_verifies_elsewhere(diary: Diary, tmp_path: Path) -> None:
    diary.allow()
    out = tmp_path / "elsewhere.jsonl"
    run(diary, "export", "--out", str(out))
    assert len(list(read(out))) == 4
    assert "sport please" not in out.read_text()


def test_export_as_a_table_can_hold_the_words(diary: Diary) -> None:
    diary.allow()
    rows = run(diary, "export", "--format", "csv", "--with-words").stdout.splitlines()
    assert rows[0].startswith("n,at,kind,fields,heard")
    assert "sport please" in rows[1]


def test_erase_takes_the_words_and_leaves_the_chain(diary: Diary) -> None:
    diary.allow()
    diary.moment += 1.0
    assert json.loads(run(diary, "erase", "--older-than", "0", "--json").stdout) == {"erased": 1}
    assert "sport please" not in run(diary, "show").stdout
    assert run(diary, "verify").exit_code == 0


@pytest.mark.parametrize("command", ["show", "verify", "report", "export"])
def test_a_journal_that_is_not_there_is_said_plainly(tmp_path: Path, command: str) -> None:
    from assistant.cli.journal import journal

    result = CliRunner().invoke(journal, [command, "--path", str(tmp_path / "none.jsonl")])
    assert isinstance(result.exception, StorageError)
    assert "there is no journal at" in str(result.exception)


def test_every_command_shows_examples_in_its_help() -> None:
    from assistant.cli.journal import journal

    for name in ("show", "verify", "report", "export", "erase"):
        assert "Examples:" in CliRunner().invoke(journal, [name, "--help"]).stdout


def test_a_permit_without_an_outcome_is_counted_and_said(diary: Diary) -> None:
    diary.journal.append("permit", permit="done", commands=[])
    diary.journal.append("permit", permit="open", commands=[])
    diary.journal.append("outcome", permit="done", achieved=True, applied={}, problem=None)
    found = diary.report()
    assert found.unfinished == 1
    assert "without an outcome: 1" in found.summary()
