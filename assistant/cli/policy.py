"""`cabin policy`: check, explain, enumerate and compare what may happen."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, json_option
from assistant.errors import CabinError

if TYPE_CHECKING:
    from policies.command import Command, Zone
    from policies.diff import Difference
    from policies.explain import Explanation
    from policies.matrix import Case
    from policies.rules import RuleTable
    from policies.state import VehicleState

ZONES = ("driver", "passenger", "rear_left", "rear_right", "outside", "unknown")
MEANS = ("voice", "touch", "button", "support", "tool")
MOTIONS = ("parked", "standing", "creeping", "moving", "fast", "unknown")
EVIDENCE = ("none", "voice", "touch", "biometric")
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


# --- explain ------------------------------------------------------------------------------------------------


@policy.command(
    epilog='\b\nExamples:\n  cabin policy explain "open the trunk" --speed 60\n'
    '  cabin policy explain "open my window" --speed 60 --zone rear_left --by voice\n'
    "  cabin policy explain Vehicle.Body.Trunk.Rear.IsOpen=true --confirmed touch\n"
    '  cabin policy explain "open the sunroof" --with Vehicle.Body.Raindetection.Intensity=30 --json'
)
@click.argument("command")
@click.option("--speed", type=float, default=0.0, show_default=True, help="How fast the car drives, in km/h.")
@click.option("--in-gear", is_flag=True, help="At speed 0: standing in gear instead of parked.")
@click.option("--zone", type=click.Choice(ZONES), default="driver", show_default=True, help="The seat that asks.")
@click.option("--by", "means", type=click.Choice(MEANS), default="voice", show_default=True, help="How it is asked.")
@click.option("--confirmed", type=click.Choice(EVIDENCE), default="none", show_default=True, help="Evidence at hand.")
@click.option("--with", "readings", multiple=True, metavar="SIGNAL=VALUE", help="What else the car reports.")
@json_option
def explain(
    command: str,
    speed: float,
    in_gear: bool,
    zone: str,
    means: str,
    confirmed: str,
    readings: tuple[str, ...],
    as_json: bool,
) -> None:
    """What is decided about COMMAND and why, what would confirm it, and what would help.

    COMMAND is a sentence, or SIGNAL=VALUE. The car is the simulated one, freshly seen at the given speed.
    """
    from policies.catalogue import Catalogue
    from policies.command import Means, Modality, Origin, Zone
    from policies.explain import explain as explained
    from policies.gate import Gate
    from policies.rules import RuleTable

    origin = Origin(Means(means), Zone(zone))
    commands, state, now = _asked(command, origin.zone)
    state = _driving(state, now, speed, in_gear, readings)
    gate = Gate(RuleTable.load(), Catalogue.load(), "explained")
    said = explained(gate, commands, origin, state, now, Modality(confirmed))
    if as_json:
        emit({"command": command, **_as_json(said)})
    else:
        for line in _in_words(command, said):
            click.echo(line)


def _asked(text: str, zone: "Zone") -> tuple[tuple["Command", ...], "VehicleState", float]:
    """The commands that ``text`` stands for, the simulated car's state, and the moment of it."""
    if re.match(r"Vehicle\.\S+\s*=", text):
        from assistant.clock import SimulatedClock
        from assistant.vehicle.simulated import SimulatedVehicle
        from policies.catalogue import Catalogue
        from policies.permit import Signer, Verifier

        clock = SimulatedClock()
        verifier = Verifier(Signer.fresh().public_key, "explained", started_at=clock.now())
        vehicle = SimulatedVehicle(clock, Catalogue.load(), verifier)
        return (_command(text),), vehicle.state(), clock.now()
    from assistant.bootstrap import Engines
    from assistant.settings import load

    cabin = Engines(load()).rig().cabin
    _, commands = cabin.understand(text, zone)
    if not commands:
        raise CabinError(f"{text!r} is no command that I understand; try SIGNAL=VALUE, or `cabin route` to see why")
    return commands, cabin.vehicle.state(), cabin.clock.now()


def _command(text: str) -> "Command":
    """``SIGNAL=VALUE`` as a command. The value is checked by the gate."""
    from policies.command import Command

    path, _, word = (part.strip() for part in text.partition("="))
    _known(path)
    return Command(path, _value(word))


def _known(path: str) -> None:
    import difflib

    from policies.catalogue import Catalogue

    if path not in Catalogue.load():
        near = difflib.get_close_matches(path, Catalogue.load(), 1, 0)
        raise CabinError(f"there is no signal {path}; the nearest is {near[0]}")


def _value(word: str) -> bool | int | float | str:
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _driving(state: "VehicleState", now: float, speed: float, in_gear: bool, readings: Iterable[str]) -> "VehicleState":
    """``state`` for a car at ``speed`` (km/h) that also reports ``readings``."""
    from policies.catalogue import Catalogue
    from policies.motion import PARK_LOCK, PARKING_BRAKE, SPEED
    from policies.state import Reading, VehicleState

    still = speed == 0 and not in_gear
    seen = {SPEED: Reading(speed, now), PARK_LOCK: Reading(still, now), PARKING_BRAKE: Reading(still, now)}
    for text in readings:
        if "=" not in text:
            raise click.UsageError(f"--with takes SIGNAL=VALUE, not {text!r}.")
        reported = _command(text)
        try:
            seen[reported.signal] = Reading(Catalogue.load()[reported.signal].check(reported.value), now)
        except ValueError as error:
            raise click.UsageError(f"--with {text}: {error}.") from error
    return VehicleState({**state.readings, **seen})


def _as_json(said: "Explanation") -> dict[str, Any]:
    from policies.decision import Confirm, Refuse
    from policies.matrix import outcome

    decision = said.decision
    return {
        "commands": [{"signal": one.signal, "value": one.value} for one in decision.commands],
        "motion": said.motion,
        "decision": outcome(decision),
        "code": decision.code if isinstance(decision, Refuse) else None,
        "says": decision.says,
        "by": list(decision.by) if isinstance(decision, Confirm) else [],
        "rules": [{"id": one.rule, "class": one.cls, "because": one.because} for one in said.reasons],
        "helps": [
            {"motion": list(one.motions), "zone": one.origin.zone, "origin": one.origin.means, "by": list(one.by)}
            for one in said.helps
        ],
    }


def _in_words(command: str, said: "Explanation") -> Iterator[str]:
    row = _as_json(said)
    yield f"{command} ({row['motion']}): {str(row['decision']).upper()}"
    for one in row["commands"]:
        yield f"  {one['signal']} = {_plain(one['value'])}"
    yield f"  says      {row['says']}"
    for one in row["rules"]:
        about = f"{one['class']}: {one['because']}" if one["because"] else one["class"] or ""
        yield f"  rule      {one['id']}  {about}".rstrip()
    if row["by"]:
        yield f"  confirm   {' or '.join(row['by'])}"
    for one in row["helps"]:
        needed = f"after {' or '.join(one['by'])}" if one["by"] else "at once"
        yield f"  would do  {' or '.join(one['motion'])}, {one['zone']} by {one['origin']}: {needed}"
    if row["decision"] == "refuse" and not row["helps"]:
        yield "  would do  nothing: no speed, seat or evidence lets an assistant do this"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
