"""The single-use, signed, expiring right to carry out one exact set of commands on one vehicle."""

from dataclasses import dataclass

from policies.command import Command


@dataclass(frozen=True, slots=True)
class Permit:
    """Signed with Ed25519 over every other field; verified by the vehicle side with the public key alone."""

    id: str
    vehicle: str
    commands: tuple[Command, ...]
    issued_at: float
    expires_at: float
    signature: bytes
