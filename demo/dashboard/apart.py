"""A recogniser in a process of its own: it loads and decodes without ever holding up the screen."""

import pickle
import subprocess
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from assistant.errors import CabinError, SpeechError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.utterance import Audio, Transcript

ENDED = "the recogniser's process ended; start the cabin again"


class ApartTranscriber:
    """Behind the Transcriber port. PocketSphinx keeps Python's lock while it decodes, which would freeze a screen.

    Raises SpeechError when the recogniser cannot be loaded, or its process ended.
    """

    def __init__(self, settings: Settings) -> None:
        self._turn = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo.dashboard.apart"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.name, self.why = self._ask(settings)

    def transcribe(self, audio: "Audio") -> "Transcript":
        """What is said in ``audio``, heard in the other process."""
        heard: Transcript = self._ask(("transcribe", audio))
        return heard

    def glimpse(self, audio: "Audio") -> "Transcript":
        """The same, sooner and less sure where the recogniser has a way to: for words while they are spoken."""
        heard: Transcript = self._ask(("glimpse", audio))
        return heard

    def close(self) -> None:
        """End the other process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, what: object) -> Any:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            with self._turn:
                pickle.dump(what, process.stdin)
                process.stdin.flush()
                answer = pickle.load(process.stdout)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            raise SpeechError(ENDED) from error
        if isinstance(answer, CabinError):
            raise answer
        return answer


def listen(questions: BinaryIO, answers: BinaryIO) -> None:
    """In the other process: settings in, name and reason out; then sound in, transcript out, until the pipe closes."""
    from assistant.bootstrap import Engines

    engines = Engines(pickle.load(questions))
    try:
        engine: Any = engines.transcriber()
        engines.router()  # asked about sentences that no template has
        _answer(answers, (engine.name, engines.why.get("recogniser", "")))
    except Exception as error:
        _answer(answers, error if isinstance(error, CabinError) else SpeechError(str(error) or type(error).__name__))
        return
    while True:
        try:
            way, audio = pickle.load(questions)
        except EOFError:
            return
        try:
            _answer(answers, getattr(engine, way, engine.transcribe)(audio))
        except Exception as error:
            _answer(answers, error if isinstance(error, CabinError) else SpeechError(str(error)))


def _answer(answers: BinaryIO, what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


if __name__ == "__main__":
    listen(sys.stdin.buffer, sys.stdout.buffer)
