"""What the model makes of each text of the index: computed once, kept by a hash of the text until the text changes."""

import os
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder, Reading, model_hash
from knowledge.passages import Cut, Span

MOST_CORES = 4
"""More gain little, for what is read is put together on one."""
PRIORITY = 10
"""How far reading steps back behind other work: Unix's niceness, 0 to 19."""
CHUNK = 256
"""Texts between two writes: what a killed build loses is read again in a few seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to be read. ``head`` counts the characters of its heading, ``windows`` are its runs of sentences; blocks
    are counted from the first one of the text.
    """

    text: str
    head: int = 0
    windows: tuple[Span, ...] = ()

    @classmethod
    def of(cls, cut: Cut) -> "Piece":
        first = cut.items[0].block
        return cls(cut.text, cut.head, tuple(Span(w.block - first, w.start, w.end) for w in cut.windows()))

    @property
    def key(self) -> str:
        spans = ";".join(f"{w.block},{w.start},{w.end}" for w in self.windows)
        return sha256(f"{self.head}|{spans}|{self.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class State:
    """One text as the model sees it.

    ``vector`` float32 [384], unit length. ``tokens`` int8 [t, 64], none for a text without windows: its product with a
    question's token state in the embedder's basis is (about) a cosine; the first ``head`` of them are the heading's.
    ``windows`` int32 [w, 3]: block, first and last (exclusive) token. ``window_vectors`` float16 [w, 384]: the mean of
    the heading's and the window's token states, unit length; a window needs no forward pass of its own.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.int8]
    head: int
    windows: NDArray[np.int32]
    window_vectors: NDArray[np.float16]


def read(
    pieces: Sequence[Piece],
    embedder: Embedder,
    parts: Path,
    known: dict[str, State],
    progress: Callable[[int, int], None],
) -> list[State]:
    """The states of ``pieces``, in their order: from ``known``, from what an interrupted build left in the folder
    ``parts``, and else from the model. ``progress`` is told texts done and texts in all.
    """
    found = dict(known)
    for path in sorted(parts.glob("*.npz")):
        found |= load(path)
    keys = [piece.key for piece in pieces]
    lacking = list({key: piece for key, piece in zip(keys, pieces, strict=True) if key not in found}.items())
    # passes over texts of similar length pad little; each part holds the longest that are left
    lacking.sort(key=lambda entry: -len(entry[1].text))
    done = len(pieces) - len(lacking)
    progress(done, len(pieces))

    def made(entry: tuple[str, Piece]) -> State:
        # each by itself: the int8 model scales a pass by all texts in it, and a text's state must not depend on others
        return _state(entry[1], embedder.read([entry[1].text])[0], embedder.basis)

    with ThreadPoolExecutor(_cores(), initializer=_step_back) as pool:
        for start in range(0, len(lacking), CHUNK):
            chunk = lacking[start : start + CHUNK]
            fresh: dict[str, State] = {}
            for (key, _), state_ in zip(chunk, pool.map(made, chunk), strict=True):
                fresh[key] = state_
                done += 1
                progress(done, len(pieces))
            if start + CHUNK < len(lacking):  # the last one goes into the finished build at once
                parts.mkdir(parents=True, exist_ok=True)
                save(parts / f"{len(list(parts.glob('*.npz'))):06}.npz", list(fresh), list(fresh.values()))
            found |= fresh
    return [found[key] for key in keys]


def _cores() -> int:
    """How many texts are read side by side: one a core that this process may use."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, MOST_CORES)


def _step_back() -> None:
    """Lets whoever talks to the cabin go first: only this thread, where the system has priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PRIORITY)


def ahead(model: Path) -> Path:
    """The file in a model's folder with states of texts that this very model has read before, by
    `knowledge.models.read_ahead`.
    """
    return model / f"read-{model_hash(model)[:12]}.npz"


def save(path: Path, keys: Sequence[str], states: Sequence[State]) -> None:
    """Write ``states`` whole or not at all."""
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays(keys, states))
    half.replace(path)


def load(path: Path) -> dict[str, State]:
    """The states in ``path`` by their keys; none where the file cannot be read, for they can be made anew."""
    try:
        with np.load(path) as arrays:
            held = {name: arrays[name] for name in arrays.files}
        if held["vectors"].dtype != np.float32:  # packed small, in steps of its largest number
            held["vectors"] = unit(held["vectors"].astype(np.float32))
        keys = held["keys"].tolist()
        return {key.decode(): state(held, row) for row, key in enumerate(keys)}
    except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile, zlib.error):
        return {}


def state(held: dict[str, Any], row: int) -> State:
    """The text ``row`` of the arrays of one file."""
    tokens = slice(*held["token_rows"][row : row + 2])
    windows = slice(*held["window_rows"][row : row + 2])
    return State(
        held["vectors"][row],
        held["tokens"][tokens],
        int(held["heads"][row]),
        held["windows"][windows],
        held["window_vectors"][windows],
    )


def arrays(keys: Sequence[str], states: Sequence[State]) -> dict[str, NDArray[Any]]:
    """One file: the states one after the other, with where each one's tokens and windows start."""
    return {
        "keys": np.array([key.encode() for key in keys]),
        "vectors": np.stack([s.vector for s in states]),
        "heads": np.array([s.head for s in states], dtype=np.int32),
        "tokens": np.concatenate([s.tokens for s in states]),
        "token_rows": _starts(len(s.tokens) for s in states),
        "windows": np.concatenate([s.windows for s in states]),
        "window_vectors": np.concatenate([s.window_vectors for s in states]),
        "window_rows": _starts(len(s.windows) for s in states),
    }


def _starts(sizes: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes], dtype=np.int64)


