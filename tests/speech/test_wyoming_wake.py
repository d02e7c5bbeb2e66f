"""Somebody else's wake word: a real Wyoming server on loopback that wakes at what is loud."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import numpy as np
import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.wake import Detect, Detection

from assistant.errors import SettingsError, SpeechError
from assistant.settings import SpeechSettings
from assistant.speech import ears as heard
from assistant.speech import live
from assistant.speech.wyoming_wake import CHUNK, WyomingWakeWord
from assistant.utterance import SAMPLE_RATE, Audio
from tests.speech.room import Room, at
from tests.speech.talking import Scripted, talk

pytestmark = pytest.mark.enable_socket

BLOCK = 320


class Loud(AsyncEventHandler):
    """Wakes once a line, at the first loud chunk; keeps which models it was asked for."""

    asked: list[list[str]]
    woke = False

    async def handle_event(self, event: Event) -> bool:
        if Detect.is_type(event.type):
            self.asked.append(Detect.from_event(event).names or [])
        elif AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            if not self.woke and np.abs(np.frombuffer(chunk.audio, "<i2")).max() > 8_000:
                self.woke = True
                await self.write_event(Detection(self.asked[-1][0], chunk.timestamp).event())
        return True


@pytest.fixture
def server() -> Iterator[tuple[str, list[list[str]]]]:
    asked: list[list[str]] = []
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    def handler(*streams: object) -> Loud:
        made = Loud(*streams)
        made.asked = asked
        return made

    async def run() -> None:
        tcp = AsyncTcpServer("127.0.0.1", 0)
        await tcp.start(handler)
        assert tcp._server is not None
        over = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), over, tcp._server.sockets[0].getsockname()[1]))
        await over.wait()
        await tcp.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, over, port = ready.result(10)
    yield f"tcp://127.0.0.1:{port}", asked
    loop.call_soon_threadsafe(over.set)
    thread.join(10)


def loud(loud_at_s: float, seconds: float) -> Audio:
    sound = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    sound[int(loud_at_s * SAMPLE_RATE) :][:CHUNK] = 0.5
    return sound


def first_wake(word: WyomingWakeWord, sound: Audio) -> float | None:
    """The moment at which the phrase ended, seconds; waits for the server as a microphone does."""
    pause = threading.Event()
    for start in range(0, len(sound), BLOCK):
        ago = word.hear(sound[start : start + BLOCK])
        if ago is not None:
            return (start + BLOCK - ago) / SAMPLE_RATE
        pause.wait(0.002)
    return None


def test_the_servers_wake_word_is_ours(server: tuple[str, list[list[str]]]) -> None:
    uri, asked = server
    word = WyomingWakeWord(uri, "Hey Jarvis")
    moment = first_wake(word, loud(1.0, 4.0))
    word.reset()
    assert asked == [["hey_jarvis"]] and word.phrase == "hey jarvis"
    assert moment == pytest.approx(1.0, abs=CHUNK / SAMPLE_RATE)


def test_silence_does_not_wake_it_and_after_a_reset_it_listens_again(server: tuple[str, list[list[str]]]) -> None:
    uri, asked = server
    word = WyomingWakeWord(uri, "hey jarvis")
    assert first_wake(word, np.zeros(SAMPLE_RATE, np.float32)) is None
    assert first_wake(word, loud(0.2, 4.0)) is not None
    word.reset()
    assert first_wake(word, loud(0.2, 4.0)) is not None
    word.reset()
    assert len(asked) == 2


def test_a_server_that_is_not_there_is_named() -> None:
    word = WyomingWakeWord("tcp://127.0.0.1:9", "hey jarvis")
    with pytest.raises(SpeechError, match=r"the Wyoming server tcp://127\.0\.0\.1:9 does not answer"):
        word.hear(np.zeros(BLOCK, np.float32))


def test_an_address_that_is_none_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"\[speech\] wake_word_uri: .*write tcp://host:port"):
        live.wake_word(SpeechSettings(wake_word_uri="jarvis"))


def test_the_doctor_says_where_the_sound_goes(server: tuple[str, list[list[str]]]) -> None:
    word, why = live.wake_word(SpeechSettings(wake_word="hey jarvis", wake_word_uri=server[0]))
    assert isinstance(word, WyomingWakeWord)
    assert server[0] in why and "unencrypted" in why


async def test_a_server_that_goes_away_leaves_the_key(said: dict[str, Audio]) -> None:
    room = Room(lasts_s=7.0)
    room.say(at(said["slt_switch_to_sport_mode"], -26.0), 2.5)
    word = WyomingWakeWord("tcp://127.0.0.1:9", "hey jarvis")
    log = await talk(room, Scripted(), None, "Done.", lambda c: room.when(2.0, c.talk), wake_word=word)
    assert "does not answer" in str(log.told(heard.Lost)[0].error)
    assert log.replies == ["Done."]
