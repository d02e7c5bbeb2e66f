"""`cabin recognise`: speech to intent with anybody's sentence templates."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import file_option, items, json_option

if TYPE_CHECKING:
    from hassil import Intents

    from assistant.utterance import Transcript


@click.command(
    epilog="\b\nExamples:\n  cabin recognise --sentences coffee.yaml order.wav\n"
    "  cabin recognise --sentences coffee.yaml --json one.flac two.flac\n"
    "  cabin recognise --sentences coffee.yaml --json --file recordings.txt"
)
@click.argument("audio", nargs=-1)
@click.option(
    "--sentences",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="hassil sentence templates (YAML): intents, expansion_rules, lists.",
)
@file_option
@json_option
def recognise(audio: tuple[str, ...], sentences: Path, lines: Path | None, as_json: bool) -> None:
    """Hear AUDIO files with the grammar of your own SENTENCES: intent and slots, nothing done."""
    from assistant.cli.sounds import hear_each
    from assistant.settings import load
    from assistant.speech.built_in import built_in
    from assistant.speech.meaning import meaning

    files = items(audio, lines)
    intents = read(sentences)
    ears, _ = built_in(intents, cache=load().data_dir / "speech")

    def line(heard: "Transcript") -> dict[str, Any]:
        intent, slots = meaning(heard.text, intents)
        return {"intent": intent, "slots": slots, "score": round(heard.confidence, 3)}

    def words(heard: "Transcript") -> tuple[str, str]:
        intent, slots = meaning(heard.text, intents)
        said = ", ".join(f"{slot}: {value}" for slot, value in slots.items())
        return f"{intent or '(no intent)'}  {said}", heard.text or "nothing heard"

    hear_each(files, ears, as_json=as_json, line=line, words=words)


def read(path: Path) -> "Intents":
    """The templates in ``path``. Ends the command, naming the file and what is wrong, when they are not hassil's."""
    import yaml
    from hassil import Intents
    from hassil.parser import ParseError

    place = str(path)
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(loaded, dict) or not loaded.get("intents"):
            raise click.UsageError(f'{path} holds no "intents"; it should be hassil sentence templates')
        loaded.setdefault("language", "en")
        intents = Intents.from_dict(loaded)
        for name, intent in intents.intents.items():
            place = f"{path}, intent {name}"
            for data in intent.data:
                _ = data.sentences  # parsed when first used: a wrong bracket should be named here
        return intents
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise click.UsageError(f"{path} is not YAML: {error}") from error
    except (ParseError, KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise click.UsageError(f"{place}: not as hassil templates are ({type(error).__name__}: {error})") from error
