"""The `cabin` command from outside: help with examples, JSON with the promised fields, errors without a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assistant.cli import main as entry
from assistant.cli.main import COMMANDS, cabin

HEAVY = {"chromadb", "onnxruntime", "hassil", "pocketsphinx", "langchain_core", "faster_whisper", "textual", "numpy",
         "pydantic", "rich"}  # fmt: skip


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, however deep."""
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, name
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
        else:
            found.append(((*path, name), command))
    return found


@pytest.mark.parametrize("path", [path for path, _ in commands(cabin)], ids=" ".join)
def test_every_command_has_an_example_in_its_help(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cabin, [*path, "--help"])
    assert shown.exit_code == 0
    assert f"cabin {path[0]}" in shown.output.partition("\n")[2]


def test_the_overview_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom assistant.cli.main import cabin\n"
        "try: cabin(['--help'])\nexcept SystemExit: pass\n"
        f"print('LOADED', sorted({HEAVY!r} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"  {name}" in out for name in COMMANDS)
    assert "LOADED []" in out


def test_an_error_of_ours_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    wrong = tmp_path / "cabin.toml"
    wrong.write_text("[speech]\nvioce = 1\n", encoding="utf-8")
    failed = run("say", "hello", CABIN_CONFIG=str(wrong))
    assert failed.returncode == 1
    assert f"{wrong}, line 2" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_error_of_somebody_else_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(entry, "cabin", broken)
    with pytest.raises(ZeroDivisionError):
        entry.main()


@pytest.mark.parametrize("name", ["say", "ask", "route"])
def test_nothing_given_says_what_to_give(name: str) -> None:
    shown = CliRunner().invoke(cabin, [name])
    assert shown.exit_code == 2
    assert "--file" in shown.output


def test_an_unknown_command_is_told() -> None:
    shown = CliRunner().invoke(cabin, ["fly"])
    assert shown.exit_code == 2
    assert "fly" in shown.output


def test_say_carries_a_dialogue_and_speaks_the_last_reply(tmp_path: Path) -> None:
    wav = tmp_path / "reply.wav"
    said = CliRunner().invoke(
        cabin, ["say", "--json", "--wav", str(wav), "set the temperature to 21 degrees", "a bit warmer"]
    )
    lines = [json.loads(line) for line in said.output.splitlines()]
    assert [line["type"] for line in lines] == ["reply", "reply"]
    (value,) = lines[1]["applied"].values()
    assert value > 21
    assert wav.stat().st_size > 1000


def test_route_tells_what_was_understood_and_does_nothing() -> None:
    shown = CliRunner().invoke(cabin, ["route", "--json", "turn on the high beams", "what does sport mode do", "xyzzy"])
    lines = [json.loads(line) for line in shown.output.splitlines()]
    assert all(set(line) == {"text", "kind", "intent", "commands", "path", "score"} for line in lines)
    assert lines[0]["commands"] == [{"signal": "Vehicle.Body.Lights.Beam.High.IsOn", "value": True}]
    assert [line["kind"] for line in lines] == ["command", "question", "none"]


def test_route_reads_a_file_of_sentences(tmp_path: Path) -> None:
    sentences = tmp_path / "sentences.txt"
    sentences.write_text("close all the windows\n\nlock the doors\n", encoding="utf-8")
    shown = CliRunner().invoke(cabin, ["route", "--json", "--file", str(sentences)])
    assert [json.loads(line)["text"] for line in shown.output.splitlines()] == [
        "close all the windows",
        "lock the doors",
    ]


def test_ask_answers_with_sources_and_refuses_without() -> None:
    shown = CliRunner().invoke(cabin, ["ask", "--json", "how are my tyres", "who won the football match last night"])
    known, unknown = (json.loads(line) for line in shown.output.splitlines())
    assert {"question", "answer", "outcome", "reason", "sources", "passages", "timings_ms"} <= set(known)
    assert known["outcome"] == "answer"
    assert {"title", "section", "page"} <= set(known["sources"][0])
    assert (unknown["outcome"], unknown["sources"]) == ("refused", [])


def test_ask_names_a_manual_that_is_not_there() -> None:
    shown = CliRunner().invoke(cabin, ["ask", "--json", "--pack", "nosuch", "how are my tyres"])
    assert json.loads(shown.output)["outcome"] == "refused"


def test_doctor_names_every_part_with_its_reason() -> None:
    shown = CliRunner().invoke(cabin, ["doctor", "--json"])
    found = {line["part"]: line for line in map(json.loads, shown.output.splitlines())}
    assert {"recogniser", "voice", "sentences", "rules", "manuals", "vehicle", "journal"} <= set(found)
    assert all(line["state"] == "ok" and line["uses"] and line["why"] for line in found.values())
    assert "no faster-whisper model" in found["recogniser"]["why"]


def test_doctor_tells_what_is_broken_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shown = run("doctor", "--json", CABIN_DATA_DIR=str(tmp_path / "file" / "data"))
    found = {line["part"]: line for line in map(json.loads, shown.stdout.splitlines())}
    assert shown.returncode == 1
    assert found["journal"]["state"] == "broken"
    assert found["rules"]["state"] == "ok"
    assert "Traceback" not in shown.stderr
