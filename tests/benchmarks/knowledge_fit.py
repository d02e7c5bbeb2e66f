"""Fits data/ranking.yaml on data/knowledge_questions.yaml: python -m tests.benchmarks.knowledge_fit [--write].

A conditional logit for the order of the nearest passages (which of twenty is gold), then a logistic regression for the
three outcomes (is the first answer right). Both are held near their start by a penalty: there are few questions.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge import index, pack
from knowledge.answer import Answer
from knowledge.chain import NEAREST
from knowledge.desk import Desk
from knowledge.embedding import Embedder
from knowledge.library import Library
from knowledge.ranking import FEATURES, SIGNS, Weights
from knowledge.topics import load_patterns
from knowledge.wording import About, word
from knowledge.words import DATA
from tests.benchmarks import questions

START = {"dense": 10.7, "window": 6.5, "late": 21.2, "title": 3.2, "contrast": -2.8, "unmet": -2.8} | dict.fromkeys(
    ("figure", "own", "words", "title_words"), 0.0
)
"""The fit on a real 136,000-word manual from which this one starts."""
PRECISION = 0.02
"""How strongly the ranking weights are held at START; about one question in fifty."""
RIDGE = 0.02
ANSWER_RIGHT, SAFETY_RIGHT, KEPT = 0.93, 0.96, 0.05
"""The share of answers given that must be right, that of answers to safety topics, and that of answerable questions
that may be refused: the thresholds follow from these."""

Array = NDArray[np.float64]


def rank_weights(groups: list[tuple[Array, Array]]) -> Array:
    """Conditional logit: each group is (features [n, 5], gold [n] of 0 and 1). Newton steps to the optimum."""
    start = np.array([START[name] for name in FEATURES])
    weights = start.copy()
    for _ in range(50):
        gradient = -PRECISION * (weights - start)
        curve = PRECISION * np.eye(len(start))
        for x, gold in groups:
            for mask, sign in ((gold, 1.0), (np.ones_like(gold), -1.0)):
                p = np.where(mask > 0, np.exp(x @ weights - (x @ weights).max()), 0)
                p /= p.sum()
                mean = p @ x
                gradient += sign * mean
                curve -= sign * ((x * p[:, None]).T @ x - np.outer(mean, mean))
        step = np.linalg.solve(curve + 1e-6 * np.eye(len(start)), gradient)
        weights += np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-6:
            break
    return weights


def confidence(x: Array, y: Array) -> Array:
    """Logistic regression with a bias in front; features are scaled inside and given back in their own units."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.c_[np.ones(len(x)), (x - mean) / scale]
    w = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-z @ w))
        penalty = RIDGE * len(x) * np.r_[0, np.ones(len(w) - 1)] * 0.1
        step = np.linalg.solve(
            (z * (p * (1 - p))[:, None]).T @ z + np.diag(penalty + 1e-9), z.T @ (y - p) - penalty * w
        )
        w += step
    own = w[1:] / scale
    return np.r_[w[0] - own @ mean, own]


def crossed(x: Array, y: Array) -> Array:
    """How likely each case is right by weights that were fitted without it: eight folds, five times, averaged."""
    likely = np.zeros(len(x))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(x))
        for fold in np.array_split(order, 8):
            others = np.setdiff1d(order, fold)
            bias, *rest = confidence(x[others], y[others])
            likely[fold] += 1 / (1 + np.exp(-(bias + x[fold] @ np.array(rest)))) / 5
    return likely


def surer_than(p: Array, y: Array, share: float) -> float:
    """The lowest threshold above which at least ``share`` of the answers are right."""
    order = np.argsort(-p)
    enough = np.flatnonzero(np.cumsum(y[order]) >= share * np.arange(1, len(y) + 1))
    return round(float(p[order][enough[-1]]), 2)