def _state(piece: Piece, reading: Reading, basis: NDArray[np.float32]) -> State:
    tokens = reading.tokens
    starts = reading.spans[:, 0]
    head = int(np.searchsorted(starts, piece.head))
    sums = np.concatenate([np.zeros((1, tokens.shape[1]), np.float32), np.cumsum(tokens, axis=0)])
    windows, vectors = [], []
    for window in piece.windows:
        first, last = (int(np.searchsorted(starts, edge)) for edge in (window.start, window.end))
        if last > first:  # what was cut off at the model's longest text has none
            windows.append((window.block, first, last))
            vectors.append((sums[head] + sums[last] - sums[first]) / (head + last - first))
    return State(
        reading.vector,
        compressed(tokens if piece.windows else tokens[:0], basis),
        head,
        np.array(windows, dtype=np.int32).reshape(-1, 3),
        unit(np.array(vectors, dtype=np.float32).reshape(-1, tokens.shape[1])).astype(np.float16),
    )


def compressed(tokens: NDArray[np.float32], basis: NDArray[np.float32]) -> NDArray[np.int8]:
    """Token states [t, 384] as int8 [t, 64]; ``basis`` [64, 384] holds its directions, each as long as one step."""
    steps = np.linalg.norm(basis, axis=1)
    small = unit(tokens) @ (basis / steps[:, None]).T / steps
    kept: NDArray[np.int8] = np.clip(np.round(small), -127, 127).astype(np.int8)
    return kept


def basis_of(tokens: Iterable[NDArray[np.float32]], width: int) -> NDArray[np.float32]:
    """The ``width`` directions in which the token states of some texts differ most, as `compressed` takes them."""
    units = np.concatenate([unit(each) for each in tokens])
    directions = np.linalg.eigh(units.T @ units)[1][:, ::-1][:, :width].T
    steps = np.abs(units @ directions.T).max(axis=0) / 127
    basis: NDArray[np.float32] = (directions * steps[:, None]).astype(np.float32)
    return basis


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; a row of nothing stays nothing."""
    made: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return made
