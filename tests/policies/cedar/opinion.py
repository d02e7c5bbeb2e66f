"""The second opinion: what policies.cedar says of the same requests, asked in batches and always with its schema."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from cedarpy import AuthzResult, Entities, PolicySet, Schema, is_authorized_batch, validate_policies

from policies.catalogue import Catalogue, Signal
from policies.command import Command, Means, Modality, Origin, Value
from policies.motion import Motion

HERE = Path(__file__).parent
BATCH = 20_000

# The readings that the rules ask about: Cedar's word, our signal, and how old one may be (s).
READINGS: tuple[tuple[str, str, float], ...] = (
    ("airConditioning", "Vehicle.Cabin.HVAC.IsAirConditioningActive", float("inf")),
    ("windowLock", "Vehicle.Cabin.IsWindowChildLockEngaged", float("inf")),
    ("frontFog", "Vehicle.Body.Lights.Fog.Front.IsOn", float("inf")),
    ("rearFog", "Vehicle.Body.Lights.Fog.Rear.IsOn", float("inf")),
    ("rain", "Vehicle.Body.Raindetection.Intensity", 60.0),
)

Signature = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to Cedar. ``context`` is JSON.

    Cedar answers two requests with the same ``signature`` alike: it can tell signals apart by their groups and seat
    only, because no policy names a signal, and means only when a policy names them (``faults`` checks both).
    """

    principal: tuple[str, str]
    action: str
    resource: tuple[str, str]
    context: str

    @property
    def signature(self) -> Signature:
        kind, name = self.resource
        asked_by = next((one for one in Means if _by(one) in self.context and not _tells(one)), None)
        context = self.context if asked_by is None else self.context.replace(_by(asked_by), "")
        return self.principal[1], alike(name) if kind == "Signal" else name, context

    def as_cedar(self) -> dict[str, Any]:
        """In cedarpy's form."""
        return {
            "principal": {"type": self.principal[0], "id": self.principal[1]},
            "action": {"type": "Action", "id": self.action},
            "resource": {"type": self.resource[0], "id": self.resource[1]},
            "context": self.context,
        }


def policies() -> str:
    """The rules in Cedar."""
    return (HERE / "policies.cedar").read_text(encoding="utf-8")


def schema() -> str:
    """What they are checked against."""
    return (HERE / "cabin.cedarschema").read_text(encoding="utf-8")


def faults() -> list[str]:
    """What Cedar's strict validator has against the policies."""
    if 'Signal::"' in policies():
        return ["a policy names a single signal; name a group"]
    if policies().count("context.by") != policies().count('context.by == Means::"'):
        return ["a policy compares context.by with something else than one means"]
    result = validate_policies(policies(), schema())
    return [] if result.validation_passed else [f"{one.policy_id}: {one.error}" for one in result.errors]


@cache
def _tells(means: Means) -> bool:
    """Does a policy tell ``means`` from the others."""
    return f'Means::"{means}"' in policies()


@cache
def _by(means: Means) -> str:
    return json.dumps(_entity("Means", means))


@cache
def groups() -> dict[str, list[str]]:
    """The signals of each group, by hand-written pattern."""
    found: dict[str, list[str]] = {}
    for name, patterns in yaml.safe_load((HERE / "groups.yaml").read_text(encoding="utf-8")).items():
        for pattern in patterns:
            named = [path for path in Catalogue.load() if _fits(path, pattern)]
            if not named:
                raise ValueError(f"{name}: {pattern} names no signal")
            found.setdefault(name, []).extend(named)
    return found


def _fits(path: str, pattern: str) -> bool:
    steps, wanted = path.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(a in (b, "*") for a, b in zip(wanted, steps, strict=True))


@cache
def alike(path: str) -> str:
    """The same for all signals that Cedar cannot tell apart."""
    seat = Catalogue.load()[path].zone
    return " ".join([seat or "", *(group for group, paths in groups().items() if path in paths)])


@cache
def _parsed() -> tuple[PolicySet, Entities, Schema]:
    checked = Schema.from_str(schema())
    entities = [_signal(signal) for signal in Catalogue.load().values()]
    return (
        PolicySet.from_str(policies()),
        Entities.from_json_str(json.dumps(entities), checked),
        checked,
    )


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "uid": {"type": "Signal", "id": signal.path},
        "attrs": {} if signal.zone is None else {"seat": _entity("Zone", signal.zone)},
        "parents": [{"type": "Group", "id": group} for group, paths in groups().items() if signal.path in paths],
    }


def _entity(kind: str, name: str) -> dict[str, dict[str, str]]:
    return {"__entity": {"type": kind, "id": str(name)}}


def change(
    command: Command, origin: Origin, motion: Motion, confirmed: Modality, before: Value | None, world: dict[str, Value]
) -> Request:
    """May ``command`` happen. ``world``: the READINGS that are known, as they will be, by Cedar's word."""
    context: dict[str, Any] = {
        "by": _entity("Means", origin.means),
        "motion": _entity("Motion", motion),
        "confirmed": _entity("Evidence", confirmed),
        **world,
    }
    if isinstance(command.value, bool):
        context["on"] = command.value
    elif isinstance(command.value, str):
        context["word"] = command.value
    else:
        context["tenths"] = round(command.value * 10)
    if isinstance(before, int | float) and not isinstance(before, bool):
        context["nowTenths"] = round(before * 10)
    return Request(("Zone", origin.zone), "change", ("Signal", command.signal), json.dumps(context))


def be(motion: Motion, readings: dict[str, dict[str, Any]]) -> Request:
    """Is the car in ``motion``, by raw ``readings`` with their age."""
    return Request(("Car", "car"), "be", ("Motion", motion), json.dumps(readings))


def allowed(requests: Iterable[Request]) -> Iterator[bool]:
    """Cedar's answer to each. Anything but Allow with no errors is a refusal."""
    parsed, entities, checked = _parsed()
    waiting = iter(requests)
    while batch := list(islice(waiting, BATCH)):
        yield from (
            _yes(result) for result in is_authorized_batch([one.as_cedar() for one in batch], parsed, entities, checked)
        )


def _yes(result: AuthzResult) -> bool:
    return bool(result.allowed) and not result.diagnostics.errors
