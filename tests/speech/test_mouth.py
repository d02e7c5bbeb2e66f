"""Replies as sound: spoken whole, stopped at once, replaced by the next one."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import DeviceError, SpeechError
from assistant.speech import audio
from assistant.speech import mouth as module
from assistant.speech.espeak import EspeakVoice
from assistant.speech.loudspeaker import FileLoudspeaker, unheard
from assistant.speech.mouth import Mouth
from assistant.utterance import Audio


class Collector:
    """A loudspeaker that keeps what it is given; ``pause`` lets a test in after each stretch."""

    name = "collector"
    sample_rate = 16_000

    def __init__(self) -> None:
        self.played = unheard
        self.sound: list[Audio] = []
        self.flushed = 0
        self.written = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def write(self, sound: Audio) -> None:
        self.sound.append(sound)
        self.written.set()
        assert self.go_on.wait(10)

    def drain(self) -> None: ...

    def flush(self) -> None:
        self.flushed += 1

    def close(self) -> None: ...

    @property
    def seconds(self) -> float:
        return sum(map(len, self.sound)) / self.sample_rate


class Counting:
    """A voice of one second a word."""

    name = "counting"
    sample_rate = 22_050

    def speak(self, text: str) -> Iterator[bytes]:
        for _ in text.split():
            yield np.full(self.sample_rate, 8_000, "<i2").tobytes()


class Hanging(Counting):
    name = "hanging"

    def __init__(self) -> None:
        self.released = threading.Event()

    def speak(self, text: str) -> Iterator[bytes]:
        self.released.wait(10)
        yield b""


class Failing(Counting):
    def speak(self, text: str) -> Iterator[bytes]:
        raise SpeechError("the voice is hoarse")


def test_a_reply_is_spoken_whole_at_the_loudspeakers_rate() -> None:
    loudspeaker = Collector()
    mouth = Mouth(loudspeaker, Counting)
    assert mouth.say("one two three")
    assert loudspeaker.seconds == pytest.approx(3.0, abs=0.02)
    assert np.concatenate(loudspeaker.sound)[8_000:40_000] == pytest.approx(8_000 / 32_768, abs=1e-3)
    assert (mouth.speaking, mouth.said) == (False, "one two three")


def test_the_built_in_voice_speaks_through_it() -> None:
    loudspeaker = Collector()
    voice = EspeakVoice()
    assert Mouth(loudspeaker, lambda: voice).say("Your tyres are fine. The front left has 2.4 bar.")
    assert 2.0 < loudspeaker.seconds < 8.0
    assert np.abs(np.concatenate(loudspeaker.sound)).max() > 0.1


def test_a_stop_is_heard_at_once_and_nothing_is_said_afterwards() -> None:
    loudspeaker = Collector()
    loudspeaker.go_on.clear()
    mouth = Mouth(loudspeaker, Counting)
    whole: list[bool] = []
    speaking = threading.Thread(target=lambda: whole.append(mouth.say("one two three four")))
    speaking.start()
    assert loudspeaker.written.wait(10) and mouth.speaking
    assert mouth.stop()
    loudspeaker.go_on.set()
    speaking.join(10)
    assert whole == [False]
    assert loudspeaker.seconds <= 2 * module.STEP_S
    assert loudspeaker.flushed and not mouth.speaking


def test_stopping_what_is_not_being_said_does_nothing() -> None:
    assert not Mouth(Collector(), Counting).stop()


def test_a_new_reply_takes_the_place_of_the_old_one() -> None:
    loudspeaker = Collector()
    loudspeaker.go_on.clear()
    mouth = Mouth(loudspeaker, Counting)
    whole: list[bool] = []
    old = threading.Thread(target=lambda: whole.append(mouth.say("one two three four")))
    old.start()
    assert loudspeaker.written.wait(10)
    new = threading.Thread(target=lambda: whole.append(mouth.say("five")))
    new.start()
    while mouth._stop.is_set() or len(whole) == 0:
        loudspeaker.go_on.set()
        new.join(0.05)
        old.join(0.05)
    new.join(10)
    assert whole == [False, True]
    assert loudspeaker.seconds < 2.0
    assert mouth.said == "five"


def test_nothing_to_say_is_said_at_once() -> None:
    loudspeaker = Collector()
    assert Mouth(loudspeaker, Counting).say("  ")
    assert loudspeaker.sound == []


def test_a_voice_that_hangs_does_not_hang_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SYNTHESIS_DEADLINE_S", 0.05)
    voice = Hanging()
    mouth = Mouth(Collector(), lambda: voice)
    with pytest.raises(SpeechError, match="hanging brought no sound within"):
        mouth.say("hello")
    assert not mouth.speaking
    voice.released.set()


def test_a_voice_that_fails_is_told_and_the_next_reply_is_spoken() -> None:
    loudspeaker = Collector()
    voices = iter([Failing(), Counting()])
    mouth = Mouth(loudspeaker, lambda: next(voices))
    with pytest.raises(SpeechError, match="hoarse"):
        mouth.say("hello")
    assert mouth.say("hello")


def test_a_loudspeaker_that_is_gone_is_told() -> None:
    class Gone(Collector):
        def write(self, sound: Audio) -> None:
            raise DeviceError("the loudspeaker takes no sound any more")

    mouth = Mouth(Gone(), Counting)
    with pytest.raises(DeviceError, match="takes no sound"):
        mouth.say("hello")
    assert not mouth.speaking


def test_replies_can_be_written_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "replies.wav"
    loudspeaker = FileLoudspeaker(path, sleep=lambda _: None)
    heard: list[Audio] = []
    loudspeaker.played = heard.append
    mouth = Mouth(loudspeaker, Counting)
    mouth.say("one two")
    mouth.close()
    assert len(audio.load(path)) / 16_000 == pytest.approx(2.0, abs=0.02)
    assert sum(map(len, heard)) / loudspeaker.sample_rate == pytest.approx(2.0, abs=0.02)
