"""Taking manuals in: Markdown, HTML and PDF files become the chapters of a pack of one's own."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from knowledge import manual, markup, pdf
from knowledge.errors import PackError
from knowledge.pack import BUILT_IN, NAME, Manifest, load_yaml

KINDS = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".pdf": "pdf"}
TAKEN = "taken.json"
"""In a pack's folder: a Note of each chapter."""
READER = 2
"""Raised when files are read differently, so that they are taken in anew."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file. ``unreadable`` are its pages, from 1, that are scans or damaged."""

    file: str
    changed: bool
    sections: int
    unreadable: tuple[int, ...] = ()


class Note(BaseModel):
    """Of a chapter: the file it came from, the hash of what it was made of, and the pages that could not be read."""

    file: str
    made_of: str
    unreadable: tuple[int, ...]


_NOTES = TypeAdapter(dict[str, Note])


def add(
    path: Path,
    name: str,
    packs: Path,
    vehicle: dict[str, object] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Taken]:
    """Take ``path`` (a file, or a folder of them) into the pack ``name`` below the folder ``packs``.

    A file whose content was taken in before is left as it is; one that changed replaces its chapter. What was done
    before an interruption or a file that cannot be read is not done again, and the pack is there when all of it is.
    ``vehicle`` holds fields of the manifest. Raises PackError.
    """
    _own(name)
    folder = packs / name
    try:
        return _take(path, _files(path), folder, _manifest(folder, name, vehicle or {}), progress)
    except OSError as error:
        raise PackError(f"{error.filename or folder}: cannot be read or written: {error.strerror or error}") from None


def _take(
    path: Path,
    files: Sequence[Path],
    folder: Path,
    manifest: Manifest,
    progress: Callable[[str, int, int], None] | None,
) -> list[Taken]:
    known = _known(folder)
    done = []
    for number, file in enumerate(files):
        chapter = _slug(file, path)
        made_of = f"{READER}:{sha256(file.read_bytes()).hexdigest()}"
        before = known.get(chapter)
        if before and before.made_of == made_of and (folder / "manual" / chapter).is_file():
            done.append(Taken(file.name, False, _count(folder / "manual" / chapter), before.unreadable))
            continue
        if progress:
            progress(file.name, number, len(files))
        text, unreadable = _read(file, partial(progress, file.name) if progress else None)
        sections = len(manual.sections(text))
        if not sections:
            raise PackError(f"{file}: no text under any heading was found in it")
        (folder / "manual").mkdir(parents=True, exist_ok=True)
        _write(folder / "manual" / chapter, text)
        known[chapter] = Note(file=file.name, made_of=made_of, unreadable=unreadable)
        _write(folder / TAKEN, _NOTES.dump_json(known, indent=1).decode())
        done.append(Taken(file.name, True, sections, unreadable))
    # last, for it makes a manual of the folder: one without chapters would stop every build
    _write(folder / "pack.yaml", yaml.safe_dump(manifest.model_dump(mode="json"), sort_keys=False, allow_unicode=True))
    return done


def _known(folder: Path) -> dict[str, Note]:
    """What was taken in before; nothing where the notes of it are not as they should be, for they can be made anew."""
    try:
        return _NOTES.validate_json((folder / TAKEN).read_bytes())
    except (FileNotFoundError, ValidationError):
        return {}


def remove(name: str, packs: Path) -> None:
    """Take the pack ``name`` away. Raises PackError for one that is not there or came with cabin."""
    _own(name)
    if not (packs / name / "pack.yaml").is_file():
        raise PackError(f"{name}: no such manual in {packs}")
    shutil.rmtree(packs / name)


def export(folder: Path, target: Path) -> Path:
    """The pack in ``folder`` as one zip file at ``target``. Raises PackError when it cannot be written."""
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                archive.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
    except OSError as error:
        raise PackError(f"{target}: cannot be written: {error.strerror}") from None
    return target


def _own(name: str) -> None:
    """Raises PackError when ``name`` cannot be that of a manual of one's own."""
    if not re.fullmatch(NAME, name):
        raise PackError(f"{name[:60]}: not a manual's name: lower-case letters, digits, - and _")
    if (BUILT_IN / name).is_dir():
        raise PackError(f"{name}: the manual of this name comes with cabin and stays as it is")


def _files(path: Path) -> list[Path]:
    if path.is_file():
        found = [path]
    elif path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in KINDS)
    else:
        raise PackError(f"{path}: no such file or folder")
    wrong = [file for file in found if file.suffix.lower() not in KINDS]
    if wrong or not found:
        raise PackError(f"{(wrong or [path])[0]}: not Markdown, HTML or PDF ({', '.join(KINDS)})")
    return found


def _read(file: Path, progress: Callable[[int, int], None] | None) -> tuple[str, tuple[int, ...]]:
    kind = KINDS[file.suffix.lower()]
    if kind == "pdf":
        converted = pdf.convert(file, progress)
        return converted.markdown, converted.unreadable
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        text = file.read_text("latin-1")
    return (markup.convert(text) if kind == "html" else text), ()


def _manifest(folder: Path, name: str, vehicle: dict[str, object]) -> Manifest:
    """The pack's manifest as it was, or a new one, with the fields of ``vehicle`` laid over it."""
    path = folder / "pack.yaml"
    start: dict[str, object] = {
        "name": name,
        "title": f"{vehicle.get('brand') or ''} {vehicle.get('model') or name} manual".strip(),
        "brand": "unnamed",
        "model": name,
        "year": 0,
        "edition": "1",
        "language": "en",
        "licence": "as its maker says",
    }
    if path.is_file():
        start = load_yaml(path, dict[str, object])
    try:
        return Manifest.model_validate(start | vehicle)
    except ValidationError as error:
        first = error.errors()[0]
        raise PackError(f"{'.'.join(map(str, first['loc'])) or name}: {first['msg']}") from None


def _slug(file: Path, root: Path) -> str:
    relative = file.relative_to(root) if root.is_dir() else Path(file.name)
    return re.sub(r"[^a-z0-9]+", "-", relative.as_posix().lower()).strip("-") + ".md"


def _count(chapter: Path) -> int:
    return len(manual.sections(chapter.read_text("utf-8")))


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(path)
