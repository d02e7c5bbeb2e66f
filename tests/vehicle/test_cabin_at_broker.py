"""The whole cabin with its car behind a databroker: what a driver hears when it works, and when the line is gone."""

from collections.abc import Iterator

import pytest

from assistant.bootstrap import Engines
from assistant.cabin import Cabin
from assistant.clock import RealClock
from assistant.errors import VehicleError
from assistant.settings import VehicleSettings
from assistant.utterance import Reply, Utterance
from assistant.vehicle import chosen
from assistant.witness import TouchScreen
from policies.command import Modality, Zone
from policies.gate import Gate
from policies.motion import SPEED, Motion, motion
from policies.permit import Signer
from tests.vehicle.brokers import Served, until

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TRACTION = "Vehicle.ADAS.TCS.IsEnabled"


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.kill()


@pytest.fixture
def cabin(engines: Engines, served: Served) -> Iterator[Cabin]:
    clock, signer, catalogue = RealClock(), Signer.fresh(), engines.catalogue()
    settings = VehicleSettings(kind="kuksa", port=served.port)
    car = chosen.behind_broker(settings, clock, catalogue, signer.public_key)
    yield Cabin(
        router=engines.router(),
        wording=engines.wording(),
        gate=Gate(engines.rules(), catalogue, car.id, signer),
        catalogue=catalogue,
        vehicle=car,
        clock=clock,
        journal=engines.journal(),
        library=engines.library,
        transcriber=engines.transcriber,
        synthesizer=engines.synthesizer,
        cases=engines.cases,
        witnesses=[TouchScreen()],
    )
    car.close()


async def say(cabin: Cabin, text: str) -> Reply:
    return await cabin.take_turn(Utterance(text, zone=Zone.DRIVER))


async def test_what_is_said_happens_in_the_car_behind_the_broker(cabin: Cabin, served: Served) -> None:
    reply = await say(cabin, "set the temperature to 23 degrees")
    assert reply.applied == {TEMPERATURE: 23.0}
    assert served.do(lambda car: car.state().get(TEMPERATURE)) == 23.0


async def test_a_critical_command_takes_a_touch_and_is_done_once(cabin: Cabin, served: Served) -> None:
    reply = await say(cabin, "turn off traction control")
    assert reply.decision == "confirm" and served.databroker.actuations == 0
    assert reply.challenge is not None
    reply = await cabin.touch(reply.challenge, Modality.TOUCH)
    assert reply.applied == {TRACTION: False} and served.databroker.actuations == 1


async def test_a_critical_command_is_refused_while_the_broker_is_away(cabin: Cabin, served: Served) -> None:
    served.kill()
    assert until(lambda: motion(cabin.vehicle.state(), cabin.clock.now()) is Motion.UNKNOWN)
    reply = await say(cabin, "turn off traction control")
    assert reply.decision == "refuse" and not reply.applied


async def test_a_comfort_command_says_that_the_car_is_out_of_reach(cabin: Cabin, served: Served) -> None:
    served.kill()
    assert until(lambda: motion(cabin.vehicle.state(), cabin.clock.now()) is Motion.UNKNOWN)
    reply = await say(cabin, "set the temperature to 25 degrees")
    assert not reply.applied and "out of reach" in reply.text


async def test_an_actuator_that_sticks_is_not_said_to_be_done(cabin: Cabin, served: Served) -> None:
    served.do(lambda car: car.console.fault(TEMPERATURE, "sticks"))
    reply = await say(cabin, "set the temperature to 26 degrees")
    assert reply.applied == {TEMPERATURE: 21.0} and "21 degrees" in reply.text and "26" not in reply.text


def test_the_console_of_a_car_that_is_not_simulated_only_looks(cabin: Cabin, served: Served) -> None:
    console = chosen.console(cabin.vehicle, cabin.catalogue)
    assert console.get([SPEED]) == {SPEED: 0.0}
    with pytest.raises(VehicleError) as caught:
        console.set({SPEED: 50})
    assert caught.value.code == "no_console"
