"""OBD-II over a line: the services of SAE J1979 that a cabin needs, each answer checked before it is believed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.errors import VehicleError
from assistant.vehicle.can import codes
from assistant.vehicle.can.line import Line, Refused, Silent, Unit
from assistant.vehicle.can.pids import ObdValue, supported, table

TOGETHER = 6  # parameters that one request may name
BITMAPS = tuple(range(0, 0x100, 0x20))
STORED, PENDING, PERMANENT = 0x03, 0x07, 0x0A
VIN = 0x02  # of service 09


@dataclass(frozen=True)
class Frozen:
    """A freeze frame: the code that it was kept for, and the values of that moment."""

    code: str
    values: tuple[ObdValue, ...]


@dataclass
class Snapshot:
    """What all control units said at one moment. Codes keep the order in which units named them."""

    values: dict[int, ObdValue] = field(default_factory=dict)
    lamp: bool = False
    stored: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    permanent: list[str] = field(default_factory=list)
    frozen: list[Frozen] = field(default_factory=list)
    vin: str = ""
    whole: bool = True
    """Did every unit tell its codes: only then is a code that is not here gone."""
    problems: list[str] = field(default_factory=list)
    """What a unit did not tell, in words; the rest is there all the same."""


class Obd:
    """Asks the units of a line. Raises Silent or Refused where a single question is put."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: dict[Unit, set[int]] = {}
        self._one_by_one: set[Unit] = set()

    def parameters(self, unit: Unit) -> set[int]:
        """What service 01 of ``unit`` supports, beside the bitmaps; asked once."""
        if unit not in self._known:
            found: set[int] = set()
            for base in BITMAPS:
                if base and base not in found:
                    break
                found |= supported(base, self._told(self._line.ask(unit, bytes([0x01, base])), base))
            self._known[unit] = found
        return self._known[unit] - set(BITMAPS)

    def values(self, unit: Unit, wanted: Iterable[int]) -> list[ObdValue]:
        """The present value of each of ``wanted`` that ``unit`` supports and pids.yaml knows, several a question."""
        ours = [pid for pid in wanted if pid in table() and pid in self.parameters(unit)]
        found: list[ObdValue] = []
        for start in range(0, len(ours), TOGETHER):
            group = ours[start : start + TOGETHER]
            if unit not in self._one_by_one:
                try:
                    found += self._parsed(self._line.ask(unit, bytes([0x01, *group])), group)
                    continue
                except (Silent, Refused, ValueError):
                    self._one_by_one.add(unit)
            for pid in group:
                found += self._parsed(self._line.ask(unit, bytes([0x01, pid])), [pid])
        return found

    def lamp(self, unit: Unit) -> tuple[bool, int]:
        """Is the engine lamp on by ``unit``, and how many codes does it store (service 01, PID 01)."""
        status = self._told(self._line.ask(unit, b"\x01\x01"), 0x01)
        return bool(status[0] & 0x80), status[0] & 0x7F

    def codes(self, unit: Unit, service: int = STORED) -> list[str]:
        """Stored (03), pending (07) or permanent (0A) codes. Raises ValueError for an answer that is none."""
        answer = self._line.ask(unit, bytes([service]))
        count, pairs = answer[0], answer[1:]
        if len(pairs) < 2 * count:
            raise ValueError(f"control unit {unit} announces {count} codes and sends {len(pairs) // 2}")
        return list(codes.names(pairs[: 2 * count]))

    def frozen(self, unit: Unit) -> Frozen | None:
        """The freeze frame of ``unit``, None when it keeps none (service 02, frame 0)."""
        why = self._line.ask(unit, b"\x02\x02\x00")
        if len(why) != 4 or not any(why[2:]):
            return None
        base, ours = 0, set[int]()
        for base in BITMAPS:
            if base and base not in ours:
                break
            bits = self._line.ask(unit, bytes([0x02, base, 0]))
            ours |= supported(base, bits[2:6])
        found = []
        for pid in sorted(ours & table().keys()):
            raw = self._line.ask(unit, bytes([0x02, pid, 0]))
            parameter = table()[pid]
            found.append(ObdValue(pid, parameter.name, parameter.value(raw[2:]), parameter.unit))
        return Frozen(codes.name(why[2], why[3]), tuple(found))

    def vin(self, unit: Unit) -> str:
        """The vehicle identification number (service 09). Raises ValueError when it is none."""
        told = self._line.ask(unit, bytes([0x09, VIN]))
        text = told[2:].strip(b"\0").decode("ascii")
        if len(text) != 17 or not text.isalnum():
            raise ValueError(f"control unit {unit} says that the identification number is {text!r:.40}")
        return text

    def clear(self, unit: Unit) -> None:
        """Clear codes and freeze frames (service 04): asked once, never again by itself."""
        self._line.ask(unit, b"\x04", again=False)

    def snapshot(self, wanted: Iterable[int] | None = None, *, deep: bool = True) -> Snapshot:
        """All units: values, lamp and codes; with ``deep`` also freeze frames and VIN.

        What one unit does not answer is told in ``problems`` and costs nothing but itself. Raises Silent when there is
        no unit at all.
        """
        units = self._line.find_units() if not self._known else tuple(self._known)
        if not units:
            raise Silent("no control unit answers on this bus. Is the ignition on?")
        found = Snapshot()
        pids = sorted(table()) if wanted is None else list(wanted)
        for unit in units:
            for part in (self._values_of, self._codes_of, *((self._rest_of,) if deep else ())):
                try:
                    part(unit, pids, found)
                except (ValueError, IndexError, VehicleError) as error:
                    said = str(error) if isinstance(error, VehicleError) else f"control unit {unit}: {error}"
                    found.problems.append(said)
                    found.whole = found.whole and part != self._codes_of
        return found

    def _values_of(self, unit: Unit, pids: list[int], found: Snapshot) -> None:
        for value in self.values(unit, [pid for pid in pids if pid not in found.values]):
            found.values[value.pid] = value
        found.lamp = self.lamp(unit)[0] or found.lamp

    def _codes_of(self, unit: Unit, pids: list[int], found: Snapshot) -> None:
        for service, kept in ((STORED, found.stored), (PENDING, found.pending), (PERMANENT, found.permanent)):
            try:
                kept += [code for code in self.codes(unit, service) if code not in kept]
            except Refused:
                if service != PERMANENT:  # cars before 2010 have none
                    raise

    def _rest_of(self, unit: Unit, pids: list[int], found: Snapshot) -> None:
        if found.stored:
            frozen = self.frozen(unit)
            if frozen is not None:
                found.frozen.append(frozen)
        if not found.vin:
            found.vin = self.vin(unit)

    def _parsed(self, answer: bytes, asked: list[int]) -> list[ObdValue]:
        """PID, data, PID, data ... Raises ValueError unless each of ``asked`` is there, in any order, and no more."""
        found: dict[int, ObdValue] = {}
        while answer and len(found) < len(asked):
            parameter = table().get(answer[0])
            if parameter is None or answer[0] not in asked:
                raise ValueError(f"an answer about {answer[0]:02X} was not asked for")
            raw, answer = answer[1 : 1 + parameter.bytes], answer[1 + parameter.bytes :]
            found[parameter.pid] = ObdValue(parameter.pid, parameter.name, parameter.value(raw), parameter.unit)
        if len(found) < len(asked):
            raise ValueError("an answer is shorter than was asked for")
        return [found[pid] for pid in asked]

    def _told(self, answer: bytes, pid: int) -> bytes:
        if len(answer) < 5 or answer[0] != pid:
            raise ValueError(f"the answer about {pid:02X} is {answer.hex()!r}")
        return answer[1:5]
