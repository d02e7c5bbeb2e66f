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
from knowledge.embedding import BASIS
from knowledge.errors import IndexBroken
from knowledge.manual import Block, Section
from knowledge.pack import Lists, Manifest
from knowledge.passages import heading
from knowledge.queries import Queries
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
    """Sections, passages and arrays.

    ``owner`` names the pack of each section; ``passages`` are (section, text); ``section_rows`` the passages
    of each section. ``vectors`` [P, 384], ``titles`` [S, 384], ``elsewhere`` [E, 384]: what no manual answers;
    ``tokens`` [N, 64] are those of the passages; ``rows`` [P, 3]: where a passage's tokens start, where its heading's
    end, where they end;
    ``windows`` [W, 4]: passage, block, first and last (exclusive) token; ``window_rows`` [P + 1]: where a passage's
    windows start. See `knowledge.states.State` for what they are.
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
    rows: NDArray[np.int64]
    windows: NDArray[np.int64]
    window_vectors: NDArray[np.float16]
    window_rows: NDArray[np.int64]
    queries: Queries
    elsewhere: NDArray[np.float32]

    @classmethod
    def open(cls, index_folder: Path) -> "Shelf":
        """Raises IndexMissing or IndexBroken, both saying what to do."""
        folder = index.current(index_folder)
        found = index.damage(folder)
        if found:
            raise IndexBroken(f"{found[0]}; `cabin knowledge build --force` makes the index anew")
        try:
            data = json.loads((folder / "manuals.json").read_text("utf-8"))
            with np.load(folder / "states.npz") as held:
                states = {name: held[name] for name in held.files if name != "keys"}
            with np.load(folder / index.CLASSES) as held:
                classes = {int(first): held[first] for first in held.files}
            sections = tuple(_section(entry) for entry in data["sections"])
            passages = tuple((entry["section"], entry["text"]) for entry in data["passages"])
            by_section: list[list[int]] = [[] for _ in sections]
            for row, (section, _) in enumerate(passages):
                by_section[section].append(row)
            count, titles = len(passages), len(passages) + len(sections)
            starts, basis = states["token_rows"], np.load(folder / BASIS)
            passage = np.repeat(np.arange(count), np.diff(states["window_rows"][: count + 1]))
            blocks = np.array([entry["block"] for entry in data["passages"]])[passage]
            block, first, last = states["windows"][: len(passage)].T
            return cls(
                folder=folder,
                packs={entry["manifest"]["name"]: _shelved(entry) for entry in data["packs"]},
                sections=sections,
                owner=tuple(entry["pack"] for entry in data["sections"]),
                passages=passages,
                section_rows=tuple(map(tuple, by_section)),
                vectors=states["vectors"][:count],
                titles=states["vectors"][count:titles],
                tokens=states["tokens"],
                basis=basis,
                rows=np.stack([starts[:count], starts[:count] + states["heads"][:count], starts[1 : count + 1]], 1),
                windows=np.stack([passage, blocks + block, starts[passage] + first, starts[passage] + last], 1),
                window_vectors=states["window_vectors"],
                window_rows=states["window_rows"][: count + 1],
                queries=Queries(
                    np.array(data["queries"], dtype=np.int64),
                    states["vectors"][titles : titles + len(data["queries"])],
                    classes,
                ),
                elsewhere=states["vectors"][titles + len(data["queries"]) :],
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

    def of_car(self, vin: str) -> tuple[str, str] | None:
        """The pack and variant ("" where it does not tell) of the car with this VIN: brands and models never mix.

        A number that no pack names belongs to the first pack that names none; None when there is none.
        """
        found = ((name, pack.manifest.fits(vin)) for name, pack in self.packs.items())
        own = next(((name, variant) for name, variant in found if variant is not None), None)
        return own or next(((name, "") for name, pack in self.packs.items() if not pack.manifest.vins), None)

    @cached_property
    def queried(self) -> dict[str, range]:
        """The packs that have queries, with the sections of each, which stand side by side."""
        having = {self.owner[section] for section in self.queries.sections.tolist()}
        return {
            name: range(self.owner.index(name), len(self.owner) - self.owner[::-1].index(name))
            for name in self.packs
            if name in having
        }

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
