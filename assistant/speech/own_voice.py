"""The assistant's own voice, known and told apart: what it plays is taken out of what it hears, and never taken for a
driver.

Two nets. The canceller subtracts the reply; where it cannot (it has not found the delay yet, the loudspeaker distorts),
what is left is compared with what was played, and what sounds like it is nobody's.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ports import EchoCanceller, Loudspeaker
from assistant.speech.audio import Resampler
from assistant.utterance import SAMPLE_RATE, Audio

JUDGED_S = 0.3
"""The stretch by which a voice over a reply is judged at first, seconds."""

HANG_S = 0.8
"""How long our voice may be in the air after the loudspeaker was told of it, seconds: its own delay, and the room."""

_KEPT_S = 17.0  # the longest utterance, and the longest delay before it
_LONGEST_DELAY_S = 1.2  # Bluetooth in a car; what is older is no echo
_AUDIBLE = 1e-3

_HOP, _WINDOW, _FFT = 160, 400, 512
_BANDS = 24


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same time thrice: as the microphone took it, as the canceller left it, and what was played until its end.

    Mono float32 at 16 kHz; ``reference`` is longer by the longest delay, 1.2 s.
    """

    taken: Audio
    cleaned: Audio
    reference: Audio


class OwnVoice:
    """Keeps what the loudspeaker plays in step with what the microphone takes. ``played`` comes from another thread.

    Without ``canceller`` nothing can be heard while the assistant speaks; everything else works.
    """

    def __init__(self, canceller: EchoCanceller | None = None) -> None:
        self.name = "half duplex" if canceller is None else canceller.name
        self._canceller = canceller
        self._lock = threading.Lock()
        self._pending = np.zeros(0, np.float32)  # played, and the microphone is not there yet
        self._taken, self._cleaned, self._reference = _Past(), _Past(), _Past()
        self._uncleaned = np.zeros(0, np.float32)  # taken, and the canceller has not returned it yet
        self._quiet = int(HANG_S * SAMPLE_RATE)  # samples since something of ours was last audible

    def follow(self, loudspeaker: Loudspeaker) -> None:
        """Be told of everything that ``loudspeaker`` plays."""
        resample = Resampler(loudspeaker.sample_rate)
        loudspeaker.played = lambda sound: self.played(resample(sound))

    @property
    def sounding(self) -> bool:
        """May our own voice be in the air?"""
        return self._quiet < HANG_S * SAMPLE_RATE

    def played(self, sound: Audio) -> None:
        """What the loudspeaker lets sound (mono float32, 16 kHz), silence too, as it does."""
        if self._canceller is not None:
            self._canceller.played(sound)
        with self._lock:
            # Two clocks drift apart by some samples a minute; what piles up beyond the longest delay is of no use.
            self._pending = np.concatenate((self._pending, sound))[-int(_LONGEST_DELAY_S * SAMPLE_RATE) :]
            if np.any(np.abs(sound) > _AUDIBLE):
                self._quiet = 0

    def clean(self, sound: Audio) -> Audio:
        """The next stretch from the microphone without our voice, in steps of 10 ms: at times a little is kept back."""
        if self._canceller is not None:
            cleaned = self._canceller.clean(sound)
        else:
            cleaned = np.zeros_like(sound) if self.sounding else sound
        count = len(cleaned)
        self._uncleaned = np.concatenate((self._uncleaned, sound))
        self._taken.add(self._uncleaned[:count])
        self._uncleaned = self._uncleaned[count:]
        with self._lock:
            now, self._pending = self._pending[:count], self._pending[count:]
            self._quiet += count
        self._cleaned.add(cleaned)
        self._reference.add(np.pad(now, (0, count - len(now))))
        return cleaned

    def recent(self, seconds: float, ago_s: float = 0.0) -> Stretch:
        """The ``seconds`` that ended ``ago_s`` ago."""
        count, ago = int(seconds * SAMPLE_RATE), int(ago_s * SAMPLE_RATE)
        with self._lock:
            ahead = self._pending
        reference = np.concatenate((self._reference.last(count + ago + int(_LONGEST_DELAY_S * SAMPLE_RATE)), ahead))
        taken, cleaned = (past.last(count + ago)[:count] for past in (self._taken, self._cleaned))
        return Stretch(taken, cleaned, reference[: max(0, len(reference) - ago)])

    def is_ours(self, stretch: Stretch, *, faded: bool = False) -> bool:
        """Whether what can be heard in ``stretch`` is our own voice; ``faded``: it ended when we fell silent."""
        seconds = len(stretch.cleaned) / SAMPLE_RATE
        most, most_coloured = _limits(seconds)
        return (
            correlation(stretch.cleaned, stretch.reference) > most
            or likeness(stretch.cleaned, stretch.reference) > most_coloured
            or (faded and explained(stretch.taken, stretch.reference) > MOST_EXPLAINED)
        )


# Measured with tests/benchmarks/conversation.py, in rooms and through loudspeakers of several kinds: at 0.3 s what the
# canceller left of our voice correlates with it by .23 and more, another voice over it by .19 at most; over a whole
# utterance .15 and more against .09. Shorter stretches are more alike by chance.
_SHORT, _LONG = 0.3, 0.8
_MOST_ALIKE = {_SHORT: (0.21, 0.62), _LONG: (0.12, 0.45)}


MOST_EXPLAINED = 0.15
"""Share of what ended as our reply did that may be its echo: a driver's words over a reply 10 dB softer have up to .24
explained, and go on after it; what is left of an echo has .24 and more, and cannot."""

