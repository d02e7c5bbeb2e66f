"""A control unit of ours on a CAN bus: answers OBD-II and UDS over ISO-TP from the simulated car, well or badly.

For tests and benches. Its faults are those of real ones: slow, "response pending", silent, talking rubbish, one
parameter at a time.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.vehicle.can import codes
from assistant.vehicle.can.line import FUNCTIONAL_ID, NEGATIVE, PENDING
from assistant.vehicle.can.pids import bitmap, table

if TYPE_CHECKING:
    import can

NOT_SUPPORTED, SUBFUNCTION, OUT_OF_RANGE, CONDITIONS = 0x11, 0x12, 0x31, 0x22
CONSTANTS: dict[int, float] = {
    0x04: 35,
    0x06: 1.5,
    0x07: -2.3,
    0x0B: 45,
    0x0E: 12,
    0x0F: 28,
    0x10: 8.4,
    0x11: 18,
    0x1F: 640,
    0x21: 0,
    0x30: 12,
    0x31: 830,
    0x33: 101,
    0x44: 1.0,
    0x45: 6,
}
"""What the simulated car does not model: a warm engine at part load."""


@dataclass
class Faults:
    """How the unit misbehaves. ``rubbish`` frames go out before each answer."""

    delay_s: float = 0.0
    pending: int = 0
    silent: bool = False
    rubbish: tuple[bytes, ...] = ()
    one_at_a_time: bool = False
    torn: bool = False
    """Sends the first frame of a long answer and then nothing."""


@dataclass
class Memory:
    """What the unit remembers beside the present values: codes and the freeze frame of the first."""

    stored: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    permanent: list[str] = field(default_factory=list)
    frozen: dict[int, float] = field(default_factory=dict)
    vin: str = "HLDAURE0000000001"
    clears: int = 0
    may_clear: bool = True


class SimulatedUnit:
    """``read`` gives the car's values by VSS path; parameters of signals that it lacks are not supported."""

    def __init__(
        self,
        bus: "can.BusABC",
        read: Callable[[], Mapping[str, Any]],
        *,
        request_id: int = 0x7E0,
        constants: Mapping[int, float] = CONSTANTS,
    ) -> None:
        import can
        import isotp

        logging.getLogger("isotp").setLevel(logging.CRITICAL)
        self.faults, self.memory = Faults(), Memory()
        self.asked: deque[bytes] = deque(maxlen=1000)
        self._bus, self._read, self._constants = bus, read, dict(constants)
        self._notifier = can.Notifier(bus, [self._functional], timeout=0.02)
        self._stack = isotp.NotifierBasedCanStack(
            bus,
            self._notifier,
            address=isotp.Address(isotp.AddressingMode.Normal_11bits, txid=request_id + 8, rxid=request_id),
            params={"tx_padding": 0, "tx_data_min_length": 8, "rx_flowcontrol_timeout": 300},
        )
        self._answer_id = request_id + 8
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._stack.start()
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(2)
        self._stack.stop()
        self._notifier.stop(timeout=1)
        self._bus.shutdown()

    # --- what it says ---------------------------------------------------------------------------------

    def answer(self, request: bytes) -> bytes | None:
        """The whole answer to ``request``; None for silence."""
        service, rest = request[0], request[1:]
        by_service: dict[int, Callable[[bytes], bytes | None]] = {
            0x01: self._present,
            0x02: self._frozen,
            0x03: lambda _: self._codes(self.memory.stored),
            0x04: self._clear,
            0x07: lambda _: self._codes(self.memory.pending),
            0x09: self._about,
            0x0A: lambda _: self._codes(self.memory.permanent),
            0x19: self._by_status,
            0x22: self._by_identifier,
        }
        if service not in by_service:
            return bytes([NEGATIVE, service, NOT_SUPPORTED])
        told = by_service[service](rest)
        if told is None:
            return bytes([NEGATIVE, service, SUBFUNCTION])
        return told if told[:1] == bytes([NEGATIVE]) else bytes([service + 0x40]) + told

    def values(self) -> dict[int, float]:
        """Present parameters by number."""
        seen = self._read()
        found = dict(self._constants)
        for pid, parameter in table().items():
            value = seen.get(parameter.signal) if parameter.signal else None
            if value is not None:
                found[pid] = float(value) / parameter.signal_times
        return found

    def _present(self, pids: bytes) -> bytes | None:
        values = self.values()
        if self.faults.one_at_a_time and len(pids) > 1:
            return None
        told = b""
        for pid in pids:
            if pid % 0x20 == 0 and (pid == 0 or any(known > pid for known in values)):
                told += bytes([pid]) + bitmap(pid, set(values) | {1})
            elif pid == 1:
                count = len(self.memory.stored)
                told += bytes([1, (0x80 if count else 0) | count, 0x07, 0xE5, 0x00])
            elif pid in values:
                told += bytes([pid]) + table()[pid].raw(values[pid])
        return told or None

    def _frozen(self, rest: bytes) -> bytes | None:
        pid, frame = rest[0], rest[1]
        kept = self.memory.frozen
        if frame != 0:
            return None
        if pid == 2:
            first = codes.two_bytes(self.memory.stored[0]) if self.memory.stored and kept else b"\0\0"
            return bytes([2, 0]) + first
        if pid % 0x20 == 0:
            return bytes([pid, 0]) + bitmap(pid, set(kept) | {2})
        return bytes([pid, 0]) + table()[pid].raw(kept[pid]) if pid in kept else None

    def _codes(self, kept: list[str]) -> bytes:
        return bytes([len(kept)]) + b"".join(codes.two_bytes(code) for code in kept)

    def _clear(self, rest: bytes) -> bytes:
        if not self.memory.may_clear:
            return bytes([NEGATIVE, 0x04, CONDITIONS])
        self.memory.clears += 1
        self.memory.stored.clear()
        self.memory.pending.clear()
        self.memory.frozen.clear()
        return b""

    def _about(self, rest: bytes) -> bytes | None:
        if rest == b"\x00":
            return b"\x00" + bitmap(0, {2})
        return b"\x02\x01" + self.memory.vin.encode() if rest == b"\x02" else None

    def _by_status(self, rest: bytes) -> bytes | None:
        if rest[:1] != b"\x02":
            return None
        kept = [(code, 0x09) for code in self.memory.stored]
        kept += [(code, 0x04) for code in self.memory.pending if code not in self.memory.stored]
        told = b"".join(codes.two_bytes(code) + bytes([0x11, state]) for code, state in kept if state & rest[1])
        return b"\x02\xff" + told

    def _by_identifier(self, rest: bytes) -> bytes:
        if rest == b"\xf1\x90":
            return rest + self.memory.vin.encode()
        return bytes([NEGATIVE, 0x22, OUT_OF_RANGE])

    # --- how it says it ---------------------------------------------------------------------------------

    def _functional(self, message: "can.Message") -> None:
        """A question to everybody: a single frame, answered by a single frame."""
        if message.arbitration_id == FUNCTIONAL_ID and not message.is_extended_id and not self.faults.silent:
            length = message.data[0]
            told = self.answer(bytes(message.data[1 : 1 + length]))
            if told is not None and told[0] != NEGATIVE and len(told) <= 7:
                self._put(bytes([len(told)]) + told)

    def _put(self, data: bytes) -> None:
        import can

        padded = data.ljust(8, b"\0")[:8]
        self._bus.send(can.Message(arbitration_id=self._answer_id, is_extended_id=False, data=padded))

    def _live(self) -> None:
        while not self._closing.is_set():
            request = self._stack.recv(block=True, timeout=0.02)
            if request is None:
                continue
            self.asked.append(bytes(request))
            faults = self.faults
            for rubbish in faults.rubbish:
                self._put(rubbish)
            if faults.silent:
                continue
            for _ in range(faults.pending):
                self._stack.send(bytes([NEGATIVE, request[0], PENDING]))
                time.sleep(max(0.02, faults.delay_s))
            time.sleep(faults.delay_s)
            told = self.answer(bytes(request))
            if told is None:
                continue
            if faults.torn and len(told) > 7:
                self._put(bytes([0x10 | len(told) >> 8, len(told) & 0xFF]) + told[:6])
            else:
                self._stack.send(told)
