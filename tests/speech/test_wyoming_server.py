"""Home Assistant and its satellites at our door: the package's own client against a real server on loopback."""

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.intent import Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

from assistant.bootstrap import Rig
from assistant.ports import Synthesizer
from assistant.speech.espeak import EspeakVoice
from assistant.speech.sphinx import SphinxTranscriber
from assistant.speech.wyoming_info import info
from assistant.speech.wyoming_server import MOST_CONNECTIONS, Offer, serve
from assistant.utterance import SAMPLE_RATE, Audio
from assistant.utterance import Transcript as Heard

pytestmark = pytest.mark.enable_socket
FORM = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}


class Door:
    """A server on loopback, and clients of it."""

    def __init__(self, offer: Offer, port: int) -> None:
        self.offer, self.port = offer, port

    def client(self) -> AsyncTcpClient:
        return AsyncTcpClient("127.0.0.1", self.port, connect_timeout=10, read_timeout=60)

    async def ask(self, *events: Event) -> Event | None:
        """The first answer to ``events``; None when the line is ended without one."""
        async with self.client() as client:
            for event in events:
                await client.write_event(event)
            return await client.read_event()

    async def hear(self, *events: Event) -> Transcript:
        """The words of ``events``."""
        async with self.client() as client:
            for event in events:
                await client.write_event(event)
            return await words(client)


async def words(client: AsyncTcpClient) -> Transcript:
    """What a client that knows nothing of streaming reads: it passes over what is not the transcript."""
    while event := await client.read_event():
        if Transcript.is_type(event.type):
            return Transcript.from_event(event)
    raise AssertionError("the line was ended")


@pytest.fixture
def offer(rig: Rig, ears: SphinxTranscriber) -> Offer:
    voice = EspeakVoice()
    return Offer(rig.cabin, ears, voice, info(ears.name, voice.name, ["en"]))


@pytest_asyncio.fixture
async def door(offer: Offer) -> AsyncIterator[Door]:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(offer, "127.0.0.1", 0, ready.set_result))
    yield Door(offer, await ready)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def pcm(sound: Audio) -> bytes:
    return (sound * 32_767).astype("<i2").tobytes()


def spoken(sound: bytes, **form: int) -> list[Event]:
    """``sound`` as a client sends it, in chunks of 1,024 samples."""
    form = {**FORM, **form}
    size = 1_024 * form["width"] * form["channels"]
    chunks = [AudioChunk(**form, audio=sound[at : at + size]).event() for at in range(0, len(sound), size)]
    return [Transcribe(language="en").event(), AudioStart(**form).event(), *chunks, AudioStop().event()]


async def test_who_asks_is_told_engines_languages_and_licences(door: Door) -> None:
    event = await door.ask(Describe().event())
    assert event
    told = Info.from_event(event)
    (asr,), (tts,), (intent,), (handle,) = told.asr, told.tts, told.intent, told.handle
    assert asr.models[0].name == "pocketsphinx" and asr.models[0].languages == ["en"]
    assert "BSD-2-Clause" in asr.models[0].attribution.name
    assert "GPL-3.0-or-later" in tts.voices[0].attribution.name
    assert all(program.installed and program.version for program in (asr, tts, intent, handle))


async def test_a_ping_is_answered(door: Door) -> None:
    event = await door.ask(Ping(text="there?").event())
    assert event and Pong.from_event(event).text == "there?"


async def test_what_a_satellite_heard_becomes_text(door: Door, said: dict[str, Audio]) -> None:
    assert (await door.hear(*spoken(pcm(said["slt_switch_to_sport_mode"])))).text == "switch to sport mode"


