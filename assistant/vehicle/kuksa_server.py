"""A KUKSA databroker of ours: the gRPC interface kuksa.val.v2 over a simulated car, with TLS and access tokens.

The car is the only provider of its signals, and here too it takes nothing but permits: whoever may actuate by token is
given one, signed by this server for its own car. Nobody can publish values; the world is moved by the console alone.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc
from kuksa.val.v1 import val_pb2_grpc as kuksa_v1_grpc
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from assistant.errors import VehicleError
from assistant.ports import Clock
from assistant.vehicle.kuksa_access import EVERYTHING, Access, NoAccess, Rights, matches
from assistant.vehicle.kuksa_v1 import OlderInterface
from assistant.vehicle.kuksa_values import DATA_TYPES, datapoint, decode, encode
from assistant.vehicle.simulated import SimulatedVehicle
from assistant.vehicle.subscriber import MOST_BUFFERED, Subscriber
from policies.catalogue import Catalogue
from policies.command import Command
from policies.permit import PermitRefused, Signer

LONGEST_PATH = 1000  # characters; the protocol's limit
NAME, VERSION = "cabin simulated vehicle", "1.0"
KINDS = {
    "actuator": types_pb2.ENTRY_TYPE_ACTUATOR,
    "sensor": types_pb2.ENTRY_TYPE_SENSOR,
    "attribute": types_pb2.ENTRY_TYPE_ATTRIBUTE,
}
REASONS = {
    "unknown_signal": grpc.StatusCode.NOT_FOUND,
    "not_fitted": grpc.StatusCode.NOT_FOUND,
    "not_settable": grpc.StatusCode.INVALID_ARGUMENT,
    "bad_value": grpc.StatusCode.INVALID_ARGUMENT,
}

Call: TypeAlias = grpc.aio.ServicerContext


@dataclass(frozen=True)
class Certificate:
    """The server's own: PEM contents of the certificate chain and of its private key."""

    chain: bytes
    key: bytes


