"""`cabin policy explain`: what is decided about one request, why, and what would help."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import EVIDENCE, MEANS, ZONES, emit, json_option
from assistant.errors import CabinError

if TYPE_CHECKING:
    from policies.command import Command, Zone
    from policies.explain import Explanation
    from policies.state import VehicleState


@click.command(
    epilog='\b\nExamples:\n  cabin policy explain "open the trunk" --speed 60\n'
    '  cabin policy explain "open my window" --speed 60 --zone rear_left --by voice\n'
    "  cabin policy explain Vehicle.Body.Trunk.Rear.IsOpen=true --confirmed touch\n"
    '  cabin policy explain "open the sunroof" --with Vehicle.Body.Raindetection.Intensity=30 --json'
)
@click.argument("command")
@click.option("--speed", type=float, default=0.0, show_default=True, help="How fast the car drives, in km/h.")
@click.option("--in-gear", is_flag=True, help="At speed 0: standing in gear instead of parked.")
@click.option("--zone", type=click.Choice(ZONES), default="driver", show_default=True, help="The seat that asks.")
@click.option("--by", "means", type=click.Choice(MEANS), default="voice", show_default=True, help="How it is asked.")
@click.option("--confirmed", type=click.Choice(EVIDENCE), default="none", show_default=True, help="Evidence at hand.")
@click.option("--with", "readings", multiple=True, metavar="SIGNAL=VALUE", help="What else the car reports.")
@json_option
def explain(
    command: str,
    speed: float,
    in_gear: bool,
    zone: str,
    means: str,
    confirmed: str,
    readings: tuple[str, ...],
    as_json: bool,
) -> None:
    """What is decided about COMMAND and why, what would confirm it, and what would help.

    COMMAND is a sentence, or SIGNAL=VALUE. The car is the simulated one, freshly seen at the given speed.
    """
    from policies.catalogue import Catalogue
    from policies.command import Means, Modality, Origin, Zone
    from policies.explain import explain as explained
    from policies.gate import Gate
    from policies.rules import RuleTable

    origin = Origin(Means(means), Zone(zone))
    commands, state, now = _asked(command, origin.zone)
    state = _driving(state, now, speed, in_gear, readings)
    gate = Gate(RuleTable.load(), Catalogue.load(), "explained")
    said = explained(gate, commands, origin, state, now, Modality(confirmed))
    if as_json:
        emit({"command": command, **_as_json(said)})
    else:
        for line in _in_words(command, said):
            click.echo(line)


def _asked(text: str, zone: "Zone") -> tuple[tuple["Command", ...], "VehicleState", float]:
    """The commands that ``text`` stands for, the simulated car's state, and the moment of it."""
    if re.match(r"Vehicle\.\S+\s*=", text):
        from assistant.clock import SimulatedClock
        from assistant.vehicle.simulated import SimulatedVehicle
        from policies.catalogue import Catalogue
        from policies.permit import Signer, Verifier

        clock = SimulatedClock()
        verifier = Verifier(Signer.fresh().public_key, "explained", started_at=clock.now())
        vehicle = SimulatedVehicle(clock, Catalogue.load(), verifier)
        return (_command(text),), vehicle.state(), clock.now()
    from assistant.bootstrap import Engines
    from assistant.settings import load

    cabin = Engines(load()).rig().cabin
    _, commands = cabin.understand(text, zone)
    if not commands:
        raise CabinError(f"{text!r} is no command that I understand; try SIGNAL=VALUE, or `cabin route` to see why")
    return commands, cabin.vehicle.state(), cabin.clock.now()


def _command(text: str) -> "Command":
    """``SIGNAL=VALUE`` as a command. The value is checked by the gate."""
    from policies.command import Command

    path, _, word = (part.strip() for part in text.partition("="))
    _known(path)
    return Command(path, _value(word))


def _known(path: str) -> None:
    import difflib

    from policies.catalogue import Catalogue

    if path not in Catalogue.load():
        near = difflib.get_close_matches(path, Catalogue.load(), 1, 0)
        raise CabinError(f"there is no signal {path}; the nearest is {near[0]}")


def _value(word: str) -> bool | int | float | str:
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _driving(state: "VehicleState", now: float, speed: float, in_gear: bool, readings: Iterable[str]) -> "VehicleState":
    """``state`` for a car at ``speed`` (km/h) that also reports ``readings``."""
    from policies.catalogue import Catalogue
    from policies.motion import PARK_LOCK, PARKING_BRAKE, SPEED
    from policies.state import Reading, VehicleState

    still = speed == 0 and not in_gear
    seen = {SPEED: Reading(speed, now), PARK_LOCK: Reading(still, now), PARKING_BRAKE: Reading(still, now)}
    for text in readings:
        if "=" not in text:
            raise click.UsageError(f"--with takes SIGNAL=VALUE, not {text!r}.")
        reported = _command(text)
        try:
            seen[reported.signal] = Reading(Catalogue.load()[reported.signal].check(reported.value), now)
        except ValueError as error:
            raise click.UsageError(f"--with {text}: {error}.") from error
    return VehicleState({**state.readings, **seen})


def _as_json(said: "Explanation") -> dict[str, Any]:
    from policies.decision import Confirm, Refuse
    from policies.matrix import outcome

    decision = said.decision
    return {
        "commands": [{"signal": one.signal, "value": one.value} for one in decision.commands],
        "motion": said.motion,
        "decision": outcome(decision),
        "code": decision.code if isinstance(decision, Refuse) else None,
        "says": decision.says,
        "by": list(decision.by) if isinstance(decision, Confirm) else [],
        "rules": [{"id": one.rule, "class": one.cls, "because": one.because} for one in said.reasons],
        "helps": [
            {"motion": list(one.motions), "zone": one.origin.zone, "origin": one.origin.means, "by": list(one.by)}
            for one in said.helps
        ],
    }


def _in_words(command: str, said: "Explanation") -> Iterator[str]:
    row = _as_json(said)
    yield f"{command} ({row['motion']}): {str(row['decision']).upper()}"
    for one in row["commands"]:
        yield f"  {one['signal']} = {_plain(one['value'])}"
    yield f"  says      {row['says']}"
    for one in row["rules"]:
        about = f"{one['class']}: {one['because']}" if one["because"] else one["class"] or ""
        yield f"  rule      {one['id']}  {about}".rstrip()
    if row["by"]:
        yield f"  confirm   {' or '.join(row['by'])}"
    for one in row["helps"]:
        needed = f"after {' or '.join(one['by'])}" if one["by"] else "at once"
        yield f"  would do  {' or '.join(one['motion'])}, {one['zone']} by {one['origin']}: {needed}"
    if row["decision"] == "refuse" and not row["helps"]:
        yield "  would do  nothing: no speed, seat or evidence lets an assistant do this"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
