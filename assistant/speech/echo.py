"""WebRTC's echo canceller (AEC3), from the livekit wheel: takes what the loudspeaker plays out of the microphone."""

import functools
import threading
from typing import Any

import numpy as np

from assistant.errors import DeviceError
from assistant.utterance import SAMPLE_RATE, Audio

FRAME = SAMPLE_RATE // 100
"""Samples that WebRTC takes at a time: 10 ms."""


@functools.cache
def available() -> str:
    """Empty when the canceller can be used, else why not, in words."""
    try:
        _module()
    except DeviceError as error:
        return str(error)
    return ""


class WebRtcCanceller:
    """Finds the echo's delay (0 to about 0.4 s) and its room by itself, and follows them. 1 % of one core.

    ``played`` and ``clean`` may be called from two threads. Raises DeviceError, code "not_installed".
    """

    name = "webrtc"

    def __init__(self) -> None:
        module, self._frame = _module()
        self._lock = threading.Lock()
        self._apm = module(echo_cancellation=True)
        self._rest_played = np.zeros(0, np.float32)
        self._rest_heard = np.zeros(0, np.float32)

    def played(self, sound: Audio) -> None:
        with self._lock:
            self._rest_played = np.concatenate((self._rest_played, sound))
            while len(self._rest_played) >= FRAME:
                self._apm.process_reverse_stream(self._as_frame(self._rest_played[:FRAME]))
                self._rest_played = self._rest_played[FRAME:]

    def clean(self, sound: Audio) -> Audio:
        cleaned: list[Audio] = []
        with self._lock:
            self._rest_heard = np.concatenate((self._rest_heard, sound))
            while len(self._rest_heard) >= FRAME:
                frame = self._as_frame(self._rest_heard[:FRAME])
                try:
                    self._apm.set_stream_delay_ms(0)  # a hint that it asks for; it measures the delay itself
                    self._apm.process_stream(frame)
                except RuntimeError as error:
                    raise DeviceError(f"the echo canceller failed ({error}); listen again", code="echo") from error
                cleaned.append(np.frombuffer(bytes(frame.data), "<i2").astype(np.float32) / 32768.0)
                self._rest_heard = self._rest_heard[FRAME:]
        return np.concatenate(cleaned) if cleaned else np.zeros(0, np.float32)

    def _as_frame(self, sound: Audio) -> Any:
        pcm = (np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2")
        return self._frame(bytearray(pcm.tobytes()), SAMPLE_RATE, 1, FRAME)


def _module() -> tuple[Any, Any]:
    try:
        from livekit.rtc import AudioFrame
        from livekit.rtc.apm import AudioProcessingModule
    except (ImportError, OSError) as error:
        raise DeviceError(
            f"the echo canceller needs livekit, which cannot be loaded ({error}); pip install 'cabin[live]'",
            code="not_installed",
        ) from error
    return AudioProcessingModule, AudioFrame
