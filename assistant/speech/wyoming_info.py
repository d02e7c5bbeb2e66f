"""What we tell a Wyoming client of ourselves: engines, models, languages, and whose work they are."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    IntentModel,
    IntentProgram,
    TtsProgram,
    TtsVoice,
)

from assistant.speech.credits import credit

NAME = "cabin"
_OURS = Attribution("cabin, Apache-2.0", "")


def info(ears: str, voice: str, languages: Sequence[str], licences: Sequence[str] = ()) -> Info:
    """The answer to "describe" for the engines with these names; ``licences`` are those of their models, if known."""
    spoken, number = list(languages), version("cabin")
    heard_by, said_by = credit(ears), credit(voice)
    models = f"; models: {', '.join(licences)}" if licences else ""
    hears: dict[str, Any] = {
        "attribution": Attribution(f"{heard_by.project}, {heard_by.licence}{models}", heard_by.url)
    }
    says: dict[str, Any] = {"attribution": Attribution(f"{said_by.project}, {said_by.licence}{models}", said_by.url)}
    ours: dict[str, Any] = {"attribution": _OURS, "installed": True, "version": number}
    return Info(
        asr=[
            AsrProgram(
                name=NAME,
                description=f"Hears what is said in a car, by {heard_by.project} ({heard_by.licence})",
                models=[AsrModel(ears, **hears, installed=True, description=ears, version=None, languages=spoken)],
                supports_transcript_streaming=True,
                **ours,
            )
        ],
        tts=[
            TtsProgram(
                name=NAME,
                description=f"Speaks with {said_by.project} ({said_by.licence})",
                voices=[TtsVoice(voice, **says, installed=True, description=voice, version=None, languages=spoken)],
                **ours,
            )
        ],
        intent=[
            IntentProgram(
                name=NAME,
                description="Tells what a sentence means for the car; does nothing",
                models=[IntentModel(NAME, description="Sentence templates", languages=spoken, **ours)],
                **ours,
            )
        ],
        handle=[
            HandleProgram(
                name=NAME,
                description="Does what is harmless, answers from the manual; what is critical needs a touch in the car",
                models=[HandleModel(NAME, description="The cabin", languages=spoken, **ours)],
                **ours,
            )
        ],
    )
