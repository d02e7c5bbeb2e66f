"""`cabin listen` from outside: sound files in place of a microphone, a WAV file in place of the loudspeaker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import listen as module
from assistant.cli.main import cabin
from assistant.speech import audio
from assistant.speech.devices import devices

SOUNDS = Path(__file__).parents[2] / "demo" / "drives" / "sounds"
SPOKEN = SOUNDS / "slt_set_the_temperature_to_twenty_one_degrees.flac"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"

no_sound_card = pytest.mark.skipif(bool(devices("microphone")), reason="this computer has a microphone")


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(cabin, ["listen", *map(str, arguments)], input=typed)


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def of(result: Result, kind: str) -> list[dict]:
    return [line for line in lines(result) if line["type"] == kind]


def test_what_a_file_says_is_done_and_answered_aloud(tmp_path: Path) -> None:
    replies = tmp_path / "replies.wav"
    done = run("--json", "--hands-free", "--wake-word", "", "--from", SPOKEN, "--to", replies)
    assert done.exit_code == 0, done.output
    (reply,) = of(done, "reply")
    assert reply["applied"] == {TEMPERATURE: 21.0}
    assert [line["how"] for line in of(done, "ended")] == ["hands-free"]
    assert of(done, "understood")[0]["zone"] == "unknown"
    assert len(audio.load(replies)) > 16_000


def test_without_a_wake_word_or_a_key_nothing_is_taken_for_a_command(tmp_path: Path) -> None:
    done = run("--json", "--from", SPOKEN, "--to", tmp_path / "replies.wav")
    assert done.exit_code == 0
    assert [line["type"] for line in lines(done)] == ["begin"]


def test_a_file_that_is_not_sound_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"not sound")
    done = run("--json", "--from", bad, "--to", tmp_path / "replies.wav")
    assert done.exit_code == 1
    (error,) = of(done, "error")
    assert error["code"] == "corrupt" and "bad.wav" in error["message"]


def test_a_wake_word_that_nobody_can_say_is_a_clear_error(tmp_path: Path) -> None:
    done = run("--wake-word", "hey 4x4", "--from", SPOKEN, "--to", tmp_path / "replies.wav")
    assert done.exit_code != 0
    assert 'nobody can say "4x4"' in str(done.exception) and "Traceback" not in done.output


@no_sound_card
def test_without_a_microphone_it_says_so_and_typing_goes_on() -> None:
    done = run("--json", typed="set the temperature to 21 degrees\n")
    assert done.exit_code == 0
    assert "no microphone was found" in of(done, "error")[0]["message"]
    assert "no loudspeaker was found" in of(done, "begin")[0]["loudspeaker"]
    assert of(done, "reply")[0]["applied"] == {TEMPERATURE: 21.0}


@no_sound_card
def test_the_key_without_a_microphone_says_again_what_is_missing() -> None:
    done = run("--json", typed="\n")
    assert [line["code"] for line in of(done, "error")] == ["none", "none"]


@no_sound_card
def test_a_challenge_is_confirmed_by_the_hand_not_by_a_word() -> None:
    done = run("--json", typed="switch to sport mode\nyes\n/touch\n")
    replies = of(done, "reply")
    assert [MODE in reply["applied"] for reply in replies] == [False, False, True]


@no_sound_card
def test_a_challenge_can_be_dropped_and_the_wake_word_switched_off() -> None:
    done = run(typed="switch to sport mode\n/cancel\n/wake\n")
    assert "/touch or /cancel" in done.stdout
    assert "The wake word is off." in done.stdout


@no_sound_card
def test_the_devices_are_listed_and_none_is_said() -> None:
    assert "none was found on this computer" in run("--devices").stdout
    assert run("--devices", "--json").stdout == ""


@no_sound_card
def test_a_microphone_that_was_named_and_is_not_there_is_an_error_in_words() -> None:
    done = run("--json", "--microphone", "studio", typed="a bit warmer\n")
    assert "no microphone was found" in of(done, "error")[0]["message"]
    assert of(done, "reply")


def test_the_meter_shows_level_and_peak(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.speech.ears import Measured
    from assistant.speech.level import Level

    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    terminal = module.Terminal(meter=True)
    terminal.event(Measured(Level(-30.0, -12.0, -12.0)))
    terminal.event(Measured(Level(-3.0, 0.0, 0.0)))
    shown = capsys.readouterr().err
    assert "[===============         |     ]  -30 dBFS" in shown
    assert "too loud" in shown
    terminal.end()
    assert capsys.readouterr().err.endswith("\r\033[K"), "nothing of it stays behind"


def test_nothing_is_printed_by_the_sound_system_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.speech.devices import devices; devices('microphone')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
