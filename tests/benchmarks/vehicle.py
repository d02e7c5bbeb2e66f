"""The vehicle's measures: apply and read back, an hour of driving, idle load, a long subscription, an OBD snapshot.

python -m tests.benchmarks.vehicle [--json] [--minutes 10] [--part NAME]
The databroker runs in a process of its own; its processor time is read from the system's own account.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.drive import Measure, quantile, show
from tests.vehicle.brokers import Remote, Wire, until

ROOT = Path(__file__).parents[2]
ROUNDS = 500
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
SPEED = "Vehicle.Speed"
SIGNALS = 131
HZ = 50.0


def simulated(minutes: float) -> Iterator[Measure]:
    from assistant.clock import RealClock
    from assistant.vehicle.simulated import SimulatedVehicle
    from policies.catalogue import Catalogue
    from policies.command import Command
    from policies.permit import Signer, Verifier

    clock, signer = RealClock(), Signer.fresh()
    verifier = Verifier(signer.public_key, "electric_suv", clock.now())
    car = SimulatedVehicle(clock, Catalogue.load(), verifier)
    spent = []

    async def play() -> None:
        for number in range(ROUNDS):
            path, value = ((TEMPERATURE, 18 + number % 9), (WINDOW, 100 * (number % 2)))[number % 2]
            permit = signer.sign(car.id, [Command(path, value)], clock.now())
            began = time.perf_counter()
            assert (await car.apply(permit))[path] == value
            spent.append(1000 * (time.perf_counter() - began))

    asyncio.run(play())
    yield Measure(f"simulated: apply and read back, p50 of {ROUNDS}", quantile(spent, 0.5), None, "ms")
    yield Measure(f"simulated: apply and read back, p95 of {ROUNDS}", quantile(spent, 0.95), 5.0, "ms")


def hour(minutes: float) -> Iterator[Measure]:
    from assistant.clock import ManualClock
    from assistant.vehicle.profile import PROFILES
    from assistant.vehicle.simulated import SimulatedVehicle
    from policies.catalogue import Catalogue
    from policies.permit import Signer, Verifier

    for profile in PROFILES:
        for what, target, look in (("an hour of driving", 2.0, 3600), ("the same, looked at every second", None, 1)):
            clock = ManualClock()
            verifier = Verifier(Signer.fresh().public_key, profile, clock.now())
            car = SimulatedVehicle(clock, Catalogue.load(), verifier, profile)
            car.console.set({SPEED: 90})
            began = time.perf_counter()
            for _ in range(3600 // look):
                clock.advance(look)
                car.state()
            yield Measure(f"{what}, {profile}", time.perf_counter() - began, target, "s")


@contextmanager
def broker(*arguments: str) -> Iterator[tuple[int, psutil.Process]]:
    """A databroker in a process of its own: its port and the process."""
    run = [sys.executable, "-m", "tests.benchmarks.vehicle", "--part", "broker", *arguments]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline()), psutil.Process(child.pid)
        finally:
            child.kill()


def be_a_broker(port: int, hz: float, jumping: int) -> None:
    """Serves the simulated car until killed. ``jumping`` sensors report something else at almost every look."""
    from assistant.clock import RealClock
    from assistant.vehicle.kuksa_server import Databroker
    from assistant.vehicle.simulated import SimulatedVehicle
    from policies.catalogue import Catalogue
    from policies.permit import Signer, Verifier

    async def serve() -> None:
        clock, signer, catalogue = RealClock(), Signer.fresh(), Catalogue.load()
        verifier = Verifier(signer.public_key, "electric_suv", clock.now())
        car = SimulatedVehicle(clock, catalogue, verifier)
        for path in lively(catalogue, car)[:jumping]:
            car.console.fault(path, "jumps")
        databroker = Databroker(car, signer, clock, catalogue, hz=hz, hurried=True)
        print(await databroker.start("127.0.0.1", port), flush=True)
        await databroker.wait()

    asyncio.run(serve())


def lively(catalogue: Any, car: Any) -> list[str]:
    """Numbers first, so that a jump is almost always a change."""
    fitted = [
        path for path in catalogue if path not in car.lacks and catalogue[path].type not in ("string", "string[]")
    ]
    return sorted(fitted, key=lambda path: catalogue[path].type == "boolean")


@contextmanager
def cabin(port: int) -> Iterator[Remote]:
    from assistant.vehicle.kuksa_link import Broker

    remote = Remote(Broker(port=port), wait_s=5.0)
    assert remote.car.link.up, remote.car.link.problem
    try:
        yield remote
    finally:
        remote.car.close()


def kuksa(minutes: float) -> Iterator[Measure]:
    with broker() as (port, _), cabin(port) as remote:
        spent = []

        async def play() -> None:
            for number in range(ROUNDS):
                value = 18 + number % 9 + 0.5
                permit = remote.permit({TEMPERATURE: value})
                began = time.perf_counter()
                assert (await remote.car.apply(permit))[TEMPERATURE] == value
                spent.append(1000 * (time.perf_counter() - began))

        asyncio.run(play())
    yield Measure(f"KUKSA on loopback: apply and read back, p50 of {ROUNDS}", quantile(spent, 0.5), None, "ms")
    yield Measure(f"KUKSA on loopback: apply and read back, p95 of {ROUNDS}", quantile(spent, 0.95), 15.0, "ms")


def load_of(process: psutil.Process, seconds: float) -> float:
    """Percent of a core that ``process`` takes over ``seconds``."""
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return 100 * (sum(process.cpu_times()[:2]) - before) / seconds


def idle(minutes: float) -> Iterator[Measure]:
    with broker() as (port, process):
        time.sleep(1)
        yield Measure("idle simulator, nobody connected, share of a core", load_of(process, 15), 3.0, "%")
        with cabin(port):
            time.sleep(1)
            what = "idle simulator with a cabin that follows every signal at 20 Hz, share of a core"
            yield Measure(what, load_of(process, 15), None, "%")


def subscription(minutes: float) -> Iterator[Measure]:
    """As many lively signals as the issue names, at 50 Hz, for minutes: memory and processor on both sides."""
    me = psutil.Process()
    with broker("--hz", str(HZ), "--jumping", str(SIGNALS)) as (port, process), cabin(port) as remote:
        counted = [0]

        def note(path: str, value: Any) -> None:
            counted[0] += 1

        with remote.car.link.watching(note):
            time.sleep(10)  # caches and pools fill
            memory, theirs = me.memory_info().rss, process.memory_info().rss
            processor = [sum(each.cpu_times()[:2]) for each in (me, process)]
            counted[0] = 0
            time.sleep(60 * minutes)
            seconds = 60 * minutes
            ours, its = (
                100 * (sum(each.cpu_times()[:2]) - was) / seconds
                for each, was in zip((me, process), processor, strict=True)
            )
        name = f"{SIGNALS} signals at {HZ:g} Hz for {minutes:g} min"
        yield Measure(f"{name}: values received a second", counted[0] / seconds, None, "/s")
        yield Measure(f"{name}: cabin grew", (me.memory_info().rss - memory) / 2**20, 5.0, "MB")
        yield Measure(f"{name}: broker grew", (process.memory_info().rss - theirs) / 2**20, 5.0, "MB")
        yield Measure(f"{name}: cabin, share of a core", ours, None, "%")
        yield Measure(f"{name}: broker, share of a core", its, None, "%")
        yield Measure(f"{name}: reconnects", remote.car.link.reconnects, 0.0, "")


def away(minutes: float) -> Iterator[Measure]:
    """A broker killed outright, and a line that is cut for half a minute: until the car is known again."""
    from policies.motion import Motion, motion

    def known() -> bool:
        return motion(remote.car.state(), remote.clock.now()) is not Motion.UNKNOWN

    with broker() as (port, process), cabin(port) as remote:
        process.kill()
        began = time.perf_counter()
        assert until(lambda: not known())
        yield Measure("broker killed: until the state is too old to act on", time.perf_counter() - began, None, "s")
        time.sleep(3)
        with broker("--port", str(port)):
            began = time.perf_counter()
            assert until(known, seconds=30)
            yield Measure("broker back after 3 s: until the car is known again", time.perf_counter() - began, None, "s")
    with broker() as (port, _):
        wire = Wire(port)
        with cabin(wire.port) as remote:
            wire.cut()
            assert until(lambda: not known())
            time.sleep(30)
            wire.mend()
            began = time.perf_counter()
            assert until(known, seconds=30)
            yield Measure("line cut for 30 s: until the car is known again", time.perf_counter() - began, None, "s")
        wire.close()


def diagnostics(minutes: float) -> Iterator[Measure]:
    import can

    from assistant.vehicle.can.line import Line, open_bus
    from assistant.vehicle.can.obd import Obd
    from assistant.vehicle.can.simulated_unit import SimulatedUnit

    seen: dict[str, Any] = {SPEED: 88.0, "Vehicle.Powertrain.CombustionEngine.Speed": 2150.0}
    seen |= {"Vehicle.LowVoltageBattery.CurrentVoltage": 14.1, "Vehicle.Exterior.AirTemperature": 7.0}
    seen |= {"Vehicle.TraveledDistance": 123_456_700}
    unit = SimulatedUnit(can.Bus(interface="virtual", channel="bench"), lambda: seen)
    unit.memory.stored, unit.memory.frozen = ["P0301", "P0420", "U0100"], {0x0C: 3100, 0x05: 92, 0x0D: 101}
    first, later = [], []
    for _ in range(10):
        line = Line(open_bus("virtual", "bench"))
        obd = Obd(line)
        began = time.perf_counter()
        found = obd.snapshot()
        first.append(time.perf_counter() - began)
        assert len(found.values) >= 20 and found.stored == unit.memory.stored, found
        for _ in range(10):
            began = time.perf_counter()
            obd.snapshot()
            later.append(time.perf_counter() - began)
        line.close()
    flooded, frames = _flooded()
    unit.close()
    what = f"OBD snapshot, {len(found.values)} values, codes, freeze frame and VIN"
    yield Measure(f"{what}: the first, units found first, worst of {len(first)}", max(first), 1.0, "s")
    yield Measure(f"{what}: each after, worst of {len(later)}", max(later), 1.0, "s")
    yield Measure(f"{what}: on a bus flooded with {frames:.0f} frames a second", flooded, 1.0, "s")


def _flooded() -> tuple[float, float]:
    """The worst of ten snapshots while another process's worth of frames fills the bus, and the frames a second."""
    import threading

    import can

    from assistant.vehicle.can.line import Line, open_bus
    from assistant.vehicle.can.obd import Obd

    line, bus = Line(open_bus("virtual", "bench")), can.Bus(interface="virtual", channel="bench")
    stop, sent, spent = threading.Event(), [0], []

    def flood() -> None:
        began = time.monotonic()
        while not stop.is_set():
            while sent[0] < 10_000 * (time.monotonic() - began):
                bus.send(can.Message(arbitration_id=0x100 + sent[0] % 0x600, is_extended_id=False, data=bytes(8)))
                sent[0] += 1
            time.sleep(0.005)

    thread = threading.Thread(target=flood)
    began = time.monotonic()
    thread.start()
    try:
        for _ in range(10):
            time.sleep(0.2)
            start = time.perf_counter()
            found = Obd(line).snapshot()
            spent.append(time.perf_counter() - start)
            assert len(found.values) >= 20 and found.stored and not found.problems, found.problems
    finally:
        stop.set()
        thread.join()
        rate = sent[0] / (time.monotonic() - began)
        line.close()
        bus.shutdown()
    return max(spent), rate


PARTS: dict[str, Callable[[float], Iterator[Measure]]] = {
    "simulated": simulated,
    "kuksa": kuksa,
    "diagnostics": diagnostics,
    "hour": hour,
    "idle": idle,
    "away": away,
    "subscription": subscription,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the long subscription lasts")
    parser.add_argument("--part", choices=[*PARTS, "broker"], help="only this one")
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--hz", type=float, default=20.0, help=argparse.SUPPRESS)
    parser.add_argument("--jumping", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part == "broker":
        be_a_broker(arguments.port, arguments.hz, arguments.jumping)
        return
    if not arguments.json:
        print("| measure | figure | target | |\n| --- | --- | --- | --- |")
    for name, part in PARTS.items():
        if arguments.part in (None, name):
            for measure in part(arguments.minutes):
                print(json.dumps(asdict(measure)) if arguments.json else show(measure), flush=True)


if __name__ == "__main__":
    main()
