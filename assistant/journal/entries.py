"""What a record of each kind holds: one function a kind, so that `report` can count what the cabin wrote.

Each gives (kind, fields) for ``Journal.append_many``. A turn itself is written by the cabin, kind ``turn``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from policies.command import Command, Modality, Origin, Value
from policies.decision import Allow, Challenge, Confirm, Decision
from policies.permit import Permit
from policies.state import VehicleState

Entry = tuple[str, Mapping[str, Any]]

Result = Literal["accepted", "refused", "expired", "cancelled", "replaced", "unknown"]
"""How a challenge ended: confirmed; answered by the wrong means or decided otherwise; too late; "no"; ..."""

ENDS: dict[str, Result] = {
    "expired": "expired",
    "cancelled": "cancelled",
    "replaced": "replaced",
    "unknown_challenge": "unknown",
}
"""The gate's codes for a challenge that is over; every other code is a refusal of its answer."""

SEEN = (
    "Vehicle.Speed",
    "Vehicle.IsMoving",
    "Vehicle.Powertrain.Transmission.CurrentGear",
    "Vehicle.Powertrain.Transmission.IsParkLockEngaged",
)
"""The state of every decision that is kept, beside the signals that it is about."""


def decided(decision: Decision, origin: Origin, state: VehicleState, now: float, changes: bool = True) -> Entry:
    """A decision with who asked, for what, and the state that was seen (value and age in seconds).

    Without ``changes`` all is already as was asked: nothing is asked back, and the verdict is "none".
    """
    verdict = "allow" if isinstance(decision, Allow) else "confirm" if isinstance(decision, Confirm) else "refuse"
    paths = dict.fromkeys((*SEEN, *(command.signal for command in decision.commands)))
    return "decision", {
        "decision": verdict if changes else "none",
        "rules": decision.rules,
        "says": decision.says,
        "code": getattr(decision, "code", None),
        "means": origin.means,
        "zone": origin.zone,
        "commands": _commands(decision.commands),
        "state": {path: {"value": state.get(path), "age": round(state.age(path, now), 3)} for path in paths},
    }


def challenged(challenge: Challenge) -> Entry:
    """A confirmation that was asked for, as the screen showed it."""
    return "challenge", {
        "challenge": challenge.id,
        "rules": challenge.rules,
        "by": challenge.by,
        "seconds": challenge.expires_at - challenge.asked_at,
        "changes": [{"signal": c.signal, "before": c.before, "after": c.after} for c in challenge.changes],
    }


def answered(challenge: str, by: Modality | str, result: Result, through: str = "") -> Entry:
    """How a challenge was answered, what came of it, and the name of the device that testified to the answer."""
    entry = {"challenge": challenge, "by": by, "result": result}
    return "answer", {**entry, "through": through} if through else entry


def result(decision: Decision) -> Result:
    """How a challenge ended, from what the gate made of its answer."""
    if isinstance(decision, Allow):
        return "accepted"
    code = getattr(decision, "code", "")
    return ENDS.get(code, "refused")


def permitted(permit: Permit, challenge: str | None = None) -> Entry:
    """A permit that was issued; written before the car acts."""
    return "permit", {"permit": permit.id, "commands": _commands(permit.commands), "challenge": challenge}


def finished(permit: Permit, reported: Mapping[str, Value] | None = None, problem: str | None = None) -> Entry:
    """What the car reported after a permit, or why it did not act."""
    reported = reported or {}
    achieved = problem is None and all(reported.get(c.signal) == c.value for c in permit.commands)
    return "outcome", {"permit": permit.id, "achieved": achieved, "applied": reported, "problem": problem}


def _commands(commands: Iterable[Command]) -> list[dict[str, Value]]:
    return [{"signal": command.signal, "value": command.value} for command in commands]
