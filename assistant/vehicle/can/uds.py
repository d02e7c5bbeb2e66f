"""UDS (ISO 14229) over a line, by udsoncan: fault codes with their state (0x19), data by identifier (0x22)."""

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.errors import VehicleError
from assistant.vehicle.can import codes
from assistant.vehicle.can.codes import FailureState
from assistant.vehicle.can.line import P2_STAR_S, Line, Refused, Silent, Unit

if TYPE_CHECKING:
    import isotp
    import udsoncan

VIN = 0xF190  # ISO 14229-1, annex C: vehicle identification number
SOFTWARE = 0xF189  # the vehicle manufacturer's ECU software version
SERIAL = 0xF18C
REQUEST_S = 6.0
SERVICE = {True: 0x19, False: 0x22}
"""The service that a question without, or with, an identifier is."""


class UdsCode(NamedTuple):
    """A fault code, the way it fails (SAE J2012-DA; 0 says nothing) and what became of it."""

    code: str
    failure_type: int
    state: FailureState


class Uds:
    """Asks one unit. Raises Refused, Silent, or VehicleError with code ``bad_answer`` for what is no answer."""

    def __init__(self, line: Line, unit: Unit) -> None:
        self._line, self._unit = line, unit

    def codes(self, mask: int = 0xFF) -> list[UdsCode]:
        """Service 0x19, by status: the codes of which any bit of ``mask`` is set."""
        answer = self._ask(lambda client: client.get_dtc_by_status_mask(mask))
        found = []
        for dtc in answer.service_data.dtcs:
            high, low, failure_type = dtc.id.to_bytes(3, "big")
            found.append(UdsCode(codes.name(high, low), failure_type, FailureState(dtc.status.get_byte_as_int())))
        return found

    def data(self, identifier: int) -> bytes:
        """Service 0x22: what ``identifier`` holds."""
        answer = self._ask(lambda client: client.read_data_by_identifier(identifier), identifier)
        return bytes(answer.service_data.values[identifier])

    def _ask(self, question: Any, identifier: int | None = None) -> Any:
        from udsoncan.client import Client
        from udsoncan.exceptions import (
            InvalidResponseException,
            NegativeResponseException,
            TimeoutException,
            UnexpectedResponseException,
        )

        configuration: Any = {
            "request_timeout": REQUEST_S,
            "p2_timeout": self._line.p2_s,
            "p2_star_timeout": P2_STAR_S,
            "use_server_timing": False,
            "logger_name": "cabin.uds",
            "data_identifiers": {} if identifier is None else {identifier: _bytes_as_they_are()},
        }
        with self._line.exchange():
            connection = _connection(self._line.stack(self._unit))
            with Client(connection, config=configuration) as client:
                client.logger.disabled = True
                try:
                    return question(client)
                except NegativeResponseException as error:
                    raise Refused(self._unit, SERVICE[identifier is None], error.response.code or 0) from error
                except TimeoutException as error:
                    raise Silent(f"control unit {self._unit} does not answer: {error}") from error
                except (InvalidResponseException, UnexpectedResponseException, ValueError, KeyError) as error:
                    raise VehicleError(
                        f"control unit {self._unit} answers what makes no sense: {error}", code="bad_answer"
                    ) from error


def _bytes_as_they_are() -> "udsoncan.DidCodec":
    from udsoncan import DidCodec

    class Raw(DidCodec):
        def decode(self, did_payload: bytes) -> bytes:
            return bytes(did_payload)

        def __len__(self) -> int:
            raise DidCodec.ReadAllRemainingData

    return Raw()


def _connection(stack: "isotp.TransportLayer") -> Any:
    """The line's own ISO-TP conversation, as udsoncan wants it: it neither starts nor stops it."""
    from udsoncan.connections import BaseConnection
    from udsoncan.exceptions import TimeoutException

    class Borrowed(BaseConnection):
        def open(self) -> "Borrowed":
            return self

        def close(self) -> None:
            self.empty_rxqueue()

        def is_open(self) -> bool:
            return True

        def specific_send(self, payload: bytes, timeout: float | None = None) -> None:
            stack.send(payload)

        def specific_wait_frame(self, timeout: float | None = None) -> bytes:
            deadline = time.monotonic() + (timeout or 0.0)
            while (left := deadline - time.monotonic()) > 0 or stack.is_rx_active():
                frame = stack.recv(block=True, timeout=max(0.01, left))
                if frame is not None:
                    return bytes(frame)
            raise TimeoutException(f"nothing within {timeout:g} s")

        def empty_rxqueue(self) -> None:
            while stack.available():
                stack.recv()

    return Borrowed("cabin")
