"""What was heard and what is answered: the values of one turn. Imports only the leaves' values."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from policies.command import Modality as Modality
from policies.command import Zone as Zone

Audio = NDArray[np.float32]
"""Mono samples at 16,000 Hz, range -1 to 1."""

SAMPLE_RATE = 16_000

Kind = Literal["command", "question", "dialogue", "none"]
Verdict = Literal["allow", "confirm", "refuse", "none"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard. ``confidence`` runs from 0 to 1; empty ``text`` means nothing that is speech to us.

    ``free`` says that the words fit no sentence of ours as a whole: they may be a question, never a loose command.
    ``language`` is the language heard ("en", "de" ...), "" where the engine does not tell. ``rival`` is another command
    that sounds about as good, "" where there is none.
    """

    text: str
    confidence: float
    engine: str
    free: bool = False
    language: str = ""
    rival: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing heard: text, confidence, seat zone, engine and the length of its sound (seconds; 0 when typed).

    ``free`` and ``rival`` are those of its Transcript.
    """

    text: str
    zone: Zone = Zone.UNKNOWN
    confidence: float = 1.0
    engine: str = "typed"
    duration_s: float = 0.0
    stt_ms: float = 0.0
    free: bool = False
    rival: str = ""

    @classmethod
    def heard(cls, found: Transcript, zone: Zone, duration_s: float, stt_ms: float) -> "Utterance":
        """What a recogniser found in ``duration_s`` seconds of sound, ``stt_ms`` after it was asked."""
        return cls(found.text, zone, found.confidence, found.engine, duration_s, stt_ms, found.free, found.rival)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is spoken and what is shown, with everything that a watcher wants to know about the turn.

    The fields are those of the `cabin session` protocol; see ``assistant/session.py``.
    """

    heard: str
    text: str
    intent: str = ""
    kind: Kind = "none"
    commands: tuple[dict[str, Any], ...] = ()
    decision: Verdict = "none"
    by: tuple[Modality, ...] = ()
    challenge: str | None = None
    rules: tuple[str, ...] = ()
    applied: dict[str, Any] = field(default_factory=dict)
    sources: tuple[dict[str, Any], ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
