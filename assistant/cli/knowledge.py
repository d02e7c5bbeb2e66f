"""`cabin knowledge`: take manuals in, build, list, show, search, verify, export and remove them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from assistant.errors import CabinError
from assistant.paths import data_folder
from assistant.settings import load

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def knowledge() -> None:
    """The index of manuals that questions are answered from.

    \b
    Examples:
      cabin knowledge add manual.pdf --pack mycar --brand Testa --model Sparrow --year 2025
      cabin knowledge build
      cabin knowledge list --json
      cabin knowledge show "tyre pressure monitoring"
      cabin knowledge search "how do I open the bonnet"
      cabin knowledge verify
    """


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge build")
@click.option("--force", is_flag=True, help="Build it even if it is up to date.")
@AS_JSON
def build(force: bool, as_json: bool) -> None:
    """Build the index of the installed manuals, unless it is up to date."""
    with _errors_named():
        from assistant.cli.progress import bar
        from knowledge import index, pack
        from knowledge.embedding import Embedder

        with bar(quiet=as_json) as progress:
            report = index.build(
                pack.installed(*_folders()),
                _index_folder(),
                Embedder.load(),
                partial(progress, "Reading the manuals"),
                force=force,
            )
    if as_json:
        click.echo(
            json.dumps(
                {
                    "built": report.built,
                    "packs": list(report.packs),
                    "sections": report.sections,
                    "passages": report.passages,
                    "seconds": round(report.seconds, 2),
                    "bytes": report.bytes,
                }
            )
        )
    else:
        what = f"{report.sections} sections, {report.passages} passages of {', '.join(report.packs)}"
        click.echo(f"Built in {report.seconds:.1f} s: {what}." if report.built else f"Up to date: {what}.")


@knowledge.command(name="list", epilog="\b\nExample:\n  cabin knowledge list --json")
@AS_JSON
def list_packs(as_json: bool) -> None:
    """The manuals in the index."""
    with _errors_named():
        from knowledge.shelf import Shelf

        shelf = Shelf.open(_index_folder())
    rows = [
        {
            "pack": name,
            "title": found.manifest.title,
            "vehicle": f"{found.manifest.brand} {found.manifest.model} {found.manifest.year or ''}".strip(),
            "edition": found.manifest.edition,
            "language": found.manifest.language,
            "licence": found.manifest.licence,
            "sections": sum(owner == name for owner in shelf.owner),
        }
        for name, found in shelf.packs.items()
    ]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*(key.capitalize() for key in rows[0]))
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge show 'tyre pressure'")
@click.argument("section")
@AS_JSON
def show(section: str, as_json: bool) -> None:
    """The text of every section whose heading holds SECTION."""
    with _errors_named():
        from knowledge.shelf import Shelf

        shelf = Shelf.open(_index_folder())
    wanted = section.casefold()
    found = [i for i in range(len(shelf.sections)) if wanted in shelf.heading(i).casefold()]
    if not found:
        raise CabinError(f"no section's heading holds {section!r}; `cabin knowledge search` looks by meaning")
    for number in found:
        blocks = [block.text for block in shelf.sections[number].blocks]
        page = shelf.sections[number].page
        if as_json:
            row = {
                "pack": shelf.owner[number],
                "section": shelf.heading(number),
                "page": page,
                "blocks": blocks,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.secho(shelf.heading(number) + (f", page {page}" if page else ""), bold=True)
            click.echo("\n".join(blocks) + "\n")


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge search 'how do I open the bonnet'")
@click.argument("question")
@click.option("--pack", help="The manual to search; by default the first.")
@AS_JSON
def search(question: str, pack: str | None, as_json: bool) -> None:
    """The passages nearest to QUESTION, best first, with the outcome that they lead to."""
    with _errors_named():
        from knowledge.library import Library

        answer = Library.open(_index_folder()).answer(question, pack=pack)
    if as_json:
        for passage in answer.passages:
            row = {"section": passage.section, "score": passage.score, "text": passage.text}
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    for passage in answer.passages:
        click.secho(f"{passage.score:7.2f}  {passage.section}", bold=True)
        click.echo(f"         {passage.text}\n")
    click.echo(f"Outcome: {answer.outcome}{f' ({answer.reason})' if answer.reason else ''}")


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge verify")
@AS_JSON
def verify(as_json: bool) -> None:
    """Check that the index is whole and made of the manuals as they are now."""
    with _errors_named():
        from knowledge import index, pack

        target = index.current(_index_folder())
        wrong = index.damage(target) or index.miscounted(target)
        fresh = index.is_current(pack.installed(*_folders()), _index_folder())
    if as_json:
        click.echo(json.dumps({"whole": not wrong, "current": fresh, "damage": wrong}))
    elif not wrong and fresh:
        click.echo("The index is whole and up to date.")
    if wrong:
        raise CabinError(f"{wrong[0]}; `cabin knowledge build --force` makes the index anew")
    if not fresh:
        raise CabinError("the manuals or the model changed since the index was built; run `cabin knowledge build`")


@knowledge.command(
    epilog="\b\nExamples:\n  cabin knowledge add manual.pdf --pack mycar --brand Testa --model Sparrow --year 2025\n"
    "  cabin knowledge add manual/ --pack mycar"
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--pack", "name", required=True, help="What to call the manual: lower-case letters, digits, - and _.")
@click.option("--brand")
@click.option("--model")
@click.option("--year", type=int)
@click.option("--variant", "variants", multiple=True, help="May be given several times; the first is the car's own.")
@click.option("--language", help="Two letters, such as en.")
@AS_JSON
def add(path: Path, name: str, variants: tuple[str, ...], as_json: bool, **vehicle: object) -> None:
    """Take PATH (a Markdown, HTML or PDF file, or a folder of them) into a manual of your own.

    A file that was taken in before and did not change is left as it is. `cabin knowledge build` then indexes it.
    """
    given = {key: value for key, value in vehicle.items() if value is not None}
    if variants:
        given |= {"variants": variants, "default_variant": variants[0]}
    with _errors_named():
        from assistant.cli.progress import bar
        from knowledge import intake

        with bar(quiet=as_json) as progress:
            taken = intake.add(path, name, _own_packs(), given, progress)
    for file in taken:
        if as_json:
            row = {"pack": name, "file": file.file, "changed": file.changed, "sections": file.sections}
            click.echo(json.dumps(row | {"unreadable_pages": file.unreadable}))
            continue
        click.echo(f"{file.file}: {file.sections} sections{'' if file.changed else ', as before'}.")
        if file.unreadable:
            pages = ", ".join(map(str, file.unreadable))
            some = "page" if len(file.unreadable) == 1 else "pages"
            click.secho(f"  Not readable, for scanned as pictures or damaged: {some} {pages}.", fg="yellow")
    if not as_json and any(file.changed for file in taken):
        click.echo("Now `cabin knowledge build` indexes it.")


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge remove mycar")
@click.argument("name")
def remove(name: str) -> None:
    """Take the manual NAME away; the next build drops it from the index."""
    with _errors_named():
        from knowledge import intake

        intake.remove(name, _own_packs())
    click.echo(f"Removed {name}. Now `cabin knowledge build` takes it out of the index.")


@knowledge.command(epilog="\b\nExample:\n  cabin knowledge export mycar mycar.zip")
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def export(name: str, target: Path) -> None:
    """Write the manual NAME with its manifest and lists to TARGET, a zip file."""
    with _errors_named():
        from knowledge import intake, pack

        found = {folder.name: folder for folder in pack.installed(*_folders())}
        if name not in found:
            raise CabinError(f"{name}: no such manual; there are: {', '.join(found)}")
        intake.export(found[name], target)
    click.echo(f"Wrote {target}.")


def _own_packs() -> Path:
    """Where manuals that were taken in lie."""
    return data_folder() / "packs"


def _folders() -> tuple[Path, ...]:
    """Where manuals lie beside the one that comes with cabin."""
    return (_own_packs(), *load().knowledge.packs)


def _index_folder() -> Path:
    return data_folder() / "index"


@contextmanager
def _errors_named() -> Iterator[None]:
    """The knowledge base's errors as the command's own."""
    from knowledge.errors import KnowledgeError

    try:
        yield
    except KnowledgeError as error:
        raise CabinError(str(error), code="knowledge") from error
