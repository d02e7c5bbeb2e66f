"""The chain of every LangChain tutorial, beside which ours is measured: it shares nothing with ours but the embedding.

RecursiveCharacterTextSplitter of 1,000 characters with 200 of overlap, a Chroma collection, the nearest four. Its
answer is the nearest chunk, refused where that is farther than a threshold.
"""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from knowledge import manual
from knowledge.embedding import Embedder
from tests.benchmarks.questions import Question, Row

CHUNK, OVERLAP, NEAREST = 1_000, 200, 4
ENOUGH = 100
"""Characters of a section that a chunk must hold to count as one of it."""


class _Embedding(Embeddings):
    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in vector] for vector in self.embedder.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class Textbook:
    """The chain over one manual. ``farthest`` is the cosine distance beyond which it refuses."""

    def __init__(self, chapters: Sequence[tuple[str, str]], embedder: Embedder) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
        documents: list[Document] = []
        for _, text in chapters:
            starts = [(max(text.find(f"# {s.title}\n"), 0), s.title) for s in manual.sections(text)]
            for document in splitter.create_documents([text]):
                at = document.metadata["start_index"]
                end = at + len(document.page_content)
                titles = [title for start, title in starts if at <= start < end - ENOUGH]
                before = [title for start, title in starts if start <= at][-1:]
                document.metadata = {"titles": "\n".join([*before, *titles])}
                documents.append(document)
        self._store: Any = Chroma.from_documents(
            documents,
            _Embedding(embedder),
            collection_name=f"textbook-{uuid.uuid4().hex}",
            collection_metadata={"hnsw:space": "cosine"},
        )
        self.farthest = 2.0

    def ask(self, question: Question) -> Row:
        started = time.perf_counter()
        found = self._store.similarity_search_with_score(question.q, k=NEAREST)
        ms = (time.perf_counter() - started) * 1000
        ranks = tuple(tuple(document.metadata["titles"].split("\n")) for document, _ in found)
        first, distance = found[0]
        outcome = "answer" if distance <= self.farthest else "refused"
        return Row(question, outcome, first.page_content, ranks[0], ranks, ms)

    def keep(self, share: float, asked: Sequence[Question]) -> None:
        """Refuse beyond the distance within which the ``share`` of ``asked`` lies."""
        distances = sorted(self._store.similarity_search_with_score(q.q, k=1)[0][1] for q in asked)
        self.farthest = distances[max(0, round(len(distances) * share) - 1)]
