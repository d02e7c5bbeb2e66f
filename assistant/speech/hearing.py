"""Words while they are being spoken: any recogniser is asked again and again about the sound so far."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np

from assistant.errors import CabinError, SpeechError
from assistant.ports import Hearing, Transcriber
from assistant.speech import voice_activity
from assistant.speech.speech_probability import WINDOW_S, SpeechProbability
from assistant.speech.voice_activity import Span
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

LOOK_S = 0.05
"""Seconds of new sound before it is looked at again: is somebody speaking, and is a question due?"""

STEP_S = 0.4
"""Seconds of new speech before the recogniser is asked again; more when it is slow, which must be free at the end."""

_SHARE = 0.4  # of the time at most, the recogniser is busy with words on the way

PAUSE_S = 0.2
"""Seconds without speech at the end that make a pause: what was said up to it may have been all."""

AHEAD_S = 0.12
"""Seconds of the quiet that a recogniser wants after the last speech which may still be missing when it is asked."""

QUIET_S = 0.1
"""Seconds without speech at the end in which words on the way are not asked for: the pause's question comes soon."""

_SPEECH = 0.5  # Silero's own threshold
_ENDPOINT_S = 0.6
_SAME = SAMPLE_RATE // 20
"""Samples by which two stretches of speech may differ and still be the same: Silero looks every 32 ms."""


class Glimpsing(Transcriber, Protocol):
    """A recogniser with a quicker, less sure way for words on the way."""

    def glimpse(self, audio: Audio) -> Transcript: ...


class Listening(Transcriber, Protocol):
    """A recogniser that takes the sound as it comes and answers as it hears."""

    def listen(self) -> Hearing | None:
        """One utterance; None while it cannot, or nobody knows yet whether it can."""
        ...


def begin(engine: Transcriber | Glimpsing | Listening, *, shown: bool = True) -> Hearing:
    """An utterance that ``engine`` hears while it is spoken: ``add`` the sound as it comes, ``end`` at the endpoint.

    ``shown``: somebody sees the words on their way. PocketSphinx keeps Python's lock while it decodes: beside a screen,
    give it a process of its own.
    """
    listen: Callable[[], Hearing | None] | None = getattr(engine, "listen", None)
    return (listen() if listen is not None else None) or GrowingUtterance(engine, shown=shown)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was heard. ``span`` is the whole stretch of speech when it seemed to be over, else None."""

    heard: Transcript
    span: Span | None = None


class GrowingUtterance:
    """A Hearing for every Transcriber: asks it about all of the sound so far, one question at a time.

    In a pause the question is asked in earnest: when the pause turns out to be the end, its answer is there already,
    or nearly so. Otherwise ``end`` asks about the whole. Unless its words are ``shown``, that is all it asks. Called by
    one thread at a time.
    """

    def __init__(self, engine: Transcriber, *, shown: bool = True) -> None:
        self._engine, self._shown = engine, shown
        self._glimpse: Callable[[Audio], Transcript] = getattr(engine, "glimpse", engine.transcribe)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hearing")
        self._sound: list[Audio] = []
        self._length = self._looked_at = 0
        self._job: Future[_Answer | None] | None = None
        self._answer: _Answer | None = None
        self._asked_at = 0  # these are the worker's
        self._took_s = 0.0
        self._voice = SpeechProbability()
        self._judged = 0  # samples
        self._windows = 0  # of Silero's
        self._spoken = self._over_at = 0  # windows up to the last speech; up to which the pause's question was asked

    @property
    def asking(self) -> bool:
        """Is an answer still outstanding."""
        return self._job is not None and not self._job.done()

    def add(self, audio: Audio) -> str:
        self._sound.append(np.array(audio, dtype=np.float32))
        self._length += len(audio)
        self._collect(wait=False)
        fresh = self._length - self._looked_at
        if self._job is None and fresh >= LOOK_S * SAMPLE_RATE and self._length <= _most():
            self._looked_at = self._length
            self._job = self._worker.submit(self._look, self._whole())
        return self._answer.heard.text if self._answer is not None else ""

    def end(self) -> Transcript:
        sound = self._whole()
        self._worker.shutdown(wait=False)
        self._collect(wait=True)
        if self._answer is not None and self._answer.span is not None:
            span = voice_activity.trim(sound)
            if span is not None and _same(span, self._answer.span):
                return self._answer.heard
        try:
            return self._engine.transcribe(sound)
        except CabinError:
            raise
        except Exception as error:
            raise SpeechError(f"the recogniser failed ({type(error).__name__}: {error}); say it again") from error

    def _collect(self, *, wait: bool) -> None:
        if self._job is not None and (wait or self._job.done()):
            self._answer = self._job.result() or self._answer
            self._job = None

    def _look(self, sound: Audio) -> _Answer | None:
        """Ask about ``sound`` if a question is due; None when it is not, or the engine fails: the end will say so."""
        for probability in self._voice.hear(sound[self._judged :]):
            self._windows += 1
            if probability >= _SPEECH:
                self._spoken = self._windows
        self._judged = len(sound)
        quiet_s = (self._windows - self._spoken) * WINDOW_S
        if self._spoken in (0, self._over_at):
            return None
        try:
            if quiet_s >= PAUSE_S:
                return self._in_earnest(sound)
            if self._shown and quiet_s < QUIET_S and len(sound) - self._asked_at >= self._step():
                self._asked_at = len(sound)
                began = perf_counter()
                try:
                    return _Answer(self._glimpse(sound))
                finally:
                    self._took_s = perf_counter() - began
        except Exception:  # engines fail as they like, and whoever is speaking must not be left with deaf ears
            return None
        return None

    def _step(self) -> float:
        """Samples between two questions about words on the way."""
        return max(STEP_S, self._took_s / _SHARE) * SAMPLE_RATE

    def _in_earnest(self, sound: Audio) -> _Answer | None:
        """What ``transcribe`` will say if nothing more is spoken; None when it is too early to ask."""
        ahead = sound[: -1 - int(AHEAD_S * SAMPLE_RATE) : -1]  # the quiet goes on as it was
        over = np.concatenate([sound, ahead, np.zeros(int(_ENDPOINT_S * SAMPLE_RATE), np.float32)])
        span = voice_activity.trim(over)
        if span is None or span.end > len(sound) + len(ahead):
            return None
        self._over_at = self._spoken
        return _Answer(self._engine.transcribe(over), span)

    def _whole(self) -> Audio:
        if len(self._sound) > 1:
            self._sound = [np.concatenate(self._sound)]
        return self._sound[0] if self._sound else np.zeros(0, np.float32)


def _same(one: Span, other: Span) -> bool:
    return abs(one.start - other.start) <= _SAME and abs(one.end - other.end) <= _SAME


def _most() -> int:
    """Samples up to which it is asked on the way; the words of a longer sound wait for its end."""
    return int(voice_activity.LONGEST_UTTERANCE_S * SAMPLE_RATE)
