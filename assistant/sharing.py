"""The driver's consent, carried out: the car's state under a six-digit code for a quarter of an hour, every look
journalled.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import StorageError
from assistant.journal import entries
from assistant.journal.entries import Entry
from assistant.ports import Clock
from knowledge.answer import LiveReading
from knowledge.errors import KnowledgeError
from policies.command import Command, Means, Origin, Zone
from policies.decision import Allow

if TYPE_CHECKING:
    from assistant.cabin import Cabin
    from knowledge.support.cases import Look
    from knowledge.support.snapshot import Snapshot

SIGNAL = "Vehicle.Service.IsStateShared"
"""The switch that the driver touches; true while the state is shared."""

EVERY_S = 2.0
"""How often the shared state is renewed at most, and how long after its end a look that was just under way is waited
for."""

AGAIN_S = 30.0
"""How long is waited before a car that did not switch off is asked again."""


class SharedCases(Protocol):
    """Where snapshots go; ``knowledge.support.cases.Cases`` is one. All raise KnowledgeError when the disk fails."""

    def open(self, snapshot: "Snapshot") -> str: ...
    def renew(self, code: str, snapshot: "Snapshot") -> bool: ...
    def close(self, code: str) -> None: ...
    def mark(self, code: str) -> str: ...
    def looks(self, after: int = ..., mark: str | None = ...) -> "list[Look]": ...


class Sharing:
    """One car's sharing: begun by the driver's touch, ended by the driver or by time, whichever is first.

    ``cases`` is called when first needed. ``clock`` is the cabin's; ``wall`` tells seconds since 1970, which is what
    the desk, another process, compares with. Every method that returns records for the journal returns them once; when
    it raises StorageError instead, the next one returns them.
    """

    def __init__(
        self,
        cases: Callable[[], SharedCases],
        readings: Callable[[], Sequence[LiveReading]],
        clock: Clock,
        wall: Callable[[], float],
    ) -> None:
        self._cases, self._readings, self._clock, self._wall = cases, readings, clock, wall
        self.code = ""
        """Six digits while the state is shared, else empty."""
        self.ends_at = 0.0
        """When it ends, on the cabin's clock."""
        self.over = False
        """Is nothing shared any more, though the car's switch was left on: the cabin is to switch it off."""
        self.asked_at = float("-inf")
        """When the cabin last asked the car to switch it off, on its clock."""
        self._ending = ""  # who ended it, while the case could not be erased yet
        self._renewed_at = 0.0
        self._seen: dict[str, int] = {}  # by the mark of a case: the last look that was taken over
        self._late: dict[str, float] = {}  # by the mark of a case that is over: until when looks are waited for
        self._held: list[Entry] = []  # what the journal does not have yet

    @property
    def is_on(self) -> bool:
        return bool(self.code)

    def left(self) -> float:
        """Seconds until it ends, 0 when nothing is shared."""
        return max(0.0, self.ends_at - self._clock.now()) if self.is_on else 0.0

    def follow(self, reported: Mapping[str, Any]) -> list[Entry]:
        """Begin or end as the vehicle reports SIGNAL after a turn; returns what the journal keeps.

        Without SIGNAL in ``reported`` nothing changes. Raises StorageError when it cannot begin, and then nothing is
        shared and ``over`` is set; or when it cannot be erased, which is tried again at every ``renew``.
        """
        if SIGNAL not in reported:
            return []
        if not reported[SIGNAL]:
            self.over = False
            return self.end("driver")
        if not self.is_on or self._ending:
            self._begin()
        return self._noted()

    def renew(self) -> list[Entry]:
        """Called at every turn and now and then between: shares the car as it is now, ends when the time is over, and
        returns the looks since the last call and the end, for the journal. Raises StorageError when the disk fails.
        """
        now = self._clock.now()
        if self._ending:
            return self.end(self._ending)
        if self.is_on and now >= self.ends_at:
            return self.end("time")
        self._gather()
        if self.is_on and now - self._renewed_at >= EVERY_S:
            readings = self._readings()
            if any(each.name == SIGNAL and each.value is False for each in readings):
                return self.end("driver")  # switched off past us
            self._renewed_at = now
            if not self._ask(lambda cases: cases.renew(self.code, self._taken(readings))):
                return self.end("time")  # the desk's clock was faster
        return self._noted()

    def end(self, by: str) -> list[Entry]:
        """Erase what is shared, at once; ``by`` is driver, time or cabin. Returns what the journal keeps."""
        if not self.is_on:
            self._gather()
            return self._noted()
        self._ending = by
        self._ask(lambda cases: cases.close(self.code))
        mark = self._mark()
        self._late[mark] = self._wall() + EVERY_S
        self.code = self._ending = ""
        self.over = by != "driver"
        try:
            self._gather()
        finally:
            self._held.append(("sharing", {"shared": False, "by": by, "case": mark}))
        return self._noted()

    def _begin(self) -> None:
        from knowledge.support.cases import LASTS_S

        self.over, self.asked_at = True, float("-inf")  # until there is a case
        if self._ending:
            self.end(self._ending)
            self.over = True
        self.code = self._ask(lambda cases: cases.open(self._taken(self._readings())))
        self.over = False
        self._renewed_at = self._clock.now()
        self.ends_at = self._renewed_at + LASTS_S
        self._seen[self._mark()] = 0
        self._held.append(("sharing", {"shared": True, "by": "driver", "case": self._mark(), "seconds": LASTS_S}))

    def _gather(self) -> None:
        """Take over the looks that the journal does not have yet."""
        for mark, last in list(self._seen.items()):
            fresh: list[Look] = self._ask(lambda cases, mark=mark, last=last: cases.looks(last, mark))
            if fresh:
                self._seen[mark] = fresh[-1].number
            self._held += [("look", {"case": each.case_mark, "by": each.by, "looked_at": each.at}) for each in fresh]
            if self._late.get(mark, float("inf")) < self._wall():
                del self._seen[mark], self._late[mark]

    def _noted(self) -> list[Entry]:
        noted, self._held = self._held, []
        return noted

    def _taken(self, readings: Sequence[LiveReading]) -> "Snapshot":
        from knowledge.support.snapshot import take

        return take(readings, self._wall())

    def _mark(self) -> str:
        mark: str = self._ask(lambda cases: cases.mark(self.code))
        return mark

    def _ask(self, what: Callable[..., Any]) -> Any:
        try:
            return what(self._cases())
        except KnowledgeError as error:
            raise StorageError(f"The car's state cannot be shared: {error}") from error


