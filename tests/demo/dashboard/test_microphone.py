"""Speaking to the dashboard: the key held or tapped, words on their way, the level, the wake word, barging in."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pytest

from assistant.bootstrap import Engines
from assistant.errors import DeviceError
from assistant.speech.audio import load
from assistant.speech.conversation import Conversation, Event
from assistant.speech.mouth import Mouth
from assistant.utterance import Audio, Reply, Transcript, Utterance
from demo.dashboard import microphone
from demo.dashboard.microphone import Converse
from tests.demo.dashboard.conftest import Driver, driving

SOUND = Path(__file__).parents[3] / "demo/drives/sounds/slt_set_the_temperature_to_twenty_one_degrees.flac"
SAID = "set the temperature to 21 degrees"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
STEP = 320
"""Samples in 20 ms."""


class Desk:
    """A microphone on a desk: silence, until somebody speaks into it."""

    name = "desk"

    def __init__(self) -> None:
        self._sounds: SimpleQueue[Audio] = SimpleQueue()
        self._open = True

    def speak(self, sound: Audio) -> None:
        for start in range(0, len(sound), STEP):
            self._sounds.put(sound[start : start + STEP])

    def quiet(self) -> bool:
        return self._sounds.empty()

    def read(self) -> Audio:
        try:
            sound = self._sounds.get(timeout=0.02)
        except Empty:
            sound = np.zeros(STEP, np.float32)
        if not self._open:
            raise DeviceError("the microphone desk is gone", code="gone")
        return sound

    def close(self) -> None:
        self._open = False


class Knowing:
    """A recogniser that knows beforehand what will be said."""

    name = "knowing"

    def transcribe(self, audio: Audio) -> Transcript:
        return Transcript(SAID, 0.9, self.name)


class Named:
    """Listens for a name that nobody says."""

    phrase = "hey cabin"

    def hear(self, sound: Audio) -> int | None:
        return None

    def reset(self) -> None: ...


class Slow:
    """A loudspeaker that takes its time, and can be silenced."""

    name, sample_rate = "slow", 16_000
    played: Callable[[Audio], None] = staticmethod(lambda sound: None)

    def __init__(self) -> None:
        self.silenced = 0
        self._flushed = False

    def write(self, sound: Audio) -> None:
        import time

        time.sleep(0.02)

    def drain(self) -> None: ...

    def flush(self) -> None:
        self.silenced += 1

    def close(self) -> None: ...


def before(desk: Desk, loudspeaker: Slow | None = None) -> Converse:
    """A conversation with this microphone."""

    def converse(
        engines: Engines, answer: Callable[[Utterance], Awaitable[Reply]], tell: Callable[[Event], None]
    ) -> Conversation:
        mouth = Mouth(loudspeaker, engines.synthesizer) if loudspeaker else None
        return Conversation(lambda: desk, Knowing, answer, tell, mouth=mouth, wake_word=Named())

    return converse


@pytest.fixture(scope="module")
def words() -> Audio:
    return load(SOUND)


async def listens(driver: Driver) -> None:
    """Ready to hear, in a cabin that is set to another temperature than the one that will be said."""
    await driver.moves({TEMPERATURE: 18.0})
    await driver.until(lambda: "hey cabin" in driver.sees("#talk-ears"))


def temperature(driver: Driver) -> object:
    return driver.value(TEMPERATURE)


async def test_while_space_is_held_it_listens_and_what_was_said_is_done(
    engines: Engines, words: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "FIRST_REPEAT_S", 30.0)  # this key repeats as slowly as the machine is busy
    monkeypatch.setattr(microphone, "REPEAT_S", 2.0)
    desk = Desk()
    async with driving(engines, converse=before(desk)) as driver:
        await listens(driver)
        await driver.pilot.press("space")
        desk.speak(words)
        while not desk.quiet():
            await driver.pilot.press("space")  # a held key repeats
            await driver.pilot.pause(0.02)
        await driver.until(lambda: temperature(driver) == 21.0)
        await driver.looks()
        assert f"“{SAID}”" in driver.cards()
        assert "✓ allowed" in driver.cards()
        assert driver.ride.exchanges[-1].zone == "driver"


async def test_a_tap_begins_words_are_shown_on_their_way_and_the_next_tap_ends_it(
    engines: Engines, words: Audio
) -> None:
    desk = Desk()
    async with driving(engines, converse=before(desk)) as driver:
        await listens(driver)
        await driver.pilot.press("space")
        await driver.until(lambda: "listening" in driver.sees("#talk-ears"))
        await driver.until(lambda: driver.cockpit.on_air._timer is None)  # longer than a held key takes to repeat
        desk.speak(words)
        await driver.until(lambda: f"“{SAID} …" in driver.cards())
        await driver.until(lambda: "█" in driver.sees("#talk-level") or desk.quiet())
        assert temperature(driver) != 21.0  # words on their way are for the eye only
        await driver.until(desk.quiet)
        await driver.pilot.press("space")
        await driver.until(lambda: temperature(driver) == 21.0)


async def test_at_speed_the_words_on_their_way_are_hidden_too(engines: Engines, words: Audio) -> None:
    desk = Desk()
    async with driving(engines, converse=before(desk)) as driver:
        await listens(driver)
        await driver.moves({"Vehicle.Speed": 50})
        await driver.pilot.press("space")
        desk.speak(words)
        await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].heard)
        await driver.looks()
        assert SAID not in driver.cards()


async def test_a_key_that_is_pressed_while_nobody_speaks_is_told_so(engines: Engines) -> None:
    async with driving(engines, converse=before(Desk())) as driver:
        await listens(driver)
        await driver.pilot.press("space")
        await driver.until(lambda: driver.cockpit.on_air.listening)
        await driver.until(lambda: driver.cockpit.on_air._timer is None)
        await driver.pilot.press("space")
        await driver.until(lambda: "Nothing was said." in driver.cards())


async def test_w_switches_the_wake_word_off_and_on(engines: Engines) -> None:
    async with driving(engines, converse=before(Desk())) as driver:
        await listens(driver)
        await driver.pilot.press("w")
        await driver.until(lambda: "hey cabin" not in driver.sees("#talk-ears"))
        await driver.pilot.press("w")
        await listens(driver)


async def test_a_microphone_that_is_pulled_out_shows_in_the_bar(engines: Engines) -> None:
    desk = Desk()
    async with driving(engines, converse=before(desk)) as driver:
        await listens(driver)
        desk.close()
        await driver.until(lambda: "no mic" in driver.sees("#talk-ears"))
        await driver.types("a bit warmer")
        assert "✓ allowed" in driver.cards()


async def test_speaking_stops_the_reply(engines: Engines) -> None:
    loudspeaker = Slow()
    async with driving(engines, converse=before(Desk(), loudspeaker)) as driver:
        await listens(driver)
        await driver.types("how do I change a wheel")
        talk = driver.cockpit.on_air.talk
        assert talk is not None and talk.mouth is not None
        mouth = talk.mouth
        await driver.until(lambda: mouth.speaking)
        await driver.pilot.press("space")
        await driver.until(lambda: not mouth.speaking)
        assert loudspeaker.silenced


async def test_escape_stops_the_reply_and_v_keeps_it_silent(engines: Engines) -> None:
    async with driving(engines, converse=before(Desk(), Slow())) as driver:
        await listens(driver)
        await driver.types("how do I change a wheel")
        talk = driver.cockpit.on_air.talk
        assert talk is not None and talk.mouth is not None
        mouth = talk.mouth
        await driver.until(lambda: mouth.speaking)
        await driver.pilot.press("escape")
        await driver.until(lambda: not mouth.speaking)
        await driver.until(lambda: "stopped" in driver.sees("#talk-voice"))
        await driver.pilot.press("v")
        await driver.types("how do I change a wheel")
        assert not mouth.speaking


async def test_a_sound_file_that_is_picked_is_a_whole_turn(engines: Engines) -> None:
    """Through the real recogniser, as every drive's sound is."""
    async with driving(engines) as driver:
        driver.cockpit.aloud = False
        await driver.moves({TEMPERATURE: 18.0})
        driver.cockpit.hear(SOUND)
        await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
        await driver.looks()
        assert "temperature to 21 degrees" in driver.cards() or "temperature to twenty one degrees" in driver.cards()
        assert SOUND.name in driver.cards()
        assert "✓ allowed" in driver.cards()
        assert temperature(driver) == 21.0
        assert "stt" in driver.cards()
