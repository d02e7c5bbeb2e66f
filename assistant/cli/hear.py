"""`cabin hear`: what sound files say."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from assistant.cli.inputs import file_option, items, json_option
from assistant.settings import Recogniser

if TYPE_CHECKING:
    from assistant.utterance import Transcript


@click.command(
    epilog="\b\nExamples:\n  cabin hear demo/drives/sounds/slt_switch_to_sport_mode.flac\n"
    "  cabin hear --json a.wav b.flac\n  cabin hear --json --file recordings.txt"
)
@click.argument("audio", nargs=-1)
@file_option
@json_option
@click.option(
    "--engine",
    type=click.Choice(get_args(Recogniser)),
    help="Default: as in the settings.",
)
@click.option("--model", help="A faster-whisper model, by name or folder. Default: as in the settings.")
def hear(audio: tuple[str, ...], lines: Path | None, as_json: bool, engine: str | None, model: str | None) -> None:
    """Transcribe AUDIO files (WAV, FLAC, OGG or MP3), one utterance each."""
    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar
    from assistant.cli.sounds import hear_each
    from assistant.settings import load

    files = items(audio, lines)
    settings = load()
    chosen = {"recogniser": engine, "whisper_model": model}
    speech = settings.speech.model_copy(update={name: value for name, value in chosen.items() if value})
    with bar(quiet=as_json) as progress:
        ears = Engines(settings.model_copy(update={"speech": speech}), progress).transcriber()
    hear_each(files, ears, as_json=as_json, line=_line, words=_words)


def _line(heard: "Transcript") -> dict[str, Any]:
    language = {"language": heard.language} if heard.language else {}
    return {"confidence": round(heard.confidence, 3), "engine": heard.engine, **language}


def _words(heard: "Transcript") -> tuple[str, str]:
    return heard.text or "(nothing that is meant for the car)", f"{heard.confidence:.2f}, {heard.engine}"
