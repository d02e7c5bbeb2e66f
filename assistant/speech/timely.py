"""Deadlines for engines that may be slow, far away or broken: the built-in tier steps in, and nobody waits."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from assistant.errors import SpeechError
from assistant.ports import Hearing, Transcriber
from assistant.speech.hearing import GrowingUtterance
from assistant.utterance import Audio, Transcript

DEADLINE_S = 4.0
"""Seconds after which the built-in recogniser's result is used instead."""

HEAD_START = 0.5
"""Part of the deadline that the better engine has for itself; then the built-in one begins, so as to be done in time.
"""


class Timely:
    """A Transcriber that answers with ``engine``'s words, or with ``spare``'s when those come late or not at all.

    While ``engine`` is still busy with an earlier utterance, ``spare`` is asked at once. Raises SpeechError only when
    ``spare`` fails too.
    """

    def __init__(self, engine: Transcriber, spare: Transcriber, deadline_s: float = DEADLINE_S) -> None:
        self.name = engine.name
        self._engine, self._spare, self._deadline_s = engine, spare, deadline_s
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="timely")
        self._job: Future[Transcript] | None = None

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); ``engine`` of the transcript tells whose they are."""
        if self.busy:
            return self._spare.transcribe(audio)
        return self.in_time(lambda: self._engine.transcribe(audio), lambda: self._spare.transcribe(audio))

    def in_time(self, ask: Callable[[], Transcript], otherwise: Callable[[], Transcript]) -> Transcript:
        """What ``ask`` of ``engine`` answers, or ``otherwise`` where that fails or comes late."""
        job = self._job = self._workers.submit(ask)
        own = self._deadline_s * HEAD_START
        try:
            return job.result(timeout=own)
        except SpeechError:
            return otherwise()
        except Late:
            other = self._workers.submit(otherwise)
        try:
            return job.result(timeout=self._deadline_s - own)
        except (SpeechError, Late):
            return other.result()

    def listen(self) -> Hearing | None:
        """An utterance that ``engine`` takes as it comes, with ``spare`` beside it; None where ``engine`` does not."""
        listen: Callable[[], Hearing | None] | None = getattr(self._engine, "listen", None)
        hearing = None if listen is None or self.busy else listen()
        return None if hearing is None else _Both(self, hearing, GrowingUtterance(self._spare))

    def glimpse(self, audio: Audio) -> Transcript:
        """What ``engine`` hears so far, by its quicker way; what ``spare`` hears where it has none, as one far away.

        Nothing while ``engine`` is busy. Raises SpeechError.
        """
        if self.busy:
            return Transcript("", 0.0, self.name)
        spare = getattr(self._spare, "glimpse", self._spare.transcribe)
        return getattr(self._engine, "glimpse", spare)(audio)

    @property
    def busy(self) -> bool:
        """Whether ``engine`` still works on an earlier utterance."""
        return self._job is not None and not self._job.done()


class _Both:
    """One utterance heard by both: the better one's words, once it has any."""

    def __init__(self, timely: Timely, better: Hearing, spare: Hearing) -> None:
        self._timely, self._better, self._spare = timely, better, spare

    def add(self, audio: Audio) -> str:
        known = self._spare.add(audio)
        return self._better.add(audio) or known

    def end(self) -> Transcript:
        return self._timely.in_time(self._better.end, self._spare.end)
