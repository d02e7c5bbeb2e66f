"""The driver's consent, carried out: the car's state under a six-digit code for a quarter of an hour, every look
journalled.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import StorageError
from assistant.journal.entries import Entry
from assistant.ports import Clock
from knowledge.answer import LiveReading
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from knowledge.support.cases import Look
    from knowledge.support.snapshot import Snapshot

SIGNAL = "Vehicle.Service.IsStateShared"
"""The switch that the driver touches; true while the state is shared."""

EVERY_S = 2.0
"""How often the shared state is renewed at most."""


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
    the desk, another process, compares with.
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
        self._renewed_at = 0.0
        self._seen = 0

    @property
    def is_on(self) -> bool:
        return bool(self.code)

    def follow(self, reported: Mapping[str, Any]) -> list[Entry]:
        """Begin or end as the vehicle reports SIGNAL after a turn; returns what the journal keeps.

        Without SIGNAL in ``reported`` nothing changes. Raises StorageError when it cannot begin; then nothing is
        shared.
        """
        if SIGNAL not in reported or bool(reported[SIGNAL]) == self.is_on:
            return []
        return self._begin() if reported[SIGNAL] else self.end("driver")

    def renew(self) -> list[Entry]:
        """Called at every turn and now and then between: shares the car as it is now, ends when the time is over, and
        returns the looks since the last call and the end, for the journal. Raises StorageError when the disk fails.
        """
        if not self.is_on:
            return []
        now = self._clock.now()
        if now >= self.ends_at:
            return self.end("time")
        entries = self._looks()
        if now - self._renewed_at >= EVERY_S:
            self._renewed_at = now
            with_desk = self._ask(lambda cases: cases.renew(self.code, self._taken()))
            if not with_desk:
                return [*entries, *self.end("time")]
        return entries

    def end(self, by: str) -> list[Entry]:
        """Erase what is shared, at once; ``by`` is driver, time or cabin. Returns what the journal keeps."""
        if not self.is_on:
            return []
        code, entries = self.code, self._looks()
        self._ask(lambda cases: cases.close(code))
        self.code = ""
        return [*entries, ("sharing", {"shared": False, "by": by, "case": self._mark(code)})]

    def _begin(self) -> list[Entry]:
        from knowledge.support.cases import LASTS_S

        self.code = self._ask(lambda cases: cases.open(self._taken()))
        self._renewed_at = self._clock.now()
        self.ends_at = self._renewed_at + LASTS_S
        return [("sharing", {"shared": True, "by": "driver", "case": self._mark(self.code), "seconds": LASTS_S})]

    def _looks(self) -> list[Entry]:
        """Looks that the journal does not hold yet."""
        fresh = self._ask(lambda cases: cases.looks(self._seen, self._mark(self.code)))
        if fresh:
            self._seen = fresh[-1].number
        return [("look", {"case": each.case_mark, "by": each.by, "looked_at": each.at}) for each in fresh]

    def _taken(self) -> "Snapshot":
        from knowledge.support.snapshot import take

        return take(self._readings(), self._wall())

    def _mark(self, code: str) -> str:
        mark: str = self._ask(lambda cases: cases.mark(code))
        return mark

    def _ask(self, what: Callable[[SharedCases], Any]) -> Any:
        try:
            return what(self._cases())
        except KnowledgeError as error:
            raise StorageError(f"The car's state cannot be shared: {error}") from error
