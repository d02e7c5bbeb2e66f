"""What the commands that hear sound files share: one line a file, and a file that cannot be read is told of."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit

if TYPE_CHECKING:
    from assistant.ports import Transcriber
    from assistant.utterance import Transcript


def hear_each(
    files: Iterable[str],
    ears: "Transcriber",
    *,
    as_json: bool,
    line: "Callable[[Transcript], dict[str, Any]]",
    words: "Callable[[Transcript], tuple[str, str]]",
) -> None:
    """Transcribe each file and print ``line`` of it as JSON, or for people what was said and what is to be said of it.

    The others are heard all the same when one cannot be; then the command ends with status 1.
    """
    from assistant.errors import CabinError
    from assistant.speech import audio as sound

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
            emit({"file": name, "text": heard.text, **line(heard)})
        else:
            said, about = words(heard)
            click.echo(f"{said}   [{about}; {name}]")
    if failed:
        raise SystemExit(1)
