"""Somebody else's voice as ours: any Wyoming server, such as Home Assistant's Piper."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np

from assistant.errors import SpeechError
from assistant.ports import Synthesizer
from assistant.speech.sayable import sayable, sentences
from assistant.speech.wyoming_line import WyomingLine, address

FIRST_SOUND_S = 1.5
"""Seconds that the server may take until a sentence begins to sound; then the spare voice says it."""

NEXT_SOUND_S = 3.0
"""Seconds that it may take for each further stretch."""

LONGEST_SENTENCE_S = 60.0
"""Seconds of sound taken for one sentence."""


class WyomingVoice:
    """A Wyoming server behind the Synthesizer port, sentence by sentence, with ``spare`` behind it.

    ``server`` is "tcp://host:port". A sentence that the server does not say, or not to its end, is said by ``spare``,
    and so is the rest. Its sound is resampled to ``spare``'s rate. Raises SpeechError when ``server`` is no address.
    """

    def __init__(self, server: str, spare: Synthesizer, *, language: str = "en") -> None:
        address(server)
        self.name = f"wyoming/{server.removeprefix('tcp://')}"
        self.sample_rate = spare.sample_rate
        self._server, self._spare, self._language = server, spare, language

    def speak(self, text: str) -> Iterator[bytes]:
        """Chunks of mono 16-bit little-endian PCM. The line is closed when the caller stops asking."""
        rest = list(sentences(sayable(text, self._language)))
        while rest:
            try:
                yield from self._said(rest[0])
            except SpeechError:
                yield from self._spare.speak(" ".join(rest))
                return
            rest.pop(0)

    def _said(self, sentence: str) -> Iterator[bytes]:
        from wyoming.audio import AudioChunk, AudioStop
        from wyoming.tts import Synthesize, SynthesizeVoice

        with closing(WyomingLine(self._server, FIRST_SOUND_S)) as line:
            line.send(Synthesize(sentence, voice=SynthesizeVoice(language=self._language)))
            convert, seconds = None, 0.0
            while True:
                event = line.receive()
                if AudioStop.is_type(event.type):
                    break
                if not AudioChunk.is_type(event.type):
                    continue
                rate, channels = event.data.get("rate"), event.data.get("channels")
                if event.data.get("width") != 2 or channels not in (1, 2) or not isinstance(rate, int):
                    raise line.problem("sends sound that is not 16 bits, mono or stereo")
                if not 8_000 <= rate <= 192_000:
                    raise line.problem(f"sends sound of {rate} samples a second")
                convert = convert or _Converter(rate, self.sample_rate)
                block = (event.payload or b"")[: len(event.payload or b"") // (2 * channels) * 2 * channels]
                seconds += len(block) / (2 * channels * rate)
                if seconds > LONGEST_SENTENCE_S:
                    raise line.problem(f"speaks for more than {LONGEST_SENTENCE_S:g} s")
                if sound := convert(np.frombuffer(block, "<i2").reshape(-1, channels)):
                    yield sound
                line.renew(NEXT_SOUND_S)
            if convert is None:
                raise line.problem("says nothing")
            if sound := convert.end():
                yield sound


class _Converter:
    """Int16 [n, channels] at one rate to mono PCM at another, block by block."""

    def __init__(self, rate: int, wanted: int) -> None:
        import soxr

        self._stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32") if rate != wanted else None

    def __call__(self, block: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", last: bool = False) -> bytes:
        mono = block.astype(np.float32).mean(axis=1) if len(block) else np.zeros(0, np.float32)
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=last)
        return np.clip(np.rint(mono), -32_768, 32_767).astype("<i2").tobytes()

    def end(self) -> bytes:
        return self(np.zeros((0, 1), np.int16), last=True)
