"""The voice: speaks replies through a player, falls silent at once, says so where there is none."""

import asyncio
import sys

import pytest

from assistant.bootstrap import Engines
from demo.dashboard.speaker import Speaker
from tests.demo.dashboard.conftest import Driver, driving

SLOW_PLAYER = (sys.executable, "-c", "import sys, time; sys.stdin.buffer.read(); time.sleep(60)")
"""A real player that takes a minute over any reply."""


async def test_escape_stops_speech_and_leaves_no_player(engines: Engines) -> None:
    speaker = Speaker(player=SLOW_PLAYER)
    async with driving(engines, speaker=speaker) as driver:
        await driver.types("set the temperature to 23 degrees")
        await driver.until(lambda: speaker.speaking)
        assert "speaks" in driver.sees("#talk-voice")
        await driver.pilot.press("escape")
        await driver.until(lambda: not speaker.speaking)
        assert "stopped" in driver.sees("#talk-voice")


async def test_a_new_utterance_stops_the_voice(engines: Engines) -> None:
    speaker = Speaker(player=SLOW_PLAYER)
    async with driving(engines, speaker=speaker) as driver:
        await driver.types("set the temperature to 23 degrees")
        await driver.until(lambda: speaker.speaking)
        first = speaker._playing
        await driver.types("a bit warmer")
        await driver.until(lambda: first is not None and first.returncode is not None)


async def test_escape_stops_the_voice_before_it_answers_a_card(engines: Engines) -> None:
    speaker = Speaker(player=SLOW_PLAYER)
    async with driving(engines, speaker=speaker) as driver:
        await driver.types("switch to sport mode")
        await driver.until(lambda: speaker.speaking)
        await driver.pilot.press("escape")
        await driver.until(lambda: not speaker.speaking)
        assert driver.cockpit.query_one("#challenge").display


async def test_without_a_loudspeaker_it_says_so(driver: Driver) -> None:
    await driver.types("set the temperature to 23 degrees")
    await driver.until(lambda: "no loudspeaker" in driver.sees("#talk-voice"))


async def test_a_player_that_is_not_there_is_told_in_words(engines: Engines) -> None:
    async with driving(engines, speaker=Speaker(player=("no-such-player",))) as driver:
        await driver.types("set the temperature to 23 degrees")
        await driver.until(lambda: "voice failed" in driver.sees("#talk-voice"))
        assert "✓ allowed" in driver.cards()


async def test_v_switches_the_voice_off(driver: Driver) -> None:
    await driver.pilot.press("v")
    assert "voice off" in driver.sees("#talk-voice")
    await driver.types("set the temperature to 23 degrees")
    assert "voice off" in driver.sees("#talk-voice")


async def test_space_says_that_there_is_no_microphone(driver: Driver) -> None:
    await driver.pilot.press("space")
    await driver.pilot.pause()
    await driver.until(lambda: driver.app._notifications)
    assert any("no microphone was found" in note.message for note in driver.app._notifications)
    assert "no mic" in driver.sees("#talk-ears")


@pytest.mark.parametrize("name", ["missing.wav", "broken.wav"])
async def test_a_bad_sound_file_is_told_in_the_conversation(driver: Driver, tmp_path, name: str) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF and then nothing")
    driver.cockpit.hear(tmp_path / name)
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].error)
    await asyncio.sleep(0)
    assert name in driver.cards()
