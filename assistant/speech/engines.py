"""Which recogniser and which voice are used, and why: the best that is on disk, the built-in tier otherwise."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from assistant.errors import SpeechError
from assistant.ports import Synthesizer, Transcriber
from assistant.settings import Recogniser
from assistant.speech import denoise
from assistant.speech.commands_first import CommandsFirst
from assistant.speech.models import piper_voice, whisper_model
from assistant.speech.timely import DEADLINE_S, Timely

if TYPE_CHECKING:
    from hassil import Intents


RECOGNISERS = get_args(Recogniser)
VOICES = ("auto", "espeak", "piper", "wyoming")


def transcriber(
    intents: "Intents",
    questions: Iterable[str] = (),
    *,
    engine: str = "auto",
    model: str = "auto",
    models: Path | None = None,
    hotwords: Iterable[str] = (),
    language: str | None = None,
    deadline_s: float = DEADLINE_S,
    server: str = "",
    cache: Path | None = None,
    wildcards: Mapping[str, Iterable[str]] | None = None,
    accounts_for: Callable[[str], bool] | None = None,
) -> tuple[Transcriber, str]:
    """The recogniser and the reason for it, in words.

    ``engine`` is one of RECOGNISERS; ``model`` a faster-whisper model by name or folder, looked for in the folder
    ``models``; ``server`` a Wyoming server, "tcp://host:port". Both have the built-in one beside them, whose result is
    used after ``deadline_s``; before faster-whisper, where its ``language`` is given as English, it hears the commands.
    ``questions`` are sentences people may ask (the manual's text, question templates), ``hotwords`` the names to
    expect, ``language`` the language to expect (None: it is detected). ``cache`` is a folder for what is compiled;
    ``accounts_for`` tells whether a sentence that no template has is for the car. Raises SpeechError when the engine
    that was named cannot be used.
    """
    if engine not in RECOGNISERS:
        raise SpeechError(f'there is no recogniser "{engine}"; use {_either(RECOGNISERS)}', code="engine")
    from assistant.speech.built_in import BuiltInTranscriber, built_in

    english = language in (None, "en")

    def own() -> tuple[Transcriber, str]:
        return built_in(intents, questions, engine=engine, cache=cache, wildcards=wildcards, accounts_for=accounts_for)

    def backed(better: Transcriber, why: str, *, commands_first: bool = False) -> tuple[Transcriber, str]:
        if not english:
            return better, f"{why}; nothing behind it: the built-in recogniser hears English only"
        spare, what = own()
        late = f"when it fails or takes over {deadline_s:g} s"
        if commands_first and isinstance(spare, BuiltInTranscriber):
            return CommandsFirst(spare, better, deadline_s, accounts_for), f"{why}; {what} for commands, and {late}"
        return Timely(better, spare, deadline_s), f"{why}; {what} {late}"

    if engine == "wyoming":
        from assistant.speech.wyoming_ears import WyomingTranscriber

        remote = WyomingTranscriber(server, hotwords=hotwords, language=language, deadline_s=deadline_s)
        why = f"the Wyoming server {server}, because the settings name it: what is said leaves this machine unencrypted"
        return backed(remote, why)
    reasons: list[str] = []
    if engine in ("auto", "whisper"):
        place, why = whisper_model(model, models)
        if place is None and engine == "whisper":
            raise SpeechError(f"{why}; `cabin models pull` fetches one, or set the engine to auto", code="model")
        reasons.append(why)
        if place is not None:
            from assistant.speech.whisper import WhisperTranscriber

            try:
                better = WhisperTranscriber(place, hotwords=hotwords, language=language)
                why = f"faster-whisper, {better.runs}, because {why}"
                return backed(better, why, commands_first=language is not None)  # which language, only Whisper tells
            except SpeechError as error:
                if engine == "whisper":
                    raise
                reasons.append(str(error))
    else:
        reasons.append("the settings name it")
    quiet = denoise.available()
    noise = f"without noise suppression: {quiet}" if quiet else "with RNNoise before it"
    only = "" if english else f"; it hears English, not {language}: cabin models pull base fetches one that does"
    spare, what = own()
    return spare, f"{what}, because {' and '.join(reasons)}; {noise}{only}"


def synthesizer(
    *,
    engine: str = "auto",
    voice: str = "auto",
    models: Path | None = None,
    language: str = "en",
    server: str = "",
) -> tuple[Synthesizer, str]:
    """The voice and the reason for it, in words. ``engine`` is one of VOICES.

    ``voice`` is a Piper voice by name or path, looked for in the folder ``models``, or an eSpeak voice name when eSpeak
    speaks; "auto" is the best one for ``language``. ``server`` is a Wyoming server, "tcp://host:port". Raises
    SpeechError when the engine that was named cannot be used.
    """
    if engine not in VOICES:
        raise SpeechError(f'there is no voice engine "{engine}"; use {_either(VOICES)}', code="engine")
    from assistant.speech.espeak import EspeakVoice

    if engine == "espeak":
        chosen = EspeakVoice(language if voice == "auto" else voice)
        return chosen, "eSpeak NG (built in), because the settings name it"
    if engine == "wyoming":
        from assistant.speech.wyoming_voice import WyomingVoice

        return (
            WyomingVoice(server, EspeakVoice(language), language=language),
            f"the Wyoming server {server}, because the settings name it: replies leave this machine unencrypted; "
            "eSpeak NG (built in) when it is not there or late",
        )
    place, why = piper_voice(voice, models, language)
    if place is not None:
        from assistant.speech.piper import PiperVoice

        try:
            return PiperVoice(place), f"Piper, because {why}"
        except SpeechError as error:
            if engine == "piper":
                raise
            why = str(error)
    elif engine == "piper":
        raise SpeechError(f"{why}; `cabin models pull` fetches one, or set the engine to auto", code="model")
    return EspeakVoice(language), f"eSpeak NG (built in), because {why}"


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
