"""One turn after another, as a driver has them: said, decided, done, and read back."""

from dataclasses import replace
from typing import ClassVar

import pytest

from assistant.bootstrap import Rig
from assistant.errors import StorageError
from assistant.utterance import Modality, Reply, Utterance, Zone

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
HIGH_BEAM = "Vehicle.Body.Lights.Beam.High.IsOn"
PRESSURE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"


@pytest.fixture
def say(rig: Rig):
    async def take(text: str, zone: Zone = Zone.DRIVER) -> Reply:
        return await rig.cabin.take_turn(Utterance(text, zone=zone))

    return take


def value(rig: Rig, path: str):
    return rig.console.get([path])[path]


async def test_comfort_is_done_by_voice_and_read_back(rig: Rig, say) -> None:
    reply = await say("set the temperature to twenty one degrees")
    assert reply.decision == "allow"
    assert reply.applied == {TEMPERATURE: 21.0}
    assert "21" in reply.text
    assert value(rig, TEMPERATURE) == 21.0


async def test_a_bit_warmer_goes_up_from_where_it_is(rig: Rig, say) -> None:
    rig.console.set({TEMPERATURE: 20.0})
    await say("a bit warmer")
    assert 20.0 < value(rig, TEMPERATURE) <= 21.0


async def test_sport_is_done_only_after_a_touch(rig: Rig, say) -> None:
    asked = await say("switch to sport mode")
    assert (asked.decision, asked.by) == ("confirm", (Modality.TOUCH, Modality.BIOMETRIC))
    assert value(rig, MODE) == "NORMAL"
    touched = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert (touched.decision, value(rig, MODE)) == ("allow", "SPORT")


@pytest.mark.parametrize("word", ["yes", "confirm", "I touched it", "go ahead", "yes I confirm sport mode"])
async def test_no_spoken_word_confirms_sport(rig: Rig, say, word: str) -> None:
    await say("switch to sport mode")
    await say(word)
    assert value(rig, MODE) == "NORMAL"


async def test_an_expired_challenge_does_nothing(rig: Rig, say) -> None:
    asked = await say("switch to sport mode")
    rig.clock.advance(9)
    late = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert (late.decision, value(rig, MODE)) == ("refuse", "NORMAL")


async def test_a_challenge_is_answered_once(rig: Rig, say) -> None:
    asked = await say("switch to sport mode")
    await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    rig.console.set({MODE: "NORMAL"})
    again = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert (again.decision, value(rig, MODE)) == ("refuse", "NORMAL")


async def test_what_was_asked_parked_is_refused_when_touched_moving(rig: Rig, say) -> None:
    asked = await say("open the trunk")
    assert asked.decision == "confirm"
    rig.console.set({"Vehicle.Speed": 60})
    touched = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert (touched.decision, value(rig, TRUNK)) == ("refuse", False)


async def test_the_trunk_at_80_is_refused_with_a_reason(rig: Rig, say) -> None:
    rig.console.set({"Vehicle.Speed": 80})
    reply = await say("open the trunk")
    assert (reply.decision, reply.challenge) == ("refuse", None)
    assert "parked" in reply.text


async def test_an_unlock_from_outside_is_refused(rig: Rig, say) -> None:
    reply = await say("unlock the doors", Zone.OUTSIDE)
    assert (reply.decision, reply.challenge, value(rig, LOCK)) == ("refuse", None, True)


async def test_attention_is_confirmed_by_voice(rig: Rig, say) -> None:
    asked = await say("turn on the high beams")
    assert Modality.VOICE in asked.by
    await say("yes")
    assert value(rig, HIGH_BEAM) is True


async def test_no_drops_what_is_pending(rig: Rig, say) -> None:
    await say("turn on the high beams")
    await say("no")
    await say("yes")
    assert value(rig, HIGH_BEAM) is False


async def test_several_requests_are_done_in_order_and_one_challenge_asks_for_the_rest(rig: Rig, say) -> None:
    reply = await say("turn on the radio and switch to sport mode")
    assert reply.applied == {"Vehicle.Cabin.Infotainment.Media.Action": "PLAY"}
    assert reply.decision == "confirm"
    await rig.cabin.touch(reply.challenge or "", Modality.TOUCH)
    assert value(rig, MODE) == "SPORT"


async def test_back_to_how_it_was(rig: Rig, say) -> None:
    before = value(rig, TEMPERATURE)
    await say("set the temperature to 26 degrees")
    await say("back to how it was")
    assert value(rig, TEMPERATURE) == before


