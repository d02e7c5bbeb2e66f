"""Commands by the recogniser that knows which there are, at once; the words of everything else by a better one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from assistant.errors import SpeechError
from assistant.ports import Transcriber
from assistant.speech.timely import DEADLINE_S, Timely
from assistant.utterance import Audio, Transcript


class Own(Transcriber, Protocol):
    """A recogniser that knows the commands, and can judge the words of another."""

    def glimpse(self, audio: Audio) -> Transcript:
        """As ``transcribe``, sooner and less sure."""
        ...

    def likelier(self, audio: Audio, own: Transcript, other: Transcript) -> Transcript:
        """Which of the words that two recognisers heard freely in ``audio`` to take."""
        ...


class CommandsFirst:
    """A Transcriber that asks ``own`` first, and ``better`` only for the words of what is no command.

    A trained recogniser knows more words, but not which a car is told: of "unlock the doors" Whisper base makes "and
    locket dollars", a second later. What ``own`` takes for nothing stays nothing, and only it hears commands: where
    ``commands`` tells that words are one, those of ``better`` are not taken. Where that is busy, fails or takes over
    ``deadline_s`` more, the words of ``own`` stand, and where ``own`` finds its words likelier too. Where ``own``
    fails, ``better`` is asked for all. Raises SpeechError when both fail.
    """

    def __init__(
        self,
        own: Own,
        better: Transcriber,
        deadline_s: float = DEADLINE_S,
        commands: Callable[[str], bool] | None = None,
    ) -> None:
        self.name = better.name
        self._own, self._better = own, better
        self._timely = Timely(better, own, deadline_s)
        self._commands = commands or (lambda text: False)
        self.glimpse = own.glimpse

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); ``engine`` of the transcript tells whose they are."""
        try:
            heard = self._own.transcribe(audio)
        except SpeechError:
            return replace(self._better.transcribe(audio), free=True)
        if not heard.free or self._timely.busy or self._commands(heard.text):
            return heard
        return self._timely.in_time(lambda: self._again(audio, heard), lambda: heard)

    def _again(self, audio: Audio, heard: Transcript) -> Transcript:
        other = self._better.transcribe(audio)
        if not other.text or self._commands(other.text):
            return heard
        return replace(self._own.likelier(audio, heard, other), free=True)
