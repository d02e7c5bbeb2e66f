"""What the cabin remembers between turns: the last requests, what they changed, the last reply, open questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from intents.dialogue import Dialogue
from intents.intent import Intent
from intents.preferences import Preference
from policies.command import Command, Value, Zone
from policies.decision import Change, Decision
from policies.state import VehicleState

OPEN_FOR_S = 20.0
"""A question of ours waits this long for its answer, in seconds; a driver's glance away and back is under 10."""

KEPT = 8
"""Requests that can be undone or referred to."""

OCCUPANCY = {
    "driver": "Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus",
    "passenger": "Vehicle.Cabin.Seat.Row1.PassengerSide.OccupancyStatus",
    "rear_left": "Vehicle.Cabin.Seat.Row2.DriverSide.OccupancyStatus",
    "rear_right": "Vehicle.Cabin.Seat.Row2.PassengerSide.OccupancyStatus",
}


@dataclass
class Memory:
    """The dialogue so far. One per cabin; a reset makes a new one."""

    said: str = ""
    rest: str = ""
    """What a reply left out because the car moved; told on request when it is parked."""
    decision: Decision | None = None
    question: str = ""
    steps: tuple[str, ...] = ()
    """What is still to be read of an answer that is told step by step."""
    done: list[Intent] = field(default_factory=list)
    changes: list[tuple[Change, ...]] = field(default_factory=list)
    asked_back: Intent | None = None
    asked_back_at: float = float("-inf")
    awaiting: tuple[Intent, ...] = ()

    def dialogue(self, zone: Zone, state: VehicleState, now: float, liked: tuple[Preference, ...] = ()) -> Dialogue:
        """What the router may know of this moment; ``liked`` is what the driver likes."""
        waiting = self.asked_back if now - self.asked_back_at <= OPEN_FOR_S else None
        return Dialogue(
            zone=cast(Literal["driver"], zone.value),  # the same words in both leaves
            occupied=frozenset(seat for seat, path in OCCUPANCY.items() if state.get(path) == "OCCUPIED"),
            values={path: r.value for path, r in state.readings.items() if not isinstance(r.value, tuple)},
            last=tuple(self.done),
            pending=waiting,
            preferences=liked,
        )

    def ask_back(self, intent: Intent, now: float) -> None:
        """Hold ``intent`` open until its missing slot is named."""
        self.asked_back, self.asked_back_at = intent, now

    def close_question(self) -> None:
        self.asked_back = None

    def carried_out(self, intents: tuple[Intent, ...], before: VehicleState, applied: Mapping[str, Value]) -> None:
        """Keep what was done, and how it was before, so that it can be referred to and undone.

        An undo that was carried out takes the place of what it put back.
        """
        self.done = [*self.done, *intents][-KEPT:]
        changes = tuple(
            Change(path, value if not isinstance(value := before.get(path), tuple) else None, after)
            for path, after in applied.items()
            if before.get(path) != after
        )
        earlier = self.changes[:-1] if any(intent.name == "Undo" for intent in intents) else self.changes
        self.changes = [*earlier, changes][-KEPT:] if changes else earlier

    def undo(self) -> tuple[Command, ...]:
        """The commands that put back the last change; empty when there is none. It is kept until that is done."""
        if not self.changes:
            return ()
        return tuple(Command(c.signal, c.before) for c in self.changes[-1] if c.before is not None)
