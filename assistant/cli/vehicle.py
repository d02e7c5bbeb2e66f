"""`cabin vehicle`: look at the car, play scenarios, record and replay drives, serve the simulated car to others."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, json_option
from assistant.errors import CabinError, VehicleError

if TYPE_CHECKING:
    from assistant.ports import Vehicle
    from assistant.settings import VehicleSettings
    from assistant.vehicle.simulated import SimulatedVehicle
    from policies.catalogue import Catalogue
    from policies.state import Reading

LOOK_S = 0.1  # between two looks at a car that is watched
AFTER_S = 120.0  # how long a scenario goes on after its last step
ANSWER_S = 5.0  # how long control units may take to tell everything
STEP_S = 1.0  # between two looks at a scenario or a recording, simulated time

broker_option = click.option(
    "--broker", metavar="HOST[:PORT]", help="Look at the car behind this KUKSA databroker, not at the settings' car."
)
seconds_option = click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Stop after so long.")


@click.group(
    epilog="\b\nExamples:\n  cabin vehicle list\n  cabin vehicle get Vehicle.Speed\n"
    "  cabin vehicle scenario overheating\n  cabin vehicle serve --secure keys\n"
    "  cabin vehicle watch 'Vehicle.Cabin.HVAC' --broker 127.0.0.1:55555"
)
def vehicle() -> None:
    """Look at the car, play and record drives, serve the simulated one to KUKSA clients.

    The car is the settings' one ([vehicle] in cabin.toml). Nothing here sets anything: there is one door.
    """


# --- looking ------------------------------------------------------------------------------------------------


@vehicle.command("list", epilog="\b\nExamples:\n  cabin vehicle list\n  cabin vehicle list --json")
@broker_option
@json_option
def list_(broker: str | None, as_json: bool) -> None:
    """Every signal of the catalogue: what it is, what this car reports, or that the car lacks it."""
    catalogue = _catalogue()
    with _car(broker) as (car, _):
        readings = car.state().readings
    for path, signal in catalogue.items():
        row = {"signal": path, "kind": signal.kind, "type": signal.type, "unit": signal.unit, "range": signal.range}
        reading = readings.get(path)
        if as_json:
            emit({**row, "value": _plain(reading), "fitted": reading is not None})
        else:
            shown = _shown(path, reading, catalogue) if reading else click.style("not reported", dim=True)
            click.echo(f"{path}  {click.style(signal.kind, dim=True)}  {shown}")


@vehicle.command(epilog="\b\nExamples:\n  cabin vehicle get Vehicle.Speed\n  cabin vehicle get --json Vehicle.Speed")
@click.argument("path")
@broker_option
@json_option
def get(path: str, broker: str | None, as_json: bool) -> None:
    """What the car reports of the signal PATH. Ends with status 1 when it reports nothing."""
    catalogue = _catalogue()
    _known(path, catalogue)
    with _car(broker) as (car, now):
        reading = car.state().readings.get(path)
        age = None if reading is None else round(now() - reading.at, 3)
    if as_json:
        emit({"signal": path, "value": _plain(reading), "unit": catalogue[path].unit, "age_s": age})
    else:
        click.echo(_shown(path, reading, catalogue) if reading else f"{path}: this car reports nothing")
    if reading is None:
        sys.exit(1)


@vehicle.command(epilog="\b\nExamples:\n  cabin vehicle watch Vehicle.Speed\n  cabin vehicle watch '**.IsOpen' --json")
@click.argument("paths", nargs=-1, required=True)
@seconds_option
@broker_option
@json_option
def watch(paths: tuple[str, ...], seconds: float | None, broker: str | None, as_json: bool) -> None:
    """Follow signals, one line a change. A PATH may be a branch; * stands for one step, ** for any number."""
    from assistant.vehicle.kuksa_access import matches

    catalogue = _catalogue()
    wanted = [path for path in catalogue if any(matches(pattern, path) for pattern in paths)]
    for pattern in paths:
        if not any(matches(pattern, path) for path in catalogue):
            _known(pattern, catalogue)
    with _car(broker) as (car, _), contextlib.suppress(KeyboardInterrupt):
        began = time.monotonic()
        known: dict[str, Any] = {}
        while seconds is None or time.monotonic() - began < seconds:
            known = _tell(time.monotonic() - began, car, known, catalogue, as_json, wanted)
            time.sleep(LOOK_S)


# --- playing ------------------------------------------------------------------------------------------------


@vehicle.command(epilog="\b\nExamples:\n  cabin vehicle scenario\n  cabin vehicle scenario slow_puncture --json")
@click.argument("name", required=False)
@seconds_option
@json_option
def scenario(name: str | None, seconds: float | None, as_json: bool) -> None:
    """Play a scripted scenario in simulated time and tell what switches, warns or fails. Without NAME: which exist."""
    from assistant.vehicle.scenario import load, names

    if name is None:
        for each in names():
            about = load(each).about
            emit({"scenario": each, "about": about}) if as_json else click.echo(f"{each}: {about}")
        return
    script = load(name)
    car, clock = _fresh(profile=script.profile)
    car.console.load_scenario(name)
    _let_pass(car, clock, seconds or script.steps[-1].at + AFTER_S, as_json)


@vehicle.command(
    epilog="\b\nExamples:\n  cabin vehicle record drive.jsonl --scenario motorway\n"
    "  cabin vehicle record incident.jsonl --broker 127.0.0.1:55555 --seconds 60"
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--scenario", "name", help="Record the simulated car living through this, in simulated time.")
@seconds_option
@broker_option
def record(file: Path, name: str | None, seconds: float | None, broker: str | None) -> None:
    """Write what the car reports to FILE as JSON lines: every signal once, then what changes."""
    from assistant.vehicle.recording import Recorder

    if name is not None:
        from assistant.vehicle.scenario import load

        script = load(name)
        car, clock = _fresh(profile=script.profile)
        car.console.load_scenario(name)
        length = seconds or script.steps[-1].at + AFTER_S
        with Recorder(car, clock, file) as recorder:
            recorder.note()
            for _ in range(int(length / STEP_S)):
                clock.advance(STEP_S)
                recorder.note()
    else:
        from assistant.clock import RealClock

        with _car(broker) as (watched, _), Recorder(watched, RealClock(), file) as recorder:
            began = time.monotonic()
            with contextlib.suppress(KeyboardInterrupt):
                while seconds is None or time.monotonic() - began < seconds:
                    recorder.note()
                    time.sleep(LOOK_S)
    click.echo(f"Recorded to {file}; `cabin vehicle replay {file}` plays it again.", err=True)


@vehicle.command(epilog="\b\nExamples:\n  cabin vehicle replay incident.jsonl\n  cabin vehicle replay --json a.jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def replay(file: Path, as_json: bool) -> None:
    """Let the simulated car live through a recorded drive and tell what switches, warns or fails."""
    from assistant.vehicle.recording import replay as play

    car, clock = _fresh()
    _let_pass(car, clock, play(car, file) + STEP_S, as_json)


# --- serving ------------------------------------------------------------------------------------------------


@vehicle.command(
    epilog="\b\nExamples:\n  cabin vehicle serve\n  cabin vehicle serve --scenario motorway --port 0\n"
    "  cabin vehicle serve --secure keys          (TLS; tokens for voice and for touch are put there)\n"
    '  echo \'{"set": {"Vehicle.Speed": 50}}\' | cabin vehicle serve --console'
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=55555, show_default=True, help="0 takes a free one.")
@click.option("--profile", help="The car; by default the settings' one.")
@click.option("--scenario", "name", help="Let the car live through this, in real time.")
@click.option("--hz", type=click.FloatRange(1, 200), default=20.0, show_default=True, help="Looks at the car a second.")
@click.option("--secure", type=click.Path(file_okay=False, path_type=Path), help="TLS and tokens, with keys from here.")
@click.option("--console", is_flag=True, help="Move the car's world by JSON lines on standard input: a test tool.")
def serve(
    host: str, port: int, profile: str | None, name: str | None, hz: float, secure: Path | None, console: bool
) -> None:
    """Be a KUKSA databroker (gRPC, kuksa.val.v2) over the simulated car, until interrupted."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # read when gRPC is imported, and it logs every hang-up
    from assistant.vehicle.serving import Serving

    serving = Serving(
        host=host, port=port, profile=profile, scenario=name, hz=hz, secure=secure, console=console, tell=click.echo
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serving.run())


