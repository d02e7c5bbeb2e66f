"""The connection to a KUKSA databroker: follows every signal and comes back by itself.

Two threads: one listens to the subscription, one polls. A broker speaks up for changes only, and a parked car's speed
would seem to grow old; the poll brings the moments of values that stay, and notices a cut line. Nothing here sets
anything.
"""

import contextlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import VehicleError
from assistant.ports import Clock
from assistant.vehicle.kuksa_values import DATA_TYPES, Seen, age_of, decode
from policies.catalogue import Catalogue
from policies.motion import GEAR, PARK_LOCK, PARKING_BRAKE, SPEED
from policies.state import Reading

if TYPE_CHECKING:
    import grpc
    from kuksa.val.v2 import types_pb2, val_pb2_grpc

VITAL = (SPEED, PARK_LOCK, PARKING_BRAKE, GEAR)
"""Polled at every beat: the gate asks for a speed of the last half second."""
BEAT_S = 0.2  # between two polls of what is vital
ROUND = 5  # beats between two polls of everything
CALL_S = 1.0  # the longest that one call may take
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 2.0  # back-off: doubled from the first to the last, give or take a quarter
HEARD_S = 0.45  # nothing is sent on a line that has been silent for longer: it might arrive much later
UNSENT_MS = 2000  # what the network has not taken by then is thrown away by the system, never delivered late
SAME_S = 1e-4  # what two readings of the clocks differ by
AHEAD_S = 1.0  # a value from further in the future is not believed: the clocks of broker and cabin differ
LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Broker:
    """Where a databroker is and what opens it. ``token`` is the token itself, ``root_certificate`` a PEM file."""

    host: str = "127.0.0.1"
    port: int = 55555
    token: str = ""
    root_certificate: Path | None = None
    server_name: str = ""
    """The name in the broker's certificate, where it is not ``host``."""

    @property
    def target(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),) if self.token else ()

    def channel(self) -> "grpc.Channel":
        """A fresh channel that never repeats a call by itself. Raises VehicleError for what cannot be safe."""
        os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # read on import; what it would tell is in ``problem``
        import grpc

        options: list[tuple[str, Any]] = [
            ("grpc.enable_retries", 0),
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.enable_http_proxy", 0),
            ("grpc.keepalive_time_ms", 10_000),
            ("grpc.keepalive_timeout_ms", UNSENT_MS),
        ]
        if self.root_certificate is None:
            if self.token and self.host not in LOCAL:
                raise VehicleError(
                    f"the token would cross the network in the clear: name the root certificate of {self.host}",
                    code="settings",
                )
            return grpc.insecure_channel(self.target, options)
        try:
            root = self.root_certificate.read_bytes()
        except OSError as error:
            raise VehicleError(
                f"{self.root_certificate}: the root certificate cannot be read: {error.strerror}", code="settings"
            ) from error
        if self.server_name:
            options.append(("grpc.ssl_target_name_override", self.server_name))
        return grpc.secure_channel(self.target, grpc.ssl_channel_credentials(root), options)


Watcher = Callable[[str, Seen], None]
"""Told of every value that arrives, in the thread that it arrives in."""


