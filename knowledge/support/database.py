"""What the desk keeps on disk: keys, questions, feedback and looks, in one SQLite file that survives a kill."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError

FILE = "support.db"

BUSY_S = 10.0
"""How long one worker waits for another's write."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, digest BLOB NOT NULL,
  made_at REAL NOT NULL, ends_at REAL, revoked_at REAL);
CREATE TABLE IF NOT EXISTS visits (
  digest BLOB PRIMARY KEY, key TEXT NOT NULL, ends_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS questions (
  id TEXT PRIMARY KEY, at REAL NOT NULL, pack TEXT NOT NULL, text TEXT NOT NULL, outcome TEXT NOT NULL,
  reason TEXT NOT NULL, section TEXT NOT NULL, vector BLOB);
CREATE INDEX IF NOT EXISTS questions_by_time ON questions (at);
CREATE TABLE IF NOT EXISTS feedback (
  id INTEGER PRIMARY KEY, question TEXT NOT NULL, at REAL NOT NULL, helpful INTEGER NOT NULL,
  right_section TEXT NOT NULL, by TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS feedback_by_question ON feedback (question);
CREATE TABLE IF NOT EXISTS looks (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, case_mark TEXT NOT NULL, by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS misses (at REAL NOT NULL, by TEXT NOT NULL);
"""


class Database:
    """One file shared by all workers. Safe to share between threads; every write is whole or not there."""

    def __init__(self, path: Path) -> None:
        """Raises KnowledgeError when the file cannot be opened."""
        self.path = path
        self._writing, self._reading = threading.Lock(), threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
            self._pen = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
            self._pen.execute("PRAGMA journal_mode=WAL")
            self._pen.execute("PRAGMA secure_delete=ON")
            self._pen.executescript(SCHEMA)
            # a link of its own for reading: who asks never waits for a write to reach the disk
            self._eyes = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise KnowledgeError(f"{path}: the desk's records cannot be opened: {error}") from None

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._reading, _named(self.path):
            return self._eyes.execute(query, values).fetchall()

    def write(self, query: str, values: Sequence[Any] = (), *, durable: bool = True) -> int:
        """Carry out one change; returns the rows that changed.

        A killed process loses nothing either way. ``durable`` also waits for the disk, so that a power cut
        loses nothing.
        """
        with self._writing, _named(self.path):
            self._pen.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            return self._pen.execute(query, values).rowcount

    def close(self) -> None:
        with self._writing, self._reading:
            self._pen.close()
            self._eyes.close()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise KnowledgeError(f"{path}: the desk's records cannot be used: {error}") from None
