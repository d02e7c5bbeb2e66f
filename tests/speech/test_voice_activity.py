import numpy as np
import pytest

from assistant.speech.voice_activity import LONGEST_UTTERANCE_S, spans, trim
from assistant.utterance import SAMPLE_RATE, Audio


def quiet(seconds: float) -> Audio:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


@pytest.fixture(scope="module")
def words(said: dict[str, Audio]) -> Audio:
    return said["slt_set_the_temperature_to_twenty_one_degrees"]


def test_speech_is_found_where_it_is(words: Audio) -> None:
    span = trim(np.concatenate((quiet(2), words, quiet(3))))
    assert span is not None
    assert 1.9 * SAMPLE_RATE < span.start < 2.7 * SAMPLE_RATE
    assert span.seconds < len(words) / SAMPLE_RATE + 0.2


def test_two_utterances_are_two_spans(words: Audio) -> None:
    assert len(spans(np.concatenate((words, quiet(1.5), words)))) == 2


@pytest.mark.parametrize("length", [0, 1, 100, 511, 16_000])
def test_silence_of_any_length_has_no_speech(length: int) -> None:
    assert trim(np.zeros(length, np.float32)) is None


def test_steady_noise_is_no_speech(noise: Audio) -> None:
    assert trim(noise) is None


def test_road_noise_is_no_speech(said: dict[str, Audio]) -> None:
    assert trim(said["noise_road"]) is None


def test_an_endless_talker_is_cut_after_fifteen_seconds(words: Audio) -> None:
    span = trim(np.concatenate([words] * 8))
    assert span is not None and span.seconds == pytest.approx(LONGEST_UTTERANCE_S)


def test_clipped_speech_is_still_speech(words: Audio) -> None:
    assert trim(np.clip(words * 20, -1, 1).astype(np.float32)) is not None
