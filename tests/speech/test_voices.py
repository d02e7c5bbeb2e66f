"""Both voices behind one port: eSpeak for real, Piper with a tiny voice made here."""

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SpeechError
from assistant.ports import Synthesizer
from assistant.speech.engines import synthesizer
from assistant.speech.espeak import EspeakVoice, phonemes
from assistant.speech.piper import PiperVoice
from tests.speech.tiny_voice import SAMPLE_RATE, SAMPLES_A_PHONEME, tiny_voice


@pytest.fixture(params=["espeak", "piper"])
def voice(request: pytest.FixtureRequest, tmp_path: Path) -> Synthesizer:
    return EspeakVoice() if request.param == "espeak" else PiperVoice(tiny_voice(tmp_path))


def sound(voice: Synthesizer, text: str) -> np.ndarray:
    return np.frombuffer(b"".join(voice.speak(text)), "<i2")


def test_a_sentence_is_heard(voice: Synthesizer) -> None:
    said = sound(voice, "The driver's window is open.")
    assert voice.sample_rate == 22_050
    assert len(said) > 1_000 and np.abs(said).max() > 1_000


def test_more_text_takes_longer(voice: Synthesizer) -> None:
    assert len(sound(voice, "The driver's window is open now.")) > len(sound(voice, "Done."))


def test_numbers_are_spoken_as_words(voice: Synthesizer) -> None:
    # eSpeak's pauses vary by a few samples from call to call.
    assert len(sound(voice, "2.4 bar")) == pytest.approx(len(sound(voice, "two point four bar")), rel=0.005)


def test_nothing_to_say_is_no_sound(voice: Synthesizer) -> None:
    assert list(voice.speak("")) == [] and list(voice.speak(" \n ")) == []


def test_sound_comes_sentence_by_sentence(voice: Synthesizer) -> None:
    chunks = voice.speak("First sentence. " * 500)
    first = next(chunks)
    assert 0 < len(first) < 4 * voice.sample_rate  # under two seconds of what would last a quarter of an hour
    chunks.close()  # type: ignore[attr-defined]  # an iterator in the port, a generator here


def test_signs_that_no_voice_knows_are_no_error(voice: Synthesizer) -> None:
    list(voice.speak("日本語 \x00 <speak> ¿? 🚗"))


def test_espeak_says_which_voice_it_lacks() -> None:
    with pytest.raises(SpeechError, match='no voice "nosuchvoice"'):
        EspeakVoice("nosuchvoice")


def test_two_espeak_voices_do_not_disturb_each_other() -> None:
    british, american = EspeakVoice("en"), EspeakVoice("en-us")
    before = len(sound(british, "privacy and laboratory"))
    assert before != pytest.approx(len(sound(american, "privacy and laboratory")), rel=0.005)
    # eSpeak carries a little of what it said before into the next sentence: under a hundredth of its length.
    assert before == pytest.approx(len(sound(british, "privacy and laboratory")), rel=0.01)


def test_phonemes_of_a_word_that_no_dictionary_has() -> None:
    assert phonemes("blorf")


def test_piper_sounds_every_phoneme(tmp_path: Path) -> None:
    voice = PiperVoice(tiny_voice(tmp_path))
    chunks = list(voice.speak("One. Two. Three."))
    assert len(chunks) == 3 and voice.sample_rate == SAMPLE_RATE
    assert all(len(chunk) % (2 * SAMPLES_A_PHONEME) == 0 for chunk in chunks)


@pytest.mark.parametrize("damage", ["onnx", "json", "missing"])
def test_a_piper_voice_that_cannot_be_loaded_is_named(tmp_path: Path, damage: str) -> None:
    path = tiny_voice(tmp_path)
    if damage == "onnx":
        path.write_bytes(b"not a model")
    elif damage == "json":
        Path(f"{path}.json").write_text("{")
    else:
        Path(f"{path}.json").unlink()
    with pytest.raises(SpeechError, match="en_GB-tiny"):
        PiperVoice(path)


LONG = "The front left tyre has two point four bar, and the rear left tyre has two point five bar, which is enough."


def test_espeak_itself_is_stopped_when_nobody_listens_any_more() -> None:
    heard: list[bytes] = []

    def hear(piece: bytes) -> bool:
        heard.append(piece)
        return len(heard) < 3

    EspeakVoice().synthesise(LONG, hear)
    assert len(heard) == 3
    assert sum(map(len, heard)) < len(b"".join(EspeakVoice().speak(LONG))) / 4


def test_the_first_of_a_long_sentence_sounds_before_its_end_is_made() -> None:
    first = next(EspeakVoice().speak(LONG))
    assert 0 < len(first) <= 2 * 22_050 // 5


def test_after_a_sentence_was_cut_short_the_next_is_heard_whole() -> None:
    voice = EspeakVoice()
    whole = len(b"".join(voice.speak("The driver's window is open.")))
    cut = voice.speak(LONG)
    next(cut)
    cut.close()  # type: ignore[attr-defined]  # an iterator in the port, a generator here
    assert len(b"".join(voice.speak("The driver's window is open."))) == pytest.approx(whole, rel=0.02)


@pytest.mark.parametrize("language", ["de", "es", "fr", "it"])
def test_every_language_of_the_replies_has_a_voice(language: str) -> None:
    assert len(sound(EspeakVoice(language), "2,4 bar.")) > 5_000
    assert synthesizer(engine="auto", models=Path("nowhere"), language=language)[0].name == f"espeak-ng/{language}"


def test_a_piper_voice_of_another_language_is_not_taken_by_itself(tmp_path: Path) -> None:
    tiny_voice(tmp_path / "piper", "de_DE-klein")
    voice, why = synthesizer(models=tmp_path, language="en")
    assert voice.name == "espeak-ng/en" and "no Piper voice for the language en" in why
    assert synthesizer(models=tmp_path, language="de")[0].name == "piper/de_DE-klein"
