"""`cabin hear`: what sound files say."""

import json

import click

from assistant.cli.files import named_files


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("audio", nargs=-1)
@click.option("--file", "lines", type=click.Path(dir_okay=False), help="A file that names one sound file a line.")
@click.option("--engine", default="auto", show_default=True, help="auto, pocketsphinx or whisper.")
@click.option("--model", default="auto", show_default=True, help="A faster-whisper model: its name or folder.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file: file, text, confidence, engine.")
def hear(audio: tuple[str, ...], lines: str | None, engine: str, model: str, as_json: bool) -> None:
    """What sound files say: WAV, FLAC, OGG or MP3, one utterance each.

    \b
    Examples:
      cabin hear demo/drives/sounds/slt_switch_to_sport_mode.flac
      cabin hear --json a.wav b.flac
      cabin hear --json --file recordings.txt
    """
    from assistant.errors import CabinError
    from assistant.paths import data_folder
    from assistant.speech import audio as sound
    from assistant.speech.engines import transcriber
    from intents import templates

    files = named_files(audio, lines)
    ears, _ = transcriber(
        templates.load("en"), _questions(), engine=engine, model=model, cache=data_folder() / "speech"
    )
    failed = 0
    for name in files:
        try:
            heard = ears.transcribe(sound.load(name))
        except CabinError as error:
            failed += 1
            if as_json:
                click.echo(json.dumps({"file": name, "error": error.code, "message": str(error)}, ensure_ascii=False))
            else:
                click.echo(f"{name}: {error}", err=True)
            continue
        if as_json:
            line = {"file": name, "text": heard.text, "confidence": round(heard.confidence, 3), "engine": heard.engine}
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            said = heard.text or "(nothing that is meant for the car)"
            click.echo(f"{said}   [{heard.confidence:.2f}, {heard.engine}, {name}]")
    if failed:
        raise SystemExit(1)


def _questions() -> tuple[str, ...]:
    return ()
