"""A loudspeaker of this computer, by miniaudio, and a sound file that stands in for one."""

import contextlib
import threading
import time
import wave
from collections import deque
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import DeviceError, StorageError
from assistant.speech.devices import DEFAULT, GONE_S, INSTEAD, OPEN_S, PERIOD_MS, find, library, sounding, within
from assistant.utterance import Audio

AHEAD_S = 0.2
"""Sound that may wait to be played, seconds: enough for a busy moment, little enough to be thrown away."""


def unheard(sound: Audio) -> None:
    """What a loudspeaker tells of its sound while nobody wants to know."""


class DeviceLoudspeaker:
    """A loudspeaker, mono, at its own rate. It plays silence when nothing is written, so that its time goes on.

    ``device`` is as in the settings. Raises DeviceError when there is none or it cannot be opened within 5 s.
    """

    def __init__(self, device: str = DEFAULT, backends: Sequence[Any] = ()) -> None:
        found = find("loudspeaker", device, backends)
        self.name = found.name
        self.sample_rate = found.sample_rate
        self.played: Callable[[Audio], None] = unheard
        self._waiting: deque[Audio] = deque()
        self._samples = 0
        self._moved = threading.Condition()
        self._gone = False
        miniaudio = library()

        def open_it() -> Any:
            playback = miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.FLOAT32, 1, self.sample_rate, PERIOD_MS, found.id, 0, sounding(backends)
            )
            playback.stop_callback = self._stopped
            giving = self._give()
            next(giving)
            playback.start(giving)
            return playback

        try:
            self._device = within(OPEN_S, open_it, f"the loudspeaker {self.name} did not open")
        except miniaudio.MiniaudioError as error:
            raise DeviceError(
                f"the loudspeaker {self.name} cannot be opened ({error}). {INSTEAD['loudspeaker']}.", code="closed"
            ) from error

    def write(self, sound: Audio) -> None:
        with self._moved:
            self._waiting.append(sound)
            self._samples += len(sound)
            self._wait(lambda: self._samples <= AHEAD_S * self.sample_rate)

    def drain(self) -> None:
        with self._moved:
            self._wait(lambda: not self._samples)

    def flush(self) -> None:
        with self._moved:
            self._waiting.clear()
            self._samples = 0
            self._moved.notify_all()

    def close(self) -> None:
        self.flush()
        self._device.stop_callback = None
        within(OPEN_S, self._device.close, f"the loudspeaker {self.name} did not close")

    def _wait(self, enough: Callable[[], bool]) -> None:
        while not enough() and not self._gone:
            before = self._samples
            if not self._moved.wait(GONE_S) and self._samples == before:
                self._gone = True
        if self._gone:
            self._waiting.clear()
            self._samples = 0
            raise DeviceError(
                f"the loudspeaker {self.name} takes no sound any more; is it unplugged? {INSTEAD['loudspeaker']}.",
                code="gone",
            )

    def _stopped(self) -> None:
        with self._moved:
            self._gone = True
            self._moved.notify_all()

    def _give(self) -> Generator[bytes, int, None]:
        count = yield b""
        while True:
            sound = self._next(count)
            with contextlib.suppress(Exception):  # whatever goes wrong with who listens, the sound goes on
                self.played(sound)
            count = yield sound.tobytes()

    def _next(self, count: int) -> Audio:
        with self._moved:
            taken: list[Audio] = []
            missing = count
            while self._waiting and missing:
                first = self._waiting.popleft()
                taken.append(first[:missing])
                if len(first) > missing:
                    self._waiting.appendleft(first[missing:])
                missing -= len(taken[-1])
            self._samples -= count - missing
            self._moved.notify_all()
        return np.concatenate((*taken, np.zeros(missing, np.float32))).astype(np.float32)


class FileLoudspeaker:
    """Writes what would be heard into a WAV file, in the time that it would take. Raises StorageError."""

    sample_rate = 22_050

    def __init__(self, path: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = str(path)
        self.played: Callable[[Audio], None] = unheard
        self._sleep = sleep
        self._stopped = threading.Event()
        try:
            self._on_disk = path.open("wb")
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}. Name another place.") from error
        self._file = wave.open(self._on_disk, "wb")  # noqa: SIM115 - close() closes both
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(self.sample_rate)

    def write(self, sound: Audio) -> None:
        self._stopped.clear()
        size = self.sample_rate * PERIOD_MS // 1000
        for start in range(0, len(sound), size):
            if self._stopped.is_set():
                return
            stretch = sound[start : start + size]
            self.played(stretch)
            try:
                self._file.writeframes((np.clip(stretch, -1, 1) * 32767).astype("<i2").tobytes())
            except OSError as error:
                raise StorageError(f"{self.name}: cannot be written: {error.strerror}.") from error
            self._sleep(len(stretch) / self.sample_rate)

    def drain(self) -> None:
        """Nothing waits: what was written has been played."""

    def flush(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._stopped.set()
        self._file.close()
        self._on_disk.close()
