"""`cabin journal`: show, verify, report and export what happened."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from assistant.cli.inputs import json_option

if TYPE_CHECKING:
    from assistant.journal.record import Record
    from assistant.journal.report import Report

path_option = click.option(
    "--path", type=click.Path(dir_okay=False, path_type=Path), help="Another journal than this cabin's."
)

MONTH = r"\d{4}-(0[1-9]|1[0-2])"


@click.group(
    epilog="\b\nExamples:\n  cabin journal show --last 20\n  cabin journal verify\n"
    "  cabin journal report --html report.html\n  cabin journal export --format csv --out journal.csv"
)
def journal() -> None:
    """Show, verify and report what happened."""


@journal.command(
    epilog="\b\nExamples:\n  cabin journal show\n  cabin journal show --kind decision --kind outcome --last 5\n"
    "  cabin journal show --json"
)
@click.option("--last", type=click.IntRange(min=1), default=50, show_default=True, help="How many records.")
@click.option("--kind", "kinds", multiple=True, help="Only records of this kind; may be given several times.")
@path_option
@json_option
def show(last: int, kinds: tuple[str, ...], path: Path | None, as_json: bool) -> None:
    """The latest records, with what was said where it is kept."""
    from collections import deque

    from assistant.journal.chain import read
    from assistant.journal.texts import words_of

    file = _file(path)
    found = deque((record for record in read(file) if not kinds or record.kind in kinds), maxlen=last)
    words = words_of(file)
    rows = [_plain(record, words.get((record.n, record.texts))) for record in found]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    for row in rows:
        own = {name: row.pop(name) for name in ("n", "at", "kind")}
        for name in ("prev", "hash", "texts"):
            row.pop(name, None)
        said = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in row.items())
        click.echo(f"{own['n']:>6}  {own['at']}  {own['kind']:<10} {said}")
    if not rows:
        click.echo("No records.")


@journal.command(
    epilog="\b\nExamples:\n  cabin journal verify\n  cabin journal verify --json\n"
    "  cabin journal verify --expect 4180:9f2c...   (the head that an earlier verify printed)"
)
@click.option("--expect", metavar="N:HASH", help="A record noted earlier that must still be there.")
@path_option
@json_option
def verify(expect: str | None, path: Path | None, as_json: bool) -> None:
    """Check the chain of records.

    Names the first bad one, and then exits with 1.
    """
    from assistant.journal.chain import read
    from assistant.journal.chain import verify as check

    file = _file(path)
    bad = check(file, _expected(expect))
    if bad is not None:
        if as_json:
            click.echo(json.dumps({"whole": False, "line": bad.line, "n": bad.n, "reason": bad.reason}))
        else:
            click.echo(f"{file}: {bad}", err=True)
        sys.exit(1)
    n, head = 0, ""
    for record in read(file):
        n, head = record.n, record.hash
    if as_json:
        click.echo(json.dumps({"whole": True, "records": n, "head": f"{n}:{head}"}))
    elif n:
        click.echo(f"The chain of {n} records is whole. Its head is {n}:{head}")
        click.echo("Note the head elsewhere: `cabin journal verify --expect` then shows that nothing was cut off.")
    else:
        click.echo("The journal is empty.")


@journal.command(
    epilog="\b\nExamples:\n  cabin journal report\n  cabin journal report --since 2026-01 --until 2026-03\n"
    "  cabin journal report --html report.html\n  cabin journal report --json"
)
@click.option("--since", default="", metavar="MONTH", help="First month, like 2026-01.")
@click.option("--until", default="", metavar="MONTH", help="Last month, like 2026-03.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with a chart.")
@path_option
@json_option
def report(since: str, until: str, html: Path | None, path: Path | None, as_json: bool) -> None:
    """Counts by month and rule: refusals, overrides, time-outs."""
    import re
    from datetime import UTC, datetime

    from assistant.journal.chain import read
    from assistant.journal.chain import verify as check
    from assistant.journal.page import page
    from assistant.journal.report import report as count

    for name, month in (("--since", since), ("--until", until)):
        if month and not re.fullmatch(MONTH, month):
            raise click.BadParameter(f"{month!r} is no month; write it like 2026-01", param_hint=name)
    file = _file(path)
    found = count(read(file), datetime.now(UTC).isoformat(), since, until or "9999")
    bad = check(file)
    chain = "The chain of records is whole." if bad is None else f"The chain of records is BROKEN at {bad}."
    if html is not None:
        with _out(html) as out:
            out.write(page(found, chain))
        click.echo(f"Written: {html}", err=as_json)
    if as_json:
        click.echo(json.dumps({**found.plain(), "chain": None if bad is None else str(bad)}))
    elif html is None:
        _tables(found, chain)


@journal.command(
    epilog="\b\nExamples:\n  cabin journal export --out journal.jsonl\n"
    "  cabin journal export --format csv --out journal.csv\n  cabin journal export --with-words > all.jsonl"
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; default: standard output.")
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
@click.option("--with-words", is_flag=True, help="Also what was said, where it is still kept.")
@path_option
def export(out: Path | None, kind: str, as_json: bool, with_words: bool, path: Path | None) -> None:
    """All records, with their hashes.

    Without --with-words, the JSON lines are the journal itself: `cabin journal verify --path` checks them anywhere.
    """
    from assistant.journal.chain import read
    from assistant.journal.texts import words_of

    file = _file(path)
    words = words_of(file) if with_words else {}
    with _out(out) as target:
        records = read(file)
        if kind == "csv" and not as_json:
            _csv(target, ((record, words.get((record.n, record.texts), {})) for record in records))
            return
        for record in records:
            said = words.get((record.n, record.texts))
            target.write((json.dumps(_plain(record, said)) if said else record.line()) + "\n")


@journal.command(
    epilog="\b\nExamples:\n  cabin journal erase --older-than 30\n  cabin journal erase --older-than 0 --json"
)
@click.option("--older-than", "days", type=click.FloatRange(min=0), required=True, metavar="DAYS")
@path_option
@json_option
def erase(days: float, path: Path | None, as_json: bool) -> None:
    """Erase what was said more than DAYS ago.

    The records stay, and their chain still verifies.
    """
    from assistant.errors import StorageError
    from assistant.journal import Journal

    file = _file(path)
    if not file.exists():
        raise StorageError(f"there is no journal at {file}", code="no_journal")
    erased = Journal.open(file).erase_transcripts(days)
    click.echo(json.dumps({"erased": erased}) if as_json else f"Erased the words of {erased} records.")


# --- how they are shown -----------------------------------------------------------------------------


def _file(path: Path | None) -> Path:
    from assistant.settings import load

    return path or load().journal_file


def _expected(expect: str | None) -> tuple[int, str] | None:
    if expect is None:
        return None
    number, colon, digest = expect.partition(":")
    if not (colon and number.isdigit() and digest):
        raise click.BadParameter("write it like 4180:9f2c..., as verify prints it", param_hint="--expect")
    return int(number), digest


def _plain(record: "Record", words: Any) -> dict[str, Any]:
    return {**json.loads(record.line()), **(words or {})}


@contextmanager
def _out(path: Path | None) -> Iterator[TextIO]:
    from assistant.errors import StorageError

    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}. Name another place.") from error


def _csv(target: TextIO, rows: Iterable[tuple["Record", Any]]) -> None:
    writer = csv.writer(target)
    writer.writerow(("n", "at", "kind", "fields", "heard", "reply", "prev", "hash"))
    for record, words in rows:
        fields = json.dumps(dict(record.fields), ensure_ascii=False)
        said = (words.get("heard", words.get("transcript", "")), words.get("reply", ""))
        writer.writerow((record.n, record.at, record.kind, fields, *said, record.prev, record.hash))


def _tables(found: "Report", chain: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from assistant.journal.page import MONTH_HEADINGS, RULE_HEADINGS, month_cells

    console = Console()
    tables = (
        ("By month", MONTH_HEADINGS, [month_cells(month) for month in found.months]),
        (
            "By rule",
            RULE_HEADINGS,
            [(rule.rule, rule.allow, rule.confirm, rule.refuse, rule.total) for rule in found.rules],
        ),
        ("Refusals", ("reason", "count"), list(found.refusals.items())),
        ("Overrides: confirmed by a person", ("by", "count"), list(found.overrides.items())),
    )
    console.print(f"{found.summary()} {chain}")
    for title, headings, rows in tables:
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number else "left", no_wrap=not number)
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        console.print(table)
