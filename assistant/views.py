"""What a screen may know of a cabin: read-only views of the moment, the manual, the faults and the rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.bootstrap import Engines
from assistant.cabin import Cabin
from knowledge import faults
from knowledge.answer import LiveReading
from knowledge.library import Library
from knowledge.manual import Block
from knowledge.pack import Pack, read
from knowledge.readings import Dashboard as Units
from knowledge.telltales import explain, lit
from knowledge.variants import Variants
from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Challenge, Confirm, Decision
from policies.matrix import outcome
from policies.motion import motion
from policies.restrictions import Restriction, restrictions
from policies.table import needs
from policies.wording import aloud

MODEL = "Vehicle.VehicleIdentification.Model"
CODES = "Vehicle.Diagnostics.DTCList"

WHEELS = tuple(f"Vehicle.Chassis.Axle.{row}.Wheel.{side}" for row in ("Row1", "Row2") for side in ("Left", "Right"))
PLACES = tuple(f"{row}.{side}" for row in ("Row1", "Row2") for side in ("DriverSide", "PassengerSide"))
SEATS = tuple(f"Vehicle.Cabin.Seat.{place}" for place in PLACES)
SHARED: Mapping[str, tuple[str, ...]] = {
    several[0]: several
    for several in (
        tuple(f"{wheel}.Tire.IsPressureLow" for wheel in WHEELS),
        tuple(f"{wheel}.Brake.PadWear" for wheel in WHEELS),
        tuple(f"Vehicle.Cabin.Door.{place}.IsOpen" for place in PLACES),
    )
}
"""Signals of which each place has one, and telltales.yaml names the first."""

Seen = Value | tuple[str, ...]
"""A reading as the car gives it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the driver-distraction rules leave of a screen now. ``characters`` a line, ``items`` a list."""

    motion: str
    forbidden: frozenset[str]
    """Names of Android Automotive's restrictions, like NO_KEYBOARD."""
    characters: int
    items: int

    @property
    def keyboard(self) -> bool:
        """May the driver type."""
        return Restriction.NO_KEYBOARD not in self.forbidden

    @property
    def transcript(self) -> bool:
        """May what was heard be shown in words."""
        return Restriction.NO_VOICE_TRANSCRIPTION not in self.forbidden

    @property
    def filtering(self) -> bool:
        """May a list be filtered."""
        return Restriction.NO_FILTERING not in self.forbidden

    @property
    def long_text(self) -> bool:
        """May more than a line be shown."""
        return Restriction.LIMIT_STRING_LENGTH not in self.forbidden

    @property
    def long_lists(self) -> bool:
        """May a list be longer than ``items``."""
        return Restriction.LIMIT_CONTENT not in self.forbidden

    def line(self, text: str) -> str:
        """``text`` as far as it may be shown now."""
        if self.long_text or len(text) <= self.characters:
            return text
        return text[: self.characters].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


@dataclass(frozen=True, slots=True)
class Lamp:
    """A telltale or message that is lit. ``colour`` is red, amber, green, blue or white (ISO 2575)."""

    name: str
    colour: str
    symbol: str
    explains: str
    section: str
    is_message: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a challenge in words; ``before`` is empty when nobody knows."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The challenge that waits for an answer. Times are the cabin's clock, in seconds."""

    id: str
    says: str
    changes: tuple[ChangeLine, ...]
    by: tuple[Modality, ...]
    rules: tuple[str, ...]
    asked_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Shared:
    """The car's state is shared with the support desk: under which six digits, and for how many seconds yet."""

    code: str
    left_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a screen shows of one moment."""

    now: float
    values: Mapping[str, Seen | None]
    limits: Limits
    lamps: tuple[Lamp, ...]
    asked: Asked | None
    shared: Shared | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A stored fault code with its meaning and, where the car keeps one, its freeze frame in words."""

    code: str
    severity: str
    means: str
    advice: str
    frozen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One section of the manual. ``blocks`` are (kind, text); see ``knowledge.manual.Kind``."""

    number: int
    title: str
    heading: str
    page: int | None
    blocks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What would happen now if one value were asked for. ``needs``: at once, voice, touch, eye scan or no."""

    signal: str
    name: str
    value: str
    needs: str
    rules: tuple[str, ...]
    says: str