async def switch_off(cabin: "Cabin") -> list[Entry]:
    """Where nothing is shared any more, the car's switch follows: the safe direction, with a permit like everything.

    Nobody asks for it now: it is decided like the least that a driver could do, a word, and recorded as nobody's. A
    challenge that waits for its answer is not replaced for it: then this is done after the next turn. Returns what the
    journal keeps.
    """
    sharing, now = cabin.sharing, cabin.clock.now()
    if not sharing.over or now - sharing.asked_at < AGAIN_S or cabin.gate.pending(now):
        return []
    sharing.asked_at = now
    seen, origin = cabin.vehicle.state(), Origin(Means.VOICE, Zone.DRIVER)
    decision = cabin.gate.request((Command(SIGNAL, False),), origin, seen, now)
    kind, fields = entries.decided(decision, origin, seen, now)
    noted: list[Entry] = [(kind, {**fields, "means": "none"})]
    if not isinstance(decision, Allow) or decision.permit is None:
        return noted
    noted.append(entries.permitted(decision.permit))
    reported, failed = await cabin.apply(decision.permit)
    sharing.over = reported.get(SIGNAL) is not False  # still on: asked again later
    return [*noted, entries.finished(decision.permit, reported, failed)]


async def kept_up(cabin: "Cabin") -> list[Entry]:
    """Between turns: renews what is shared, or ends it. Returns what the journal keeps; a disk that fails is told with
    the next turn.
    """
    noted: list[Entry] = []
    with suppress(StorageError):
        noted += cabin.sharing.renew()
    return noted + await switch_off(cabin)
