"""What can be meant, in no language: the things of intents.yaml, the signals they stand on, and the plain intents."""

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intents.errors import SentenceError, line_of, read_yaml
from intents.intent import Kind, SlotValue

Type = Literal["switch", "lock", "door", "opening", "number", "level", "choice", "colour", "text", "time", "reading"]

HERE = Path(__file__).parent

SEATS: dict[str, frozenset[str]] = {
    "driver": frozenset({"driver"}),
    "passenger": frozenset({"passenger"}),
    "rear_left": frozenset({"rear_left"}),
    "rear_right": frozenset({"rear_right"}),
    "front": frozenset({"driver", "passenger"}),
    "rear": frozenset({"rear_left", "rear_right"}),
    "left": frozenset({"driver", "rear_left"}),
    "right": frozenset({"passenger", "rear_right"}),
    "all": frozenset({"driver", "passenger", "rear_left", "rear_right"}),
}
"""Every place as the seats it covers; the driver sits on the left."""


class Thing(BaseModel):
    """One thing people name, its type, its signals by place, and what stands in for words that do not fit its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Type
    signal: str = ""
    signals: dict[str, str] = {}
    at: tuple[str, ...] = ()
    place: str = "all"
    plural: str | None = None
    unit: str | None = None
    small: float = 1
    step: float = 1
    big: float = 2
    levels: int | None = Field(None, ge=2, le=20)
    on: SlotValue | None = None
    off: SlotValue | None = None
    open: SlotValue | None = None
    sign: Literal[1, -1] = 1
    inverse: bool = False
    order: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    also: dict[str, SlotValue] = {}
    relative: str | None = None
    number: str | None = None
    colour: str | None = None
    bare: str | None = None
    lock: str | None = None
    together: tuple[str, ...] = ()
    heat: str | None = None
    cool: str | None = None
    level: str | None = None
    timer: str | None = None
    deadline: str | None = None
    elsewhere: str | None = None


class PlainIntent(BaseModel):
    """An intent that is no act on a thing: ``asks`` maps signals to values, ``reads`` names things or groups.

    ``thing`` is what "it" means after such a request.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    asks: dict[str, SlotValue] = {}
    thing: str | None = None
    reads: tuple[str, ...] = ()


class Things(BaseModel):
    """All of intents.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: dict[str, dict[str, str]]
    things: dict[str, Thing]
    groups: dict[str, tuple[str, ...]] = {}
    intents: dict[str, PlainIntent] = {}

    @staticmethod
    @cache
    def load(path: Annotated[Path, "intents.yaml"] = HERE / "intents.yaml") -> "Things":
        """Raises SentenceError naming file, line and key."""
        data = read_yaml(path)
        try:
            things = Things.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            keys = tuple(first["loc"])
            where = ".".join(str(key) for key in keys)
            raise SentenceError(f"{path}, line {line_of(path, keys)}: {where}: {first['msg']}") from error
        things.check(path)
        return things

    def check(self, path: Path) -> None:
        """Names in one thing must be things. Raises SentenceError."""
        for name, thing in self.things.items():
            for key in (
                "relative",
                "number",
                "colour",
                "bare",
                "lock",
                "heat",
                "cool",
                "level",
                "timer",
                "deadline",
                "elsewhere",
            ):
                other = getattr(thing, key)
                if other is not None and other not in self.things:
                    line = line_of(path, ("things", name, key))
                    raise SentenceError(f"{path}, line {line}: things.{name}.{key}: there is no thing {other!r}")
            if not thing.signal and not thing.signals:
                line = line_of(path, ("things", name))
                raise SentenceError(f"{path}, line {line}: things.{name}: give `signal` or `signals`")

    @cached_property
    def members(self) -> dict[str, dict[str, str]]:
        """Thing name -> place -> signal; a thing with one signal has it at the place "" alone."""
        return {name: self._members(thing) for name, thing in self.things.items()}

    def _members(self, thing: Thing) -> dict[str, str]:
        if thing.signals:
            return dict(thing.signals)
        key = thing.signal.partition("{")[2].partition("}")[0]
        if not key:
            return {"": thing.signal}
        places = thing.at or tuple(self.paths[key])
        return {place: thing.signal.replace(f"{{{key}}}", self.paths[key][place]) for place in places}

    @cached_property
    def owner(self) -> dict[str, tuple[str, str]]:
        """Signal -> (thing, place): whose signal it is, the first thing named when several share it."""
        owners: dict[str, tuple[str, str]] = {}
        for name, members in self.members.items():
            for place, signal in members.items():
                owners.setdefault(signal, (name, place))
        return owners

    def also(self, name: str, place: str) -> dict[str, SlotValue]:
        """The signals that go with an act on ``name`` at ``place``, with their values."""
        filled = {}
        for pattern, value in self.things[name].also.items():
            key = pattern.partition("{")[2].partition("}")[0]
            filled[pattern.replace(f"{{{key}}}", self.paths[key][place]) if key else pattern] = value
        return filled

    @cached_property
    def signals(self) -> frozenset[str]:
        """Every signal named, for the check against the catalogue."""
        found = set(self.owner)
        for intent in self.intents.values():
            found.update(intent.asks)
        for name, members in self.members.items():
            for place in members:
                found.update(self.also(name, place))
        return frozenset(found)
