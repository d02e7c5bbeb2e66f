"""Every problem of the data that the gate works by, not only the first one that loading stops at."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from policies import couplings, restrictions, wording
from policies import rules as rule_table
from policies.catalogue import HERE as CATALOGUE
from policies.catalogue import Catalogue
from policies.couplings import Couplings
from policies.motion import Motion
from policies.rule import RuleError, named
from policies.rules import Table
from policies.soundness import Soundness
from policies.source import DataError, Source, Where
from policies.wording import Wording

SHIPPED = (CATALOGUE, rule_table.HERE, couplings.HERE, restrictions.HERE, wording.HERE)

_PARTS = ("rules", "cautions", "rates")
# What a file is about, by a key that only this kind has.
_KINDS: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("couplings", Couplings.load),
    ("motions", lambda path: restrictions.restrictions(Motion.PARKED, path)),
    ("refuse", Wording.load),
)


def problems(path: Path) -> Iterator[DataError]:
    """What is wrong with the file at ``path``: of a rule table everything, of any other file the first thing.

    Which kind of file it is, its keys say; one that has none of them is checked as a rule table.
    """
    try:
        source = Source.read(path, RuleError)
    except DataError as error:
        yield error
        return
    keys = source.data if isinstance(source.data, dict) else {}
    load = next((load for key, load in _KINDS if key in keys), None)
    if load is None and keys and all(str(key).startswith("Vehicle.") for key in keys):
        load = Catalogue.load
    if load is None:
        yield from _of_rules(source)
        return
    try:
        load(path)
    except DataError as error:
        yield error


def _of_rules(source: Source) -> Iterator[DataError]:
    """Each entry that is wrong is named, taken out, and the rest is looked at again.

    What may be wrong only because an entry was taken out is not named: it shows once that entry is right.
    """
    taken: set[str] = set()
    while True:
        table = None
        try:
            table = source.fill(Table)
            Soundness(source, Catalogue.load()).entries(table.rules, table.cautions, table.rates)
            return
        except DataError as error:
            at = _entry(source, error.line)
            signals = _signals(source, at)
            emptied = bool(taken) and not source.data.get("rules")
            if not emptied and (table is None or not signals & taken):
                yield error
            if at is None:
                return
            taken |= signals
            source = _without(source, *at)


def _entry(source: Source, line: int) -> tuple[str, int] | None:
    """The rule, caution or rate that ``line`` lies in; None when it lies in none."""
    last = max((at for at, where in source.lines.items() if where <= line), key=source.lines.__getitem__, default=())
    part, index = (*last, None, None)[:2]
    return (part, index) if part in _PARTS and isinstance(index, int) else None


def _signals(source: Source, at: tuple[str, int] | None) -> set[str]:
    """The paths that the entry at ``at`` names, as far as it names any."""
    entry = None if at is None else source.data[at[0]][at[1]]
    patterns = entry.get("signals", ()) if isinstance(entry, dict) else ()
    found: set[str] = set()
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        with suppress(ValueError):
            found |= {signal.path for signal in named(str(pattern), Catalogue.load())}
    return found


def _without(source: Source, part: str, index: int) -> Source:
    """``source`` less one entry. The others keep their lines."""
    lines: dict[Where, int] = {}
    for where, line in source.lines.items():
        if where[:2] == (part, index):
            continue
        if where[:1] == (part,) and len(where) > 1 and isinstance(where[1], int) and where[1] > index:
            where = (part, where[1] - 1, *where[2:])
        lines[where] = line
    entries = [entry for at, entry in enumerate(source.data[part]) if at != index]
    return replace(source, data={**source.data, part: entries}, lines=lines)
