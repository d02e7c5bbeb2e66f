"""Moonshine's vocabulary: text into word pieces and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SpeechError
from assistant.speech.tokens import END, START, Tokens

pytestmark = pytest.mark.usefixtures("weights")


@given(words=st.lists(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.,?%-", min_size=1)))
def test_text_comes_back_as_it_was_written(tokens: Tokens, words: list[str]) -> None:
    text = " ".join(words)
    pieces = tokens.encode(text)
    assert tokens.decode(pieces) == text
    assert not {START, END}.intersection(pieces) and all(0 <= piece < len(tokens) for piece in pieces)


def test_common_words_are_one_piece_each_and_digits_too(tokens: Tokens) -> None:
    assert len(tokens.encode("Open the window")) == 3
    assert len(tokens.encode("21")) == 3  # the space before it, and a digit each


def test_a_letter_that_nobody_knows_is_left_out(tokens: Tokens) -> None:
    assert tokens.decode(tokens.encode("open \U0001f697 window")) == "open  window"


@pytest.mark.parametrize("damage", [b"", b"\x05ab", b"\xc8"])
def test_a_damaged_vocabulary_is_named(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "tokenizer.bin"
    file.write_bytes(damage)
    with pytest.raises(SpeechError, match=r"tokenizer\.bin"):
        Tokens(file)


def test_a_vocabulary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"tokenizer\.bin"):
        Tokens(tmp_path / "tokenizer.bin")
