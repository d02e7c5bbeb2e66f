"""An opened index: the manuals' sections with the arrays that ranking reads. Nothing in it changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge import index
from knowledge.errors import IndexBroken
from knowledge.manual import Block, Section
from knowledge.pack import Equipment, Manifest, Telltale
from knowledge.passages import heading


@dataclass(frozen=True, slots=True)
class Shelved:
    """A pack as the index holds it: its manifest and lists, without the text."""

    manifest: Manifest
    equipment: Equipment
    telltales: tuple[Telltale, ...]
    live: dict[str, Any]

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
    blocks = tuple(Block(**{**block, "items": tuple(block["items"])}) for block in entry["blocks"])
    return Section(tuple(entry["path"]), blocks, entry["page"])


def _shelved(entry: dict[str, Any]) -> Shelved:
    return Shelved(
        Manifest.model_validate(entry["manifest"]),
        Equipment.model_validate(entry["equipment"]),
        tuple(Telltale.model_validate(t) for t in entry["telltales"]),
        entry["live"],
    )
