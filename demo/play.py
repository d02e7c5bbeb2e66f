"""Plays a drive through a real cabin: every sound through the recogniser, every reply to a sound file."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from assistant.bootstrap import Rig
from assistant.errors import CabinError, StorageError
from assistant.speech.audio import speak_to
from assistant.utterance import Modality, Reply, Zone
from demo.script import Drive, Step


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one step. ``reply`` is None where nothing was said to the cabin; ``error`` says what failed."""

    number: int
    step: Step
    reply: Reply | None = None
    sound: Path | None = None
    error: str = ""


async def play(drive: Drive, sounds: Path, rig: Rig, out: Path) -> AsyncIterator[Played]:
    """Play ``drive`` step by step. Replies are written to ``out`` as NN.wav, in place of those of an earlier time.

    A step that fails is told in ``Played.error`` and the drive goes on. Raises StorageError when ``out`` cannot be
    written.
    """
    try:
        await asyncio.to_thread(_make_room, out, len(drive.steps))
    except OSError as error:
        raise StorageError(f"{out}: cannot be made: {error.strerror}. Name another folder with --out.") from error
    if drive.start:
        rig.console.set(drive.start)
    challenge = ""
    for number, step in enumerate(drive.steps, 1):
        reply, sound = None, out / f"{number:02}.wav"
        try:
            reply = await _take(step, sounds, rig, challenge)
            if reply and reply.text:
                await asyncio.to_thread(speak_to, sound, reply.text, rig.cabin.synthesizer())
        except StorageError:
            raise
        except CabinError as error:
            yield Played(number, step, reply, error=str(error))
            continue
        challenge = (reply and reply.challenge) or challenge
        yield Played(number, step, reply, sound if reply and reply.text else None)


def _make_room(out: Path, steps: int) -> None:
    """Make the folder, without what an earlier drive said at these steps."""
    out.mkdir(parents=True, exist_ok=True)
    for number in range(1, steps + 1):
        (out / f"{number:02}.wav").unlink(missing_ok=True)


async def _take(step: Step, sounds: Path, rig: Rig, challenge: str) -> Reply | None:
    if step.hear is not None:
        return await rig.cabin.take_turn(await rig.cabin.hear(sounds / step.hear, Zone(step.zone)))
    if step.touch is not None:
        return await rig.cabin.touch(challenge, Modality(step.touch))
    if step.cancel is not None:
        return await rig.cabin.cancel(challenge)
    if step.vehicle is not None:
        rig.console.set(step.vehicle)
    elif step.wait is not None:
        rig.clock.advance(step.wait)
    return None
