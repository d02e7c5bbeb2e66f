"""The matrix folded for people: what evidence each change takes, by who asks, how, and how the car moves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, product

from policies.command import Means, Modality, Zone
from policies.matrix import Case, Row, outcome
from policies.motion import Motion
from policies.rule import INSIDE, Class, Entry

Asker = tuple[Means, Zone]
Outcomes = tuple[str, ...]
"""``allow``, ``confirm`` or ``refuse`` with each Modality offered, in that order."""

FREEDOM = {"refuse": 0, "confirm": 1, "allow": 2}

_WORDS: dict[Outcomes, str] = {
    ("allow",) * 4: "at once",
    ("confirm", "allow", "allow", "allow"): "voice",
    ("confirm", "confirm", "allow", "allow"): "touch",
    ("confirm", "confirm", "confirm", "allow"): "eye scan",
    ("refuse",) * 4: "no",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What four rows say that differ in the confirmation alone."""

    command: str
    cls: Class | None
    means: Means
    zone: Zone
    motion: Motion
    outcomes: Outcomes
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the folded table: these zones, by these means, get ``outcomes`` in each motion.

    ``rest``: it is about everybody whom no other line of the command names, and they get nothing.
    """

    command: str
    cls: Class | None
    means: tuple[Means, ...]
    zones: tuple[Zone, ...]
    outcomes: tuple[tuple[Motion, Outcomes], ...]
    rules: tuple[str, ...]
    rest: bool = False

    @property
    def who(self) -> str:
        """The askers in words: ``driver, passenger by voice, touch``."""
        if self.rest:
            return "anybody else"
        return f"{zones_said(self.zones)} by {means_said(self.means)}"


def label(case: Case, entry: Entry) -> str:
    """The command of ``case`` as ``SIGNAL=VALUE``, with what else tells it from others in brackets.

    ``safe`` or ``unsafe`` where the direction depends on where the actuator stands; the world where a caution asks.
    """
    value = case.command.value
    plain = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    more: list[str] = [case.toward] if len(entry.signal.toward(None, value)) > 1 else []
    if entry.cautions:
        more.append(case.world)
    return f"{case.command.signal}={plain}" + (f" ({', '.join(more)})" if more else "")


def needs(outcomes: Outcomes) -> str:
    """The least evidence that will do: at once, voice, touch, eye scan, no; anything odder is spelled out."""
    told = dict(zip(Modality, outcomes, strict=True))
    return _WORDS.get(outcomes) or " ".join(f"{offered}:{what}" for offered, what in told.items())


def cells(rows: Iterable[Row], entries: Mapping[str, Entry]) -> Iterator[Cell]:
    """The rows four by four. They must hold every Modality in turn, as ``matrix.rows`` gives them."""
    waiting = iter(rows)
    named: tuple[object, str] = (None, "")
    while four := list(islice(waiting, len(Modality))):
        case = four[0].case
        about = (case.command, case.toward, case.world)
        if named[0] != about:
            named = (about, label(case, entries[case.command.signal]))
        yield Cell(
            named[1],
            four[0].cls,
            case.origin.means,
            case.origin.zone,
            case.motion,
            tuple(outcome(row.decision) for row in four),
            tuple(dict.fromkeys(rule for row in four for rule in row.decision.rules)),
        )


def fold(every: Iterable[Cell]) -> Iterator[Line]:
    """Cells of one command after the other, as the fewest lines. Askers who get the same share a line."""
    for _, of_one in groupby(every, key=lambda cell: cell.command):
        yield from _fold_one(list(of_one))


def _fold_one(every: Sequence[Cell]) -> Iterator[Line]:
    asked: dict[Asker, list[Cell]] = {}
    for cell in every:
        asked.setdefault((cell.means, cell.zone), []).append(cell)
    alike: dict[tuple[object, ...], list[Asker]] = {}
    for who, got in asked.items():
        alike.setdefault(tuple((cell.motion, cell.outcomes) for cell in got), []).append(who)
    for askers in sorted(alike.values(), key=lambda several: _nothing(asked[several[0]])):
        if len(alike) > 1 and _nothing(asked[askers[0]]):
            yield _line([cell for one in askers for cell in asked[one]], rest=True)
            continue
        for means, zones in rectangles(askers):
            yield _line([cell for one in product(means, zones) for cell in asked[one]])


def _line(every: Sequence[Cell], rest: bool = False) -> Line:
    """``every`` cell of askers who get the same."""
    return Line(
        command=every[0].command,
        cls=max((cell.cls for cell in every if cell.cls is not None), key=list(Class).index, default=None),
        means=tuple(dict.fromkeys(cell.means for cell in every)),
        zones=tuple(dict.fromkeys(cell.zone for cell in every)),
        outcomes=tuple({cell.motion: cell.outcomes for cell in every}.items()),
        rules=tuple(dict.fromkeys(rule for cell in every for rule in cell.rules)),
        rest=rest,
    )


def _nothing(got: Sequence[Cell]) -> bool:
    return all(set(cell.outcomes) == {"refuse"} for cell in got)


def rectangles(askers: Iterable[Asker]) -> Iterator[tuple[tuple[Means, ...], tuple[Zone, ...]]]:
    """``askers`` as means x zones, each asker in exactly one."""
    by_zone: dict[Zone, list[Means]] = {}
    for means, zone in askers:
        by_zone.setdefault(zone, []).append(means)
    by_means: dict[tuple[Means, ...], list[Zone]] = {}
    for zone, several in by_zone.items():
        by_means.setdefault(tuple(several), []).append(zone)
    for several_means, zones in by_means.items():
        yield several_means, tuple(zones)


def zones_said(zones: Sequence[Zone]) -> str:
    """In words, the shortest way."""
    if set(zones) == set(Zone):
        return "anybody"
    if set(zones) > INSIDE:
        return ", ".join(["every seat", *(zone for zone in zones if zone not in INSIDE)])
    return "every seat" if set(zones) == INSIDE else ", ".join(zones)


def means_said(means: Sequence[Means]) -> str:
    """In words, the shortest way."""
    if set(means) == set(Means):
        return "any means"
    left = [one for one in Means if one not in means]
    return f"all but {left[0]}" if len(left) == 1 else ", ".join(means)
