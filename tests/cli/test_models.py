"""`cabin models` from outside: what is printed, asked and answered."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.main import cabin
from assistant.models.pull import copy
from assistant.speech.credits import credit
from tests.speech.model_hub import Shelf, serving
from tests.speech.tiny_voice import tiny_voice

VOICE = "en_GB-cori-medium"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CABIN_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def voice(models: Path, tmp_path: Path) -> str:
    return copy(tiny_voice(tmp_path / "stick", "en_GB-mine"), models).name


def lines(*arguments: str) -> list[dict[str, object]]:
    shown = CliRunner().invoke(cabin, ["models", *arguments, "--json"])
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_the_list_tells_what_is_here_and_what_can_be_had(voice: str) -> None:
    found = {str(line["name"]): line for line in lines("list")}
    assert found[voice]["state"] == "here" and found[voice]["licence"] == "unknown"
    assert found["base.en"]["state"] == "available" and found["base.en"]["licence"] == "MIT"
    assert all(line["size"] and line["about"] for line in found.values())


def test_the_list_can_be_read_on_a_narrow_screen(voice: str) -> None:
    shown = CliRunner().invoke(cabin, ["models", "list"], env={"COLUMNS": "80"})
    assert "en_US-ljspeech-medium" in shown.output and voice in shown.output


def test_a_damaged_model_is_named_and_the_command_fails(voice: str, models: Path) -> None:
    (models / "piper" / voice / f"{voice}.onnx").write_bytes(b"damaged")
    shown = CliRunner().invoke(cabin, ["models", "list", "--json"])
    assert shown.exit_code == 1
    assert json.loads(shown.stdout.splitlines()[0])["state"] == "broken"


def test_a_voice_is_copied_from_a_stick(tmp_path: Path, models: Path) -> None:
    (line,) = lines("pull", str(tiny_voice(tmp_path / "stick", "en_GB-other")))
    assert line["path"] == str(models / "piper" / "en_GB-other")


@pytest.mark.enable_socket
def test_a_voice_is_fetched_with_its_licence_and_a_bar(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    shelf.add("rhasspy/piper-voices", tiny_voice(tmp_path / "hub", VOICE).parent, "en/en_GB/cori/medium/")
    with serving(shelf) as url:
        monkeypatch.setenv("CABIN_MODELS_HUB", url)
        shown = CliRunner().invoke(cabin, ["models", "pull", VOICE], env={"FORCE_COLOR": "1"})
    assert shown.exit_code == 0
    assert "licence: public domain" in shown.stdout and str(models / "piper" / VOICE) in shown.stdout
    assert f"{VOICE}.onnx" in shown.stderr and "kB" in shown.stderr
    assert lines("list")[0]["state"] == "here"


def test_what_is_neither_listed_nor_there_names_what_is_listed() -> None:
    failed = CliRunner().invoke(cabin, ["models", "pull", "nosuch"])
    assert failed.exit_code == 1
    assert "base.en" in str(failed.exception) and "nosuch" in str(failed.exception)


@pytest.mark.enable_socket  # the port of a machine of ours where nobody listens
def test_without_a_network_it_is_said_what_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_MODELS_HUB", "http://127.0.0.1:9")
    failed = CliRunner().invoke(cabin, ["models", "pull", "tiny.en"])
    assert "licence: MIT" in failed.output
    assert "the built-in recogniser and voice need no model" in str(failed.exception)


def test_the_path_of_all_and_of_one(voice: str, models: Path) -> None:
    assert CliRunner().invoke(cabin, ["models", "path"]).output.strip() == str(models)
    assert CliRunner().invoke(cabin, ["models", "path", voice]).output.strip() == str(models / "piper" / voice)


@pytest.mark.parametrize("answer", ["\n", "n\n", ""])
def test_nothing_is_removed_unless_somebody_says_yes(voice: str, models: Path, answer: str) -> None:
    shown = CliRunner().invoke(cabin, ["models", "remove", voice], input=answer)
    assert shown.exit_code == 1
    assert (models / "piper" / voice).exists()


@pytest.mark.parametrize(("arguments", "answer"), [(["--yes"], ""), ([], "y\n")])
def test_somebody_who_says_yes_is_rid_of_it(voice: str, models: Path, arguments: list[str], answer: str) -> None:
    shown = CliRunner().invoke(cabin, ["models", "remove", voice, *arguments], input=answer)
    assert shown.exit_code == 0 and "is removed" in shown.output
    assert not (models / "piper" / voice).exists()


def test_what_was_pulled_in_part_is_listed_and_can_be_removed(models: Path) -> None:
    draft = models / ".pulling" / "base.en-0123456789ab"
    draft.mkdir(parents=True)
    (draft / "model.bin").write_bytes(bytes(3_000_000))
    found = {str(line["name"]): line for line in lines("list")}
    assert found["base.en"]["state"] == "unfinished" and "3 MB are here" in str(found["base.en"]["about"])
    shown = CliRunner().invoke(cabin, ["models", "remove", "base.en"])
    assert shown.exit_code == 0 and "in part" in shown.output
    assert not draft.exists()


def examined() -> dict[str, dict[str, str]]:
    shown = CliRunner().invoke(cabin, ["doctor", "--json"])
    return {line["part"]: line for line in map(json.loads, shown.stdout.splitlines())}


def test_the_doctor_tells_the_models_and_the_licences(voice: str) -> None:
    found = examined()
    assert found["models"]["uses"] == voice and "licence unknown, as fetched" in found["models"]["why"]
    assert found["voice"]["uses"] == f"piper/{voice}" and "GPL-3.0-or-later" in found["voice"]["why"]
    assert f"licence: {credit(found['recogniser']['uses']).licence}" in found["recogniser"]["why"]


def test_the_doctor_finds_a_model_that_is_no_longer_what_it_was(voice: str, models: Path) -> None:
    card = models / "piper" / voice / f"{voice}.onnx.json"
    card.write_text(card.read_text(encoding="utf-8") + " ", encoding="utf-8")
    found = examined()
    assert found["models"]["state"] == "broken" and str(card) in found["models"]["why"]


@pytest.mark.enable_socket  # the port of a machine of ours where nobody listens
def test_the_doctor_finds_a_server_that_is_named_and_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_SPEECH__VOICE", "wyoming")
    monkeypatch.setenv("CABIN_SPEECH__WYOMING_VOICE_URI", "tcp://127.0.0.1:9")
    voice = examined()["voice"]
    assert voice["state"] == "broken" and "tcp://127.0.0.1:9 does not answer" in voice["why"]
