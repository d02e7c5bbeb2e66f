"""Commands by the recogniser that knows which there are, at once; the words of everything else by a better one."""

from collections.abc import Callable
from dataclasses import replace

from assistant.ports import Transcriber
from assistant.speech.timely import DEADLINE_S, Timely
from assistant.utterance import Audio, Transcript

Likelier = Callable[[Audio, Transcript, Transcript], Transcript]


class CommandsFirst:
    """A Transcriber that asks ``own`` first, and ``better`` only for the words of what is no command.

    A trained recogniser knows more words, but not which a car is told: of "unlock the doors" Whisper base makes "and
    locket dollars", a second later. What ``own`` takes for nothing stays nothing, and what ``better`` hears is free:
    never a loose command. Where that is busy, fails or takes over ``deadline_s``, the words of ``own`` stand, and where
    ``own`` finds its words likelier too. Raises SpeechError when ``own`` fails.
    """

    def __init__(self, own: Transcriber, better: Transcriber, deadline_s: float = DEADLINE_S) -> None:
        self.name = better.name
        self._own, self._better = own, better
        self._timely = Timely(better, own, deadline_s)
        self._likelier: Likelier = getattr(own, "likelier", lambda audio, heard, other: other)
        self.glimpse: Callable[[Audio], Transcript] = getattr(own, "glimpse", own.transcribe)

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); ``engine`` of the transcript tells whose they are."""
        heard = self._own.transcribe(audio)
        if not heard.free or self._timely.busy:
            return heard
        return self._timely.in_time(lambda: self._again(audio, heard), lambda: heard)

    def _again(self, audio: Audio, heard: Transcript) -> Transcript:
        other = self._better.transcribe(audio)
        return replace(self._likelier(audio, heard, other), free=True) if other.text else heard
