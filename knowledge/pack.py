"""A pack: one car's manual in a folder, with its manifest and the lists that stand beside the text."""

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from knowledge.errors import PackError

BUILT_IN = Path(__file__).parent / "packs"

QUERIES = "queries.yaml"

NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Shape = TypeVar("Shape")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Vins(_Strict):
    """Cars by their identification numbers (VIN, ISO 3779): ``starts`` is a regular expression for the first
    characters, the maker's (WMI) and the model's (VDS); ``variant`` is one of the pack's own.
    """

    starts: Text
    variant: str = ""

    @field_validator("starts")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value


class Manifest(_Strict):
    """`pack.yaml`: what this manual is, and which cars it belongs to."""

    name: Annotated[str, StringConstraints(pattern=NAME)]
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
    vins: tuple[Vins, ...] = ()

    @model_validator(mode="after")
    def _variants_are_its_own(self) -> "Manifest":
        unknown = [entry.variant for entry in self.vins if entry.variant and entry.variant not in self.variants]
        if unknown:
            raise ValueError(f"vins: {unknown[0]} is none of its variants")
        return self

    def fits(self, vin: str) -> str | None:
        """The variant of the car with this VIN, "" where it does not tell; None when the manual is not its own."""
        number = re.sub(r"[\s-]", "", vin).upper()
        return next((entry.variant for entry in self.vins if re.match(entry.starts, number)), None)


class Feature(_Strict):
    """Something a car has, and the words that drivers use for it. ``variants`` empty: all of them."""

    name: Text
    variants: tuple[Text, ...] = ()
    section: str = ""
    words: tuple[Text, ...] = ()


class Lack(_Strict):
    """Something a driver may ask for that this car does not have, and what it has ``instead``."""

    name: Text
    variants: tuple[Text, ...] = ()
    words: tuple[Text, ...]
    instead: str = ""


class Equipment(_Strict):
    """`equipment.yaml`: what this car has and, just as important, what it lacks."""

    has: tuple[Feature, ...] = ()
    lacks: tuple[Lack, ...] = ()


class Telltale(_Strict):
    """One lamp or message of `telltales.yaml`.

    ``lit_when`` says which value of ``signal`` lights it: "is true", "is LOW", "above 118", "below 10"; a ``*`` in the
    signal stands for every wheel or door.
    ``drive_on`` says whether one may drive on, ``do`` what to do.
    """

    name: Text
    kind: Literal["telltale", "message"] = "telltale"
    symbol: tuple[Text, ...] = ()
    colour: Literal["red", "amber", "green", "blue", "white"]
    meaning: Text
    drive_on: Literal["no", "with care", "yes"]
    do: Text
    section: Text
    signal: str = ""
    lit_when: Annotated[str, StringConstraints(pattern=r"^$|^is \S+$|^(above|below) -?\d+(\.\d+)?$")] = ""
    codes: tuple[Text, ...] = ()
    variants: tuple[Text, ...] = ()


class Bound(_Strict):
    """One reading of `live.yaml`: what it should be, in ``unit``, and the section that explains it."""

    signal: Text
    name: Text
    unit: Text
    section: Text
    recommended: float | None = None
    low: float | None = None
    critical_low: float | None = None
    high: float | None = None
    critical_high: float | None = None
    variants: tuple[Text, ...] = ()


class Safety(_Strict):
    """One entry of `safety.yaml`: what is said at once when a driver's words hold one of ``triggers`` and none of
    ``unless``.
    """

    topic: Text
    triggers: tuple[Text, ...] = Field(min_length=1)
    unless: tuple[Text, ...] = ()
    spoken: tuple[Text, ...] = Field(min_length=1, max_length=2)
    section: Text


class Lists(_Strict):
    """What stands beside the text of a manual."""

    equipment: Equipment = Equipment()
    telltales: tuple[Telltale, ...] = ()
    live: tuple[Bound, ...] = ()
    safety: tuple[Safety, ...] = ()


class Pack(_Strict):
    """A pack as read from disk. ``chapters`` are file names and texts in reading order; ``queries`` are what drivers
    may say when they look for a section, by its title.
    """

    folder: Path
    manifest: Manifest
    chapters: tuple[tuple[str, str], ...]
    lists: Lists
    queries: dict[str, tuple[Text, ...]] = Field(default_factory=dict)

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
        lists=Lists(
            equipment=_load(folder / "equipment.yaml", Equipment, Equipment()),
            telltales=_load(folder / "telltales.yaml", tuple[Telltale, ...], ()),
            live=_load(folder / "live.yaml", tuple[Bound, ...], ()),
            safety=_load(folder / "safety.yaml", tuple[Safety, ...], ()),
        ),
        queries=_load(folder / QUERIES, dict[str, tuple[Text, ...]], {}),
    )


def installed(*folders: Path) -> list[Path]:
    """The built-in packs, then those in ``folders``: each a pack itself, or a folder of packs. One name, one pack."""
    found: dict[str, Path] = {}
    for folder in (BUILT_IN, *folders):
        for path in [folder / "pack.yaml"] if (folder / "pack.yaml").is_file() else sorted(folder.glob("*/pack.yaml")):
            found.setdefault(path.parent.name, path.parent)
    return list(found.values())


def fingerprint(folders: Sequence[Path]) -> str:
    """A hash of every file of these packs, by name and content, wherever the folders lie."""
    digest = sha256()
    for folder in sorted(folders, key=lambda f: f.name):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".md", ".yaml")):
            content = path.read_bytes()
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def load_yaml(path: Path, shape: type[Shape]) -> Shape:
    """A YAML file as ``shape``. Raises PackError naming file, line and key."""
    return _load(path, shape)


def _load(path: Path, shape: type[Shape], absent: Shape | None = None) -> Shape:
    if absent is not None and not path.exists():
        return absent
    text = _text(path)
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # both are safe
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise PackError(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None
    try:
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(str(part) for part in first["loc"])
        raise PackError(f"{path}:{_line(text, first['loc'])}: {keys or 'file'}: {first['msg']}") from None


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
