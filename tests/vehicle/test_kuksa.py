"""A car behind a KUKSA databroker: one door, one try, and the truth about what the car then reports."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from kuksa.val.v2 import types_pb2, val_pb2

from assistant.errors import VehicleError
from assistant.vehicle.kuksa_link import Broker
from assistant.vehicle.kuksa_server import Databroker
from policies.command import Command
from policies.motion import SPEED, Motion, motion
from policies.permit import PermitRefused
from tests.vehicle.brokers import Remote, Served, Wire, cabin_at, until

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OTHER_WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
CODES = "Vehicle.Diagnostics.DTCList"
CLEAR = "Vehicle.Diagnostics.IsClearRequested"


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.kill()


@pytest.fixture
def remote(served: Served) -> Iterator[Remote]:
    with cabin_at(served) as remote:
        yield remote


# --- the port ------------------------------------------------------------------------------------------


def test_a_permit_is_carried_out_and_read_back(remote: Remote) -> None:
    assert remote.apply({WINDOW: 60}) == {WINDOW: 60}
    assert remote.get(WINDOW) == 60


def test_a_decimal_is_read_back_as_it_was_asked(remote: Remote) -> None:
    for wanted in (16.1, 21.3, 27.7):
        assert remote.apply({TEMPERATURE: wanted}) == {TEMPERATURE: wanted}


def test_several_commands_go_as_one_batch(served: Served, remote: Remote) -> None:
    wanted = {WINDOW: 10, OTHER_WINDOW: 20, TEMPERATURE: 19.5}
    assert remote.apply(wanted) == wanted
    assert served.databroker.actuations == 1


def test_what_already_stands_as_asked_is_achieved(remote: Remote) -> None:
    assert remote.apply({WINDOW: 0}) == {WINDOW: 0}


def test_clearing_fault_codes_goes_through_a_permit_like_everything_else(served: Served, remote: Remote) -> None:
    served.do(lambda car: car.console.set({CODES: ["P0420", "P0171"]}))
    assert until(lambda: remote.get(CODES) == ("P0420", "P0171"))
    assert remote.apply({CLEAR: True}) == {CLEAR: True}
    assert until(lambda: remote.get(CODES) == ())


def test_a_permit_works_once(served: Served, remote: Remote) -> None:
    permit = remote.permit({WINDOW: 40})
    asyncio.run(remote.car.apply(permit))
    with pytest.raises(PermitRefused):
        asyncio.run(remote.car.apply(permit))
    assert served.databroker.actuations == 1


@pytest.mark.parametrize("how", ["edited", "expired", "another car's"])
async def test_a_permit_that_is_not_to_be_honoured_is_never_sent(served: Served, remote: Remote, how: str) -> None:
    permit = remote.permit({WINDOW: 10})
    if how == "edited":
        permit = replace(permit, commands=(Command(WINDOW, 100),))
    elif how == "expired":
        permit = remote.signer.sign(remote.car.id, permit.commands, remote.clock.now() - 2.5)
    else:
        permit = remote.signer.sign("another car", permit.commands, remote.clock.now())
    with pytest.raises(PermitRefused):
        await remote.car.apply(permit)
    assert served.databroker.actuations == 0


@pytest.mark.parametrize(
    ("signal", "value", "code"),
    [
        ("Vehicle.Cabin.Seat.Row2.DriverSide.Massage.Level", 50, "not_fitted"),
        (SPEED, 10.0, "not_settable"),
        (WINDOW, 400, "bad_value"),
        ("Vehicle.Cabin.Fridge.IsOn", True, "unknown_signal"),
    ],
)
def test_what_this_car_cannot_do_is_said_and_not_tried(
    served: Served, remote: Remote, signal: str, value: Any, code: str
) -> None:
    with pytest.raises(VehicleError) as caught:
        remote.apply({signal: value})
    assert caught.value.code == code
    assert served.databroker.actuations == 0


def test_an_actuator_that_sticks_is_reported_where_it_stands(served: Served) -> None:
    served.do(lambda car: car.console.fault(WINDOW, "sticks"))
    with cabin_at(served, read_back_s=0.5) as remote:
        assert remote.apply({WINDOW: 100}) == {WINDOW: 0}


def test_a_read_back_that_never_arrives_is_not_made_up(served: Served) -> None:
    with cabin_at(served, read_back_s=0.5) as remote:
        served.do(lambda car: car.console.fault(WINDOW, "missing"))
        assert until(lambda: remote.get(WINDOW) is None)
        assert remote.apply({WINDOW: 100}) == {}


def test_a_movement_takes_its_time_and_is_waited_for() -> None:
    served = Served(hurried=False)
    try:
        with cabin_at(served) as remote:
            assert remote.apply({WINDOW: 12}) == {WINDOW: 12}
    finally:
        served.kill()


# --- what is read --------------------------------------------------------------------------------------


def test_the_state_is_what_the_car_reports(served: Served, remote: Remote) -> None:
    served.do(lambda car: car.console.set({SPEED: 87.5, CODES: ["P0301"]}))
    assert until(lambda: remote.get(SPEED) == 87.5 and remote.get(CODES) == ("P0301",))
    theirs = served.do(lambda car: set(car.state().readings))
    assert set(remote.car.state().readings) == theirs


def test_a_parked_car_stays_known_though_nothing_changes(remote: Remote) -> None:
    told = remote.car.state().readings[SPEED].at
    assert until(lambda: remote.car.state().readings[SPEED].at > told + 1.0)
    assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.PARKED)


def test_a_sensor_that_freezes_grows_old_and_the_motion_is_unknown(served: Served, remote: Remote) -> None:
    served.do(lambda car: car.console.fault(SPEED, "freezes"))
    assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.UNKNOWN)


LIES = {
    "of the wrong type": types_pb2.Value(string="fast"),
    "not a number": types_pb2.Value(double=float("nan")),
    "a float that is not a number": types_pb2.Value(float=float("nan")),
    "infinite": types_pb2.Value(float=float("inf")),
    "missing": None,
}


class Lying(Databroker):
    """Reports ``lie`` as the speed, whatever the car says."""

    lie: types_pb2.Value | None = None
    ahead_s = 0

    async def points(self, ids: Any, call: Any) -> list[types_pb2.Datapoint]:
        points = await super().points(ids, call)
        for which, point in zip(ids, points, strict=True):
            if which.path == SPEED:
                point.timestamp.seconds += self.ahead_s
                if not self.ahead_s:
                    point.ClearField("value")
                if self.lie is not None:
                    point.value.CopyFrom(self.lie)
        return points


@pytest.mark.parametrize("lie", LIES)
def test_a_speed_that_cannot_be_is_no_speed(lie: str) -> None:
    served = Served(made=Lying)
    try:
        served.databroker.lie = LIES[lie]  # type: ignore[attr-defined]  # of Lying
        with cabin_at(served) as remote:
            assert remote.car.link.up
            assert remote.get(SPEED) is None
            assert motion(remote.car.state(), remote.clock.now()) is Motion.UNKNOWN
            assert remote.get(WINDOW) == 0
    finally:
        served.kill()


def test_a_value_from_the_future_is_not_believed() -> None:
    served = Served(made=Lying)
    try:
        served.databroker.ahead_s = 60  # type: ignore[attr-defined]  # of Lying
        with cabin_at(served) as remote:
            assert remote.get(SPEED) is None
            assert remote.car.link.rejected[SPEED] > 0
    finally:
        served.kill()


def test_a_value_out_of_its_range_is_not_believed() -> None:
    class TooFar(Databroker):
        async def points(self, ids: Any, call: Any) -> list[types_pb2.Datapoint]:
            points = await super().points(ids, call)
            for which, point in zip(ids, points, strict=True):
                if which.path == WINDOW:
                    point.value.uint32 = 250
            return points

    served = Served(made=TooFar)
    try:
        with cabin_at(served) as remote:
            assert remote.get(WINDOW) is None and remote.car.link.rejected[WINDOW] > 0
    finally:
        served.kill()


# --- a broker that goes away -----------------------------------------------------------------------------


def test_without_a_broker_nothing_is_known_and_nothing_can_be_done() -> None:
    remote = Remote(Broker(port=1), wait_s=0.3)
    try:
        assert not remote.car.state().readings
        with pytest.raises(VehicleError, match="out of reach") as caught:
            remote.apply({WINDOW: 50})
        assert caught.value.code == "out_of_reach"
    finally:
        remote.car.close()


def test_while_the_broker_is_away_the_state_grows_old_and_comes_back_by_itself(served: Served, remote: Remote) -> None:
    served.kill()
    assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.UNKNOWN)
    with pytest.raises(VehicleError, match="out of reach"):
        remote.apply({WINDOW: 50})
    served.again()
    assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.PARKED)
    assert served.databroker.actuations == 0
    assert remote.apply({WINDOW: 50}) == {WINDOW: 50}


class Hanging(Databroker):
    """Sets the car in motion, or not, and then never answers: what a client sees of a crash in between."""

    acts = True

    async def actuate(self, requests: Any, call: Any) -> None:
        if self.acts:
            await super().actuate(requests, call)
        self.reached.set()
        await asyncio.sleep(60)

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.reached = threading.Event()


class HangingBefore(Hanging):
    """Does not act, so that no report of it can overtake the crash; the client cannot know."""

    acts = False


@contextmanager
def killed_in_the_middle(made: type[Hanging], *, comes_back: bool) -> Iterator[Served]:
    """A broker that is killed as soon as it was asked to act, and a fresh one in its place or none."""
    served = Served(made=made)
    first: Any = served.databroker

    def kill() -> None:
        first.reached.wait(10)
        served.kill()
        if comes_back:
            served.again()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield served
    finally:
        killer.join()
        served.kill()


def test_a_broker_killed_after_it_acted_is_read_back_and_nothing_is_done_twice() -> None:
    with killed_in_the_middle(Hanging, comes_back=True) as served, cabin_at(served) as remote:
        first = served.databroker
        assert remote.apply({WINDOW: 70}) == {WINDOW: 70}
        assert until(lambda: served.databroker is not first)
        assert (first.actuations, served.databroker.actuations) == (1, 0)


def test_a_broker_killed_before_it_acted_is_not_asked_again() -> None:
    with killed_in_the_middle(HangingBefore, comes_back=True) as served:
        with cabin_at(served, read_back_s=5.0) as remote:
            assert remote.apply({WINDOW: 70}) == {WINDOW: 0}
            assert remote.car.link.reconnects == 1
            assert served.databroker.actuations == 0


def test_a_broker_that_does_not_come_back_leaves_an_honest_doubt() -> None:
    with killed_in_the_middle(HangingBefore, comes_back=False) as served, cabin_at(served, read_back_s=1.0) as remote:
        with pytest.raises(VehicleError, match="may have been done") as caught:
            remote.apply({WINDOW: 70})
        assert caught.value.code == "unknown_outcome"


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    wire = Wire(served.port)
    yield wire
    wire.close()


@pytest.mark.enable_socket
def test_a_network_that_is_cut_is_noticed_and_nothing_arrives_late(served: Served, wire: Wire) -> None:
    with cabin_at(served, broker={"port": wire.port}) as remote:
        wire.cut()
        assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.UNKNOWN)
        with pytest.raises(VehicleError) as caught:
            remote.apply({WINDOW: 50})
        assert caught.value.code == "out_of_reach"
        wire.mend()
        assert until(lambda: motion(remote.car.state(), remote.clock.now()) is Motion.PARKED)
        assert served.databroker.actuations == 0
        assert remote.apply({WINDOW: 50}) == {WINDOW: 50}


@pytest.mark.enable_socket
def test_a_network_that_is_cut_under_a_request_leaves_an_honest_doubt(served: Served, wire: Wire) -> None:
    with cabin_at(served, read_back_s=2.0, broker={"port": wire.port}) as remote:
        wire.cut()
        with pytest.raises(VehicleError) as caught:
            remote.apply({WINDOW: 50})
        assert caught.value.code == "unknown_outcome"
        wire.mend()
        assert until(lambda: remote.car.link.up)
        assert served.databroker.actuations == 0 and remote.get(WINDOW) == 0


def test_two_cabins_that_write_at_once_each_act_once_and_both_see_the_end(served: Served) -> None:
    with cabin_at(served, read_back_s=0.6) as one, cabin_at(served, read_back_s=0.6) as two:
        reports: dict[int, Any] = {}

        def write(number: int, remote: Remote) -> None:
            for step in range(10):
                reports[number] = remote.apply({WINDOW: 10 * step + number})

        writers = [threading.Thread(target=write, args=pair) for pair in enumerate((one, two))]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert served.databroker.actuations == 20
        stands = served.do(lambda car: car.state().get(WINDOW))
        assert until(lambda: one.get(WINDOW) == two.get(WINDOW) == stands)


# --- TLS and tokens --------------------------------------------------------------------------------------


def test_a_token_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(VehicleError, match="root certificate") as caught:
        Broker(host="car.example", token="secret").channel()
    assert caught.value.code == "settings"


def test_a_missing_root_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(VehicleError, match=r"nothing\.pem"):
        Broker(root_certificate=tmp_path / "nothing.pem").channel()


# --- other clients -----------------------------------------------------------------------------------------


def test_nobody_can_publish_values(served: Served) -> None:
    from kuksa.val.v2 import val_pb2_grpc

    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        stub = val_pb2_grpc.VALStub(channel)
        point = types_pb2.Datapoint(value=types_pb2.Value(float=200.0))
        with pytest.raises(grpc.RpcError) as caught:
            stub.PublishValue(val_pb2.PublishValueRequest(signal_id=types_pb2.SignalID(path=SPEED), data_point=point))
        assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED  # type: ignore[attr-defined]  # also a Call


def test_kuksas_own_client_reads_follows_and_actuates(served: Served) -> None:
    from kuksa_client.grpc import Datapoint, VSSClient, VSSClientError

    served.do(lambda car: car.console.set({SPEED: 77.5, CODES: ["P0301"]}))
    with VSSClient("127.0.0.1", served.port) as client:
        found = client.get_current_values([SPEED, CODES])
        assert found[SPEED].value == 77.5 and found[CODES].value.values == ["P0301"]
        assert client.get_metadata([SPEED])[SPEED].unit == "km/h"
        first = next(client.subscribe_current_values(["Vehicle.Cabin.HVAC"]))
        assert first[TEMPERATURE].value == 21.0
        client.set_target_values({WINDOW: Datapoint(40)})
        assert until(lambda: client.get_current_values([WINDOW])[WINDOW].value == 40)
        with pytest.raises(VSSClientError, match="alone provides"):
            client.set_current_values({SPEED: Datapoint(10.0)})
        with pytest.raises(VSSClientError, match="no signal"):
            client.get_current_values(["Vehicle.Cabin.Fridge.IsOn"])