async def test_its_words_are_streamed_as_was_announced(door: Door, said: dict[str, Audio]) -> None:
    event = await door.ask(Describe().event())
    assert event and Info.from_event(event).asr[0].supports_transcript_streaming
    async with door.client() as client:
        for sent in spoken(pcm(said["slt_switch_to_sport_mode"])):
            await client.write_event(sent)
        answers = [await client.read_event() for _ in range(4)]
    begins, chunk, whole, ends = (answer for answer in answers if answer is not None)
    assert TranscriptStart.is_type(begins.type) and TranscriptStop.is_type(ends.type)
    assert TranscriptChunk.from_event(chunk).text == Transcript.from_event(whole).text == "switch to sport mode"


async def test_an_utterance_is_heard_while_it_is_still_coming(door: Door, said: dict[str, Audio]) -> None:
    """Its end is followed by silence, as a satellite notices it: the question is asked before the sound has ended."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Asked:
        name = "asked"

        def transcribe(self, audio: Audio) -> Heard:
            loop.call_soon_threadsafe(asked.set)
            return Heard("switch to sport mode", 1.0, self.name)

    door.offer.ears = Asked()
    *before, end = spoken(pcm(np.pad(said["slt_switch_to_sport_mode"], (0, SAMPLE_RATE))))
    async with door.client() as client:
        for event in before:
            await client.write_event(event)
            await asyncio.sleep(0.01)
        await asyncio.wait_for(asked.wait(), 60)
        await client.write_event(end)
        assert (await words(client)).text == "switch to sport mode"


async def test_no_word_is_sent_of_what_is_not_meant_for_the_car(door: Door, said: dict[str, Audio]) -> None:
    class Undecided:
        """Hears a command in half of a sentence, and knows at its end that it was none."""

        name = "undecided"

        def transcribe(self, audio: Audio) -> Heard:
            return Heard("" if len(audio) >= whole else "open the window", 1.0, self.name)

    sound = np.concatenate((said["slt_switch_to_sport_mode"], np.zeros(SAMPLE_RATE, np.float32), said["rms_yes"]))
    whole = len(sound) - 1_600
    door.offer.ears = Undecided()
    async with door.client() as client:
        for event in spoken(pcm(sound)):
            await client.write_event(event)
            await asyncio.sleep(0.005)
        kinds = []
        while (answer := await client.read_event()) and not TranscriptStop.is_type(answer.type):
            kinds.append(answer.type)
            if Transcript.is_type(answer.type):
                assert Transcript.from_event(answer).text == ""
    assert kinds == ["transcript-start", "transcript"]


async def test_stereo_at_another_rate_is_heard_too(door: Door, said: dict[str, Audio]) -> None:
    import soxr

    sound = soxr.resample(said["rms_lock_the_doors"], SAMPLE_RATE, 44_100)
    both = pcm(np.repeat(sound, 2))
    assert (await door.hear(*spoken(both, rate=44_100, channels=2))).text == "lock the doors"


async def test_silence_is_an_empty_text(door: Door) -> None:
    assert (await door.hear(*spoken(bytes(SAMPLE_RATE)))).text == ""


async def test_two_utterances_follow_each_other_on_one_line(door: Door, said: dict[str, Audio]) -> None:
    async with door.client() as client:
        for name, expected in (
            ("rms_lock_the_doors", "lock the doors"),
            ("slt_switch_to_sport_mode", "switch to sport mode"),
        ):
            for event in spoken(pcm(said[name])):
                await client.write_event(event)
            assert (await words(client)).text == expected


async def test_a_text_is_spoken_as_sound_that_can_be_played(door: Door, tmp_path: Path) -> None:
    async with door.client() as client:
        await client.write_event(Synthesize("The front left tyre has 2.4 bar. That is fine.").event())
        start = await client.read_event()
        assert start
        form = AudioStart.from_event(start)
        with wave.open(str(tmp_path / "said.wav"), "wb") as file:
            file.setnchannels(form.channels)
            file.setsampwidth(form.width)
            file.setframerate(form.rate)
            stamps = []
            while (event := await client.read_event()) and AudioChunk.is_type(event.type):
                chunk = AudioChunk.from_event(event)
                stamps.append(chunk.timestamp)
                file.writeframes(chunk.audio)
    assert event and AudioStop.is_type(event.type)
    with wave.open(str(tmp_path / "said.wav")) as file:
        seconds = file.getnframes() / file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert 2 < seconds < 6
    assert np.abs(samples.astype(int)).max() > 3_000
    assert stamps == sorted(stamps)


async def test_what_is_harmless_is_done_and_the_reply_comes_back(door: Door, rig: Rig) -> None:
    event = await door.ask(Transcript("set the temperature to 23 degrees", language="en").event())
    assert event and Handled.is_type(event.type)
    assert "23" in str(Handled.from_event(event).text)
    assert 23.0 in rig.console.get(["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"]).values()


async def test_what_is_critical_is_not_done_whatever_is_said_after_it(door: Door, rig: Rig) -> None:
    before = rig.console.get(
        ["Vehicle.Powertrain.Transmission.PerformanceMode", "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"]
    )
    for text in ("switch to sport mode", "yes", "yes, I confirm", "unlock the doors", "confirm", "yes"):
        event = await door.ask(Transcript(text).event())
        assert event and (Handled.is_type(event.type) or NotHandled.is_type(event.type))
    assert rig.console.get(list(before)) == before


async def test_a_question_is_answered_from_the_manual(door: Door) -> None:
    event = await door.ask(Transcript("what does the yellow tyre light mean").event())
    assert event and "tyre" in str(Handled.from_event(event).text).lower()


async def test_what_is_not_understood_is_not_handled(door: Door) -> None:
    event = await door.ask(Transcript("xyzzy plugh").event())
    assert event and NotHandled.is_type(event.type)


async def test_to_understand_is_not_to_do(door: Door, rig: Rig) -> None:
    before = rig.console.get(["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"])
    event = await door.ask(Recognize("set the temperature to 23 degrees").event())
    assert event
    meant = Intent.from_event(event)
    assert meant.name == "Set" or meant.name
    assert 23.0 in [entity.value for entity in meant.entities]
    assert rig.console.get(list(before)) == before


async def test_nonsense_is_not_recognised(door: Door) -> None:
    event = await door.ask(Recognize("xyzzy plugh").event())
    assert event and NotRecognized.is_type(event.type)


class Loose:
    name = "loose"

    def transcribe(self, audio: Audio) -> Heard:
        return Heard("could you get it nice and warm", 0.6, self.name, free=True)


async def test_words_that_were_put_together_freely_come_back_as_no_loose_command(door: Door, rig: Rig) -> None:
    door.offer.ears = Loose()
    text = (await door.hear(*spoken(bytes(SAMPLE_RATE)))).text
    assert [text] == [heard.text for heard in door.offer.doubts if heard.free]
    before = rig.console.get(["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"])
    assert await door.ask(Transcript(text).event())
    assert rig.console.get(list(before)) == before


# --- what cannot be used ------------------------------------------------------------------------------------------


async def refused(door: Door, *events: Event) -> Error:
    """The error that ``events`` are answered with; afterwards the server still answers."""
    async with door.client() as client:
        for event in events:
            await client.write_event(event)
        answer = await client.read_event()
        assert answer and Error.is_type(answer.type), answer
        assert await client.read_event() is None, "the line is ended"
    assert await door.ask(Ping().event())
    return Error.from_event(answer)


async def test_sound_without_a_start_is_told(door: Door) -> None:
    problem = await refused(door, AudioChunk(**FORM, audio=bytes(2_048)).event())
    assert problem.code == "no-audio-start" and "audio-start" in problem.text


async def test_an_end_without_a_start_is_told(door: Door) -> None:
    assert (await refused(door, AudioStop().event())).code == "no-audio-start"


async def test_ten_minutes_of_sound_are_refused_after_one(door: Door) -> None:
    chunk = AudioChunk(**FORM, audio=bytes(2 * 10 * SAMPLE_RATE)).event()
    problem = await refused(door, AudioStart(**FORM).event(), *[chunk] * 60)
    assert problem.code == "too-long" and "60 s" in problem.text


@pytest.mark.parametrize("form", [{"rate": 1}, {"rate": 10**9}, {"width": 4}, {"channels": 7}, {"rate": "much"}])
async def test_sound_in_a_form_that_cannot_be_heard_is_told(door: Door, form: dict[str, object]) -> None:
    problem = await refused(door, Event("audio-start", {**FORM, **form}))
    assert problem.code in ("audio-format", "bad-event")


async def test_half_a_sample_is_told(door: Door) -> None:
    problem = await refused(door, AudioStart(**FORM).event(), AudioChunk(**FORM, audio=bytes(3)).event())
    assert problem.code == "audio-format"


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        b"[1, 2]\n",
        b"{}\n",
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
        b'{"type": "synthesize"}\n',
        b'{"type": "synthesize", "data": {"text": 5}}\n',
        b'{"type": "recognize", "data": [1]}\n',
        b'{"type": "describe", "data_length": 100000000000}\n',
        b'{"type": "audio-chunk", "payload_length": 100000000000}\n',
        b'{"type": "audio-chunk", "payload_length": "many"}\n',
        b"x" * 200_000 + b"\n",
    ],
    ids=lambda line: line[:30].decode("utf-8", "replace"),
)
async def test_a_line_that_is_no_event_is_told_and_the_next_client_is_served(door: Door, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(line)
    answer = json.loads(await asyncio.wait_for(reader.readline(), 30))
    assert answer["type"] == "error"
    writer.close()
    assert await door.ask(Ping().event())


@pytest.mark.parametrize("begun", [b'{"type": "audio-chu', b'{"type": "audio-chunk", "payload_length": 500}\n1234'])
async def test_a_client_that_goes_away_in_the_middle_harms_nobody(door: Door, begun: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(begun)
    await writer.drain()
    writer.close()
    assert await door.ask(Ping().event())


async def test_a_client_that_hangs_up_stops_the_voice(door: Door) -> None:
    asked: list[int] = []

    class Endless:
        name, sample_rate = "endless", 22_050

        def speak(self, text: str):
            try:
                while True:
                    yield bytes(65_536)
                    asked.append(1)
            finally:
                stopped.set()

    stopped = asyncio.Event()
    voice: Synthesizer = Endless()
    door.offer.voice = voice
    async with door.client() as client:
        await client.write_event(Synthesize("for ever").event())
        await client.read_event()
    await asyncio.wait_for(stopped.wait(), 30)


async def test_a_text_without_end_is_refused(door: Door) -> None:
    assert (await refused(door, Synthesize("word " * 1_000).event())).code == "too-long"


async def test_what_is_unknown_is_passed_over(door: Door) -> None:
    event = await door.ask(Event("play-the-trumpet", {"loud": True}), Ping().event())
    assert event and Pong.is_type(event.type)


async def test_too_many_clients_at_once_are_told(door: Door) -> None:
    clients = [door.client() for _ in range(MOST_CONNECTIONS)]
    for client in clients:
        await client.connect()
        await client.write_event(Ping().event())
        assert await client.read_event()
    event = await door.ask(Ping().event())
    assert event and Error.from_event(event).code == "busy"
    for client in clients:
        await client.disconnect()


async def test_a_turn_that_has_begun_is_finished_when_the_server_ends(offer: Offer, rig: Rig) -> None:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(offer, "127.0.0.1", 0, ready.set_result))
    client = AsyncTcpClient("127.0.0.1", await ready)
    await client.connect()
    async with rig.cabin._one_at_a_time:  # somebody else is speaking
        await client.write_event(Transcript("set the temperature to 24 degrees").event())
        for _ in range(1_000):
            if offer.turns:
                break
            await asyncio.sleep(0.01)
        serving.cancel()
        await asyncio.sleep(0.05)
    await asyncio.gather(serving, return_exceptions=True)
    await client.disconnect()
    assert 24.0 in rig.console.get(["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"]).values()
