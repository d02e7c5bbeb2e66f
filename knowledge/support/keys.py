"""API keys: shown once, kept as a hash, scoped, revoked at once."""

import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, get_args

from knowledge.errors import KnowledgeError
from knowledge.support.database import Database

Scope = Literal["ask", "snapshot", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "cabin"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")
_SHAPE = re.compile(rf"^{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})$")
_NOBODY = sha256(b"no such key").digest()
"""What an unknown key is compared with, so that it takes as long as a known one."""

OVERLAP_S = 86_400.0
"""How long a rotated key goes on beside its successor: a day, so that no program is cut off."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: everything but the secret. Times are seconds since 1970."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: float
    ends_at: float | None
    revoked_at: float | None

    def is_valid(self, now: float) -> bool:
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


class Keys:
    """All keys of a desk. A change counts from the next request on, in every worker."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._db, self._now = database, now

    def add(self, name: str, scopes: Iterable[str]) -> str:
        """A fresh key for ``name``, told this once. Raises KnowledgeError for a wrong name or scope, or a name
        in use.
        """
        wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
        unknown = set(scopes) - set(SCOPES)
        if unknown or not wanted:
            named = f"no scope is called {', '.join(sorted(unknown))}" if unknown else "a key needs a scope"
            raise KnowledgeError(f"{named}; there are {', '.join(SCOPES)}")
        if not _NAME.match(name):
            raise KnowledgeError(f"{name[:80]!r} is no name for a key: up to 64 letters, digits, spaces, . _ -")
        if any(key.name == name and key.is_valid(self._now()) for key in self.list()):
            raise KnowledgeError(f"there is a key named {name} already; `keys rotate` replaces it")
        return self._make(name, wanted)

    def rotate(self, name: str, overlap_s: float = OVERLAP_S) -> str:
        """A successor with the same scopes; the key of before goes on for ``overlap_s``. Raises KnowledgeError
        when there is no valid key of that name.
        """
        before = [key for key in self.list() if key.name == name and key.is_valid(self._now())]
        if not before:
            raise KnowledgeError(f"no valid key is named {name}; `keys list` shows them")
        made = self._make(name, before[-1].scopes)
        for key in before:
            ends = self._now() + overlap_s
            self._db.write(
                "UPDATE keys SET ends_at = ? WHERE id = ? AND (ends_at IS NULL OR ends_at > ?)", (ends, key.id, ends)
            )
        return made

    def revoke(self, name: str) -> int:
        """End every key with this name or id, at once; returns how many there were."""
        return self._db.write(
            "UPDATE keys SET revoked_at = ? WHERE (name = ? OR id = ?) AND revoked_at IS NULL",
            (self._now(), name, name),
        )

    def list(self) -> list[Key]:
        """All keys that were ever made, oldest first."""
        rows = self._db.read("SELECT id, name, scopes, made_at, ends_at, revoked_at FROM keys ORDER BY made_at, rowid")
        return [_key(row) for row in rows]

    def none_made(self) -> bool:
        """Whether no key was ever made; a desk whose last key was revoked does not open again."""
        return not self._db.read("SELECT 1 FROM keys LIMIT 1")

    def any_valid(self) -> bool:
        return any(key.is_valid(self._now()) for key in self.list())

    def check(self, secret: str) -> Key | None:
        """The key that ``secret`` is, if it is valid now."""
        match = _SHAPE.match(secret)
        id_, tail = match.groups() if match else ("", "")
        rows = self._db.read(
            "SELECT id, name, scopes, made_at, ends_at, revoked_at, digest FROM keys WHERE id = ?", (id_,)
        )
        same = hmac.compare_digest(rows[0][6] if rows else _NOBODY, sha256(tail.encode()).digest())
        key = _key(rows[0][:6]) if rows else None
        return key if same and key and key.is_valid(self._now()) else None

    def by_id(self, id_: str) -> Key | None:
        """The key with this id, if it is valid now."""
        return next((key for key in self.list() if key.id == id_ and key.is_valid(self._now())), None)

    def _make(self, name: str, scopes: tuple[Scope, ...]) -> str:
        id_, tail = secrets.token_hex(6), secrets.token_urlsafe(32)
        self._db.write(
            "INSERT INTO keys (id, name, scopes, digest, made_at) VALUES (?, ?, ?, ?, ?)",
            (id_, name, " ".join(scopes), sha256(tail.encode()).digest(), self._now()),
        )
        return f"{PREFIX}_{id_}_{tail}"


def _key(row: tuple[Any, ...]) -> Key:
    id_, name, scopes, made_at, ends_at, revoked_at = row
    return Key(id_, name, tuple(s for s in SCOPES if s in scopes.split()), made_at, ends_at, revoked_at)
