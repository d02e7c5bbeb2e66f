"""A cabin made of numbers: a loudspeaker whose sound comes back into the microphone, and people who speak in it.

Time is counted in samples of the microphone, so that a test hears the same on any machine, however busy.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from assistant.errors import DeviceError
from assistant.speech.loudspeaker import unheard
from assistant.utterance import SAMPLE_RATE, Audio

STEP = SAMPLE_RATE // 50
WAIT_S = 5.0


def decibels(sound: Audio) -> float:
    """Mean power, dB relative to full scale."""
    return 10 * float(np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12))


def at(sound: Audio, dbfs: float) -> Audio:
    """``sound`` with a mean power of ``dbfs``."""
    return (sound * 10 ** ((dbfs - decibels(sound)) / 20)).astype(np.float32)


def impulse_response(decay_s: float, seed: int) -> Audio:
    """A direct path and exponentially decaying reflections: a car has 50 to 100 ms, a living room 300."""
    dice = np.random.default_rng(seed)
    count = max(1, int(1.5 * decay_s * SAMPLE_RATE))
    reflections = dice.standard_normal(count) * np.exp(-6.9 * np.arange(count) / max(1.0, decay_s * SAMPLE_RATE))
    reflections[0] = 4.0
    return (reflections / np.sqrt(np.sum(reflections**2))).astype(np.float32)


@dataclass
class Room:
    """Is the microphone and, as ``loudspeaker``, the other side too.

    ``echo_db`` is the gain from loudspeaker to microphone (None: headphones), ``delay_s`` the time between them. When
    the microphone is read, a step of time passes: what was written is played, and what is played is heard.
    """

    echo_db: float | None = None
    delay_s: float = 0.05
    decay_s: float = 0.08
    distortion: float = 0.0
    """0: a clean loudspeaker; 3: one that is driven far beyond what it can."""
    noise_dbfs: float = -60.0
    seed: int = 1
    name: str = "room"
    lasts_s: float = 60.0
    heard: list[Audio] = field(default_factory=list)
    """Everything the microphone took."""
    sounded: list[Audio] = field(default_factory=list)
    """Everything the loudspeaker let sound."""

    def __post_init__(self) -> None:
        self.loudspeaker = RoomLoudspeaker()
        self._people: list[tuple[int, Audio]] = []
        self._when_spoken_to: list[tuple[float, Audio]] = []
        self._now = 0
        self._spoke_at: int | None = None
        self._response = impulse_response(self.decay_s, self.seed)
        self._echoes = np.zeros(0, np.float32)
        self._dice = np.random.default_rng(self.seed)
        self.closed = False
        self._unplugged = False
        self._due: list[tuple[float, Callable[[], object]]] = []
        self.goes_on = threading.Event()
        """Cleared, the room's time stands still: while a recogniser works that would be quicker than life's."""
        self.goes_on.set()

    @property
    def spoke_s(self) -> float:
        """When the loudspeaker began to sound."""
        assert self._spoke_at is not None, "the loudspeaker was silent"
        return self._spoke_at / SAMPLE_RATE

    @property
    def sounded_s(self) -> float:
        """From the first to the last sound of the loudspeaker."""
        loud = np.flatnonzero(np.abs(np.concatenate(self.sounded)) > 1e-3)
        return float(loud[-1] - loud[0]) / SAMPLE_RATE if len(loud) else 0.0

    @property
    def now_s(self) -> float:
        return self._now / SAMPLE_RATE

    def say(self, sound: Audio, at_s: float) -> None:
        """Somebody speaks at ``at_s`` of the room's time."""
        self._people.append((int(at_s * SAMPLE_RATE), sound))

    def interrupt(self, sound: Audio, after_s: float) -> None:
        """Somebody speaks ``after_s`` after the loudspeaker began to sound."""
        self._when_spoken_to.append((after_s, sound))

    def when(self, moment_s: float, act: Callable[[], object]) -> None:
        """Call ``act`` at a moment of the room's time, in the ears' thread."""
        self._due.append((moment_s, act))

    def unplug(self) -> None:
        """Pull the microphone's plug."""
        self._unplugged = True

    def read(self) -> Audio:
        for moment, act in self._due:
            if self._now <= moment * SAMPLE_RATE < self._now + STEP:
                act()
        if self._unplugged:
            raise DeviceError("the microphone room brings no sound any more; is it unplugged?", code="gone")
        self.goes_on.wait(WAIT_S)
        if self.closed or self.now_s >= self.lasts_s:
            self.loudspeaker.close()
            return np.zeros(0, np.float32)
        played = self.loudspeaker.step(STEP)
        self.sounded.append(played)
        if self._spoke_at is None and np.any(np.abs(played) > 1e-3):
            self._spoke_at = self._now
            for after_s, sound in self._when_spoken_to:
                self.say(sound, self.now_s + after_s)
        mixed = self._noise() + self._echo(played) + self._voices()
        self._now += STEP
        taken = np.clip(mixed, -1.0, 1.0).astype(np.float32)
        self.heard.append(taken)
        return taken

    def close(self) -> None:
        self.closed = True

    def _noise(self) -> Audio:
        return (10 ** (self.noise_dbfs / 20) * self._dice.standard_normal(STEP)).astype(np.float32)

    def _voices(self) -> Audio:
        mixed = np.zeros(STEP, np.float32)
        for begins, sound in self._people:
            first, last = max(begins, self._now), min(begins + len(sound), self._now + STEP)
            if first < last:
                mixed[first - self._now : last - self._now] += sound[first - begins : last - begins]
        return mixed

    def _echo(self, played: Audio) -> Audio:
        if self.echo_db is None:
            return np.zeros(STEP, np.float32)
        if self.distortion:
            played = (np.tanh(self.distortion * played) / np.tanh(self.distortion)).astype(np.float32)
        delay = int(self.delay_s * SAMPLE_RATE)
        reflected = np.convolve(played, self._response) * 10 ** (self.echo_db / 20)
        needed = delay + len(reflected)
        self._echoes = np.pad(self._echoes, (0, max(0, needed - len(self._echoes))))
        self._echoes[delay:needed] += reflected
        now, self._echoes = self._echoes[:STEP], self._echoes[STEP:]
        return now.astype(np.float32)


