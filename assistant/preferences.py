"""What the driver likes: typed entries from plain words, kept in a YAML file that the owner may edit."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from assistant.data_file import read
from assistant.errors import SettingsError, StorageError
from intents.preferences import Preference, parse

KEPT = 100
"""Entries that are kept; the oldest go first."""

HEAD = "# What the driver likes, as `cabin preferences` lists it. Edit or delete entries as you like.\n"


class _Kept(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    preferences: Annotated[tuple[Preference, ...], Field(max_length=KEPT)] = ()


class Preferences:
    """The entries, oldest first. Without a ``file`` they live as long as the cabin."""

    def __init__(self, file: Path | None = None) -> None:
        """Raises SettingsError naming file, line and key where the file is broken."""
        self.file = file
        self.entries: tuple[Preference, ...] = ()
        if file is not None and file.is_file():
            self.entries = read(file, _Kept, SettingsError).preferences

    def add(self, text: str) -> tuple[Preference, ...]:
        """Keep what ``text`` says; returns the entries, none when it says nothing that we know.

        An entry that says the same replaces the older one. Raises StorageError when it cannot be kept, and then it is
        not.
        """
        found = parse(text)
        if found:
            said = [_meaning(each) for each in found]
            self._keep((*(each for each in self.entries if _meaning(each) not in said), *found)[-KEPT:])
        return found

    def forget(self, which: Callable[[Preference], bool] = lambda each: True) -> int:
        """Erase the entries that ``which`` names, by default all; returns how many. Raises StorageError."""
        left = tuple(each for each in self.entries if not which(each))
        gone = len(self.entries) - len(left)
        if gone:
            self._keep(left)
        return gone

    def _keep(self, entries: tuple[Preference, ...]) -> None:
        if self.file is not None:
            rows = [{name: value for name, value in asdict(each).items() if value is not None} for each in entries]
            text = HEAD + yaml.safe_dump({"preferences": rows}, allow_unicode=True, sort_keys=False)
            fresh = self.file.with_suffix(".new")
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                fresh.write_text(text, encoding="utf-8")
                fresh.replace(self.file)
            except OSError as error:
                raise StorageError(
                    f"{self.file}: cannot be written: {error.strerror}. Free space or name another data folder."
                ) from error
        self.entries = entries


def about(thing: str) -> Callable[[Preference], bool]:
    """The entries about ``thing``, named by a word ("temperature") or by a sentence about it."""
    named = {each.thing for each in parse(thing)} | {thing.strip().removeprefix("the ").replace(" ", "_")}
    return lambda each: each.thing in named


def _meaning(entry: Preference) -> tuple[object, ...]:
    return entry.thing, entry.value, entry.how, entry.unit, entry.when
