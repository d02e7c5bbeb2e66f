"""A line to the control units of a car: one CAN bus, one ISO-TP conversation with each, answers sorted from noise."""

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import VehicleError

if TYPE_CHECKING:
    import can
    import isotp

PENDING = 0x78  # negative response code: request correctly received, response pending
NEGATIVE = 0x7F
P2_S = 0.25  # how long a unit may take to answer; ISO 15031-5 gives it 50 ms, gateways and adapters add theirs
P2_STAR_S = 5.0  # how long after it said that the answer is pending
LONGEST_S = 15.0  # after which a unit that keeps saying so is not believed
LISTEN_S = 0.15  # how long units may take to show up
FUNCTIONAL_ID = 0x7DF
REFUSALS = {
    0x10: "general reject",
    0x11: "service not supported",
    0x12: "not supported",
    0x13: "wrong length",
    0x21: "busy, try again",
    0x22: "conditions not correct",
    0x31: "out of range",
    0x33: "security access denied",
    0x7F: "not in this session",
}


@dataclass(frozen=True, order=True)
class Unit:
    """One control unit, by the identifiers of its conversation (ISO 15765-4)."""

    request_id: int
    response_id: int
    extended: bool = False

    def __str__(self) -> str:
        return f"{self.response_id:X}"


class Refused(VehicleError):  # noqa: N818 - an outcome the domain names
    """A unit answered with a negative response; ``reason`` is its code."""

    code = "refused"

    def __init__(self, unit: Unit, service: int, reason: int) -> None:
        said = REFUSALS.get(reason, f"reason {reason:02X}")
        super().__init__(f"control unit {unit} refuses service {service:02X}: {said}")
        self.reason = reason


class Silent(VehicleError):  # noqa: N818 - an outcome the domain names
    """A unit did not answer, or not with anything that makes sense."""

    code = "out_of_reach"


def open_bus(interface: str, channel: str, bitrate: int = 500_000) -> "can.BusABC":
    """Any python-can bus, listening for diagnostic answers alone. Raises VehicleError saying what stands in the way."""
    import can

    try:
        return can.Bus(interface=interface, channel=channel, bitrate=bitrate, can_filters=FILTERS)
    except (can.CanError, OSError, ValueError, ImportError) as error:
        raise VehicleError(
            f"CAN {interface} {channel} cannot be opened: {error}. Is the adapter plugged in, and is the interface up?",
            code="out_of_reach",
        ) from error


FILTERS: list[Any] = [
    {"can_id": 0x7E8, "can_mask": 0x7F8, "extended": False},
    {"can_id": 0x18DAF100, "can_mask": 0x1FFFFF00, "extended": True},
]
"""Only what a tester is told; a busy bus is otherwise not even read."""


