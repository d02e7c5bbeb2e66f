"""`cabin policy`: check, explain, enumerate and compare what may happen."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.explain import explain
from assistant.cli.inputs import EVIDENCE, MEANS, ZONES, emit, json_option
from assistant.errors import CabinError

if TYPE_CHECKING:
    from policies.diff import Difference
    from policies.matrix import Case
    from policies.rules import RuleTable

MOTIONS = ("parked", "standing", "creeping", "moving", "fast", "unknown")
CLASSES = ("comfort", "attention", "critical", "forbidden")
OUTCOMES = ("allow", "confirm", "refuse")

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COMMAND_SHOWN = 6  # commands of one difference that are named before the rest is counted


@click.group(
    epilog='\b\nExamples:\n  cabin policy check\n  cabin policy explain "open the trunk" --speed 60\n'
    "  cabin policy matrix --class critical --html matrix.html\n  cabin policy diff old.yaml new.yaml"
)
def policy() -> None:
    """Check, explain, enumerate and compare what may happen."""


policy.add_command(explain)


# --- check --------------------------------------------------------------------------------------------------


@policy.command(
    epilog="\b\nExamples:\n  cabin policy check\n  cabin policy check my-rules.yaml\n"
    "  cabin policy check --json rules.yaml"
)
@click.argument("file", type=A_FILE, required=False)
@json_option
def check(file: Path | None, as_json: bool) -> None:
    """Validate FILE, or the rules, couplings, restrictions, sentences and signals that ship.

    Names every problem of a rule table with file, line and rule, and then exits with 1. Of the other files it names
    the first.
    """
    from policies.check import SHIPPED, problems

    found = 0
    for path in (file,) if file else SHIPPED:
        before = found
        for error in problems(path):
            found += 1
            message = str(error).removeprefix(f"{error.file}:{error.line}: {error.what}: ")
            if as_json:
                emit({"file": error.file, "line": error.line, "what": error.what, "message": message})
            else:
                click.echo(str(error))
        if found == before and not as_json:
            click.echo(f"{path.name}: sound")
    if found:
        sys.exit(1)


# --- matrix -------------------------------------------------------------------------------------------------


@policy.command(
    epilog="\b\nExamples:\n  cabin policy matrix --class critical\n"
    "  cabin policy matrix --command trunk --zone driver\n"
    "  cabin policy matrix --html matrix.html\n  cabin policy matrix --json --decision allow > allowed.jsonl"
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page that can be filtered.")
@click.option("--rules", type=A_FILE, help="Another rule table than the one that ships.")
@click.option("--command", "texts", multiple=True, metavar="TEXT", help="Commands with TEXT in SIGNAL=VALUE.")
@click.option("--class", "classes", multiple=True, type=click.Choice(CLASSES), help="Only this class.")
@click.option("--origin", "origins", multiple=True, type=click.Choice(MEANS), help="Only asked by this means.")
@click.option("--zone", "zones", multiple=True, type=click.Choice(ZONES), help="Only asked from here.")
@click.option("--motion", "motions", multiple=True, type=click.Choice(MOTIONS), help="Only in this motion.")
@click.option("--confirmation", "evidence", multiple=True, type=click.Choice(EVIDENCE), help="Only with this evidence.")
@click.option("--decision", "outcomes", multiple=True, type=click.Choice(OUTCOMES), help="Only what is decided so.")
@json_option
def matrix(html: Path | None, rules: Path | None, as_json: bool, **only: tuple[str, ...]) -> None:
    """The whole table: command x origin x zone x motion x confirmation -> decision.

    As JSON one row a line. Without --json folded for people: askers who get the same share a line, and a cell says the
    least evidence that will do (stronger evidence does too, weaker or none is answered with a question). Filters may be
    given several times; --confirmation and --decision are for --json.
    """
    from policies.catalogue import Catalogue
    from policies.gate import Gate

    gate = Gate(_table(rules), Catalogue.load(), "matrix")
    if as_json:
        if html:
            raise click.UsageError("Give --json or --html, not both.")
        _rows(gate, only)
        return
    if only["evidence"] or only["outcomes"]:
        raise click.UsageError("--confirmation and --decision go with --json: a folded cell holds all evidence.")
    from policies import matrix as whole
    from policies import table

    lines = table.fold(table.cells(whole.rows(gate, _cases(gate.rules, only)), gate.rules))
    if html:
        from assistant.cli.matrix_page import page

        count = _write(html, page(lines))
        click.echo(f"{html}: {count} lines")
    else:
        _show(lines)


def _table(path: Path | None) -> "RuleTable":
    from policies.rules import RuleTable

    with _errors_named():
        return RuleTable.load(path)


@contextmanager
def _errors_named() -> Iterator[None]:
    from policies.source import DataError

    try:
        yield
    except DataError as error:
        raise CabinError(f"{error}\n`cabin policy check {error.file}` lists every problem", code="rules") from error


def _cases(rules: "RuleTable", only: dict[str, tuple[str, ...]]) -> Iterator["Case"]:
    """The cases that pass the filters on what is asked. Labels and classes are looked up once for each change."""
    from policies.matrix import cases, class_of
    from policies.table import label

    texts = [text.casefold() for text in only["texts"]]
    about, wanted = None, False
    for case in cases(rules):
        entry = rules[case.command.signal]
        if about is None or about.state is not case.state:
            name = label(case, entry).casefold()
            classed = not only["classes"] or class_of(entry, case) in only["classes"]
            placed = not only["motions"] or case.motion in only["motions"]
            about, wanted = case, classed and placed and (not texts or any(text in name for text in texts))
        if (
            wanted
            and (not only["origins"] or case.origin.means in only["origins"])
            and (not only["zones"] or case.origin.zone in only["zones"])
        ):
            yield case


def _rows(gate: Any, only: dict[str, tuple[str, ...]]) -> None:
    """One JSON object a row. Written without click, which would flush every one of several 100,000 lines."""
    from policies import matrix as whole
    from policies.table import label

    out = sys.stdout
    for row in whole.rows(gate, _cases(gate.rules, only)):
        case, decided = row.case, whole.outcome(row.decision)
        if only["evidence"] and case.confirmed not in only["evidence"]:
            continue
        if only["outcomes"] and decided not in only["outcomes"]:
            continue
        line = {
            "command": label(case, gate.rules[case.command.signal]),
            "class": row.cls,
            "origin": case.origin.means,
            "zone": case.origin.zone,
            "motion": case.motion,
            "confirmation": case.confirmed,
            "decision": decided,
            "rules": row.decision.rules,
        }
        out.write(json.dumps(line) + "\n")
    out.flush()


def _show(lines: Iterable[Any]) -> None:
    from policies.table import needs

    out = sys.stdout
    last = None
    for line in lines:
        if line.command != last:
            out.write(f"\n{line.command}  {line.cls or 'no rule'}\n")
            out.write(" " * 40 + "".join(f"{motion:<10}" for motion, _ in line.outcomes) + "rules\n")
            last = line.command
        got = "".join(f"{needs(outcomes):<10}" for _, outcomes in line.outcomes)
        out.write(f"  {line.who:<37} {got}{', '.join(line.rules)}\n")
    if last is None:
        out.write("Nothing passes these filters.\n")
    out.flush()


def _write(path: Path, parts: Iterable[str]) -> int:
    """Write the page; returns how many lines of the table it holds."""
    count = 0
    try:
        with path.open("w", encoding="utf-8") as out:
            for part in parts:
                count += part.startswith("<tr data")
                out.write(part)
    except OSError as error:
        raise CabinError(f"{path} cannot be written: {error.strerror}", code="storage") from error
    return count


# --- diff ---------------------------------------------------------------------------------------------------


@policy.command(
    epilog="\b\nExamples:\n  cabin policy diff old-rules.yaml new-rules.yaml\n"
    "  cabin policy diff --json old-rules.yaml new-rules.yaml"
)
@click.argument("old", type=A_FILE)
@click.argument("new", type=A_FILE)
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """What the rule table NEW decides differently from OLD, looser first.

    Looks at every row of both matrices. Exits with 1 when anything became looser, with 0 otherwise.
    """
    from policies.diff import difference

    found = difference(_table(old), _table(new))
    for one in found:
        if as_json:
            emit(_difference_as_json(one))
        else:
            for line in _difference_in_words(one):
                click.echo(line)
    if not found and not as_json:
        click.echo("Both decide the same.")
    if any(one.way == "looser" for one in found):
        sys.exit(1)


def _difference_as_json(one: "Difference") -> dict[str, Any]:
    return {
        "way": one.way,
        "before": one.before,
        "after": one.after,
        "commands": list(one.commands),
        "origins": list(one.means),
        "zones": list(one.zones),
        "motions": list(one.motions),
        "rows": one.rows,
    }


def _difference_in_words(one: "Difference") -> Iterator[str]:
    rows = f"{one.rows} rows" if one.rows else "every request"
    yield f"{one.way.upper():<8}  {one.before} -> {one.after}  {one.who}  ({rows})"
    yield from (f"          {command}" for command in one.commands[:COMMAND_SHOWN])
    if len(one.commands) > COMMAND_SHOWN:
        yield f"          and {len(one.commands) - COMMAND_SHOWN} more commands"
