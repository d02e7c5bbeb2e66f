"""The embedding model as its callers meet it."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import LONGEST, WIDTH, Embedder
from knowledge.errors import ModelError


def test_vectors_have_unit_length_and_the_order_of_their_texts(embedder: Embedder) -> None:
    texts = ["a much longer sentence about the brakes of a car", "tyre", "how do I open the bonnet"]
    together = embedder.embed(texts)
    assert together.shape == (3, WIDTH)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for row, text in zip(together, texts, strict=True):
        assert row @ embedder.embed([text])[0] > 0.98  # int8 rounds a little differently in a padded batch


def test_what_means_the_same_is_nearer_than_what_does_not(embedder: Embedder) -> None:
    question, near, far = embedder.embed(["the tyre lost air", "puncture of a wheel", "choose a radio station"])
    assert question @ near > question @ far


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, WIDTH)


@pytest.mark.parametrize("text", ["", " ", "🚗", "\x00", "word " * 5_000])
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.embed([text])).all()


def test_token_states_tell_which_characters_they_cover(embedder: Embedder) -> None:
    text = "Open the bonnet"
    (reading,) = embedder.read([text])
    assert len(reading.tokens) == len(reading.spans) <= LONGEST
    assert text[reading.spans[0][0] : reading.spans[0][1]] == "Open"


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.onnx"):
        Embedder.load(tmp_path)
