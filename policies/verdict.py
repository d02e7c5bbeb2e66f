"""What the rules say about one change: how much evidence it needs, or why no evidence will do."""

from collections.abc import Callable
from dataclasses import dataclass

from policies.catalogue import Toward
from policies.command import Origin, Value
from policies.motion import Motion
from policies.rule import INSIDE, MOTIONS, NEVER, Entry, Rule

Known = Callable[[str, float | None], Value | None]
"""The value of a signal, when it is known, in range, and no older than so many seconds (None: any age)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``needed`` is an index into EVIDENCE; NEVER is a refusal, and then ``code`` says why.

    ``rules`` are the ids that decided. ``when`` is the fastest motion in which it could be asked again.
    """

    needed: int
    rules: tuple[str, ...]
    because: str = ""
    code: str = ""
    when: Motion | None = None


def judge(entry: Entry, value: Value, origin: Origin, motion: Motion, before: Value | None, known: Known) -> Verdict:
    """The strictest verdict over the directions that the change may have, given ``before`` (None: unknown).

    ``known`` reads the conditions of cautions, as the car will be once all commands are done.
    """
    towards = entry.signal.toward(before, value)
    verdicts = [_judge(entry, value, toward, origin, motion, known) for toward in towards]
    return max(verdicts, key=lambda verdict: verdict.needed)


def _judge(entry: Entry, value: Value, toward: Toward, origin: Origin, motion: Motion, known: Known) -> Verdict:
    rules = [rule for rule in entry.rules if rule.covers(value, toward)]
    rule = next((rule for rule in rules if motion in rule.motion), None)
    if rule is None:
        return _elsewhere(entry, rules, origin, motion)
    if rule.evidence >= NEVER:
        return Verdict(NEVER, (rule.id,), rule.because, "forbidden")
    if origin.means not in rule.by:
        return Verdict(NEVER, (rule.id,), rule.because, "means")
    if not rule.admits(origin.zone, entry.signal):
        return Verdict(NEVER, (rule.id,), rule.because, "zone")
    needed, ids, because = rule.evidence, [rule.id], rule.because
    for caution in entry.cautions:
        if (
            motion in caution.motion
            and origin.zone in caution.zones
            and caution.covers(value, toward)
            and all(one.holds(known(one.signal, one.oldest)) for one in caution.when)
        ):
            ids.append(caution.id)
            if caution.evidence > needed:
                needed, because = caution.evidence, caution.because
    if needed >= NEVER:
        return Verdict(NEVER, tuple(ids), because, "caution")
    if needed and origin.zone not in INSIDE:
        return Verdict(NEVER, tuple(ids), because, "zone")
    return Verdict(needed, tuple(ids), because)


def _elsewhere(entry: Entry, rules: list[Rule], origin: Origin, motion: Motion) -> Verdict:
    """The refusal where no rule speaks about this motion: ``rules`` are those about other motions."""
    ids = tuple(rule.id for rule in rules)
    if not rules:
        return Verdict(NEVER, ("gate.unlisted",), code="unlisted")
    because = rules[0].because
    if all(origin.means not in rule.by for rule in rules):
        return Verdict(NEVER, ids, because, "means")
    mine = [rule for rule in rules if rule.admits(origin.zone, entry.signal)]
    if not mine:
        return Verdict(NEVER, ids, because, "zone")
    if motion is Motion.UNKNOWN:
        return Verdict(NEVER, ids, because, "state")
    when = max((m for rule in mine for m in rule.motion), key=MOTIONS.index)
    return Verdict(NEVER, ids, because, "motion", when)
