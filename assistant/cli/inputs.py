"""What the one-shot commands share: several arguments or a file of lines, and one JSON line an item."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")

file_option = click.option(
    "--file",
    "lines",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read them from a file, one a line.",
)

ZONES = ("driver", "passenger", "rear_left", "rear_right", "outside", "unknown")
MEANS = ("voice", "touch", "button", "support", "tool")
EVIDENCE = ("none", "voice", "touch", "biometric")

zone_option = click.option(
    "--zone",
    type=click.Choice(ZONES),
    default="driver",
    show_default=True,
    help="The seat that speaks.",
)


def items(given: tuple[str, ...], lines: Path | None) -> list[str]:
    """The arguments, then the lines of the file. Raises click.UsageError when there is neither."""
    found = list(given)
    if lines is not None:
        try:
            found += [line for line in lines.read_text(encoding="utf-8").splitlines() if line.strip()]
        except UnicodeDecodeError as error:
            raise click.UsageError(f"{lines}: not a text file in UTF-8: {error.reason}") from error
    if not found:
        raise click.UsageError("Nothing was given. Name at least one, or a --file with one a line.")
    return found


def emit(line: dict[str, Any]) -> None:
    """One JSON object on a line of its own."""
    click.echo(json.dumps(line, ensure_ascii=False))
