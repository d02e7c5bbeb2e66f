import numpy as np
import pytest

from assistant.speech import denoise
from assistant.utterance import SAMPLE_RATE, Audio

needs_rnnoise = pytest.mark.skipif(bool(denoise.available()), reason=denoise.available())


@needs_rnnoise
def test_steady_noise_becomes_quieter(noise: Audio) -> None:
    clean = denoise.denoise(noise)
    assert len(clean) == len(noise)
    assert np.sqrt((clean[SAMPLE_RATE:] ** 2).mean()) < 0.5 * np.sqrt((noise[SAMPLE_RATE:] ** 2).mean())


@needs_rnnoise
def test_speech_stays_where_it_was(said: dict[str, Audio]) -> None:
    speech = said["slt_set_the_temperature_to_twenty_one_degrees"]
    clean = denoise.denoise(speech)
    lags = range(-400, 401, 20)
    likeness = [float((speech[1_000:-1_000] * np.roll(clean, lag)[1_000:-1_000]).sum()) for lag in lags]
    assert abs(lags[int(np.argmax(likeness))]) <= 20


@needs_rnnoise
@pytest.mark.parametrize("length", [0, 1, 479, 481, 1_600, 8_001])
def test_sound_of_any_length_keeps_its_length(length: int) -> None:
    assert len(denoise.denoise(np.zeros(length, np.float32))) == length


def test_without_rnnoise_the_sound_is_left_alone(noise: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denoise, "_library", lambda: None)
    assert denoise.denoise(noise) is noise
    assert "not installed" in denoise.available()
