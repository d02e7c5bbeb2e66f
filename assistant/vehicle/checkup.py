"""What is right and wrong with the car that the settings name: for `cabin vehicle doctor`."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import CabinError
from assistant.settings import VehicleSettings
from policies.catalogue import Catalogue
from policies.motion import Motion, motion
from policies.permit import Signer

if TYPE_CHECKING:
    from assistant.vehicle.kuksa import KuksaVehicle

CALLS = 20
SOON_S = 7 * 86400  # a token that ends within a week is told


@dataclass(frozen=True)
class Finding:
    """One part of the way to the car, and what is to be said of it."""

    part: str
    state: Literal["ok", "missing", "broken"]
    said: str


def examine(settings: VehicleSettings, catalogue: Catalogue) -> Iterator[Finding]:
    """Part by part; what hangs on a broken one is left out."""
    ways = {"kuksa": _broker, "can": _socket, "simulated": _simulated}
    try:
        yield from ways[settings.kind](settings, catalogue)
    except CabinError as error:
        yield Finding("vehicle", "broken", str(error))
    yield from _can()


def _simulated(settings: VehicleSettings, catalogue: Catalogue) -> Iterator[Finding]:
    from assistant.clock import ManualClock
    from assistant.vehicle.chosen import simulated
    from assistant.vehicle.scenario import load, names

    clock = ManualClock()
    car = simulated(settings, clock, catalogue, Signer.fresh().public_key)
    there = len(car.state().readings)
    yield Finding(
        "vehicle", "ok", f"simulated, {car.id}: {there} of {len(catalogue)} signals, {len(car.lacks)} not fitted"
    )
    car.console.set({"Vehicle.Speed": 50})
    began = time.perf_counter()
    clock.advance(600)
    car.state()
    spent = time.perf_counter() - began
    yield Finding("model", "ok", f"10 minutes of driving in {1000 * spent:.0f} ms")
    for name in names():
        load(name)
    yield Finding("scenarios", "ok", ", ".join(names()))


def _broker(settings: VehicleSettings, catalogue: Catalogue) -> Iterator[Finding]:
    from assistant.clock import RealClock
    from assistant.vehicle.chosen import behind_broker

    car = behind_broker(settings, RealClock(), catalogue, Signer.fresh().public_key)
    try:
        yield from _line(car, catalogue)
    finally:
        car.close()


def _socket(settings: VehicleSettings, catalogue: Catalogue) -> Iterator[Finding]:
    from assistant.vehicle.can.line import Line, open_bus
    from assistant.vehicle.can.obd import Obd

    bus = open_bus(settings.can_interface, settings.can_channel, settings.can_bitrate)
    line = Line(bus)
    try:
        began = time.perf_counter()
        found = Obd(line).snapshot()
        spent = 1000 * (time.perf_counter() - began)
        units = ", ".join(str(unit) for unit in line.units)
        yield Finding("vehicle", "ok", f"{found.vin or 'no number'}: control units {units} on {settings.can_channel}")
        yield Finding("snapshot", "ok", f"{len(found.values)} values and {len(found.stored)} codes in {spent:.0f} ms")
        for problem in found.problems:
            yield Finding("unit", "broken", problem)
        if line.noise:
            yield Finding("noise", "missing", ", ".join(f"{times} x {what}" for what, times in line.noise.items()))
    finally:
        line.close()


def _line(car: "KuksaVehicle", catalogue: Catalogue) -> Iterator[Finding]:
    import grpc
    from kuksa.val.v2 import val_pb2

    link, broker = car.link, car.link.broker
    if not link.up:
        yield Finding("broker", "broken", f"{broker.target}: {link.problem}")
        return
    spent = []
    try:
        for _ in range(CALLS):
            began = time.perf_counter()
            info = link.stub().GetServerInfo(val_pb2.GetServerInfoRequest(), timeout=1.0, metadata=broker.metadata)
            spent.append(time.perf_counter() - began)
    except grpc.RpcError as error:
        yield Finding("broker", "broken", f"{broker.target}: {error}")
        return
    half = 1000 * sorted(spent)[CALLS // 2]
    yield Finding("broker", "ok", f"{info.name} {info.version} at {broker.target}, a call takes {half:.1f} ms")
    how = "TLS" if broker.root_certificate else "not encrypted"
    yield Finding("line", "ok" if broker.root_certificate else "missing", how)
    yield _token(broker.token)
    lacking = [path for path in catalogue if path not in link.paths]
    said = f"{len(link.paths)} of {len(catalogue)} signals"
    yield Finding("signals", "ok", said + (f"; without {lacking[0]}{' ...' if lacking[1:] else ''}" if lacking else ""))
    if link.rejected:
        worst, times = link.rejected.most_common(1)[0]
        yield Finding("values", "broken", f"not believed: {', '.join(link.rejected)}; {worst} {times} times")
    seen = motion(car.state(), time.monotonic())
    if seen is Motion.UNKNOWN:
        said = "speed is missing or too old: what depends on it is refused. Do the clocks of broker and cabin agree?"
        yield Finding("motion", "broken", said)
    else:
        yield Finding("motion", "ok", str(seen))


def _token(token: str) -> Finding:
    import jwt

    if not token:
        return Finding("token", "missing", "none: whoever reaches the broker may do everything")
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        return Finding("token", "broken", f"it is no token: {error}")
    left = claims.get("exp", 0) - time.time()
    scopes = str(claims.get("scope", "")).split()
    acts = [scope for scope in scopes if scope.startswith("actuate")]
    ends = "expired" if left <= 0 else f"good for {left / 86400:.0f} days"
    state: Literal["ok", "missing", "broken"] = "broken" if left <= 0 else "missing" if left < SOON_S else "ok"
    everything = "actuate" in scopes or "actuate:Vehicle" in scopes
    return Finding("token", state, f"{ends}; actuates {'everything' if everything else f'{len(acts)} branches'}")


def _can() -> Iterator[Finding]:
    """Which CAN interfaces this machine has: told, not tried."""
    import can

    try:
        found = can.detect_available_configs(interfaces=["socketcan"])
    except Exception as error:  # python-can's back ends raise what they like
        yield Finding("can", "missing", f"SocketCAN cannot be asked: {error}")
        return
    channels = ", ".join(str(each["channel"]) for each in found)
    yield Finding("can", "ok" if found else "missing", channels or "no SocketCAN interface on this machine")
