"""What two rule tables decide differently over the whole input space: who gets more, and who gets less."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from policies.catalogue import Catalogue
from policies.command import Means, Modality, Zone
from policies.couplings import Contradiction, Couplings
from policies.gate import Gate
from policies.matrix import Case, Sight, cases, outcome
from policies.motion import Motion
from policies.rule import Entry, Rate
from policies.rules import RuleTable
from policies.table import FREEDOM, Asker, label, means_said, needs, rectangles, zones_said

Way = Literal["looser", "stricter"]
_Change = tuple[Way, str, str, str]  # from what, to what, of which command
_Cells = dict[Asker, dict[Motion, int]]  # the rows that differ


@dataclass(frozen=True, slots=True)
class Difference:
    """These commands took ``before`` and now take ``after``, when asked for by these askers in these motions.

    ``rows`` of the matrix differ; none where it is not about decisions but about answers or rates, which hold for
    every asker and motion.
    """

    way: Way
    before: str
    after: str
    commands: tuple[str, ...]
    means: tuple[Means, ...] = tuple(Means)
    zones: tuple[Zone, ...] = tuple(Zone)
    motions: tuple[Motion, ...] = tuple(Motion)
    rows: int = 0

    @property
    def who(self) -> str:
        """The askers and motions in words: ``driver by any means, parked``."""
        motions = "any motion" if len(self.motions) == len(Motion) else ", ".join(self.motions)
        return f"{zones_said(self.zones)} by {means_said(self.means)}, {motions}"


def difference(old: RuleTable, new: RuleTable, catalogue: Catalogue | None = None) -> list[Difference]:
    """All differences, the looser ones first, then by how many rows they are."""
    known = Catalogue.load() if catalogue is None else catalogue
    gates = Gate(old, known, "old"), Gate(new, known, "new")
    changes: dict[_Change, _Cells] = {}
    paths = dict.fromkeys((*old, *new))
    differ = {path for path in paths if _said(path, old) != _said(path, new)}
    for path in paths if differ else ():
        if path in differ or _brings(path, old, differ):
            _compare(path, gates, changes)
    found = [*_folded(changes), *_answers(old, new), *_rates(old, new)]
    return sorted(found, key=lambda one: (one.way != "looser", -one.rows))


def _brings(path: str, rules: RuleTable, differ: set[str]) -> bool:
    """Can a change of ``path`` bring one of a signal in ``differ``."""
    couplings = Couplings.load()
    one_asker = islice(
        cases(rules, sights=(Sight.FRESH,), signals=[path]), 0, None, len(Modality) * len(Means) * len(Zone)
    )
    for case in one_asker:
        with suppress(Contradiction):
            if any(one.signal in differ for one in couplings.complete((case.command,), case.state)):
                return True
    return False


def _said(path: str, rules: RuleTable) -> object:
    entry = rules.get(path)
    return None if entry is None else (entry.rules, entry.cautions)


def _compare(path: str, gates: tuple[Gate, Gate], changes: dict[_Change, _Cells]) -> None:
    """Note what the gates decide differently about ``path``."""
    every = _cases(path, gates[0].rules, gates[1].rules)
    entry = max((gate.rules[path] for gate in gates if path in gate.rules), key=lambda one: len(one.cautions))
    while four := list(islice(every, len(Modality))):
        before, after = (tuple(outcome(case.decide(gate)) for case in four) for gate in gates)
        rows = sum(was != now for was, now in zip(before, after, strict=True))
        if not rows:
            continue
        grown = any(FREEDOM[now] > FREEDOM[was] for was, now in zip(before, after, strict=True))
        change: _Change = ("looser" if grown else "stricter", needs(before), needs(after), label(four[0], entry))
        motions = changes.setdefault(change, {}).setdefault((four[0].origin.means, four[0].origin.zone), {})
        motions[four[0].motion] = motions.get(four[0].motion, 0) + rows


def _cases(path: str, old: RuleTable, new: RuleTable) -> Iterator[Case]:
    """Every case that either table tells apart, with all evidence in turn.

    First of the table with more cautions, because it tells the worlds apart that the other may take for one.
    """
    seen: set[object] = set()
    both = [rules for rules in (new, old) if path in rules]
    for rules in sorted(both, key=lambda one: -len(one[path].cautions)):
        mine: set[object] = set()
        for case in cases(rules, signals=[path]):
            readings = tuple((name, reading.value) for name, reading in case.state.readings.items())
            key = (repr(case.command.value), case.toward, readings)
            if key not in seen:
                mine.add(key)
                yield case
        seen |= mine


def _folded(changes: dict[_Change, _Cells]) -> Iterator[Difference]:
    """As few differences as hold all changes: motions together, then askers, then commands."""
    alike: dict[tuple[object, ...], list[tuple[_Change, _Cells]]] = {}
    for change, cells in changes.items():
        shape = frozenset((asker, tuple(motions)) for asker, motions in cells.items())
        alike.setdefault((*change[:3], shape), []).append((change, cells))
    for several in alike.values():
        way, before, after, _ = several[0][0]
        by_motions: dict[tuple[Motion, ...], list[Asker]] = {}
        for asker, motions in several[0][1].items():
            by_motions.setdefault(tuple(motions), []).append(asker)
        for when, askers in by_motions.items():
            for means, zones in rectangles(askers):
                rows = sum(
                    cells[one, zone][motion]
                    for _, cells in several
                    for one in means
                    for zone in zones
                    for motion in when
                )
                commands = tuple(change[3] for change, _ in several)
                yield Difference(way, before, after, commands, means, zones, when, rows)


def _answers(old: RuleTable, new: RuleTable) -> Iterator[Difference]:
    """Who may answer a challenge."""
    for kind in ("attention", "critical"):
        before, after = getattr(old.answers, kind), getattr(new.answers, kind)
        if before != after:
            way: Way = "stricter" if after < before else "looser"
            yield Difference(way, _listed(before), _listed(after), (f"who answers a challenge: {kind}",))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _rates(old: RuleTable, new: RuleTable) -> Iterator[Difference]:
    """How often an actuator may move."""
    alike: dict[tuple[Way, str, str], list[str]] = {}
    for path in dict.fromkeys((*old, *new)):
        before, after = (_paces(rules.get(path)) for rules in (old, new))
        if before == after:
            continue
        held = all(any(now[0] <= moves and now[1] >= within for now in after) for moves, within in before)
        change: tuple[Way, str, str] = ("stricter" if held else "looser", _paced(before), _paced(after))
        alike.setdefault(change, []).append(f"{path} (how often)")
    for (way, was, now_is), commands in alike.items():
        yield Difference(way, was, now_is, tuple(commands))


def _paces(entry: Entry | None) -> frozenset[tuple[int, float]]:
    rates: tuple[Rate, ...] = () if entry is None else entry.rates
    return frozenset((rate.moves, rate.within) for rate in rates)


def _paced(paces: Iterable[tuple[int, float]]) -> str:
    return " and ".join(f"{moves} times in {within:g} s" for moves, within in sorted(paces)) or "no limit"
