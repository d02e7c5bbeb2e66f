"""Whether somebody is speaking right now: Silero's voice activity model, window by window as the sound comes in."""

import numpy as np

from assistant.utterance import SAMPLE_RATE, Audio

WINDOW = 512
"""Samples of 16 kHz that the model judges at a time: 32 ms."""

WINDOW_S = WINDOW / SAMPLE_RATE

_CONTEXT = 64  # samples of the window before, which the model wants in front of each
_STATE = (1, 1, 128)


class SpeechProbability:
    """Silero with its memory of one stream. 0.2 ms a window on one core; not for two threads at once."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._model = get_vad_model().session
        self._rest = np.zeros(0, np.float32)
        self.reset()

    def reset(self) -> None:
        """Begin a new stream."""
        self._hidden = np.zeros(_STATE, np.float32)
        self._cell = np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = self._rest[:0]

    def hear(self, sound: Audio) -> list[float]:
        """The chance (0 to 1) that somebody speaks, for every window that ``sound`` (16 kHz) completes."""
        sound = np.concatenate((self._rest, sound))
        whole = len(sound) - len(sound) % WINDOW
        self._rest = sound[whole:]
        return [self._judge(sound[start : start + WINDOW]) for start in range(0, whole, WINDOW)]

    def _judge(self, window: Audio) -> float:
        seen = np.concatenate((self._context, window))[np.newaxis]
        output, self._hidden, self._cell = self._model.run(None, {"input": seen, "h": self._hidden, "c": self._cell})
        self._context = window[-_CONTEXT:]
        return float(np.ravel(output)[0])
