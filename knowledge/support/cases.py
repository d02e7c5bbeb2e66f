"""Cases: a driver's snapshot under a six-digit code, encrypted on disk, gone at the end, every look noted."""

import hmac
import os
import re
import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from knowledge.errors import KnowledgeError
from knowledge.support.database import Database
from knowledge.support.problems import Problem, too_many
from knowledge.support.snapshot import Snapshot

LASTS_S = 900.0
"""How long a code works: 15 minutes."""

GUESSES, GUESSES_ALL = 10, 50
"""Wrong codes within LASTS_S that one key, and all keys together, may try. Fifty of a million codes, with ten cases
open, hit one in two thousand times; then nobody gets in until the time is over."""

_CODE = re.compile(r"^[0-9]{6}$")
_END = struct.Struct(">d")
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw a case: which key, and when (seconds since 1970)."""

    number: int
    at: float
    case_mark: str
    by: str


class Cases:
    """The open cases of a desk, in a folder that the cabin writes and the desk reads.

    A case's key comes from its code and from a secret beside the folder, so neither a copied case nor a guessed code
    is enough by itself.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        now: Callable[[], float] = time.time,
        on_look: Callable[[Look], None] | None = None,
    ) -> None:
        """Raises KnowledgeError when the folder cannot be used."""
        self._folder, self._db, self.now = folder, database, now
        self._on_look = on_look or (lambda look: None)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._secret = _secret(folder / "secret")
        except OSError as error:
            raise KnowledgeError(f"{folder}: shared cases cannot be kept here: {error}") from None

    # --- the driver's side ------------------------------------------------------------------------------

    def open(self, snapshot: Snapshot) -> str:
        """Share ``snapshot`` for LASTS_S; returns the six-digit code that opens it."""
        self.sweep()
        while True:
            code = f"{secrets.randbelow(1_000_000):06d}"
            if not self._path(code).exists():
                break
        self._write(code, snapshot, self.now() + LASTS_S)
        return code

    def renew(self, code: str, snapshot: Snapshot) -> bool:
        """Replace what is shared under ``code`` by the car as it is now; the end stays. False when it is over."""
        ends = self._ends(self._path(code))
        if ends is None or ends <= self.now():
            return False
        self._write(code, snapshot, ends)
        return True

    def close(self, code: str) -> None:
        """End a case and erase it."""
        _erase(self._path(code))

    def mark(self, code: str) -> str:
        """What stands for a case in records: nothing that leads back to its code."""
        return self._digest(code)[:16]

    def looks(self, after: int = 0, mark: str | None = None) -> list[Look]:
        """Looks with a number above ``after``, of one case or all, oldest first: what the car's journal keeps."""
        rows = self._db.read(
            "SELECT id, at, case_mark, by FROM looks WHERE id > ? AND (? IS NULL OR case_mark = ?) ORDER BY id",
            (after, mark, mark),
        )
        return [Look(*row) for row in rows]

    # --- the desk's side --------------------------------------------------------------------------------

    def look(self, code: str, by: str) -> tuple[Snapshot, float]:
        """What is shared under ``code`` and when it ends; the look is on record before anything is shown.

        Raises Problem: 404 when no case is open under that code, 422 when it is no code, 429 after too many wrong
        codes.
        """
        if not _CODE.match(code):
            raise Problem(422, "no-code", "A case has a code of six digits.")
        self._refuse_guessing(by)
        self.sweep()
        path = self._path(code)
        try:
            held = path.read_bytes()
        except OSError:
            held = b""
        snapshot = self._open(code, held) if held else None
        if snapshot is None:
            self._db.write("INSERT INTO misses (at, by) VALUES (?, ?)", (self.now(), by))
            raise Problem(404, "no-such-case", "No case is open under this code; it may be over.")
        look = Look(0, self.now(), self.mark(code), by)
        self._db.write("INSERT INTO looks (at, case_mark, by) VALUES (?, ?, ?)", (look.at, look.case_mark, by))
        self._on_look(look)
        return snapshot, _END.unpack(held[: _END.size])[0]

    def sweep(self) -> int:
        """Erase every case that is over; returns how many."""
        over = 0
        for path in self._folder.glob("*.case"):
            ends = self._ends(path)
            if ends is None or ends <= self.now():
                _erase(path)
                over += 1
        self._db.write("DELETE FROM misses WHERE at < ?", (self.now() - LASTS_S,), durable=False)
        return over

    def _refuse_guessing(self, by: str) -> None:
        rows = self._db.read("SELECT at, by FROM misses WHERE at > ?", (self.now() - LASTS_S,))
        mine = [at for at, who in rows if who == by]
        if len(mine) >= GUESSES or len(rows) >= GUESSES_ALL:
            first = min(mine) if len(mine) >= GUESSES else min(at for at, _ in rows)
            raise too_many(max(1, int(first + LASTS_S - self.now()) + 1))

    def _write(self, code: str, snapshot: Snapshot, ends: float) -> None:
        head, nonce = _END.pack(ends), os.urandom(_NONCE)
        sealed = AESGCM(self._key(code)).encrypt(nonce, snapshot.to_bytes(), head)
        path = self._path(code)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(head + nonce + sealed)
                file.flush()
                os.fsync(file.fileno())
            try:
                before = path.open("r+b")
            except FileNotFoundError:
                fresh.replace(path)
            else:  # a reader finds the old or the new one, and the old one's bytes do not stay behind
                with before:
                    fresh.replace(path)
                    _overwrite(before)
        except OSError as error:
            raise KnowledgeError(f"{path}: a case cannot be written: {error}") from None

    def _open(self, code: str, held: bytes) -> Snapshot | None:
        head, nonce, sealed = held[: _END.size], held[_END.size : _END.size + _NONCE], held[_END.size + _NONCE :]
        try:
            if _END.unpack(head)[0] <= self.now():
                return None
            return Snapshot.from_bytes(AESGCM(self._key(code)).decrypt(nonce, sealed, head))
        except (InvalidTag, ValueError, KeyError, TypeError, struct.error):
            return None

    def _key(self, code: str) -> bytes:
        return HKDF(SHA256(), 32, salt=self._secret, info=b"case " + code.encode()).derive(self._secret)

    def _digest(self, code: str) -> str:
        return hmac.new(self._secret, b"mark " + code.encode(), sha256).hexdigest()

    def _path(self, code: str) -> Path:
        return self._folder / f"{self._digest(code)[:32]}.case"

    def _ends(self, path: Path) -> float | None:
        try:
            with path.open("rb") as file:
                ends: float = _END.unpack(file.read(_END.size))[0]
            return ends
        except (OSError, struct.error):
            return None


def _secret(path: Path) -> bytes:
    """32 bytes that only this user may read; made when first needed, whoever comes first."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    for _ in range(50):  # another worker may be writing it right now
        found = path.read_bytes()
        if len(found) == 32:
            return found
        time.sleep(0.02)
    raise KnowledgeError(f"{path}: does not hold a secret; remove it, then share again")


def _overwrite(file: BinaryIO) -> None:
    file.write(b"\0" * os.fstat(file.fileno()).st_size)
    file.flush()
    os.fsync(file.fileno())


def _erase(path: Path) -> None:
    """Overwrite, then remove; a file that is gone already is fine."""
    try:
        with path.open("r+b") as file:
            _overwrite(file)
        path.unlink()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise KnowledgeError(f"{path}: a case cannot be erased: {error}") from None
