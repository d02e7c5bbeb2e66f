"""Sections cut into passages of about 120 words, each with its heading path, and the windows within them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.manual import Block, Section

PASSAGE_WORDS = 120
"""Where a passage is full: MiniLM's vectors blur beyond it."""

WINDOW_SENTENCES = 3
"""The longest window."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters [start, end) of a passage, and the block it stands in (its index there)."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cut:
    """One passage: ``text`` starts with the heading path, whose length is ``head``; ``items`` are its
    sentences.
    """

    section: int
    text: str
    head: int
    items: tuple[Span, ...]

    def windows(self) -> Iterator[Span]:
        """Runs of one to three sentences within one block."""
        for size in range(1, WINDOW_SENTENCES + 1):
            for first, last in zip(self.items, self.items[size - 1 :], strict=False):
                if first.block == last.block:
                    yield Span(first.block, first.start, last.end)


def heading(section: Section) -> str:
    """The heading path as a passage carries it."""
    return ", ".join(part for part in section.path if part)


def cut(sections: Sequence[Section]) -> list[Cut]:
    """All passages of ``sections``: packed prose, then each table row by itself."""
    return [piece for index, section in enumerate(sections) for piece in _cut(index, section)]


def _cut(index: int, section: Section) -> Iterator[Cut]:
    head = heading(section) + ". "
    pieces: list[tuple[int, str]] = []
    size = 0
    for number, block in enumerate(section.blocks):
        if block.kind == "row":
            continue
        items = [(number, item) for item in _items(block)]
        words = sum(len(item.split()) for _, item in items)
        if pieces and size + words > PASSAGE_WORDS:
            yield _join(index, head, pieces)
            pieces, size = [], 0
        for item in items:
            if pieces and size > PASSAGE_WORDS:  # a block longer than a passage
                yield _join(index, head, pieces)
                pieces, size = [], 0
            pieces.append(item)
            size += len(item[1].split())
    if pieces:
        yield _join(index, head, pieces)
    for number, block in enumerate(section.blocks):
        if block.kind == "row":
            yield _join(index, head, [(number, item) for item in _items(block)])


def _items(block: Block) -> list[str]:
    return [part for part in (block.lead, *block.items) if part]


def _join(section: int, head: str, pieces: Sequence[tuple[int, str]]) -> Cut:
    text, spans = head, []
    for block, piece in pieces:
        spans.append(Span(block, len(text), len(text) + len(piece)))
        text += piece + " "
    return Cut(section, text.rstrip(), len(head) - 1, tuple(spans))
