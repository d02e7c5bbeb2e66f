"""Where an utterance begins and ends in sound that never ends: Silero's judgement, window by window."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.speech.speech_probability import WINDOW, WINDOW_S, SpeechProbability
from assistant.utterance import SAMPLE_RATE, Audio

SILENCE_S = 0.6
"""Silence that ends an utterance, seconds; drivers pause for less in the middle of a command."""

LONGEST_S = 15.0
PRE_ROLL_S = 0.5
"""Sound kept from before the moment in which speech was noticed, so that its first consonant is heard."""

PATIENCE_S = 6.0
"""How long an utterance that was asked for (a key, the wake word) may wait for its first word."""

_SPEECH = 0.5  # Silero's own threshold; a lower one for the end lets noise draw utterances out (measured)
_ONSET = 3  # windows of speech, about 0.1 s: a click is shorter, the shortest "yes" is longer
_TAIL = 6  # windows, about 0.2 s: where a search says that a name ended, as much of it may still be in the air

Reason = Literal["silence", "released", "longest", "nothing"]
"""Why an utterance ended: nothing more was said, the key was let go, 15 s were over, or nothing was said at all."""


@dataclass(frozen=True, slots=True)
class Onset:
    """Somebody began to speak. ``at`` and ``sound`` begin a pre-roll earlier; ``at`` counts samples of the stream."""

    at: int
    sound: Audio


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An utterance is over. ``sound`` begins at sample ``start``; the last speech in it ended at sample ``end``."""

    sound: Audio
    start: int
    end: int
    reason: Reason


class Endpointer:
    """Cuts one stream of sound into utterances. Called by one thread at a time.

    By itself it finds every stretch of speech. ``open`` begins one at once, for a key or a wake word.
    """

    def __init__(self, silence_s: float = SILENCE_S, longest_s: float = LONGEST_S) -> None:
        self._probability = SpeechProbability()
        self._silence = math.ceil(silence_s / WINDOW_S)
        self._longest = int(longest_s / WINDOW_S)
        self._kept = math.ceil(PRE_ROLL_S / WINDOW_S)
        self._rest = np.zeros(0, np.float32)
        self._windows: list[tuple[Audio, float]] = []
        self._at = 0  # samples of the stream before the first of the windows
        self._inside = False  # is an utterance going on
        self._asked = False  # was it asked for, so that it may begin with silence
        self._held = False  # does it last until it is released
        self._named = False  # does it follow a name, whose tail may be in it

    @property
    def inside(self) -> bool:
        """Is an utterance going on?"""
        return self._inside

    @property
    def held(self) -> bool:
        """Does the utterance that goes on last until it is released?"""
        return self._held

    @property
    def position(self) -> int:
        """Samples of the stream that were judged so far."""
        return self._at + len(self._windows) * WINDOW

    @property
    def speaking(self) -> bool:
        """Is somebody speaking in this very moment?"""
        recent = self._windows[-_ONSET:]
        return len(recent) == _ONSET and all(probability >= _SPEECH for _, probability in recent)

    def spoken_s(self, until: int) -> float:
        """Seconds of speech in the utterance that goes on, up to sample ``until`` of the stream."""
        before = self._windows[: max(0, (until - self._at) // WINDOW)]
        return sum(probability >= _SPEECH for _, probability in before) * WINDOW_S

    def hear(self, sound: Audio) -> Iterator[Onset | Endpoint]:
        """Take the next stretch of sound (mono float32, 16 kHz); what begins and ends in it, in order."""
        held = np.concatenate((self._rest, sound))
        probabilities = self._probability.hear(sound)
        for number, probability in enumerate(probabilities):
            self._windows.append((held[number * WINDOW : (number + 1) * WINDOW], probability))
            yield from self._step()
        self._rest = held[len(probabilities) * WINDOW :]

    def open(self, since: int | None = None, *, held: bool = False, named: bool = False) -> Onset:
        """Begin an utterance now, a pre-roll back, or at sample ``since`` of the stream when that is still kept.

        It ends by itself, or with ``held`` only by ``release``; at the latest after 15 s. ``named``: a name ended at
        ``since``, and what is left of it is no speech.
        """
        first = 0
        if since is not None:
            first = min(max(0, (since - self._at) // WINDOW), len(self._windows))
        elif not self._inside:
            first = max(0, len(self._windows) - self._kept)
        self._windows, self._at = self._windows[first:], self._at + first * WINDOW
        self._inside = self._asked = True
        self._held, self._named = held, named
        return Onset(self._at, self._sound())

    def release(self) -> Endpoint | None:
        """End the utterance that goes on, if one does; what is said later is another."""
        return self._end("released" if self._speech() >= _ONSET else "nothing") if self._inside else None

    def _step(self) -> Iterator[Onset | Endpoint]:
        if not self._inside:
            if self.speaking:
                self._inside = True
                yield Onset(self._at, self._sound())
            elif len(self._windows) > self._kept:
                surplus = len(self._windows) - self._kept
                del self._windows[:surplus]
                self._at += surplus * WINDOW
            return
        spoken = self._speech() >= _ONSET
        if len(self._windows) >= self._longest:
            yield self._end("longest" if spoken else "nothing")
        elif self._held:
            return
        elif spoken and len(self._windows) - self._last() >= self._silence:
            yield self._end("silence")
        elif self._asked and not spoken and len(self._windows) * WINDOW_S >= PATIENCE_S + PRE_ROLL_S:
            yield self._end("nothing")

    def _end(self, reason: Reason) -> Endpoint:
        ended = Endpoint(self._sound(), self._at, self._at + self._last() * WINDOW, reason)
        kept = self._windows[-self._kept :] if reason != "silence" else []
        self._at += (len(self._windows) - len(kept)) * WINDOW
        self._windows = kept
        self._inside = self._asked = self._held = self._named = False
        return ended

    def _last(self) -> int:
        """Windows up to the end of the last speech."""
        return max((number for number, (_, p) in enumerate(self._windows, 1) if p >= _SPEECH), default=0)

    def _speech(self) -> int:
        """Windows of speech, without the tail of a name."""
        spoken = [probability >= _SPEECH for _, probability in self._windows]
        tail = [*spoken, False].index(False) if self._named else 0
        return sum(spoken) - (tail if tail < _TAIL else 0)

    def _sound(self) -> Audio:
        return np.concatenate([window for window, _ in self._windows] or [np.zeros(0, np.float32)])


def seconds(samples: int) -> float:
    """``samples`` of 16 kHz as seconds."""
    return samples / SAMPLE_RATE
