"""Answers from the demo car's manual, measured: python -m tests.benchmarks.knowledge [--part NAME] [--misses].

Beside ours stands the chain of every LangChain tutorial: chunks of 1,000 characters with 200 of overlap, cut as
RecursiveCharacterTextSplitter cuts them, the same embedding, the nearest four by plain cosine over all chunks (what
Chroma approximates, without its lookup time). Its answer is the nearest chunk, refused where the cosine is under a
threshold that keeps as many answerable questions as ours does. A question counts as right when the answer holds every
key fact of it and cites one of its sections, as confidently wrong when it is answered, not right, and no gold section
is cited.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from knowledge import index, manual, pack
from knowledge.answer import Answer
from knowledge.embedding import Embedder
from knowledge.library import Library
from tests.benchmarks import questions
from tests.benchmarks.questions import Question

CHUNK, OVERLAP, NEAREST = 1_000, 200, 4


@dataclass
class Row:
    """What one system made of one question. ``ranks`` are the titles of each passage, best first."""

    question: Question
    outcome: str
    text: str
    cited: tuple[str, ...]
    ranks: tuple[tuple[str, ...], ...]
    ms: float

    @property
    def right(self) -> bool:
        return self.outcome == "answer" and self.on_gold and not self.question.missing(self.text)

    @property
    def on_gold(self) -> bool:
        return any(section in self.question.sections for section in self.cited)

    def within(self, k: int) -> bool:
        """Whether a gold section is among the first ``k`` passages."""
        return any(title in self.question.sections for titles in self.ranks[:k] for title in titles)

    @property
    def wrong(self) -> bool:
        return self.outcome == "answer" and not self.right and not self.on_gold


@dataclass
class Textbook:
    """The chain of every tutorial, over the same manual and embedding."""

    chunks: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    threshold: float = 0.0

    def build(self, chapters: Sequence[tuple[str, str]], embedder: Embedder) -> None:
        for _, text in chapters:
            titles = [(text.find(f"{'#' * n} {s.title}"), s.title) for s in manual.sections(text) for n in (2,)]
            starts = sorted((max(start, 0), title) for start, title in titles)
            offset = 0
            for chunk in split(text):
                at = text.find(chunk, offset)
                offset = max(at, offset)
                inside = tuple(title for start, title in starts if at <= start < at + len(chunk) - 100)
                before = [title for start, title in starts if start <= at]
                self.chunks.append((chunk, (*before[-1:], *inside)))
        self._vectors = embedder.embed([chunk for chunk, _ in self.chunks])
        self._embedder = embedder

    def ask(self, question: Question) -> Row:
        started = time.perf_counter()
        cosines = self._vectors @ self._embedder.embed([question.q])[0]
        best = np.argsort(-cosines)[:NEAREST]
        ms = (time.perf_counter() - started) * 1000
        chunk, titles = self.chunks[best[0]]
        found = tuple(self.chunks[i][1] for i in best)
        outcome = "answer" if cosines[best[0]] >= self.threshold else "refused"
        return Row(question, outcome, chunk, titles, found, ms)

    def fit_threshold(self, asked: Sequence[Question], kept: float) -> None:
        """The threshold at which the share ``kept`` of ``asked`` is answered."""
        tops = sorted(float((self._vectors @ self._embedder.embed([q.q])[0]).max()) for q in asked)
        self.threshold = tops[min(len(tops) - 1, int(len(tops) * (1 - kept)))]


def split(text: str, separators: Sequence[str] = ("\n\n", "\n", " ")) -> list[str]:
    """Chunks as LangChain's RecursiveCharacterTextSplitter makes them: by the first separator that helps."""
    if len(text) <= CHUNK or not separators:
        return [text] if text.strip() else []
    pieces = [
        small
        for part in text.split(separators[0])
        for small in ([part] if len(part) <= CHUNK else split(part, separators[1:]))
    ]
    chunks: list[list[str]] = [[]]
    for piece in pieces:
        if chunks[-1] and sum(len(p) + len(separators[0]) for p in chunks[-1]) + len(piece) > CHUNK:
            kept = list(chunks[-1])
            while kept and sum(len(p) + len(separators[0]) for p in kept) > OVERLAP:
                kept.pop(0)
            chunks.append(kept)
        chunks[-1].append(piece)
    return [joined for joined in (separators[0].join(chunk).strip() for chunk in chunks) if joined]


def ours(library: Library, question: Question) -> Row:
    started = time.perf_counter()
    answer = library.answer(question.q)
    ms = (time.perf_counter() - started) * 1000
    return Row(question, answer.outcome, answer.text, _cited(answer), _found(answer), ms)


