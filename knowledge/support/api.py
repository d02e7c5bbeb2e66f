"""The HTTP API, versioned under /v1 and described by OpenAPI 3.1 in /v1/openapi.json."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPBearer

from knowledge.grounding import Grounding
from knowledge.support.desk import Replied, Seen, SupportDesk
from knowledge.support.door import Caller, Doorkeeper
from knowledge.support.reader import MOST, Found
from knowledge.support.shapes import (
    AnswerOut,
    AskIn,
    CodeOut,
    Details,
    FaultOut,
    FeedbackIn,
    GapOut,
    GapsOut,
    Kept,
    LampOut,
    NeighboursOut,
    PackOut,
    PacksOut,
    PassageOut,
    Question,
    ReadingOut,
    SearchOut,
    Short,
    SnapshotOut,
    SourceOut,
    VehicleOut,
    WarningOut,
)
from knowledge.support.telemetry import Telemetry
from knowledge.support.turns import Turns
from knowledge.support.vehicles import Vehicle
from knowledge.support.writer import Grounded, Writer

EVENTS = "text/event-stream"
_BEARER = HTTPBearer(auto_error=False, description="A key of `cabin support keys add`.")


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses of an endpoint, for OpenAPI."""
    content = {"application/problem+json": {"schema": Details.model_json_schema()}}
    return {status: {"description": "Problem details (RFC 9457).", "content": content} for status in statuses}


COMMON = (400, 401, 403, 405, 408, 413, 421, 422, 429, 500, 503)


