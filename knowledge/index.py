"""The index of manuals on disk: built aside, switched in when finished, never half there.

index/CURRENT                 the name of the build in use, replaced in one step
index/build-<id>/manifest.json    what the build was made of, with hashes of the files beside it
index/build-<id>/manuals.json     packs, sections, passages and their windows
index/build-<id>/states.npz       what the model made of passages, titles, queries and what no manual answers, see
                              `knowledge.states`
index/build-<id>/classes.npz      for each pack with queries, what tells its sections apart, see `knowledge.classifier`
index/build-<id>/chroma/          passages and their vectors in ChromaDB
index/parts/                      what a build that was interrupted had read already
"""

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import manual, pack, states
from knowledge.classifier import features, learnt
from knowledge.embedding import BASIS, Embedder, model_hash
from knowledge.errors import IndexBroken, IndexMissing, KnowledgeError, PackError
from knowledge.manual import Section
from knowledge.pack import Pack
from knowledge.passages import Cut, cut
from knowledge.queries import elsewhere
from knowledge.states import Piece, State
from knowledge.words import DATA, content, load_synonyms

FORMAT = 7
"""Raised when what is written changes, so that older indexes are built anew."""

CLASSES = "classes.npz"
COLLECTION = "manuals"
POINTER = "CURRENT"
PARTS = "parts"


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

    The model reads only what changed since the index in use and was not read ahead, unless ``force`` is given. A build
    that is killed leaves the index of before, or none; the next one goes on where it was killed. Two builds at once
    wait for each other. ``progress`` is told texts read and texts in all. Raises PackError for a wrong pack,
    KnowledgeError when the folder cannot be written.
    """
    folders = list(packs)
    started = time.monotonic()
    try:
        index_folder.mkdir(parents=True, exist_ok=True)
        with _alone(index_folder):
            if not force and is_current(folders, index_folder, embedder):
                return _report(current(index_folder), time.monotonic() - started, built=False)
            _clear(index_folder)
            if force:
                shutil.rmtree(index_folder / PARTS, ignore_errors=True)
            target = index_folder / f"build-{uuid.uuid4().hex[:12]}"
            target.mkdir()
            known: dict[str, State] = {}
            if not force:
                kept = _kept(index_folder, model_hash(embedder.folder))
                known = states.load(states.ahead(embedder.folder)) | kept
            _fill(target, folders, embedder, known, progress or (lambda done, total: None))
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


def _fill(
    target: Path,
    folders: Sequence[Path],
    embedder: Embedder,
    known: dict[str, State],
    progress: Callable[[int, int], None],
) -> None:
    packs = [pack.read(folder) for folder in folders]
    names = [p.name for p in packs]
    if len(set(names)) != len(names):
        raise KnowledgeError(f"two packs have the same name: {', '.join(sorted(names))}")
    sections: list[Section] = []
    owner: list[str] = []
    queries: list[tuple[int, str]] = []
    for each in packs:
        page: int | None = None
        first = len(sections)
        for _, text in each.chapters:
            chapter = manual.sections(text, page)
            page = manual.last_page(text, page)
            sections += chapter
            owner += [each.name] * len(chapter)
        queries += _queries(each, sections, first)
    if not sections:
        raise KnowledgeError("the packs hold no text")
    cuts = cut(sections)
    pieces = [Piece.of(each) for each in cuts]
    pieces += [Piece(section.title) for section in sections]
    pieces += [Piece(text) for _, text in queries]
    pieces += [Piece(text) for texts in elsewhere().values() for text in texts]
    parts = target.parent / PARTS
    found = states.read(pieces, embedder, parts / model_hash(embedder.folder)[:12], known, progress)
    states.save(target / "states.npz", [piece.key for piece in pieces], found)
    (target / "manuals.json").write_text(
        json.dumps(
            {
                "packs": [each.model_dump(mode="json", exclude={"folder", "chapters", "queries"}) for each in packs],
                "sections": [{"pack": name, **asdict(s)} for name, s in zip(owner, sections, strict=True)],
                "passages": [{"section": c.section, "text": c.text, "block": c.items[0].block} for c in cuts],
                "queries": [section for section, _ in queries],
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    np.save(target / BASIS, embedder.basis)
    examples = [(each.section, each.text) for each in cuts]
    examples += [(number, section.title) for number, section in enumerate(sections)]
    _classify(
        target / CLASSES,
        [each.name for each in packs if each.queries and each.name in owner],
        owner,
        examples + queries,
        found,
    )
    _store(target, cuts, sections, owner, found)
    manifest = {
        "made_of": _made_of(list(folders), embedder.folder),
        "packs": names,
        "sections": len(sections),
        "passages": len(cuts),
        "files": {name: _hash(target / name) for name in ("states.npz", "manuals.json", BASIS, CLASSES)},
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    shutil.rmtree(parts, ignore_errors=True)


def _classify(
    path: Path, names: Sequence[str], owner: Sequence[str], examples: Sequence[tuple[int, str]], found: Sequence[State]
) -> None:
    """Learn the sections of each pack with queries: ``examples`` are texts with their sections, ``found`` their states
    and then those of what no manual answers, which has a class for each heading.
    """
    if not names:
        np.savez(path, allow_pickle=False)
        return
    synonyms, beside = load_synonyms(), elsewhere()
    texts = [text for _, text in examples] + [text for texts in beside.values() for text in texts]
    words = [content(synonyms.canonical(text)) for text in texts]
    seen = features(np.stack([state.vector for state in found]), words)
    classes = {}
    for name in names:
        first, count = owner.index(name), owner.count(name)
        rows = [row for row, (section, _) in enumerate(examples) if owner[section] == name]
        wanted = [examples[row][0] - first for row in rows]
        wanted += [count + number for number, each in enumerate(beside.values()) for _ in each]
        classes[str(first)] = learnt(seen[[*rows, *range(len(examples), len(texts))]], wanted, count + len(beside))
    np.savez(path, allow_pickle=False, **classes)


def _queries(each: Pack, sections: Sequence[Section], first: int) -> list[tuple[int, str]]:
    """The queries of a pack with their sections, in the order of the sections; its own begin at ``first``."""
    numbers: dict[str, int] = {}
    for number in range(first, len(sections)):
        numbers.setdefault(sections[number].title, number)
    silent = next((title for title in numbers if each.queries and not each.queries.get(title)), None)
    if silent is not None:  # a section without would lose to any that has some
        raise PackError(f"{each.folder / pack.QUERIES}: {silent}: no query for this section; every one needs some")
    # a manual from which chapters were left out may keep the queries for them
    return sorted((numbers[title], q) for title, texts in each.queries.items() if title in numbers for q in texts)


def _kept(index_folder: Path, model: str) -> dict[str, State]:
    """What the index in use holds of this model; nothing where there is none."""
    try:
        target = current(index_folder)
        made_of = read_manifest(target).get("made_of")
    except KnowledgeError:
        return {}
    fits = isinstance(made_of, dict) and made_of.get("model") == model and made_of.get("format") == FORMAT
    return states.load(target / "states.npz") if fits else {}


def _store(
    target: Path,
    cuts: Sequence[Cut],
    sections: Sequence[Section],
    owner: Sequence[str],
    found: Sequence[State],
) -> None:
    """Passages and vectors into ChromaDB."""
    client = open_chroma(target)
    try:
        collection = client.create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        rows = [
            {"row": row, "pack": owner[c.section], "section": c.section, "page": sections[c.section].page or 0}
            for row, c in enumerate(cuts)
        ]
        for start in range(0, len(cuts), 1_000):
            part = slice(start, min(start + 1_000, len(cuts)))
            collection.add(
                ids=[str(row) for row in range(part.start, part.stop)],
                embeddings=np.stack([each.vector for each in found[part]]),
                documents=[c.text for c in cuts[part]],
                metadatas=rows[part],
            )
    finally:
        client.close()


def _made_of(folders: list[Path], model: Path) -> dict[str, object]:
    return {
        "format": FORMAT,
        "packs": pack.fingerprint(folders),
        "model": model_hash(model),
        "elsewhere": sha256(json.dumps(elsewhere()).encode()).hexdigest(),
        "words": [_hash(DATA / name) for name in ("synonyms.yaml", "stopwords.txt")],
    }


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
