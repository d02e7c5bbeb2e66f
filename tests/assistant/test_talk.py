"""Talk about the talk: how long a reply may be at speed, what is left for the next stop, and undo."""

from dataclasses import replace

import pytest

from assistant.bootstrap import Rig
from assistant.utterance import Reply, Utterance, Zone
from policies.motion import Motion
from policies.restrictions import restrictions
from policies.state import VehicleState

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
LONG = "are the windows open, is the trunk open, are the doors locked and what is the temperature"


@pytest.fixture
def say(rig: Rig):
    async def take(text: str) -> Reply:
        return await rig.cabin.take_turn(Utterance(text, zone=Zone.DRIVER))

    return take


@pytest.mark.parametrize("text", ["what are my preferences", LONG, "help", "what does the yellow tyre light mean"])
@pytest.mark.parametrize(("speed", "motion"), [(50, Motion.MOVING), (140, Motion.FAST)])
async def test_no_reply_at_speed_is_longer_than_its_limit(rig: Rig, say, text: str, speed: int, motion: Motion) -> None:
    rig.console.set({"Vehicle.Speed": speed})
    more = rig.cabin.wording.say("more_when_parked")
    spoken = (await say(text)).text
    first = spoken.split(". ")[0]
    assert len(spoken.removesuffix(more).split()) <= max(restrictions(motion).words, len(first.split()))


async def test_what_was_left_out_at_speed_is_told_when_parked(rig: Rig) -> None:
    from assistant.turn import Turn

    turn = Turn(Utterance("", zone=Zone.DRIVER))
    sentences = [f"Window number {number} is open by forty percent now." for number in range(9)]
    for sentence in sentences:
        turn.say(sentence)
    said, rest = turn.spoken(restrictions(Motion.MOVING), "More when parked.")
    assert said.endswith("More when parked.")
    assert f"{said.removesuffix(' More when parked.')} {rest}" == " ".join(sentences)
    rig.cabin.memory.rest = rest
    told = await rig.cabin.take_turn(Utterance("tell me more", zone=Zone.DRIVER))
    assert told.text == rest


def test_what_was_decided_is_said_in_full_at_any_speed() -> None:
    from assistant.turn import Turn

    turn = Turn(Utterance("", zone=Zone.DRIVER))
    refusal = "The trunk stays closed: " + "because it is dangerous to open it at this speed " * 4 + "so stop first."
    turn.say("The fan is at two. " * 20)
    turn.say(refusal, whole=True)
    said, rest = turn.spoken(restrictions(Motion.FAST), "More when parked.")
    assert said.endswith(refusal)
    assert rest.startswith("The fan")


async def test_a_change_whose_undoing_is_refused_can_still_be_undone(rig: Rig, say, monkeypatch) -> None:
    rig.console.set({TEMPERATURE: 20.0})
    await say("set the temperature to 24 degrees")
    apply, tried = rig.cabin.vehicle.apply, []

    async def fails(permit):
        tried.append(permit)
        raise OSError

    monkeypatch.setattr(rig.cabin.vehicle, "apply", fails)
    await say("back to how it was")
    monkeypatch.setattr(rig.cabin.vehicle, "apply", apply)
    assert len(tried) == 1
    assert (await say("back to how it was")).applied == {TEMPERATURE: 20.0}


async def test_an_old_reading_is_said_to_be_old(rig: Rig, say, monkeypatch) -> None:
    state = rig.cabin.vehicle.state()
    old = {path: replace(reading, at=reading.at - 600) for path, reading in state.readings.items()}
    monkeypatch.setattr(rig.cabin.vehicle, "state", lambda: VehicleState(old))
    assert "10 minutes old" in (await say("what is the temperature")).text
