"""The web page of people at the desk: one page, whole without JavaScript, quicker with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from knowledge.support.api import answer_out, code_out, passage_out, snapshot_out
from knowledge.support.desk import Replied, SupportDesk
from knowledge.support.door import LOCAL, Caller, Doorkeeper
from knowledge.support.keys import Scope
from knowledge.support.problems import Problem, no_key
from knowledge.support.reader import Told
from knowledge.support.setup import Setup
from knowledge.support.shapes import LONGEST_QUESTION, SourceOut
from knowledge.support.telemetry import Telemetry
from knowledge.support.turns import Turns
from knowledge.support.vehicles import Vehicle
from knowledge.support.visits import LASTS_S, Visits

HERE = Path(__file__).parent
STATIC = {
    "htmx.min.js": "text/javascript",
    "page.js": "text/javascript",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
}

Text = Annotated[str, Form(max_length=LONGEST_QUESTION)]


@dataclass(frozen=True)
class Choice:
    """One line of the vehicle picker."""

    value: str
    label: str


def page(desk: SupportDesk, door: Doorkeeper, turns: Turns, setup: Setup, telemetry: Telemetry) -> APIRouter:
    """The page's routes over one desk. They know people by their visit, never by a key."""
    router = APIRouter(include_in_schema=False)
    visits = Visits(desk.database, desk.keys, desk.now)
    cookie_name = "__Host-desk" if setup.has_tls else "desk"

    def visitor(request: Request) -> Caller | None:
        """Who visits: by cookie, or anybody where the desk is open to this machine."""
        key = visits.key(request.cookies.get(cookie_name, ""))
        if key:
            return Caller(key.id, key.name, key.scopes)
        return LOCAL if door.is_open() else None

    def admit(request: Request, scope: Scope) -> Caller:
        """Raises Problem for a request from another site, without a visit, or for more than the visit allows."""
        _refuse_foreign(request)
        caller = visitor(request)
        if caller is None:
            raise no_key()
        return door.pass_on(request, caller, scope)

    def show(request: Request, status: int = 200, **parts: Any) -> HTMLResponse:
        """The fragment ``parts["part"]`` for htmx, or the whole page with it in its place."""
        caller = visitor(request)
        told: dict[str, Any] = {
            "part": "",
            "caller": caller,
            "is_open": door.is_open(),
            "vehicles": _choices(desk) if desk.is_ready else [],
            "problem": None,
            "form": {"question": "", "vehicle": "", "vin": ""},
            **parts,
        }
        told["is_fragment"] = bool(told["part"] and request.headers.get("hx-request"))
        whole = "page.html" if caller else "sign_in.html"
        name = f"_{told['part']}.html" if told["is_fragment"] else whole
        return HTMLResponse(_templates().get_template(name).render(told), status)

    async def guarded(request: Request, scope: Scope, act: Callable[[Caller], Any], **parts: Any) -> HTMLResponse:
        """The outcome of ``act`` as a page, or what stands in its way."""
        try:
            caller = admit(request, scope)
            return show(request, **{**parts, **await act(caller)})
        except Problem as problem:
            response = show(request, problem.status, **{**parts, "part": "problem", "problem": problem})
            response.headers.update(problem.headers())
            return response

    @router.get("/")
    async def home(request: Request) -> HTMLResponse:
        return show(request)

    @router.post("/desk/ask")
    async def ask(request: Request, question: Text = "", vehicle: Text = "", vin: Text = "") -> HTMLResponse:
        async def act(caller: Caller) -> dict[str, Any]:
            if not question.strip():
                raise Problem(422, "no-question", "Type a question first.")
            replied = await turns.run(desk.ask, question, _vehicle(desk, vehicle, vin))
            telemetry.answered(replied.answer.outcome, replied.vehicle.pack)
            return {"part": "answer", **_answer(replied)}

        return await guarded(request, "ask", act, form={"question": question, "vehicle": vehicle, "vin": vin})

    @router.post("/desk/search")
    async def search(request: Request, question: Text = "", vehicle: Text = "", vin: Text = "") -> HTMLResponse:
        async def act(caller: Caller) -> dict[str, Any]:
            meant = _vehicle(desk, vehicle, vin)
            found = await turns.run(desk.reader.search, question, meant, 6) if question.strip() else []
            return {"part": "results", "found": [passage_out(each) for each in found], "question": question}

        return await guarded(request, "ask", act, form={"question": question, "vehicle": vehicle, "vin": vin})

    @router.get("/desk/sections/{id}")
    async def section(request: Request, id: str) -> HTMLResponse:
        async def act(caller: Caller) -> dict[str, Any]:
            return {"part": "section", "section": desk.reader.section(id), "title": _title(desk, id)}

        return await guarded(request, "ask", act)

    @router.get("/desk/code")
    async def code(request: Request, dtc: str = "") -> HTMLResponse:
        async def act(caller: Caller) -> dict[str, Any]:
            return {"part": "code", "code": code_out(desk, dtc[:40])}

        return await guarded(request, "ask", act, dtc=dtc[:40])

    @router.post("/desk/feedback")
    async def feedback(
        request: Request, question_id: Text, helpful: Text, right_section: Annotated[str, Form(max_length=300)] = ""
    ) -> HTMLResponse:
        async def act(caller: Caller) -> dict[str, Any]:
            await turns.run(
                desk.questions.judge,
                question_id,
                helpful=helpful == "yes",
                right_section=right_section,
                by=caller.name,
            )
            return {"part": "thanks"}

        return await guarded(request, "ask", act)

    @router.post("/desk/case")
    async def case(request: Request, case_code: Annotated[str, Form(max_length=20)] = "") -> HTMLResponse:
        digits = "".join(case_code.split())

        async def act(caller: Caller) -> dict[str, Any]:
            seen = await turns.run(desk.look, digits, caller.name)
            return {"part": "case", "case": snapshot_out(seen), "case_code": digits, "now": desk.now()}

        return await guarded(request, "snapshot", act)

    @router.post("/sign-in")
    async def sign_in(request: Request, key: Annotated[str, Form(max_length=200)] = "") -> Response:
        try:
            _refuse_foreign(request)
            door.slow(f"sign-in {request.client.host if request.client else ''}")
            cookie = visits.open(key.strip())
            if cookie is None:
                raise Problem(401, "bad-key", "This key is unknown, revoked or expired.")
        except Problem as problem:
            html = _templates().get_template("sign_in.html").render(problem=problem, is_open=door.is_open())
            return HTMLResponse(html, problem.status, problem.headers())
        response = RedirectResponse("/", 303)
        response.set_cookie(
            cookie_name,
            cookie,
            max_age=int(LASTS_S),
            path="/",
            secure=setup.has_tls,
            httponly=True,
            samesite="strict",
        )
        return response

    @router.get("/sign-in")
    async def sign_in_form(request: Request) -> HTMLResponse:
        return HTMLResponse(_templates().get_template("sign_in.html").render(problem=None, is_open=door.is_open()))

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        _refuse_foreign(request)
        visits.close(request.cookies.get(cookie_name, ""))
        response = RedirectResponse("/", 303)
        response.delete_cookie(cookie_name, path="/", secure=setup.has_tls, httponly=True, samesite="strict")
        return response

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in STATIC:
            raise Problem(404, "no-such-file", "There is no such file.")
        return Response(_file(name), media_type=STATIC[name], headers={"Cache-Control": "public, max-age=3600"})

    return router


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"signal": _signal, "reading": _reading}
    return found