class Link:
    """Keeps ``readings`` as fresh as the broker's own, and ``stub`` for as long as it is there.

    A reading's moment is the broker's timestamp, on the cabin's clock: what the car has stopped to send grows old, and
    so does everything while the broker is away. A value that cannot be (wrong type, out of range, NaN, from the
    future) takes its reading away; ``rejected`` counts them.
    """

    def __init__(self, broker: Broker, clock: Clock, catalogue: Catalogue) -> None:
        self.broker, self.problem = broker, "not connected yet"
        self.rejected: Counter[str] = Counter()
        self.reconnects = -1
        self.paths: tuple[str, ...] = ()
        """Signals of the catalogue that the broker has, by its last answer."""
        self._clock, self._catalogue = clock, catalogue
        self._readings: dict[str, Reading] = {}
        self._lock = threading.Lock()
        self._watchers: set[Watcher] = set()
        self._heard = float("-inf")
        self._stub: val_pb2_grpc.VALStub | None = None
        self._up = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._stay_connected, name="kuksa", daemon=True)
        self._stream: Any = None
        self._channel: grpc.Channel | None = None

    def open(self, wait_s: float = 0.0) -> "Link":
        """Begin to connect; waits up to ``wait_s`` seconds for the first values. Never raises."""
        self._thread.start()
        self._up.wait(wait_s)
        return self

    def close(self) -> None:
        """Hang up for good."""
        self._closing.set()
        self._drop("closed")
        if self._thread.is_alive():
            self._thread.join(2 * CALL_S)

    @property
    def up(self) -> bool:
        return self._up.is_set()

    def wait_until_up(self, seconds: float) -> bool:
        """Has the broker been reached, at the latest ``seconds`` from now."""
        return self._up.wait(seconds)

    def stub(self) -> "val_pb2_grpc.VALStub":
        """For one call, now. Raises VehicleError with code ``out_of_reach`` while the broker is away.

        A line that has been silent is given a moment to prove itself.
        """
        deadline = time.monotonic() + CALL_S
        while (stub := self._stub) is not None and self._up.is_set():
            if time.monotonic() - self._heard <= HEARD_S:
                return stub
            if time.monotonic() > deadline or self._closing.wait(BEAT_S / 10):
                break
        said = self.problem or "the broker has fallen silent"
        raise VehicleError(f"the car is out of reach: {said}", code="out_of_reach")

    def readings(self) -> dict[str, Reading]:
        """A copy of the latest of every signal."""
        with self._lock:
            return dict(self._readings)

    @contextlib.contextmanager
    def watching(self, watcher: Watcher) -> Iterator[None]:
        """``watcher`` is told of every value while the block lasts."""
        with self._lock:
            self._watchers.add(watcher)
        try:
            yield
        finally:
            with self._lock:
                self._watchers.discard(watcher)

    # --- in the threads -----------------------------------------------------------------------------

    def _stay_connected(self) -> None:
        wait = FIRST_RETRY_S
        while not self._closing.is_set():
            began = time.monotonic()
            self._follow_once()
            self._up.clear()
            if self._closing.is_set():
                return
            wait = FIRST_RETRY_S if time.monotonic() - began > LAST_RETRY_S else min(LAST_RETRY_S, 2 * wait)
            self._closing.wait(wait * random.uniform(0.75, 1.25))

    def _follow_once(self) -> None:
        """Connect, and follow until the line breaks."""
        import grpc
        from kuksa.val.v2 import val_pb2, val_pb2_grpc

        try:
            with self.broker.channel() as channel:
                stub = val_pb2_grpc.VALStub(channel)
                self.paths = self._listed(stub)
                request = val_pb2.SubscribeRequest(signal_paths=self.paths, buffer_size=100)
                stream = stub.Subscribe(request, metadata=self.broker.metadata)
                self._stub, self._stream = stub, stream
                threading.Thread(target=self._beat, args=(stub, stream), name="kuksa-beat", daemon=True).start()
                for number, message in enumerate(stream):
                    self._take(message.entries)
                    if number == 0:
                        self.problem, self.reconnects = "", self.reconnects + 1
                        self._up.set()
                self.problem = "the broker ended the subscription"
        except grpc.RpcError as error:
            self.problem = self.problem or why(error)
            if not isinstance(error, grpc.Call) or error.code() != grpc.StatusCode.CANCELLED:
                self.problem = why(error)
        except Exception as error:  # whatever a broker sends, the next attempt may work
            self.problem = str(error)
        finally:
            self._stub = self._stream = None

    def _listed(self, stub: "val_pb2_grpc.VALStub") -> tuple[str, ...]:
        """The broker's signals that are in the catalogue, with the datatype that they have there."""
        from kuksa.val.v2 import types_pb2, val_pb2

        request = val_pb2.ListMetadataRequest(root="Vehicle")
        answer = stub.ListMetadata(request, timeout=CALL_S, metadata=self.broker.metadata)
        found = []
        for entry in answer.metadata:
            if signal := self._catalogue.get(entry.path):
                if types_pb2.DataType.Name(entry.data_type) == DATA_TYPES[signal.type]:
                    found.append(entry.path)
                else:
                    self.rejected[entry.path] += 1
        if not found:
            raise VehicleError("the broker has none of our signals, or the token may read none", code="out_of_reach")
        return tuple(found)

    def _beat(self, stub: "val_pb2_grpc.VALStub", stream: Any) -> None:
        """Poll until ``stream`` ends; a poll that fails ends it."""
        import grpc
        from kuksa.val.v2 import types_pb2, val_pb2

        everything = list(self.paths)
        vital = [path for path in VITAL if path in self.paths] or everything[:1]
        requests = {
            whole: val_pb2.GetValuesRequest(signal_ids=[types_pb2.SignalID(path=path) for path in paths])
            for whole, paths in ((True, everything), (False, vital))
        }
        beat = 0
        while not self._closing.wait(BEAT_S) and self._stream is stream:
            beat += 1
            whole = beat % ROUND == 0
            try:
                answer = stub.GetValues(requests[whole], timeout=CALL_S, metadata=self.broker.metadata)
            except (grpc.RpcError, ValueError) as error:  # ValueError: the channel was closed meanwhile
                if self._stream is stream:
                    self._drop(why(error) if isinstance(error, grpc.RpcError) else "closed")
                return
            self._take(dict(zip(everything if whole else vital, answer.data_points, strict=False)), polled=True)

    def _drop(self, problem: str) -> None:
        self._up.clear()
        self.problem = problem
        stream = self._stream
        if stream is not None:
            stream.cancel()

    def _take(self, entries: "Mapping[str, types_pb2.Datapoint]", polled: bool = False) -> None:
        fresh: list[tuple[str, Seen]] = []
        now, wall = self._clock.now(), time.time()
        self._heard = time.monotonic()
        with self._lock:
            for path, point in entries.items():
                known = self._readings.get(path)
                at = now - max(0.0, age_of(point, wall))
                if polled and known is not None and at <= known.at + SAME_S:
                    continue  # the subscription has overtaken the answer
                value = self._believed(path, point, wall)
                if value is None:
                    self._readings.pop(path, None)
                    continue
                self._readings[path] = Reading(value, at)
                fresh.append((path, value))
            watchers = tuple(self._watchers)
        for watcher in watchers:
            for path, value in fresh:
                watcher(path, value)

    def _believed(self, path: str, point: "types_pb2.Datapoint", wall: float) -> Seen | None:
        if path not in self._catalogue or not point.HasField("value"):
            return None
        try:
            if not -AHEAD_S <= age_of(point, wall) < float("inf"):
                raise ValueError(f"{path} comes without a moment, or from the future")
            return decode(self._catalogue[path], point.value)
        except ValueError:
            self.rejected[path] += 1
            return None


def why(error: "grpc.RpcError") -> str:
    """What a failed call says, in words."""
    import grpc

    if not isinstance(error, grpc.Call):
        return str(error) or type(error).__name__
    code, details = error.code(), error.details() or ""
    said = {
        grpc.StatusCode.UNAVAILABLE: "the broker does not answer",
        grpc.StatusCode.DEADLINE_EXCEEDED: "the broker did not answer in time",
        grpc.StatusCode.UNAUTHENTICATED: "the broker does not accept the token",
        grpc.StatusCode.PERMISSION_DENIED: "the token does not allow it",
    }.get(code, code.name.lower().replace("_", " "))
    return f"{said} ({details})" if details else said
