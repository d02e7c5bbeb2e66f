"""The diagnostic socket: what control units say is read whole, rubbish is not believed, and nothing is done twice."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import can
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.clock import RealClock
from assistant.errors import VehicleError
from assistant.vehicle.can import codes
from assistant.vehicle.can.car import DiagnosedVehicle
from assistant.vehicle.can.line import Line, Refused, Silent, fits, open_bus
from assistant.vehicle.can.obd import Obd
from assistant.vehicle.can.pids import bitmap, supported, table
from assistant.vehicle.can.simulated_unit import SimulatedUnit
from assistant.vehicle.can.uds import VIN, Uds
from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.permit import PermitRefused, Signer, Verifier
from tests.vehicle.brokers import until

SPEED = "Vehicle.Speed"
RPM = "Vehicle.Powertrain.CombustionEngine.Speed"
CODES = "Vehicle.Diagnostics.DTCList"
CLEAR = "Vehicle.Diagnostics.IsClearRequested"
SEEN: dict[str, Any] = {
    SPEED: 88.0,
    RPM: 2150.0,
    "Vehicle.TraveledDistance": 123_456_700,
    "Vehicle.LowVoltageBattery.CurrentVoltage": 14.1,
    "Vehicle.Exterior.AirTemperature": -7.0,
    "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature": 91.0,
}
MANY = ["P0301", "P0420", "U0100", "C0077", "B1234"]
_channels = count()


@pytest.fixture
def channel() -> str:
    return f"test {next(_channels)}"


@pytest.fixture
def unit(channel: str) -> Iterator[SimulatedUnit]:
    unit = SimulatedUnit(can.Bus(interface="virtual", channel=channel), lambda: SEEN)
    yield unit
    unit.close()


@pytest.fixture
def line(channel: str, unit: SimulatedUnit) -> Iterator[Line]:
    line = Line(open_bus("virtual", channel), p2_s=0.1, p2_star_s=0.5, longest_s=1.0, listen_s=0.03)
    yield line
    line.close()


@pytest.fixture
def obd(line: Line) -> Obd:
    assert line.find_units()
    return Obd(line)


# --- what is told -----------------------------------------------------------------------------------------


def test_present_values_are_read_in_their_units(obd: Obd) -> None:
    found = {value.name: value.value for value in obd.snapshot().values.values()}
    assert found["speed"] == 88 and found["engine speed"] == 2150 and found["outside temperature"] == -7
    assert found["odometer"] == pytest.approx(123_456.7)
    assert found["control module voltage"] == pytest.approx(14.1)
    assert len(found) >= 20


def test_codes_of_all_three_kinds_come_with_the_lamp(obd: Obd, unit: SimulatedUnit) -> None:
    unit.memory.stored, unit.memory.pending, unit.memory.permanent = list(MANY), ["P0171"], ["P0301"]
    found = obd.snapshot()
    assert (found.stored, found.pending, found.permanent, found.lamp) == (MANY, ["P0171"], ["P0301"], True)


def test_no_codes_is_no_codes(obd: Obd) -> None:
    found = obd.snapshot()
    assert (found.stored, found.lamp, found.frozen, found.problems) == ([], False, [], [])


def test_the_freeze_frame_tells_the_moment_of_the_fault(obd: Obd, unit: SimulatedUnit) -> None:
    unit.memory.stored, unit.memory.frozen = ["P0301"], {0x0C: 3100, 0x05: 92, 0x0D: 101}
    (frame,) = obd.snapshot().frozen
    assert frame.code == "P0301"
    assert {value.name: value.value for value in frame.values} == {
        "coolant temperature": 92,
        "engine speed": 3100,
        "speed": 101,
    }


def test_the_identification_number_is_read_over_several_frames(obd: Obd, unit: SimulatedUnit) -> None:
    assert obd.snapshot().vin == unit.memory.vin


def test_a_second_control_unit_adds_what_the_first_lacks(channel: str, unit: SimulatedUnit, line: Line) -> None:
    battery = {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed": 50.0}
    other = SimulatedUnit(
        can.Bus(interface="virtual", channel=channel), lambda: battery, request_id=0x7E2, constants={}
    )
    try:
        unit.memory.stored, other.memory.stored = ["P0301"], ["P0A7E", "P0301"]
        assert len(line.find_units()) == 2
        found = Obd(line).snapshot()
        assert found.stored == ["P0301", "P0A7E"]
        assert found.values[0x5B].value == pytest.approx(50, abs=0.3) and found.values[0x0D].value == 88
    finally:
        other.close()


def test_uds_tells_how_a_code_fails_and_whether_it_does_now(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.memory.stored, unit.memory.pending = ["P0301", "U0100", "B1234"], ["P0171"]
    found = {each.code: each for each in Uds(line, line.units[0]).codes()}
    assert set(found) == {"P0301", "U0100", "B1234", "P0171"}
    assert found["P0301"].state.confirmed and found["P0301"].state.fails_now and found["P0301"].failure_type == 0x11
    assert found["P0171"].state.pending and not found["P0171"].state.confirmed
    assert {each.code for each in Uds(line, line.units[0]).codes(mask=0x08)} == {"P0301", "U0100", "B1234"}


def test_uds_reads_data_by_identifier_and_names_what_is_not_there(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    uds = Uds(line, line.units[0])
    assert uds.data(VIN).decode() == unit.memory.vin
    with pytest.raises(Refused, match="out of range"):
        uds.data(0xF18C)


# --- units that behave badly ------------------------------------------------------------------------------


def test_a_slow_unit_is_waited_for(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.faults.delay_s = 0.06
    assert obd.lamp(line.units[0]) == (False, 0)


def test_a_unit_that_says_pending_is_waited_for(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.memory.stored = list(MANY)
    unit.faults.pending, unit.faults.delay_s = 3, 0.08
    assert obd.codes(line.units[0]) == MANY
    assert unit.asked.count(b"\x03") == 1
    assert Uds(line, line.units[0]).data(VIN).decode() == unit.memory.vin


def test_a_unit_that_says_pending_for_ever_is_given_up(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.faults.pending, unit.faults.delay_s = 8, 0.2
    with pytest.raises(Silent):
        line.ask(line.units[0], b"\x03", again=False)


def test_a_unit_that_falls_silent_is_named_after_a_second_try(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.faults.silent = True
    with pytest.raises(Silent, match="7E8"):
        obd.codes(line.units[0])
    assert unit.asked.count(b"\x03") == 2


def test_a_bus_with_nobody_on_it_says_so(channel: str) -> None:
    line = Line(open_bus("virtual", channel))
    try:
        with pytest.raises(Silent, match="ignition"):
            Obd(line).snapshot()
    finally:
        line.close()


RUBBISH = {
    "an empty frame": (b"",),
    "an answer to another service": (b"\x03\x7f\x99\x11",),
    "a positive answer to another parameter": (b"\x04\x41\x99\x01\x02",),
    "a frame out of sequence": (b"\x23\xff\xff\xff\xff\xff\xff\xff",),
    "a flow control nobody asked for": (b"\x30\x00\x00",),
    "a first frame without a second": (b"\x10\xff\x41\x0c\x00\x00\x00\x00",),
    "a frame of no known kind": (b"\xf0\x01\x02\x03",),
}


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_before_the_answer_is_not_the_answer(obd: Obd, line: Line, unit: SimulatedUnit, rubbish: str) -> None:
    unit.memory.stored = ["P0420"]
    unit.faults.rubbish = RUBBISH[rubbish]
    assert [value.value for value in obd.values(line.units[0], [0x0D])] == [88]
    assert obd.codes(line.units[0]) == ["P0420"]


def test_an_answer_torn_in_the_middle_is_none(obd: Obd, line: Line, unit: SimulatedUnit) -> None:
    unit.memory.stored = list(MANY)
    unit.faults.torn = True
    with pytest.raises(Silent):
        obd.codes(line.units[0])
    unit.faults.torn = False
    assert obd.codes(line.units[0]) == MANY


def test_a_unit_that_takes_one_parameter_at_a_time_is_asked_so(obd: Obd, unit: SimulatedUnit) -> None:
    unit.faults.one_at_a_time = True
    found = obd.snapshot()
    assert len(found.values) >= 20 and not found.problems


def test_what_one_unit_does_not_tell_is_said_and_the_rest_is_there(obd: Obd, unit: SimulatedUnit) -> None:
    unit.memory.vin = "SHORT"
    found = obd.snapshot()
    assert len(found.values) >= 20 and found.vin == ""
    assert "SHORT" in found.problems[0]


@settings(deadline=None)
@given(st.binary(max_size=8), st.binary(min_size=1, max_size=7))
def test_only_an_answer_to_the_question_fits(answer: bytes, request: bytes) -> None:
    if fits(request, answer):
        assert answer[0] == request[0] + 0x40


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_no_answer_about_parameters_can_break_the_reader(answer: bytes) -> None:
    try:
        found = Obd(None)._parsed(answer, [0x0C, 0x0D, 0x05])  # type: ignore[arg-type]  # parsing asks nobody
    except ValueError:
        return
    assert [value.pid for value in found] == [0x0C, 0x0D, 0x05]


def test_a_flooded_bus_does_not_keep_the_answers_away(channel: str, obd: Obd, unit: SimulatedUnit) -> None:
    unit.memory.stored = list(MANY)
    flooding = threading.Event()
    bus = can.Bus(interface="virtual", channel=channel)

    def flood() -> None:
        while not flooding.is_set():
            began = time.monotonic()
            for number in range(100):  # a hundred every ten milliseconds: 10,000 a second
                bus.send(can.Message(arbitration_id=0x100 + number, is_extended_id=False, data=bytes(8)))
            time.sleep(max(0.0, began + 0.01 - time.monotonic()))

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        for _ in range(3):
            found = obd.snapshot()
            assert found.stored == MANY and len(found.values) >= 20 and not found.problems
    finally:
        flooding.set()
        thread.join()
        bus.shutdown()


# --- bytes ------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 0xFFFF))
def test_every_code_survives_the_way_to_bytes_and_back(number: int) -> None:
    pair = number.to_bytes(2, "big")
    assert codes.two_bytes(codes.name(*pair)) == pair


@pytest.mark.parametrize(
    ("pair", "code"), [("0301", "P0301"), ("0420", "P0420"), ("4077", "C0077"), ("9234", "B1234"), ("c100", "U0100")]
)
def test_codes_have_the_names_that_j2012_gives_them(pair: str, code: str) -> None:
    assert codes.name(*bytes.fromhex(pair)) == code


@pytest.mark.parametrize("bad", ["", "X0301", "P4301", "P03", "P030G"])
def test_what_is_no_code_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        codes.two_bytes(bad)


@pytest.mark.parametrize(
    ("pid", "raw", "value"),
    [  # worked examples from the formulas of SAE J1979
        (0x05, "7b", 83),
        (0x0C, "1af8", 1726),
        (0x0D, "ff", 255),
        (0x0E, "80", 0),
        (0x42, "3707", 14.087),
        (0x46, "00", -40),
        (0x2F, "ff", 100),
        (0xA6, "00012d68", 7716.0),
    ],
)
def test_parameters_are_scaled_as_j1979_says(pid: int, raw: str, value: float) -> None:
    assert table()[pid].value(bytes.fromhex(raw)) == pytest.approx(value)


def test_every_parameter_that_has_a_signal_has_one_of_the_catalogue() -> None:
    signals = [parameter.signal for parameter in table().values() if parameter.signal]
    assert len(signals) == len(set(signals)) and set(signals) <= set(Catalogue.load())


@settings(deadline=None)
@given(st.sets(st.integers(1, 0x1F)))
def test_bitmaps_name_what_was_put_into_them(pids: set[int]) -> None:
    assert supported(0, bitmap(0, pids)) == pids


# --- the port ---------------------------------------------------------------------------------------------


class Workshop:
    """A car behind its diagnostic socket, and the gate's half of its permits."""

    def __init__(self, channel: str) -> None:
        self.clock, self.signer = RealClock(), Signer.fresh()
        verifier = Verifier(self.signer.public_key, "can test", self.clock.now())
        bus = open_bus("virtual", channel)
        self.car = DiagnosedVehicle(bus, self.clock, Catalogue.load(), verifier, "can test")

    def apply(self, wanted: dict[str, Value]) -> dict[str, Value]:
        commands = [Command(path, value) for path, value in wanted.items()]
        return asyncio.run(self.car.apply(self.signer.sign("can test", commands, self.clock.now())))


