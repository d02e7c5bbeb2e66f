"""Fault codes as they travel (two bytes in OBD, three in UDS) and as people know them: SAE J2012, P0301."""

from collections.abc import Iterator
from dataclasses import dataclass

LETTERS = "PCBU"


@dataclass(frozen=True)
class FailureState:
    """The bits of a UDS status byte that say what became of a code (ISO 14229-1, annex D)."""

    byte: int

    @property
    def fails_now(self) -> bool:
        return bool(self.byte & 0x01)

    @property
    def pending(self) -> bool:
        return bool(self.byte & 0x04)

    @property
    def confirmed(self) -> bool:
        return bool(self.byte & 0x08)

    @property
    def lamp(self) -> bool:
        return bool(self.byte & 0x80)


def name(high: int, low: int) -> str:
    """0x03, 0x01 -> P0301."""
    return f"{LETTERS[high >> 6]}{high >> 4 & 3:X}{high & 15:X}{low:02X}"


def two_bytes(code: str) -> bytes:
    """P0301 -> 0x03, 0x01. Raises ValueError for what is no code."""
    if len(code) != 5 or code[0] not in LETTERS or code[1] not in "0123":
        raise ValueError(f"{code!r} is no fault code")
    return bytes([LETTERS.index(code[0]) << 6 | int(code[1]) << 4 | int(code[2], 16), int(code[3:], 16)])


def names(pairs: bytes) -> Iterator[str]:
    """The codes in a list of pairs; 0000 fills it up and is none. Raises ValueError for half a pair."""
    if len(pairs) % 2:
        raise ValueError(f"a list of fault codes has an odd number of bytes: {pairs.hex()}")
    for high, low in zip(pairs[::2], pairs[1::2], strict=True):
        if high or low:
            yield name(high, low)
