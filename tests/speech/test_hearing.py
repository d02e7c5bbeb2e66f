"""Words while they are spoken: what somebody sees on the screen before the sentence is over."""

import numpy as np
import pytest

from assistant.errors import SpeechError
from assistant.speech.hearing import GrowingUtterance
from assistant.speech.sphinx import SphinxTranscriber
from assistant.utterance import SAMPLE_RATE, Audio, Transcript
from tests.speech.speaking import BLOCK, blocks, spoken

SILENCE = np.zeros(int(0.6 * SAMPLE_RATE), np.float32)


class Counting:
    """Hears how many quarters of a second there are, and keeps what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[int] = []

    def transcribe(self, audio: Audio) -> Transcript:
        self.asked.append(len(audio))
        return Transcript(" ".join(["tick"] * (len(audio) * 4 // SAMPLE_RATE)), 1.0, self.name)


class Broken:
    name = "broken"

    def transcribe(self, audio: Audio) -> Transcript:
        raise SpeechError("it broke")


def test_words_appear_while_they_are_spoken(said: dict[str, Audio]) -> None:
    shown = spoken(GrowingUtterance(Counting()), said["slt_set_the_temperature_to_twenty_one_degrees"])
    assert len(shown) >= 2
    assert shown == sorted(shown, key=len)


def test_the_end_is_what_the_built_in_recogniser_hears_in_the_whole(
    ears: SphinxTranscriber, said: dict[str, Audio]
) -> None:
    sound = said["slt_set_the_temperature_to_twenty_one_degrees"]
    hearing = GrowingUtterance(ears)
    assert "set the temperature to twenty one degrees" in spoken(hearing, sound)  # before its end is found
    assert hearing.end().text == ears.transcribe(sound).text


def test_a_pause_is_not_asked_about(said: dict[str, Audio]) -> None:
    engine = Counting()
    hearing = GrowingUtterance(engine)
    spoken(hearing, np.zeros(3 * SAMPLE_RATE, np.float32))
    assert engine.asked == []
    assert hearing.end().text.startswith("tick")  # the end is always asked about
    assert engine.asked == [3 * SAMPLE_RATE]


def test_what_seemed_to_be_the_end_and_was_is_not_asked_about_again(said: dict[str, Audio]) -> None:
    engine = Counting()
    hearing = GrowingUtterance(engine)
    spoken(hearing, np.concatenate([said["slt_switch_to_sport_mode"], SILENCE]))
    asked = list(engine.asked)
    heard = hearing.end()
    assert heard.text and engine.asked == asked


def test_a_sentence_that_goes_on_after_a_pause_is_heard_whole(said: dict[str, Audio]) -> None:
    engine = Counting()
    hearing = GrowingUtterance(engine)
    first, second = said["slt_switch_to_sport_mode"], said["rms_lock_the_doors"]
    spoken(hearing, np.concatenate([first, SILENCE, second]))
    before = len(engine.asked)
    hearing.end()
    assert max(engine.asked) >= len(first) + len(SILENCE) + len(second) - BLOCK * 12
    assert len(engine.asked) <= before + 1


def test_words_shown_in_a_pause_are_those_of_the_end(ears: SphinxTranscriber, said: dict[str, Audio]) -> None:
    hearing = GrowingUtterance(ears)
    sound = np.concatenate([said["rms_lock_the_doors"], SILENCE])
    assert spoken(hearing, sound)[-1] == "lock the doors" == hearing.end().text


def test_a_guess_is_never_taken_for_the_end(said: dict[str, Audio]) -> None:
    class Guessing(Counting):
        def glimpse(self, audio: Audio) -> Transcript:
            return Transcript("a guess", 1.0, self.name)

    hearing = GrowingUtterance(Guessing())
    assert spoken(hearing, said["slt_switch_to_sport_mode"])[0] == "a guess"
    assert hearing.end().text != "a guess"


def test_an_engine_that_fails_shows_nothing_and_says_so_at_the_end(said: dict[str, Audio]) -> None:
    hearing = GrowingUtterance(Broken())
    assert spoken(hearing, said["slt_switch_to_sport_mode"]) == []
    with pytest.raises(SpeechError, match="it broke"):
        hearing.end()


def test_an_engine_that_fails_in_an_unexpected_way_says_so_at_the_end_too(said: dict[str, Audio]) -> None:
    class Odd(Counting):
        def transcribe(self, audio: Audio) -> Transcript:
            raise ZeroDivisionError("odd")

    hearing = GrowingUtterance(Odd())
    assert spoken(hearing, np.concatenate([said["slt_switch_to_sport_mode"], SILENCE])) == []
    with pytest.raises(SpeechError, match=r"the recogniser failed \(ZeroDivisionError: odd\)"):
        hearing.end()


def test_an_utterance_without_a_sound_is_nothing(ears: SphinxTranscriber) -> None:
    assert GrowingUtterance(ears).end().text == ""


def test_sound_that_is_changed_afterwards_by_the_microphone_is_heard_as_it_was(said: dict[str, Audio]) -> None:
    engine = Counting()
    hearing = GrowingUtterance(engine)
    buffer = np.zeros(BLOCK, np.float32)
    for block in blocks(said["slt_switch_to_sport_mode"]):
        buffer[: len(block)] = block
        hearing.add(buffer[: len(block)])
        buffer[:] = 0
    hearing.end()
    assert engine.asked, "the sound was overwritten by silence"
