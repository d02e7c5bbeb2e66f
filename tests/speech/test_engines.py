from pathlib import Path

import pytest
from hassil import Intents

from assistant.bootstrap import Engines
from assistant.errors import SpeechError
from assistant.settings import SpeechSettings
from assistant.speech.engines import synthesizer, transcriber
from assistant.speech.whisper import WhisperTranscriber
from tests.speech.scripted_whisper import scripted_whisper
from tests.speech.tiny_voice import tiny_voice


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CABIN_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


BUILT_IN = ("moonshine/tiny-en", "pocketsphinx")


def test_with_nothing_on_disk_the_built_in_recogniser_is_used(small: Intents) -> None:
    engine, why = transcriber(small)
    assert engine.name in BUILT_IN and "built in" in why
    assert "no faster-whisper model lies in" in why


def test_a_whisper_model_on_disk_is_used_by_itself(small: Intents, models: Path) -> None:
    scripted_whisper(models / "whisper" / "tiny", "hello")
    engine, why = transcriber(small)
    assert engine.name == "faster-whisper/tiny" and "largest" in why


def test_a_damaged_whisper_model_is_not_used_and_the_reason_is_told(small: Intents, models: Path) -> None:
    folder = scripted_whisper(models / "whisper" / "tiny", "hello")
    (folder / "model.bin").write_bytes(b"\0" * 50)
    engine, why = transcriber(small)
    assert (engine.name in BUILT_IN and "cannot be loaded" in why) or "can be loaded" in why


def test_the_recogniser_that_was_named_is_used(small: Intents, models: Path) -> None:
    scripted_whisper(models / "whisper" / "tiny", "hello")
    assert transcriber(small, engine="pocketsphinx")[0].name == "pocketsphinx"


def test_a_model_may_be_named_by_its_folder(small: Intents, tmp_path: Path) -> None:
    folder = scripted_whisper(tmp_path / "elsewhere", "hello")
    assert transcriber(small, engine="whisper", model=str(folder))[0].name == "faster-whisper/elsewhere"


def test_whisper_without_a_model_is_an_error_that_says_where_to_put_one(small: Intents, models: Path) -> None:
    with pytest.raises(SpeechError, match=str(models / "whisper")):
        transcriber(small, engine="whisper")


def test_an_unknown_recogniser_is_named(small: Intents) -> None:
    with pytest.raises(SpeechError, match='"siri"'):
        transcriber(small, engine="siri")


def test_with_nothing_on_disk_espeak_speaks() -> None:
    voice, why = synthesizer()
    assert voice.name.startswith("espeak-ng") and "no Piper voice lies in" in why


def test_a_piper_voice_on_disk_speaks_by_itself(models: Path) -> None:
    tiny_voice(models / "piper")
    voice, why = synthesizer()
    assert voice.name == "piper/en_GB-tiny" and "en_GB-tiny" in why


def test_a_damaged_piper_voice_gives_way_to_espeak(models: Path) -> None:
    tiny_voice(models / "piper").write_bytes(b"damaged")
    voice, why = synthesizer()
    assert voice.name.startswith("espeak-ng") and "en_GB-tiny" in why


def test_a_piper_voice_that_is_missing_is_an_error_when_piper_was_named() -> None:
    with pytest.raises(SpeechError, match="no Piper voice"):
        synthesizer(engine="piper", voice="en_US-nobody")


def test_the_settings_name_the_models_folder_the_deadline_and_the_language(
    engines: Engines, tmp_path: Path, small: Intents
) -> None:
    folder = tmp_path / "elsewhere"
    scripted_whisper(folder / "whisper" / "tiny", "hello")
    tiny_voice(folder / "piper")
    speech = SpeechSettings(deadline_s=7)
    ours = Engines(engines.settings.model_copy(update={"models_dir": folder, "speech": speech}))
    ours.library = engines.library
    assert ours.transcriber().name == "faster-whisper/tiny"
    assert "int8 on the CPU" in ours.why["recogniser"] and "over 7 s" in ours.why["recogniser"]
    assert ours.synthesizer().name == "piper/en_GB-tiny"


def test_in_another_language_nobody_takes_the_built_in_recogniser_for_an_answer(small: Intents, models: Path) -> None:
    assert "hears English, not de" in transcriber(small, language="de")[1]
    scripted_whisper(models / "whisper" / "tiny", "hello")
    engine, why = transcriber(small, language="de")
    assert isinstance(engine, WhisperTranscriber) and "nothing behind it" in why
