"""Reads a journal and checks that its records still are what was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import StorageError
from assistant.journal.record import GENESIS, Record, parse
from assistant.journal.texts import read_texts


@dataclass(frozen=True, slots=True)
class BadRecord:
    """The first record that does not fit, by its line in the file (from 1), and what is wrong with it."""

    line: int
    n: int | None
    reason: str

    def __str__(self) -> str:
        number = "" if self.n is None else f", record {self.n}"
        return f"line {self.line}{number}: {self.reason}"


def read(path: Path) -> Iterator[Record]:
    """All records of a journal, oldest first; it needs no lock and changes nothing.

    A line without an end, as a crash leaves it, is passed over. Raises StorageError when the file cannot be
    read or a finished line is no record.
    """
    for number, line in lines(path):
        try:
            yield parse(line)
        except ValueError as error:
            raise StorageError(
                f"{path}, line {number}: {error}. `cabin journal verify` says more.", code="bad_journal"
            ) from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The finished lines of a journal with their numbers. Raises StorageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.endswith(b"\n"):
                    yield number, raw[:-1].decode("utf-8", "replace")
    except FileNotFoundError as error:
        raise StorageError(f"there is no journal at {path}", code="no_journal") from error
    except OSError as error:
        raise StorageError(f"the journal {path} cannot be read: {error.strerror}") from error


def verify(path: Path, expect: tuple[int, str] | None = None) -> BadRecord | None:
    """The first record that was edited, removed, added or moved; None when the chain is whole.

    A chain cannot know of records cut off at its end: whoever kept a number and its hash elsewhere passes
    them as ``expect``. Raises StorageError when the file cannot be read.
    """
    prev, n, line_number = GENESIS, 0, 0
    kept: dict[int, list[str]] = {}
    for texts in read_texts(path):
        kept.setdefault(texts.n, []).append(texts.hash())
    expected_found = expect is None
    for line_number, line in lines(path):
        try:
            record = parse(line)
        except ValueError as error:
            return BadRecord(line_number, None, str(error))
        if record.n != n + 1:
            return BadRecord(line_number, record.n, f"it should be number {n + 1}: records are missing or moved")
        if record.prev != prev:
            return BadRecord(line_number, record.n, "it does not follow on the record before it")
        if not record.fits():
            return BadRecord(line_number, record.n, "its hash does not fit what it says: it was edited")
        prev, n = record.hash, record.n
        if not _words_fit(record, kept.get(record.n)):
            return BadRecord(line_number, record.n, "the words kept beside it are not those that were said")
        expected_found = expected_found or expect == (n, prev)
    if expect is not None and not expected_found:
        return BadRecord(line_number, expect[0], "the record with the expected hash is not there: the end was cut off")
    return None


def _words_fit(record: Record, hashes: list[str] | None) -> bool:
    """Words may have been erased; those that are there must be the ones that were said."""
    return hashes is None or not record.texts or record.texts in hashes
