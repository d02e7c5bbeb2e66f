"""Deadlines for engines that may be slow, far away or broken: the built-in tier steps in, and nobody waits."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from assistant.errors import SpeechError
from assistant.ports import Transcriber
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
        self._busy: Future[Transcript] | None = None

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); ``engine`` of the transcript tells whose they are."""
        if self._is_busy():
            return self._spare.transcribe(audio)
        job = self._busy = self._workers.submit(self._engine.transcribe, audio)
        own = self._deadline_s * HEAD_START
        try:
            return job.result(timeout=own)
        except SpeechError:
            return self._spare.transcribe(audio)
        except Late:
            other = self._workers.submit(self._spare.transcribe, audio)
        try:
            return job.result(timeout=self._deadline_s - own)
        except (SpeechError, Late):
            return other.result()

    def glimpse(self, audio: Audio) -> Transcript:
        """What ``engine`` hears so far, by its quicker way; what ``spare`` hears where it has none, as one far away.

        Nothing while ``engine`` is busy. Raises SpeechError.
        """
        if self._is_busy():
            return Transcript("", 0.0, self.name)
        return getattr(self._engine, "glimpse", self._spare.transcribe)(audio)

    def _is_busy(self) -> bool:
        return self._busy is not None and not self._busy.done()