@vehicle.command(epilog="\b\nExamples:\n  cabin vehicle doctor\n  cabin vehicle doctor --broker car.local:55555 --json")
@broker_option
@json_option
def doctor(broker: str | None, as_json: bool) -> None:
    """Is the car there, does it speak our signals, how fast, and what may we do. Status 1 when something is broken."""
    from assistant.vehicle.checkup import examine

    broken = False
    for finding in examine(_settings(broker), _catalogue()):
        broken = broken or finding.state == "broken"
        if as_json:
            emit(asdict(finding))
        else:
            colour = {"ok": "green", "missing": "yellow", "broken": "red"}[finding.state]
            click.echo(f"{click.style(finding.state, fg=colour):<16} {finding.part}: {finding.said}")
    if broken:
        sys.exit(1)


# --- what they share ------------------------------------------------------------------------------------------


def _catalogue() -> "Catalogue":
    from policies.catalogue import Catalogue

    return Catalogue.load()


def _settings(broker: str | None) -> "VehicleSettings":
    from assistant.settings import load

    settings = load().vehicle
    if broker is None:
        return settings
    host, _, port = broker.rpartition(":") if broker.count(":") == 1 else (broker, "", "55555")
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        raise CabinError(f"--broker {broker}: {port!r} is no port; write HOST:PORT like 127.0.0.1:55555")
    return settings.model_copy(update={"kind": "kuksa", "host": host, "port": int(port)})


