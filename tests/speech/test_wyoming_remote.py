"""Somebody else's ears and voice as ours: a real server on loopback, ours or one that misbehaves."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import numpy as np
import pytest
from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable, write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info
from wyoming.server import AsyncEventHandler, AsyncTcpServer

from assistant.bootstrap import Rig
from assistant.errors import SpeechError
from assistant.ports import Hearing
from assistant.speech import wyoming_ears
from assistant.speech.engines import synthesizer, transcriber
from assistant.speech.espeak import EspeakVoice
from assistant.speech.hearing import begin
from assistant.speech.sphinx import SphinxTranscriber
from assistant.speech.timely import Timely
from assistant.speech.wyoming_ears import LONGEST_TEXT, StreamedUtterance, WyomingTranscriber
from assistant.speech.wyoming_info import info
from assistant.speech.wyoming_line import offered
from assistant.speech.wyoming_server import Offer, serve
from assistant.speech.wyoming_voice import WyomingVoice
from assistant.utterance import Audio
from assistant.utterance import Transcript as Heard
from tests.speech.speaking import blocks

pytestmark = pytest.mark.enable_socket


class Known:
    """Stands for the built-in recogniser: nobody takes its words for the server's."""

    name = "built in"

    def transcribe(self, audio: Audio) -> Heard:
        return Heard("the built-in one", 0.9, self.name)


@pytest.fixture
def ours(rig: Rig, ears: SphinxTranscriber) -> Iterator[str]:
    """The address of our own server, in a thread of its own."""
    voice = EspeakVoice()
    offer = Offer(rig.cabin, ears, voice, info(ears.name, voice.name, ["en"]))
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None], int]] = Future()

    async def run() -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        ports: list[int] = []
        task = asyncio.create_task(serve(offer, "127.0.0.1", 0, lambda port: (ports.append(port), told.set())))
        await told.wait()
        ready.set_result((loop, task, ports[0]))
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, task, port = ready.result(30)
    yield f"tcp://127.0.0.1:{port}"
    loop.call_soon_threadsafe(task.cancel)
    thread.join(30)


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that takes one connection, and does what it likes with it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            line, _ = listening.accept()
            with line:
                answer(line)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(30)


def sends(*events: Eventable) -> Callable[[socket.socket], None]:
    """An answer of ``events`` to whatever comes first, which then waits for the other side to hang up."""

    def answer(line: socket.socket) -> None:
        line.recv(100)
        with line.makefile("wb") as out:
            for event in events:
                write_event(event.event(), out)
        hung_up(line)

    return answer


def raw(data: bytes) -> Callable[[socket.socket], None]:
    def answer(line: socket.socket) -> None:
        line.recv(100)
        line.sendall(data)
        hung_up(line)

    return answer


def hung_up(line: socket.socket) -> None:
    try:
        while line.recv(65_536):
            pass
    except OSError:
        pass


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"tcp://127.0.0.1:{listening.getsockname()[1]}"


# --- ears -----------------------------------------------------------------------------------------------------------


def test_our_own_server_hears_for_another_cabin(ours: str, said: dict[str, Audio]) -> None:
    heard = WyomingTranscriber(ours, language="en").transcribe(said["slt_switch_to_sport_mode"])
    assert heard.text == "switch to sport mode"
    assert heard.engine == f"wyoming/{ours.removeprefix('tcp://')}"


def test_silence_is_not_sent_anywhere() -> None:
    assert WyomingTranscriber(nobody()).transcribe(np.zeros(16_000, np.float32)).text == ""


def test_a_server_that_is_not_there_is_named(said: dict[str, Audio]) -> None:
    where = nobody()
    with pytest.raises(SpeechError, match=f"{where} does not answer"):
        WyomingTranscriber(where).transcribe(said["rms_lock_the_doors"])


def test_a_server_that_is_not_there_leaves_the_built_in_recogniser(said: dict[str, Audio]) -> None:
    both = Timely(WyomingTranscriber(nobody()), Known())
    assert both.transcribe(said["rms_lock_the_doors"]).engine == "built in"


