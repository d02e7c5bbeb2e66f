"""The ports: what the cabin needs of the world, and nothing of who provides it."""

from collections.abc import Iterator
from typing import Protocol

from assistant.utterance import Audio, Transcript
from policies.command import Value
from policies.permit import Permit
from policies.state import VehicleState


class Clock(Protocol):
    """Seconds that only move forward."""

    def now(self) -> float: ...


class Transcriber(Protocol):
    """Turns speech into text. Blocking; the cabin runs it in a thread."""

    name: str

    def transcribe(self, audio: Audio) -> Transcript:
        """Raises SpeechError when the engine fails; silence and noise are an empty text, not an error."""
        ...


class Synthesizer(Protocol):
    """Turns text into sound, sentence by sentence. Blocking; the cabin runs it in a thread."""

    name: str
    sample_rate: int

    def speak(self, text: str) -> Iterator[bytes]:
        """Chunks of mono 16-bit little-endian PCM at ``sample_rate``. Raises SpeechError when the engine fails."""
        ...


class Vehicle(Protocol):
    """The only door to the car: it takes a Permit, never a Command."""

    id: str

    def state(self) -> VehicleState:
        """The latest reading of every signal, with the moment of each."""
        ...

    async def apply(self, permit: Permit) -> dict[str, Value]:
        """Carry out exactly what ``permit`` names, once, and read back.

        Returns what the vehicle reports for each signal of the permit, achieved or not. Raises PermitRefused (and does
        nothing) when the permit is forged, spent, expired or another car's; VehicleError when the car is out of reach.
        """
        ...