@pytest.fixture
def workshop(channel: str, unit: SimulatedUnit) -> Iterator[Workshop]:
    unit.memory.stored = list(MANY)
    workshop = Workshop(channel)
    assert workshop.car.wait(5)
    yield workshop
    workshop.car.close()


def test_values_land_as_signals_in_the_catalogues_units(workshop: Workshop) -> None:
    state = workshop.car.state()
    assert state.get(SPEED) == 88.0 and state.get(RPM) == 2150.0
    assert state.get("Vehicle.TraveledDistance") == 123_456_700
    assert state.get(CODES) == tuple(MANY) and state.get("Vehicle.Diagnostics.DTCCount") == len(MANY)
    assert state.get("Vehicle.VehicleIdentification.VIN") == "HLDAURE0000000001"


def test_codes_are_cleared_by_permit_and_read_again(workshop: Workshop, unit: SimulatedUnit) -> None:
    assert workshop.apply({CLEAR: True}) == {CLEAR: True}
    assert workshop.car.state().get(CODES) == ()
    assert unit.memory.clears == 1


def test_codes_are_not_cleared_without_a_permit_for_it(workshop: Workshop, unit: SimulatedUnit) -> None:
    permit = workshop.signer.sign("another car", [Command(CLEAR, True)], workshop.clock.now())
    with pytest.raises(PermitRefused):
        asyncio.run(workshop.car.apply(permit))
    assert unit.memory.clears == 0


