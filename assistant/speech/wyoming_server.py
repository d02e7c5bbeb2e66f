"""Our ears, understanding and voice for others: a Wyoming server that Home Assistant and its satellites can use.

Nothing here moves the car but a turn through the cabin and its gate, with the origin voice.
"""

import asyncio
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable, async_read_event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.intent import Entity, Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler
from wyoming.tts import Synthesize

from assistant.errors import CabinError
from assistant.speech.audio import LONGEST_S
from assistant.speech.hearing import begin
from assistant.utterance import SAMPLE_RATE, Reply, Utterance
from assistant.utterance import Transcript as Heard
from policies.command import Zone

if TYPE_CHECKING:
    from assistant.cabin import Cabin
    from assistant.ports import Hearing, Synthesizer, Transcriber

MOST_BYTES = 1_048_576
"""Of one event's data or payload."""

MOST_CONNECTIONS = 32
IDLE_S = 600.0
"""Seconds after which a silent connection is ended."""

SEND_S = 30.0
"""Seconds that a client may leave an event unread."""

LINGER_S = 2.0
"""Seconds that a client has to read why it was refused."""

LONGEST_TEXT = 2_000
"""Characters of a text that is understood or spoken."""

HEAR_DEADLINE_S = 30.0
RATES = range(8_000, 48_001)
_KEPT = 32


class UnusableError(Exception):
    """What the other side sent cannot be used; it is told so, and the line is ended."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Offer:
    """What is offered to others: a cabin, its ears and its voice, and who is taken to be speaking."""

    cabin: "Cabin"
    ears: "Transcriber"
    voice: "Synthesizer"
    info: Info
    zone: Zone = Zone.UNKNOWN
    doubts: deque[Heard] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """What our ears put together freely, or heard with a rival: when such a text comes back to be acted on, that still
    counts."""
    connections: int = 0
    turns: "set[asyncio.Task[Reply]]" = field(default_factory=set)
    """Turns that have begun: they are finished, whoever hangs up."""


class Connection(AsyncEventHandler):
    """One client. Events are dealt with in order; what is unknown is passed over, as the protocol asks."""

    def __init__(self, offer: Offer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._offer = offer
        self._sound: _Recording | None = None

    async def run(self) -> None:
        """Until the client goes away, is silent for too long, or sends what cannot be used."""
        self._offer.connections += 1
        try:
            if self._offer.connections > MOST_CONNECTIONS:
                raise UnusableError("busy", f"there are {MOST_CONNECTIONS} connections already; try again later")
            while (event := await self._next()) is not None:
                await self.handle_event(event)
        except UnusableError as problem:
            with suppress(OSError):
                await self._send(Error(str(problem), problem.code))
                await asyncio.wait_for(self._let_finish(), LINGER_S)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side is gone; a turn that had begun is over by now
        finally:
            self._offer.connections -= 1
            self.writer.close()

    async def handle_event(self, event: Event) -> bool:
        if Describe.is_type(event.type):
            await self._send(self._offer.info)
        elif Ping.is_type(event.type):
            await self._send(Pong(_read(Ping, event).text))
        elif Transcribe.is_type(event.type):
            self._sound = None
        elif AudioStart.is_type(event.type):
            self._sound = _Recording(_read(AudioStart, event), begin(self._offer.ears, shown=False))
        elif AudioChunk.is_type(event.type):
            self._recording().add(_read(AudioChunk, event))
        elif AudioStop.is_type(event.type):
            sound, self._sound = self._recording(), None
            await self._transcribe(sound.end())
        elif Synthesize.is_type(event.type):
            await self._speak(_text(_read(Synthesize, event).text))
        elif Recognize.is_type(event.type):
            await self._understand(_text(_read(Recognize, event).text))
        elif Transcript.is_type(event.type):
            await self._act(_text(_read(Transcript, event).text))
        return True

    # --- what is offered ----------------------------------------------------------------------------

    async def _transcribe(self, hearing: "Hearing") -> None:
        """The end of an utterance that was heard as it came, so that its words are there at once.

        They are streamed only now: whether it is meant for the car, and what it is, is decided by the whole of it, and
        a chunk that has been sent cannot be taken back.
        """
        try:
            heard = await asyncio.wait_for(asyncio.to_thread(hearing.end), HEAR_DEADLINE_S)
        except TimeoutError as error:
            raise UnusableError("timeout", f"this was not understood within {HEAR_DEADLINE_S:g} s") from error
        except CabinError as error:
            raise UnusableError(error.code, str(error)) from error
        if heard.text and (heard.free or heard.rival):
            self._offer.doubts.append(heard)
        language = heard.language or None
        await self._send(TranscriptStart(language=language))
        if heard.text:
            await self._send(TranscriptChunk(heard.text))
        await self._send(Transcript(heard.text, language=language))
        await self._send(TranscriptStop())

    async def _speak(self, text: str) -> None:
        voice = self._offer.voice
        sound = voice.speak(text)
        form: dict[str, Any] = {"rate": voice.sample_rate, "width": 2, "channels": 1}
        samples = 0
        await self._send(AudioStart(**form, timestamp=0))
        try:
            while chunk := await asyncio.to_thread(next, sound, b""):
                await self._send(AudioChunk(**form, audio=chunk, timestamp=1000 * samples // voice.sample_rate))
                samples += len(chunk) // 2
        except CabinError as error:
            raise UnusableError(error.code, str(error)) from error
        finally:
            with suppress(AttributeError, ValueError):  # no generator; or stopped in the middle, in its thread
                sound.close()  # type: ignore[attr-defined]
        await self._send(AudioStop(timestamp=1000 * samples // voice.sample_rate))

    async def _understand(self, text: str) -> None:
        """What ``text`` means; nothing is done."""
        intents, commands = self._offer.cabin.understand(text, self._offer.zone)
        meant = [intent for intent in intents if intent.kind != "none"]
        if not meant:
            await self._send(NotRecognized(self._offer.cabin.wording.say("not_understood")))
            return
        slots = {name: value for intent in meant for name, value in intent.slots.items()}
        found = [Entity(name, value) for name, value in slots.items()]
        found += [Entity(command.signal, command.value) for command in commands]
        await self._send(Intent("+".join(intent.name for intent in meant), found))

    async def _act(self, text: str) -> None:
        """One turn of the cabin: the gate decides, and the reply goes back."""
        doubts = (heard for heard in reversed(self._offer.doubts) if heard.text.casefold() == text.casefold())
        doubt = next(doubts, None) or Heard(text, 1.0, "wyoming")
        said = Utterance(text, zone=self._offer.zone, engine="wyoming", free=doubt.free, rival=doubt.rival)
        turn = asyncio.create_task(self._offer.cabin.take_turn(said))
        self._offer.turns.add(turn)
        turn.add_done_callback(self._offer.turns.discard)
        reply = await asyncio.shield(turn)
        done = reply.kind != "none" and reply.decision != "refuse"
        await self._send(Handled(reply.text) if done else NotHandled(reply.text))

    # --- the line -----------------------------------------------------------------------------------

    async def _send(self, what: Eventable) -> None:
        await asyncio.wait_for(self.write_event(what.event()), SEND_S)

    async def _next(self) -> Event | None:
        """The next event, or None when there will be no more."""
        try:
            reader: Any = _Bounded(self.reader)
            event = await asyncio.wait_for(async_read_event(reader), IDLE_S)
        except TimeoutError:
            return None
        except (AttributeError, KeyError, TypeError, RecursionError) as error:
            raise UnusableError("bad-event", "this is no event of the Wyoming protocol") from error
        if event is None and not self.reader.at_eof():
            raise UnusableError(
                "bad-event", "this is no event of the Wyoming protocol: one JSON object a line is expected"
            )
        return event

    async def _let_finish(self) -> None:
        """Throw away what is still coming: a line that is cut while somebody sends loses the error on its way."""
        self.writer.write_eof()
        while await self.reader.read(65_536):
            pass

    def _recording(self) -> "_Recording":
        if self._sound is None:
            raise UnusableError("no-audio-start", "audio-start comes before audio-chunk and audio-stop")
        return self._sound


class _Bounded:
    """A stream that does not wait for more than MOST_BYTES at once, whatever an event announces."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def readline(self) -> bytes:
        return await self._reader.readline()

    async def readexactly(self, count: int) -> bytes:
        if count > MOST_BYTES:
            raise UnusableError("too-long", f"an event may carry {MOST_BYTES} bytes; this one announces {count}")
        return await self._reader.readexactly(count)