class View:
    """Looks at one cabin. Nothing here changes it, beyond the time that passes for a car that is looked at."""

    def __init__(self, cabin: Cabin, pack: Pack) -> None:
        self.cabin, self.pack = cabin, pack
        self._variants = Variants.of(pack.manifest)

    @classmethod
    def of(cls, engines: Engines, cabin: Cabin) -> "View":
        """The view of ``cabin`` with the lists of its own manual. Raises PackError when a pack is wrong."""
        wanted = engines.settings.knowledge.pack
        folders = engines.packs()
        folder = next((each for each in folders if each.name == wanted), folders[0])
        return cls(cabin, read(folder))

    def moment(self) -> Moment:
        """The cabin as it is now. Takes well under a millisecond."""
        cabin = self.cabin
        state, now = cabin.vehicle.state(), cabin.clock.now()
        values = {path: reading.value for path, reading in state.readings.items()}
        moves = motion(state, now)
        hold = restrictions(moves)
        limits = Limits(str(moves), frozenset(map(str, hold.shown)), hold.characters, hold.items)
        sharing = cabin.sharing
        shared = Shared(sharing.code, sharing.left()) if sharing.is_on else None
        return Moment(now, values, limits, self._lamps(values), self._asked(cabin.gate.pending(now)), shared)

    # --- words --------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        return self.cabin.catalogue

    def name(self, path: str) -> str:
        """What the signal at ``path`` is called aloud."""
        return self.catalogue[path].name if path in self.catalogue else path

    def said(self, path: str, value: Seen | None) -> str:
        """``value`` of ``path`` in words and in the driver's own units; empty when there is none."""
        if value is None or path not in self.catalogue:
            return "" if value is None else str(value)
        if isinstance(value, tuple):
            return ", ".join(value) or "none"
        signal = self.catalogue[path]
        if isinstance(value, bool | str):
            return aloud(signal, value)
        if signal.unit in ("kPa", "Celsius", "m", "km", "percent", "V"):
            return self.units().say(float(value), signal.unit)
        return f"{value:g} {signal.unit or ''}".strip()

    def units(self) -> Units:
        """The driver's own units, as the readings have them."""
        return Units.of(self.cabin.readings(), self.pack.manifest.units)

    # --- faults -------------------------------------------------------------------------------------

    def codes(self) -> tuple[Code, ...]:
        """The stored fault codes, worst first."""
        stored = self.cabin.vehicle.state().get(CODES)
        frames: Mapping[str, Mapping[str, Value]] = getattr(
            getattr(self.cabin.vehicle, "diagnosis", None), "freeze_frames", {}
        )
        found = []
        for code in stored if isinstance(stored, tuple) else ():
            known = faults.catalogue().get(code)
            frozen = tuple((self.name(path), self.said(path, value)) for path, value in frames.get(code, {}).items())
            if known is None:
                found.append(
                    (len(faults.ORDER), Code(code, "unknown", "a code that this car's list lacks", "", frozen))
                )
            else:
                found.append((known.rank, Code(code, known.severity, known.means, known.do, frozen)))
        return tuple(code for _, code in sorted(found, key=lambda entry: entry[0]))

    def _lamps(self, values: Mapping[str, Seen | None]) -> tuple[Lamp, ...]:
        readings = {path: LiveReading(path, value, None, 0.0) for path, value in values.items()}
        readings |= {path: LiveReading(path, value, None, 0.0) for path, value in _worst(values)}
        stored = values.get(CODES)
        codes: Sequence[str] = stored if isinstance(stored, tuple) else ()
        on = lit(self.pack.lists.telltales, readings, codes, self._variants.driven(values.get(MODEL)))
        return tuple(
            Lamp(
                lamp.name,
                lamp.colour,
                lamp.symbol[0] if lamp.symbol else "",
                explain(lamp),
                lamp.section,
                lamp.kind == "message",
            )
            for lamp in on
        )

    # --- the challenge and the rules ----------------------------------------------------------------

    def _asked(self, challenge: Challenge | None) -> Asked | None:
        if challenge is None:
            return None
        last: Decision | None = self.cabin.memory.decision
        says = last.says if isinstance(last, Confirm) and last.commands == challenge.commands else ""
        changes = tuple(
            ChangeLine(
                self.name(change.signal),
                "" if change.before is None else self.said(change.signal, change.before),
                self.said(change.signal, change.after),
            )
            for change in challenge.changes
        )
        return Asked(
            challenge.id, says, changes, challenge.by, challenge.rules, challenge.asked_at, challenge.expires_at
        )

    def policy(self, zone: Zone, means: Means = Means.VOICE) -> Iterator[Policy]:
        """What would happen now to each value of each signal that ``zone`` could ask for by ``means``."""
        gate, origin = self.cabin.gate, Origin(means, zone)
        state, now = self.cabin.vehicle.state(), self.cabin.clock.now()
        for path, entry in gate.rules.items():
            if path not in state.readings:  # this car has none
                continue
            for value in dict.fromkeys(value for value, _ in entry.changes()):
                decided = [gate.decide((Command(path, value),), origin, state, now, by) for by in Modality]
                yield Policy(
                    path,
                    entry.signal.name,
                    self.said(path, value),
                    needs(tuple(outcome(decision) for decision in decided)),
                    tuple(dict.fromkeys(rule for decision in decided[:1] for rule in decision.rules)),
                    decided[0].says,
                )