@pytest.mark.parametrize("wanted", [{"Vehicle.Body.Horn.IsActive": True}, {CLEAR: False}])
def test_nothing_else_can_be_set_over_a_diagnostic_socket(
    workshop: Workshop, unit: SimulatedUnit, wanted: dict[str, Value]
) -> None:
    with pytest.raises(VehicleError) as caught:
        workshop.apply(wanted)
    assert caught.value.code == "not_settable" and unit.memory.clears == 0


def test_a_unit_that_declines_to_clear_is_heard(workshop: Workshop, unit: SimulatedUnit) -> None:
    unit.memory.may_clear = False
    with pytest.raises(Refused, match="conditions not correct"):
        workshop.apply({CLEAR: True})
    assert workshop.car.state().get(CODES) == tuple(MANY)


def mute(unit: SimulatedUnit, *services: int) -> None:
    """Let ``unit`` act on ``services`` and say nothing."""
    speaking: Callable[[bytes], bytes | None] = unit.answer

    def answer(request: bytes) -> bytes | None:
        told = speaking(request)
        return None if request[0] in services else told

    unit.answer = answer  # type: ignore[method-assign]  # a fault of this test's own


def test_clearing_whose_answer_is_lost_is_read_back_and_not_repeated(workshop: Workshop, unit: SimulatedUnit) -> None:
    mute(unit, 0x04)
    assert workshop.apply({CLEAR: True}) == {CLEAR: True}
    assert unit.memory.clears == 1