class RoomLoudspeaker:
    """Holds what was written until the room's time plays it. While a reply is coming, time waits for it."""

    name = "room"
    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.played = unheard
        self._waiting: deque[Audio] = deque()
        self._moved = threading.Condition()
        self._coming = self._expected = False
        self._over = False
        self._passed = 0
        self.silenced_s: list[float] = []
        """The room's times at which a reply was cut off."""

    def write(self, sound: Audio) -> None:
        with self._moved:
            self._coming, self._expected = True, False
            self._waiting.append(sound)
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._over or self._length() <= SAMPLE_RATE // 5, WAIT_S)

    def expect(self) -> None:
        """A reply is coming: time waits for its first sound already."""
        self._expected = True

    def drain(self) -> None:
        with self._moved:
            self._coming = False
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._over or not self._waiting, WAIT_S)

    def flush(self) -> None:
        with self._moved:
            if self._coming:
                self.silenced_s.append(self._passed / SAMPLE_RATE)
            self._waiting.clear()
            self._coming = False
            self._moved.notify_all()

    def close(self) -> None:
        """Time has ended: what is still written is heard by nobody."""
        with self._moved:
            self._over = True
        self.flush()

    def step(self, count: int) -> Audio:
        with self._moved:
            self._moved.wait_for(
                lambda: self._over or self._length() >= count or not (self._coming or self._expected), WAIT_S
            )
            waiting = np.concatenate(self._waiting) if self._waiting else np.zeros(0, np.float32)
            now = np.pad(waiting[:count], (0, max(0, count - len(waiting))))
            self._waiting = deque([waiting[count:]] if len(waiting) > count else [])
            self._passed += count
            self._moved.notify_all()
        self.played(now)
        return now

    def _length(self) -> int:
        return sum(map(len, self._waiting))
