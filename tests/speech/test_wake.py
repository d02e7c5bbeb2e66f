"""The wake word: heard when it is called, not when anything else is said, and changeable."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SettingsError
from assistant.speech import audio
from assistant.speech import ears as heard
from assistant.speech.wake import SphinxWakeWord
from assistant.utterance import SAMPLE_RATE, Audio
from tests.speech.room import Room, at
from tests.speech.talking import Scripted, talk

BLOCK = 480
CALL = Path(__file__).parent / "sounds" / "slt_hey_cabin_open_the_window.flac"


def wakes(word: SphinxWakeWord, sound: Audio) -> list[float]:
    """The moments at which the phrase ended, seconds."""
    found = []
    for start in range(0, len(sound), BLOCK):
        block = sound[start : start + BLOCK]
        ago = word.hear(block)
        if ago is not None:
            found.append((start + len(block) - ago) / SAMPLE_RATE)
    return found


@pytest.fixture(scope="module")
def word() -> SphinxWakeWord:
    return SphinxWakeWord("hey cabin")


@pytest.fixture(autouse=True)
def _fresh(word: SphinxWakeWord) -> None:
    word.reset()


@pytest.fixture(scope="module")
def call() -> Audio:
    return np.pad(audio.load(CALL), (8_000, 8_000))


def test_its_name_is_heard_and_where_it_ended(word: SphinxWakeWord, call: Audio) -> None:
    (moment,) = wakes(word, call)
    assert 0.9 < moment < 1.6


def test_it_is_heard_each_time_it_is_called(word: SphinxWakeWord, call: Audio) -> None:
    assert len(wakes(word, np.concatenate((call, np.zeros(SAMPLE_RATE, np.float32), call)))) == 2


def test_it_is_heard_through_road_noise(word: SphinxWakeWord, call: Audio, said: dict[str, Audio]) -> None:
    noise = np.resize(said["noise_road"], len(call))
    assert wakes(word, call + at(noise, -12 + 20 * np.log10(np.sqrt(np.mean(call[8_000:-8_000] ** 2)))))


def test_what_is_said_to_a_car_does_not_wake_it(word: SphinxWakeWord, said: dict[str, Audio]) -> None:
    assert wakes(word, np.concatenate(list(said.values()))) == []


def test_silence_and_noise_do_not_wake_it(word: SphinxWakeWord, noise: Audio) -> None:
    assert wakes(word, np.concatenate((np.zeros(SAMPLE_RATE, np.float32), noise))) == []


def test_after_a_reset_half_a_name_is_forgotten(word: SphinxWakeWord, call: Audio) -> None:
    (moment,) = wakes(word, call)
    word.reset()
    middle = int((moment - 0.3) * SAMPLE_RATE)
    assert wakes(word, call[:middle]) == []
    word.reset()
    assert wakes(word, call[middle:]) == []


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_another_name_can_be_chosen(tmp_path: Path, call: Audio) -> None:
    path = tmp_path / "call.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", "hello computer", "-o", str(path)], check=True)
    other = SphinxWakeWord("Hello, Computer!")
    assert other.phrase == "hello computer"
    assert len(wakes(other, np.pad(audio.load(path), (8_000, 16_000)))) == 1
    assert wakes(other, call) == []


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("hey 4x4", 'nobody can say "4x4"'),
        ("hé öü", "nobody can say"),
        ("hey", "it has 2 sounds"),
        ("please be so kind as to listen to me now my car", "sounds"),
    ],
)
def test_a_phrase_that_cannot_be_a_wake_word_is_named_with_what_to_do(phrase: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        SphinxWakeWord(phrase)
    assert "[speech] wake_word" in str(caught.value) and '"hey cabin"' in str(caught.value)


async def test_what_follows_the_name_in_one_breath_is_the_utterance(word: SphinxWakeWord, call: Audio) -> None:
    room = Room(lasts_s=5.0)
    room.say(call, 0.5)
    log = await talk(room, Scripted(), None, "Done.", wake_word=word)
    assert [event.phrase for event in log.told(heard.Woken)] == ["hey cabin"]
    (ended,) = log.told(heard.Ended)
    assert ended.how == "wake word"
    assert 0.8 < (len(ended.sound) / SAMPLE_RATE) < 2.5  # "open the window" and the silence that ends it


async def test_after_the_name_alone_there_is_time_to_think(
    word: SphinxWakeWord, call: Audio, said: dict[str, Audio]
) -> None:
    (moment,) = wakes(word, call)
    word.reset()
    room = Room(lasts_s=9.0)
    room.say(call[: int((moment + 0.05) * SAMPLE_RATE)], 0.5)
    room.say(said["slt_switch_to_sport_mode"], 4.0)
    log = await talk(room, Scripted(), None, "Done.", wake_word=word)
    (ended,) = log.told(heard.Ended)
    assert len(ended.sound) > 3 * SAMPLE_RATE


async def test_switched_off_it_does_not_listen(word: SphinxWakeWord, call: Audio) -> None:
    room = Room(lasts_s=4.0)
    room.say(call, 0.5)
    log = await talk(room, Scripted(), None, "Done.", lambda c: setattr(c, "wakes", False), wake_word=word)
    assert log.told(heard.Woken) == [] and log.turns == []