def test_clearing_that_cannot_be_read_back_leaves_an_honest_doubt(workshop: Workshop, unit: SimulatedUnit) -> None:
    mute(unit, 0x03, 0x04)
    with pytest.raises(VehicleError, match="may have been done") as caught:
        workshop.apply({CLEAR: True})
    assert caught.value.code == "unknown_outcome" and unit.memory.clears == 1


def test_when_the_units_fall_silent_the_speed_grows_old(workshop: Workshop, unit: SimulatedUnit) -> None:
    unit.faults.silent = True
    assert until(lambda: workshop.car.state().age(SPEED, workshop.clock.now()) > 0.5)
    assert until(lambda: "does not answer" in workshop.car.problem)
    unit.faults.silent = False
    assert until(lambda: workshop.car.state().age(SPEED, workshop.clock.now()) < 0.5)


def test_silent_units_are_not_taken_for_a_car_without_codes(workshop: Workshop, unit: SimulatedUnit) -> None:
    unit.faults.silent = True
    assert until(lambda: "does not answer" in workshop.car.problem)
    assert not until(lambda: workshop.car.state().get(CODES) != tuple(MANY), seconds=2.5)


@pytest.mark.enable_socket
def test_an_interface_that_is_not_there_is_named() -> None:
    with pytest.raises(VehicleError, match="nowhere0"):
        open_bus("socketcan", "nowhere0")
