"""What each part of the retrieval is worth: python -m tests.benchmarks.knowledge_ablation.

Each row is the ranking without one part, fitted anew and measured on questions that it was not fitted on (ten folds),
on those of the fitting part that reach the search. The last rows are what others do: the nearest passage by the same
embedding, and the textbook chain.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from knowledge import index, pack, passages
from knowledge.chain import NEAREST
from knowledge.embedding import Embedder
from knowledge.library import Library
from knowledge.ranking import Ranker
from knowledge.weights import QUERY_FEATURES, load_weights
from knowledge.words import Contrasts, Synonyms, load_contrasts, load_synonyms
from tests.benchmarks import questions
from tests.benchmarks.knowledge_fit import FOLDS, START, Case, cases, rank_weights, ranked
from tests.benchmarks.textbook import Textbook

WITHOUT: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "dense cosine": ("dense",),
    "windows of sentences": ("window",),
    "late interaction": ("late",),
    "cosine to the title": ("title",),
    "contrasts": ("contrast", "unmet"),
    "figures for questions of quantity": ("figure",),
    "the car's own variant": ("own",),
    "shared words": ("words", "title_words"),
    "the classifier": ("class",),
    "cosine to queries": ("query",),
    "classifier and cosine to queries": ("query", "class"),
    "all but dense cosine": tuple(name for name in QUERY_FEATURES if name != "dense"),
}


def recall(library: Library, found: Sequence[Case], without: tuple[str, ...] = ()) -> tuple[float, float]:
    """recall@1 and @5 of the gold section, without some features."""
    kept = [i for i, name in enumerate(QUERY_FEATURES) if name not in without and i < found[0].features.shape[1]]
    names = tuple(QUERY_FEATURES[i] for i in kept)
    start = np.array([START[name] for name in names])
    asked = [case for case in found if case.question.sections]
    hits = {1: 0, 5: 0}
    order = np.random.default_rng(0).permutation(len(asked))
    for fold in np.array_split(order, FOLDS):
        others = [asked[i] for i in np.setdiff1d(order, fold) if asked[i].gold.any()]
        weights = rank_weights([(case.features[:, kept], case.gold) for case in others], start, names)
        whole = np.zeros(found[0].features.shape[1])
        whole[kept] = weights
        for i in fold:
            listed = ranked(library, asked[i], whole)
            titles = list(dict.fromkeys(library.shelf.sections[r.section].title for r in listed))
            for k in hits:
                hits[k] += any(title in asked[i].question.sections for title in titles[:k])
    return hits[1] / len(asked), hits[5] / len(asked)


@contextmanager
def opened(folder: Path, embedder: Embedder) -> Iterator[Library]:
    with tempfile.TemporaryDirectory() as target:
        index.build([folder], Path(target), embedder)
        with Library.open(Path(target), embedder) as library:
            yield library


def row(name: str, found: tuple[float, float]) -> None:
    print(f"| {name:42} | {found[0]:.3f} | {found[1]:.3f} |", flush=True)


def main() -> None:
    asked, embedder = questions.load(), Embedder.load()
    print(f"| {'without':42} | recall@1 | recall@5 |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        folder = questions.fair_pack(Path(scratch))
        with opened(folder, embedder) as library:
            found = cases(library, asked)
            for name, without in WITHOUT.items():
                row(name, recall(library, found, without))
            searched = [case.question for case in found if case.question.sections]
            library._synonyms = Synonyms(())
            library.ranker = Ranker(library.shelf, load_weights(), load_contrasts(), Synonyms(()))
            row("synonyms", recall(library, cases(library, asked)))
            library._synonyms = load_synonyms()
            library.ranker = Ranker(library.shelf, load_weights(), Contrasts((), (), ()), load_synonyms())
            row("contrasts, those of actions too", recall(library, cases(library, asked)))
        heading = passages.heading
        passages.heading = lambda section: ""
        try:
            with opened(folder, embedder) as library:
                row("heading paths before passages", recall(library, cases(library, asked)))
                row("heading paths, by dense cosine alone", nearest(library, searched, embedder))
        finally:
            passages.heading = heading
        (folder / pack.QUERIES).unlink()
        with opened(folder, embedder) as library:
            row("queries, their sections' passages too", recall(library, cases(library, asked)))
            row("anything: nearest passage by dense cosine", nearest(library, searched, embedder))
        textbook = Textbook(pack.read(folder).chapters, embedder)
        rows = [textbook.ask(question) for question in searched]
        row("(the textbook chain)", (_share(r.within(1) for r in rows), _share(r.within(5) for r in rows)))


def nearest(library: Library, asked: Sequence[questions.Question], embedder: Embedder) -> tuple[float, float]:
    """recall@1 and @5 by the nearest passages alone."""
    shelf, hits = library.shelf, []
    for question in asked:
        order = np.argsort(-(shelf.vectors @ embedder.embed([question.q])[0]))[:NEAREST]
        titles = list(dict.fromkeys(shelf.sections[shelf.passages[n][0]].title for n in order))
        hits.append([any(t in question.sections for t in titles[:k]) for k in (1, 5)])
    return _share(first for first, _ in hits), _share(five for _, five in hits)


def _share(hits: "Iterator[bool] | Sequence[bool]") -> float:
    listed = list(hits)
    return sum(listed) / len(listed)


if __name__ == "__main__":
    main()
