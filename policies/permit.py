"""The single-use, signed, expiring right to carry out one exact set of commands on one vehicle."""

import json
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from policies.command import Command

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LIFE = 2.0  # s, from issue to the last moment at which it may be redeemed
REMEMBERED = 256  # spent permits kept by id; older ones are still refused, by their number

Reason = Literal["forged", "vehicle", "clock", "before_start", "expired", "replayed", "reordered"]

_WHY: dict[Reason, str] = {
    "forged": "the signature does not fit: the permit was edited, or signed before a restart",
    "vehicle": "the permit is another vehicle's",
    "clock": "the clock was set back",
    "before_start": "the permit was issued before this vehicle side started",
    "expired": f"the permit is older than {LIFE:g} s",
    "replayed": "the permit was redeemed before",
    "reordered": "a later permit was redeemed first",
}


class PermitRefused(Exception):  # noqa: N818 - a refusal is an outcome the domain names, not a fault
    """The vehicle side does not honour a permit. ``reason`` is for programs, the message for people."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_WHY[reason])
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Permit:
    """Signed with Ed25519 over every other field; verified by the vehicle side with the public key alone.

    ``number`` counts a signer's permits from 1, so that one held back can be told from one that is due.
    """

    id: str
    vehicle: str
    commands: tuple[Command, ...]
    issued_at: float
    expires_at: float
    signature: bytes
    number: int = 0

    def signed_bytes(self) -> bytes:
        """What the signature covers: every other field, in one canonical form. Raises ValueError for NaN."""
        commands = [[command.signal, command.value] for command in self.commands]
        fields = [self.id, self.number, self.vehicle, commands, self.issued_at, self.expires_at]
        return json.dumps(fields, allow_nan=False, separators=(",", ":")).encode()


class Signer:
    """Issues permits. It lives in the gate's process; its private key never leaves it nor survives it."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key
        self._issued = 0
        self.public_key: bytes = key.public_key().public_bytes_raw()

    @classmethod
    def fresh(cls) -> "Signer":
        """A signer with a new key: permits of an earlier start are forgeries to whoever trusts this one."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    def sign(self, vehicle: str, commands: Sequence[Command], now: float) -> Permit:
        """A permit for exactly ``commands`` on ``vehicle``, good from ``now`` (s) for LIFE seconds."""
        self._issued += 1
        blank = Permit(
            id=secrets.token_hex(8),
            vehicle=vehicle,
            commands=tuple(commands),
            issued_at=now,
            expires_at=now + LIFE,
            signature=b"",
            number=self._issued,
        )
        return replace(blank, signature=self._key.sign(blank.signed_bytes()))


class Verifier:
    """The vehicle side: honours each permit once, in order, in time. It holds no secret."""

    def __init__(self, public_key: bytes, vehicle: str, started_at: float) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        self._key = Ed25519PublicKey.from_public_bytes(public_key)
        self._vehicle = vehicle
        self._started_at = started_at
        self._seen_until = started_at
        self._last_number = 0
        self._spent: deque[str] = deque(maxlen=REMEMBERED)

    def redeem(self, permit: Permit, now: float) -> None:
        """Return when ``permit`` may be carried out at ``now`` (s), which spends it. Raises PermitRefused."""
        self._authentic(permit)
        if permit.vehicle != self._vehicle:
            raise PermitRefused("vehicle")
        if permit.id in self._spent:
            raise PermitRefused("replayed")
        if permit.number <= self._last_number:
            raise PermitRefused("reordered")
        if permit.issued_at < self._started_at:
            raise PermitRefused("before_start")
        if not self._seen_until <= now or now < permit.issued_at:
            raise PermitRefused("clock")
        self._seen_until = now
        if not now <= min(permit.expires_at, permit.issued_at + LIFE):
            raise PermitRefused("expired")
        self._last_number = permit.number
        self._spent.append(permit.id)

    def _authentic(self, permit: Permit) -> None:
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(permit.signature, permit.signed_bytes())
        except (InvalidSignature, AttributeError, TypeError, ValueError):
            raise PermitRefused("forged") from None
