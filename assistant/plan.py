"""From what was meant to commands: absolute, bounded values in the catalogue's units."""

import math
from collections.abc import Iterable

from assistant.units import UnitError, convert, convert_difference
from intents.intent import Ask, Intent
from policies.catalogue import Catalogue, Signal
from policies.command import Command, Value
from policies.state import VehicleState


class PlanError(Exception):
    """A request that cannot become a command. ``key`` names the wording, ``slots`` fill it."""

    def __init__(self, key: str, **slots: object) -> None:
        super().__init__(key)
        self.key = key
        self.slots = slots


def plan(intent: Intent, state: VehicleState, catalogue: Catalogue) -> tuple[Command, ...]:
    """The commands that ``intent`` asks for, on the car as it is now.

    Raises PlanError: ``not_equipped`` (this car has no such signal), ``out_of_range`` (with the range), ``unknown_now``
    (a relative request while the present value is unknown), ``already`` (a step beyond the end of the range).
    """
    return tuple(_commands(intent.asks, state, catalogue))


def _commands(asks: Iterable[Ask], state: VehicleState, catalogue: Catalogue) -> Iterable[Command]:
    at_end: list[Command] = []
    moved = False
    for ask in asks:
        if ask.signal not in catalogue or ask.signal not in state.readings:
            raise PlanError("not_equipped", signal=ask.signal)
        signal = catalogue[ask.signal]
        now = state.get(ask.signal)
        try:
            value = _absolute(ask, signal, now if not isinstance(now, tuple) else None)
        except (UnitError, ValueError) as error:
            raise PlanError("out_of_range", signal=signal.path, problem=str(error)) from error
        command = Command(ask.signal, value)
        if ask.how in ("by", "scale") and value == now:
            at_end.append(command)
            continue
        moved = True
        yield command
    if at_end and not moved:
        raise PlanError("already", signal=at_end[0].signal, value=at_end[0].value)


def _absolute(ask: Ask, signal: Signal, now: Value | None) -> Value:
    if ask.how in ("least", "most"):
        end = signal.minimum if ask.how == "least" else signal.maximum
        if end is None:
            raise PlanError("out_of_range", signal=signal.path, problem="it has no end to go to")
        return _fit(signal, end)
    if ask.how == "set":
        if ask.value is None:
            raise PlanError("out_of_range", signal=signal.path, problem="no value was named")
        return _fit(signal, convert(ask.value, ask.unit, signal.unit))
    if now is None:
        raise PlanError("unknown_now", signal=signal.path)
    if ask.how == "toggle":
        if not isinstance(now, bool):
            raise PlanError("out_of_range", signal=signal.path, problem="it is not a switch")
        return _fit(signal, not now)
    if isinstance(now, str | bool) or not isinstance(ask.value, int | float):
        raise PlanError("out_of_range", signal=signal.path, problem="it has no steps")
    scaled = ask.how == "scale"
    wanted = now * ask.value if scaled else now + convert_difference(ask.value, ask.unit, signal.unit)
    return _fit(signal, _within(wanted, signal))


def _within(wanted: float, signal: Signal) -> float:
    """A relative request stops at the end of the range; only an absolute one can be out of it."""
    low = float("-inf") if signal.minimum is None else signal.minimum
    high = float("inf") if signal.maximum is None else signal.maximum
    return min(max(wanted, low), high)


def _fit(signal: Signal, value: Value) -> Value:
    """``value`` checked; a third of a window is a whole number of percent. Raises ValueError with the range."""
    if isinstance(value, float) and "int" in signal.type and math.isfinite(value):
        value = round(value)
    return signal.check(value)
