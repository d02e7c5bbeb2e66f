"""`cabin session`: any program drives a cabin by JSON lines, one object in, one object out, in order."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.bootstrap import Engines
from assistant.errors import CabinError
from assistant.utterance import Reply, Utterance
from knowledge.errors import KnowledgeError
from policies.command import Modality, Zone

LONGEST_LINE = 1_000_000
"""Bytes. A line beyond it is refused unread."""


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Message):
    type: Literal["text"]
    text: str
    zone: Zone = Zone.UNKNOWN


class Sound(Message):
    type: Literal["audio"]
    path: Path
    zone: Zone = Zone.UNKNOWN


class Touch(Message):
    type: Literal["touch", "biometric", "cancel"]
    challenge: str
    zone: Zone = Zone.DRIVER


class Car(Message):
    type: Literal["vehicle"]
    set: dict[str, Any] | None = None
    get: list[str] | None = None


class Remember(Message):
    type: Literal["remember"]
    text: str


class Wait(Message):
    type: Literal["wait"]
    seconds: float = Field(ge=0, le=86_400, allow_inf_nan=False)


class Reset(Message):
    type: Literal["reset"]


In = Annotated[Text | Sound | Touch | Car | Remember | Wait | Reset, Field(discriminator="type")]
MESSAGE: TypeAdapter[Text | Sound | Touch | Car | Remember | Wait | Reset] = TypeAdapter(In)


class Session:
    """One cabin behind a line protocol, and a fresh one at every reset."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.rig = engines.rig()

    async def run(self, lines: AsyncIterator[bytes], write: Callable[[str], None]) -> None:
        """Answer every line until the input ends. No line can end the session."""
        try:
            async for line in lines:
                if line.strip():
                    write(json.dumps(await self.answer(line), ensure_ascii=False))
        finally:
            await self.rig.aclose()

    async def answer(self, line: bytes | str) -> dict[str, Any]:
        """The answer to one line: a reply, the vehicle's values, ok, or an error with its code."""
        if len(line) > LONGEST_LINE:
            return error("too_long", f"A line may have {LONGEST_LINE} bytes; this one is longer.")
        try:
            found = json.loads(line)
            message = MESSAGE.validate_python(found)
        except (RecursionError, json.JSONDecodeError, UnicodeDecodeError) as problem:
            return error("bad_json", f"This line is not a JSON object: {problem}. Send one object a line.")
        except ValidationError as problem:
            return error("bad_message", describe(problem))
        except ValueError as problem:  # a number too long for Python to read
            return error("bad_json", f"This line cannot be read: {problem}.")
        try:
            return await self._deal_with(message)
        except CabinError as problem:
            return error(problem.code, str(problem))
        except KnowledgeError as problem:
            return error("knowledge", str(problem))

    async def _deal_with(self, message: Message) -> dict[str, Any]:
        cabin, console = self.rig.cabin, self.rig.console
        match message:
            case Text():
                return as_line(await cabin.take_turn(Utterance(sound_text(message.text), zone=message.zone)))
            case Sound():
                return as_line(await cabin.take_turn(await cabin.hear(message.path, message.zone)))
            case Touch(type="cancel"):
                return as_line(await cabin.cancel(message.challenge))
            case Touch():
                return as_line(await cabin.touch(message.challenge, Modality(message.type), message.zone))
            case Car():
                if message.set:
                    console.set(message.set)
                return {
                    "type": "vehicle",
                    "values": console.get(message.get or list(message.set or {})),
                }
            case Remember():
                return {"type": "ok", "understood": cabin.remember(message.text)}
            case Wait():
                self.rig.clock.advance(message.seconds)
                await cabin.keep_up()
                return {"type": "ok"}
            case _:
                await self.rig.aclose()
                self.rig = self.engines.rig()
                return {"type": "ok"}


def sound_text(text: str) -> str:
    """``text`` without half characters (lone surrogates), which no file or terminal takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_line(reply: Reply) -> dict[str, Any]:
    """A reply as the protocol's object."""
    return {"type": "reply", **asdict(reply)}


def error(code: str, message: str) -> dict[str, Any]:
    """An error as the protocol's object."""
    return {"type": "error", "code": code, "message": message}


def describe(problem: ValidationError) -> str:
    """What is wrong with a message, in a sentence."""
    first = problem.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "type"
    return f"{where}: {first['msg']}. Types: text, audio, touch, biometric, cancel, vehicle, remember, wait, reset."


async def standard_input() -> AsyncIterator[bytes]:
    """Lines of standard input, read in a thread so that the cabin goes on meanwhile."""

    def read() -> bytes:
        line = sys.stdin.buffer.readline(LONGEST_LINE + 1)
        rest = line
        while len(line) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
            rest = sys.stdin.buffer.readline(LONGEST_LINE)  # thrown away: the line is refused whole
        return line

    while line := await asyncio.to_thread(read):
        yield line
