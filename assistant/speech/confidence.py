"""How sure the recogniser may be: a grammar makes everything look like a command, so its path is weighed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = 0.4
"""Confidence below which what was heard is taken for noise or for talk that is not meant for the car."""

WORST_LOSS = 0.4
"""How much worse than the language model's path the best command may sound, natural logarithm a frame of 10 ms.

Of the sentences that the weights are fitted on, 97 of 108 commands lie within it and 2 of 150 others; the commands
beyond it are still read from the free decoding, where all of its words make one."""

LEAST_COVERED = 0.8
"""Share of the speech in the free decoding that the words of a command must cover."""

_ASKING = frozenset(
    (
        "how", "what", "what's", "where", "where's", "when", "why", "which", "who",
        "can", "may", "is", "are", "does", "do", "should", "must",
    )
)  # fmt: skip


def asks(words: Sequence[str]) -> bool:
    """Whether ``words`` begin as a question does; the very first is easily misheard, so the second counts too."""
    return not _ASKING.isdisjoint(words[:2])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Mean natural-log scores; 0 is perfect, more negative is worse.

    ``sound``: of the words against the best sound model in each frame. ``phones``: of the path against the best
    sequence of phones. ``language``: of a word by the language model; 0 for a command. ``loss``: of a command's path
    against the language model's; 0 where there is none. ``asks``: whether free speech begins as a question does.
    """

    sound: float = 0.0
    phones: float = 0.0
    language: float = 0.0
    loss: float = 0.0
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    bias: float
    sound: float = 0.0
    phones: float = 0.0
    language: float = 0.0
    loss: float = 0.0
    asks: float = 0.0


# Logistic regressions fitted by tests/benchmarks/confidence.py, on sentences that no other benchmark uses.
COMMAND = Weights(bias=7.1, sound=0.95, phones=1.53)
COMMAND_BESIDE_FREE = Weights(bias=5.2, sound=0.12, phones=1.52, loss=1.81)
FREE = Weights(bias=3.09, language=0.96, asks=3.23)
"""Of Moonshine's sentences: ``language`` is a piece's chance by what is expected, sounds are left out."""
QUESTION = Weights(bias=1.54, sound=0.0, phones=1.49, language=0.06, asks=4.24)


def confidence(evidence: Evidence, weights: Weights) -> float:
    """From 0 to 1: the chance that this was said, and said to the car."""
    score = weights.bias + weights.sound * evidence.sound + weights.phones * evidence.phones
    score += weights.language * evidence.language + weights.loss * evidence.loss + weights.asks * evidence.asks
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