async def test_undoing_a_lock_still_needs_a_touch(rig: Rig, say) -> None:
    rig.console.set(dict.fromkeys(rig.console.get(list_of_locks(rig)), False))
    await say("lock the doors")
    assert value(rig, LOCK) is True
    undone = await say("undo that")
    assert (undone.decision, value(rig, LOCK)) == ("confirm", True)


def list_of_locks(rig: Rig) -> list[str]:
    return [path for path in rig.cabin.catalogue if path.startswith("Vehicle.Cabin.Door") and path.endswith("IsLocked")]


async def test_an_actuator_that_sticks_is_not_called_done(rig: Rig, say) -> None:
    window = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
    rig.console.fault(window, "sticks")
    reply = await say("open my window halfway")
    assert reply.applied[window] == 0
    assert "isn't" in reply.text or "not there yet" in reply.text.lower()


async def test_a_question_is_answered_from_the_manual_with_its_section(say) -> None:
    reply = await say("how do I change a wheel")
    assert (reply.kind, reply.decision, reply.commands) == ("question", "none", ())
    assert reply.sources
    assert reply.sources[0]["section"]


async def test_a_long_answer_is_read_step_by_step(say) -> None:
    told = [(await say("how do I change a wheel")).text]
    while len(told) < 20 and "no further step" not in told[-1]:
        told.append((await say("next step")).text)
    assert len(told) > 4
    assert all(len(part.split()) <= 90 for part in told)
    assert "firm, level ground" in told[0]
    assert "check" in told[-2]


async def test_a_low_tyre_is_told_from_reading_and_manual_together(rig: Rig, say) -> None:
    rig.console.set({PRESSURE: 170})
    reply = await say("how are my tyres")
    assert "front left" in reply.text
    assert "1.7 bar" in reply.text
    assert reply.sources


async def test_what_the_manual_cannot_answer_is_refused(say) -> None:
    reply = await say("who won the football match last night")
    assert reply.sources == ()
    assert reply.applied == {}


async def test_a_status_question_reads_the_car(rig: Rig, say) -> None:
    rig.console.set({"Vehicle.Cabin.Door.Row2.DriverSide.Window.Position": 100})
    reply = await say("is the left rear window open")
    assert reply.kind == "question"
    assert "open" in reply.text


async def test_what_did_you_say_repeats_the_last_reply(say) -> None:
    first = await say("set the temperature to 23 degrees")
    assert (await say("what did you say")).text == first.text


async def test_out_of_range_names_the_range_and_does_nothing(rig: Rig, say) -> None:
    before = value(rig, TEMPERATURE)
    reply = await say("set the temperature to 45 degrees")
    assert "28" in reply.text
    assert value(rig, TEMPERATURE) == before


@pytest.mark.parametrize(
    "text",
    ["", " ", "🚗🚗🚗", "откройте окно", "\x00\x07\x1b[31m", "a" * 10_000, "set the temperature to 1e309", "?" * 500,
     "set the temperature to minus infinity", "open " * 2_000],
)  # fmt: skip
async def test_no_text_is_an_error_or_moves_anything(rig: Rig, say, text: str) -> None:
    reply = await say(text)
    assert reply.text
    assert reply.applied == {}


async def test_what_cannot_be_recorded_is_not_done_when_it_is_critical(rig: Rig, say) -> None:
    asked = await say("switch to sport mode")

    class Full:
        def append_many(self, records: object) -> None:
            raise StorageError("the disk is full")

    rig.cabin.logbook.journal = Full()
    reply = await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)
    assert (value(rig, MODE), reply.decision) == ("NORMAL", "refuse")
    assert "disk is full" in reply.text


async def test_comfort_goes_on_without_a_journal_and_says_so(rig: Rig, say) -> None:
    class Full:
        def append_many(self, records: object) -> None:
            raise StorageError("the disk is full")

    rig.cabin.logbook.journal = Full()
    reply = await say("set the temperature to 24 degrees")
    assert value(rig, TEMPERATURE) == 24.0
    assert "disk is full" in reply.text


async def test_what_a_full_disk_kept_out_of_the_journal_is_written_when_there_is_room(rig: Rig, say) -> None:
    class Filling:
        room = False
        kept: ClassVar[list[str]] = []

        def append_many(self, records) -> None:
            if not self.room:
                raise StorageError("the disk is full")
            self.kept.extend(kind for kind, _ in records)

    rig.cabin.logbook.journal = journal = Filling()
    await say("set the temperature to 24 degrees")
    journal.room = True
    await say("thank you")
    assert journal.kept == ["decision", "permit", "outcome", "turn", "turn"]


