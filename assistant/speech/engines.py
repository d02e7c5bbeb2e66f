"""Which recogniser and which voice are used, and why: the best that is on disk, the built-in tier otherwise."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import SpeechError
from assistant.ports import Synthesizer, Transcriber
from assistant.speech import denoise
from assistant.speech.models import piper_voice, whisper_model

if TYPE_CHECKING:
    from hassil import Intents


def transcriber(
    intents: "Intents",
    questions: Iterable[str] = (),
    *,
    engine: str = "auto",
    model: str = "auto",
    hotwords: Iterable[str] = (),
    cache: Path | None = None,
    wildcards: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Transcriber, str]:
    """The recogniser and the reason for it, in words.

    ``engine`` is "auto", "pocketsphinx" or "whisper"; ``model`` a faster-whisper model by name or folder. ``questions``
    are sentences people may ask (the manual's text, question templates), ``hotwords`` the names Whisper should expect.
    ``cache`` is a folder for what is compiled. Raises SpeechError when the engine that was named cannot be used.
    """
    if engine not in ("auto", "pocketsphinx", "whisper"):
        raise SpeechError(f'there is no recogniser "{engine}"; use auto, pocketsphinx or whisper', code="engine")
    reasons: list[str] = []
    from assistant.speech.sphinx import SphinxTranscriber

    if engine != "pocketsphinx":
        place, why = whisper_model(model)
        if place is None and engine == "whisper":
            raise SpeechError(f"{why}; put one there or set the engine to auto", code="model")
        reasons.append(why)
        if place is not None:
            from assistant.speech.whisper import WhisperTranscriber

            try:
                fallback = SphinxTranscriber(intents, questions, cache=cache, wildcards=wildcards)
                return WhisperTranscriber(place, hotwords=hotwords, fallback=fallback), f"faster-whisper, because {why}"
            except SpeechError as error:
                if engine == "whisper":
                    raise
                reasons.append(str(error))
    else:
        reasons.append("the settings name it")
    quiet = denoise.available()
    noise = f"without noise suppression: {quiet}" if quiet else "with RNNoise before it"
    built_in = SphinxTranscriber(intents, questions, cache=cache, wildcards=wildcards)
    return built_in, f"PocketSphinx (built in), because {' and '.join(reasons)}; {noise}"


def synthesizer(*, engine: str = "auto", voice: str = "auto") -> tuple[Synthesizer, str]:
    """The voice and the reason for it, in words. ``engine`` is "auto", "espeak" or "piper".

    ``voice`` is a Piper voice by name or path, or an eSpeak voice name when eSpeak speaks. Raises SpeechError when the
    engine that was named cannot be used.
    """
    if engine not in ("auto", "espeak", "piper"):
        raise SpeechError(f'there is no voice engine "{engine}"; use auto, espeak or piper', code="engine")
    from assistant.speech.espeak import EspeakVoice

    if engine == "espeak":
        return EspeakVoice("en" if voice == "auto" else voice), "eSpeak NG (built in), because the settings name it"
    place, why = piper_voice(voice)
    if place is not None:
        from assistant.speech.piper import PiperVoice

        try:
            return PiperVoice(place), f"Piper, because {why}"
        except SpeechError as error:
            if engine == "piper":
                raise
            why = str(error)
    elif engine == "piper":
        raise SpeechError(f"{why}; put one there or set the engine to auto", code="model")
    return EspeakVoice("en"), f"eSpeak NG (built in), because {why}"
