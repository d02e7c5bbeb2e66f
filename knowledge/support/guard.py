"""What stands before every request: host, size and time limits, headers that browsers obey, a log without persons."""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from knowledge.support import problems
from knowledge.support.problems import Problem
from knowledge.support.setup import LOOPBACK, Setup
from knowledge.support.telemetry import Telemetry

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("cabin.support")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with "no-referrer" browsers hide where a form came from, also from us
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
NEVER_STORED = (b"cache-control", b"no-store")
FOR_A_YEAR = (b"strict-transport-security", b"max-age=31536000")


class Guard:
    """Wraps the whole app."""

    def __init__(self, app: App, setup: Setup, telemetry: Telemetry) -> None:
        self.app, self.setup, self._telemetry = app, setup, telemetry
        self._hosts = frozenset((*LOOPBACK, *(host.casefold() for host in setup.hosts)))
        self._extra = (*HEADERS, *((FOR_A_YEAR,) if setup.has_tls else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._telemetry.serving(scope["method"], named) as finished:
            finished(*await self._serve(scope, receive, send))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> tuple[str, int]:
        """Answer a request whatever happens; returns the route's pattern and the status."""
        began, status = time.perf_counter(), 0
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in (*self._extra, NEVER_STORED) if pair[0] not in told]
                message["headers"] = [*message["headers"], *added, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            self._admit(scope)
            await self.app(scope, self._measured(scope, receive), answer)
        except Problem as problem:
            if status == 0:
                await _refuse(problem, answer)
        except Exception as error:  # nothing of ours may show: no trace, no path, no version
            LOG.error(json.dumps({"event": "failed", "request": request_id, "error": type(error).__name__}))
            if status == 0:
                await _refuse(Problem(500, "failed", f"Something went wrong here; request {request_id}."), answer)
        finally:
            route = getattr(scope.get("route"), "path", "")
            self._note(scope, route, status, time.perf_counter() - began, request_id)
        return route, status

    def _admit(self, scope: Scope) -> None:
        """Raises Problem for a foreign Host, which is how a web page elsewhere would reach a local desk, and for a
        body that says itself that it is too large.
        """
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").casefold()
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        if (self.setup.is_local or self.setup.hosts) and name not in self._hosts:
            raise Problem(421, "wrong-host", "This desk is not reached under that name.")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise Problem(400, "bad-length", "The Content-Length is not a number.")
        if int(length) > self.setup.largest_body:
            raise problems.too_large(self.setup.largest_body)

    def _measured(self, scope: Scope, receive: Receive) -> Receive:
        """``receive`` with a limit on a body's size and on the time that it takes to arrive."""
        ends = time.monotonic() + self.setup.body_s
        size, whole = 0, False

        async def take() -> Message:
            nonlocal size, whole
            if whole:  # what comes now can only be the end of the connection
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, ends - time.monotonic()))
            except TimeoutError:
                raise problems.too_slow() from None
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if size > self.setup.largest_body:
                    raise problems.too_large(self.setup.largest_body)
            return message

        return take

    def _note(self, scope: Scope, route: str, status: int, seconds: float, request_id: str) -> None:
        """One line a request: the route's pattern, never its words; the key's id, never the key or an address."""
        self._telemetry.request(scope["method"], route, status, seconds)
        line = {
            "event": "request",
            "request": request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": scope.get("state", {}).get("key", ""),
        }
        LOG.info(json.dumps(line))


async def _refuse(problem: Problem, send: Send) -> None:
    body = json.dumps(problem.body()).encode()
    headers = {"content-type": "application/problem+json", "content-length": str(len(body)), "connection": "close"}
    headers |= {name.lower(): value for name, value in problem.headers().items()}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
