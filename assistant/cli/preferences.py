"""`cabin preferences`: what the driver likes, listed, added and erased."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assistant.cli.inputs import emit, json_option

if TYPE_CHECKING:
    from assistant.preferences import Preferences


@click.group(
    epilog='\b\nExamples:\n  cabin preferences list\n  cabin preferences add "I like 22 degrees"\n'
    "  cabin preferences forget temperature"
)
def preferences() -> None:
    """What the driver likes. It fills what a request leaves open, and never loosens the gate."""


@preferences.command("list", epilog="\b\nExamples:\n  cabin preferences list\n  cabin preferences list --json")
@json_option
def listed(as_json: bool) -> None:
    """What is kept, and where."""
    kept = _kept()
    for entry in kept.entries:
        if as_json:
            emit(asdict(entry))
        else:
            click.echo(f"{entry.describe():32} {entry.text}")
    if not as_json:
        click.echo(f"In {kept.file}, which you may edit." if kept.entries else "No preferences.")


@preferences.command(
    epilog='\b\nExamples:\n  cabin preferences add "fan level 3 by default"\n'
    '  cabin preferences add --json "never open the sunroof fully"'
)
@click.argument("text")
@json_option
def add(text: str, as_json: bool) -> None:
    """Keep what TEXT says."""
    found = _kept().add(text)
    if not found:
        raise click.ClickException(f"{text!r} says no preference that I know; try 'I like 22 degrees'.")
    for entry in found:
        if as_json:
            emit(asdict(entry))
        else:
            click.echo(f"Kept: {entry.describe()}")


@preferences.command(
    epilog="\b\nExamples:\n  cabin preferences forget temperature\n  cabin preferences forget --all\n"
    "  cabin preferences forget --json fan"
)
@click.argument("thing", required=False)
@click.option("--all", "everything", is_flag=True, help="Erase all of them.")
@json_option
def forget(thing: str | None, everything: bool, as_json: bool) -> None:
    """Erase the entries about THING."""
    from assistant.preferences import about

    if bool(thing) == everything:
        raise click.UsageError("Name a THING, or --all.")
    gone = _kept().forget(about(thing)) if thing else _kept().forget()
    if as_json:
        emit({"erased": gone})
    else:
        click.echo(f"Erased: {gone}")


def _kept() -> "Preferences":
    from assistant.preferences import Preferences
    from assistant.settings import load

    return Preferences(load().preferences_file)
