"""What was said, kept beside the journal so that it can be erased while the chain of records still
verifies."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.errors import StorageError
from assistant.journal.record import canonical

FIELDS = ("heard", "reply", "transcript")
"""Fields of a record that hold somebody's words."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one record. The salt goes with them: without it, nobody can try sentences against the
    hash."""

    n: int
    at: str
    salt: str
    words: Mapping[str, str]

    @classmethod
    def of(cls, n: int, at: str, words: Mapping[str, str]) -> "Texts":
        return cls(n, at, secrets.token_hex(16), words)

    def hash(self) -> str:
        """What the chain keeps of it."""
        return hashlib.sha256(f"{self.salt}{canonical(dict(self.words))}".encode()).hexdigest()

    def line(self) -> str:
        return canonical({"n": self.n, "at": self.at, "salt": self.salt, "words": dict(self.words)})


def beside(journal: Path) -> Path:
    """Where the words of the journal at ``journal`` lie."""
    return journal.with_name(f"{journal.stem}.texts{journal.suffix}")


def read_texts(journal: Path) -> Iterator[Texts]:
    """All words that are still kept. A line that a crash cut short is passed over."""
    try:
        with beside(journal).open("rb") as file:
            for raw in file:
                try:
                    found = json.loads(raw)
                    yield Texts(found["n"], found["at"], found["salt"], found["words"])
                except (ValueError, KeyError, TypeError):
                    continue
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{beside(journal)} cannot be read: {error.strerror}") from error


def erase(journal: Path, older_than_days: float, now: float) -> int:
    """Erase the words of records older than that; returns of how many. ``now`` is in seconds since 1970.

    The file is written anew and put in place of the old one, so that a crash leaves one or the other.
    Whoever calls this holds the journal's lock.
    """
    limit = datetime.fromtimestamp(now, UTC) - timedelta(days=older_than_days)
    kept, erased = [], 0
    for texts in read_texts(journal):
        if datetime.fromisoformat(texts.at) < limit:
            erased += 1
        else:
            kept.append(texts.line() + "\n")
    if not erased:
        return 0
    place = beside(journal)
    new = place.with_suffix(".new")
    with new.open("w", encoding="ascii") as file:
        file.writelines(kept)
        file.flush()
        os.fsync(file.fileno())
    new.replace(place)
    return erased


def words_of(journal: Path) -> dict[tuple[int, str], Mapping[str, str]]:
    """All words that are still kept, by number and hash of their record."""
    return {(texts.n, texts.hash()): texts.words for texts in read_texts(journal)}
