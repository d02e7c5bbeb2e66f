"""Which section a question is about, learnt when an index is built from what drivers may say: a softmax regression on
the model's vector of a text and on its words.

The nearest query alone says which words come near; this says which differences between neighbouring sections matter.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORDS = 1024
"""Places for words, each in the place and with the sign that its hash gives (Weinberger et al. 2009): no list of words
is kept, and two that share a place seldom matter.
"""
WORDS_WEIGH = 0.8
"""Length of a text's words beside its vector, which has length 1; .5 to 1 are as good."""

ROUNDS = 6
"""Passes over the examples; more gain nothing for those that were left out."""
BATCH, LEAST_BATCH = 512, 64
"""Examples a step: as many of all as make fifty steps a pass, within these bounds."""
RATE = 0.7
"""The first step of AdaGrad, which shortens the steps of each weight by how far it has moved (Duchi et al. 2011)."""
SEED = 7
FLOOR = -12.0
"""The logarithm of a probability below which less says nothing."""


def features(vectors: NDArray[np.float32], words: Sequence[Collection[str]]) -> NDArray[np.float32]:
    """Texts as the classifier reads them, float32 [N, d + WORDS]: their ``vectors`` [N, d], of unit length, and the
    meaning ``words`` [N] of each.
    """
    places = np.zeros((len(words), WORDS), np.float32)
    for row, each in zip(places, words, strict=True):
        for word in sorted(set(each)):
            hashed = crc32(word.encode())
            row[hashed % WORDS] += 1.0 if hashed >> 31 else -1.0
    places *= WORDS_WEIGH / np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-9)
    return np.concatenate([vectors, places], axis=1)


def learnt(vectors: NDArray[np.float32], classes: Sequence[int], count: int) -> NDArray[np.float32]:
    """The weights float32 [count, d] of a softmax regression without bias: ``vectors`` [N, d] are examples of the
    ``classes`` [N], 0 to count - 1. The same examples give the same weights.
    """
    wanted = np.asarray(classes)
    halves = [_Half(np.ascontiguousarray(part), count) for part in np.array_split(vectors, 2, axis=1)]
    shuffle, batch = np.random.default_rng(SEED), min(max(len(vectors) // 50, LEAST_BATCH), BATCH)
    with ThreadPoolExecutor(len(halves)) as pool:  # one core each: the product is all there is to wait for
        for _ in range(ROUNDS):
            order = shuffle.permutation(len(vectors))
            for start in range(0, len(order), batch):
                rows = order[start : start + batch]
                one, other = pool.map(partial(_Half.scores, rows=rows), halves)
                wrong = np.exp(_logs(one + other))
                wrong[np.arange(len(rows)), wanted[rows]] -= 1
                wrong /= len(rows)
                list(pool.map(partial(_Half.step, rows=rows, wrong=wrong), halves))
    return np.concatenate([half.weights for half in halves], axis=1)


class _Half:
    """Half of the columns of the examples, [N, d / 2], and of the weights, [count, d / 2]."""

    def __init__(self, vectors: NDArray[np.float32], count: int) -> None:
        self.vectors = vectors
        self.weights = np.zeros((count, vectors.shape[1]), np.float32)
        self._moved = np.full(self.weights.shape, 1e-6, np.float32)
        self._room = np.empty_like(self.weights)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What these columns add to the score of each class for the examples ``rows``, [rows, count]."""
        found: NDArray[np.float32] = self.vectors[rows] @ self.weights.T
        return found

    def step(self, rows: NDArray[np.int64], wrong: NDArray[np.float32]) -> None:
        """One step against how ``wrong`` [rows, count] the classes are."""
        gradient = wrong.T @ self.vectors[rows]
        self._moved += np.multiply(gradient, gradient, out=self._room)
        gradient /= np.sqrt(self._moved, out=self._room)
        self.weights -= np.multiply(gradient, RATE, out=self._room)


def logs(vectors: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logarithms [N, C] of how likely each of the classes with ``weights`` [C, d] is for ``vectors`` [N, d]."""
    return _logs(vectors @ weights.T)


def _logs(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    scores = scores - scores.max(axis=1, keepdims=True)
    found: NDArray[np.float32] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return found
