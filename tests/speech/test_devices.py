"""Microphones and loudspeakers, on miniaudio's null backend: a real device to it, silent and in real time."""

import threading

import numpy as np
import pytest

from assistant.errors import DeviceError
from assistant.speech.devices import DEFAULT, devices, find, within
from assistant.speech.loudspeaker import DeviceLoudspeaker
from assistant.speech.microphone import WAITING, DeviceMicrophone
from assistant.utterance import SAMPLE_RATE, Audio

miniaudio = pytest.importorskip("miniaudio")
NULL = [miniaudio.Backend.NULL]
NONE = [miniaudio.Backend.JACK]
"""A sound system that does not run here: as good as no sound card."""


def problem(kind: str, name: str, backends: list[object]) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        find(kind, name, backends)
    return caught.value


def test_devices_are_listed_by_name() -> None:
    assert [each.name for each in devices("microphone", NULL)] == ["NULL Capture Device"]
    assert [each.name for each in devices("loudspeaker", NULL)] == ["NULL Playback Device"]


@pytest.mark.parametrize("name", ["NULL Capture Device", "null capture", "capture"])
def test_a_device_may_be_named_by_a_part_in_any_case(name: str) -> None:
    assert find("microphone", name, NULL).name == "NULL Capture Device"


def test_the_default_device_is_left_to_the_computer() -> None:
    found = find("loudspeaker", DEFAULT, NULL)
    assert (found.name, found.id) == (DEFAULT, None)


@pytest.mark.skipif(bool(devices("microphone", NONE)), reason="a JACK server runs here")
@pytest.mark.parametrize("kind", ["microphone", "loudspeaker"])
def test_where_there_is_none_it_says_so_and_what_to_do_instead(kind: str) -> None:
    error = problem(kind, DEFAULT, NONE)
    assert error.code == "none"
    assert f"no {kind} was found" in str(error) and "cabin say" in str(error)


def test_a_device_that_is_not_there_is_named_with_those_that_are() -> None:
    error = problem("microphone", "studio", NULL)
    assert error.code == "unknown"
    assert '"studio"' in str(error) and '"NULL Capture Device"' in str(error) and "[speech] microphone" in str(error)


def test_a_sound_system_that_hangs_does_not_hang_the_cabin() -> None:
    released = threading.Event()
    with pytest.raises(DeviceError, match=r"it did not open within 0\.05 s") as caught:
        within(0.05, released.wait, "it did not open")
    released.set()
    assert caught.value.code == "timeout"


def test_a_microphone_brings_sound_at_sixteen_kilohertz() -> None:
    microphone = DeviceMicrophone(backends=NULL)
    try:
        blocks = [microphone.read() for _ in range(12)]
    finally:
        microphone.close()
    assert microphone.sample_rate == 48_000
    assert all(block.dtype == np.float32 and 0 < len(block) <= SAMPLE_RATE for block in blocks)
    assert 0.1 < sum(map(len, blocks)) / SAMPLE_RATE < 1.0


def test_a_microphone_that_is_unplugged_says_so_in_words() -> None:
    microphone = DeviceMicrophone(backends=NULL)
    microphone.read()
    microphone._device.stop()  # what the system does when the plug is pulled
    with pytest.raises(DeviceError, match=r"is it unplugged\? Type instead") as caught:
        for _ in range(WAITING):
            microphone.read()
    assert caught.value.code == "gone"
    microphone.close()


def test_nobody_is_heard_late_when_the_ears_were_busy() -> None:
    microphone = DeviceMicrophone(backends=NULL)
    microphone._device.stop()
    for number in range(WAITING + 10):
        microphone._put(np.full(960, number, np.float32).tobytes())
    assert microphone.lost >= 10
    microphone.close()


@pytest.fixture
def loudspeaker() -> DeviceLoudspeaker:
    return DeviceLoudspeaker(backends=NULL)


def test_everything_that_is_played_is_told_in_order(loudspeaker: DeviceLoudspeaker) -> None:
    told: list[Audio] = []
    loudspeaker.played = told.append
    sound = np.linspace(0.1, 0.9, loudspeaker.sample_rate // 4, dtype=np.float32)
    for start in range(0, len(sound), 1000):
        loudspeaker.write(sound[start : start + 1000])
    loudspeaker.drain()
    loudspeaker.close()
    heard = np.concatenate(told)
    assert np.array_equal(heard[heard > 0], sound)
    assert len(heard) > len(sound)  # silence is told as well


def test_a_loudspeaker_is_silent_at_once(loudspeaker: DeviceLoudspeaker) -> None:
    told: list[Audio] = []
    loudspeaker.write(np.ones(loudspeaker.sample_rate // 10, np.float32))
    loudspeaker.flush()
    loudspeaker.played = told.append
    loudspeaker.write(np.full(2000, 0.5, np.float32))
    loudspeaker.drain()
    loudspeaker.close()
    heard = np.concatenate(told)
    assert np.count_nonzero(heard == 0.5) == 2000
    assert heard.max() == 0.5


def test_a_loudspeaker_that_is_unplugged_says_so_in_words(loudspeaker: DeviceLoudspeaker) -> None:
    loudspeaker._device.stop()
    with pytest.raises(DeviceError, match=r"is it unplugged\? Replies are shown"):
        loudspeaker.write(np.zeros(5 * loudspeaker.sample_rate, np.float32))
    loudspeaker.close()


def test_whoever_listens_to_the_loudspeaker_cannot_stop_it(loudspeaker: DeviceLoudspeaker) -> None:
    def fail(_: Audio) -> None:
        raise RuntimeError("whoever listens is broken")

    loudspeaker.played = fail
    loudspeaker.write(np.zeros(4000, np.float32))
    loudspeaker.drain()
    loudspeaker.close()
