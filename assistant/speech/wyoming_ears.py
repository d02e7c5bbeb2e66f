"""Somebody else's recogniser as ours: any Wyoming server, such as Home Assistant's Whisper."""

from collections.abc import Iterable
from contextlib import closing

import numpy as np

from assistant.speech import voice_activity
from assistant.speech.timely import DEADLINE_S
from assistant.speech.whisper import made_up
from assistant.speech.wyoming_line import WyomingLine, address
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

CHUNK = 1_600
"""Samples a chunk: 0.1 s."""

UNTOLD = 0.5
"""Confidence of what was heard: the protocol tells none."""

LONGEST_TEXT = 1_000
"""Characters that are taken of a transcript; nobody says more in 15 s."""


class WyomingTranscriber:
    """A Wyoming server behind the Transcriber port; ``Timely`` puts the built-in recogniser behind it.

    ``server`` is "tcp://host:port". Only the stretch of sound in which somebody speaks is sent, and it is sent in the
    clear. ``hotwords`` are names to expect, ``language`` the one to expect. Nothing is sent before the first utterance.
    Raises SpeechError when ``server`` is no such address.
    """

    def __init__(
        self,
        server: str,
        *,
        hotwords: Iterable[str] = (),
        language: str | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        address(server)
        self.name = f"wyoming/{server.removeprefix('tcp://')}"
        self._server, self._language, self._deadline_s = server, language, deadline_s
        self._hotwords = list(hotwords)

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz) as the server heard them, with Whisper's inventions held back.

        Raises SpeechError when the server does not answer in time or reports an error.
        """
        span = voice_activity.trim(audio)
        if span is None:
            return Transcript("", 0.0, self.name)
        text, language = self._asked(audio[span.start : span.end])
        if not text or made_up(text, span.seconds):
            return Transcript("", 0.0, self.name)
        return Transcript(text, UNTOLD, self.name, language=language)

    def _asked(self, speech: Audio) -> tuple[str, str]:
        from wyoming import asr
        from wyoming.audio import AudioChunk, AudioStart, AudioStop

        sound = (np.clip(speech, -1.0, 1.0) * 32_767).astype("<i2")
        with closing(WyomingLine(self._server, self._deadline_s)) as line:
            line.send(asr.Transcribe(language=self._language, transcript_terms=self._hotwords or None))
            line.send(AudioStart(rate=SAMPLE_RATE, width=2, channels=1))
            for start in range(0, len(sound), CHUNK):
                line.send(AudioChunk(SAMPLE_RATE, 2, 1, sound[start : start + CHUNK].tobytes()))
            line.send(AudioStop())
            while True:
                event = line.receive()
                if asr.Transcript.is_type(event.type):
                    text, language = event.data.get("text"), event.data.get("language")
                    if not isinstance(text, str):
                        raise line.problem("sends a transcript without text")
                    return " ".join(text.split())[:LONGEST_TEXT], language[:10] if isinstance(language, str) else ""
