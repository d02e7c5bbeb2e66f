import numpy as np
import pytest

from assistant.speech.level import FALL_DB_PER_S, FLOOR_DBFS, HOLD_S, LevelMeter
from assistant.utterance import SAMPLE_RATE, Audio


def tone(amplitude: float, seconds: float = 0.1) -> Audio:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def test_a_full_sine_reads_minus_three_decibels_and_its_peak_zero() -> None:
    level = LevelMeter().measure(tone(1.0))
    assert level.rms_dbfs == pytest.approx(-3.01, abs=0.05)
    assert level.peak_dbfs == pytest.approx(0.0, abs=0.05)
    assert level.clipped


def test_half_the_amplitude_reads_six_decibels_less() -> None:
    louder, softer = LevelMeter().measure(tone(0.4)), LevelMeter().measure(tone(0.2))
    assert louder.rms_dbfs - softer.rms_dbfs == pytest.approx(6.02, abs=0.01)
    assert not louder.clipped


@pytest.mark.parametrize("sound", [np.zeros(1600, np.float32), np.zeros(0, np.float32)])
def test_silence_and_nothing_read_the_floor(sound: Audio) -> None:
    level = LevelMeter().measure(sound)
    assert (level.rms_dbfs, level.peak_dbfs, level.held_dbfs) == (FLOOR_DBFS,) * 3
    assert level.share() == 0.0


def test_a_peak_is_held_and_then_falls() -> None:
    meter = LevelMeter()
    peak = meter.measure(tone(0.5)).held_dbfs
    quiet = np.zeros(int(0.1 * SAMPLE_RATE), np.float32)
    held = [meter.measure(quiet).held_dbfs for _ in range(int(HOLD_S / 0.1))]
    assert held == pytest.approx([peak] * len(held))
    fallen = [meter.measure(quiet).held_dbfs for _ in range(10)][-1]
    assert fallen == pytest.approx(peak - FALL_DB_PER_S, abs=FALL_DB_PER_S * 0.11)


def test_a_higher_peak_takes_the_place_of_the_held_one() -> None:
    meter = LevelMeter()
    meter.measure(tone(0.2))
    assert meter.measure(tone(0.8)).held_dbfs == pytest.approx(-1.94, abs=0.05)
    assert meter.measure(tone(0.1)).held_dbfs == pytest.approx(-1.94, abs=0.05)


def test_the_bar_is_full_at_full_scale_and_half_full_halfway_in_decibels() -> None:
    assert LevelMeter().measure(np.ones(1600, np.float32)).share() == 1.0
    assert LevelMeter().measure(np.full(1600, 10 ** (-30 / 20), np.float32)).share() == pytest.approx(0.5, abs=0.01)
