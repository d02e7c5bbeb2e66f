"""`cabin recognise`: speech to intent with anybody's sentence templates."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.files import named_files

if TYPE_CHECKING:
    from hassil import Intents


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("audio", nargs=-1)
@click.option("--sentences", required=True, type=click.Path(), help="hassil templates (YAML): intents, rules, lists.")
@click.option("--file", "lines", type=click.Path(dir_okay=False), help="A file that names one sound file a line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file: file, text, intent, slots, score.")
def recognise(audio: tuple[str, ...], sentences: str, lines: str | None, as_json: bool) -> None:
    """Speech to intent: hears sound files with the grammar of your own sentence templates.

    \b
    Examples:
      cabin recognise --sentences coffee.yaml order.wav
      cabin recognise --sentences coffee.yaml --json one.flac two.flac
      cabin recognise --sentences coffee.yaml --json --file recordings.txt
    """
    from assistant.errors import CabinError
    from assistant.paths import data_folder
    from assistant.speech import audio as sound
    from assistant.speech.meaning import meaning
    from assistant.speech.sphinx import SphinxTranscriber

    files = named_files(audio, lines)
    intents = _intents(Path(sentences))
    ears = SphinxTranscriber(intents, cache=data_folder() / "speech")
    failed = 0
    for name in files:
        line: dict[str, Any]
        try:
            heard = ears.transcribe(sound.load(name))
        except CabinError as error:
            failed += 1
            line = {"file": name, "error": error.code, "message": str(error)}
            click.echo(json.dumps(line, ensure_ascii=False) if as_json else f"{name}: {error}", err=not as_json)
            continue
        intent, slots = meaning(heard.text, intents)
        line = {"file": name, "text": heard.text, "intent": intent, "slots": slots, "score": round(heard.confidence, 3)}
        if as_json:
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            said = ", ".join(f"{slot}: {value}" for slot, value in slots.items())
            click.echo(f"{intent or '(no intent)'}  {said}   [{heard.text or 'nothing heard'}; {name}]")
    if failed:
        raise SystemExit(1)


def _intents(path: Path) -> "Intents":
    import yaml
    from hassil import Intents

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(loaded, dict) or "intents" not in loaded:
            raise click.UsageError(f'{path} holds no "intents"; it should be hassil sentence templates')
        loaded.setdefault("language", "en")
        return Intents.from_dict(loaded)
    except OSError as error:
        raise click.UsageError(f"--sentences {path} cannot be read: {error.strerror or error}") from error
    except yaml.YAMLError as error:
        raise click.UsageError(f"--sentences {path} is not YAML: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise click.UsageError(f"--sentences {path} holds a template that hassil does not take: {error!r}") from error