def _cited(answer: Answer) -> tuple[str, ...]:
    return tuple(_title(source.section) for source in answer.sources)


def _found(answer: Answer) -> tuple[tuple[str, ...], ...]:
    """Sections best first: those cited, then those of the passages."""
    return tuple((t,) for t in dict.fromkeys((*_cited(answer), *(_title(p.section) for p in answer.passages))))


TITLES: dict[str, str] = {}


def _title(heading: str) -> str:
    return TITLES.get(heading, heading)


def table(name: str, answerable: Sequence[Row], unanswerable: Sequence[Row]) -> dict[str, str]:
    """One system's column."""
    asked = len(answerable)
    recall = {k: sum(r.within(k) for r in answerable) / asked for k in (1, 5)}
    told = [r for r in answerable if r.outcome == "answer"]
    wrong = sum(r.wrong for r in answerable) + sum(r.outcome == "answer" for r in unanswerable)
    safety = [r for r in (*answerable, *unanswerable) if r.question.safety]
    unsafe = sum(r.wrong if r.question.sections else r.outcome == "answer" for r in safety)
    times = sorted(r.ms for r in (*answerable, *unanswerable))
    unsure = [r for r in answerable if r.outcome == "unsure"]
    return {
        "": name,
        "recall@1 of the gold section": f"{recall[1]:.3f}",
        "recall@5": f"{recall[5]:.3f}",
        "right, of answerable": f"{sum(r.right for r in answerable)} of {asked}",
        "right, of answers given": f"{sum(r.right for r in told) / max(len(told), 1):.3f}",
        "confidently wrong, of all asked": f"{wrong / (asked + len(unanswerable)):.3f}",
        "unsure, gold among the two named": f"{sum(r.on_gold for r in unsure)} of {len(unsure)}",
        "answerable refused": f"{sum(r.outcome == 'refused' for r in answerable)} of {asked}",
        "unanswerable not answered": f"{sum(r.outcome != 'answer' for r in unanswerable)} of {len(unanswerable)}",
        "unanswerable refused": f"{sum(r.outcome == 'refused' for r in unanswerable)} of {len(unanswerable)}",
        "safety topics confidently wrong": f"{unsafe} of {len(safety)}",
        "question to text, p50 / p95 (ms)": f"{statistics.median(times):.1f} / {times[int(len(times) * 0.95)]:.1f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=questions.PARTS, default="fitting", help="which questions; default: fitting")
    parser.add_argument("--misses", action="store_true", help="print each question that was not right")
    chosen = parser.parse_args()
    asked = questions.load(chosen.part)
    answerable, unanswerable = asked.answerable, asked.unanswerable
    embedder = Embedder.load()
    with tempfile.TemporaryDirectory() as folder:
        report = index.build(pack.installed(), Path(folder), embedder)
        started = time.perf_counter()
        library = Library.open(Path(folder), embedder)
        opened = time.perf_counter() - started
        TITLES.update({library.shelf.heading(i): s.title for i, s in enumerate(library.shelf.sections)})
        mine = [ours(library, q) for q in answerable], [ours(library, q) for q in unanswerable]
        live = [(q, library.answer(q.q, asked.readings(q))) for q in asked.live]
        kept = sum(r.outcome == "answer" for r in mine[0]) / len(mine[0])
        textbook = Textbook()
        textbook.build(pack.read(pack.installed()[0]).chapters, embedder)
        textbook.fit_threshold(answerable, kept)
        theirs = [textbook.ask(q) for q in answerable], [textbook.ask(q) for q in unanswerable]
    columns = [table("ours", *mine), table("textbook chain", *theirs)]
    for key in columns[0]:
        print(f"| {key:36} | {columns[0][key]:>16} | {columns[1][key]:>16} |")
    good = [not q.missing(a.text) for q, a in live]
    print(f"\nlive questions right: {sum(good)} of {len(good)}")
    print(
        f"index: {report.sections} sections, {report.passages} passages, built in {report.seconds:.1f} s, "
        f"{report.bytes / 1e6:.1f} MB; opened in {opened:.2f} s; "
        f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    if chosen.misses:
        for row in (*mine[0], *mine[1]):
            if not row.right and row.outcome != ("refused" if not row.question.sections else ""):
                verdict = f"{row.outcome.upper()}{' WRONG' if row.wrong else ''}"
                print(f"\n{verdict} {row.question.q}\n   gold {row.question.sections}")
                print(f"   got  {row.ranks[:4]}\n   {row.text[:230]}")
        for question, answer in live:
            missing = question.missing(answer.text)
            if missing:
                print(f"\nLIVE {question.q} [{question.car}] misses {missing}\n   {answer.text[:300]}")


if __name__ == "__main__":
    main()
