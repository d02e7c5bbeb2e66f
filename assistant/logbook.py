"""How turns reach the journal: at once, or held back until a full disk takes them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from assistant.errors import StorageError
from assistant.journal import entries
from assistant.journal.entries import Entry
from policies.gate import Gate

HELD_BACK = 1_000
"""Records that are kept for a journal that cannot be written just now."""

UNANSWERED = ("expired", "replaced")
"""Ends of a challenge that nobody brought about, by the gate's codes; all others are written with their answer."""


class Keeps(Protocol):
    """The journal, as a turn needs it."""

    def append_many(self, records: Sequence[tuple[str, Mapping[str, Any]]]) -> None: ...


class Logbook:
    """Writes what turns have noted; what cannot be written now goes with the next."""

    def __init__(self, journal: Keeps) -> None:
        self.journal = journal
        self._unwritten: list[Entry] = []

    def write(self, noted: list[Entry]) -> StorageError | None:
        """Write ``noted``, synced, and empty it; the error when the journal cannot be written."""
        self._unwritten = [*self._unwritten, *noted][-HELD_BACK:]
        noted.clear()
        try:
            self.journal.append_many(self._unwritten)
        except StorageError as error:
            return error
        self._unwritten = []
        return None


def unanswered(gate: Gate, now: float, but: str = "") -> list[Entry]:
    """The challenges that ended without an answer since the last call, ``but`` one that is being answered."""
    gate.pending(now)  # one whose time is over ends here
    return [
        entries.answered(challenge, "none", entries.ENDS[became])
        for challenge, became in gate.ended()
        if became in UNANSWERED and challenge != but
    ]
