"""Our databroker, as any client of kuksa.val.v2 sees it: the protocol's answers, and none that it forbids."""

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from assistant.vehicle.kuksa_values import decode, encode
from assistant.vehicle.subscriber import Subscriber
from policies.catalogue import Catalogue, Signal
from tests.vehicle.brokers import Served, until

SPEED = "Vehicle.Speed"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OTHER_WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
CODES = "Vehicle.Diagnostics.DTCList"
CATALOGUE = Catalogue.load()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    served = Served(hz=50)
    yield served
    served.kill()


@pytest.fixture
def stub(served: Served) -> Iterator[val_pb2_grpc.VALStub]:
    served.do(lambda car: car.console.set({WINDOW: 0, OTHER_WINDOW: 0, SPEED: 0}))
    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        yield val_pb2_grpc.VALStub(channel)


def at(path: str) -> types_pb2.SignalID:
    return types_pb2.SignalID(path=path)


def wish(path: str, **value: Any) -> val_pb2.ActuateRequest:
    return val_pb2.ActuateRequest(signal_id=at(path), value=types_pb2.Value(**value))


def refused(call: Any, request: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as caught:
        answer = call(request, timeout=5)
        list(answer)  # of a stream
    code: grpc.StatusCode = caught.value.code()  # type: ignore[attr-defined]  # an RpcError of a call is a Call too
    return code


def test_values_come_in_the_order_in_which_they_were_asked_for(stub: Any, served: Served) -> None:
    served.do(lambda car: car.console.set({SPEED: 31.5, WINDOW: 7}))
    answer = stub.GetValues(val_pb2.GetValuesRequest(signal_ids=[at(WINDOW), at(SPEED), at(CODES)]))
    window, speed, codes = answer.data_points
    assert window.value.uint32 == 7 and speed.value.float == 31.5
    assert list(codes.value.string_array.values) == []


def test_a_sensor_that_reports_nothing_is_a_point_without_a_value(stub: Any, served: Served) -> None:
    served.do(lambda car: car.console.fault(SPEED, "missing"))
    try:
        point = stub.GetValue(val_pb2.GetValueRequest(signal_id=at(SPEED))).data_point
        assert not point.HasField("value")
    finally:
        served.do(lambda car: car.console.mend(SPEED))


def test_signals_can_be_named_by_their_number(stub: Any) -> None:
    (entry,) = stub.ListMetadata(val_pb2.ListMetadataRequest(root=WINDOW)).metadata
    point = stub.GetValue(val_pb2.GetValueRequest(signal_id=types_pb2.SignalID(id=entry.id))).data_point
    assert point.value.uint32 == 0
    first = next(iter(stub.SubscribeById(val_pb2.SubscribeByIdRequest(signal_ids=[entry.id]), timeout=5)))
    assert dict(first.entries)[entry.id].value.uint32 == 0


def test_metadata_tell_type_kind_unit_and_bounds(stub: Any) -> None:
    (entry,) = stub.ListMetadata(val_pb2.ListMetadataRequest(root=WINDOW)).metadata
    assert entry.data_type == types_pb2.DATA_TYPE_UINT8 and entry.entry_type == types_pb2.ENTRY_TYPE_ACTUATOR
    assert (entry.unit, entry.min.uint32, entry.max.uint32) == ("percent", 0, 100)
    modes = stub.ListMetadata(val_pb2.ListMetadataRequest(root="**.PerformanceMode")).metadata
    assert "SPORT" in modes[0].allowed_values.string_array.values


def test_everything_is_listed_but_what_the_car_lacks(stub: Any, served: Served) -> None:
    listed = {entry.path for entry in stub.ListMetadata(val_pb2.ListMetadataRequest(root="Vehicle")).metadata}
    assert listed == set(CATALOGUE) - served.do(lambda car: set(car.lacks))


def test_an_actuation_is_accepted_with_an_empty_answer_and_seen_by_subscription(stub: Any) -> None:
    stream = iter(stub.Subscribe(val_pb2.SubscribeRequest(signal_paths=[WINDOW]), timeout=5))
    assert next(stream).entries[WINDOW].value.uint32 == 0
    assert stub.Actuate(wish(WINDOW, uint32=35)) == val_pb2.ActuateResponse()
    assert next(stream).entries[WINDOW].value.uint32 == 35


def test_a_batch_is_done_whole_or_not_at_all(stub: Any, served: Served) -> None:
    wishes = [wish(WINDOW, uint32=50), wish(OTHER_WINDOW, uint32=200)]
    batch = val_pb2.BatchActuateRequest(actuate_requests=wishes)
    assert refused(stub.BatchActuate, batch) is grpc.StatusCode.INVALID_ARGUMENT
    assert served.do(lambda car: car.state().get(WINDOW)) == 0
    wishes[1] = wish(OTHER_WINDOW, uint32=60)
    stub.BatchActuate(val_pb2.BatchActuateRequest(actuate_requests=wishes))
    assert until(lambda: served.do(lambda car: (car.state().get(WINDOW), car.state().get(OTHER_WINDOW))) == (50, 60))


def test_a_stream_of_actuations_is_carried_out_in_order(stub: Any, served: Served) -> None:
    before = served.databroker.actuations
    stub.ActuateStream(iter([wish(WINDOW, uint32=number) for number in (10, 20, 30)]))
    assert served.databroker.actuations == before + 3
    assert until(lambda: served.do(lambda car: car.state().get(WINDOW)) == 30)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (wish("Vehicle.Cabin.Fridge.IsOn", bool=True), grpc.StatusCode.NOT_FOUND),
        (wish("Vehicle.Powertrain.FuelSystem.IsFuelPortFlapOpen", bool=True), grpc.StatusCode.NOT_FOUND),
        (wish(SPEED, float=10.0), grpc.StatusCode.INVALID_ARGUMENT),
        (wish(WINDOW, uint32=101), grpc.StatusCode.INVALID_ARGUMENT),
        (wish(WINDOW, int32=10), grpc.StatusCode.INVALID_ARGUMENT),
        (wish(WINDOW, string="10"), grpc.StatusCode.INVALID_ARGUMENT),
        (val_pb2.ActuateRequest(signal_id=at(WINDOW)), grpc.StatusCode.INVALID_ARGUMENT),
        (val_pb2.ActuateRequest(), grpc.StatusCode.NOT_FOUND),
        (wish("V" * 1001, bool=True), grpc.StatusCode.INVALID_ARGUMENT),
        (
            wish("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", float=float("nan")),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_protocols_code(
    stub: Any, served: Served, request_: Any, code: grpc.StatusCode
) -> None:
    before = served.databroker.actuations
    assert refused(stub.Actuate, request_) is code
    assert served.databroker.actuations == before


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (val_pb2.SubscribeRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        (val_pb2.SubscribeRequest(signal_paths=["Vehicle.Sped"]), grpc.StatusCode.NOT_FOUND),
        (val_pb2.SubscribeRequest(signal_paths=[SPEED], buffer_size=1001), grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(stub: Any, request_: Any, code: grpc.StatusCode) -> None:
    assert refused(stub.Subscribe, request_) is code


def test_a_subscription_ends_after_the_time_that_it_asked_for(stub: Any) -> None:
    request = val_pb2.SubscribeRequest(signal_paths=[SPEED], filter=types_pb2.Filter(duration_ms=200))
    assert len(list(stub.Subscribe(request, timeout=5))) == 1


def test_a_subscription_is_told_no_more_often_than_it_asked_for(stub: Any, served: Served) -> None:
    served.do(lambda car: car.console.fault(SPEED, "jumps"))
    try:
        pace = types_pb2.Filter(duration_ms=1000, min_sample_interval=types_pb2.SampleInterval(interval_ms=250))
        request = val_pb2.SubscribeRequest(signal_paths=[SPEED], filter=pace)
        assert 1 <= len(list(stub.Subscribe(request, timeout=5))) <= 5
    finally:
        served.do(lambda car: car.console.mend(SPEED))


# --- values on the wire -----------------------------------------------------------------------------------


def values_of(signal: Signal) -> st.SearchStrategy[Any]:
    if signal.type == "boolean":
        return st.booleans()
    if signal.type == "string":
        return st.sampled_from(signal.allowed or (signal.example or "",))
    if signal.type == "string[]":
        return st.lists(st.sampled_from(["P0301", "C0077", "U0100"]), unique=True).map(tuple)
    low = -1e6 if signal.minimum is None else signal.minimum
    high = 1e6 if signal.maximum is None else signal.maximum
    if "int" in signal.type:
        return st.integers(int(low), int(high))
    return st.integers(int(low), int(high) - 1).map(lambda whole: whole + 0.5) if high > low + 1 else st.just(low)


@settings(deadline=None)
@given(st.sampled_from(sorted(CATALOGUE)).flatmap(lambda path: st.tuples(st.just(path), values_of(CATALOGUE[path]))))
def test_every_value_of_every_signal_survives_the_wire(sample: tuple[str, Any]) -> None:
    path, value = sample
    signal = CATALOGUE[path]
    wire = types_pb2.Value.FromString(encode(signal, value).SerializeToString())
    assert decode(signal, wire) == value


@settings(deadline=None)
@given(st.integers(160, 280))
def test_tenths_of_a_degree_are_tenths_again(tenths: int) -> None:
    signal = CATALOGUE["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"]
    wire = types_pb2.Value.FromString(encode(signal, tenths / 10).SerializeToString())
    assert decode(signal, wire) == tenths / 10


# --- a subscriber that is slow ------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(0, 5))
def test_a_slow_subscriber_misses_steps_but_never_the_latest(order: list[str], buffered: int) -> None:
    subscriber = Subscriber("abc", buffer_size=buffered)
    latest: dict[str, int] = {}
    for number, path in enumerate(order, start=1):
        subscriber.put({path: types_pb2.Datapoint(value=types_pb2.Value(int32=number))})
        latest[path] = number

    async def told() -> list[dict[str, int]]:
        return [{path: p.value.int32 for path, p in entries.items()} async for entries in subscriber]

    subscriber.close()
    messages = asyncio.run(told())
    seen: dict[str, int] = {}
    for message in messages:
        seen.update(message)
    assert seen == latest and len(messages) <= max(1, buffered)


def test_a_subscriber_is_told_only_of_what_it_asked_for() -> None:
    subscriber = Subscriber(["a"])
    subscriber.put({"b": types_pb2.Datapoint()})
    subscriber.close()

    async def told() -> int:
        return len([entries async for entries in subscriber])

    assert asyncio.run(told()) == 0