def _signal(path: str) -> str:
    """A VSS path in words: "chassis axle row 1 wheel left tire pressure"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])", " ", path.removeprefix("Vehicle."))
    return " ".join(word if word.isupper() else word.lower() for word in words.replace(".", " ").split())


def _reading(value: bool | int | float | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


@cache
def _file(name: str) -> bytes:
    return (HERE / "static" / name).read_bytes()


def _refuse_foreign(request: Request) -> None:
    """Raises Problem when a page of another site sends this request: browsers say where they come from."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if request.method != "GET" and (foreign or site not in ("same-origin", "none")):
        raise Problem(403, "foreign", "Another site sent this request.")


def _vehicle(desk: SupportDesk, picked: str, vin: str) -> Vehicle:
    """The VIN's vehicle if one is typed, else the picked one."""
    if vin.strip():
        return desk.vehicle(vin=vin)
    pack, _, variant = picked.partition(":")
    return desk.vehicle(pack=pack or next(iter(desk.reader.shelf.packs)), variant=variant or None)


def _choices(desk: SupportDesk) -> list[Choice]:
    found = []
    for name, shelved in desk.reader.shelf.packs.items():
        manifest = shelved.manifest
        car = f"{manifest.brand} {manifest.model} {manifest.year}"
        for variant in manifest.variants or ("",):
            title = manifest.variant_names.get(variant, variant)
            found.append(Choice(f"{name}:{variant}", f"{car}: {title}" if title else car))
    return found


def _answer(replied: Replied) -> dict[str, Any]:
    told = answer_out(replied)
    sections = [
        replied.reader.section(source.section_id, replied.answer.text if told.outcome == "answer" else "")
        for source in told.sources
        if source.section_id
    ]
    titled = bool(told.steps and told.sources and told.sources[0].section.endswith(told.steps[0].rstrip(".")))
    return {
        "told": told,
        "lead": told.steps[0] if titled else "",
        "steps": told.steps[titled:],
        "sections": sections,
        "citation": _citation(told.answer, told.sources),
    }


def _citation(answer: str, sources: list[SourceOut]) -> str:
    """An answer with where it stands, to paste into a letter."""
    places = [f"{s.title}, {s.section}" + (f", page {s.page}" if s.page else "") for s in sources]
    return f"{answer}\n({'; '.join(places)})" if places else answer


def _title(desk: SupportDesk, id_: str) -> str:
    told: Told = desk.reader.section(id_)
    return desk.reader.shelf.packs[told.pack].manifest.title
