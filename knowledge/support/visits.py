"""A person's visit to the page: a key typed once, then a cookie that says nothing."""

import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from knowledge.support.database import Database
from knowledge.support.keys import Key, Keys

LASTS_S = 8 * 3600.0
"""A working day; then the key is typed again."""


class Visits:
    """All visits of a desk. One ends with its key, at once."""

    def __init__(self, database: Database, keys: Keys, now: Callable[[], float] = time.time) -> None:
        self._db, self._keys, self._now = database, keys, now

    def open(self, secret: str) -> str | None:
        """The cookie of a new visit, or None when ``secret`` is no valid key."""
        key = self._keys.check(secret)
        if key is None:
            return None
        cookie = secrets.token_urlsafe(32)
        self._db.write("DELETE FROM visits WHERE ends_at < ?", (self._now(),), durable=False)
        self._db.write(
            "INSERT INTO visits (digest, key, ends_at) VALUES (?, ?, ?)",
            (_digest(cookie), key.id, self._now() + LASTS_S),
            durable=False,
        )
        return cookie

    def key(self, cookie: str) -> Key | None:
        """The key behind ``cookie`` while both are valid."""
        rows = self._db.read("SELECT key FROM visits WHERE digest = ? AND ends_at > ?", (_digest(cookie), self._now()))
        return self._keys.by_id(rows[0][0]) if rows else None

    def close(self, cookie: str) -> None:
        self._db.write("DELETE FROM visits WHERE digest = ?", (_digest(cookie),))


def _digest(cookie: str) -> bytes:
    return sha256(cookie.encode()).digest()
