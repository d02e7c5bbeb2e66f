"""How sure the recogniser may be: a grammar makes everything look like a command, so its path is weighed."""

import math
from dataclasses import dataclass

NOTHING = 0.4
"""Confidence below which what was heard is taken for noise or for talk that is not meant for the car."""

WORST_LOSS = 0.75
"""How much worse than the language model's path the best command may sound, natural logarithm a frame of 10 ms."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Mean natural-log scores; 0 is perfect, more negative is worse.

    ``sound``: of the words against the best sound model in each frame. ``phones``: of the path against the best
    sequence of phones. ``language``: of a word by the language model; 0 for a command.
    """

    sound: float
    phones: float
    language: float = 0.0


@dataclass(frozen=True, slots=True)
class Weights:
    bias: float
    sound: float
    phones: float
    language: float = 0.0


# Logistic regressions fitted by tests/benchmarks/confidence.py, on sentences that no other benchmark uses.
COMMAND = Weights(bias=7.1, sound=0.95, phones=1.53)
QUESTION = Weights(bias=10.85, sound=-0.23, phones=2.54, language=0.15)


def confidence(evidence: Evidence, weights: Weights) -> float:
    """From 0 to 1: the chance that this was said, and said to the car."""
    score = weights.bias + weights.sound * evidence.sound + weights.phones * evidence.phones
    score += weights.language * evidence.language
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
