"""Moonshine itself, on real sound files."""

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SpeechError
from assistant.speech.expectation import Expectation, expected
from assistant.speech.moonshine import Moonshine
from assistant.utterance import SAMPLE_RATE, Audio

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture(scope="module")
def model(weights: Path) -> Moonshine:
    return Moonshine(weights)


def test_plain_speech_is_written_down(model: Moonshine, said: dict[str, Audio]) -> None:
    guess = model.guess(model.listen(said["rms_how_do_i_repair_the_radio"]))
    assert guess.text == "How do I repair the radio?"
    assert -0.2 < guess.heard / guess.pieces < 0


def test_what_is_expected_settles_what_is_unclear(model: Moonshine, said: dict[str, Audio]) -> None:
    sound = model.listen(said["rms_what_oil_does_the_engine_need"])
    ours = Expectation(expected(["what oil does the engine need", "what does the lamp mean"], model.tokens), 32768)
    assert model.guess(sound).text != "What oil does the engine need?"
    assert model.guess(sound, ours).text == "What oil does the engine need?"


def test_the_chance_of_its_own_sentence_is_what_it_said(model: Moonshine, said: dict[str, Audio]) -> None:
    sound = model.listen(said["slt_set_the_temperature_to_twenty_one_degrees"])
    guess = model.guess(sound, beam=1)
    again = model.chance(sound, guess.text)
    assert again.pieces == guess.pieces
    # The weights are rounded to eight bits, and sums of them differ with the number of words looked at together.
    assert again.heard == pytest.approx(guess.heard, abs=0.5)


def test_another_sentence_is_less_likely(model: Moonshine, said: dict[str, Audio]) -> None:
    sound = model.listen(said["rms_lock_the_doors"])
    assert model.chance(sound, "Lock the doors.").heard > model.chance(sound, "Unlock the doors.").heard + 1


def test_a_wider_beam_finds_nothing_less_likely(model: Moonshine, said: dict[str, Audio]) -> None:
    sound = model.listen(said["awb_how_are_my_tyres"])
    assert model.guess(sound, beam=4).heard >= model.guess(sound, beam=1).heard - 0.5


@pytest.mark.parametrize("length", [1, 520, 1_000, 8_000, 15 * SAMPLE_RATE])
def test_sound_of_any_length_ends(model: Moonshine, length: int) -> None:
    hum = (0.1 * np.sin(np.arange(length) / 20)).astype(np.float32)
    assert model.guess(model.listen(hum)).pieces <= 6.5 * 15 + 3


def test_a_damaged_model_is_named(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.bin").write_bytes((weights / "tokenizer.bin").read_bytes())
    (tmp_path / "encoder_model.ort").write_bytes(b"half of it")
    with pytest.raises(SpeechError, match="no Moonshine model that can be loaded"):
        Moonshine(tmp_path)
