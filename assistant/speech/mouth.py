"""The mouth: replies become sound sentence by sentence, and fall silent at once when somebody speaks."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

import numpy as np

from assistant.errors import SpeechError
from assistant.ports import Loudspeaker, Synthesizer
from assistant.speech.audio import Resampler

SYNTHESIS_DEADLINE_S = 10.0
"""Seconds that the voice may take for its next sentence, which is made while the one before it sounds."""

STEP_S = 0.05
"""Seconds of sound that are written at a time; a stop is noticed between two of them."""


class Mouth:
    """Speaks one reply at a time, from any thread; a new reply stops the one before it.

    ``voice`` is called when first needed and may take a second to load.
    """

    def __init__(self, loudspeaker: Loudspeaker, voice: Callable[[], Synthesizer]) -> None:
        self.loudspeaker = loudspeaker
        self._voice = voice
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._stop.set()
        self.saying = ""
        """The reply that is being spoken; empty while there is none."""
        self.said = ""
        """The reply that was spoken last, wholly or in part."""

    @property
    def speaking(self) -> bool:
        return bool(self.saying)

    def say(self, text: str) -> bool:
        """Speak ``text`` and return when it has been heard; False when it was stopped before its end.

        Blocking. Raises SpeechError when the voice fails, DeviceError when the loudspeaker is gone.
        """
        stop = threading.Event()
        before, self._stop = self._stop, stop
        before.set()
        self.loudspeaker.flush()
        with self._turn:
            if stop.is_set() or not text.strip():
                return not stop.is_set()
            self.saying = self.said = text
            try:
                self._speak(text, stop)
            finally:
                self.saying = ""
            return not stop.is_set()

    def stop(self) -> bool:
        """Fall silent at once, from any thread; False when nothing was being spoken."""
        was = self.speaking and not self._stop.is_set()
        self._stop.set()
        self.loudspeaker.flush()
        return was

    def close(self) -> None:
        self.stop()
        self.loudspeaker.close()

    def _speak(self, text: str, stop: threading.Event) -> None:
        voice = self._voice()
        step = int(STEP_S * self.loudspeaker.sample_rate)
        resample = Resampler(voice.sample_rate, self.loudspeaker.sample_rate)
        for chunk in self._chunks(voice, text):
            sound = resample(np.frombuffer(chunk, "<i2").astype(np.float32) / 32768.0)
            for start in range(0, len(sound), step):
                if stop.is_set():
                    break
                self.loudspeaker.write(sound[start : start + step])
            if stop.is_set():
                break
        if stop.is_set():
            self.loudspeaker.flush()  # what was written while the stop came
        else:
            self.loudspeaker.write(resample.end())
            self.loudspeaker.drain()

    def _chunks(self, voice: Synthesizer, text: str) -> Iterator[bytes]:
        """The sound of ``text``, each chunk made while the one before it is played."""
        maker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voice")
        chunks = iter(voice.speak(text))
        try:
            made = maker.submit(next, chunks, None)
            while True:
                try:
                    chunk = made.result(SYNTHESIS_DEADLINE_S)
                except Late:
                    late = f"{voice.name} brought no sound within {SYNTHESIS_DEADLINE_S:g} s; the reply is shown"
                    raise SpeechError(late, code="timeout") from None
                if chunk is None:
                    return
                made = maker.submit(next, chunks, None)
                yield chunk
        finally:
            maker.shutdown(wait=False, cancel_futures=True)
