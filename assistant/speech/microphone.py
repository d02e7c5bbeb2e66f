"""A microphone of this computer, by miniaudio, and a sound file that stands in for one."""

import queue
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import DeviceError
from assistant.speech import audio
from assistant.speech.devices import DEFAULT, GONE_S, INSTEAD, OPEN_S, PERIOD_MS, find, library, sounding, within
from assistant.utterance import SAMPLE_RATE, Audio

WAITING = 250
"""Stretches of 20 ms that may wait to be read, 5 s; then the oldest are lost, so that nobody is heard late."""

AFTER_S = 1.0
"""Quiet after a sound file's end, seconds: the endpoint of what is said last lies in it."""


class DeviceMicrophone:
    """A microphone, captured at its own rate and brought to 16 kHz with what lies above 8 kHz filtered out.

    ``device`` is as in the settings. Raises DeviceError when there is none or it cannot be opened within 5 s.
    """

    def __init__(self, device: str = DEFAULT, backends: Sequence[Any] = ()) -> None:
        found = find("microphone", device, backends)
        self.name = found.name
        self.sample_rate = found.sample_rate
        self.lost = 0
        """Stretches that nobody read in time."""
        self._resample = audio.Resampler(self.sample_rate)
        self._waiting: queue.Queue[bytes | None] = queue.Queue(WAITING)
        miniaudio = library()

        def open_it() -> Any:
            capture = miniaudio.CaptureDevice(
                miniaudio.SampleFormat.FLOAT32, 1, self.sample_rate, PERIOD_MS, found.id, 0, sounding(backends)
            )
            capture.stop_callback = lambda: self._put(None)
            taking = self._take()
            next(taking)
            capture.start(taking)
            return capture

        try:
            self._device = within(OPEN_S, open_it, f"the microphone {self.name} did not open")
        except miniaudio.MiniaudioError as error:
            raise DeviceError(
                f"the microphone {self.name} cannot be opened ({error}); is another program using it, or is it not "
                f"allowed to this one? {INSTEAD['microphone']}.",
                code="closed",
            ) from error

    def read(self) -> Audio:
        while True:
            try:
                data = self._waiting.get(timeout=GONE_S)
            except queue.Empty:
                data = None
            if data is None:
                raise DeviceError(
                    f"the microphone {self.name} brings no sound any more; is it unplugged? {INSTEAD['microphone']}.",
                    code="gone",
                )
            sound = self._resample(np.frombuffer(data, np.float32))
            if len(sound):  # the resampler keeps the first stretches back
                return sound

    def close(self) -> None:
        self._put(None)
        self._device.stop_callback = None
        within(OPEN_S, self._device.close, f"the microphone {self.name} did not close")

    def _take(self) -> Generator[None, bytes, None]:
        while True:
            data = yield
            self._put(bytes(data))

    def _put(self, data: bytes | None) -> None:
        while True:
            try:
                self._waiting.put_nowait(data)
                return
            except queue.Full:
                self.lost += 1
                try:
                    self._waiting.get_nowait()
                except queue.Empty:
                    continue


class FileMicrophone:
    """Sound files heard one after another as if they were spoken now, with a second of quiet after each.

    ``sleep`` keeps the pace of life; a test that is in a hurry passes one that does not wait. Raises AudioError when a
    file cannot be read.
    """

    def __init__(self, *paths: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = ", ".join(str(path) for path in paths)
        quiet = np.zeros(int(AFTER_S * SAMPLE_RATE), np.float32)
        self._sound = np.concatenate([each for path in paths for each in (audio.load(path), quiet)])
        self._at = 0
        self._sleep = sleep
        self._began: float | None = None

    def read(self) -> Audio:
        if self._began is None:
            self._began = time.monotonic()
        stretch = self._sound[self._at : self._at + SAMPLE_RATE * PERIOD_MS // 1000]
        self._at += len(stretch)
        self._sleep(max(0.0, self._began + self._at / SAMPLE_RATE - time.monotonic()))
        return stretch

    def close(self) -> None:
        self._at = len(self._sound)
