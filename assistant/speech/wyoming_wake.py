"""Somebody else's wake word as ours: any Wyoming server, such as Home Assistant's openWakeWord."""

import numpy as np

from assistant.errors import SettingsError, SpeechError
from assistant.speech.wyoming_line import WyomingLine, address
from assistant.utterance import SAMPLE_RATE, Audio

CHUNK = 1_280
"""Samples that are sent at a time: 80 ms, which openWakeWord judges at a time."""

DEADLINE_S = 1.0
"""Seconds that the server may take to accept sound; the microphone's own wait for 5."""


class WyomingWakeWord:
    """A Wyoming server behind the WakeWord port. ``phrase`` is the name of its model, "hey jarvis" for hey_jarvis.

    ``server`` is "tcp://host:port". It is sent everything that the microphone hears, in the clear: one on this machine
    is meant. The line is opened with the first sound, and anew after each ``reset``. Raises SettingsError when
    ``server`` is no such address.
    """

    def __init__(self, server: str, phrase: str) -> None:
        try:
            address(server)
        except SpeechError as error:
            raise SettingsError(f"[speech] wake_word_uri: {error}") from error
        self.phrase = " ".join(phrase.casefold().split())
        self._server = server
        self._line: WyomingLine | None = None
        self._rest = np.zeros(0, np.float32)
        self._sent = 0  # samples since the line was opened

    def hear(self, sound: Audio) -> int | None:
        from wyoming.audio import AudioChunk

        line = self._opened()
        line.renew(DEADLINE_S)
        self._rest = np.concatenate((self._rest, sound))
        try:
            while len(self._rest) >= CHUNK:
                pcm = (np.clip(self._rest[:CHUNK], -1.0, 1.0) * 32_767).astype("<i2").tobytes()
                self._rest = self._rest[CHUNK:]
                line.send(AudioChunk(SAMPLE_RATE, 2, 1, pcm, timestamp=1000 * self._sent // SAMPLE_RATE))
                self._sent += CHUNK
            found = self._detected(line)
        except SpeechError:
            self.reset()
            raise
        if found is None:
            return None
        return max(0, self._sent + len(self._rest) - min(found, self._sent))

    def reset(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line, self._rest, self._sent = None, self._rest[:0], 0

    def _opened(self) -> WyomingLine:
        from wyoming.audio import AudioStart
        from wyoming.wake import Detect

        if self._line is None:
            line = WyomingLine(self._server, DEADLINE_S)
            line.send(Detect(names=[self.phrase.replace(" ", "_")]))
            line.send(AudioStart(rate=SAMPLE_RATE, width=2, channels=1, timestamp=0))
            self._line = line
        return self._line

    def _detected(self, line: WyomingLine) -> int | None:
        """The sample at which the server says that the phrase was heard; None while it says nothing."""
        from wyoming.wake import Detection

        while line.has_come():
            event = line.receive()
            if Detection.is_type(event.type):
                moment = event.data.get("timestamp")
                return int(moment) * SAMPLE_RATE // 1000 if isinstance(moment, int | float) else self._sent
        return None
