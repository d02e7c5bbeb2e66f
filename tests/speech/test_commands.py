"""`cabin hear` and `cabin recognise` from outside."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from click.testing import CliRunner, Result

from assistant.cli.recognise import recognise
from tests.speech.conftest import SMALL, SOUNDS


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    path = tmp_path / "sentences.yaml"
    path.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(recognise, [str(each) for each in arguments])


def test_a_sound_becomes_intent_and_slots(sentences: Path) -> None:
    file = SOUNDS / "slt_set_the_temperature_to_twenty_one_degrees.flac"
    (line,) = run("--sentences", sentences, "--json", file).stdout.splitlines()
    found = json.loads(line)
    assert set(found) == {"file", "text", "intent", "slots", "score"}
    assert found["file"] == str(file)
    assert (found["intent"], found["slots"]) == ("Temperature", {"degrees": 21})
    assert 0.5 < found["score"] <= 1


def test_several_files_are_one_line_each_in_order(sentences: Path) -> None:
    files = [SOUNDS / "rms_lock_the_doors.flac", SOUNDS / "near_silence.flac", SOUNDS / "slt_switch_to_sport_mode.flac"]
    lines = [json.loads(line) for line in run("--sentences", sentences, "--json", *files).stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [line["intent"] for line in lines] == ["Doors", "", "Mode"]


def test_files_may_be_named_in_a_file(sentences: Path, tmp_path: Path) -> None:
    listed = tmp_path / "files.txt"
    listed.write_text(f"{SOUNDS / 'rms_lock_the_doors.flac'}\n\n", encoding="utf-8")
    assert "Doors" in run("--sentences", sentences, "--file", listed).output


def test_a_bad_file_is_told_and_the_others_are_heard(sentences: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"not sound")
    done = run("--sentences", sentences, "--json", bad, SOUNDS / "rms_lock_the_doors.flac")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["error"] == "corrupt" and second["intent"] == "Doors"
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [", "is not YAML"),
        ("just text", 'holds no "intents"'),
        ("intents: {}", 'holds no "intents"'),
        ("intents: {Order: {data: [{sentences: ['a (b']}]}}", "Order"),
        ("intents: {Order: {sentences: [a]}}", "not as hassil templates are"),
        ("intents: {Order: {data: [{sentences: ['a {b}']}]}}", "there is no list {b}"),
    ],
)
def test_wrong_templates_are_named_without_a_traceback(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content, encoding="utf-8")
    sound = tmp_path / "a.wav"
    soundfile.write(sound, np.zeros(16_000), 16_000)
    done = run("--sentences", path, sound)
    assert done.exit_code != 0
    assert told in done.output + str(done.exception)


def test_without_a_file_the_command_says_what_it_needs(sentences: Path) -> None:
    done = run("--sentences", sentences)
    assert done.exit_code == 2 and "Nothing was given" in done.output
