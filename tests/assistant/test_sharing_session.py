"""A shared car from outside: the driver's word and touch, the code, its end by word, time, reset and leaving."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest

from assistant.bootstrap import Engines
from assistant.session import Session
from assistant.sharing import SIGNAL
from knowledge.errors import KnowledgeError
from knowledge.support.cases import LASTS_S
from knowledge.support.problems import Problem


@pytest.fixture
def session(engines: Engines) -> Session:
    return Session(engines)


async def told(session: Session, **line: object) -> dict[str, object]:
    return await session.answer(json.dumps(line))


async def shared(session: Session) -> str:
    """Says it, touches yes, and gives the six digits that are spoken."""
    asked = await told(session, type="text", text="share my car's state with support", zone="driver")
    reply = await told(session, type="touch", challenge=asked["challenge"])
    digits = re.search(r"((?:\d ){5}\d)", str(reply["text"]))
    assert digits, reply["text"]
    return digits[1].replace(" ", "")


async def switch(session: Session) -> object:
    values = (await told(session, type="vehicle", get=[SIGNAL]))["values"]
    assert isinstance(values, dict)
    return values[SIGNAL]


def is_open(engines: Engines, code: str) -> bool:
    try:
        engines.cases().look(code, "anna")
    except Problem:
        return False
    return True


def records(engines: Engines, kind: str) -> list[dict[str, object]]:
    lines = map(json.loads, engines.settings.journal_file.read_text("utf-8").splitlines())
    return [line for line in lines if line["kind"] == kind]


async def test_the_code_that_is_spoken_opens_the_case_until_the_driver_ends_it(
    engines: Engines, session: Session
) -> None:
    code = await shared(session)
    assert is_open(engines, code)
    reply = await told(session, type="text", text="stop sharing my car's state", zone="driver")
    assert reply["decision"] == "allow"
    assert not is_open(engines, code)
    assert await switch(session) is False


async def test_after_a_quarter_of_an_hour_the_car_itself_is_switched_off_without_a_word(
    engines: Engines, session: Session
) -> None:
    code = await shared(session)
    assert is_open(engines, code)
    before = len(records(engines, "look"))
    await told(session, type="wait", seconds=LASTS_S)
    assert await switch(session) is False
    assert not is_open(engines, code)
    assert len(records(engines, "look")) == before + 1  # the look of this test, and only now
    assert records(engines, "sharing")[-1]["by"] == "time"
    assert records(engines, "outcome")[-1]["achieved"] is True


async def test_a_reset_leaves_no_case_open(engines: Engines, session: Session) -> None:
    code = await shared(session)
    await told(session, type="reset")
    assert not is_open(engines, code)
    assert records(engines, "sharing")[-1]["by"] == "cabin"


async def test_a_session_that_ends_leaves_no_case_open(engines: Engines, session: Session) -> None:
    code = await shared(session)

    async def nothing() -> AsyncIterator[bytes]:
        for line in ():
            yield line

    await session.run(nothing(), lambda line: None)
    assert not is_open(engines, code)
    assert session.rig.console.get([SIGNAL])[SIGNAL] is False


async def test_where_nothing_can_be_shared_the_driver_is_told_so_and_the_switch_goes_back(
    engines: Engines, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise KnowledgeError("the disk is full")

    monkeypatch.setattr(engines.cases(), "open", full)
    asked = await told(session, type="text", text="share my car's state with support", zone="driver")
    reply = await told(session, type="touch", challenge=asked["challenge"])
    assert "disk is full" in str(reply["text"])
    assert not re.search(r"\bon\b", str(reply["text"]))
    assert await switch(session) is False


async def test_turns_and_the_end_of_sharing_do_not_get_in_each_other_s_way(engines: Engines, session: Session) -> None:
    await shared(session)
    session.rig.clock.advance(LASTS_S)
    asked, _ = await asyncio.gather(
        told(session, type="text", text="set the temperature to 22 degrees", zone="driver"),
        session.rig.cabin.keep_up(),
    )
    assert asked["decision"] == "allow"
    assert await switch(session) is False
