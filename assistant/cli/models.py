"""`cabin models`: recognisers and voices to fetch, keep and take away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, json_option

if TYPE_CHECKING:
    from assistant.models.shelf import Found, Progress


@click.group(
    epilog="\b\nExamples:\n  cabin models list\n  cabin models pull base.en\n"
    "  cabin models pull /media/stick/faster-whisper-small.en\n  cabin models remove base.en"
)
def models() -> None:
    """Better recognisers and voices. Without any, the built-in ones are used."""


@models.command("list", epilog="\b\nExamples:\n  cabin models list\n  cabin models list --json")
@json_option
def list_models(as_json: bool) -> None:
    """The models here, each checked against what was fetched, and those that can be pulled by name."""
    from assistant.models.listed import listed
    from assistant.models.shelf import found, unfinished
    from assistant.settings import load

    folder = load().models_dir
    begun = unfinished(folder)
    with _bar(as_json) as progress:
        here = found(folder, progress)
    lines = [_of_disk(model) for model in here]
    there = {(model.kind, model.name) for model in here}
    lines += [
        {
            "name": model.name,
            "kind": model.kind,
            "state": "unfinished" if model.name in begun else "available",
            "size": model.size * 1_000_000,
            "licence": model.licence,
            "about": model.says + (f"; {begun[model.name] / 1e6:,.0f} MB are here" if model.name in begun else ""),
        }
        for model in listed().values()
        if (model.kind, model.name) not in there
    ]
    if as_json:
        for line in lines:
            emit(line)
    else:
        _table(lines)
        click.echo(f"In {folder}. Those that are here are used by themselves; see cabin doctor.")
    if any(line["state"] == "broken" for line in lines):
        raise SystemExit(1)


@models.command(
    epilog="\b\nExamples:\n  cabin models pull base.en\n  cabin models pull en_GB-cori-medium --json\n"
    "  cabin models pull /media/stick/my-voice.onnx"
)
@click.argument("what")
@json_option
def pull(what: str, as_json: bool) -> None:
    """Fetch the listed model WHAT, or copy it from WHAT, a folder or an .onnx file on this machine.

    A download that breaks off is gone on with by the next pull. What is not whole is never used.
    """
    from assistant.errors import ModelError
    from assistant.models.hub import Hub
    from assistant.models.listed import listed
    from assistant.models.pull import copy
    from assistant.models.pull import pull as fetch
    from assistant.settings import load

    settings, model = load(), listed().get(what)
    if model is None and not Path(what).expanduser().exists():
        raise ModelError(
            f'"{what}" is neither a listed model nor a place on this machine; listed are: {", ".join(listed())}',
            code="missing",
        )
    if model and not as_json:
        click.echo(f"{model.name}: {model.says}; about {model.size} MB; licence: {model.licence}")
    with _bar(as_json) as progress:
        if model:
            got = fetch(model, Hub(settings.models_hub), settings.models_dir, progress)
        else:
            got = copy(Path(what).expanduser(), settings.models_dir, progress)
    if as_json:
        emit(_of_disk(got))
    else:
        click.echo(f"{got.name} lies in {got.place} ({got.size / 1e6:,.0f} MB; licence: {got.licence}).")


@models.command(epilog="\b\nExamples:\n  cabin models path\n  cabin models path base.en")
@click.argument("name", required=False)
@json_option
def path(name: str | None, as_json: bool) -> None:
    """Where the models lie, or the one with that NAME."""
    from assistant.models.shelf import named
    from assistant.settings import load

    place = named(load().models_dir, name).place if name else load().models_dir
    if as_json:
        emit({"name": name, "path": str(place)})
    else:
        click.echo(place)


@models.command(epilog="\b\nExamples:\n  cabin models remove base.en\n  cabin models remove base.en --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(name: str, yes: bool, as_json: bool) -> None:
    """Take the model NAME off this machine, and what was pulled of it in part."""
    from assistant.models.shelf import forget, found, named, unfinished
    from assistant.models.shelf import remove as take_away
    from assistant.settings import load

    folder = load().models_dir
    if name in unfinished(folder) and forget(folder, name):
        click.echo(f"What was pulled of {name} in part is removed.", err=True)
        if not any(model.name == name for model in found(folder, check=False)):
            return
    model = named(folder, name)
    question = f"Remove {model.name} ({model.size / 1e6:,.0f} MB) from {model.place}?"
    if not yes and not click.confirm(question, default=False, err=True):
        raise click.Abort
    take_away(folder, name)
    if as_json:
        emit({"name": name, "removed": True, "path": str(model.place)})
    else:
        click.echo(f"{name} is removed.")


def _of_disk(model: "Found") -> dict[str, Any]:
    state = "broken" if model.problem else "here" if model.checked else "unchecked"
    return {
        "name": model.name,
        "kind": model.kind,
        "state": state,
        "size": model.size,
        "licence": model.licence,
        "about": model.problem or model.source,
        "path": str(model.place),
    }


def _table(lines: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("model", "kind", "state", "size", "licence", "about"):
        table.add_column(
            heading, justify="right" if heading == "size" else "left", no_wrap=heading in ("model", "state")
        )
    colours = {"here": "green", "broken": "red"}
    for line in lines:
        state = line["state"]
        cells = (line["name"], line["kind"], state, f"{line['size'] / 1e6:,.0f} MB", line["licence"], line["about"])
        table.add_row(*map(escape, cells), style=colours.get(state, ""))
    Console().print(table)


@contextmanager
def _bar(quiet: bool) -> "Iterator[Progress]":
    """A bar on standard error for every file that takes a while, in bytes; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as shown:
        tasks: dict[str, Any] = {}

        def move(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = shown.add_task(file, total=total)
            shown.update(tasks[file], completed=done, total=total)

        yield move
