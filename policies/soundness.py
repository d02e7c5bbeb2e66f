"""What makes a rule table unsound: each fault is an error that names file, line and rule."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from policies.catalogue import Catalogue
from policies.command import Modality, Zone
from policies.rule import MOTIONS, NEVER, STRENGTH, Caution, Class, Entry, Rate, Rule, RuleError, Span, named
from policies.source import Source, Where

Said = Rule | Caution | Rate
Kind = TypeVar("Kind", Rule, Caution, Rate)

_FASTER = tuple(pairwise(MOTIONS))
_MEANS_NOTHING = {Class.COMFORT, Class.FORBIDDEN}  # classes that ask back for nothing


class Soundness:
    """Puts a table in order by signal, or says what is wrong with it."""

    def __init__(self, source: Source, catalogue: Catalogue) -> None:
        self._source, self._catalogue = source, catalogue
        self._where: dict[str, Where] = {}

    def entries(self, rules: Sequence[Rule], cautions: Sequence[Caution], rates: Sequence[Rate]) -> dict[str, Entry]:
        """Everything that is said, by signal. Raises RuleError about the first fault."""
        self._ids({"rules": rules, "cautions": cautions, "rates": rates})
        for rule in rules:
            self._asked_of(rule)
        for caution in cautions:
            self._grows(caution)
        rules_of, cautions_of, rates_of = self._of(rules), self._of(cautions), self._of(rates)
        entries = {
            path: Entry(
                self._catalogue[path],
                tuple(own),
                tuple(cautions_of.pop(path, ())),
                tuple(rates_of.pop(path, ())),
            )
            for path, own in rules_of.items()
        }
        for path, (first, *_) in (cautions_of | rates_of).items():
            raise self._wrong(first, f"can never decide: no rule lets {path} be changed")
        for entry in entries.values():
            self._values(entry)
            self._overlaps(entry)
            self._reached(entry)
            self._speed(entry)
        return entries

    def _wrong(self, about: Said, message: str, key: str = "id") -> RuleError:
        where = (*self._where[about.id], key)
        return RuleError(self._source.file, self._source.line(where), f"rule '{about.id}'", message)

    def _ids(self, parts: Mapping[str, Sequence[Said]]) -> None:
        for part, said in parts.items():
            for index, one in enumerate(said):
                if one.id in self._where:
                    first = self._source.line(self._where[one.id])
                    self._where[one.id] = (part, index)
                    raise self._wrong(one, f"has the id of the rule in line {first}")
                self._where[one.id] = (part, index)

    def _of(self, said: Iterable[Kind]) -> dict[str, list[Kind]]:
        found: dict[str, list[Kind]] = {}
        for one in said:
            for pattern in one.signals:
                for path in self._named(one, pattern):
                    if one in found.setdefault(path, []):
                        raise self._wrong(one, f"names {path} twice", "signals")
                    found[path].append(one)
        return found

    def _named(self, one: Said, pattern: str) -> list[str]:
        try:
            return [signal.path for signal in named(pattern, self._catalogue)]
        except ValueError as cause:
            raise self._wrong(one, str(cause), "signals") from None

    def _asked_of(self, rule: Rule) -> None:
        """The class, the evidence and the askers of a rule fit each other."""
        if rule.confirm is not None:
            if rule.cls in _MEANS_NOTHING:
                raise self._wrong(rule, f"is {rule.cls}: there is nothing to confirm", "confirm")
            if rule.cls is Class.CRITICAL and STRENGTH[rule.confirm] < STRENGTH[Modality.TOUCH]:
                raise self._wrong(rule, f"is critical: {rule.confirm} alone cannot confirm it", "confirm")
            if rule.confirm is Modality.NONE:
                raise self._wrong(rule, "asks back, so it must say what confirms", "confirm")
        strangers = {Zone.OUTSIDE.value, Zone.UNKNOWN.value}.intersection(rule.who)
        if strangers and (rule.cls is not Class.COMFORT or len(rule.motion) < len(MOTIONS)):
            message = f"lets {' and '.join(sorted(strangers))} do more than harmless comfort in any motion"
            raise self._wrong(rule, message, "who")

    def _grows(self, caution: Caution) -> None:
        """A caution that goes when the car gets faster would let speed allow more."""
        for slower, faster in _FASTER:
            if slower in caution.motion and faster not in caution.motion:
                raise self._wrong(caution, f"applies when {slower} but not when {faster}", "motion")
        for condition in caution.when:
            signal = self._catalogue.get(condition.signal)
            if signal is None:
                raise self._wrong(caution, f"{condition.signal} is not in the catalogue", "when")
            try:
                signal.check(next(v for v in (condition.equals, condition.above, condition.at_most) if v is not None))
            except ValueError as cause:
                raise self._wrong(caution, str(cause), "when") from None

    def _values(self, entry: Entry) -> None:
        """Every value and bound that is named can be asked of the signal."""
        scopes: tuple[Rule | Caution, ...] = (*entry.rules, *entry.cautions)
        for scope in scopes:
            try:
                for value in scope.to if isinstance(scope.to, tuple) else ():
                    entry.signal.check(value)
            except ValueError as cause:
                raise self._wrong(scope, str(cause), "to") from None
            if isinstance(scope.to, Span) and not any(scope.to.covers(value) for value, _ in entry.changes()):
                raise self._wrong(scope, f"{entry.signal.path} has no such value: {entry.signal.range}", "to")

    def _overlaps(self, entry: Entry) -> None:
        changes = list(entry.changes())
        for one, other in combinations(entry.rules, 2):
            both = one.motion & other.motion
            for value, toward in changes:
                if both and one.covers(value, toward) and other.covers(value, toward):
                    message = f"overlaps with '{one.id}' on {entry.signal.path} = {value!r} ({min(both)})"
                    raise self._wrong(other, message)

    def _reached(self, entry: Entry) -> None:
        """Everything that is said can come to decide something."""
        changes = list(entry.changes())
        for rule in entry.rules:
            if not any(rule.covers(*change) for change in changes):
                raise self._wrong(rule, f"can never be reached on {entry.signal.path}")
            if "own" in rule.who and entry.signal.zone is None:
                raise self._wrong(rule, f"says own, but {entry.signal.path} belongs to no seat", "who")
        for caution in entry.cautions:
            raised = any(
                caution.covers(*change)
                and rule.covers(*change)
                and caution.motion & rule.motion
                and caution.evidence > rule.evidence
                for change in changes
                for rule in entry.rules
            )
            if not raised:
                raise self._wrong(caution, f"can never decide: every rule on {entry.signal.path} is as strict")

    def _speed(self, entry: Entry) -> None:
        """More speed never allows more, except where a rule says so by name."""
        if len(entry.rules) == 1 and len(entry.rules[0].motion) == len(MOTIONS):
            return
        for value, toward in entry.changes():
            by_motion = {m: r for r in entry.rules if r.covers(value, toward) for m in r.motion}
            for slower, faster in _FASTER:
                after = by_motion.get(faster)
                if after is None or after.eases is not None:
                    continue
                if _looser(after, by_motion.get(slower), entry):
                    message = f"allows {entry.signal.path} = {value!r} more when {faster} than when {slower}"
                    raise self._wrong(after, message + "; say why under eases", "motion")


def _looser(after: Rule, before: Rule | None, entry: Entry) -> bool:
    """Does ``after`` let anybody do what ``before`` does not."""
    if after.evidence >= NEVER:
        return False
    if before is None or before.evidence > after.evidence or not before.by >= after.by:
        return True
    return any(after.admits(zone, entry.signal) and not before.admits(zone, entry.signal) for zone in Zone)
