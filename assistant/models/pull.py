"""Models onto the disk, from the hub or from a folder: whole or not at all."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.errors import ModelError, StorageError
from assistant.models.hub import Hub
from assistant.models.listed import Kind, Listed, listed
from assistant.models.shelf import (
    DRAFTS,
    MANIFEST,
    UNKNOWN,
    Found,
    Manifest,
    Progress,
    Sum,
    discard,
    found,
    sha256,
    silent,
)
from assistant.speech.models import voices, whispers

CARD = "MODEL_CARD"

SPARE = 100_000_000
"""Bytes that are left free on the disk."""


def pull(model: Listed, hub: Hub, models: Path, progress: Progress = silent) -> Found:
    """Fetch a listed model into the folder ``models``; one that is there and well is left as it is.

    What was fetched of it earlier is used. Raises ModelError, StorageError.
    """
    there = found(models, progress, only=(model.kind, model.name))
    if there and there[0].checked and not there[0].problem:
        return there[0]
    with _alone(models, model.name):
        revision, files = hub.contents(model)
        draft = models / DRAFTS / f"{model.name}-{revision[:12]}"
        _make(draft)
        _room(models, sum(file.size for file in files) - _weight(draft))
        for file in sorted(files, key=lambda file: file.size):  # the card first: nothing large is fetched in vain
            hub.fetch(model, revision, file, draft / file.name, progress)
            if file.name == CARD:
                _agrees(model, draft / CARD)
        source = f"{hub.url}/{model.repo}/tree/{revision}/{model.folder}".rstrip("/")
        return _finish(draft, models, model.kind, model.name, model.licence, source, revision, progress)


def copy(source: Path, models: Path, progress: Progress = silent) -> Found:
    """Copy a faster-whisper model's folder, or a Piper voice (its .onnx, or a folder that holds one), from the disk.

    Its licence is what was written beside it, what the list says of a model of that name, or unknown. Raises
    ModelError, StorageError.
    """
    kind, name, files = _recognised(source)
    known = listed().get(name)
    licence = known.licence if known and known.kind == kind else UNKNOWN
    beside = source / MANIFEST
    if beside.is_file():
        try:
            licence = Manifest.model_validate_json(beside.read_bytes()).licence
        except (OSError, ValueError) as error:
            raise ModelError(f"{beside} cannot be read: {error}") from error
    with _alone(models, name):
        draft = models / DRAFTS / f"{name}-copy"
        try:
            discard(draft)
            _make(draft)
            _room(models, sum(file.stat().st_size for file in files))
            for file in files:
                shutil.copyfile(file, draft / file.name)
                progress(file.name, file.stat().st_size, file.stat().st_size)
        except OSError as error:
            raise StorageError(f"{source} cannot be copied to {models}: {error.strerror or error}") from error
        return _finish(draft, models, kind, name, licence, str(source.resolve()), "", progress)


def _agrees(model: Listed, card: Path) -> None:
    """The licence that the model's own card names has to be the one that was shown. Raises ModelError."""
    named = re.search(r"licen[cs]e:\s*(.+)", card.read_text(encoding="utf-8", errors="replace"), re.IGNORECASE)
    if named and named[1].strip().casefold() != model.licence.casefold():
        said = named[1].strip()[:100]
        discard(card.parent)
        raise ModelError(
            f'the card of {model.name} names the licence "{said}", our list "{model.licence}"; it was not fetched. '
            "Whoever may use it can pull it from a folder.",
            code="licence",
        )


def _recognised(source: Path) -> tuple[Kind, str, list[Path]]:
    if source.suffix == ".onnx" and Path(f"{source}.json").is_file():
        return "piper", source.stem, [source, Path(f"{source}.json")]
    if source.is_dir() and source.resolve() in whispers(source.resolve().parent):
        files = sorted(file for file in source.iterdir() if file.is_file() and file.name != MANIFEST)
        return "whisper", source.resolve().name.removeprefix("faster-whisper-"), files
    inside = voices(source) if source.is_dir() else []
    if len(inside) == 1:
        card = [file for file in [inside[0].parent / CARD] if file.is_file()]
        return "piper", inside[0].stem, [inside[0], Path(f"{inside[0]}.json"), *card]
    raise ModelError(
        f"{source} holds no model: a faster-whisper model is a folder with model.bin, config.json and tokenizer.json, "
        "a Piper voice is an .onnx with its .onnx.json beside it",
        code="missing",
    )


def _finish(
    draft: Path, models: Path, kind: Kind, name: str, licence: str, source: str, revision: str, progress: Progress
) -> Found:
    """Write the manifest, make sure of it all, and put the draft where models are looked for, in one step."""
    place = models / kind / name
    try:
        sums = {
            file.name: Sum(size=file.stat().st_size, sha256=sha256(file, progress))
            for file in sorted(draft.iterdir())
            if file.name != MANIFEST
        }
        manifest = Manifest(name=name, kind=kind, licence=licence, source=source, revision=revision, files=sums)
        (draft / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        for file in draft.iterdir():
            _to_disk(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        old = models / DRAFTS / f"{name}-replaced"
        discard(old)
        if place.exists() or place.is_symlink():
            place.rename(old)
        draft.rename(place)
        discard(old)
        for left in (models / DRAFTS).glob(f"{name}-*"):
            discard(left)
    except OSError as error:
        raise StorageError(f"{place} cannot be written: {error.strerror or error}") from error
    return found(models, only=(kind, name))[0]


@contextmanager
def _alone(models: Path, name: str) -> Iterator[None]:
    """One pull of a model at a time: a second one is refused. The lock ends with the process, however that ends."""
    lock = models / DRAFTS / f".{name}.lock"
    _make(lock.parent)
    try:
        file = lock.open("wb")
    except OSError as error:
        raise StorageError(f"{lock} cannot be written: {error.strerror}") from error
    with file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass  # no such lock on Windows; there one pull at a time is up to whoever pulls
        except BlockingIOError as error:
            raise ModelError(f"{name} is being pulled already, by another process", code="busy") from error
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps what is open
                lock.unlink()
    with suppress(OSError):  # other drafts lie there
        lock.parent.rmdir()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made: {error.strerror}. Set models_dir to another place.") from error


def _weight(draft: Path) -> int:
    return sum(file.stat().st_size for file in draft.iterdir())


def _room(models: Path, needed: int) -> None:
    free = shutil.disk_usage(models).free
    if free < needed + SPARE:
        raise StorageError(
            f"{models} has {free // 1_000_000:,} MB free; {(needed + SPARE) // 1_000_000:,} MB are needed. Make room, "
            "or set models_dir to another place."
        )


def _to_disk(file: Path) -> None:
    with file.open("rb+") as content:
        os.fsync(content.fileno())
