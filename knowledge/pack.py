"""A pack: one car's manual in a folder, with its manifest and the lists that stand beside the text."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from knowledge.errors import PackError

BUILT_IN = Path(__file__).parent / "packs"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Manifest(_Strict):
    """`pack.yaml`: what this manual is, and which cars it belongs to."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    title: Text
    brand: Text
    model: Text
    year: int
    variants: tuple[Text, ...] = ()
    variant_names: dict[str, Text] = Field(default_factory=dict)
    default_variant: str = ""
    edition: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    licence: Text
    units: dict[str, Text] = Field(default_factory=dict)


class Feature(_Strict):
    """Something a car may have, and the words that people use for it."""

    name: Text
    words: tuple[Text, ...] = ()
    instead: str = ""


class Equipment(_Strict):
    """`equipment.yaml`: what this car has and, just as important, what it lacks."""

    has: tuple[Feature, ...] = ()
    lacks: tuple[Feature, ...] = ()


class Telltale(_Strict):
    """One lamp or message: ``drive`` says whether one may drive on."""

    name: Text
    colour: Literal["red", "amber", "yellow", "green", "blue", "white"]
    meaning: Text
    drive: Text
    action: Text
    words: tuple[Text, ...] = ()
    codes: tuple[Text, ...] = ()
    section: str = ""


class Telltales(_Strict):
    """`telltales.yaml`."""

    telltales: tuple[Telltale, ...] = ()


class Pack(_Strict):
    """A pack as read from disk. ``chapters`` are file names and texts in reading order."""

    folder: Path
    manifest: Manifest
    chapters: tuple[tuple[str, str], ...]
    equipment: Equipment = Equipment()
    telltales: tuple[Telltale, ...] = ()
    live: dict[str, object] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.manifest.name


def read(folder: Path) -> Pack:
    """The pack in ``folder``. Raises PackError naming the file, line and key that are wrong."""
    if not folder.is_dir():
        raise PackError(f"{folder}: no such pack folder")
    chapters = sorted((folder / "manual").glob("*.md"))
    if not chapters:
        raise PackError(f"{folder / 'manual'}: no chapter (*.md) in it")
    return Pack(
        folder=folder,
        manifest=_load(folder / "pack.yaml", Manifest),
        chapters=tuple((path.name, _text(path)) for path in chapters),
        equipment=_load(folder / "equipment.yaml", Equipment, optional=True),
        telltales=_load(folder / "telltales.yaml", Telltales, optional=True).telltales,
        live=_mapping(folder / "live.yaml") if (folder / "live.yaml").exists() else {},
    )


def installed(*folders: Path) -> list[Path]:
    """The packs in ``folders`` (by default the built-in ones), by name."""
    return sorted(path.parent for folder in folders or (BUILT_IN,) for path in folder.glob("*/pack.yaml"))


def fingerprint(folders: Sequence[Path]) -> str:
    """A hash of every file of these packs, by name and content, wherever the folders lie."""
    digest = sha256()
    for folder in sorted(folders, key=lambda f: f.name):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".md", ".yaml")):
            content = path.read_bytes()
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def load_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as ``model``. Raises PackError naming file, line and key."""
    return _load(path, model)


def _load(path: Path, model: type[Model], *, optional: bool = False) -> Model:
    if optional and not path.exists():
        return model()
    data = _mapping(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"]]
        line = _line(_text(path), first["loc"])
        raise PackError(f"{path}:{line}: {'.'.join(keys) or 'file'}: {first['msg']}") from None


def _mapping(path: Path) -> dict[str, object]:
    text = _text(path)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise PackError(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(data, dict):
        raise PackError(f"{path}:1: must hold keys and values")
    return data


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PackError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: cannot be read: {error}") from None


def _line(text: str, location: Sequence[int | str]) -> int:
    """The line (from 1) of the deepest part of ``location`` that the YAML text has."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