async def test_watchers_are_told_in_order_and_cannot_steer(rig: Rig, say) -> None:
    events: list[str] = []
    rig.cabin.watchers.append(lambda event, what: events.append(event))
    await say("set the temperature to 24 degrees")
    assert events == ["heard", "understood", "decided", "applied", "replied"]


async def test_a_complaint_is_answered_by_a_proposal_that_a_yes_carries_out(rig: Rig, say) -> None:
    rig.console.set({TEMPERATURE: 20.0})
    proposed = await say("I'm freezing")
    assert proposed.applied == {}
    if proposed.decision == "confirm":
        assert (proposed.by, proposed.challenge) == ((Modality.VOICE,), None)
        await say("yes")
    assert value(rig, TEMPERATURE) > 20.0


async def test_a_question_of_ours_dies_after_a_while_and_with_a_new_request(rig: Rig, say) -> None:
    for passes in ("time", "a new request"):
        assert "?" in (await say("turn on the defroster")).text
        if passes == "time":
            rig.clock.advance(60)
        else:
            await say("lock the doors")
        await say("the front one")
        assert value(rig, "Vehicle.Cabin.HVAC.IsFrontDefrosterActive") is False


async def test_preferences_are_kept_listed_and_erased(rig: Rig, say) -> None:
    assert rig.cabin.remember("prefers 22 degrees")
    assert "22" in (await say("what are my preferences")).text
    await say("forget what I said about temperature")
    assert "22" not in (await say("what are my preferences")).text


@pytest.mark.parametrize("text", ["to one for the ball badge less my each", "warmer the pole latch much last night"])
async def test_loosely_heard_words_are_never_a_command(rig: Rig, say, text: str) -> None:
    await say("turn on the reading light")
    reply = await rig.cabin.take_turn(Utterance(text, zone=Zone.DRIVER, engine="pocketsphinx", free=True))
    assert (reply.applied, reply.decision) == ({}, "none")


async def test_freely_heard_words_that_are_a_whole_command_are_one(rig: Rig) -> None:
    heard = Utterance("defrost the windshield", zone=Zone.DRIVER, engine="pocketsphinx", free=True)
    assert (await rig.cabin.take_turn(heard)).decision == "allow"


def heard(text: str, rival: str) -> Utterance:
    return Utterance(text, zone=Zone.DRIVER, engine="moonshine/tiny-en", rival=rival)


async def test_a_command_that_may_have_been_another_is_asked_about_first(rig: Rig, say) -> None:
    reply = await rig.cabin.take_turn(heard("set the fan to five", "set the fan to nine"))
    assert "set the fan to five" in reply.text and reply.text.endswith("?") and reply.applied == {}
    assert "level 5" in (await say("yes")).text


async def test_a_no_leaves_what_was_asked_about_undone(rig: Rig, say) -> None:
    await rig.cabin.take_turn(heard("set the fan to five", "set the fan to nine"))
    assert (await say("no")).applied == {}
    assert (await say("yes")).applied == {}


@pytest.mark.parametrize("correction", ["no close them", "no a little", "no lock it"])
async def test_a_correction_does_not_do_what_was_asked_about(rig: Rig, say, correction: str) -> None:
    await rig.cabin.take_turn(heard("open all the windows halfway", "close all the windows"))
    assert 50 not in (await say(correction)).applied.values()


async def test_a_yes_that_may_have_been_another_word_does_nothing(rig: Rig, say) -> None:
    await rig.cabin.take_turn(heard("set the fan to five", "set the fan to nine"))
    assert (await rig.cabin.take_turn(heard("yes", "next"))).applied == {}
    assert (await rig.cabin.take_turn(heard("undo that", "mute that"))).applied == {}


async def test_nobody_inside_is_asked_about_what_was_said_outside(rig: Rig, say) -> None:
    said = replace(heard("open all the windows halfway", "close all the windows"), zone=Zone.OUTSIDE)
    assert (await rig.cabin.take_turn(said)).decision == "refuse"


async def test_two_wordings_of_one_command_are_not_asked_about(rig: Rig) -> None:
    said = heard("set the fan to five", "turn the fan up to 5")
    assert (await rig.cabin.take_turn(said)).decision == "allow"


async def test_a_doubtful_critical_request_still_needs_a_hand(rig: Rig, say) -> None:
    reply = await rig.cabin.take_turn(heard("switch to sport mode", "switch to eco mode"))
    assert reply.applied == {} and reply.text.endswith("?")
    agreed = await say("yes")
    assert agreed.applied == {} and agreed.decision == "confirm" and agreed.challenge
