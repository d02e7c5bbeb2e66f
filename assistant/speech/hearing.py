"""Words while they are being spoken: any recogniser is asked again and again about the sound so far."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Protocol

import numpy as np

from assistant.errors import SpeechError
from assistant.ports import Transcriber
from assistant.speech import voice_activity
from assistant.speech.voice_activity import Span
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

STEP_S = 0.4
"""Seconds of new sound before the recogniser is asked again; more when its last answer took longer than that."""

PAUSE_S = 0.25
"""Seconds without speech at the end, after which it is not asked again: the endpoint is near, and must not wait."""


class Glimpsing(Transcriber, Protocol):
    """A recogniser with a quicker, less sure way for words on the way."""

    def glimpse(self, audio: Audio) -> Transcript: ...


def begin(engine: Transcriber | Glimpsing) -> "GrowingUtterance":
    """An utterance that ``engine`` hears while it is spoken: ``add`` the sound as it comes, ``end`` at the endpoint.

    PocketSphinx keeps Python's lock while it decodes: beside a microphone, give it a process of its own.
    """
    return GrowingUtterance(engine)


class GrowingUtterance:
    """A Hearing for every Transcriber: asks it about all of the sound so far, one question at a time.

    What ``end`` returns is what ``transcribe`` hears in the whole sound; where its last answer was about the very same
    stretch of speech, it is not asked twice. Called by one thread at a time.
    """

    def __init__(self, engine: Transcriber) -> None:
        self._engine = engine
        self._glimpse: Callable[[Audio], Transcript] = getattr(engine, "glimpse", engine.transcribe)
        self._asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hearing")
        self._sound: list[Audio] = []
        self._length = 0
        self._asked_at = 0
        self._took_s = 0.0
        self._answer: Future[tuple[Span | None, Transcript | None]] | None = None
        self._known: tuple[Span | None, Transcript | None] = (None, None)

    @property
    def asking(self) -> bool:
        """Is an answer still outstanding."""
        return self._answer is not None and not self._answer.done()

    def add(self, audio: Audio) -> str:
        self._sound.append(np.array(audio, dtype=np.float32))
        self._length += len(audio)
        if self._answer is not None and self._answer.done():
            self._take(self._answer.result())
        fresh_s = (self._length - self._asked_at) / SAMPLE_RATE
        if self._answer is None and fresh_s >= max(STEP_S, self._took_s) and self._length <= _most():
            self._asked_at = self._length
            self._answer = self._asking.submit(self._ask, self._whole())
        heard = self._known[1]
        return heard.text if heard is not None else ""

    def end(self) -> Transcript:
        sound = self._whole()
        self._asking.shutdown(wait=False)
        if self._answer is not None and not self._answer.cancel():
            self._take(self._answer.result())
        span, heard = self._known
        if heard is not None and self._glimpse == self._engine.transcribe and span == voice_activity.trim(sound):
            return heard
        return self._engine.transcribe(sound)

    def _take(self, answer: tuple[Span | None, Transcript | None]) -> None:
        self._answer = None
        if answer[1] is not None:
            self._known = answer

    def _ask(self, sound: Audio) -> tuple[Span | None, Transcript | None]:
        """What is heard in ``sound`` and in which stretch of it; nothing new in a pause or when the engine fails."""
        if not voice_activity.spans(sound[-int(PAUSE_S * SAMPLE_RATE) :]):
            return None, None
        began = perf_counter()
        try:
            return voice_activity.trim(sound), self._glimpse(sound)
        except SpeechError:
            return None, None  # the end will say so
        finally:
            self._took_s = perf_counter() - began

    def _whole(self) -> Audio:
        if len(self._sound) > 1:
            self._sound = [np.concatenate(self._sound)]
        return self._sound[0] if self._sound else np.zeros(0, np.float32)


def _most() -> int:
    """Samples up to which it is asked on the way; the words of a longer sound wait for its end."""
    return int(voice_activity.LONGEST_UTTERANCE_S * SAMPLE_RATE)
