"""The wake word: heard when it is called, not when anything else is said, and changeable."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SettingsError
from assistant.speech import audio
from assistant.speech import ears as heard
from assistant.speech.conversation import Conversation, Partly, without
from assistant.speech.espeak import EspeakVoice
from assistant.speech.sphinx import SphinxTranscriber
from assistant.speech.wake import SphinxWakeWord
from assistant.utterance import SAMPLE_RATE, Audio, Reply, Utterance
from tests.speech.room import Room, at
from tests.speech.talking import Begin, Scripted, talk

BLOCK = 480
CALL = Path(__file__).parent / "sounds" / "slt_hey_cabin_open_the_window.flac"
OTHER_CALL = CALL.with_name("slt_hello_computer_lock_the_doors.flac")


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


# --- said although it is not needed --------------------------------------------------------------------------------


def hands_free(conversation: Conversation) -> None:
    conversation.ears.always = True


def push_to_talk(conversation: Conversation) -> None:
    conversation.talk()


def alone(word: SphinxWakeWord, call: Audio) -> Audio:
    """The name without what follows it."""
    (moment,) = wakes(word, call)
    word.reset()
    return call[: int((moment + 0.05) * SAMPLE_RATE)]


@pytest.mark.parametrize("begin", [hands_free, push_to_talk])
async def test_who_says_the_name_although_it_is_not_needed_is_heard_without_it(
    word: SphinxWakeWord, ears: SphinxTranscriber, call: Audio, begin: Begin
) -> None:
    room = Room(lasts_s=5.5)
    room.say(call, 0.5)
    log = await talk(room, ears, None, "Done.", begin, wake_word=word)
    assert log.heard == ["open the window"]
    assert [event.phrase for event in log.told(heard.Woken)] == ["hey cabin"]
    assert not any("cabin" in event.text for event in log.told(Partly)[-1:])


async def test_an_answer_that_begins_with_the_name_is_heard_without_it(
    word: SphinxWakeWord, ears: SphinxTranscriber, call: Audio, said: dict[str, Audio]
) -> None:
    pytest.importorskip("livekit.rtc")
    room = Room(lasts_s=12.0)
    room.say(said["rms_lock_the_doors"], 0.5)
    room.interrupt(call, 2.5)
    replies = iter([Reply("", "Which ones?"), Reply("", "Done.")])

    async def answer(utterance: Utterance) -> Reply:
        return next(replies)

    log = await talk(room, ears, EspeakVoice(), answer, push_to_talk, wake_word=word)
    assert log.heard == ["lock the doors", "open the window"]
    assert [event.how for event in log.told(heard.Began)] == ["key", "follow-up"]


async def test_a_name_that_is_said_twice_is_left_out_twice(
    word: SphinxWakeWord, ears: SphinxTranscriber, call: Audio
) -> None:
    room = Room(lasts_s=7.0)
    room.say(np.concatenate((alone(word, call), call[4_000:])), 0.5)
    log = await talk(room, ears, None, "Done.", hands_free, wake_word=word)
    assert log.heard == ["open the window"]


async def test_the_name_alone_only_opens_the_ears(word: SphinxWakeWord, call: Audio) -> None:
    room = Room(lasts_s=10.0)
    room.say(alone(word, call), 0.5)
    log = await talk(room, Scripted(), None, "Done.", hands_free, wake_word=word)
    assert log.turns == []
    assert [event.why for event in log.told(heard.Dropped)] == ["nothing was said"]


async def test_after_the_name_alone_the_command_may_take_its_time(
    word: SphinxWakeWord, ears: SphinxTranscriber, call: Audio, said: dict[str, Audio]
) -> None:
    room = Room(lasts_s=10.0)
    room.say(alone(word, call), 0.5)
    room.say(said["slt_switch_to_sport_mode"], 5.0)
    log = await talk(room, ears, None, "Done.", hands_free, wake_word=word)
    assert log.heard == ["switch to sport mode"]


async def test_the_name_in_the_middle_of_a_sentence_cuts_nothing_off(
    word: SphinxWakeWord, call: Audio, said: dict[str, Audio]
) -> None:
    sentence = np.trim_zeros(said["slt_set_the_temperature_to_twenty_one_degrees"])
    room = Room(lasts_s=9.0)
    room.say(sentence, 0.5)
    room.say(np.trim_zeros(call), 0.5 + len(sentence) / SAMPLE_RATE)
    log = await talk(room, Scripted(), None, "Done.", hands_free, wake_word=word)
    (ended,) = log.told(heard.Ended)
    assert log.told(heard.Anew) == [] and len(ended.sound) > len(sentence) + SAMPLE_RATE


async def test_another_name_is_left_out_where_the_settings_choose_it(ears: SphinxTranscriber) -> None:
    room = Room(lasts_s=6.0)
    room.say(audio.load(OTHER_CALL), 0.5)
    log = await talk(room, ears, None, "Done.", hands_free, wake_word=SphinxWakeWord("hello computer"))
    assert log.heard == ["lock the doors"]


class Inattentive:
    """Listens for a name and never notices it, as a search in loud noise."""

    phrase = "hey cabin"

    def hear(self, sound: Audio) -> int | None:
        return None

    def reset(self) -> None: ...


async def test_a_name_that_only_the_recogniser_noticed_is_left_out_of_its_words(said: dict[str, Audio]) -> None:
    room = Room(lasts_s=5.0)
    room.say(said["slt_switch_to_sport_mode"], 0.5)
    engine = Scripted("Hey, Cabin! Switch to sport mode.")
    log = await talk(room, engine, None, "Done.", hands_free, wake_word=Inattentive())
    assert log.heard == ["Switch to sport mode."]
    assert {event.text for event in log.told(Partly)} <= {"Switch to sport mode."}


async def test_when_its_words_are_the_name_alone_the_ears_stay_open(said: dict[str, Audio]) -> None:
    room = Room(lasts_s=9.0)
    room.say(said["slt_switch_to_sport_mode"], 0.2)
    room.say(said["slt_switch_to_sport_mode"], 5.0)
    log = await talk(room, Scripted("Hey Cabin."), None, "Done.", push_to_talk, wake_word=Inattentive())
    assert log.turns == []
    assert [event.how for event in log.told(heard.Ended)] == ["key", "follow-up"]
    assert [event.why for event in log.told(heard.Dropped)] == ["only the wake word"] * 2


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("hey cabin open the window", "open the window"),
        ("Hey, Cabin! Hey cabin... What's 2.4 bar?", "What's 2.4 bar?"),
        ("hey cabin", ""),
        ("Hey cabins are nice", "Hey cabins are nice"),
        ("what is hey cabin", "what is hey cabin"),
        ("", ""),
    ],
)
def test_only_the_name_at_the_beginning_is_left_out(text: str, left: str) -> None:
    assert without("hey cabin", text) == left
