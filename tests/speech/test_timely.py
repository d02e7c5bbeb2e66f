"""The better recogniser is late, busy or broken: the driver is answered all the same."""

from threading import Event

import numpy as np
import pytest

from assistant.errors import SpeechError
from assistant.speech.timely import Timely
from assistant.utterance import Audio, Transcript

SOUND = np.zeros(16_000, np.float32)


class Engine:
    """Answers when it is let go; with an error when it has one."""

    def __init__(self, name: str, error: str = "") -> None:
        self.name, self.error = name, error
        self.go = Event()
        self.go.set()
        self.asked = 0

    def transcribe(self, audio: Audio) -> Transcript:
        self.asked += 1
        assert self.go.wait(30)
        if self.error:
            raise SpeechError(self.error)
        return Transcript(f"from {self.name}", 1.0, self.name)


@pytest.fixture
def better() -> Engine:
    return Engine("better")


@pytest.fixture
def built_in() -> Engine:
    return Engine("built in")


def test_the_better_engine_is_believed_when_it_is_in_time(better: Engine, built_in: Engine) -> None:
    assert Timely(better, built_in, 20).transcribe(SOUND).engine == "better"
    assert built_in.asked == 0


def test_a_late_engine_gives_way_to_the_built_in_one(better: Engine, built_in: Engine) -> None:
    better.go.clear()
    assert Timely(better, built_in, 0.05).transcribe(SOUND).text == "from built in"
    better.go.set()


def test_the_better_words_still_win_between_the_head_start_and_the_deadline(better: Engine, built_in: Engine) -> None:
    better.go.clear()
    built_in.transcribe = lambda audio: better.go.set() or Transcript("soon", 1.0, "built in")
    assert Timely(better, built_in, 1.0).transcribe(SOUND).engine == "better"


def test_a_broken_engine_gives_way_at_once(built_in: Engine) -> None:
    assert Timely(Engine("better", "it broke"), built_in, 20).transcribe(SOUND).engine == "built in"


def test_while_it_is_still_busy_with_the_last_utterance_nobody_waits(better: Engine, built_in: Engine) -> None:
    both = Timely(better, built_in, 0.05)
    better.go.clear()
    both.transcribe(SOUND)
    assert both.transcribe(SOUND).engine == "built in"
    assert both.glimpse(SOUND).text == ""
    assert better.asked == 1
    better.go.set()


def test_after_a_late_utterance_the_better_engine_is_asked_again(better: Engine, built_in: Engine) -> None:
    both = Timely(better, built_in, 0.05)
    better.go.clear()
    both.transcribe(SOUND)
    better.go.set()
    assert both._job is not None
    both._job.result(30)
    both._deadline_s = 20
    assert both.transcribe(SOUND).engine == "better"


def test_when_both_fail_it_is_said(better: Engine) -> None:
    with pytest.raises(SpeechError, match="so did this"):
        Timely(Engine("better", "it broke"), Engine("built in", "so did this"), 20).transcribe(SOUND)


def test_an_engine_without_a_quick_way_is_not_asked_for_words_on_the_way(better: Engine, built_in: Engine) -> None:
    assert Timely(better, built_in, 20).glimpse(SOUND).engine == "built in"
    assert better.asked == 0