class Line:
    """Finds the units on a bus and asks them, one question at a time.

    A question to read is asked again once when nothing came back; what is not a read is asked once. ``noise`` counts
    what could not be an answer.
    """

    def __init__(
        self,
        bus: "can.BusABC",
        *,
        p2_s: float = P2_S,
        p2_star_s: float = P2_STAR_S,
        longest_s: float = LONGEST_S,
        listen_s: float = LISTEN_S,
    ) -> None:
        self.noise: Counter[str] = Counter()
        self.p2_s, self._listen_s = p2_s, listen_s
        self._bus, self.p2_star_s, self._longest_s = bus, p2_star_s, longest_s
        self._one_at_a_time = threading.RLock()
        self._stacks: dict[Unit, isotp.TransportLayer] = {}
        self._notifier: can.Notifier | None = None

    def find_units(self, tries: int = 3) -> tuple[Unit, ...]:
        """Ask everybody for their parameters (service 01, PID 00) and open a line to whoever answers."""
        found: set[Unit] = set()
        with self._one_at_a_time:
            for _ in range(tries):
                for request_id, extended in ((FUNCTIONAL_ID, False), (0x18DB33F1, True)):
                    self._shout(request_id, extended, b"\x01\x00")
                found |= self._listen()
                if found:
                    break
            for unit in sorted(found - self._stacks.keys()):
                self._stacks[unit] = self._open(unit)
        return self.units

    @property
    def units(self) -> tuple[Unit, ...]:
        """Whom a line is open to."""
        return tuple(sorted(self._stacks))

    def close(self) -> None:
        """Let go of the bus."""
        for stack in self._stacks.values():
            stack.stop()
        if self._notifier is not None:
            self._notifier.stop(timeout=1)
        self._bus.shutdown()

    def ask(self, unit: Unit, request: bytes, *, again: bool = True) -> bytes:
        """The answer of ``unit`` without its service byte. Raises Refused or Silent."""
        with self._one_at_a_time:
            for attempt in (1, 2) if again else (1,):
                stack = self._stacks[unit]
                while stack.available():
                    stack.recv()
                self._send(stack, request)
                answer = self._answer(stack, unit, request)
                if answer is not None:
                    return answer
                if attempt == 1 and again:
                    stack.stop_receiving()
        raise Silent(f"control unit {unit} does not answer service {request[0]:02X}")

    def _answer(self, stack: "isotp.TransportLayer", unit: Unit, request: bytes) -> bytes | None:
        began = time.monotonic()
        deadline = began + self.p2_s
        while (left := deadline - time.monotonic()) > 0 or stack.is_rx_active():
            answer = stack.recv(block=True, timeout=max(0.01, left))
            if time.monotonic() - began > self._longest_s:
                return None
            if answer is None:
                continue
            if len(answer) == 3 and answer[0] == NEGATIVE and answer[1] == request[0]:
                if answer[2] != PENDING:
                    raise Refused(unit, request[0], answer[2])
                deadline = min(time.monotonic() + self.p2_star_s, began + self._longest_s)
            elif fits(request, bytes(answer)):
                return bytes(answer[1:])
            else:
                self.noise["not an answer"] += 1
        return None

    # --- frames ---------------------------------------------------------------------------------------

    def _shout(self, request_id: int, extended: bool, request: bytes) -> None:
        import can

        data = bytes([len(request), *request]).ljust(8, b"\0")
        try:
            self._bus.send(can.Message(arbitration_id=request_id, is_extended_id=extended, data=data), timeout=1)
        except (can.CanError, OSError) as error:
            raise VehicleError(f"the CAN bus takes no message: {error}", code="out_of_reach") from error

    def _listen(self) -> set[Unit]:
        """Whoever answers in time. The notifier reads the bus once there is one."""
        import can

        heard: set[Unit] = set()
        if self._notifier is not None:
            listener = can.BufferedReader()
            self._notifier.add_listener(listener)
        deadline = time.monotonic() + self._listen_s
        while (left := deadline - time.monotonic()) > 0:
            message = self._bus.recv(left) if self._notifier is None else listener.get_message(left)
            if message is None or message.is_error_frame:
                continue
            if bytes(message.data[1:3]) in (b"\x41\x00", b"\x7f\x01"):
                unit = _unit(message.arbitration_id, message.is_extended_id)
                if unit is not None:
                    heard.add(unit)
        if self._notifier is not None:
            self._notifier.remove_listener(listener)
        return heard

    def _open(self, unit: Unit) -> "isotp.TransportLayer":
        import can
        import isotp

        logging.getLogger("isotp").setLevel(logging.CRITICAL)  # what it would tell is counted in ``noise``
        if self._notifier is None:
            self._notifier = can.Notifier(self._bus, [], timeout=0.1)
        mode = isotp.AddressingMode.Normal_29bits if unit.extended else isotp.AddressingMode.Normal_11bits
        stack = isotp.NotifierBasedCanStack(
            self._bus,
            self._notifier,
            address=isotp.Address(mode, txid=unit.request_id, rxid=unit.response_id),
            error_handler=lambda error: self.noise.update([type(error).__name__]),
            params={"tx_padding": 0, "tx_data_min_length": 8, "rx_consecutive_frame_timeout": int(1000 * self.p2_s)},
        )
        stack.start()
        return stack

    def _send(self, stack: "isotp.TransportLayer", request: bytes) -> None:
        import can
        import isotp

        try:
            stack.send(request)
        except (can.CanError, isotp.IsoTpError, OSError, RuntimeError) as error:
            raise VehicleError(f"the CAN bus takes no message: {error}", code="out_of_reach") from error

    def exchange(self) -> "threading.RLock":
        """Held while somebody (udsoncan) talks over ``raw`` stacks."""
        return self._one_at_a_time

    def stack(self, unit: Unit) -> "isotp.TransportLayer":
        return self._stacks[unit]


def fits(request: bytes, answer: bytes) -> bool:
    """Can ``answer`` be the positive one to ``request``: its service, and the parameter where it repeats one."""
    if not answer or answer[0] != request[0] + 0x40:
        return False
    if request[0] in (0x01, 0x02, 0x09) and len(request) > 1:
        return len(answer) > 1 and answer[1] in request[1:]
    return True


def _unit(response_id: int, extended: bool) -> Unit | None:
    if not extended and 0x7E8 <= response_id <= 0x7EF:
        return Unit(response_id - 8, response_id)
    if extended and response_id & 0x1FFFFF00 == 0x18DAF100:
        return Unit(0x18DA00F1 | (response_id & 0xFF) << 8, response_id, extended=True)
    return None
