"""The fitted weights of the ranking and of the three outcomes: `data/ranking.yaml`."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import PackError
from knowledge.words import DATA

FEATURES = ("dense", "window", "late", "title", "contrast", "unmet", "figure", "own", "words", "title_words")
SIGNS = ("window", "margin", "chapter", "posterior", "agreement", "covered", "unknown", "length", "elsewhere", "worst")
QUERY_FEATURES = (*FEATURES, "query", "class")
QUERY_SIGNS = (*SIGNS, "query", "query_lead", "class", "class_lead", "outside")
"""Those of a pack that has queries: what drivers may say when they look for a section."""


class Weights(BaseModel):
    """One set of weights, fitted: an answer is given above one probability, an "I'm not sure" above another.

    ``confidence`` weighs the signs that the first section is right, ``named`` that one of the first two titles is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ranking: dict[str, float]
    confidence: dict[str, float]
    named: dict[str, float]
    answer_above: float
    safety_above: float
    unsure_above: float

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """The ranking weights, in the order of FEATURES or QUERY_FEATURES."""
        return np.array([self.ranking[name] for name in QUERY_FEATURES if name in self.ranking], dtype=np.float32)

    def probabilities(self, signs: Mapping[str, float]) -> tuple[float, float]:
        """How likely the first section is right, and how likely one of the first two titles is; 0 to 1."""
        return _logistic(self.confidence, signs), _logistic(self.named, signs)

    def lacks(self, features: tuple[str, ...], signs: tuple[str, ...]) -> list[str]:
        """The weights that are missing."""
        return [n for n in features if n not in self.ranking] + [
            n for n in ("bias", *signs) if n not in self.confidence or n not in self.named
        ]


def _logistic(weights: Mapping[str, float], signs: Mapping[str, float]) -> float:
    z = weights["bias"] + sum(w * signs[name] for name, w in weights.items() if name != "bias")
    return float(1 / (1 + np.exp(-np.clip(z, -30, 30))))


class Fitted(BaseModel):
    """`ranking.yaml`: weights for packs without queries, and for packs with them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plain: Weights
    queries: Weights


def load_weights(path: Path = DATA / "ranking.yaml") -> Fitted:
    """Raises PackError when a weight is missing or not a number."""
    try:
        fitted = Fitted.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise PackError(f"{path}: {error}") from None
    missing = fitted.plain.lacks(FEATURES, SIGNS) + fitted.queries.lacks(QUERY_FEATURES, QUERY_SIGNS)
    if missing:
        raise PackError(f"{path}: no weight for {', '.join(missing)}")
    return fitted
