"""`cabin session` as another program drives it: lines in, lines out, and no line that ends it."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import Engines
from assistant.session import LONGEST_LINE, Session

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
REPLY = {
    "type", "heard", "text", "intent", "kind", "commands", "decision", "by", "challenge", "rules", "applied",
    "sources", "timings_ms",
}  # fmt: skip


@pytest.fixture
def send(engines: Engines):
    session = Session(engines)

    async def line(**message: Any) -> dict[str, Any]:
        answer = await session.answer(json.dumps(message).encode())
        return json.loads(json.dumps(answer))

    line.raw = session.answer
    return line


async def test_an_utterance_is_answered_with_every_field_of_the_protocol(send) -> None:
    reply = await send(type="text", text="set the temperature to 21 degrees", zone="driver")
    assert set(reply) == REPLY
    assert {"stt", "route", "plan", "decide", "apply", "total"} <= set(reply["timings_ms"])
    assert reply["commands"] == [{"signal": "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", "value": 21.0}]


async def test_touch_biometric_and_cancel_answer_a_challenge(send) -> None:
    for answer, mode in (("touch", "SPORT"), ("biometric", "SPORT"), ("cancel", "NORMAL")):
        await send(type="vehicle", set={MODE: "NORMAL"})
        asked = await send(type="text", text="switch to sport mode", zone="driver")
        reply = await send(type=answer, challenge=asked["challenge"])
        assert set(reply) == REPLY
        assert (await send(type="vehicle", get=[MODE]))["values"] == {MODE: mode}


async def test_waiting_lets_a_challenge_expire(send) -> None:
    asked = await send(type="text", text="switch to sport mode", zone="driver")
    assert (await send(type="wait", seconds=9))["type"] == "ok"
    assert (await send(type="touch", challenge=asked["challenge"]))["decision"] == "refuse"


@pytest.mark.parametrize("kind", ["touch", "biometric", "cancel"])
async def test_an_unknown_challenge_is_refused_with_a_reason(send, kind: str) -> None:
    reply = await send(type=kind, challenge="no-such")
    assert (reply["type"], reply["decision"]) == ("reply", "refuse")
    assert reply["text"]


async def test_a_challenge_does_not_outlive_a_reset(send) -> None:
    asked = await send(type="text", text="switch to sport mode", zone="driver")
    await send(type="reset")
    assert (await send(type="touch", challenge=asked["challenge"]))["decision"] == "refuse"
    assert (await send(type="vehicle", get=[MODE]))["values"] == {MODE: "NORMAL"}


async def test_the_vehicle_is_set_and_read(send) -> None:
    answer = await send(type="vehicle", set={"Vehicle.Speed": 50})
    assert answer == {"type": "vehicle", "values": {"Vehicle.Speed": 50.0}}


async def test_a_preference_fills_what_was_left_open(send) -> None:
    assert (await send(type="remember", text="prefers 22 degrees"))["type"] == "ok"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{bad", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"type": "wait", "seconds": ' + b"1" * 5_000 + b"}", "bad_json"),
        (b"[1, 2]", "bad_message"),
        (b"null", "bad_message"),
        (b'"text"', "bad_message"),
        (b"{}", "bad_message"),
        (b'{"type": "open the door"}', "bad_message"),
        (b'{"type": "text"}', "bad_message"),
        (b'{"type": "text", "text": 3}', "bad_message"),
        (b'{"type": "text", "text": "hi", "zone": "roof"}', "bad_message"),
        (b'{"type": "text", "text": "hi", "sudo": true}', "bad_message"),
        (b'{"type": "wait", "seconds": -1}', "bad_message"),
        (b'{"type": "wait", "seconds": NaN}', "bad_message"),
        (b'{"type": "wait", "seconds": 1e309}', "bad_message"),
        (b'{"type": "vehicle", "set": {"Vehicle.Spede": 3}}', "unknown_signal"),
        (b'{"type": "vehicle", "get": ["Vehicle.Spede"]}', "unknown_signal"),
        (b'{"type": "vehicle", "set": {"Vehicle.Speed": "fast"}}', "bad_value"),
        (b'{"type": "vehicle", "set": {"Vehicle.Speed": NaN}}', "bad_value"),
        (b'{"type": "audio", "path": "/no/such.wav", "zone": "driver"}', "missing"),
        (b"x" * (LONGEST_LINE + 1), "too_long"),
    ],
)
async def test_a_bad_line_is_told_and_the_session_goes_on(send, line: bytes, code: str) -> None:
    answer = await send.raw(line)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["message"]
    assert "Traceback" not in answer["message"]
    assert (await send(type="vehicle", get=["Vehicle.Speed"]))["type"] == "vehicle"


async def test_half_a_character_is_answered_like_any_text(send) -> None:
    answer = await send.raw(b'{"type": "text", "text": "hello \\ud800", "zone": "driver"}')
    assert answer["type"] == "reply"
    assert json.dumps(answer, ensure_ascii=False).encode("utf-8")


async def test_everything_that_is_sent_is_json_that_others_can_read(send) -> None:
    values = (await send(type="vehicle", get=["Vehicle.Speed", "Vehicle.Diagnostics.DTCList"]))["values"]
    assert math.isfinite(values["Vehicle.Speed"])


def test_a_program_gets_one_object_for_each_line_and_a_clean_end(tmp_path: Path) -> None:
    lines = [
        '{"type":"text","text":"set the fan to three","zone":"driver"}',
        "not json",
        "",
        '{"type":"vehicle","get":["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"]}',
    ]
    run = subprocess.run(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", "session"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["type"] for answer in answers] == ["reply", "error", "vehicle"]
    assert answers[2]["values"] == {"Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed": 60}
    assert run.returncode == 0
    assert "Traceback" not in run.stderr


def test_a_folder_that_cannot_be_written_is_told_and_the_session_goes_on(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    run = subprocess.run(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", "session"],
        input='{"type":"text","text":"set the fan to three","zone":"driver"}\n'
        '{"type":"text","text":"switch to sport mode","zone":"driver"}\n',
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "CABIN_DATA_DIR": str(in_the_way / "below")},
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["type"] for answer in answers] == ["reply", "reply"]
    assert answers[0]["applied"]
    assert str(in_the_way) in answers[0]["text"] + run.stderr
    assert "Traceback" not in run.stderr


async def test_a_session_that_ends_leaves_no_challenge_open(engines: Engines) -> None:
    session = Session(engines)

    async def lines():
        yield b'{"type":"text","text":"switch to sport mode","zone":"driver"}'

    said: list[str] = []
    await session.run(lines(), said.append)
    asked = json.loads(said[0])["challenge"]
    late = await session.answer(json.dumps({"type": "touch", "challenge": asked}))
    assert (late["decision"], late["applied"]) == ("refuse", {})
