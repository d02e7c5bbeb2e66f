"""The index of manuals on disk: built aside, switched in when finished, never half there.

index/CURRENT                 the name of the build in use, replaced in one step
index/build-<id>/manifest.json    what the build was made of, with hashes of the files beside it
index/build-<id>/manuals.json     packs, sections, passages and their windows
index/build-<id>/states.npz       vectors of windows and titles, token states (PCA-64, int8)
index/build-<id>/chroma/          passages and their vectors in ChromaDB
"""

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge import manual, pack
from knowledge.embedding import Embedder, Reading
from knowledge.errors import IndexBroken, IndexMissing, KnowledgeError
from knowledge.manual import Section
from knowledge.passages import Cut, cut

FORMAT = 3
"""Raised when what is written changes, so that older indexes are built anew."""

COLLECTION = "manuals"
POINTER = "CURRENT"
STATE_WIDTH = 64
"""Dimensions that token states keep: recall is that of all 384, at a sixth of the bytes."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. ``built`` is False when the index was up to date already."""

    built: bool
    packs: tuple[str, ...]
    sections: int
    passages: int
    seconds: float
    bytes: int


def is_current(packs: Iterable[Path], index_folder: Path, embedder: Embedder | None = None) -> bool:
    """Whether a finished index of exactly these packs, made by this model and format, stands in
    ``index_folder``.
    """
    try:
        manifest = read_manifest(current(index_folder))
    except KnowledgeError:
        return False
    folder = (embedder or Embedder.load()).folder
    return bool(manifest.get("made_of") == _made_of(list(packs), folder))


def build(
    packs: Iterable[Path],
    index_folder: Path,
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
    *,
    force: bool = False,
) -> Report:
    """Build the index of ``packs`` unless it is current, and switch it in.

    A build that is killed leaves the index of before, or none; the next one clears its remains. Two builds at
    once wait for each other. ``progress`` is told texts read and texts in all. Raises PackError for a wrong
    pack, KnowledgeError when the folder cannot be written.
    """
    folders = list(packs)
    started = time.monotonic()
    try:
        index_folder.mkdir(parents=True, exist_ok=True)
        with _alone(index_folder):
            if not force and is_current(folders, index_folder, embedder):
                return _report(current(index_folder), time.monotonic() - started, built=False)
            _clear(index_folder)
            target = index_folder / f"build-{uuid.uuid4().hex[:12]}"
            target.mkdir()
            _fill(target, folders, embedder, progress or (lambda done, total: None))
            _point(index_folder, target.name)
            return _report(target, time.monotonic() - started, built=True)
    except OSError as error:
        raise KnowledgeError(f"the index cannot be written in {index_folder}: {error}") from error


