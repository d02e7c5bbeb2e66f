"""Speaks replies through the player that this computer has; says so where it has none."""

import asyncio
import io
import shutil
import wave
from collections.abc import Callable, Sequence
from time import perf_counter

from assistant.ports import Synthesizer

PLAYERS: tuple[tuple[str, ...], ...] = (
    ("pw-play", "-"),
    ("paplay", "--file-format=wav"),
    ("aplay", "-q", "-"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet", "-"),
    ("play", "-q", "-t", "wav", "-"),
)
"""Commands that play a WAV from standard input; the first one that is installed is taken."""


class Speaker:
    """One reply at a time; a new one, Escape or speech stops the one that is being spoken.

    ``tell`` is told what the voice does: words, and whether it is speaking.
    """

    def __init__(self, player: Sequence[str] | None = None) -> None:
        self.tell: Callable[[str, bool], None] = lambda words, speaking: None
        self._player = tuple(player) if player is not None else _installed()
        self._playing: asyncio.subprocess.Process | None = None
        self._job: asyncio.Task[None] | None = None

    @property
    def speaking(self) -> bool:
        return self._playing is not None

    def say(self, text: str, voice: Synthesizer) -> None:
        """Begin to speak ``text``, instead of what is being spoken."""
        self.stop()
        if text:
            self._job = asyncio.create_task(self._speak(text, voice))

    def stop(self) -> bool:
        """Fall silent at once; False when nothing was being spoken."""
        was = self._job is not None and not self._job.done()
        if self._playing is not None and self._playing.returncode is None:
            self._playing.kill()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        return was

    async def close(self) -> None:
        """Leave nothing running."""
        job = self._job
        self.stop()
        if job is not None:
            await asyncio.gather(job, return_exceptions=True)

    async def _speak(self, text: str, voice: Synthesizer) -> None:
        began = perf_counter()
        try:
            sound, seconds = await asyncio.to_thread(_as_wav, text, voice)
            if not self._player:
                made = 1000 * (perf_counter() - began)
                self.tell(f"no loudspeaker ({seconds:.1f} s in {made:.0f} ms)", False)
                return
            self.tell(f"{voice.name} speaks, esc stops", True)
            await self._play(sound)
            self.tell(f"{voice.name}", False)
        except asyncio.CancelledError:
            self.tell("stopped", False)
            raise
        except Exception as error:  # a voice may fail in any way; the reply is on the screen
            self.tell(f"voice failed: {error}", False)

    async def _play(self, sound: bytes) -> None:
        nothing = asyncio.subprocess.DEVNULL
        playing = self._playing = await asyncio.create_subprocess_exec(
            *self._player, stdin=asyncio.subprocess.PIPE, stdout=nothing, stderr=nothing
        )
        try:
            await playing.communicate(sound)
        finally:
            if playing.returncode is None:
                playing.kill()
                await playing.wait()
            self._playing = None


def _installed() -> tuple[str, ...]:
    return next((player for player in PLAYERS if shutil.which(player[0])), ())


def _as_wav(text: str, voice: Synthesizer) -> tuple[bytes, float]:
    """The whole reply as a WAV, and how many seconds it lasts."""
    sound = b"".join(voice.speak(text))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(voice.sample_rate)
        out.writeframes(sound)
    return file.getvalue(), len(sound) / 2 / voice.sample_rate
