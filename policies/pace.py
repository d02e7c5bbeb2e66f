"""How often each actuator left its safe value lately: motors and latches need time to follow."""

from collections import deque
from collections.abc import Iterable

from policies.command import Command
from policies.rule import Rate
from policies.rules import RuleTable
from policies.state import VehicleState


class Pace:
    """Remembers granted moves, no more of them than the rates ask for."""

    def __init__(self, rules: RuleTable) -> None:
        self._rules = rules
        self._moves: dict[str, deque[float]] = {}

    def held(self, commands: Iterable[Command], state: VehicleState, now: float) -> tuple[Rate, Command] | None:
        """The first rate that ``commands`` at ``now`` (s) would break, and by which command."""
        for command, rate in self._rated(commands, state):
            moves = self._moves.get(command.signal, ())
            if sum(1 for moved in moves if 0 <= now - moved < rate.within) >= rate.moves:
                return rate, command
        return None

    def note(self, commands: Iterable[Command], state: VehicleState, now: float) -> None:
        """``commands`` were granted at ``now``."""
        for command, rate in self._rated(commands, state):
            kept = self._moves.setdefault(command.signal, deque(maxlen=rate.moves))
            kept.append(now)

    def _rated(self, commands: Iterable[Command], state: VehicleState) -> Iterable[tuple[Command, Rate]]:
        for command in commands:
            entry = self._rules[command.signal]
            if entry.rates and "unsafe" in entry.signal.toward(state.get(command.signal), command.value):
                yield from ((command, rate) for rate in entry.rates)