def current(index_folder: Path) -> Path:
    """The folder of the build in use. Raises IndexMissing when there is none, IndexBroken when it is gone."""
    try:
        name = (index_folder / POINTER).read_text("utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(f"{index_folder}: no index of manuals here; `cabin knowledge build` makes it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexBroken(f"{index_folder / POINTER}: cannot be read: {error}") from None
    target = index_folder / name
    if not name.startswith("build-") or not (target / "manifest.json").is_file():
        raise IndexBroken(f"{index_folder}: the index is incomplete; `cabin knowledge build` makes it anew")
    return target


def read_manifest(target: Path) -> dict[str, Any]:
    """The manifest of one build. Raises IndexBroken when it cannot be read."""
    try:
        manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise IndexBroken(f"{target / 'manifest.json'}: cannot be read: {error}") from None
    if not isinstance(manifest, dict):
        raise IndexBroken(f"{target / 'manifest.json'}: does not hold a manifest")
    return manifest


def damage(target: Path) -> list[str]:
    """What is wrong with the files of one build; an empty list when nothing is."""
    found = []
    for name, expected in read_manifest(target).get("files", {}).items():
        path = target / name
        if not path.is_file():
            found.append(f"{path}: missing")
        elif _hash(path) != expected:
            found.append(f"{path}: not what was written")
    return found


def miscounted(target: Path) -> list[str]:
    """Whether ChromaDB holds as many passages as the manifest says; an empty list when it does."""
    expected = read_manifest(target).get("passages")
    try:
        client = open_chroma(target)
        try:
            held = client.get_collection(COLLECTION, embedding_function=None).count()
        finally:
            client.close()
    except Exception as error:  # ChromaDB raises many kinds, also from its Rust side; each means that it is unreadable
        return [f"{target / 'chroma'}: cannot be read: {error}"]
    return [] if held == expected else [f"{target / 'chroma'}: holds {held} of {expected} passages"]


def open_chroma(target: Path) -> Any:
    """A ChromaDB client on one build; telemetry is off."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.PersistentClient(str(target / "chroma"), settings=settings)


def _fill(target: Path, folders: Sequence[Path], embedder: Embedder, progress: Callable[[int, int], None]) -> None:
    packs = [pack.read(folder) for folder in folders]
    names = [p.name for p in packs]
    if len(set(names)) != len(names):
        raise KnowledgeError(f"two packs have the same name: {', '.join(sorted(names))}")
    sections: list[Section] = []
    owner: list[str] = []
    for each in packs:
        page: int | None = None
        for _, text in each.chapters:
            chapter = manual.sections(text, page)
            page = manual.last_page(text, page)
            sections += chapter
            owner += [each.name] * len(chapter)
    if not sections:
        raise KnowledgeError("the packs hold no text")
    cuts = cut(sections)
    titles = [section.title for section in sections]
    done, total = 0, len(cuts) + len(titles)

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    progress(0, total)
    readings = embedder.read([piece.text for piece in cuts], threads=2, done=step)
    title_readings = embedder.read(titles, threads=2, done=step)
    arrays = _states(cuts, readings)
    arrays["titles"] = np.stack([reading.vector for reading in title_readings])
    np.savez(target / "states.npz", **arrays)  # type: ignore[arg-type]  # its keywords are arrays
    (target / "manuals.json").write_text(
        json.dumps(
            {
                "packs": [each.model_dump(mode="json", exclude={"folder", "chapters"}) for each in packs],
                "sections": [{"pack": name, **asdict(s)} for name, s in zip(owner, sections, strict=True)],
                "passages": [{"section": c.section, "text": c.text, "head": c.head} for c in cuts],
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    _store(target, cuts, sections, owner, readings)
    manifest = {
        "made_of": _made_of(list(folders), embedder.folder),
        "packs": names,
        "sections": len(sections),
        "passages": len(cuts),
        "files": {name: _hash(target / name) for name in ("states.npz", "manuals.json")},
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _store(
    target: Path,
    cuts: Sequence[Cut],
    sections: Sequence[Section],
    owner: Sequence[str],
    readings: Sequence[Reading],
) -> None:
    """Passages and vectors into ChromaDB."""
    client = open_chroma(target)
    try:
        collection = client.create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        rows = [
            {
                "row": row,
                "pack": owner[c.section],
                "section": c.section,
                "page": sections[c.section].page or 0,
            }
            for row, c in enumerate(cuts)
        ]
        for start in range(0, len(cuts), 1_000):
            part = slice(start, start + 1_000)
            collection.add(
                ids=[str(row["row"]) for row in rows[part]],
                embeddings=np.stack([reading.vector for reading in readings[part]]),
                documents=[c.text for c in cuts[part]],
                metadatas=rows[part],
            )
    finally:
        client.close()


def _states(cuts: Sequence[Cut], readings: Sequence[Reading]) -> dict[str, NDArray[Any]]:
    """Windows and token states of all passages.

    ``tokens`` int8 [N, 64]; ``basis`` float32 [64, 384] turns a question's unit token state into what its
    product with ``tokens`` is (about) a cosine. ``rows`` int32 [P, 3]: where a passage's tokens start, where
    its heading's end, where they end. ``windows`` int32 [W, 4]: passage, block, first and last (exclusive)
    token; ``window_vectors`` float16 [W, 384]: the mean of the heading's and the window's token states, unit
    length. A window's vector needs no forward pass of its own.
    """
    rows, windows, vectors = [], [], []
    width = readings[0].tokens.shape[1]
    moments = np.zeros((width, width), np.float32)
    start = 0
    for number, (piece, reading) in enumerate(zip(cuts, readings, strict=True)):
        tokens = reading.tokens
        states = _unit(tokens)
        moments += states.T @ states
        starts = reading.spans[:, 0]
        head = int(np.searchsorted(starts, piece.head))
        rows.append((start, start + head, start + len(tokens)))
        sums = np.concatenate([np.zeros((1, tokens.shape[1]), np.float32), np.cumsum(tokens, axis=0)])
        for window in piece.windows():
            first, last = (int(np.searchsorted(starts, edge)) for edge in (window.start, window.end))
            if last > first:  # what was cut off at 256 tokens has none
                windows.append((number, window.block, start + first, start + last))
                vectors.append((sums[head] + sums[last] - sums[first]) / (head + last - first))
        start += len(tokens)
    basis = np.linalg.eigh(moments)[1][:, ::-1][:, :STATE_WIDTH].T
    small = np.concatenate([_unit(reading.tokens) @ basis.T for reading in readings])
    scale = np.abs(small).max(axis=0) / 127
    return {
        "vectors": np.stack([reading.vector for reading in readings]),
        "tokens": np.round(small / scale).astype(np.int8),
        "basis": (basis * scale[:, None]).astype(np.float32),
        "rows": np.array(rows, dtype=np.int32),
        "windows": np.array(windows, dtype=np.int32).reshape(-1, 4),
        "window_vectors": _unit(np.array(vectors, dtype=np.float32).reshape(-1, width)).astype(np.float16),
    }


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def _made_of(folders: list[Path], model: Path) -> dict[str, object]:
    return {"format": FORMAT, "packs": pack.fingerprint(folders), "model": _model_hash(model)}


@lru_cache
def _model_hash(folder: Path) -> str:
    return _hash(folder / "model.onnx")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _report(target: Path, seconds: float, *, built: bool) -> Report:
    manifest = read_manifest(target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return Report(built, tuple(manifest["packs"]), manifest["sections"], manifest["passages"], seconds, size)


def _point(index_folder: Path, name: str) -> None:
    """Switch to a finished build in one step that a power cut cannot split."""
    fresh = index_folder / f"{POINTER}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(index_folder / POINTER)


def _clear(index_folder: Path) -> None:
    """Remove the remains of killed builds and what was in use before the current build."""
    try:
        keep = current(index_folder).name
    except KnowledgeError:
        keep = ""
    for path in index_folder.glob("build-*"):
        if path.name != keep:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(index_folder: Path) -> Iterator[None]:
    """One builder at a time; the lock falls with its process. Where the system has no such locks, without."""
    with (index_folder / ".lock").open("a") as file:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
