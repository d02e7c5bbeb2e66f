"""An opened index: the manuals' sections with the arrays that ranking reads. Nothing in it changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge import index
from knowledge.answer import Source
from knowledge.errors import IndexBroken
from knowledge.manual import Block, Section
from knowledge.pack import Lists, Manifest
from knowledge.passages import heading
from knowledge.variants import Variants


@dataclass(frozen=True, slots=True)
class Shelved:
    """A pack as the index holds it: its manifest and lists, without the text."""

    manifest: Manifest
    lists: Lists
    variants: Variants

    @property
    def name(self) -> str:
        return self.manifest.name


@dataclass(frozen=True)
class Shelf:
    """Sections, passages and arrays; see ``index._states`` for the arrays' shapes.

    ``owner`` names the pack of each section; ``passages`` are (section, text); ``section_rows`` the passages
    of each section.
    """

    folder: Path
    packs: dict[str, Shelved]
    sections: tuple[Section, ...]
    owner: tuple[str, ...]
    passages: tuple[tuple[int, str], ...]
    section_rows: tuple[tuple[int, ...], ...]
    vectors: NDArray[np.float32]
    titles: NDArray[np.float32]
    tokens: NDArray[np.int8]
    basis: NDArray[np.float32]
    rows: NDArray[np.int32]
    windows: NDArray[np.int32]
    window_vectors: NDArray[np.float16]
    window_rows: NDArray[np.int32]

    @classmethod
    def open(cls, index_folder: Path) -> "Shelf":
        """Raises IndexMissing or IndexBroken, both saying what to do."""
        folder = index.current(index_folder)
        found = index.damage(folder)
        if found:
            raise IndexBroken(f"{found[0]}; `cabin knowledge build --force` makes the index anew")
        try:
            data = json.loads((folder / "manuals.json").read_text("utf-8"))
            with np.load(folder / "states.npz") as states:
                arrays = {name: states[name] for name in states.files}
            sections = tuple(_section(entry) for entry in data["sections"])
            passages = tuple((entry["section"], entry["text"]) for entry in data["passages"])
            by_section: list[list[int]] = [[] for _ in sections]
            for row, (section, _) in enumerate(passages):
                by_section[section].append(row)
            first = np.searchsorted(arrays["windows"][:, 0], np.arange(len(passages) + 1))
            return cls(
                folder=folder,
                packs={entry["manifest"]["name"]: _shelved(entry) for entry in data["packs"]},
                sections=sections,
                owner=tuple(entry["pack"] for entry in data["sections"]),
                passages=passages,
                section_rows=tuple(map(tuple, by_section)),
                window_rows=first.astype(np.int32),
                **arrays,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexBroken(
                f"{folder}: the index cannot be read ({error}); `cabin knowledge build --force` makes it anew"
            ) from error

    @cached_property
    def _by_title(self) -> dict[tuple[str, str], int]:
        """The first section of each title, in each pack."""
        found: dict[tuple[str, str], int] = {}
        for number, (owner, section) in enumerate(zip(self.owner, self.sections, strict=True)):
            found.setdefault((owner, section.title.casefold()), number)
        return found

    def find(self, pack: str, title: str) -> int | None:
        """The section of ``pack`` with this title, or None."""
        return self._by_title.get((pack, title.casefold()))

    def source(self, section: int, page: int | None = None, score: float = 1.0) -> Source:
        """Where ``section`` stands, for citing it."""
        title = self.packs[self.owner[section]].manifest.title
        return Source(title, self.heading(section), page or self.sections[section].page, round(score, 3))

    def heading(self, section: int) -> str:
        """The heading path of a section, as sources show it."""
        return heading(self.sections[section])

    def sentences(self) -> Iterator[str]:
        """Every sentence, step and table row of every manual."""
        for section in self.sections:
            yield section.title
            for block in section.blocks:
                yield from (part for part in (block.lead, *block.items) if part)


def _section(entry: dict[str, Any]) -> Section:
    blocks = tuple(
        Block(**{**block, "items": tuple(block["items"]), "cells": tuple(map(tuple, block["cells"]))})
        for block in entry["blocks"]
    )
    return Section(tuple(entry["path"]), blocks, entry["page"])


def _shelved(entry: dict[str, Any]) -> Shelved:
    manifest = Manifest.model_validate(entry["manifest"])
    return Shelved(manifest, Lists.model_validate(entry["lists"]), Variants.of(manifest))
