from collections.abc import Iterable

import numpy as np
import pytest

from assistant.speech import voice_activity
from assistant.speech.endpoint import LONGEST_S, PATIENCE_S, PRE_ROLL_S, SILENCE_S, Endpoint, Endpointer, Onset
from assistant.speech.speech_probability import WINDOW, WINDOW_S, SpeechProbability
from assistant.utterance import SAMPLE_RATE, Audio


def quiet(seconds: float) -> Audio:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def heard(endpointer: Endpointer, sound: Audio, block: int = 331) -> list[Onset | Endpoint]:
    """What is noticed when ``sound`` comes in blocks of an odd size, as a device brings them."""
    return [event for start in range(0, len(sound), block) for event in endpointer.hear(sound[start : start + block])]


def ends(events: Iterable[Onset | Endpoint]) -> list[Endpoint]:
    return [event for event in events if isinstance(event, Endpoint)]


def without_quiet(sound: Audio) -> Audio:
    loud = np.flatnonzero(np.abs(sound) > 0.02)
    return sound[loud[0] : loud[-1]]


@pytest.fixture(scope="module")
def words(said: dict[str, Audio]) -> Audio:
    return said["slt_set_the_temperature_to_twenty_one_degrees"]


def test_the_model_judges_a_stream_as_it_judges_the_whole(words: Audio) -> None:
    from faster_whisper.vad import get_vad_model

    whole = words[: len(words) - len(words) % WINDOW]
    at_once = np.ravel(get_vad_model()(whole))
    probability = SpeechProbability()
    in_steps = [p for start in range(0, len(whole), 277) for p in probability.hear(whole[start : start + 277])]
    assert in_steps == pytest.approx(at_once, abs=1e-5)


def test_a_command_is_one_utterance_from_its_first_sound_to_its_last(words: Audio) -> None:
    events = heard(Endpointer(), np.concatenate((quiet(1), words, quiet(1.5))))
    assert [type(event) for event in events] == [Onset, Endpoint]
    (end,) = ends(events)
    spans = voice_activity.spans(np.concatenate((quiet(1), words, quiet(1.5))))
    assert end.start < spans[0].start
    assert abs(end.end - (spans[-1].end - 0.2 * SAMPLE_RATE)) < 0.1 * SAMPLE_RATE
    assert end.reason == "silence"


def test_the_first_consonant_is_kept(words: Audio) -> None:
    (end,) = ends(heard(Endpointer(), np.concatenate((quiet(2), words, quiet(1)))))
    first = 2 * SAMPLE_RATE + np.flatnonzero(np.abs(words) > 0.01)[0]
    assert end.start <= first
    assert np.array_equal(end.sound, np.concatenate((quiet(2), words, quiet(1)))[end.start :][: len(end.sound)])


def test_silence_ends_an_utterance_after_six_tenths_of_a_second(words: Audio) -> None:
    (end,) = ends(heard(Endpointer(), np.concatenate((words, quiet(2)))))
    waited = end.start + len(end.sound) - end.end
    assert SILENCE_S * SAMPLE_RATE <= waited < (SILENCE_S + 2 * WINDOW_S) * SAMPLE_RATE


def test_a_thinking_pause_does_not_cut_a_command_in_two(words: Audio) -> None:
    spoken = without_quiet(words)
    assert len(ends(heard(Endpointer(), np.concatenate((quiet(1), spoken, quiet(0.3), spoken, quiet(1)))))) == 1


def test_two_commands_are_two_utterances(words: Audio) -> None:
    assert len(ends(heard(Endpointer(), np.concatenate((words, quiet(1.5), words, quiet(1)))))) == 2


def test_an_endless_talker_is_cut_after_fifteen_seconds(words: Audio) -> None:
    end = ends(heard(Endpointer(), np.tile(without_quiet(words), 12)))[0]
    assert end.reason == "longest"
    assert len(end.sound) / SAMPLE_RATE == pytest.approx(LONGEST_S, abs=WINDOW_S)


def test_noise_and_silence_are_no_utterance(said: dict[str, Audio]) -> None:
    assert heard(Endpointer(), np.concatenate((quiet(2), said["noise_road"]))) == []


def test_a_key_begins_an_utterance_with_what_was_just_said(words: Audio) -> None:
    endpointer = Endpointer()
    begun = words[: int(0.3 * SAMPLE_RATE)]
    list(endpointer.hear(np.concatenate((quiet(3), begun))))
    onset = endpointer.open()
    assert len(onset.sound) / SAMPLE_RATE == pytest.approx(PRE_ROLL_S, abs=2 * WINDOW_S)
    (end,) = ends(heard(endpointer, np.concatenate((words[len(begun) :], quiet(1)))))
    assert end.reason == "silence" and end.start == onset.at


def test_after_a_key_one_may_think_before_speaking(words: Audio) -> None:
    endpointer = Endpointer()
    endpointer.open()
    (end,) = ends(heard(endpointer, np.concatenate((quiet(3), words, quiet(1)))))
    assert end.reason == "silence"


def test_a_key_without_words_ends_with_nothing() -> None:
    endpointer = Endpointer()
    endpointer.open()
    (end,) = ends(heard(endpointer, quiet(PATIENCE_S + PRE_ROLL_S + 0.5)))
    assert end.reason == "nothing"


def test_a_held_key_lets_one_pause_as_long_as_one_likes(words: Audio) -> None:
    endpointer = Endpointer()
    endpointer.open(held=True)
    assert ends(heard(endpointer, np.concatenate((words, quiet(2), words, quiet(2))))) == []
    end = endpointer.release()
    assert end is not None and end.reason == "released"
    assert len(end.sound) > 2 * len(words) + 3 * SAMPLE_RATE


def test_a_held_key_is_let_go_after_fifteen_seconds() -> None:
    endpointer = Endpointer()
    endpointer.open(held=True)
    (end,) = ends(heard(endpointer, quiet(LONGEST_S + 1)))
    assert end.reason == "nothing" and not endpointer.inside


def test_letting_go_of_a_key_that_was_not_pressed_is_nothing() -> None:
    assert Endpointer().release() is None


def test_an_utterance_can_begin_where_the_wake_word_ended(words: Audio, said: dict[str, Audio]) -> None:
    name = said["rms_yes"]
    endpointer = Endpointer()
    list(endpointer.hear(np.concatenate((name, words[: SAMPLE_RATE // 2]))))
    onset = endpointer.open(len(name))
    assert len(name) - WINDOW < onset.at <= len(name)
    (end,) = ends(heard(endpointer, np.concatenate((words[SAMPLE_RATE // 2 :], quiet(1)))))
    assert end.start == onset.at
