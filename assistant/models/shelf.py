"""The models on disk: which there are, whose they are, and whether they are still what was fetched."""

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import ModelError, StorageError
from assistant.models.listed import Kind
from assistant.speech.models import voices, whispers

MANIFEST = "cabin-model.json"
DRAFTS = ".pulling"
"""Where what is not whole yet lies, in the models folder; nothing looks for models there."""

UNKNOWN = "unknown"
_BLOCK = 1 << 20

Progress = Callable[[str, int, int], None]
"""Told the file, how many of its bytes are done, and how many it has."""


class Sum(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What is written beside a model when it is fetched or copied: its origin, its licence and what it must weigh."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Kind
    licence: str
    source: str
    revision: str = ""
    files: dict[str, Sum]


@dataclass(frozen=True, slots=True)
class Found:
    """A whole model on disk. ``place`` is its folder, or the .onnx of a voice that lies there by itself.

    ``problem`` is what is wrong with it, "" when nothing is; ``checked`` says whether there were checksums to go by.
    """

    name: str
    kind: Kind
    place: Path
    size: int
    licence: str = UNKNOWN
    source: str = ""
    checked: bool = False
    problem: str = ""


def silent(file: str, done: int, total: int) -> None:
    pass


def found(
    models: Path, progress: Progress = silent, *, check: bool = True, only: tuple[Kind, str] | None = None
) -> list[Found]:
    """Every model in the folder ``models``, by kind and name, or the ``only`` one; with ``check`` each file is read
    and compared with what is written of it.
    """
    places: list[tuple[Kind, str, Path]] = [("whisper", place.name, place) for place in whispers(models / "whisper")]
    for voice in voices(models / "piper"):
        alone = voice.parent == models / "piper"
        places.append(("piper", voice.stem, voice if alone else voice.parent))
    return [_look(kind, name, place, progress, check) for kind, name, place in places if only in (None, (kind, name))]


def _look(kind: Kind, name: str, place: Path, progress: Progress, check: bool) -> Found:
    files = [place, Path(f"{place}.json")] if place.is_file() else [file for file in place.iterdir() if file.is_file()]
    size = sum(file.stat().st_size for file in files if file.name != MANIFEST)
    if not (place / MANIFEST).is_file():
        return Found(name, kind, place, size, source="put there by hand")
    try:
        manifest = Manifest.model_validate_json((place / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        return Found(name, kind, place, size, problem=f"{place / MANIFEST} cannot be read: {_first_line(error)}")
    problem = _compare(place, manifest, progress) if check else ""
    return Found(name, kind, place, size, manifest.licence, manifest.source, check, problem)


def _compare(place: Path, manifest: Manifest, progress: Progress) -> str:
    for name, wanted in manifest.files.items():
        file = place / name
        try:
            if file.stat().st_size != wanted.size:
                return f"{file} has {file.stat().st_size} bytes instead of {wanted.size}"
            if sha256(file, progress) != wanted.sha256:
                return f"{file} is not what was fetched: its checksum differs"
        except OSError as error:
            return f"{file} cannot be read: {error.strerror}"
    return ""


def sha256(file: Path, progress: Progress = silent) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    digest, done, total = hashlib.sha256(), 0, file.stat().st_size
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress(file.name, done, total)
    return digest.hexdigest()


def unfinished(models: Path) -> dict[str, int]:
    """What was pulled in part: the model's name, and how many bytes of it lie there."""
    try:
        drafts = [draft for draft in (models / DRAFTS).iterdir() if draft.is_dir() and "-" in draft.name]
        return {draft.name.rpartition("-")[0]: sum(file.stat().st_size for file in draft.iterdir()) for draft in drafts}
    except OSError:
        return {}


def named(models: Path, name: str) -> Found:
    """The model on disk with that name, unchecked. Raises ModelError naming those that there are."""
    there = found(models, check=False)
    for model in there:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in there) or "none"
    raise ModelError(f'no model "{name}" lies in {models}; there are: {known}', code="missing")


def licences(models: Path, *engines: str) -> list[str]:
    """The licences of the models that engines of these names ("piper/en_GB-cori-medium") use, where they are known."""
    used = {engine.partition("/")[2] for engine in engines}
    return [model.licence for model in found(models, check=False) if model.name in used and model.licence != UNKNOWN]


def forget(models: Path, name: str) -> bool:
    """Take away what was pulled of a model in part; False when there is nothing. Raises StorageError."""
    if name not in unfinished(models):
        return False
    try:
        for draft in (models / DRAFTS).iterdir():
            if draft.name.rpartition("-")[0] == name:
                discard(draft)
    except OSError as error:
        raise StorageError(f"what was pulled of {name} cannot be removed: {error.strerror}") from error
    return True


def remove(models: Path, name: str) -> Found:
    """Take a model away, at once for whoever looks. Raises ModelError when there is none, StorageError."""
    model = named(models, name)
    grave = models / DRAFTS / f"{name}-removed"
    try:
        discard(grave)
        grave.mkdir(parents=True)
        for file in [model.place, Path(f"{model.place}.json")] if model.place.is_file() else [model.place]:
            file.rename(grave / file.name)
        discard(grave)
    except OSError as error:
        raise StorageError(f"{model.place} cannot be removed: {error.strerror}") from error
    return model


def discard(folder: Path) -> None:
    """Delete a folder of drafts and all in it; a link is not followed. Raises OSError."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # the last one takes the folder of drafts with it


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
