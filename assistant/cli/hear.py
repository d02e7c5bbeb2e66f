"""`cabin hear`: what sound files say."""

from pathlib import Path

import click

from assistant.cli.inputs import emit, file_option, items, json_option


@click.command(
    epilog="\b\nExamples:\n  cabin hear demo/drives/sounds/slt_switch_to_sport_mode.flac\n"
    "  cabin hear --json a.wav b.flac\n  cabin hear --json --file recordings.txt"
)
@click.argument("audio", nargs=-1)
@file_option
@json_option
@click.option("--engine", type=click.Choice(["auto", "pocketsphinx", "whisper"]), help="Default: as in the settings.")
@click.option("--model", help="A faster-whisper model, by name or folder. Default: as in the settings.")
def hear(audio: tuple[str, ...], lines: Path | None, as_json: bool, engine: str | None, model: str | None) -> None:
    """Transcribe AUDIO files (WAV, FLAC, OGG or MP3), one utterance each."""
    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar
    from assistant.errors import CabinError
    from assistant.settings import load
    from assistant.speech import audio as sound

    files = items(audio, lines)
    settings = load()
    chosen = {"recogniser": engine, "whisper_model": model}
    speech = settings.speech.model_copy(update={name: value for name, value in chosen.items() if value})
    with bar(quiet=as_json) as progress:
        ears = Engines(settings.model_copy(update={"speech": speech}), progress).transcriber()
    failed = False
    for name in files:
        try:
            heard = ears.transcribe(sound.load(name))
        except CabinError as error:
            failed = True
            if as_json:
                emit({"file": name, "error": error.code, "message": str(error)})
            else:
                click.echo(f"{name}: {error}", err=True)
            continue
        if as_json:
            confidence = round(heard.confidence, 3)
            emit({"file": name, "text": heard.text, "confidence": confidence, "engine": heard.engine})
        else:
            said = heard.text or "(nothing that is meant for the car)"
            click.echo(f"{said}   [{heard.confidence:.2f}, {heard.engine}, {name}]")
    if failed:
        raise SystemExit(1)