def api(desk: SupportDesk, door: Doorkeeper, turns: Turns, writer: Writer | None, telemetry: Telemetry) -> APIRouter:
    """All endpoints over one desk."""
    router = APIRouter(prefix="/v1", responses=problems_of(*COMMON), dependencies=[Depends(_BEARER)])

    def asking(request: Request) -> Caller:
        return door.admit(request, "ask")

    def seeing(request: Request) -> Caller:
        return door.admit(request, "snapshot")

    def ruling(request: Request) -> Caller:
        return door.admit(request, "admin")

    @router.post(
        "/ask",
        tags=["ask"],
        response_model=AnswerOut,
        responses={200: {"content": {EVENTS: {"schema": {"type": "string"}}}}, **problems_of(404, 504)},
    )
    async def ask(
        question: AskIn, request: Request, caller: Annotated[Caller, Depends(asking)]
    ) -> AnswerOut | StreamingResponse:
        """The manual's own words with their source, an honest "not sure", or a refusal.

        With `Accept: text/event-stream` the answer comes as an event `answer`; where a language model is set up, its
        wording follows as events `piece`, a sentence each and only those that the cited passages bear out; the last
        event is `done`, with how many sentences were left out.
        """
        vehicle = desk.vehicle(**question.vehicle.model_dump())
        with telemetry.span("answer") as note:
            replied = await turns.run(desk.ask, question.question, vehicle)
            note("outcome", replied.answer.outcome)
            note("pack", vehicle.pack)
        telemetry.answered(replied.answer.outcome, vehicle.pack)
        told = answer_out(replied)
        if EVENTS in request.headers.get("accept", ""):
            return StreamingResponse(_events(told, writer, replied.reader.grounding), media_type=EVENTS)
        return told

    @router.get("/search", tags=["ask"], responses=problems_of(404, 504))
    async def search(
        caller: Annotated[Caller, Depends(asking)],
        q: Annotated[Question, Query(description="What to look for, in words or a question.")],
        pack: Annotated[Short | None, Query()] = None,
        variant: Annotated[Short | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 10,
    ) -> SearchOut:
        """Passages nearest in meaning, best first."""
        vehicle = desk.vehicle(pack=pack, variant=variant)
        found = await turns.run(desk.reader.search, q, vehicle, limit)
        return SearchOut(query=q, vehicle=vehicle_out(vehicle), passages=[passage_out(each) for each in found])

    @router.get("/passages/{id}", tags=["ask"], responses=problems_of(404))
    async def passage(
        caller: Annotated[Caller, Depends(asking)], id: Annotated[str, Path(max_length=100)]
    ) -> NeighboursOut:
        """One passage, with the one before and the one after it."""
        before, found, after = desk.reader.passage(id)
        return NeighboursOut(
            passage=passage_out(found),
            before=passage_out(before) if before else None,
            after=passage_out(after) if after else None,
        )

    @router.get("/packs", tags=["ask"])
    async def packs(caller: Annotated[Caller, Depends(asking)]) -> PacksOut:
        """The manuals that can be asked, and the vehicles that they belong to."""
        return packs_out(desk)

    @router.get("/codes/{dtc}", tags=["ask"], responses=problems_of(404))
    async def code(
        caller: Annotated[Caller, Depends(asking)], dtc: Annotated[str, Path(max_length=20, examples=["P0301"])]
    ) -> CodeOut:
        """What a fault code means, how urgent it is, and the lamps that light with it."""
        return code_out(desk, dtc)

    @router.post("/feedback", tags=["ask"], status_code=201, responses=problems_of(404))
    async def feedback(judged: FeedbackIn, caller: Annotated[Caller, Depends(asking)]) -> Kept:
        """Whether an answer helped, and which section would have been right. On disk when this returns."""
        await turns.run(
            desk.questions.judge,
            judged.question_id,
            helpful=judged.helpful,
            right_section=judged.right_section,
            by=caller.name,
        )
        return Kept()

    @router.get("/gaps", tags=["admin"], responses=problems_of(404, 504))
    async def gaps(
        caller: Annotated[Caller, Depends(ruling)],
        pack: Annotated[Short | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> GapsOut:
        """Questions that were refused, left unsure or judged unhelpful, alike ones together, most asked first."""
        found = await turns.run(desk.gaps, pack, limit)
        questions, judgements = desk.questions.counts()
        return GapsOut(
            questions=questions, judgements=judgements, gaps=[GapOut.model_validate(asdict(gap)) for gap in found]
        )

    @router.post("/cases/{code}/snapshot", tags=["snapshot"], responses=problems_of(404))
    async def snapshot(
        caller: Annotated[Caller, Depends(seeing)],
        code: Annotated[str, Path(max_length=20, description="The six digits that the driver reads out.")],
    ) -> SnapshotOut:
        """A car that its driver shares right now, read-only. The look is on record, and the driver can see it."""
        return snapshot_out(await turns.run(desk.look, code, caller.name))

    return router


async def _events(told: AnswerOut, writer: Writer | None, grounding: Grounding) -> AsyncIterator[str]:
    yield _event("answer", told.model_dump())
    left_out = 0
    if writer is not None and told.outcome == "answer":
        passages = [(told.sources[0].section, told.answer), *((each.section, each.text) for each in told.passages)]
        heard = Grounded(grounding, passages)
        try:
            async for sentence in heard.sentences(writer.write(told.question, passages)):
                yield _event("piece", {"text": sentence})
        except OSError:
            yield _event("problem", {"detail": "The language model cannot be reached; the answer above stands."})
        left_out = heard.left_out
    yield _event("done", {"left_out": left_out})


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


# --- from the desk's values to the API's ------------------------------------------------------------------


def answer_out(replied: Replied) -> AnswerOut:
    """An answer with the ids of its sections and passages, and the sentences that it was taken from."""
    answer, reader, pack = replied.answer, replied.reader, replied.vehicle.pack
    sources = []
    for source in answer.sources:
        section_id = reader.section_id(pack, source.section)
        marked: list[str] = []
        if section_id and answer.outcome == "answer":
            told = reader.section(section_id, answer.text)
            marked = [line.text for _, lines in told.blocks for line in lines if line.marked]
        sources.append(
            SourceOut(
                title=source.title,
                section=source.section,
                section_id=section_id,
                page=source.page,
                score=source.score,
                sentences=marked,
            )
        )
    return AnswerOut(
        id=replied.id,
        question=answer.question,
        answer=answer.text,
        outcome=answer.outcome,
        reason=answer.reason,
        vehicle=vehicle_out(replied.vehicle),
        sources=sources,
        passages=[passage_out(found) for found in reader.identified(pack, answer.passages)],
        steps=list(answer.steps),
        timings_ms=dict(answer.timings_ms),
    )


def vehicle_out(vehicle: Vehicle) -> VehicleOut:
    return VehicleOut(pack=vehicle.pack, variant=vehicle.variant, note=vehicle.note)


def passage_out(found: Found) -> PassageOut:
    return PassageOut.model_validate(asdict(found))


def packs_out(desk: SupportDesk) -> PacksOut:
    reader = desk.reader
    return PacksOut(
        build=reader.build,
        packs=[
            PackOut(
                pack=name,
                title=shelved.manifest.title,
                brand=shelved.manifest.brand,
                model=shelved.manifest.model,
                year=shelved.manifest.year,
                variants=list(shelved.manifest.variants),
                edition=shelved.manifest.edition,
                language=shelved.manifest.language,
                licence=shelved.manifest.licence,
                sections=sum(owner == name for owner in reader.shelf.owner),
            )
            for name, shelved in reader.shelf.packs.items()
        ],
    )


def code_out(desk: SupportDesk, code: str) -> CodeOut:
    found, fault, lamps = desk.code(code)
    return CodeOut(
        code=found,
        severity=fault.severity,
        lamp=fault.lamp,
        means=fault.means,
        do=fault.do,
        telltales=[
            LampOut(pack=pack, name=t.name, colour=t.colour, drive_on=t.drive_on, section=t.section)
            for pack, t in lamps
        ],
    )


def snapshot_out(seen: Seen) -> SnapshotOut:
    return SnapshotOut(
        taken_at=seen.snapshot.taken_at,
        ends_at=seen.ends_at,
        vehicle=vehicle_out(seen.vehicle) if seen.vehicle else None,
        readings=[ReadingOut(name=r.name, value=r.value, unit=r.unit, age_s=r.age_s) for r in seen.snapshot.readings],
        codes=[
            FaultOut(
                code=code,
                severity=fault.severity if fault else None,
                means=fault.means if fault else None,
                do=fault.do if fault else None,
            )
            for code, fault in seen.codes
        ],
        warnings=[
            WarningOut(name=t.name, colour=t.colour, meaning=t.meaning, section=t.section) for t in seen.warnings
        ],
    )
