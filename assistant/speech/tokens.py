"""Word pieces: how Moonshine writes text as numbers. Byte-pair encoding as SentencePiece does it."""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from assistant.errors import SpeechError

START, END = 1, 2
"""The pieces before and after every sentence."""

_SPACE = "▁"
_NONE = 1 << 30


class Tokens:
    """The vocabulary in ``file``: every piece after its length, in the order of their numbers.

    A piece's number is also its rank: of two pieces that could be joined first, the lower one is. Raises SpeechError
    when the file is damaged.
    """

    def __init__(self, file: Path) -> None:
        try:
            data = file.read_bytes()
            self.digest = hashlib.sha256(data).hexdigest()[:16]
            self._pieces = list(_pieces(data))
        except (OSError, IndexError) as error:
            raise SpeechError(f"{file} is not a vocabulary that can be read ({error})", code="model") from error
        if not self._pieces:
            raise SpeechError(f"{file} is an empty vocabulary", code="model")
        self._places: dict[str, int] = {}
        for place, piece in enumerate(self._pieces):
            # Single bytes come first, for rare letters; where there is a piece for the letter, Moonshine writes that.
            if text := piece.decode("utf-8", "ignore"):
                self._places[text] = place
        self._known: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._pieces)

    def encode(self, text: str) -> list[int]:
        """The pieces of ``text``, without START and END."""
        return [piece for word in text.split() for piece in self.of_word(word)]

    def of_word(self, word: str) -> tuple[int, ...]:
        """The pieces of one word with the space before it; letters that are not known are left out."""
        if word not in self._known:
            parts = [_SPACE, *word]
            while len(parts) > 1:
                ranks = [self._places.get(one + other, _NONE) for one, other in pairwise(parts)]
                first = min(ranks)
                if first == _NONE:
                    break
                at = ranks.index(first)
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            self._known[word] = tuple(self._places[part] for part in parts if part in self._places)
        return self._known[word]

    def decode(self, pieces: Iterable[int]) -> str:
        """The text that ``pieces`` make."""
        return b"".join(self._pieces[piece] for piece in pieces).decode("utf-8", "replace").replace(_SPACE, " ").strip()


def _pieces(data: bytes) -> Iterable[bytes]:
    """One byte of length before each piece; from 128 on, two (the low seven bits of the first, then the second)."""
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length += data[at] * 128 - 128
            at += 1
        if at + length > len(data):
            raise IndexError("it ends within a piece")
        yield data[at : at + length]
        at += length