def _worst(values: Mapping[str, Seen | None]) -> Iterator[tuple[str, Seen]]:
    """One lamp stands for four tyres, doors, belts or brakes: it is told of the worst of them, by the first's path."""
    for path, others in SHARED.items():
        there = [value for other in others if isinstance(value := values.get(other), bool | int | float)]
        if there:
            yield path, max(there)
    belted = [values.get(f"{seat}.IsBelted") for seat in SEATS if values.get(f"{seat}.OccupancyStatus") == "OCCUPIED"]
    if belted:
        yield f"{SEATS[0]}.IsBelted", all(fastened is not False for fastened in belted)


class Manual:
    """The pages of an open library, for a reader."""

    def __init__(self, library: Library) -> None:
        self._shelf = library.shelf
        self._by_heading = {self._shelf.heading(n): n for n in reversed(range(len(self._shelf.sections)))}

    def __len__(self) -> int:
        return len(self._shelf.sections)

    def headings(self) -> Iterator[tuple[int, tuple[str, ...], int | None]]:
        """Number, heading path and page of every section, in reading order."""
        for number, section in enumerate(self._shelf.sections):
            yield number, section.path, section.page

    def find(self, heading: str) -> int | None:
        """The section under ``heading``: a heading path as sources show it, or a section's own title."""
        if heading in self._by_heading:
            return self._by_heading[heading]
        return next(
            (found for pack in self._shelf.packs if (found := self._shelf.find(pack, heading)) is not None), None
        )

    def page(self, number: int) -> Page:
        """The section of that number, from 0 to ``len() - 1``."""
        section = self._shelf.sections[number]
        return Page(
            number,
            self._shelf.packs[self._shelf.owner[number]].manifest.title,
            self._shelf.heading(number),
            section.page,
            tuple((block.kind, _plain(block)) for block in section.blocks),
        )

    def matching(self, words: str, most: int = 50) -> list[int]:
        """The sections whose heading or text holds all of ``words``, in reading order."""
        wanted = words.casefold().split()
        texts = (
            (number, f"{self._shelf.heading(number)} {' '.join(block.text for block in section.blocks)}".casefold())
            for number, section in enumerate(self._shelf.sections)
        )
        return list(islice((number for number, text in texts if all(word in text for word in wanted)), most))


def _plain(block: Block) -> str:
    if block.kind == "row":
        return "\n".join((block.key, *(f"{head}: {cell}" for head, cell in block.cells)))
    marks = (f"{n}. " for n in range(1, len(block.items) + 1)) if block.kind == "steps" else ()
    if block.kind in ("steps", "bullets"):
        lines = [f"{mark}{item}" for mark, item in zip(marks or ("• ",) * len(block.items), block.items, strict=True)]
        return "\n".join((block.lead, *lines)).strip()
    return block.text


__all__ = [
    "Asked",
    "ChangeLine",
    "Code",
    "Lamp",
    "Limits",
    "Manual",
    "Means",
    "Moment",
    "Page",
    "Policy",
    "Shared",
    "View",
]