class _Recording:
    """Sound as it comes, turned into mono float32 at 16 kHz and heard at once, at most LONGEST_S of it."""

    def __init__(self, start: AudioStart, hearing: "Hearing") -> None:
        if start.rate not in RATES or start.width != 2 or start.channels not in (1, 2):
            raise UnusableError(
                "audio-format",
                f"sound of 16 bits, mono or stereo, {RATES.start} to {RATES.stop - 1} Hz can be heard; this is "
                f"{start.rate} Hz, {start.width} bytes, {start.channels} channels",
            )
        import soxr

        self._form = (start.rate, start.width, start.channels)
        self._stream = soxr.ResampleStream(start.rate, SAMPLE_RATE, 1, dtype="float32")
        self._hearing = hearing
        self._taken = 0

    def add(self, chunk: AudioChunk) -> None:
        if (chunk.rate, chunk.width, chunk.channels) != self._form or len(chunk.audio) % (2 * chunk.channels):
            raise UnusableError("audio-format", "this audio-chunk is not of the format that audio-start announced")
        samples = np.frombuffer(chunk.audio, "<i2").reshape(-1, chunk.channels)
        self._taken += len(samples)
        if self._taken > LONGEST_S * chunk.rate:
            raise UnusableError("too-long", f"one utterance is expected, in at most {LONGEST_S:g} s of sound")
        self._hearing.add(self._stream.resample_chunk((samples / 32_768).mean(axis=1).astype(np.float32)))

    def end(self) -> "Hearing":
        self._hearing.add(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))
        return self._hearing


def _read(kind: Any, event: Event) -> Any:
    """``event`` as the package's own value. Raises UnusableError when a field is missing or of the wrong kind."""
    try:
        return kind.from_event(event)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnusableError(
            "bad-event", f"{event.type}: a field is missing or not as it should be ({error})"
        ) from error


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise UnusableError("bad-event", "text: a string is expected")
    if len(text) > LONGEST_TEXT:
        raise UnusableError("too-long", f"a text may have {LONGEST_TEXT} characters; this one has {len(text)}")
    return text.encode("utf-8", "replace").decode("utf-8")


async def serve(offer: Offer, host: str, port: int, ready: Callable[[int], None] = lambda port: None) -> None:
    """Serve until interrupted or terminated; ``ready`` is told the port. A turn that has begun is finished.

    Raises OSError when ``host`` and ``port`` cannot be listened to.
    """
    at_work: set[asyncio.Task[None]] = set()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(Connection(offer, reader, writer).run())
        at_work.add(task)
        task.add_done_callback(at_work.discard)

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows' loop has no handlers, and only a main thread may set them: there Ctrl+C ends it as any program
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, over.set)
    server = await asyncio.start_server(meet, host, port)
    ready(server.sockets[0].getsockname()[1])
    try:
        await over.wait()
    finally:
        server.close()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, *offer.turns, return_exceptions=True)