def test_a_server_that_never_answers_leaves_the_built_in_recogniser(said: dict[str, Audio]) -> None:
    with server(hung_up) as where:
        both = Timely(WyomingTranscriber(where, deadline_s=0.3), Known(), 0.3)
        assert both.transcribe(said["rms_lock_the_doors"]).engine == "built in"


def test_an_error_of_the_server_is_passed_on(said: dict[str, Audio]) -> None:
    with server(sends(Error("the model\n is missing"))) as where:
        with pytest.raises(SpeechError, match="reports: the model is missing"):
            WyomingTranscriber(where).transcribe(said["rms_lock_the_doors"])


def test_what_a_whisper_far_away_makes_up_is_held_back(said: dict[str, Audio]) -> None:
    with server(sends(Transcript(" ".join(["thank you"] * 40)))) as where:
        assert WyomingTranscriber(where).transcribe(said["rms_lock_the_doors"]).text == ""


def test_a_transcript_is_text_on_one_line_of_a_bearable_length(said: dict[str, Audio]) -> None:
    with server(sends(Transcript("lock\nthe\tdoors" + " " * 5_000, language="en"))) as where:
        heard = WyomingTranscriber(where).transcribe(said["rms_lock_the_doors"])
    assert (heard.text, heard.language) == ("lock the doors", "en")
    assert len(heard.text) <= LONGEST_TEXT


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n",
        b"[1]\n",
        b"\xff\n",
        b'{"type": "transcript", "data": {"text": 5}}\n',
        b'{"type": "transcript", "data": [1]}\n',
        b'{"type": "transcript", "payload_length": 100000000000}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 200_000,
    ],
    ids=lambda line: line[:30].decode("utf-8", "replace"),
)
def test_a_server_that_talks_nonsense_is_named(said: dict[str, Audio], data: bytes) -> None:
    with server(raw(data)) as where:
        with pytest.raises(SpeechError, match=where):
            WyomingTranscriber(where).transcribe(said["rms_lock_the_doors"])


@pytest.mark.parametrize("uri", ["", "127.0.0.1:10300", "http://127.0.0.1:10300", "tcp://127.0.0.1", "tcp://x:99999"])
def test_an_address_that_is_none_says_how_to_write_one(uri: str) -> None:
    with pytest.raises(SpeechError, match="tcp://host:port"):
        WyomingTranscriber(uri)
    with pytest.raises(SpeechError, match="tcp://host:port"):
        WyomingVoice(uri, EspeakVoice())


# --- ears that answer while one speaks ------------------------------------------------------------------------------


