"""General English: how words follow each other in anybody's speech, for what our own sentences do not foresee."""

from pathlib import Path

import numpy as np

from assistant.errors import SpeechError
from assistant.speech.language_model import LanguageModel

FILE = Path(__file__).with_name("english.npz")
"""Made by ``python -m tests.benchmarks.english`` from the language model in PocketSphinx's wheel (BSD-2-Clause)."""

STEP = 0.04
"""Base-10 logarithms are kept as whole numbers of steps below zero, one byte each."""


def english() -> LanguageModel:
    """The common words of English and those of cars, with the bigrams and trigrams that say most about them.

    Raises SpeechError when the file is damaged.
    """
    try:
        with np.load(FILE, allow_pickle=False) as kept:
            words = tuple(bytes(kept["words"]).decode("utf-8").split("\n"))
            return LanguageModel(
                words,
                -STEP * kept["unigrams"],
                STEP * kept["unigram_backoffs"],
                np.cumsum(kept["bigram_steps"], dtype=np.int64),
                -STEP * kept["bigrams"],
                STEP * kept["bigram_backoffs"],
                np.cumsum(kept["trigram_steps"], dtype=np.int64),
                -STEP * kept["trigrams"],
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise SpeechError(f"{FILE} cannot be read ({error}); reinstall the cabin", code="install") from error
