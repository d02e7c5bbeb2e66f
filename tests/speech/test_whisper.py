"""faster-whisper for real, with a scripted model made here: what it writes is known beforehand."""

from pathlib import Path

import ctranslate2
import numpy as np
import pytest
from tokenizers import Tokenizer

from assistant.errors import SpeechError
from assistant.speech.hearing import GrowingUtterance
from assistant.speech.whisper import WhisperTranscriber, made_up
from assistant.utterance import SAMPLE_RATE, Audio
from tests.speech.scripted_whisper import scripted_whisper
from tests.speech.speaking import spoken


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_whisper(tmp_path_factory.mktemp("models") / "scripted", "turn on my seat heating")


@pytest.fixture(scope="module")
def ears(model: Path) -> WhisperTranscriber:
    return WhisperTranscriber(model)


@pytest.fixture(scope="module")
def speech(said: dict[str, Audio]) -> Audio:
    return said["slt_switch_to_sport_mode"]


def test_speech_becomes_text(ears: WhisperTranscriber, speech: Audio) -> None:
    heard = ears.transcribe(speech)
    assert heard.text == "turn on my seat heating"
    assert heard.engine == "faster-whisper/scripted"
    assert 0 < heard.confidence <= 1


def test_the_language_may_be_given(model: Path, speech: Audio) -> None:
    assert WhisperTranscriber(model, language="en").transcribe(speech).text == "turn on my seat heating"


def test_hotwords_reach_the_model(model: Path, speech: Audio, tmp_path: Path) -> None:
    # They stand in the prompt, so the script is read from a later position: the text is no longer the same.
    hot = WhisperTranscriber(model, hotwords=["seat", "heating"], language="en")
    assert hot.transcribe(speech).text != "turn on my seat heating"


def test_the_hints_read_out_are_held_back(tmp_path: Path, speech: Audio) -> None:
    hints = ["AdBlue", "Aurelia", "recirculation", "immobiliser"]
    folder = scripted_whisper(tmp_path / "measured", "AdBlue, Aurelia, recirculation, immobiliser")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    given = 4 + len(tokenizer.encode(" " + ", ".join(hints), add_special_tokens=False).ids)  # <prev> hints <sot> en do
    for said, kept in (
        ("Aurelia, recirculation, immobiliser", ""),
        ("recirculation, Aurelia", "recirculation, Aurelia"),
    ):
        echo = scripted_whisper(tmp_path / said, "AdBlue, Aurelia, recirculation, immobiliser", prompt=given, says=said)
        assert WhisperTranscriber(echo, hotwords=hints, language="en").transcribe(speech).text == kept


@pytest.mark.parametrize("level", [0.0, 0.0003, 0.05])
def test_silence_and_noise_are_no_text_whatever_the_model_writes(ears: WhisperTranscriber, level: float) -> None:
    noise = (level * np.random.default_rng(2).standard_normal(3 * SAMPLE_RATE)).astype(np.float32)
    assert ears.transcribe(noise).text == ""


def test_text_that_repeats_itself_is_held_back(tmp_path: Path, speech: Audio) -> None:
    loop = scripted_whisper(tmp_path / "loop", " ".join(["go on"] * 12))
    assert WhisperTranscriber(loop, language="en").transcribe(speech).text == ""


def test_a_glimpse_of_what_is_being_said_has_the_same_guards(ears: WhisperTranscriber, speech: Audio) -> None:
    assert ears.glimpse(speech).text == "turn on my seat heating"
    assert ears.glimpse(np.zeros(SAMPLE_RATE, np.float32)).text == ""


def test_words_appear_while_they_are_spoken(ears: WhisperTranscriber, speech: Audio) -> None:
    hearing = GrowingUtterance(ears)
    shown = spoken(hearing, speech)
    assert shown == ["turn on my seat heating"]
    assert hearing.end().text == "turn on my seat heating"


def test_the_language_that_is_detected_is_told(model: Path, ears: WhisperTranscriber, speech: Audio) -> None:
    assert ears.transcribe(speech).language == "en"
    assert WhisperTranscriber(model, language="de").transcribe(speech).language == "de"


def test_the_cpu_is_given_whole_numbers(ears: WhisperTranscriber) -> None:
    assert ears._model.model.compute_type.startswith("int8") and ears.runs == "int8 on the CPU"


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="this machine has a card")
def test_a_card_that_does_not_work_is_done_without(model: Path, speech: Audio) -> None:
    ears = WhisperTranscriber(model, cuda=True)
    assert ears.runs == "int8 on the CPU"
    assert ears.transcribe(speech).text == "turn on my seat heating"


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() == 0, reason="this machine has no card")
def test_a_card_is_used_by_itself_with_half_precision(model: Path, speech: Audio) -> None:
    ears = WhisperTranscriber(model)
    assert ears.runs == "float16 on CUDA" and ears._model.model.compute_type == "float16"
    assert ears.transcribe(speech).text == "turn on my seat heating"


@pytest.mark.parametrize("broken", ["model.bin", "config.json"])
def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path, broken: str) -> None:
    folder = scripted_whisper(tmp_path / "damaged", "hello")
    (folder / broken).write_bytes(b"\0" * 100)
    with pytest.raises(SpeechError, match="damaged"):
        WhisperTranscriber(folder)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("set the temperature to twenty one degrees", 2.0),
        ("yes", 0.4),
        ("thank you", 1.2),
        ("no no", 0.8),
        ("turn it up up up", 1.2),
    ],
)
def test_what_can_have_been_said_is_kept(text: str, seconds: float) -> None:
    assert not made_up(text, seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("set the temperature", 0.0),
        ("thanks for watching", 0.5),
        ("Subtitles by the Amara.org community", 1.0),
        ("the quick brown fox jumps over the lazy dog again and again", 1.0),
        ("yes yes yes yes yes", 3.0),
        ("and then and then and then and then", 4.0),
        ("...", 2.0),
    ],
)
def test_what_whisper_makes_up_is_held_back(text: str, seconds: float) -> None:
    assert made_up(text, seconds)
