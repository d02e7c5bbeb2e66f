"""The journal as it is written: every record on disk before the call returns, none lost by a crash."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from assistant.errors import StorageError
from assistant.journal import texts
from assistant.journal.chain import BadRecord, read, verify
from assistant.journal.record import GENESIS, Record, chained, parse

DAY_S = 86_400.0
TAIL = 64 * 1024  # bytes first read back to find the last record; more when it is longer

_sync = getattr(os, "fdatasync", os.fsync)


class Journal:
    """Append-only JSON lines, chained by SHA-256, safe against a kill at any instant and against a second
    writer.

    A record is finished when ``append`` has returned: it then is on the disk. What a crash left of an
    unfinished one is set aside in a file of its own when the journal is next opened. Several processes may
    append; each sees the others' records first, under a lock of the file system.
    """

    def __init__(self, path: Path, wall_clock: Callable[[], float], keep: bool, erase_days: float | None) -> None:
        self.path = path
        self._wall_clock, self._keep, self._erase_days = wall_clock, keep, erase_days
        self._lock = RLock()
        self._size = -1
        self._n, self._head = 0, GENESIS
        self._erase_at = 0.0

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        wall_clock: Callable[[], float] = time.time,
        keep_transcripts: bool = True,
        erase_transcripts_after_days: float | None = None,
    ) -> "Journal":
        """The journal at ``path``, made when there is none. ``wall_clock`` gives seconds since 1970, for
        dates.

        Without ``keep_transcripts``, what was said never reaches the disk; with
        ``erase_transcripts_after_days`` it is erased after that time, here and then daily. Raises
        StorageError when the folder cannot be written.
        """
        journal = cls(Path(path), wall_clock, keep_transcripts, erase_transcripts_after_days)
        with journal._writing():
            pass
        journal._erase_when_due()
        return journal

    def append(self, kind: str, **fields: Any) -> int:
        """Write one record and sync it; returns its number. Raises StorageError, and then nothing was
        written."""
        return self._write([(kind, fields)])

    def append_many(self, records: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Write several records (kind, fields) with one sync. Raises StorageError, and then none was
        written."""
        if records:
            self._write(records)

    def verify(self, expect: tuple[int, str] | None = None) -> BadRecord | None:
        """The first bad record, None when the chain is whole. ``expect`` is a (number, hash) kept
        elsewhere."""
        return verify(self.path, expect)

    def head(self) -> tuple[int, str]:
        """Number and hash of the last record: kept elsewhere, they show later that nothing was cut off."""
        with self._writing():
            return self._n, self._head

    def records(self) -> Iterator[Record]:
        """All records, oldest first."""
        return read(self.path)

    def unfinished(self) -> list[Record]:
        """Permits without an outcome: the car may or may not have acted when the cabin went down. None is
        redone."""
        permits: dict[str, Record] = {}
        for record in self.records():
            if record.kind == "permit":
                permits[str(record.fields.get("permit"))] = record
            elif record.kind == "outcome":
                permits.pop(str(record.fields.get("permit")), None)
        return list(permits.values())

    def erase_transcripts(self, older_than_days: float) -> int:
        """Erase what was said more than that many days ago; returns in how many records. The chain still
        verifies, and the erasure itself is recorded."""
        with self._writing():
            erased = texts.erase(self.path, older_than_days, self._wall_clock())
        if erased:
            self.append("erasure", records=erased, older_than_days=older_than_days)
        return erased

    # --- writing ------------------------------------------------------------------------------------

    def _write(self, records: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
        self._erase_when_due()
        with self._writing() as file:
            n, prev, moment = self._n, self._head, self._wall_clock()
            lines, words = [], []
            for kind, fields in records:
                n += 1
                said = {name: str(fields[name]) for name in texts.FIELDS if fields.get(name)}
                rest = {name: value for name, value in fields.items() if name not in texts.FIELDS}
                record, kept = chained(n, moment, kind, rest, "", prev), None
                if said and self._keep:
                    kept = texts.Texts.of(n, record.at, said)
                    record = chained(n, moment, kind, rest, kept.hash(), prev)
                    words.append(kept.line())
                lines.append(record.line())
                prev = record.hash
            if words:
                with _open(texts.beside(self.path)) as beside:
                    _end_line(beside)
                    _append(beside, words)
            _append(file, lines)
            self._n, self._head, self._size = n, prev, os.fstat(file).st_size
            return n

    @contextmanager
    def _writing(self) -> Iterator[int]:
        """The open file, locked, with its end known and whole. OSErrors become StorageErrors here."""
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                fresh = not self.path.exists()
                with _open(self.path) as file:
                    if fresh:
                        _sync_folder(self.path.parent)
                    if os.fstat(file).st_size != self._size:
                        self._find_end(file)
                    yield file
            except OSError as error:
                blocked = isinstance(error, FileExistsError | NotADirectoryError)
                why = f"{self.path.parent} is not a folder" if blocked else error.strerror or str(error)
                raise StorageError(
                    f"the journal {self.path} cannot be written: {why}. "
                    "Free space or name another data folder; until then nothing that needs a record is done."
                ) from error

    def _find_end(self, file: int) -> None:
        """Learn the last record, after setting aside what a crash left behind it."""
        size = os.fstat(file).st_size
        tail, end = b"", 0
        for length in _lengths(size):
            tail = _read_end(file, size, length)
            end = tail.rfind(b"\n") + 1
            if length >= size or tail.count(b"\n") > 2:
                break
        torn, last = tail[end:], _last_line(tail[:end])
        if last and not torn and not _is_json(last):  # an end that was never synced can read as zeros
            torn, last = last + b"\n", _last_line(tail[: end - len(last) - 1])
        if torn:
            with _open(self.path.with_name(f"{self.path.stem}.torn{self.path.suffix}")) as aside:
                _append(aside, [torn.decode("utf-8", "backslashreplace").rstrip("\n")])
            os.ftruncate(file, size - len(torn))
            _sync(file)
        self._size = size - len(torn)
        self._n, self._head = (0, GENESIS) if not last else _number_and_hash(last, self.path)
        if torn:
            record = chained(self._n + 1, self._wall_clock(), "torn", {"bytes": len(torn)}, "", self._head)
            _append(file, [record.line()])
            self._n, self._head, self._size = record.n, record.hash, os.fstat(file).st_size

    def _erase_when_due(self) -> None:
        if self._erase_days is not None and self._wall_clock() >= self._erase_at:
            self._erase_at = self._wall_clock() + DAY_S
            self.erase_transcripts(self._erase_days)


def _append(file: int, lines: Sequence[str]) -> None:
    """All lines and a sync, or none of them: a disk that fills up half way is cut back to where it was."""
    data = "".join(f"{line}\n" for line in lines).encode()
    before = os.fstat(file).st_size
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        _sync(file)
    except OSError:
        os.ftruncate(file, before)
        raise


def _end_line(file: int) -> None:
    """Begin on a line of our own, where a crash left half a one."""
    size = os.fstat(file).st_size
    if size and _read_end(file, size, 1) != b"\n":
        os.write(file, b"\n")


@contextmanager
def _open(path: Path) -> Iterator[int]:
    """A file descriptor for appending, locked against other processes, for the owner alone."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        _lock_file(file)
        yield file
    finally:
        os.close(file)  # which also unlocks


def _lock_file(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # no such lock on Windows; there one cabin at a time writes
        return
    fcntl.flock(file, fcntl.LOCK_EX)


def _lengths(size: int) -> Iterator[int]:
    length = TAIL
    while length < size:
        yield length
        length *= 8
    yield size


def _read_end(file: int, size: int, length: int) -> bytes:
    os.lseek(file, max(0, size - length), os.SEEK_SET)
    data = b""
    while len(data) < min(size, length):
        more = os.read(file, length - len(data))
        if not more:
            break
        data += more
    return data


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # not every system opens folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_line(data: bytes) -> bytes:
    return data.rstrip(b"\n").rpartition(b"\n")[2]


def _is_json(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def _number_and_hash(line: bytes, path: Path) -> tuple[int, str]:
    try:
        record = parse(line.decode("utf-8", "replace"))
    except ValueError as error:
        raise StorageError(
            f"the last record of the journal {path} is no record: {error}. "
            "Move the file away and keep it: somebody edited it.",
            code="bad_journal",
        ) from error
    return record.n, record.hash
