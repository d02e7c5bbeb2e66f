"""Who asks: a key in the Authorization header, or nobody where the desk is local and no key was ever made."""

from dataclasses import dataclass

from fastapi import Request

from knowledge.support import problems
from knowledge.support.desk import SupportDesk
from knowledge.support.keys import Scope
from knowledge.support.pace import Pace
from knowledge.support.setup import Setup


@dataclass(frozen=True, slots=True)
class Caller:
    """``id`` is the key's, empty for a local caller without one."""

    id: str
    name: str
    scopes: tuple[Scope, ...]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


LOCAL = Caller("", "local", ("ask",))
"""Whoever uses the machine on which the desk listens; what is more than asking always needs a key."""


class Doorkeeper:
    """Lets callers in, each at its pace. One a worker."""

    def __init__(self, desk: SupportDesk, setup: Setup) -> None:
        self._desk, self._setup = desk, setup
        self._pace = Pace(setup.rate / setup.workers, max(1, setup.burst // setup.workers))

    def admit(self, request: Request, scope: Scope) -> Caller:
        """The caller, who has ``scope``. Raises Problem 401, 403 or 429."""
        word, _, secret = request.headers.get("authorization", "").partition(" ")
        if not secret:
            caller = self._without_key(request, scope)
        else:
            key = self._desk.keys.check(secret.strip()) if word.casefold() == "bearer" else None
            if key is None:
                self.slow(f"stranger {_address(request)}")
                raise problems.bad_key()
            caller = Caller(key.id, key.name, key.scopes)
        return self.pass_on(request, caller, scope)

    def pass_on(self, request: Request, caller: Caller, scope: Scope) -> Caller:
        """``caller``, noted for the log. Raises Problem 403 or 429."""
        request.scope.setdefault("state", {})["key"] = caller.id or caller.name
        self.slow(caller.id or f"local {_address(request)}")
        if not caller.may(scope):
            raise problems.not_allowed(scope)
        return caller

    def slow(self, name: str) -> None:
        """Raises Problem 429 when ``name`` asks too often."""
        wait = self._pace.take(name)
        if wait:
            raise problems.too_many(wait)

    def is_open(self) -> bool:
        """Whether questions need no key here."""
        return self._setup.is_local and self._desk.keys.none_made()

    def _without_key(self, request: Request, scope: Scope) -> Caller:
        if not self.is_open():
            self.slow(f"stranger {_address(request)}")
            raise problems.no_key()
        foreign = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        if foreign or not LOCAL.may(scope):  # no other site's page asks through a browser on this machine
            raise problems.no_key()
        return LOCAL


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
