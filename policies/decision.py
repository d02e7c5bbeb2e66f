"""What the gate answers: Allow, Confirm or Refuse, with its rules and a sentence for the driver."""

from dataclasses import dataclass

from policies.command import Command, Modality, Value
from policies.permit import Permit


@dataclass(frozen=True, slots=True)
class Change:
    """What one command will change: from ``before`` (None when unknown) to ``after``."""

    signal: str
    before: Value | None
    after: Value


@dataclass(frozen=True, slots=True)
class Challenge:
    """A pending confirmation, as the touch screen shows it."""

    id: str
    commands: tuple[Command, ...]
    changes: tuple[Change, ...]
    by: tuple[Modality, ...]
    rules: tuple[str, ...]
    asked_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Allow:
    """It may happen now. ``permit`` is filled in by the Gate; the pure decision has none."""

    commands: tuple[Command, ...]
    rules: tuple[str, ...]
    says: str
    permit: Permit | None = None


@dataclass(frozen=True, slots=True)
class Confirm:
    """It may happen once confirmed by one of ``by``. ``challenge`` is filled in by the Gate."""

    commands: tuple[Command, ...]
    changes: tuple[Change, ...]
    by: tuple[Modality, ...]
    rules: tuple[str, ...]
    says: str
    challenge: Challenge | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """It may not happen. ``says`` tells the driver why and what would help; ``code`` is for programs."""

    commands: tuple[Command, ...]
    rules: tuple[str, ...]
    says: str
    code: str


Decision = Allow | Confirm | Refuse
