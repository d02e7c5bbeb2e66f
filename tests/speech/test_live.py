"""A conversation as the settings have it: what is used, why, and what stands in the way."""

from pathlib import Path

import pytest

from assistant.errors import DeviceError, SettingsError, StorageError
from assistant.settings import SpeechSettings
from assistant.speech import live
from assistant.speech.devices import devices
from assistant.speech.espeak import EspeakVoice
from assistant.speech.loudspeaker import FileLoudspeaker
from assistant.utterance import Reply, Utterance, Zone
from tests.speech.talking import Scripted

no_sound_card = pytest.mark.skipif(
    bool(devices("microphone") or devices("loudspeaker")), reason="this computer has sound devices"
)


async def answer(utterance: Utterance) -> Reply:
    return Reply(utterance.text, "Done.")


@no_sound_card
@pytest.mark.parametrize("kind", ["microphone", "loudspeaker"])
def test_the_doctor_says_that_there_is_none_and_what_still_works(kind: str) -> None:
    uses, why = live.examine(SpeechSettings(), kind)
    assert uses == "none"
    assert f"no {kind} was found" in why and "cabin say" in why


@no_sound_card
@pytest.mark.parametrize("kind", ["microphone", "loudspeaker"])
def test_a_device_that_was_named_and_is_missing_is_an_error(kind: str) -> None:
    with pytest.raises(DeviceError, match=f"no {kind} was found"):
        live.examine(SpeechSettings(**{kind: "studio"}), kind)


@no_sound_card
def test_without_a_loudspeaker_there_is_a_conversation_all_the_same() -> None:
    why: dict[str, str] = {}
    conversation = live.conversation(SpeechSettings(), Scripted, EspeakVoice, answer, why=why)
    assert conversation.mouth is None
    assert "no loudspeaker was found" in why["loudspeaker"]
    assert why["wake word"].startswith('"hey cabin", by PocketSphinx')
    assert "echo" not in why, "there is none"


@no_sound_card
def test_a_loudspeaker_that_was_named_and_is_missing_is_an_error() -> None:
    with pytest.raises(DeviceError):
        live.conversation(SpeechSettings(loudspeaker="studio"), Scripted, EspeakVoice, answer)


def test_a_file_may_stand_in_for_the_loudspeaker(tmp_path: Path) -> None:
    why: dict[str, str] = {}
    sink = tmp_path / "out.wav"
    conversation = live.conversation(SpeechSettings(), Scripted, EspeakVoice, answer, sink=sink, why=why)
    assert "replies can be interrupted" in why["echo"] or "nothing is heard" in why["echo"]
    assert conversation.mouth is not None
    assert isinstance(conversation.mouth.loudspeaker, FileLoudspeaker)
    conversation.mouth.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Name another place"):
        live.loudspeaker(SpeechSettings(), tmp_path / "missing" / "out.wav")


def test_without_a_wake_word_only_the_key_listens() -> None:
    assert live.wake_word(SpeechSettings(wake_word=" ")) == (None, "the settings name none: push-to-talk only")


def test_a_wake_word_that_nobody_can_say_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"\[speech\] wake_word"):
        live.wake_word(SpeechSettings(wake_word="hey 4x4"))


@pytest.mark.parametrize("seat", ["unknown", "driver", "rear_left"])
def test_the_microphones_seat_is_the_one_of_the_settings(tmp_path: Path, seat: str) -> None:
    settings = SpeechSettings(microphone_zone=seat, wake_word="")
    conversation = live.conversation(settings, Scripted, EspeakVoice, answer, sink=tmp_path / "out.wav")
    assert conversation.zone is Zone(seat)
    assert conversation.mouth is not None
    conversation.mouth.close()
    assert SpeechSettings().microphone_zone == "unknown"
