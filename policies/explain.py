"""Why the gate decides as it does about one request, what would confirm it, and what would help."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Confirm, Decision
from policies.gate import Gate
from policies.matrix import moving
from policies.motion import Motion, motion
from policies.rule import Class
from policies.state import Reading, VehicleState

_ASKABLE = (Zone.DRIVER, Zone.PASSENGER, Zone.REAR_LEFT, Zone.REAR_RIGHT)
_DRIVABLE = tuple(one for one in Motion if one is not Motion.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that decided, its class where it has one, and its own sentence."""

    rule: str
    cls: Class | None
    because: str


@dataclass(frozen=True, slots=True)
class Help:
    """A change of circumstances after which the same request fares better: what it would then take."""

    motions: tuple[Motion, ...]
    origin: Origin
    by: tuple[Modality, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """``helps`` are the smallest changes that would let a refused request happen; empty when nothing would."""

    decision: Decision
    motion: Motion
    reasons: tuple[Reason, ...]
    helps: tuple[Help, ...]


def explain(
    gate: Gate,
    commands: Sequence[Command],
    origin: Origin,
    state: VehicleState,
    now: float,
    confirmed: Modality = Modality.NONE,
) -> Explanation:
    """What ``gate`` decides about ``commands``, and why. Changes nothing."""
    decision = gate.decide(commands, origin, state, now, confirmed)
    reasons = tuple(_reason(gate, rule) for rule in decision.rules)
    better = isinstance(decision, Allow | Confirm)
    helps = () if better else tuple(_helps(gate, commands, origin, state, now))
    return Explanation(decision, motion(state, now), reasons, helps)


def _reason(gate: Gate, rule: str) -> Reason:
    """``rule`` may also be a coupling's id, or the gate's own: they have no class."""
    said = next((one for one in (*gate.rules.rules, *gate.rules.cautions) if one.id == rule), None)
    return Reason(rule, None, "") if said is None else Reason(rule, said.cls, said.because)


def _helps(gate: Gate, commands: Sequence[Command], origin: Origin, state: VehicleState, now: float) -> Iterator[Help]:
    """The ways to be let do it that change the fewest of: how the car moves, who asks, by what means."""
    is_now = motion(state, now)
    found: dict[tuple[Origin, tuple[Modality, ...]], tuple[int, list[Motion]]] = {}
    for when, zone, means in product(_DRIVABLE, _ASKABLE, Means):
        asker = Origin(means, zone)
        decision = gate.decide(commands, asker, _moved(state, when, now), now)
        if isinstance(decision, Allow | Confirm):
            by = decision.by if isinstance(decision, Confirm) else ()
            steps = (zone is not origin.zone) + (means is not origin.means) + (when is not is_now)
            fewest, motions = found.get((asker, by), (steps, []))
            if steps < fewest:
                motions = []
            if steps <= fewest:
                found[asker, by] = (steps, [*motions, when])
    fewest = min((steps for steps, _ in found.values()), default=0)
    for (asker, by), (steps, motions) in found.items():
        if steps == fewest:
            yield Help(tuple(motions), asker, by)


def _moved(state: VehicleState, when: Motion, now: float) -> VehicleState:
    """``state``, but for a car that moves like that, freshly seen."""
    seen = {path: Reading(reading.value, now) for path, reading in moving(when).items()}
    return VehicleState({**state.readings, **seen})
