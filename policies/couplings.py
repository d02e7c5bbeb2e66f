"""What one change brings with it (defrost: fan, air, air conditioning). Data in couplings.yaml."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policies.catalogue import Catalogue, Signal
from policies.command import Command, Value
from policies.rule import Id, Plain, RuleError, Strict, Words, named
from policies.source import Source
from policies.state import VehicleState

HERE = Path(__file__).parent / "couplings.yaml"


class Contradiction(ValueError):  # noqa: N818 - a contradiction in what was asked, not a fault of ours
    """What was asked for contradicts itself or what it brings. ``rule`` is the coupling's id."""

    def __init__(self, rule: str, because: str) -> None:
        super().__init__(because)
        self.rule = rule


class Trigger(Strict):
    """The change that brings something: to a value (``is``) or away from one (``not``)."""

    signal: str
    equals: Annotated[Plain | None, Field(alias="is")] = None
    other_than: Annotated[Plain | None, Field(alias="not")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.equals is None) == (self.other_than is None):
            raise ValueError("give one of: is, not")
        return self

    def fires(self, value: Value) -> bool:
        """Does setting the signal to ``value`` bring it."""
        return value != self.other_than if self.equals is None else value == self.equals


class Brought(Strict):
    """What must hold once the trigger has fired."""

    signals: Words
    fixed: Annotated[Plain | None, Field(alias="set")] = None
    if_above: float | None = None
    at_least: float | None = None
    including: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.fixed, self.at_least, self.including].count(None) != 2:
            raise ValueError("give one of: set, at_least, including")
        if self.if_above is not None and self.fixed is None:
            raise ValueError("if_above goes with set")
        return self

    def needed(self, value: object, signal: Signal) -> Value | None:
        """What ``value`` (None: unknown) must become; None when it may stay."""
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if self.fixed is not None:
            spared = number is not None and self.if_above is not None and number <= self.if_above
            return None if spared or value == self.fixed else signal.check(self.fixed)
        if self.at_least is not None:
            return None if number is not None and number >= self.at_least else signal.check(self.at_least)
        return self._joined(value, signal)

    def _joined(self, value: object, signal: Signal) -> Value | None:
        parts = {str(self.including), *(value.split("_") if isinstance(value, str) else ())}
        wanted = [one for one in signal.allowed if set(one.split("_")) == parts]
        return None if value in wanted else signal.check(wanted[0] if wanted else self.including)


class Coupling(Strict):
    """One thing that a change brings."""

    id: Id
    when: Trigger
    brings: Brought
    yields: bool = False
    because: Annotated[str, Field(min_length=1)]


class _Table(Strict):
    """couplings.yaml."""

    version: Literal[1]
    couplings: tuple[Coupling, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A coupling with one of the signals that it brings."""

    coupling: Coupling
    signal: Signal


class Couplings:
    """All couplings, by the signal that fires them."""

    def __init__(self, links: Iterable[_Link]) -> None:
        self._links: dict[str, list[_Link]] = {}
        for link in links:
            self._links.setdefault(link.coupling.when.signal, []).append(link)

    @classmethod
    def load(cls, path: Path | str | None = None, catalogue: Catalogue | None = None) -> "Couplings":
        """From ``path``, or those that are shipped. Raises RuleError naming file, line and coupling."""
        if path is None and catalogue is None:
            return _shipped()
        source = Source.read(HERE if path is None else Path(path), RuleError)
        return cls(_linked(source, Catalogue.load() if catalogue is None else catalogue))

    def complete(self, commands: Iterable[Command], state: VehicleState) -> tuple[Command, ...]:
        """``commands`` and all that they bring, each signal once, what was asked first.

        Completing what is complete adds nothing. Raises Contradiction when two commands, or a command and
        what another brings, cannot both be.
        """
        whole: dict[str, Value] = {}
        for command in commands:
            if whole.setdefault(command.signal, command.value) != command.value:
                raise Contradiction("gate.contradiction", "You asked for two things that cannot both be.")
        asked = frozenset(whole)
        waiting = list(whole.items())
        while waiting:
            path, value = waiting.pop(0)
            for link in self._links.get(path, ()):
                added = _add(link, value, whole, asked, state)
                if added is not None:
                    whole[link.signal.path] = added
                    waiting.append((link.signal.path, added))
        return tuple(Command(path, value) for path, value in whole.items())

    def of(self, commands: Iterable[Command]) -> Iterator[str]:
        """The ids of the couplings that ``commands`` fire."""
        for command in commands:
            seen = dict.fromkeys(
                link.coupling.id
                for link in self._links.get(command.signal, ())
                if link.coupling.when.fires(command.value)
            )
            yield from seen


def complete(commands: Iterable[Command], state: VehicleState) -> tuple[Command, ...]:
    """``commands`` and all that they bring by the shipped couplings. Raises Contradiction."""
    return Couplings.load().complete(commands, state)


def _add(
    link: _Link, value: Value, whole: dict[str, Value], asked: frozenset[str], state: VehicleState
) -> Value | None:
    """The value that ``link`` demands of its signal now, None when nothing is to be done."""
    coupling, path = link.coupling, link.signal.path
    if not coupling.when.fires(value):
        return None
    needed = coupling.brings.needed(whole.get(path, state.get(path)), link.signal)
    settled = path in asked or (path in whole and coupling.brings.fixed is not None)
    if needed is None or not settled:
        return needed
    if coupling.yields:
        return None
    raise Contradiction(coupling.id, coupling.because)


@cache
def _shipped() -> Couplings:
    return Couplings.load(HERE)


def _linked(source: Source, catalogue: Catalogue) -> Iterator[_Link]:
    seen: set[str] = set()
    for index, coupling in enumerate(source.fill(_Table).couplings):
        where = ("couplings", index)
        what = f"rule '{coupling.id}'"
        if coupling.id in seen:
            raise source.wrong((*where, "id"), what, "its id is there twice")
        seen.add(coupling.id)
        try:
            (trigger,) = named(coupling.when.signal, catalogue)
            trigger.check(coupling.when.other_than if coupling.when.equals is None else coupling.when.equals)
        except ValueError as cause:
            raise source.wrong((*where, "when"), what, str(cause)) from None
        try:
            for pattern in coupling.brings.signals:
                for signal in named(pattern, catalogue):
                    coupling.brings.needed(None, signal)
                    yield _Link(coupling, signal)
        except ValueError as cause:
            raise source.wrong((*where, "brings"), what, str(cause)) from None
