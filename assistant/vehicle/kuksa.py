"""A car behind a KUKSA databroker: the vehicle port over kuksa.val.v2. It takes a Permit, checked here, no Command."""

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from assistant.errors import VehicleError
from assistant.ports import Clock
from assistant.vehicle.kuksa_link import CALL_S, Broker, Link, Seen, why
from assistant.vehicle.kuksa_values import encode
from assistant.vehicle.simulated import PULSES, Redeems
from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.permit import Permit
from policies.state import VehicleState

if TYPE_CHECKING:
    import grpc

READ_BACK_S = 4.5
"""How long the car may take to report what was asked: a window from end to end, within the cabin's own deadline."""


class KuksaVehicle:
    """Reads what the broker has; carries out a permit by one Actuate or BatchActuate, sent once and never again.

    The broker's empty answer means accepted. What was achieved is what the subscription reports within
    ``read_back_s`` of it. When the line breaks in the middle, the outcome is read back once the broker is there again;
    nothing is repeated.
    """

    def __init__(
        self,
        broker: Broker,
        clock: Clock,
        catalogue: Catalogue,
        verifier: Redeems,
        *,
        read_back_s: float = READ_BACK_S,
        wait_s: float = 2.0,
    ) -> None:
        """Waits up to ``wait_s`` seconds for the broker, and goes on without it: the state is then empty."""
        self.id = vehicle_id(broker)
        self._clock, self._catalogue, self._verifier = clock, catalogue, verifier
        self._read_back_s = read_back_s
        self._redeeming = threading.Lock()
        self.link = Link(broker, clock, catalogue).open(wait_s)

    def close(self) -> None:
        """Hang up."""
        self.link.close()

    def state(self) -> VehicleState:
        """The latest reading of every signal that the broker has, with the moment at which it was true."""
        return VehicleState(self.link.readings())

    async def apply(self, permit: Permit) -> dict[str, Value]:
        """Carry out exactly what ``permit`` names, once, and read back.

        Raises PermitRefused (nothing is sent) when the permit is not to be honoured; VehicleError (nothing is done)
        with code ``unknown_signal``, ``not_fitted``, ``not_settable``, ``bad_value``, ``not_permitted`` or
        ``out_of_reach``; VehicleError with code ``unknown_outcome`` when the line broke after it was sent and the car
        has not been heard of since.
        """
        with self._redeeming:
            self._verifier.redeem(permit, self._clock.now())
        return await asyncio.to_thread(self._carry_out, permit.commands)

    def _carry_out(self, commands: tuple[Command, ...]) -> dict[str, Value]:
        import grpc
        from kuksa.val.v2 import types_pb2, val_pb2

        targets: dict[str, Value] = {}
        requests = []
        for command in commands:
            targets[command.signal] = value = self._settable(command)
            requests.append(
                val_pb2.ActuateRequest(
                    signal_id=types_pb2.SignalID(path=command.signal),
                    value=encode(self._catalogue[command.signal], value),
                )
            )
        stub = self.link.stub()
        seen = _ReadBack(targets)
        with self.link.watching(seen.take):
            deadline = time.monotonic() + self._read_back_s
            how = {"timeout": CALL_S, "metadata": self.link.broker.metadata, "wait_for_ready": False}
            try:
                if len(requests) == 1:
                    stub.Actuate(requests[0], **how)
                else:
                    stub.BatchActuate(val_pb2.BatchActuateRequest(actuate_requests=requests), **how)
            except grpc.RpcError as error:
                self._explain(error)
                seen.forget()
            except ValueError as error:  # the channel was closed under it: nothing was sent
                raise VehicleError("the car is out of reach: the line broke", code="out_of_reach") from error
            else:
                seen.standing({path: reading.value for path, reading in self.link.readings().items()})
            achieved = seen.wait(deadline)
        if not achieved and not self.link.up:
            raise VehicleError(
                f"it was sent, but the car has not been heard of since ({self.link.problem}); it may have been done",
                code="unknown_outcome",
            )
        return self._reported(targets, seen)

    def _settable(self, command: Command) -> Value:
        signal = self._catalogue.get(command.signal)
        if signal is None:
            raise VehicleError(f"this car has no signal {command.signal}", code="unknown_signal")
        if self.link.paths and command.signal not in self.link.paths:
            raise VehicleError(f"this car has no {signal.name}", code="not_fitted")
        if signal.kind != "actuator":
            raise VehicleError(f"{signal.name} can be read but not set", code="not_settable")
        try:
            return signal.check(command.value)
        except ValueError as error:
            raise VehicleError(str(error), code="bad_value") from error

    def _explain(self, error: "grpc.RpcError") -> None:
        """Raise when the broker refused; return when it may have been done and the read-back has to tell."""
        import grpc

        code = error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
        refusals = {
            grpc.StatusCode.NOT_FOUND: "not_fitted",
            grpc.StatusCode.INVALID_ARGUMENT: "bad_value",
            grpc.StatusCode.OUT_OF_RANGE: "bad_value",
            grpc.StatusCode.PERMISSION_DENIED: "not_permitted",
            grpc.StatusCode.UNAUTHENTICATED: "not_permitted",
            grpc.StatusCode.UNIMPLEMENTED: "not_settable",
            grpc.StatusCode.ABORTED: "not_permitted",
        }
        if code in refusals:
            raise VehicleError(f"the car's broker refused: {why(error)}", code=refusals[code]) from error

    def _reported(self, targets: dict[str, Value], seen: "_ReadBack") -> dict[str, Value]:
        latest = self.link.readings()
        reported: dict[str, Value] = {}
        for path, target in targets.items():
            reading = latest.get(path)
            if path in PULSES and path in seen.met:
                reported[path] = target
            elif reading is not None and not isinstance(reading.value, tuple):
                reported[path] = reading.value
        return reported


class _ReadBack:
    """Waits until every signal was seen at its target, after the broker accepted."""

    def __init__(self, targets: dict[str, Value]) -> None:
        self._targets = targets
        self._all = threading.Event()
        self.met: set[str] = set()

    def take(self, path: str, value: Seen) -> None:
        if path in self._targets and value == self._targets[path]:
            self.met.add(path)
            if len(self.met) == len(self._targets):
                self._all.set()

    def forget(self) -> None:
        """Believe only what comes from now on: the line may have broken before what was seen."""
        self.met.clear()
        self._all.clear()

    def standing(self, now: dict[str, Seen]) -> None:
        """What already stands where it was asked to be will not be reported again."""
        for path in self._targets:
            if path in now:
                self.take(path, now[path])

    def wait(self, deadline: float) -> bool:
        return self._all.wait(max(0.0, deadline - time.monotonic()))


def vehicle_id(broker: Broker) -> str:
    """What permits for the car behind ``broker`` name it."""
    return f"kuksa {broker.target}"
