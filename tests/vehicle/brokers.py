"""Databrokers for tests: ours in a thread, on loopback, over a simulated car that the test can reach."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from assistant.clock import RealClock
from assistant.vehicle.kuksa import KuksaVehicle, vehicle_id
from assistant.vehicle.kuksa_link import Broker
from assistant.vehicle.kuksa_server import Certificate, Databroker
from assistant.vehicle.simulated import SimulatedVehicle
from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.permit import Permit, Signer, Verifier


class Served:
    """A databroker that runs in a thread of its own until ``kill``; ``car`` is what it drives.

    ``again`` starts another one on the same car and port, as after a crash. ``made`` builds it, where a test wants one
    that misbehaves.
    """

    def __init__(
        self,
        *,
        profile: str = "electric_suv",
        certificate: Certificate | None = None,
        made: Callable[..., Databroker] = Databroker,
        **how: Any,
    ) -> None:
        self.clock, self.signer = RealClock(), Signer.fresh()
        verifier = Verifier(self.signer.public_key, profile, self.clock.now())
        self.car = SimulatedVehicle(self.clock, Catalogue.load(), verifier, profile)
        self._certificate, self._how = certificate, {"hurried": True, **how}
        self.port = 0
        self.again(made)

    def again(self, made: Callable[..., Databroker] = Databroker) -> None:
        self.loop = asyncio.new_event_loop()
        self.databroker = made(self.car, self.signer, self.clock, Catalogue.load(), **self._how)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self.run(self.databroker.start("127.0.0.1", self.port, self._certificate))

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def do(self, act: Callable[[SimulatedVehicle], Any]) -> Any:
        """Move the car's world, in the thread that it lives in."""

        async def there() -> Any:
            return act(self.car)

        return self.run(there())

    def kill(self) -> None:
        if self.loop.is_running():
            self.run(self.databroker.stop())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(5)
            self.loop.close()


class Wire:
    """A TCP line to ``port`` that can be cut: bytes then vanish, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._to, self._whole = port, asyncio.Event()
        self._whole.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.port: int = self._run(self._listen())

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """What was lost stays lost; connections that missed something break, as they do after a long cut."""

        async def there() -> None:
            for writer in tuple(self._writers):
                writer.close()
            self._whole.set()

        self._run(there())

    def close(self) -> None:
        self._run(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _closed(self) -> None:
        self._server.close()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying = asyncio.current_task()
        assert carrying is not None
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)
        await self._whole.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, far_writer}
        with suppress(asyncio.CancelledError):  # the wire is being taken down, and asyncio's streams would complain
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                if self._whole.is_set():
                    writer.write(data)
        finally:
            writer.close()
            self._writers.discard(writer)


class Remote:
    """A cabin's side: a car behind a broker, and the gate's half of its permits."""

    def __init__(self, broker: Broker, **how: Any) -> None:
        self.clock, self.signer = RealClock(), Signer.fresh()
        verifier = Verifier(self.signer.public_key, vehicle_id(broker), self.clock.now())
        self.car = KuksaVehicle(broker, self.clock, Catalogue.load(), verifier, **how)

    def permit(self, wanted: dict[str, Value]) -> Permit:
        commands = [Command(path, value) for path, value in wanted.items()]
        return self.signer.sign(self.car.id, commands, self.clock.now())

    def apply(self, wanted: dict[str, Value]) -> dict[str, Value]:
        return asyncio.run(self.car.apply(self.permit(wanted)))

    def get(self, path: str) -> Any:
        return self.car.state().get(path)


@contextmanager
def cabin_at(served: Served, **how: Any) -> Iterator[Remote]:
    remote = Remote(Broker(**{"port": served.port, **how.pop("broker", {})}), **how)
    try:
        yield remote
    finally:
        remote.car.close()


def until(true: Callable[[], Any], seconds: float = 8.0) -> bool:
    """Did ``true`` become so in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
