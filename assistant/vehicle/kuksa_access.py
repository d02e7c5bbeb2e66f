"""Who may do what at a broker: KUKSA's JWT access tokens and their scopes, checked and made.

A scope is ``ACTION[:PATH]`` with the actions read, actuate and provide (the latter two include read); a PATH stands for
itself and all below it, ``*`` for one step, ``**`` for any number. Tokens are signed with RS256 for ``kuksa.val``.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

AUDIENCE = "kuksa.val"
ALGORITHM = "RS256"
INCLUDES = {"read": ("read", "actuate", "provide"), "actuate": ("actuate",), "provide": ("provide",)}
"""Which actions of a scope include the one that is asked for."""


class NoAccess(Exception):  # noqa: N818 - an outcome the protocol names, not a fault
    """A token is missing, forged, expired or another audience's."""


@dataclass(frozen=True)
class Rights:
    """What one caller may do. ``until`` is wall-clock seconds; infinite without a token."""

    scopes: tuple[tuple[str, str], ...]
    until: float = float("inf")

    def may(self, action: str, path: str) -> bool:
        """Is ``action`` (read, actuate or provide) at ``path`` granted, and still."""
        granting = INCLUDES[action]
        return time.time() < self.until and any(
            scope in granting and _pattern(where).fullmatch(path) is not None for scope, where in self.scopes
        )


EVERYTHING = Rights((("read", ""), ("actuate", ""), ("provide", "")))
"""Of a server that was started without a key."""


class Access:
    """Checks tokens with the public half of the key that signs them."""

    def __init__(self, public_key: bytes) -> None:
        """``public_key`` is a PEM file's content."""
        self._key = public_key

    def rights(self, authorization: str | None) -> Rights:
        """What the bearer of an ``authorization`` header may do. Raises NoAccess, saying why."""
        import jwt

        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NoAccess("no token: send 'authorization: Bearer TOKEN'")
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "aud"]}
            )
        except jwt.PyJWTError as error:
            raise NoAccess(f"the token is not valid: {error}") from error
        scopes = tuple(scope.partition(":")[::2] for scope in str(claims.get("scope", "")).split())
        return Rights(scopes, float(claims["exp"]))


def token(private_key: bytes, scopes: Iterable[str], name: str, seconds: float) -> str:
    """A token for ``name`` with ``scopes``, good for ``seconds``, signed with a PEM key."""
    import jwt

    now = int(time.time())
    claims = {
        "iss": "cabin",
        "sub": name,
        "aud": [AUDIENCE],
        "iat": now,
        "exp": now + int(seconds),
        "scope": " ".join(scopes),
    }
    return jwt.encode(claims, private_key, algorithm=ALGORITHM)


def matches(pattern: str, path: str) -> bool:
    """Does ``path`` lie under ``pattern``, by the broker's wildcard rules."""
    return _pattern(pattern).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> "re.Pattern[str]":
    if not pattern:
        return re.compile(".*")
    steps = pattern.split(".")
    if "*" not in pattern:
        return re.compile(re.escape(pattern) + r"(\..+)?")
    parts = []
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if step == "**":
            parts.append(r"[^.]+(\.[^.]+)*" if last else r"([^.]+\.)*")
        else:
            parts.append((r"[^.]+" if step == "*" else re.escape(step)) + ("" if last else r"\."))
    return re.compile("".join(parts))
