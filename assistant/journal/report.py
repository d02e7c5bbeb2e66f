"""What a governance committee reads of a journal: counts by rule and by month, refusals, overrides, time-outs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from assistant.journal.record import Record

CHALLENGE_S = 8.0  # a challenge's life where its record does not say


@dataclass
class Month:
    """What happened in one month. ``confirmed`` counts challenges that a person answered with yes: overrides of what
    the assistant would not do by itself; ``failed`` permits whose outcome was not what was asked."""

    month: str
    turns: int = 0
    allowed: int = 0
    asked: int = 0
    refused: int = 0
    confirmed: int = 0
    timed_out: int = 0
    not_confirmed: int = 0
    failed: int = 0


@dataclass
class Rule:
    """How often a rule decided, and what."""

    rule: str
    allow: int = 0
    confirm: int = 0
    refuse: int = 0

    @property
    def total(self) -> int:
        return self.allow + self.confirm + self.refuse


@dataclass
class Report:
    """``refusals`` counts by code, ``overrides`` by the means of the confirmation; ``unfinished`` are permits without
    an outcome, as a cabin leaves them that went down before the car had reported."""

    records: int = 0
    first: str = ""
    last: str = ""
    months: list[Month] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    overrides: dict[str, int] = field(default_factory=dict)
    unfinished: int = 0

    def summary(self) -> str:
        """How much there is, from when to when, and what was left unfinished, in a sentence or two."""
        told = f"{self.records} records from {self.first or 'none'} to {self.last or 'none'}."
        if self.unfinished:
            told += f" Permits without an outcome: {self.unfinished}; the car may have acted. None is redone."
        return told

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


@dataclass
class _Pending:
    asked: Record
    life: float
    refused: bool = False  # answered by the wrong means; the right one may still come

    def late(self, moment: str) -> bool:
        return _seconds(moment) - _seconds(self.asked.at) >= self.life


class _Tally:
    """Counts record by record; a challenge counts in the month in which it was asked."""

    def __init__(self) -> None:
        self.report = Report()
        self.months: dict[str, Month] = {}
        self.rules: dict[str, Rule] = {}
        self.refusals: Counter[str] = Counter()
        self.overrides: Counter[str] = Counter()
        self.pending: dict[str, _Pending] = {}
        self.permits: set[str] = set()

    def month(self, record: Record) -> Month:
        name = record.at[:7]
        return self.months.setdefault(name, Month(name))

    def add(self, record: Record) -> None:
        self.report.records += 1
        self.report.first = self.report.first or record.at
        self.report.last = record.at
        self.month(record)
        if count := getattr(self, f"_{record.kind}", None):
            count(record)

    def _turn(self, record: Record) -> None:
        self.month(record).turns += 1

    def _decision(self, record: Record) -> None:
        month, verdict = self.month(record), record.fields.get("decision")
        if verdict not in ("allow", "confirm", "refuse"):
            return
        month.allowed += verdict == "allow"
        month.asked += verdict == "confirm"
        month.refused += verdict == "refuse"
        for name in record.fields.get("rules") or ():
            rule = self.rules.setdefault(str(name), Rule(str(name)))
            setattr(rule, verdict, getattr(rule, verdict) + 1)
        if verdict == "refuse":
            self.refusals[str(record.fields.get("code") or "none")] += 1

    def _challenge(self, record: Record) -> None:
        self._close(record.at)  # one at a time: a new one replaces what was still pending
        told = record.fields.get("seconds")
        life = told if isinstance(told, int | float) else CHALLENGE_S
        self.pending[str(record.fields.get("challenge"))] = _Pending(record, life)

    def _answer(self, record: Record) -> None:
        key, result = str(record.fields.get("challenge")), record.fields.get("result")
        asked = self.pending.get(key)
        if asked is not None and result == "refused":
            asked.refused = True
            return
        month = self.month(asked.asked if asked else record)
        self.pending.pop(key, None)
        if result == "accepted":
            month.confirmed += 1
            self.overrides[str(record.fields.get("by") or "unknown")] += 1
        elif asked is not None and result == "expired" and not asked.refused:
            month.timed_out += 1
        elif asked is not None:
            month.not_confirmed += 1

    def _permit(self, record: Record) -> None:
        self.permits.add(str(record.fields.get("permit")))

    def _outcome(self, record: Record) -> None:
        self.permits.discard(str(record.fields.get("permit")))
        self.month(record).failed += not record.fields.get("achieved")

    def _close(self, moment: str) -> None:
        for key, pending in list(self.pending.items()):
            month = self.month(pending.asked)
            if pending.late(moment) and not pending.refused:
                month.timed_out += 1
            else:
                month.not_confirmed += 1
            del self.pending[key]

    def finish(self, now: str) -> Report:
        for key in [key for key, pending in self.pending.items() if not pending.late(now)]:
            del self.pending[key]  # still open: neither answered nor timed out
        self._close(now)
        self.report.months = [self.months[name] for name in sorted(self.months)]
        self.report.rules = sorted(self.rules.values(), key=lambda rule: (-rule.total, rule.rule))
        self.report.refusals = dict(self.refusals.most_common())
        self.report.overrides = dict(self.overrides.most_common())
        self.report.unfinished = len(self.permits)
        return self.report


def report(records: Iterable[Record], now: str, since: str = "", until: str = "9999") -> Report:
    """Count ``records`` from month ``since`` to month ``until`` ("2026-01"), both included. ``now`` (ISO 8601, UTC)
    tells a challenge that is still open from one that nobody answered."""
    tally = _Tally()
    for record in records:
        if since <= record.at[:7] <= until:
            tally.add(record)
    return tally.finish(now)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
