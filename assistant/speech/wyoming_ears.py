"""Somebody else's recogniser as ours: any Wyoming server, such as Home Assistant's Whisper."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import SpeechError
from assistant.ports import Hearing
from assistant.speech import voice_activity
from assistant.speech.timely import DEADLINE_S
from assistant.speech.whisper import made_up
from assistant.speech.wyoming_line import WyomingLine, address
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

if TYPE_CHECKING:
    from wyoming.event import Event

CHUNK = 1_600
"""Samples a chunk: 0.1 s."""

UNTOLD = 0.5
"""Confidence of what was heard: the protocol tells none."""

LONGEST_TEXT = 1_000
"""Characters that are taken of a transcript; nobody says more in 15 s."""

LOOK_S, LOOKED_AT_S = 0.1, 2.0
"""How often new sound is searched for the first word, and how much of it, seconds."""

ABANDONED_S = 5.0
"""Seconds without any sound after which an utterance has been given up: a microphone brings some 20 times a second."""


class WyomingTranscriber:
    """A Wyoming server behind the Transcriber port; ``Timely`` puts the built-in recogniser behind it.

    ``server`` is "tcp://host:port". Sound is sent from somebody's first word on, and it is sent in the clear.
    ``hotwords`` are names to expect, ``language`` the one to expect. Nothing is sent before the first utterance; with
    it the server is asked whether it streams its words. Raises SpeechError when ``server`` is no such address.
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
        self._server, self._language, self.deadline_s = server, language, deadline_s
        self._hotwords = list(hotwords)
        self._streams: bool | None = None  # None: it has not said

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz) as the server heard them, with Whisper's inventions held back.

        Raises SpeechError when the server does not answer in time or reports an error.
        """
        span = voice_activity.trim(audio)
        if span is None:
            return Transcript("", 0.0, self.name)
        with closing(self.line()) as line:
            send(line, audio[span.start : span.end])
            return self.answer(line, span.seconds)

    def listen(self) -> Hearing | None:
        """An utterance that is sent while it is spoken; None unless the server has said that it streams its words."""
        return StreamedUtterance(self) if self._streams else None

    def line(self) -> WyomingLine:
        """A line on which the server waits for sound."""
        from wyoming.asr import Transcribe
        from wyoming.audio import AudioStart
        from wyoming.info import Describe

        line = WyomingLine(self._server, self.deadline_s)
        if self._streams is None:
            line.send(Describe())
        line.send(Transcribe(language=self._language, transcript_terms=self._hotwords or None))
        line.send(AudioStart(rate=SAMPLE_RATE, width=2, channels=1))
        return line

    def answer(self, line: WyomingLine, spoken_s: float) -> Transcript:
        """Ends the sound on ``line``, ``spoken_s`` seconds of speech, and waits for its words."""
        from wyoming.asr import Transcript as Told
        from wyoming.audio import AudioStop
        from wyoming.info import Info

        line.send(AudioStop())
        while not Told.is_type((event := line.receive()).type):
            if Info.is_type(event.type):
                self._streams = streams(event)
        text, language = event.data.get("text"), event.data.get("language")
        if not isinstance(text, str):
            raise line.problem("sends a transcript without text")
        text = shortened(text)
        if not text or made_up(text, spoken_s):
            return Transcript("", 0.0, self.name)
        return Transcript(text, UNTOLD, self.name, language=language[:10] if isinstance(language, str) else "")


class StreamedUtterance:
    """A Hearing whose sound goes to the server as it comes, and whose words come back as the server is sure of them."""

    def __init__(self, engine: WyomingTranscriber) -> None:
        self._engine = engine
        self._coming: SimpleQueue[Audio | None] = SimpleQueue()
        self._sent: list[Audio] = []
        self._words = ""
        self._ended = False
        self._over: Future[Transcript] = Future()
        threading.Thread(target=self._run, name="streamed utterance", daemon=True).start()

    def add(self, audio: Audio) -> str:
        self._coming.put(np.array(audio, dtype=np.float32))
        return shortened(self._words)

    def end(self) -> Transcript:
        self._coming.put(None)
        return self._over.result()

    # --- its own thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._over.set_result(self._heard())
        except Exception as error:  # whoever waits for the end is told, whatever it is
            self._over.set_exception(error)

    def _heard(self) -> Transcript:
        sound = self._first_words()
        if sound is None:
            return Transcript("", 0.0, self._engine.name)
        with closing(self._engine.line()) as line:
            while sound is not None:
                line.renew(self._engine.deadline_s)
                send(line, sound)
                self._sent.append(sound)
                self._take_words(line)
                sound = self._next()
            line.renew(self._engine.deadline_s)
            span = voice_activity.trim(np.concatenate(self._sent))
            return self._engine.answer(line, span.seconds if span is not None else 0.0)

    def _first_words(self) -> Audio | None:
        """The sound so far, from a moment before somebody began to speak; None when nobody did."""
        held, fresh = np.zeros(0, np.float32), 0
        while (sound := self._next()) is not None:
            held, fresh = np.concatenate((held, sound))[-int(LOOKED_AT_S * SAMPLE_RATE) :], fresh + len(sound)
            if fresh >= LOOK_S * SAMPLE_RATE:
                fresh = 0
                if (span := voice_activity.trim(held)) is not None:
                    return held[span.start :]
        span = voice_activity.trim(held)
        return held[span.start :] if span is not None else None

    def _next(self) -> Audio | None:
        """What comes next; None when that was all."""
        if self._ended:
            return None
        try:
            sound = self._coming.get(timeout=ABANDONED_S)
        except Empty:
            raise SpeechError("what was being said has been given up") from None
        self._ended = sound is None
        return sound

    def _take_words(self, line: WyomingLine) -> None:
        from wyoming.asr import Transcript as Told
        from wyoming.asr import TranscriptChunk

        while line.has_come():
            event = line.receive()
            if Told.is_type(event.type):
                raise line.problem("ends what is still being said")
            if TranscriptChunk.is_type(event.type) and isinstance(event.data.get("text"), str):
                self._words = (self._words + event.data["text"])[: 2 * LONGEST_TEXT]


def send(line: WyomingLine, speech: Audio) -> None:
    """``speech`` as the chunks of the protocol."""
    from wyoming.audio import AudioChunk

    sound = (np.clip(speech, -1.0, 1.0) * 32_767).astype("<i2")
    for start in range(0, len(sound), CHUNK):
        line.send(AudioChunk(SAMPLE_RATE, 2, 1, sound[start : start + CHUNK].tobytes()))


def shortened(text: str) -> str:
    """``text`` on one line, of a bearable length."""
    return " ".join(text.split())[:LONGEST_TEXT]


def streams(info: "Event") -> bool:
    """Whether the server's first recogniser sends its words as they come, and leaves it to us where an utterance ends.

    One that does not is better asked in a pause, where our endpoint is not yet reached.
    """
    from wyoming.info import Info

    try:
        first = Info.from_event(info).asr[:1]
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return any(program.supports_transcript_streaming and program.requires_external_vad for program in first)