class Databroker(val_pb2_grpc.VALServicer):
    """The interface VAL over one simulated car. Everything happens in one event loop; the car needs no lock.

    ``hz`` is how often the car is looked at while somebody subscribes; without subscribers it rests. With
    ``hurried`` a movement takes no real time: the car's own time runs on until it has arrived.
    """

    def __init__(
        self,
        car: SimulatedVehicle,
        signer: Signer,
        clock: Clock,
        catalogue: Catalogue,
        *,
        access: Access | None = None,
        hz: float = 20.0,
        hurried: bool = False,
    ) -> None:
        self.car, self.actuations = car, 0
        self.catalogue = catalogue
        self._signer, self._clock, self._access = signer, clock, access
        self._period, self._hurried = 1.0 / hz, hurried
        self._numbers = {path: number for number, path in enumerate(catalogue, start=1)}
        self._paths = {number: path for path, number in self._numbers.items()}
        self._subscribers: set[Subscriber] = set()
        self._shown: dict[str, Any] = {}
        self._looking: asyncio.Task[None] | None = None
        self._server: grpc.aio.Server | None = None

    # --- up and down --------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 55555, certificate: Certificate | None = None) -> int:
        """Listen; returns the port (the one found, for port 0). Raises VehicleError when it is taken."""
        options = [
            ("grpc.so_reuseport", 0),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 1000),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
        server = grpc.aio.server(options=options)
        val_pb2_grpc.add_VALServicer_to_server(self, server)
        kuksa_v1_grpc.add_VALServicer_to_server(OlderInterface(self), server)
        try:
            if certificate is None:
                bound = server.add_insecure_port(f"{host}:{port}")
            else:
                credentials = grpc.ssl_server_credentials([(certificate.key, certificate.chain)])
                bound = server.add_secure_port(f"{host}:{port}", credentials)
        except RuntimeError as error:
            raise VehicleError(
                f"{host}:{port} cannot be listened on: taken, or no address of this machine. Name another --port.",
                code="bad_address",
            ) from error
        await server.start()
        self._server = server
        return int(bound)

    async def stop(self, grace: float = 0.0) -> None:
        """Hang up on everybody and let go of the port."""
        if self._looking:
            self._looking.cancel()
        for subscriber in self._subscribers:
            subscriber.close()
        if self._server:
            await self._server.stop(grace)

    async def wait(self) -> None:
        """Until stopped."""
        if self._server:
            await self._server.wait_for_termination()

    # --- reading ------------------------------------------------------------------------------------

    async def GetValue(self, request: val_pb2.GetValueRequest, call: Call) -> val_pb2.GetValueResponse:  # noqa: N802 - the protocol's name
        points = await self.points([request.signal_id], call)
        return val_pb2.GetValueResponse(data_point=points[0])

    async def GetValues(self, request: val_pb2.GetValuesRequest, call: Call) -> val_pb2.GetValuesResponse:  # noqa: N802 - the protocol's name
        return val_pb2.GetValuesResponse(data_points=await self.points(request.signal_ids, call))

    async def Subscribe(  # noqa: N802 - the protocol's name
        self, request: val_pb2.SubscribeRequest, call: Call
    ) -> AsyncIterator[val_pb2.SubscribeResponse]:
        ids = [types_pb2.SignalID(path=path) for path in request.signal_paths]
        async for entries in self._follow(ids, request, call):
            yield val_pb2.SubscribeResponse(entries=entries)

    async def SubscribeById(  # noqa: N802 - the protocol's name
        self, request: val_pb2.SubscribeByIdRequest, call: Call
    ) -> AsyncIterator[val_pb2.SubscribeByIdResponse]:
        ids = [types_pb2.SignalID(id=number) for number in request.signal_ids]
        async for entries in self._follow(ids, request, call):
            numbered = {self._numbers[path]: point for path, point in entries.items()}
            yield val_pb2.SubscribeByIdResponse(entries=numbered)

    async def ListMetadata(self, request: val_pb2.ListMetadataRequest, call: Call) -> val_pb2.ListMetadataResponse:  # noqa: N802 - the protocol's name
        rights = await self.rights(call)
        if len(request.root) > LONGEST_PATH:
            await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, "the path is too long")
        found = [path for path in self.catalogue if path not in self.car.lacks and matches(request.root, path)]
        if not found:
            await self.refuse(call, grpc.StatusCode.NOT_FOUND, f"there is nothing under {request.root!r}")
        listed = [self._metadata(path) for path in found if rights.may("read", path)]
        return val_pb2.ListMetadataResponse(metadata=listed)

    async def GetServerInfo(  # noqa: N802 - the protocol's name
        self, request: val_pb2.GetServerInfoRequest, call: Call
    ) -> val_pb2.GetServerInfoResponse:
        await self.rights(call)
        return val_pb2.GetServerInfoResponse(name=NAME, version=VERSION)

    # --- acting -------------------------------------------------------------------------------------

    async def Actuate(self, request: val_pb2.ActuateRequest, call: Call) -> val_pb2.ActuateResponse:  # noqa: N802 - the protocol's name
        await self.actuate([request], call)
        return val_pb2.ActuateResponse()

    async def BatchActuate(self, request: val_pb2.BatchActuateRequest, call: Call) -> val_pb2.BatchActuateResponse:  # noqa: N802 - the protocol's name
        if not request.actuate_requests:
            await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, "no actuator was named")
        await self.actuate(request.actuate_requests, call)
        return val_pb2.BatchActuateResponse()

    async def ActuateStream(  # noqa: N802 - the protocol's name
        self, request_iterator: AsyncIterator[val_pb2.ActuateRequest], call: Call
    ) -> val_pb2.ActuateResponse:
        async for request in request_iterator:
            await self.actuate([request], call)
        return val_pb2.ActuateResponse()

    async def PublishValue(self, request: val_pb2.PublishValueRequest, call: Call) -> val_pb2.PublishValueResponse:  # noqa: N802 - the protocol's name
        await self.rights(call)
        await self.refuse(call, grpc.StatusCode.PERMISSION_DENIED, "the simulated car alone provides its signals")

    async def OpenProviderStream(  # noqa: N802 - the protocol's name
        self, request_iterator: AsyncIterator[val_pb2.OpenProviderStreamRequest], call: Call
    ) -> AsyncIterator[val_pb2.OpenProviderStreamResponse]:
        await self.rights(call)
        await self.refuse(call, grpc.StatusCode.ALREADY_EXISTS, "the simulated car alone provides its signals")
        yield val_pb2.OpenProviderStreamResponse()

    # --- how ----------------------------------------------------------------------------------------

    async def points(self, ids: Sequence[types_pb2.SignalID], call: Call) -> list[types_pb2.Datapoint]:
        paths = await self.allowed("read", ids, call)
        state, now = self.car.state(), self._clock.now()
        points = []
        for path in paths:
            reading = state.readings.get(path)
            age = 0.0 if reading is None else now - reading.at
            points.append(datapoint(self.catalogue[path], reading and reading.value, age))
        return points

    async def actuate(self, requests: Sequence[val_pb2.ActuateRequest], call: Call) -> None:
        """All of ``requests`` or none: a permit for exactly them is signed, and the car takes it."""
        paths = await self.allowed("actuate", [request.signal_id for request in requests], call)
        try:
            commands = []
            for path, request in zip(paths, requests, strict=True):
                value = decode(self.catalogue[path], request.value)
                if isinstance(value, tuple):
                    raise ValueError(f"{path} is a list, which is only read")
                commands.append(Command(path, value))
            begun = self.car.begin(self._signer.sign(self.car.id, commands, self._clock.now()))
        except ValueError as error:
            await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except VehicleError as error:
            await self.refuse(call, REASONS.get(error.code, grpc.StatusCode.UNAVAILABLE), str(error))
        except PermitRefused as error:
            await self.refuse(call, grpc.StatusCode.ABORTED, str(error))
        self.actuations += 1
        asyncio.get_running_loop().call_soon(self._after, begun)

    def _after(self, begun: tuple[str, ...]) -> None:
        if self._hurried:
            self.car.arrive(begun)
        self._publish()

    async def _follow(
        self, ids: Sequence[types_pb2.SignalID], request: Any, call: Call
    ) -> AsyncIterator[Mapping[str, types_pb2.Datapoint]]:
        """A message with every value, then one whenever something changed; ``request`` is either of the two kinds."""
        paths = await self.allowed("read", ids, call)
        if request.buffer_size > MOST_BUFFERED:
            await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, f"buffer_size may be {MOST_BUFFERED} at most")
        rights = await self.rights(call)
        subscriber = Subscriber(
            paths,
            buffer_size=request.buffer_size,
            interval_s=request.filter.min_sample_interval.interval_ms / 1000,
            until=time.monotonic() + (request.filter.duration_ms / 1000 or float("inf")),
        )
        self._publish()
        subscriber.put(dict(zip(paths, await self.points(ids, call), strict=True)))
        self._subscribers.add(subscriber)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async for entries in subscriber:
                if rights.until <= time.time():
                    await self.refuse(call, grpc.StatusCode.UNAUTHENTICATED, "the token has expired")
                yield entries
        finally:
            self._subscribers.discard(subscriber)

    async def _look(self) -> None:
        while self._subscribers:
            began = time.monotonic()
            self._publish()
            await asyncio.sleep(max(0.0, began + self._period - time.monotonic()))

    def _publish(self) -> None:
        """Send what changed since the last time to whoever asked for it."""
        now, readings = self._clock.now(), self.car.state().readings
        changed: dict[str, types_pb2.Datapoint] = {}
        for path, reading in readings.items():
            if path not in self._shown or self._shown[path] != reading.value:
                self._shown[path] = reading.value
                changed[path] = datapoint(self.catalogue[path], reading.value, now - reading.at)
        for path in self._shown.keys() - readings.keys():
            del self._shown[path]
            changed[path] = datapoint(self.catalogue[path], None, 0.0)
        if changed:
            for subscriber in self._subscribers:
                subscriber.put(changed)

    async def allowed(self, action: str, ids: Iterable[types_pb2.SignalID], call: Call) -> list[str]:
        """The paths of ``ids``, all of which are there and may be read or actuated by the caller."""
        rights = await self.rights(call)
        paths = [self._paths.get(i.id, "") if i.WhichOneof("signal") == "id" else i.path for i in ids]
        if not paths or any(len(path) > LONGEST_PATH for path in paths):
            await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, "no signal was named, or a path is too long")
        for path in paths:
            if path not in self.catalogue or path in self.car.lacks:
                await self.refuse(call, grpc.StatusCode.NOT_FOUND, f"this car has no signal {path!r}")
            if not rights.may(action, path):
                await self.refuse(call, grpc.StatusCode.PERMISSION_DENIED, f"the token does not {action} {path}")
            if action == "actuate" and self.catalogue[path].kind != "actuator":
                await self.refuse(call, grpc.StatusCode.INVALID_ARGUMENT, f"{path} is no actuator")
        return paths

    async def rights(self, call: Call) -> Rights:
        if self._access is None:
            return EVERYTHING
        sent = dict(call.invocation_metadata() or ())
        try:
            return self._access.rights(sent.get("authorization"))
        except NoAccess as error:
            await self.refuse(call, grpc.StatusCode.UNAUTHENTICATED, str(error))

    async def refuse(self, call: Call, status: grpc.StatusCode, why: str) -> NoReturn:
        await call.abort(status, why)
        raise AssertionError("abort raises")

    def _metadata(self, path: str) -> types_pb2.Metadata:
        signal = self.catalogue[path]
        found = types_pb2.Metadata(
            path=path,
            id=self._numbers[path],
            data_type=types_pb2.DataType.Value(DATA_TYPES[signal.type]),
            entry_type=KINDS[signal.kind],
            description=signal.name,
            unit=signal.unit or "",
        )
        if signal.allowed:
            found.allowed_values.string_array.values.extend(signal.allowed)
        for bound, value in (("min", signal.minimum), ("max", signal.maximum)):
            if value is not None:
                getattr(found, bound).CopyFrom(encode(signal, value))
        return found
