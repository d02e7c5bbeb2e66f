"""The desk as one ASGI app: API, page, MCP, health; loads the index aside and follows its rebuilds."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from knowledge.errors import KnowledgeError
from knowledge.support.api import api, problems_of
from knowledge.support.copilot import mcp_app, mcp_server
from knowledge.support.desk import LOOK_EVERY_S, SupportDesk
from knowledge.support.door import Doorkeeper
from knowledge.support.guard import Guard
from knowledge.support.page import page
from knowledge.support.problems import Problem
from knowledge.support.setup import Setup
from knowledge.support.shapes import State
from knowledge.support.telemetry import Telemetry
from knowledge.support.turns import Turns
from knowledge.support.writer import Writer

LOG = logging.getLogger("cabin.support")
TIDY_EVERY_S = 3_600.0


def compose(
    desk: SupportDesk, setup: Setup, *, writer: Writer | None = None, telemetry: Telemetry | None = None
) -> Guard:
    """The app over ``desk``; its lifespan loads the index."""
    telemetry = telemetry or Telemetry()
    turns = Turns(setup.at_once, setup.waiting, setup.answer_s)
    door = Doorkeeper(desk, setup)

    copilots = mcp_app(mcp_server(desk), setup.largest_body)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        follower = asyncio.create_task(_follow(desk))
        try:
            async with copilots.router.lifespan_context(copilots):
                yield
        finally:
            follower.cancel()

    app = FastAPI(
        title="Support desk",
        version="1",
        summary="Owner's manuals with citations, for people and programs that help drivers.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.include_router(api(desk, door, turns, writer, telemetry))

    app.include_router(page(desk, door, turns, setup, telemetry))

    @app.get("/healthz", tags=["health"])
    async def health() -> State:
        """Whether the process is alive."""
        return State(status="ok")

    @app.get("/readyz", tags=["health"], response_model=State, responses=problems_of(503))
    async def ready() -> State:
        """Whether questions can be answered and feedback kept."""
        desk.reader  # noqa: B018  # raises what to answer while it loads
        await asyncio.to_thread(desk.database.write, "DELETE FROM visits WHERE ends_at < ?", (desk.now(),))
        return State(status="ok")

    app.router.routes.append(Route("/mcp", Admitted(copilots, door)))
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(KnowledgeError, _knowledge)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)
    return Guard(app, setup, telemetry)


class Admitted:
    """Lets only callers who may ask through to an app that has no keys of its own."""

    def __init__(self, app: ASGIApp, door: Doorkeeper) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._door.admit(Request(scope), "ask")
        await self._app(scope, receive, send)


async def _follow(desk: SupportDesk) -> None:
    """Load the index, then watch for a newer one and for cases that are over."""
    tidied = 0.0
    failed = ""
    while True:
        try:
            if not desk.is_ready or desk.was_rebuilt():
                reader = await asyncio.to_thread(desk.load)
                LOG.info(json.dumps({"event": "loaded", "build": reader.build}))
            await asyncio.to_thread(desk.cases.sweep)
            if time.monotonic() - tidied > TIDY_EVERY_S:
                await asyncio.to_thread(desk.questions.forget_old)
                tidied = time.monotonic()
            failed = ""
        except KnowledgeError as error:
            if str(error) != failed:
                failed = str(error)
                LOG.error(json.dumps({"event": "not loaded", "error": failed}))
        await asyncio.sleep(LOOK_EVERY_S)


# --- errors as problem details ----------------------------------------------------------------------------


def _say(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.body(), problem.status, problem.headers(), media_type="application/problem+json")


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return _say(error)


async def _knowledge(request: Request, error: Exception) -> JSONResponse:
    LOG.error(json.dumps({"event": "failed", "error": str(error)}))  # may name a path, so it stays here
    return _say(Problem(503, "not-available", "The manuals or the records cannot be used now.", retry_after_s=5))


async def _failed(request: Request, error: Exception) -> JSONResponse:
    return _say(Problem(500, "failed", f"Something went wrong here; request {request.state.request_id}."))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _say(Problem(422, "invalid", f"{where}: {first['msg']}"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Problem):  # what the guard raises while a body is read
        return _say(error.__cause__)
    details = {404: "There is nothing at this address; /v1/openapi.json lists what there is."}
    found = _say(Problem(error.status_code, "http", details.get(error.status_code, str(error.detail))))
    found.headers.update(error.headers or {})
    return found
