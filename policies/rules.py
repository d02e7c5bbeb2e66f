"""The rule table: rules.yaml as a whole, shown to be sound before anything is decided by it."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policies.catalogue import Catalogue
from policies.rule import Caution, Entry, Rate, Rule, RuleError, Strict
from policies.soundness import Soundness
from policies.source import Source

HERE = Path(__file__).parent / "rules.yaml"


class Answers(Strict):
    """Who may answer a challenge, by what is at stake: the driver, or also the seat that asked."""

    attention: Annotated[frozenset[Literal["driver", "asker"]], Field(min_length=1)]
    critical: Annotated[frozenset[Literal["driver"]], Field(min_length=1)]


class Table(Strict):
    """rules.yaml."""

    version: Literal[1]
    answers: Answers
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    cautions: tuple[Caution, ...] = ()
    rates: tuple[Rate, ...] = ()


class RuleTable(Mapping[str, Entry]):
    """The rules by signal path. A path that is not in it may not be commanded."""

    def __init__(self, table: Table, entries: Mapping[str, Entry]) -> None:
        self.answers = table.answers
        self.rules = table.rules
        self.cautions = table.cautions
        self.rates = table.rates
        self._entries = dict(entries)

    @classmethod
    def load(cls, path: Path | str | None = None, catalogue: Catalogue | None = None) -> "RuleTable":
        """From ``path``, or the table that is shipped. Raises RuleError naming file, line and rule."""
        if path is None and catalogue is None:
            return _shipped()
        source = Source.read(HERE if path is None else Path(path), RuleError)
        table = source.fill(Table)
        soundness = Soundness(source, Catalogue.load() if catalogue is None else catalogue)
        return cls(table, soundness.entries(table.rules, table.cautions, table.rates))

    def __getitem__(self, path: str) -> Entry:
        return self._entries[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@cache
def _shipped() -> RuleTable:
    return RuleTable.load(HERE, Catalogue.load())


__all__ = ["RuleError", "RuleTable", "Table"]