def searched(library: Library, question: str) -> bool:
    """Whether ``question`` reaches the search: what is curated, live or known by name has no need of confidence."""
    name = next(iter(library.shelf.packs))
    desk = Desk(library.shelf, name, (), load_patterns())
    text, reached = questions.plainly(question), []

    def search(*given: object) -> Answer:
        reached.append(given)
        return Answer(question, "", "unsure")

    answer = desk.first(question, text) or desk.after(question, text, search)
    return bool(reached) and answer.reason != "not_fitted"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights to knowledge/data/ranking.yaml")
    write = parser.parse_args().write
    asked = questions.load()
    embedder = Embedder.load()
    with tempfile.TemporaryDirectory() as folder:
        index.build(pack.installed(), Path(folder), embedder)
        library = Library.open(Path(folder), embedder)
        shelf, ranker = library.shelf, library.ranker
        name, found = next(iter(shelf.packs.items()))
        cases = []
        for question in (*asked.answerable, *asked.unanswerable):
            text = library.translate(questions.plainly(question.q))
            read = ranker.read(text, embedder, name, frozenset((found.manifest.default_variant,)))
            rows = np.argsort(-(shelf.vectors @ read.vector))[:NEAREST].tolist()
            cases.append((question, text, read, rows))
        groups = []
        for question, _, read, rows in cases:
            ranked = ranker.rank(read, rows)
            gold = np.array([shelf.sections[r.section].title in question.sections for r in ranked], dtype=float)
            if gold.any():
                groups.append((np.stack([r.features for r in ranked]).astype(float), gold))
        fitted = rank_weights(groups)
        old = ranker.weights
        ranking = {n: round(float(w), 2) for n, w in zip(FEATURES, fitted, strict=True)}
        ranker.weights = Weights(
            ranking=ranking, confidence=old.confidence, answer_above=1, safety_above=1, unsure_above=1
        )
        signs, right, held = [], [], []
        for question, _, read, rows in cases:
            if not searched(library, question.q):
                continue
            ranked = ranker.rank(read, rows)
            block = ranker.best_block(read, ranked[0].section)
            section = shelf.sections[ranked[0].section]
            about = About(ranker.variants[name], read.variants)
            told = word(section, section.blocks[block.block], about, block.notices(section)).text
            if section.title in question.sections and question.missing(told):
                print(f"incomplete: {question.q} -> {told[:150]}")
            found_signs = ranker.signs(read, ranked)
            signs.append([found_signs[n] for n in SIGNS])
            right.append(section.title in question.sections)
            held.append(not question.missing(told))
        complete = sum(r and h for r, h in zip(right, held, strict=True))
        print(f"first section right: {sum(right)} of {len(right)}, of these with every key fact: {complete}")
        x, y = np.array(signs), np.array(right, dtype=float)
        bias, *rest = confidence(x, y)
        p = crossed(x, y)
    answerable = np.array([bool(q.sections) for q, *_ in cases if searched(library, q.q)])
    weights = {
        "ranking": ranking,
        "confidence": {"bias": round(float(bias), 3)}
        | {n: round(float(w), 3) for n, w in zip(SIGNS, rest, strict=True)},
        "answer_above": surer_than(p, y, ANSWER_RIGHT),
        "safety_above": surer_than(p, y, SAFETY_RIGHT),
        "unsure_above": round(float(np.quantile(p[answerable], KEPT)), 2),
    }
    print(yaml.safe_dump(weights, sort_keys=False))
    print("threshold: answered, right, wrong (each fold by the weights of the others)")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, weights["answer_above"], weights["safety_above"]):
        told_now = p >= threshold
        print(f"{threshold:.2f}: {told_now.sum()}, {int((told_now * y).sum())}, {int((told_now * (1 - y)).sum())}")
    kept, refused = p[answerable] >= weights["unsure_above"], p[~answerable] < weights["unsure_above"]
    print(f"not refused, of answerable: {kept.mean():.3f}; refused, of unanswerable: {refused.mean():.3f}")
    if write:
        head = "# Weights of the ranking and of the three outcomes, written by tests/benchmarks/knowledge_fit.py.\n"
        (DATA / "ranking.yaml").write_text(head + yaml.safe_dump(weights, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
