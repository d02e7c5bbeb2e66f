"""The support desk: one index, its records and the open cases, behind the verbs that API, page, MCP and CLI share."""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge import faults, index, telltales
from knowledge.answer import Answer, LiveReading
from knowledge.embedding import Embedder
from knowledge.errors import KnowledgeError
from knowledge.faults import Fault
from knowledge.pack import Telltale
from knowledge.support import gaps, vehicles
from knowledge.support.cases import Cases, Look
from knowledge.support.database import FILE, Database
from knowledge.support.gaps import Gap
from knowledge.support.keys import Keys
from knowledge.support.problems import Problem, not_ready
from knowledge.support.questions import Questions
from knowledge.support.snapshot import Snapshot
from knowledge.support.vehicles import Vehicle

if TYPE_CHECKING:
    from knowledge.support.chroma_server import Server
    from knowledge.support.reader import Reader

_WHEEL = re.compile(r"Row\d\.Wheel\.(?:Left|Right)")

LOOK_EVERY_S = 2.0
"""How often a desk looks whether the index was rebuilt."""


@dataclass(frozen=True, slots=True)
class Replied:
    """An answer with the id that feedback names and the vehicle it is for."""

    id: str
    vehicle: Vehicle
    answer: Answer
    reader: "Reader"


@dataclass(frozen=True, slots=True)
class Seen:
    """A shared car as the desk sees it. ``vehicle`` is None where no manual here is its own."""

    snapshot: Snapshot
    ends_at: float
    vehicle: Vehicle | None
    codes: tuple[tuple[str, Fault | None], ...]
    warnings: tuple[Telltale, ...]


class SupportDesk:
    """Opened over the data folder of a cabin or of a desk of its own. Safe to share between threads.

    The index is read when ``load`` is called; until then ``reader`` raises Problem 503.
    """

    def __init__(
        self,
        index_folder: Path,
        records: Path,
        *,
        embedder: Embedder | None = None,
        server: "Server | None" = None,
        reader: "Reader | None" = None,
        now: Callable[[], float] = time.time,
        on_look: Callable[[Look], None] | None = None,
    ) -> None:
        """``records`` is the folder of keys, questions and cases; ``reader`` an index that is read already.

        Raises KnowledgeError when the records cannot be used.
        """
        self.index_folder, self.embedder, self.server = index_folder, embedder or Embedder.load(), server
        self.database = Database(records / FILE)
        self.keys = Keys(self.database, now)
        self.questions = Questions(self.database, now)
        self.cases = Cases(records / "cases", self.database, now=now, on_look=on_look)
        self.now = now
        self._reader = reader
        self._left: Reader | None = None
        self._loading = threading.Lock()

    # --- the index --------------------------------------------------------------------------------------

    def load(self) -> "Reader":
        """Read the index, or the newer one; the one in use goes on until the new one is ready.

        Raises IndexMissing or IndexBroken when none can be read.
        """
        from knowledge.support.reader import Reader

        with self._loading:
            if self._reader is None or self._reader.build != index.current(self.index_folder).name:
                before, self._reader = self._reader, Reader(self.index_folder, self.embedder, self.server)
                if self._left:  # by now no worker reads the build before the last
                    self._left.close()
                    if self.server:
                        with suppress(KnowledgeError):
                            self.server.forget(self._left.shelf)
                self._left = before
            return self._reader

    @property
    def reader(self) -> "Reader":
        """The index in use. Raises Problem 503 before the first is loaded."""
        if self._reader is None:
            raise not_ready()
        return self._reader

    @property
    def is_ready(self) -> bool:
        return self._reader is not None

    def was_rebuilt(self) -> bool:
        """Whether a newer index stands on disk than the one in use."""
        try:
            return self._reader is not None and self._reader.build != index.current(self.index_folder).name
        except KnowledgeError:  # what is in use goes on
            return False

    # --- questions --------------------------------------------------------------------------------------

    def vehicle(self, **named: object) -> Vehicle:
        """Which manual is meant; see ``vehicles.find``."""
        return vehicles.find(self.reader.shelf.packs, **named)  # type: ignore[arg-type]

    def ask(self, question: str, vehicle: Vehicle, readings: Sequence[LiveReading] = ()) -> Replied:
        """The car's own answer, noted for the manual's authors."""
        reader = self.reader
        answer = reader.answer(question, vehicle, readings)
        return Replied(self.questions.note(vehicle.pack, answer), vehicle, answer, reader)

    def code(self, code: str) -> tuple[str, Fault, list[tuple[str, Telltale]]]:
        """A fault code, what it means, and the telltales that light with it, by pack. Raises Problem 404, or 422
        when it is none.
        """
        found = faults.codes_in(code)
        if len(found) != 1 or len(code) > 20:
            raise Problem(422, "no-code", "A fault code is a letter (P, B, C, U) and four digits, such as P0301.")
        if found[0] not in faults.catalogue():
            raise Problem(404, "no-such-code", f"The catalogue does not hold {found[0]}.")
        lamps = [
            (name, telltale)
            for name, shelved in self.reader.shelf.packs.items()
            for telltale in shelved.lists.telltales
            if found[0] in telltale.codes
        ]
        return found[0], faults.catalogue()[found[0]], lamps

    def gaps(self, pack: str | None = None, limit: int = 50) -> list[Gap]:
        """What the manual's authors should write next."""
        return gaps.find(self.questions, self.embedder, pack, limit)

    # --- shared cars ------------------------------------------------------------------------------------

    def look(self, code: str, by: str) -> Seen:
        """A shared car; the look is on record. Raises Problem as ``Cases.look`` does."""
        snapshot, ends_at = self.cases.look(code, by)
        live = {reading.name: reading for reading in snapshot.live(self.now())}
        vehicle = self._vehicle_of(live)
        warnings: tuple[Telltale, ...] = ()
        if vehicle:
            lamps = self.reader.shelf.packs[vehicle.pack].lists.telltales
            lit = telltales.lit(lamps, _worst(live), snapshot.codes, vehicle.variant)
            warnings = tuple(lamp for lamp in lit if lamp.colour in ("red", "amber"))
        known = faults.catalogue()
        return Seen(snapshot, ends_at, vehicle, tuple((code, known.get(code)) for code in snapshot.codes), warnings)

    def _vehicle_of(self, live: dict[str, LiveReading]) -> Vehicle | None:
        def told(name: str) -> str | None:
            reading = live.get(f"Vehicle.VehicleIdentification.{name}")
            return None if reading is None else str(reading.value)

        if not self.is_ready or not told("Model"):
            return None
        year = told("Year")
        try:
            return self.vehicle(brand=told("Brand"), model=told("Model"), year=int(year) if year else None)
        except Problem:
            return None

    def close(self) -> None:
        self.database.close()


def _worst(live: Mapping[str, LiveReading]) -> dict[str, LiveReading]:
    """One lamp stands for four wheels: it is told of the worst of them, by the first's path, as a manual names it."""
    found = dict(live)
    for name, reading in live.items():
        first = _WHEEL.sub("Row1.Wheel.Left", name)
        if first in found and not isinstance(reading.value, str | tuple | None):
            shown = found[first].value
            if not isinstance(shown, str | tuple | None) and reading.value > shown:
                found[first] = replace(reading, name=first)
    return found
