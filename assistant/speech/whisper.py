"""The better recogniser: faster-whisper, when a model lies on disk. What it makes up out of noise is held back."""

import math
import re
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import SpeechError
from assistant.speech import voice_activity
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_BEAM = 5
_GLIMPSE_BEAM = 1  # on the way, soon is worth more than sure

_PHANTOMS = frozenset(
    (
        "thank you", "thanks", "thank you very much", "thanks for watching", "thank you for watching", "you",
        "please subscribe", "subscribe", "bye", "bye bye", "the end", "so", "okay", "music", "applause", "silence",
        "subtitles by the amara org community", "see you next time", "i'll see you in the next video",
    )
)  # fmt: skip
"""What Whisper is known to write for silence, music and noise."""

_MOST_WORDS_A_SECOND = 7.0
_LEAST_PHANTOM_S = 0.4
_ECHO = 3  # words of its hints in a row: nobody says "AdBlue USB Aurelia"
_LONGEST_RATIO = 2.4  # OpenAI's own threshold: text that gzip shrinks more than this repeats itself


class WhisperTranscriber:
    """faster-whisper behind the Transcriber port; ``CommandsFirst`` puts the built-in recogniser before it.

    ``model`` is a folder on disk; nothing is downloaded. int8 on the CPU, float16 on CUDA where there is a card that
    works (``cuda`` None: found out; ``runs`` tells). ``hotwords`` are names it should expect, the most important first:
    Whisper's prompt holds about 200 tokens. ``language`` None means that Whisper detects it. Raises SpeechError when
    the model cannot be loaded.
    """

    def __init__(
        self,
        model: Path,
        *,
        hotwords: Iterable[str] = (),
        language: str | None = None,
        cuda: bool | None = None,
    ) -> None:
        self._model, self.runs = _load(model, cuda)
        self.name = f"faster-whisper/{model.name}"
        self._hotwords = ", ".join(dict.fromkeys(hotwords)) or None
        self._language = language
        self._turn = Lock()

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); empty in silence, noise and where Whisper made things up.

        The transcript names the language that Whisper detected, where it was not given one. Raises SpeechError.
        """
        return self._hear(audio, _BEAM)

    def glimpse(self, audio: Audio) -> Transcript:
        """As ``transcribe``, sooner and less sure: for words while they are spoken."""
        return self._hear(audio, _GLIMPSE_BEAM)

    def _hear(self, audio: Audio, beam: int) -> Transcript:
        span = voice_activity.trim(audio)
        if span is None:
            return Transcript("", 0.0, self.name)
        try:
            with self._turn:
                return self._heard(audio[span.start : span.end], beam)
        except (RuntimeError, ValueError) as error:
            raise SpeechError(f"{self.name} could not transcribe ({error})") from error

    def _heard(self, speech: Audio, beam: int) -> Transcript:
        segments, about = self._model.transcribe(
            speech,
            language=self._language,
            beam_size=beam,
            condition_on_previous_text=False,
            hotwords=self._hotwords,
            vad_filter=False,
        )
        active = voice_activity.spans(speech)
        kept: list[str] = []
        weights: list[float] = []
        for segment in segments:
            spoken = sum(
                max(0.0, min(segment.end, each.end / SAMPLE_RATE) - max(segment.start, each.start / SAMPLE_RATE))
                for each in active
            )
            text = segment.text.strip()
            if text and not made_up(text, min(spoken, len(speech) / SAMPLE_RATE), self._hotwords or ""):
                kept.append(text)
                weights.append(math.exp(segment.avg_logprob) * (1.0 - segment.no_speech_prob))
        if not kept:
            return Transcript("", 0.0, self.name)
        sure = max(0.0, min(1.0, sum(weights) / len(weights)))
        return Transcript(" ".join(kept), sure, self.name, language=about.language)


def _load(model: Path, cuda: bool | None) -> tuple["WhisperModel", str]:
    """The model, and what it runs on. A card whose libraries are missing shows only when it is first asked."""
    import ctranslate2
    from faster_whisper import WhisperModel

    if cuda is None:
        cuda = ctranslate2.get_cuda_device_count() > 0
    if cuda:
        with suppress(RuntimeError, ValueError, OSError):
            loaded = WhisperModel(str(model), device="cuda", compute_type="float16", local_files_only=True)
            list(loaded.transcribe(np.zeros(SAMPLE_RATE, np.float32), language="en", beam_size=1)[0])
            return loaded, "float16 on CUDA"
    try:
        return WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True), "int8 on the CPU"
    except (RuntimeError, ValueError, OSError) as error:
        raise SpeechError(f"{model} is not a faster-whisper model that can be loaded ({error})") from error


def made_up(text: str, spoken_s: float, hotwords: str = "") -> bool:
    """Whether ``text`` looks like one of Whisper's inventions, given the seconds of speech it was written for.

    Rests on five signs, none of them Whisper's own confidence: no speech beneath it, more words than can be said in
    the time, text that repeats itself, the ``hotwords`` it was given read out in their order, and the phrases it is
    known to write for noise.
    """
    words = _words(text)
    if not words or spoken_s <= 0.1:
        return True
    if len(words) > 3 and len(words) / spoken_s > _MOST_WORDS_A_SECOND:
        return True
    data = text.encode()
    if len(data) / len(zlib.compress(data)) > _LONGEST_RATIO or _repeats(words):
        return True
    if len(words) >= _ECHO and f" {' '.join(words)} " in f" {' '.join(_words(hotwords))} ":
        return True
    return " ".join(words) in _PHANTOMS and spoken_s < _LEAST_PHANTOM_S * len(words)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def _repeats(words: list[str]) -> bool:
    """Whether a run of one to four words comes four times in a row."""
    for size in range(1, 5):
        for at in range(len(words) - 4 * size + 1):
            if words[at : at + size] * 4 == words[at : at + 4 * size]:
                return True
    return False
