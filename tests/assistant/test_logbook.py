"""What becomes of every challenge and permit stands in the journal, also where nobody answered."""

from dataclasses import replace

import pytest

from assistant.bootstrap import Rig
from assistant.utterance import Modality, Utterance, Zone
from policies.permit import Permit

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"


class Kept:
    """A journal in memory: what a cabin wrote, in order."""

    def __init__(self) -> None:
        self.records: list[tuple[str, dict]] = []

    def append_many(self, records) -> None:
        self.records.extend((kind, dict(fields)) for kind, fields in records)

    def of(self, kind: str) -> list[dict]:
        return [fields for each, fields in self.records if each == kind]


@pytest.fixture
def kept(rig: Rig) -> Kept:
    rig.cabin.logbook.journal = journal = Kept()
    return journal


async def say(rig: Rig, text: str):
    return await rig.cabin.take_turn(Utterance(text, zone=Zone.DRIVER))


async def test_a_challenge_that_nobody_answers_is_recorded_as_expired_by_the_cabins_own_clock(rig: Rig, kept) -> None:
    asked = await say(rig, "switch to sport mode")
    rig.clock.advance(9)
    await say(rig, "thank you")
    await say(rig, "thank you")
    assert kept.of("answer") == [{"challenge": asked.challenge, "by": "none", "result": "expired"}]


async def test_a_challenge_that_a_new_one_replaces_is_recorded_before_the_new_one(rig: Rig, kept) -> None:
    first = await say(rig, "switch to sport mode")
    second = await say(rig, "open the trunk")
    order = [(fields["challenge"], kind) for kind, fields in kept.records if kind in ("challenge", "answer")]
    assert order == [(first.challenge, "challenge"), (first.challenge, "answer"), (second.challenge, "challenge")]
    assert kept.of("answer")[0]["result"] == "replaced"


async def test_a_touch_that_comes_too_late_is_recorded_once(rig: Rig, kept) -> None:
    asked = await say(rig, "switch to sport mode")
    rig.clock.advance(9)
    await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    late = {"challenge": asked.challenge, "by": "touch", "result": "expired", "through": "touch screen"}
    assert kept.of("answer") == [late]


async def test_a_challenge_that_is_open_when_the_cabin_closes_is_withdrawn(rig: Rig, kept) -> None:
    asked = await say(rig, "switch to sport mode")
    rig.close()
    assert kept.of("answer") == [{"challenge": asked.challenge, "by": "none", "result": "cancelled"}]
    late = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert late.decision == "refuse"


async def test_a_critical_request_that_changes_nothing_is_recorded_too(rig: Rig, kept) -> None:
    rig.console.set({MODE: "SPORT"})
    reply = await say(rig, "switch to sport mode")
    assert reply.challenge is None
    (decision,) = kept.of("decision")
    assert (decision["decision"], decision["commands"]) == ("none", [{"signal": MODE, "value": "SPORT"}])


async def test_what_a_language_model_read_is_asked_for_and_recorded_as_its_tool_call(
    rig: Rig, kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood = rig.cabin.router.route
    monkeypatch.setattr(
        rig.cabin.router, "route", lambda *said: tuple(replace(each, path="model") for each in understood(*said))
    )
    asked = await say(rig, "switch to sport mode")
    assert asked.decision == "confirm"
    await say(rig, "set the temperature to 21 degrees")
    assert [decision["means"] for decision in kept.of("decision")] == ["tool", "tool"]


async def test_however_the_way_to_the_car_fails_the_outcome_is_recorded_and_said(
    rig: Rig, kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(permit: Permit) -> dict:
        raise ZeroDivisionError

    monkeypatch.setattr(rig.cabin.vehicle, "apply", breaks)
    reply = await say(rig, "set the temperature to 21 degrees")
    assert reply.applied == {}
    assert "may or may not" in reply.text
    assert [outcome["achieved"] for outcome in kept.of("outcome")] == [False]