@contextlib.contextmanager
def _car(broker: str | None) -> Iterator[tuple["Vehicle", Any]]:
    """The car and its clock's ``now``. It takes nobody's permits: the key that could sign them is thrown away."""
    from assistant.clock import RealClock
    from assistant.vehicle.chosen import behind_broker, behind_socket, simulated
    from policies.permit import Signer

    settings, clock = _settings(broker), RealClock()
    if settings.kind == "simulated":
        yield simulated(settings, clock, _catalogue(), Signer.fresh().public_key), clock.now
        return
    if settings.kind == "can":
        diagnosed = behind_socket(settings, clock, _catalogue(), Signer.fresh().public_key)
        try:
            if not diagnosed.wait(ANSWER_S):
                raise VehicleError(f"{diagnosed.id}: {diagnosed.problem}", code="out_of_reach")
            yield diagnosed, clock.now
        finally:
            diagnosed.close()
        return
    car = behind_broker(settings, clock, _catalogue(), Signer.fresh().public_key)
    try:
        if not car.link.up:
            raise VehicleError(
                f"the broker at {car.link.broker.target} cannot be reached: {car.link.problem}. Is it running? "
                "`cabin vehicle serve` starts one of ours.",
                code="out_of_reach",
            )
        yield car, clock.now
    finally:
        car.close()


def _fresh(profile: str | None = None) -> tuple["SimulatedVehicle", Any]:
    """A simulated car whose time passes only when told to."""
    from assistant.clock import ManualClock
    from assistant.vehicle.chosen import simulated
    from policies.permit import Signer

    settings, clock = _settings(None), ManualClock()
    if profile is not None:
        settings = settings.model_copy(update={"profile": profile})
    return simulated(settings, clock, _catalogue(), Signer.fresh().public_key), clock


def _let_pass(car: "SimulatedVehicle", clock: Any, seconds: float, as_json: bool) -> None:
    """Tell what switches, warns or fails: everything that is no number."""
    catalogue = _catalogue()
    telling = [path for path, signal in catalogue.items() if signal.type in ("boolean", "string", "string[]")]
    known = {path: reading.value for path, reading in car.state().readings.items()}
    passed = 0.0
    while passed < seconds:
        passed += STEP_S
        clock.advance(STEP_S)
        known = _tell(passed, car, known, catalogue, as_json, telling)
    speed = car.state().get("Vehicle.Speed")
    click.echo(f"After {passed:g} s of simulated time: {speed} km/h.", err=True)


def _tell(
    at: float, car: "Vehicle", known: dict[str, Any], catalogue: "Catalogue", as_json: bool, wanted: Iterable[str]
) -> dict[str, Any]:
    """One line for each of ``wanted`` that is no longer as ``known``; returns what is known now."""
    readings = car.state().readings
    now = {path: reading.value for path, reading in readings.items()}
    for path in wanted:
        if known.get(path) == now.get(path):
            continue
        if as_json:
            emit({"at": round(at, 3), "signal": path, "value": _plain(readings.get(path))})
        else:
            shown = _shown(path, readings[path], catalogue) if path in readings else "not reported"
            click.echo(f"{at:9.1f} s  {path} = {shown}")
    return now


def _known(path: str, catalogue: "Catalogue") -> None:
    if path not in catalogue:
        closest = get_close_matches(path, catalogue, n=1, cutoff=0.0)
        raise VehicleError(f"there is no signal {path!r}; the closest is {closest[0]}", code="unknown_signal")


def _plain(reading: "Reading | None") -> Any:
    value = None if reading is None else reading.value
    return list(value) if isinstance(value, tuple) else value


def _shown(path: str, reading: "Reading", catalogue: "Catalogue") -> str:
    value = reading.value
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    said = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    return f"{said} {catalogue[path].unit or ''}".rstrip()
