"""One opened index as the desk reads it: answers, searches and passages with ids that outlive a rebuild."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answer import Answer, LiveReading, Passage
from knowledge.chain import NEAREST
from knowledge.embedding import Embedder
from knowledge.grounding import Grounding
from knowledge.library import Library
from knowledge.manual import Block, sentences
from knowledge.shelf import Shelf
from knowledge.support.problems import Problem
from knowledge.support.vehicles import Vehicle
from knowledge.words import load_synonyms, plainly

if TYPE_CHECKING:
    from knowledge.support.chroma_server import Server

MOST = NEAREST
"""Passages that a search can show."""


@dataclass(frozen=True, slots=True)
class Found:
    """One passage. ``text`` is without the heading path, which ``section`` holds; ``page`` None without pages."""

    id: str
    pack: str
    section: str
    section_id: str
    page: int | None
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, step or row of a section; ``marked`` when the answer was taken from it."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A section as a page shows it: blocks of lines, and the sections before and after it."""

    id: str
    pack: str
    path: tuple[str, ...]
    page: int | None
    blocks: tuple[tuple[str, tuple[Line, ...]], ...]
    before: str | None
    after: str | None


class Reader:
    """Reads one build of the index. Nothing in it changes; a rebuilt index gets a reader of its own."""

    def __init__(self, index_folder: Path, embedder: Embedder, server: "Server | None" = None) -> None:
        """Raises IndexMissing or IndexBroken. With ``server``, nearest passages come from a Chroma server."""
        self.shelf = Shelf.open(index_folder)
        self.embedder = embedder
        self.library = Library(self.shelf, embedder, store=server.store(self.shelf) if server else None)
        self.grounding = Grounding(load_synonyms(), self.library.ranker.contrasts)
        self.passage_ids = _ids(
            [(self.shelf.owner[section], text) for section, text in self.shelf.passages],
        )
        self.section_ids = _ids(
            [
                (owner, self.shelf.heading(number) + "\n" + section.blocks[0].text)
                for number, (owner, section) in enumerate(zip(self.shelf.owner, self.shelf.sections, strict=True))
            ],
            mark="s",
        )
        self._rows = {id_: row for row, id_ in enumerate(self.passage_ids)}
        self._sections = {id_: number for number, id_ in enumerate(self.section_ids)}
        self._texts = {(self._pack(row), text): row for row, (_, text) in enumerate(self.shelf.passages)}
        self._headings: dict[tuple[str, str], int] = {}
        for number, owner in enumerate(self.shelf.owner):
            self._headings.setdefault((owner, self.shelf.heading(number)), number)

    @property
    def build(self) -> str:
        """The name of the build that is read."""
        return self.shelf.folder.name

    def close(self) -> None:
        """Gives the index's files back."""
        self.library.close()

    def answer(self, question: str, vehicle: Vehicle, readings: Sequence[LiveReading] = ()) -> Answer:
        """The car's own answer, as the variant of ``vehicle`` would give it."""
        return self.library.answer(question, readings, pack=vehicle.pack, variant=vehicle.variant or None)

    def search(self, query: str, vehicle: Vehicle, limit: int = 10) -> list[Found]:
        """Passages nearest in meaning, best first, at most MOST."""
        text = self.library.translate(plainly(query))
        if not any(character.isalpha() for character in text):
            return []
        asked = self.library.ranker.read(text, self.embedder, vehicle.pack, frozenset((vehicle.variant,)))
        ranked = self.library.ranker.rank(asked, self.library.nearest(asked.vector, vehicle.pack, NEAREST))
        return [self._found(each.row, each.score) for each in ranked[:limit]]

    def passage(self, id_: str) -> tuple[Found | None, Found, Found | None]:
        """The passage with its neighbours in reading order, within its pack. Raises Problem 404."""
        row = self._rows.get(id_)
        if row is None:
            raise Problem(404, "no-such-passage", "There is no passage with this id.")
        beside = [
            n if 0 <= n < len(self.passage_ids) and self._pack(n) == self._pack(row) else None
            for n in (row - 1, row + 1)
        ]
        before, after = (None if n is None else self._found(n) for n in beside)
        return before, self._found(row), after

    def section(self, id_: str, answer: str = "") -> Told:
        """A section, with the lines marked that ``answer`` was taken from. Raises Problem 404."""
        number = self._sections.get(id_)
        if number is None:
            raise Problem(404, "no-such-section", "There is no section with this id.")
        section, pack = self.shelf.sections[number], self.shelf.owner[number]
        blocks = tuple((block.kind, tuple(_lines(block, answer))) for block in section.blocks)
        beside = [
            self.section_ids[n] if 0 <= n < len(self.section_ids) and self.shelf.owner[n] == pack else None
            for n in (number - 1, number + 1)
        ]
        return Told(id_, pack, section.path, section.page, blocks, beside[0], beside[1])

    def section_id(self, pack: str, heading: str) -> str | None:
        """The id of the section that an answer cites by its heading path."""
        number = self._headings.get((pack, heading))
        return None if number is None else self.section_ids[number]

    def identified(self, pack: str, passages: Sequence[Passage]) -> list[Found]:
        """An answer's passages with their ids."""
        rows = ((self._texts.get((pack, passage.text)), passage.score) for passage in passages)
        return [self._found(row, score) for row, score in rows if row is not None]

    def _pack(self, row: int) -> str:
        return self.shelf.owner[self.shelf.passages[row][0]]

    def _found(self, row: int, score: float | None = None) -> Found:
        number, text = self.shelf.passages[row]
        heading = self.shelf.heading(number)
        return Found(
            id=self.passage_ids[row],
            pack=self.shelf.owner[number],
            section=heading,
            section_id=self.section_ids[number],
            page=self.shelf.sections[number].page,
            text=text.removeprefix(heading + ". "),
            score=None if score is None else round(score, 3),
        )


def _ids(texts: Sequence[tuple[str, str]], mark: str = "p") -> list[str]:
    """Ids made of what a text says, so that a rebuild keeps them; the same text twice in a pack is numbered."""
    seen: dict[str, int] = {}
    found = []
    for pack, text in texts:
        id_ = f"{pack}-{mark}{sha256(text.encode()).hexdigest()[:12]}"
        seen[id_] = seen.get(id_, 0) + 1
        found.append(id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}")
    return found


def _lines(block: Block, answer: str) -> list[Line]:
    """The block's parts; one is marked when the answer holds a sentence of it."""
    said = _bare(answer)
    parts = [part for part in (block.lead, *block.items) if part]
    return [Line(part, bool(said) and any(_is_said(sentence, said) for sentence in sentences(part))) for part in parts]


def _is_said(sentence: str, said: str) -> bool:
    """Whether the answer holds it, also without the figures in other units that an answer leaves out."""
    ways = (_bare(sentence), _bare(re.sub(r"\([^)]*\)", "", sentence)))
    return any(len(way) > 3 and way in said for way in ways)


def _bare(text: str) -> str:
    """Letters and digits only, so that punctuation and numbering do not matter."""
    return "".join(character for character in text.casefold() if character.isalnum())
