"""Fits data/ranking.yaml on data/knowledge_questions.yaml: python -m tests.benchmarks.knowledge_fit [--write].

A conditional logit for the order of the passages found (which of them is gold), then a logistic regression for the
three outcomes (is the first title right, and is one of the first two), once for a pack with queries and once for the
same pack without. The regression and its thresholds see each question only as ranked by weights that were fitted
without it. Both are held near their start by a penalty: there are few questions.
"""

import argparse
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge import index, pack
from knowledge.answer import Answer
from knowledge.chain import NEAREST, on_safety
from knowledge.desk import Desk
from knowledge.embedding import Embedder
from knowledge.library import Library
from knowledge.ranking import Asked, Ranked
from knowledge.topics import load_patterns
from knowledge.weights import FEATURES, QUERY_FEATURES, QUERY_SIGNS, SIGNS, Weights
from knowledge.words import DATA
from tests.benchmarks import questions
from tests.benchmarks.questions import Question

START = (
    {"dense": 10.7, "window": 6.5, "late": 21.2, "title": 3.2, "contrast": -2.8, "unmet": -2.8}
    | dict.fromkeys(("figure", "words", "title_words"), 0.0)
    | {"own": 4.0, "query": 10.0, "class": 1.0}
)
"""The fit on a real 136,000-word manual from which this one starts; that of queries is a guess. ``own`` is a choice:
the car's own variant wins where the rest is nearly equal.
"""
HELD = {"own": 10.0}
PRECISION = 0.02
"""How strongly the ranking weights are held at START, but for those of HELD; about one question in fifty."""
RIDGE = 0.02
WRONG, SAFETY_WRONG = 0.01, 0.005
"""The share of all questions, and of those on safety topics, that may be answered wrongly: a third of what the target
allows, for other questions and manuals are less like these; and none of the safety topics that there are, on which no
answer needs to be less sure than on others.
"""
REFUSED = 0.88
"""The share of unanswerable questions that reach the search and must be refused outright."""
ALIKE = 0.5
"""The share of common meaning words from which a query is left out: most were written when the questions were known. A
fit on them would think that queries always stand so near.
"""
FOLDS, ROUNDS = 10, 3

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question as it is ranked: its candidate passages with their features, and which of them are gold."""

    question: Question
    asked: Asked
    rows: list[int]
    features: Array
    gold: Array


def rank_weights(groups: list[tuple[Array, Array]], start: Array, features: tuple[str, ...]) -> Array:
    """Conditional logit: each group is (features [n, f], gold [n] of 0 and 1). Newton steps to the optimum."""
    weights, held = start.copy(), np.array([HELD.get(name, PRECISION) for name in features])
    for _ in range(50):
        gradient = -held * (weights - start)
        curve = np.diag(held)
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
    found: Array = weights
    return found


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
    found: Array = np.r_[w[0] - own @ mean, own]
    return found


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


def few_wrong(p: Array, y: Array, most: int) -> float:
    """The lowest threshold above which at most ``most`` answers are wrong."""
    order = np.argsort(-p)
    few = np.flatnonzero(np.cumsum(1 - y[order]) <= most)
    return round(float(p[order][few[-1]]) - 0.0005, 3)


def searched(library: Library, question: str) -> bool:
    """Whether ``question`` reaches the search: what is curated, live or known by name has no need of confidence."""
    name = next(iter(library.shelf.packs))
    desk = Desk(library.shelf, name, (), load_patterns(), rules_out=partial(library.rules_out, name))
    text, reached = questions.plainly(question), []

    def search(*given: object) -> Answer:
        reached.append(given)
        return Answer(question, "", "unsure")

    answer = desk.first(question, text) or desk.after(question, text, search)
    return bool(reached) and answer.reason != "not_fitted"


def cases(library: Library, asked: questions.Questions) -> list[Case]:
    """All questions that reach the search."""
    shelf, ranker = library.shelf, library.ranker
    name, found = next(iter(shelf.packs.items()))
    made = []
    for question in (*asked.answerable, *asked.unanswerable):
        if not searched(library, question.q):
            continue
        text = library.translate(questions.plainly(question.q))
        read = ranker.read(text, library.embedder, name, frozenset((found.manifest.default_variant,)))
        rows = ranker.beside(read, np.argsort(-(shelf.vectors @ read.vector))[:NEAREST].tolist())
        ranked = {r.row: r for r in ranker.rank(read, rows)}
        gold = np.array([shelf.sections[ranked[r].section].title in question.sections for r in rows], dtype=float)
        features = np.stack([ranked[row].features for row in rows]).astype(float)
        made.append(Case(question, read, rows, features, gold))
    return made


def ranked(library: Library, case: Case, weights: Array) -> list[Ranked]:
    """The candidates of ``case`` in the order that ``weights`` give."""
    scores = case.features @ weights
    passages = library.shelf.passages
    return [
        Ranked(case.rows[i], passages[case.rows[i]][0], case.features[i].astype(np.float32), float(scores[i]))
        for i in np.argsort(-scores, kind="stable")
    ]


@dataclass
class Crossed:
    """What the signs of each case say where neither the ranking nor the regression was fitted on it.

    ``right`` and ``named``: whether the first title, and whether one of the first two, is gold, as a share of ROUNDS;
    ``sure`` and ``near``: how likely that is. ``recall`` counts gold titles within the first k, in all rounds.
    """

    right: Array
    named: Array
    sure: Array
    near: Array
    recall: dict[int, int]


def cross(library: Library, found: list[Case], features: tuple[str, ...], signs: tuple[str, ...]) -> Crossed:
    """Rank and judge each case by weights that were fitted on others."""
    ranker, size = library.ranker, len(found)
    groups = [(case.features, case.gold) for case in found]
    start = np.array([START[name] for name in features])
    made = Crossed(*(np.zeros(size) for _ in range(4)), {1: 0, 5: 0})
    for seed in range(ROUNDS):
        order = np.random.default_rng(seed).permutation(size)
        x, y, two, silent = np.zeros((size, len(signs))), np.zeros(size), np.zeros(size), np.ones(size)
        for fold in np.array_split(order, FOLDS):
            others = np.setdiff1d(order, fold)
            weights = rank_weights([groups[i] for i in others if groups[i][1].any()], start, features)
            for i in fold:
                case, listed = found[i], ranked(library, found[i], weights)
                told = ranker.signs(case.asked, listed)
                x[i] = [told[n] for n in signs]
                titles = list(dict.fromkeys(library.shelf.sections[r.section].title for r in listed))
                y[i], two[i] = (any(t in case.question.sections for t in titles[:k]) for k in (1, 2))
                # what the product does with the probability after the regression
                silent[i] = 0.5 ** ranker.contrasts.undone(case.asked.text, ranker.text_of(listed[0].section))
                for k in made.recall:
                    made.recall[k] += any(title in case.question.sections for title in titles[:k])
        made.right += y / ROUNDS
        made.named += two / ROUNDS
        made.sure += silent * crossed(x, y) / ROUNDS
        made.near += silent * crossed(x, two) / ROUNDS
    return made


def fitted(library: Library, name: str, asked: questions.Questions) -> Weights:
    """The weights for the pack of ``library``, with what they do to questions that they were not fitted on."""
    features, signs = (QUERY_FEATURES, QUERY_SIGNS) if library.shelf.queried else (FEATURES, SIGNS)
    found = cases(library, asked)
    seen = cross(library, found, features, signs)
    right = np.round(seen.right)
    answerable = np.array([bool(case.question.sections) for case in found])
    safe = np.array([on_safety(case.asked.text) for case in found])
    start = np.array([START[name] for name in features])
    ranking = rank_weights([(c.features, c.gold) for c in found if c.gold.any()], start, features)
    x = np.zeros((len(found), len(signs)))
    y, two = np.zeros(len(found)), np.zeros(len(found))
    for i, case in enumerate(found):
        listed = ranked(library, case, ranking)
        told = library.ranker.signs(case.asked, listed)
        x[i] = [told[n] for n in signs]
        titles = list(dict.fromkeys(library.shelf.sections[r.section].title for r in listed))
        y[i], two[i] = (any(t in case.question.sections for t in titles[:k]) for k in (1, 2))
    most = int(WRONG * len((*asked.answerable, *asked.unanswerable)))
    above = few_wrong(seen.sure, right, most)
    fit = Weights(
        ranking={n: round(float(w), 2) for n, w in zip(features, ranking, strict=True)},
        confidence=_named(signs, confidence(x, y)),
        named=_named(signs, confidence(x, two)),
        answer_above=above,
        safety_above=max(above, few_wrong(seen.sure[safe], right[safe], int(SAFETY_WRONG * safe.sum()))),
        unsure_above=round(float(np.quantile(seen.near[~answerable], REFUSED)), 3),
    )
    asks = sum(answerable) * ROUNDS
    print(f"\n{name}: {sum(answerable)} answerable and {sum(~answerable)} unanswerable questions are searched for")
    print(
        f"recall@1 {seen.recall[1] / asks:.3f}, recall@5 {seen.recall[5] / asks:.3f}, "
        "by weights fitted without the question"
    )
    print("threshold: answered, right, wrong, unanswerable among these")
    for threshold in sorted({0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, fit.answer_above, fit.safety_above}):
        print(f"{threshold:.3f}: {_counted(seen.sure >= threshold, right, answerable)}")
    print(f"{safe.sum()} on safety topics, threshold {fit.safety_above}")
    told = seen.sure >= np.where(safe, fit.safety_above, fit.answer_above)
    print(f"so: {_counted(told, right, answerable)}")
    refused = ~told & (seen.near < fit.unsure_above)
    kept = told | (~refused & (np.round(seen.named) > 0))
    print(f"of answerable refused {refused[answerable].mean():.3f}, kept {kept[answerable].mean():.3f}")
    print(f"of unanswerable refused {refused[~answerable].mean():.3f}")
    return fit


def _named(signs: tuple[str, ...], weights: Array) -> dict[str, float]:
    return {n: round(float(w), 3) for n, w in zip(("bias", *signs), weights, strict=True)}


def _counted(told: NDArray[np.bool_], right: Array, answerable: NDArray[np.bool_]) -> str:
    return f"{told.sum()}, {int((told * right).sum())}, {int((told * (1 - right)).sum())}, {(told & ~answerable).sum()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights to knowledge/data/ranking.yaml")
    write = parser.parse_args().write
    asked, embedder = questions.load(), Embedder.load()
    with tempfile.TemporaryDirectory() as scratch:
        folder, target = questions.fair_pack(Path(scratch), ALIKE), Path(scratch) / "index"
        weights = {}
        for kind in ("queries", "plain"):
            if kind == "plain":
                (folder / pack.QUERIES).unlink()
            index.build([folder], target, embedder)
            with Library.open(target, embedder) as library:
                weights[kind] = fitted(library, kind, asked).model_dump()
    print("\n" + yaml.safe_dump(weights, sort_keys=False))
    if write:
        head = (
            "# Weights of the ranking and of the three outcomes, written by tests/benchmarks/knowledge_fit.py: for\n"
            "# packs with queries, and for packs without.\n"
        )
        (DATA / "ranking.yaml").write_text(head + yaml.safe_dump(weights, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