class Prompter(AsyncEventHandler):
    """A recogniser of the package's own server that knows beforehand what will be said: a word for half a second."""

    says = ("lock", "all", "the", "doors", "please")
    ends_by_itself = False

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)
        self._taken = self._told = 0

    async def handle_event(self, event: Event) -> bool:
        if Describe.is_type(event.type):
            whose: dict[str, object] = {"attribution": Attribution("nobody", ""), "installed": True, "version": "1"}
            model = AsrModel("prompter", description=None, languages=["en"], **whose)
            program = AsrProgram(
                name="prompter",
                description=None,
                models=[model],
                supports_transcript_streaming=True,
                requires_external_vad=not self.ends_by_itself,
                **whose,
            )
            await self.write_event(Info(asr=[program]).event())
        elif AudioStart.is_type(event.type):
            self._taken = self._told = 0
            await self.write_event(TranscriptStart().event())
        elif AudioChunk.is_type(event.type):
            self._taken += len(AudioChunk.from_event(event).audio) // 2
            while self._told < min(len(self.says), self._taken // 8_000):
                await self.write_event(TranscriptChunk(f" {self.says[self._told]}").event())
                self._told += 1
        elif AudioStop.is_type(event.type):
            await self.write_event(Transcript(" ".join(self.says)).event())
        return True


class EndsByItself(Prompter):
    ends_by_itself = True


class HangsUp(Prompter):
    """Goes away in the second utterance."""

    utterances = 0

    async def handle_event(self, event: Event) -> bool:
        HangsUp.utterances += AudioStart.is_type(event.type)
        return HangsUp.utterances < 2 and await super().handle_event(event)


@contextmanager
def running(kind: type[Prompter]) -> Iterator[str]:
    """The address of the package's own server, in a thread of its own."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def run() -> None:
        server, over = AsyncTcpServer("127.0.0.1", 0), asyncio.Event()
        await server.start(kind)
        assert server._server is not None
        ready.set_result((asyncio.get_running_loop(), over, server._server.sockets[0].getsockname()[1]))
        await over.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, over, port = ready.result(30)
    yield f"tcp://127.0.0.1:{port}"
    loop.call_soon_threadsafe(over.set)
    thread.join(30)


def spoken(hearing: Hearing, sound: Audio) -> list[str]:
    """The different texts shown while ``sound`` is spoken; whoever speaks waits until they no longer change."""
    shown = [hearing.add(block) for block in blocks(sound)]
    for _ in range(200):
        time.sleep(0.01)
        shown.append(hearing.add(np.zeros(160, np.float32)))
    return list(dict.fromkeys(text for text in shown if text))


def test_words_of_a_server_that_streams_are_shown_while_one_speaks(said: dict[str, Audio]) -> None:
    with running(Prompter) as where:
        engine = Timely(WyomingTranscriber(where), Known())
        sound = said["slt_set_the_temperature_to_twenty_one_degrees"]
        assert engine.listen() is None, "nobody knows yet that it streams"
        assert engine.transcribe(sound).text == "lock all the doors please"
        hearing = begin(engine)
        shown = spoken(hearing, sound)
        heard = hearing.end()
    assert "lock all the" in shown[-1]
    assert (heard.text, heard.engine) == ("lock all the doors please", f"wyoming/{where.removeprefix('tcp://')}")


def test_our_own_server_takes_the_sound_as_it_comes(ours: str, said: dict[str, Audio]) -> None:
    engine = WyomingTranscriber(ours)
    assert engine.transcribe(said["rms_lock_the_doors"]).text == "lock the doors"
    for name, words in (("slt_switch_to_sport_mode", "switch to sport mode"), ("rms_lock_the_doors", "lock the doors")):
        hearing = begin(engine)
        assert isinstance(hearing, StreamedUtterance)
        for block in blocks(said[name]):
            hearing.add(block)
        assert hearing.end().text == words


def test_silence_is_not_streamed_either(said: dict[str, Audio]) -> None:
    with running(HangsUp) as where:
        HangsUp.utterances = 0
        engine = WyomingTranscriber(where)
        engine.transcribe(said["rms_lock_the_doors"])
        hearing = begin(engine)
        assert isinstance(hearing, StreamedUtterance)
        for block in blocks(np.zeros(48_000, np.float32)):
            hearing.add(block)
        assert hearing.end().text == ""
        assert HangsUp.utterances == 1


def test_a_server_that_ends_utterances_by_itself_is_asked_in_pauses(said: dict[str, Audio]) -> None:
    with running(EndsByItself) as where:
        engine = WyomingTranscriber(where)
        engine.transcribe(said["rms_lock_the_doors"])
        assert engine.listen() is None


def test_a_server_that_goes_away_while_one_speaks_leaves_the_built_in_recogniser(said: dict[str, Audio]) -> None:
    with running(HangsUp) as where:
        HangsUp.utterances = 0
        engine = Timely(WyomingTranscriber(where), Known())
        engine.transcribe(said["rms_lock_the_doors"])
        hearing = begin(engine)
        spoken(hearing, said["slt_switch_to_sport_mode"])
        assert hearing.end().engine == "built in"


def test_an_utterance_that_is_forgotten_ends_its_line(said: dict[str, Audio], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wyoming_ears, "ABANDONED_S", 0.1)
    with running(Prompter) as where:
        engine = WyomingTranscriber(where)
        engine.transcribe(said["rms_lock_the_doors"])
        hearing = begin(engine)
        for block in blocks(said["slt_switch_to_sport_mode"]):
            hearing.add(block)
        assert isinstance(hearing, StreamedUtterance)
        with pytest.raises(SpeechError, match="given up"):
            hearing._over.result(30)


# --- voice ----------------------------------------------------------------------------------------------------------


def pcm(sound: Iterator[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(sound), "<i2")


def test_our_own_server_speaks_for_another_cabin(ours: str) -> None:
    spare = EspeakVoice()
    said = pcm(WyomingVoice(ours, spare).speak("The driver's window is open. That is all."))
    assert len(said) == pytest.approx(len(pcm(spare.speak("The driver's window is open. That is all."))), rel=0.02)


def test_a_voice_that_is_not_there_is_replaced_at_once() -> None:
    spare = EspeakVoice()
    assert len(pcm(WyomingVoice(nobody(), spare).speak("Done."))) > 1_000


def test_sound_at_another_rate_lasts_as_long() -> None:
    tone = (8_000 * np.sin(np.arange(32_000) * 0.1)).astype("<i2").tobytes()
    form = {"rate": 16_000, "width": 2, "channels": 1}
    with server(sends(AudioStart(**form), AudioChunk(**form, audio=tone), AudioStop())) as where:
        said = pcm(WyomingVoice(where, EspeakVoice()).speak("Two seconds of a tone."))
    assert len(said) == pytest.approx(2 * 22_050, rel=0.001)
    assert 5_000 < np.abs(said.astype(int)).max() <= 9_000


@pytest.mark.parametrize(
    "events",
    [
        (AudioStop(),),
        (Error("no such voice"),),
        (AudioChunk(rate=22_050, width=4, channels=1, audio=bytes(400)),),
        (AudioChunk(rate=5, width=2, channels=1, audio=bytes(400)),),
        (AudioChunk(rate=8_000, width=2, channels=1, audio=bytes(160_000)),) * 8,
    ],
    ids=["nothing", "an error", "32 bits", "5 Hz", "no end"],
)
def test_a_voice_that_misbehaves_is_replaced(events: tuple[Eventable, ...]) -> None:
    spare = EspeakVoice()
    with server(sends(*events)) as where:
        said = pcm(WyomingVoice(where, spare).speak("Done."))
    own = pcm(spare.speak("Done."))
    assert np.abs(said[-len(own) :].astype(int)).max() > 1_000


def test_whoever_stops_listening_ends_the_line() -> None:
    form = {"rate": 22_050, "width": 2, "channels": 1}
    ended = threading.Event()

    def endless(line: socket.socket) -> None:
        with line.makefile("wb", buffering=0) as out:
            try:
                while True:
                    write_event(AudioChunk(**form, audio=bytes(2_000)).event(), out)
            except OSError:
                ended.set()

    with server(endless) as where:
        sound = WyomingVoice(where, EspeakVoice()).speak("For ever.")
        assert next(sound)
        sound.close()
        assert ended.wait(30)


# --- asked what it is -----------------------------------------------------------------------------------------------


def test_a_server_is_asked_what_it_offers(ours: str) -> None:
    told = offered(ours)
    assert "pocketsphinx (PocketSphinx, BSD-2-Clause)" in told and "espeak-ng/en" in told


def test_a_server_that_does_not_say_is_named() -> None:
    with server(raw(b'{"type": "info", "data": {"asr": [{"name": 5}]}}\n')) as where:
        with pytest.raises(SpeechError, match=f"{where} does not say what it offers"):
            offered(where)


# --- chosen by the settings -----------------------------------------------------------------------------------------


def test_the_settings_name_a_server_and_doctor_tells_where_the_sound_goes(small: object) -> None:
    engine, why = transcriber(small, engine="wyoming", server="tcp://127.0.0.1:10300")
    assert engine.name == "wyoming/127.0.0.1:10300"
    assert "tcp://127.0.0.1:10300" in why and "leaves this machine" in why and "PocketSphinx" in why


def test_the_settings_name_a_voice_server() -> None:
    voice, why = synthesizer(engine="wyoming", server="tcp://127.0.0.1:10200")
    assert voice.name == "wyoming/127.0.0.1:10200"
    assert "tcp://127.0.0.1:10200" in why and "eSpeak" in why
