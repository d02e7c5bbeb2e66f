"""The ports: what the cabin needs of the world, and nothing of who provides it."""

from collections.abc import Callable, Iterator
from typing import Protocol

from assistant.utterance import Audio, Transcript
from policies.command import Modality, Value
from policies.decision import Challenge
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


class Hearing(Protocol):
    """One utterance while it is being spoken. ``add`` costs next to nothing: the work is done in the background."""

    def add(self, audio: Audio) -> str:
        """Take the next stretch of sound (mono float32, 16 kHz, any length); returns the words heard so far.

        They may still change: they are for the eye, never for the router or the gate.
        """
        ...

    def end(self) -> Transcript:
        """The utterance as a whole, as the engine's ``transcribe`` hears it; blocking. Raises SpeechError."""
        ...


class Synthesizer(Protocol):
    """Turns text into sound, sentence by sentence. Blocking; the cabin runs it in a thread."""

    name: str
    sample_rate: int

    def speak(self, text: str) -> Iterator[bytes]:
        """Chunks of mono 16-bit little-endian PCM at ``sample_rate``. Raises SpeechError when the engine fails."""
        ...


class Microphone(Protocol):
    """Sound as it comes in. Blocking; the ears read it in a thread of their own."""

    name: str

    def read(self) -> Audio:
        """The next 10 to 100 ms of sound (mono float32, 16 kHz); empty when there will be no more (a file's end).

        Raises DeviceError when the device is gone, or brings nothing for so long that it must be.
        """
        ...

    def close(self) -> None:
        """Let go of the device. A read that waits in another thread ends."""
        ...


class Loudspeaker(Protocol):
    """Sound on its way out. Blocking; the mouth writes to it in a thread of its own."""

    name: str
    sample_rate: int
    played: Callable[[Audio], None]
    """Told everything that it lets sound (mono float32 at ``sample_rate``), silence too, in the moment it does."""

    def write(self, sound: Audio) -> None:
        """Let ``sound`` (mono float32 at ``sample_rate``) be heard after what was written before.

        Returns when little enough of it waits. Raises DeviceError when the device is gone or takes nothing more.
        """
        ...

    def drain(self) -> None:
        """Return when everything that was written has been heard. Raises DeviceError as ``write`` does."""
        ...

    def flush(self) -> None:
        """Be silent at once: what waits is thrown away. From any thread."""
        ...

    def close(self) -> None: ...


class WakeWord(Protocol):
    """Listens for its name in a stream of sound: ours is PocketSphinx; openWakeWord fits behind it as well."""

    phrase: str

    def hear(self, sound: Audio) -> int | None:
        """Take the next stretch of sound (mono float32, 16 kHz).

        When the phrase has been said, how many samples ago it ended (0: with the last one taken); else None. Raises
        SpeechError when the engine fails.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard so far."""
        ...


class EchoCanceller(Protocol):
    """Takes the assistant's own voice out of what the microphone hears."""

    name: str

    def played(self, sound: Audio) -> None:
        """What the loudspeaker lets sound (mono float32, 16 kHz), silence too, as it does."""
        ...

    def clean(self, sound: Audio) -> Audio:
        """The next stretch from the microphone (mono float32, 16 kHz) without what was played.

        In steps of its own: what is left over of a step comes out with the next call.
        """
        ...


class Witness(Protocol):
    """Testifies that a person confirms what a challenge shows: a touch screen, an eye scanner."""

    name: str
    """For people and for the journal; a simulated one says so."""
    modality: Modality

    async def confirms(self, challenge: Challenge) -> bool:
        """True when a person that may do so confirms ``challenge``. Whatever it raises counts as no."""
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
