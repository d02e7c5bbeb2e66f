"""What comes with cabin is read ahead, so that a first index has the manuals only to read."""

from pathlib import Path

from knowledge import states
from knowledge.embedding import BUILT_IN, Embedder
from knowledge.models.read_ahead import texts
from knowledge.states import Piece

SMALL = 200
"""Texts that may wait until `python -m knowledge.models.read_ahead` is run again: they are read in a moment."""


def test_little_of_what_comes_with_cabin_is_left_to_read() -> None:
    held = states.load(states.ahead(BUILT_IN))
    left = [text for text in texts() if Piece(text).key not in held]
    assert len(left) <= SMALL, "run python -m knowledge.models.read_ahead"


def test_what_was_read_ahead_is_what_the_model_makes_of_it(embedder: Embedder, tmp_path: Path) -> None:
    held = states.load(states.ahead(BUILT_IN))
    pieces = [Piece(text) for text in texts()[::500]]
    fresh = states.read(pieces, embedder, tmp_path, {}, lambda done, total: None)
    kept = [(held[piece.key], made) for piece, made in zip(pieces, fresh, strict=True) if piece.key in held]
    assert len(kept) > 10
    assert all(before.vector @ now.vector > 0.98 for before, now in kept)