_TAPS = 384
"""Samples of the room's answer, 24 ms: most of an echo's power in a car."""
_BEFORE = 32


def _limits(seconds: float) -> tuple[float, float]:
    """How alike another voice may be by chance in ``seconds`` of sound: by waveform, and by spectrum."""
    share = min(1.0, max(0.0, (seconds - _SHORT) / (_LONG - _SHORT)))
    short, long = _MOST_ALIKE[_SHORT], _MOST_ALIKE[_LONG]
    return short[0] + share * (long[0] - short[0]), short[1] + share * (long[1] - short[1])


def correlation(heard: Audio, played: Audio) -> float:
    """The highest correlation of ``heard`` with any stretch of ``played`` as long, 0 to 1, high tones raised."""
    tones, known = (np.diff(each.astype(np.float64), prepend=0.0) for each in (heard, played))
    count = len(known) - len(tones) + 1
    if count < 1 or not len(tones):
        return 0.0
    size = 1 << (len(known) + len(tones)).bit_length()
    crossed = np.fft.irfft(np.fft.rfft(known, size) * np.conj(np.fft.rfft(tones, size)), size)[:count]
    powers = np.concatenate(([0.0], np.cumsum(known**2)))
    powers = (powers[len(tones) :] - powers[: -len(tones)])[:count] * np.sum(tones**2)
    return float(np.max(np.abs(crossed) / np.sqrt(powers + 1e-9)))


def explained(taken: Audio, played: Audio) -> float:
    """The share of the power of ``taken`` that is an echo of ``played``: the best filter's that makes one of the other.

    Least squares over the whole stretch, so that it needs no time to find the room, as the canceller does.
    """
    heard, known = (np.diff(each.astype(np.float64), prepend=0.0) for each in (taken, played))
    count = len(known) - len(heard) + 1
    if count < 1 or not np.any(heard):
        return 0.0
    size = 1 << (len(known) + len(heard)).bit_length()
    spectrum_heard = np.fft.rfft(heard, size)
    crossed = np.fft.irfft(np.fft.rfft(known, size) * np.conj(spectrum_heard), size)[:count]
    start = int(np.argmax(np.abs(crossed))) + _BEFORE
    source = np.pad(known, (_TAPS, _BEFORE))[start : start + len(heard) + _TAPS]
    if len(source) < len(heard) + _TAPS:
        source = np.pad(source, (0, len(heard) + _TAPS - len(source)))
    # source[n + _TAPS - k] is what was played k samples before heard[n]
    moved = np.fft.rfft(source, size)
    own = np.fft.irfft(np.abs(moved) ** 2, size)[:_TAPS]
    both = np.fft.irfft(spectrum_heard * np.conj(moved), size)
    towards = np.array([both[-(_TAPS - k)] if k < _TAPS else both[0] for k in range(_TAPS)])
    rows = np.abs(np.subtract.outer(np.arange(_TAPS), np.arange(_TAPS)))
    matrix = own[rows] + np.eye(_TAPS) * (1e-3 * own[0] + 1e-12)
    return float(np.clip(towards @ np.linalg.solve(matrix, towards) / np.sum(heard**2), 0.0, 1.0))


def likeness(heard: Audio, played: Audio) -> float:
    """How much ``heard`` sounds like the most similar stretch of ``played``: 1 the same, 0 nothing alike.

    The correlation of their log spectra over time, so that neither the room's colour nor distortion hides a voice.
    """
    seen, known = spectrum(heard), spectrum(played)
    frames = len(seen)
    if not frames or len(known) < frames:
        return 0.0
    seen = seen - seen.mean(axis=0)
    own = float(np.sum(seen**2))
    best = 0.0
    for start in range(len(known) - frames + 1):
        other = known[start : start + frames]
        other = other - other.mean(axis=0)
        power = own * float(np.sum(other**2))
        if power > 0:
            best = max(best, float(np.sum(seen * other)) / power**0.5)
    return best


def spectrum(sound: Audio) -> NDArray[np.float64]:
    """Log power in ``_BANDS`` bands (150 to 6,500 Hz, mel) every 10 ms: float64 [frames, bands]."""
    if len(sound) < _WINDOW:
        return np.zeros((0, _BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    found: NDArray[np.float64] = np.log10(power @ _MEL.T + 1e-7)
    return found


def _mel_bands() -> NDArray[np.float64]:
    def mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = 1127 * np.log(1 + hertz / 700)
        return found

    low, high = mel(np.array([150.0, 6500.0]))
    edges = np.linspace(low, high, _BANDS + 2)[:, np.newaxis]
    at = mel(np.linspace(0, SAMPLE_RATE / 2, _FFT // 2 + 1))[np.newaxis]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


_MEL = _mel_bands()


class _Past:
    """The last seconds of a stream."""

    def __init__(self) -> None:
        self._sound: list[Audio] = []
        self._length = 0

    def add(self, sound: Audio) -> None:
        self._sound.append(sound)
        self._length += len(sound)
        while self._length - len(self._sound[0]) >= _KEPT_S * SAMPLE_RATE:
            self._length -= len(self._sound.pop(0))

    def last(self, count: int) -> Audio:
        if len(self._sound) > 1:
            self._sound = [np.concatenate(self._sound)]
        return self._sound[0][-count:] if self._sound and count else np.zeros(0, np.float32)
