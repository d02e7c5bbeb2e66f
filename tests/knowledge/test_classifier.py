"""What the classifier learns from examples of each class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.classifier import learnt, logs


def around(centres: np.ndarray, each: int, spread: float, seed: int) -> tuple[np.ndarray, list[int]]:
    """``each`` unit vectors near every centre, with the number of their centre."""
    noise = np.random.default_rng(seed).normal(0, spread, (len(centres), each, centres.shape[1]))
    vectors = (centres[:, None] + noise).reshape(-1, centres.shape[1]).astype(np.float32)
    classes = [number for number in range(len(centres)) for _ in range(each)]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), classes


@pytest.fixture(scope="module")
def centres() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1, (12, 32)) + 3.0  # alike in much, as sections of one manual are


def test_new_examples_are_told_apart(centres: np.ndarray) -> None:
    weights = learnt(*around(centres, 20, 0.5, 2), len(centres))
    fresh, classes = around(centres, 20, 0.5, 3)
    assert np.mean(logs(fresh, weights).argmax(axis=1) == classes) > 0.95


def test_the_same_examples_give_the_same_weights(centres: np.ndarray) -> None:
    examples = around(centres, 5, 0.5, 2)
    assert np.array_equal(learnt(*examples, len(centres)), learnt(*examples, len(centres)))


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 99))
def test_probabilities_of_any_vector_add_up_to_one(classes: int, rows: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = logs(draw.normal(0, 3, (rows, 8)).astype(np.float32), draw.normal(0, 9, (classes, 8)).astype(np.float32))
    assert found.shape == (rows, classes)
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
