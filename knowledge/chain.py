"""The chain: question | retriever | rerank | answer | a model's wording, where one is configured.

With a model it is LangChain's, from end to end. It has no tools; passages are data, never instructions.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from knowledge.answer import Answer, Passage, Source
from knowledge.embedding import Embedder
from knowledge.model import Word
from knowledge.nearest import Nearest
from knowledge.ranking import Asked, Ranked, Ranker
from knowledge.shelf import Shelf
from knowledge.wording import About, word

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

_SAFETY = re.compile(
    r"\b(?:air ?bags?|brak\w+|abs|high[- ]voltage|seat ?belts?|child|baby|isofix|overheat\w*|"
    r"fire|smoke|steering|accelerator|(?:petrol|gasoline|diesel) in(?:to)? (?:the|my|a))\b",
    re.I,
)
"""Topics where a wrong answer can hurt: they are answered only when surer."""

_NOTICE = re.compile(r"\b(?:Warning|Caution|Note): ")

NEAREST = 40
"""Passages that the retriever hands to the ranking."""
SHOWN = 5
"""Passages that an answer shows."""


@dataclass(frozen=True)
class Inquiry:
    """What runs through the chain: a question, then what was found for it."""

    question: str
    text: str
    pack: str
    variants: frozenset[str]
    asked: Asked | None = None
    rows: tuple[int, ...] = ()
    ranked: tuple[Ranked, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)


def open_store(shelf: Shelf, client: Any = None) -> Any:
    """LangChain's Chroma vector store over the index, through ``client`` where one is open already."""
    from langchain_chroma import Chroma

    from knowledge.index import COLLECTION, open_chroma

    return Chroma(collection_name=COLLECTION, client=client or open_chroma(shelf.folder))


Chain = Callable[[Inquiry], Answer]


def build_chain(
    shelf: Shelf, embedder: Embedder, ranker: Ranker, nearest: Nearest, worded: Word | None = None
) -> Chain:
    """The chain over one opened index. ``worded`` may word an answer anew; see `may_be_worded`."""

    def read(inquiry: Inquiry) -> Inquiry:
        return replace(inquiry, asked=ranker.read(inquiry.text, embedder, inquiry.pack, inquiry.variants))

    def retrieve(inquiry: Inquiry) -> Inquiry:
        assert inquiry.asked is not None
        rows = nearest(inquiry.asked.vector, inquiry.pack, NEAREST)
        return replace(inquiry, rows=tuple(ranker.beside(inquiry.asked, rows)))

    def rerank(inquiry: Inquiry) -> Inquiry:
        assert inquiry.asked is not None
        return replace(inquiry, ranked=tuple(ranker.rank(inquiry.asked, inquiry.rows)))

    def answer(inquiry: Inquiry) -> Answer:
        found = _answer(shelf, ranker, inquiry)
        if worded is None or not may_be_worded(found):
            return found
        started = time.perf_counter()
        told = worded(found, " ".join(block.text for block in shelf.sections[inquiry.ranked[0].section].blocks))
        return replace(told, timings_ms={**told.timings_ms, "model": (time.perf_counter() - started) * 1000})

    embed, find, order = _timed("embed", read), _timed("retrieve", retrieve), _timed("rerank", rerank)
    if worded is None:  # LangChain alone takes as long to import as a first answer may take
        return lambda inquiry: answer(order(find(embed(inquiry))))

    from langchain_core.runnables import RunnableLambda

    return _untraced(RunnableLambda(embed) | RunnableLambda(find) | RunnableLambda(order) | RunnableLambda(answer))


def _untraced(chain: "Runnable[Inquiry, Answer]") -> Chain:
    """The chain as a function; nothing of it leaves the car, whatever the environment says."""
    from langsmith.run_helpers import tracing_context

    def run(inquiry: Inquiry) -> Answer:
        with tracing_context(enabled=False):
            return chain.invoke(inquiry)

    return run


def _answer(shelf: Shelf, ranker: Ranker, inquiry: Inquiry) -> Answer:
    """The extractive answer: one of three outcomes, by how likely the best block is right."""
    assert inquiry.asked is not None
    started = time.perf_counter()
    if not inquiry.ranked:
        return Answer(inquiry.question, NOT_FOUND, "refused", "not_covered")
    first = inquiry.ranked[0]
    block = ranker.best_block(inquiry.asked, first.section)
    sure, named = ranker.probabilities(inquiry.asked, inquiry.ranked)
    passages = tuple(
        Passage(shelf.heading(r.section), round(r.score, 3), shelf.passages[r.row][1])
        for r in _distinct(inquiry.ranked, lambda r: r.section)[:SHOWN]
    )
    timings = {**inquiry.timings_ms, "compose": (time.perf_counter() - started) * 1000}
    section = shelf.sections[first.section]
    weights = inquiry.asked.weights
    needed = weights.safety_above if on_safety(inquiry.text) else weights.answer_above
    if sure >= needed:
        about = About(ranker.variants[inquiry.pack], inquiry.asked.variants)
        also = [section.blocks[n] for n in block.also]
        worded = word(section, section.blocks[block.block], about, block.notices(section), also)
        source = shelf.source(first.section, worded.page, sure)
        return Answer(
            inquiry.question,
            worded.text,
            "answer",
            sources=(source,),
            passages=passages,
            timings_ms=timings,
            steps=worded.steps,
        )
    if named >= weights.unsure_above:
        two = _distinct(inquiry.ranked, lambda r: shelf.sections[r.section].title)[:2]
        sources = tuple(shelf.source(r.section, score=named) for r in two)
        return Answer(
            inquiry.question,
            _see(sources, [shelf.sections[r.section].title for r in two]),
            "unsure",
            "unsure",
            sources,
            passages,
            timings_ms=timings,
        )
    return Answer(inquiry.question, NOT_FOUND, "refused", "not_covered", passages=passages, timings_ms=timings)


def on_safety(question: str) -> bool:
    """Whether ``question`` is about a topic where a wrong answer can hurt."""
    return bool(_SAFETY.search(question))


def may_be_worded(answer: Answer) -> bool:
    """Whether a model may word ``answer``: no topic of safety, no warning that it could drop, no list of steps."""
    told = answer.outcome == "answer" and not answer.steps
    return told and not on_safety(answer.question) and not _NOTICE.search(answer.text)


NOT_FOUND = "I can't find that in the owner's manual, so I'd rather not guess."


def _see(sources: tuple[Source, ...], titles: list[str]) -> str:
    places = [
        f'"{title}"' + (f", page {source.page}" if source.page else "")
        for source, title in zip(sources, titles, strict=True)
    ]
    return f"I'm not sure. The manual may say it under {' or under '.join(places)}."


def _distinct(ranked: tuple[Ranked, ...], key: Callable[[Ranked], object]) -> list[Ranked]:
    seen: set[object] = set()
    return [r for r in ranked if not (key(r) in seen or seen.add(key(r)))]  # type: ignore[func-returns-value]


def _timed(name: str, step: Callable[[Inquiry], Inquiry]) -> Callable[[Inquiry], Inquiry]:
    def run(inquiry: Inquiry) -> Inquiry:
        started = time.perf_counter()
        done = step(inquiry)
        return replace(done, timings_ms={**done.timings_ms, name: (time.perf_counter() - started) * 1000})

    return run
