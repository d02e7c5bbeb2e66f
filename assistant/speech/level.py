"""How loud it is: a level meter with peak hold, for people who want to see that they are heard."""

import math
from dataclasses import dataclass

import numpy as np

from assistant.utterance import SAMPLE_RATE, Audio

FLOOR_DBFS = -90.0
"""What silence is shown as; a microphone's own noise lies above it."""

HOLD_S = 1.5
FALL_DB_PER_S = 20.0
"""A peak stands this long and then falls this fast, as on a studio's meter (IEC 60268-18)."""

CLIPPED_DBFS = -0.1


@dataclass(frozen=True, slots=True)
class Level:
    """In dB relative to full scale, from ``FLOOR_DBFS`` to 0: the mean power, the highest sample, the held peak."""

    rms_dbfs: float
    peak_dbfs: float
    held_dbfs: float

    @property
    def clipped(self) -> bool:
        """Whether the sound reached full scale: the microphone is set too loud, or too near."""
        return self.peak_dbfs >= CLIPPED_DBFS

    def share(self, floor_dbfs: float = -60.0) -> float:
        """How full a bar is that begins at ``floor_dbfs``: 0 to 1."""
        return min(1.0, max(0.0, 1.0 - self.rms_dbfs / floor_dbfs))


class LevelMeter:
    """Measures stretch after stretch of one stream of sound."""

    def __init__(self) -> None:
        self._held = FLOOR_DBFS
        self._held_for_s = 0.0

    def measure(self, sound: Audio) -> Level:
        """The level of ``sound`` (mono float32, 16 kHz), which follows what was measured before."""
        seconds = len(sound) / SAMPLE_RATE
        peak = _dbfs(float(np.abs(sound).max())) if len(sound) else FLOOR_DBFS
        rms = _dbfs(math.sqrt(float(np.mean(np.square(sound, dtype=np.float64))))) if len(sound) else FLOOR_DBFS
        self._held_for_s += seconds
        if self._held_for_s > HOLD_S:
            self._held = max(FLOOR_DBFS, self._held - FALL_DB_PER_S * min(seconds, self._held_for_s - HOLD_S))
        if peak >= self._held:
            self._held, self._held_for_s = peak, 0.0
        return Level(rms, peak, self._held)


def _dbfs(amplitude: float) -> float:
    return max(FLOOR_DBFS, 20 * math.log10(amplitude)) if amplitude > 0 else FLOOR_DBFS
