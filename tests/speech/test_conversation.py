"""Speaking with the cabin: who is heard, when, and that its replies give way."""

import asyncio

import numpy as np
import pytest

from assistant.errors import DeviceError, SpeechError
from assistant.ports import Synthesizer
from assistant.speech import ears as heard
from assistant.speech.conversation import Conversation, Event, Partly, Replied, Spoke, Trouble, Understood, is_part
from assistant.speech.espeak import EspeakVoice
from assistant.speech.sphinx import SphinxTranscriber
from assistant.utterance import SAMPLE_RATE, Audio, Reply, Utterance, Zone
from tests.speech.room import Room, at
from tests.speech.talking import Scripted, reached, talk

pytest.importorskip("livekit.rtc")

LEVEL = -26.0
LONG = "The child seat fits the rear bench only. Open the cover, pull the strap and let it click twice."


@pytest.fixture(scope="module")
def voice() -> Synthesizer:
    return EspeakVoice()


@pytest.fixture(scope="module")
def command(said: dict[str, Audio]) -> Audio:
    return at(said["slt_switch_to_sport_mode"], LEVEL)


async def test_a_key_lets_one_speak_and_the_reply_is_spoken(
    ears: SphinxTranscriber, voice: Synthesizer, command: Audio
) -> None:
    room = Room(lasts_s=8.0)
    room.say(command, 0.5)
    log = await talk(room, ears, voice, "Sport mode is on.", lambda conversation: conversation.talk())
    assert log.heard == ["switch to sport mode"]
    assert [event.how for event in log.told(heard.Began)] == ["key"]
    assert [event.whole for event in log.told(Spoke)] == [True]
    assert room.sounded_s > 0.5


async def test_words_are_shown_while_they_are_spoken(ears: SphinxTranscriber, command: Audio) -> None:
    room = Room(lasts_s=6.0)
    room.say(command, 0.2)
    log = await talk(room, ears, None, "", lambda conversation: conversation.talk())
    shown = [type(event) for _, event in log.events if isinstance(event, Partly | Understood)]
    assert shown[-1] is Understood


async def test_talk_that_is_not_meant_for_the_car_is_not_even_transcribed(command: Audio) -> None:
    room = Room(lasts_s=5.0)
    room.say(command, 0.5)
    log = await talk(room, Scripted(), None, "Sport mode is on.")
    assert log.events == [(log.events[0][0], log.told(heard.Lost)[0])]


async def test_hands_free_everything_is_heard_one_utterance_after_another(command: Audio) -> None:
    room = Room(lasts_s=8.0)
    room.say(command, 0.5)
    room.say(command, 4.0)
    log = await talk(room, Scripted(), None, "Done.", lambda c: setattr(c.ears, "always", True))
    assert [event.how for event in log.told(heard.Ended)] == ["hands-free"] * 2
    assert len(log.replies) == 2


async def test_a_held_key_ends_the_utterance_when_it_is_let_go(command: Audio) -> None:
    room = Room(lasts_s=9.0)
    room.say(command, 0.2)
    room.say(command, 4.2)  # 1.5 s later: silence would have ended it

    def hold(conversation: Conversation) -> None:
        conversation.talk(held=True)
        room.when(8.0, conversation.release)

    log = await talk(room, Scripted(), None, "Done.", hold)
    (ended,) = log.told(heard.Ended)
    assert ended.reason == "released"
    assert len(ended.sound) > 7 * SAMPLE_RATE


async def test_a_key_without_words_is_forgotten() -> None:
    log = await talk(Room(lasts_s=9.0), Scripted(), None, "Done.", lambda conversation: conversation.talk())
    assert [event.why for event in log.told(heard.Dropped)] == ["nothing was said"]
    assert log.turns == []


async def test_our_question_may_be_answered_without_a_key(voice: Synthesizer, command: Audio) -> None:
    room = Room(lasts_s=16.0)
    room.say(command, 0.2)
    replies = iter([Reply("", "Which window?"), Reply("", "Done.")])

    async def answer(utterance: Utterance) -> Reply:
        return next(replies)

    room.interrupt(command, 3.0)  # two seconds after the question's end
    log = await talk(room, Scripted(), voice, answer, lambda conversation: conversation.talk())
    assert [event.how for event in log.told(heard.Ended)] == ["key", "follow-up"]
    assert log.replies == ["Which window?", "Done."]


async def test_after_a_statement_ears_are_shut_again(voice: Synthesizer, command: Audio) -> None:
    room = Room(lasts_s=12.0)
    room.say(command, 0.2)
    room.interrupt(command, 3.5)
    log = await talk(room, Scripted(), voice, "Done.", lambda conversation: conversation.talk())
    assert [event.how for event in log.told(heard.Ended)] == ["key"]


async def test_a_turn_is_never_cut_short_by_what_is_said_meanwhile(command: Audio) -> None:
    room = Room(lasts_s=8.0)
    room.say(command, 0.2)
    room.say(command, 3.5)
    begun: list[str] = []
    finished: list[str] = []
    second_ended = reached(room, 7.0)

    async def answer(utterance: Utterance) -> Reply:
        begun.append(utterance.text)
        await second_ended.wait()
        finished.append(utterance.text)
        return Reply(utterance.text, "Done.")

    log = await talk(room, Scripted(), None, answer, lambda c: setattr(c.ears, "always", True))
    assert begun == finished == ["open the window"] * 2
    ended = [moment for moment, event in log.events if isinstance(event, heard.Ended)]
    replied = [moment for moment, event in log.events if isinstance(event, Replied)]
    assert ended[1] < replied[0]


async def test_a_reply_is_not_spoken_over_somebody_who_speaks_again(voice: Synthesizer, command: Audio) -> None:
    room = Room(lasts_s=9.0)
    room.say(command, 0.2)
    room.say(command, 4.0)

    room.when(4.9, room.goes_on.clear)  # within the second command, until it is known whether the reply is spoken
    within_second = reached(room, 4.9)

    async def answer(utterance: Utterance) -> Reply:
        await within_second.wait()
        return Reply(utterance.text, "Done.")

    def watch(event: Event) -> None:
        if isinstance(event, Spoke) and not event.whole:
            room.goes_on.set()

    log = await talk(room, Scripted(), voice, answer, lambda c: setattr(c.ears, "always", True), watch=watch)
    assert log.replies == ["Done.", "Done."]
    assert [event.whole for event in log.told(Spoke)] == [False, True]
    assert room.spoke_s >= 4.0 + len(command) / SAMPLE_RATE


async def test_ears_that_fail_in_any_way_are_told(command: Audio) -> None:
    class Odd:
        phrase = "hey cabin"

        def hear(self, sound: Audio) -> int | None:
            raise ZeroDivisionError("odd")

        def reset(self) -> None: ...

    log = await talk(Room(lasts_s=3.0), Scripted(), None, "Done.", wake_word=Odd())
    (lost,) = log.told(heard.Lost)
    assert lost.deaf and "listening failed (ZeroDivisionError: odd)" in str(lost.error)


async def test_a_wake_word_that_fails_leaves_the_key(command: Audio) -> None:
    class Failing:
        phrase = "hey cabin"

        def hear(self, sound: Audio) -> int | None:
            raise SpeechError("the wake word search failed; push-to-talk still works")

        def reset(self) -> None: ...

    room = Room(lasts_s=8.0)
    room.say(command, 3.0)

    def begin(conversation: Conversation) -> None:
        room.when(2.5, conversation.talk)

    log = await talk(room, Scripted(), None, "Done.", begin, wake_word=Failing())
    assert [event.deaf for event in log.told(heard.Lost)] == [False, True]  # the second: the room is over
    assert log.replies == ["Done."]


async def test_the_seat_is_unknown_unless_the_settings_name_it(command: Audio) -> None:
    for zone in (Zone.UNKNOWN, Zone.DRIVER):
        room = Room(lasts_s=4.5)
        room.say(command, 0.2)
        log = await talk(room, Scripted(), None, "", lambda conversation: conversation.talk(), zone=zone)
        assert [utterance.zone for utterance in log.turns] == [zone]


async def test_an_unplugged_microphone_is_told_and_typing_goes_on(command: Audio) -> None:
    room = Room(lasts_s=20.0)
    typed: list[asyncio.Task[Reply]] = []

    def unplug(conversation: Conversation) -> None:
        conversation.talk()
        room.when(2.0, room.unplug)
        loop = asyncio.get_running_loop()
        room.when(1.9, lambda: loop.call_soon_threadsafe(type_something, conversation))

    def type_something(conversation: Conversation) -> None:
        typed.append(asyncio.create_task(conversation.take(Utterance("a bit warmer"))))

    log = await talk(room, Scripted(), None, "Done.", unplug)
    replies = [await task for task in typed]
    (lost,) = log.told(heard.Lost)
    assert isinstance(lost.error, DeviceError) and "unplugged" in str(lost.error) and lost.deaf
    assert [event.why for event in log.told(heard.Dropped)] == ["the microphone is gone"]
    assert [reply.text for reply in replies] == ["Done."]


async def test_without_a_loudspeaker_replies_are_shown(command: Audio) -> None:
    room = Room(lasts_s=4.5)
    room.say(command, 0.2)
    log = await talk(room, Scripted(), None, "Done.", lambda conversation: conversation.talk())
    assert log.replies == ["Done."]


async def test_a_recogniser_that_fails_is_told_and_the_next_utterance_is_heard(command: Audio) -> None:
    class Once(Scripted):
        failed = False

        def transcribe(self, audio: Audio) -> "object":
            if len(audio) > SAMPLE_RATE and not self.failed and room.now_s > 2.5:
                self.failed = True
                raise SpeechError("the recogniser is out of order")
            return super().transcribe(audio)

    room = Room(lasts_s=9.0)
    room.say(command, 0.2)
    room.say(command, 5.0)
    log = await talk(room, Once(), None, "Done.", lambda c: setattr(c.ears, "always", True))
    assert len(log.replies) + len(log.told(Trouble)) == 2 and log.replies


@pytest.mark.parametrize(
    ("words", "reply", "part"),
    [
        ("yes", "Yes, I can do that.", True),
        ("twenty one degrees", "It is now 21 degrees.", True),
        ("yes", "Yesterday it was colder.", False),
        ("switch to sport mode", "Sport mode is on.", False),
        ("", "Done.", True),
    ],
)
def test_the_replys_own_words_are_known(words: str, reply: str, part: bool) -> None:
    assert is_part(words, reply) is part


def test_a_level_is_measured_twenty_times_a_second() -> None:
    told: list[heard.Event] = []
    room = Room(lasts_s=2.0)
    room.say(at(np.sin(np.arange(SAMPLE_RATE) / 5).astype(np.float32), -20.0), 1.0)
    listening = heard.Ears(lambda: room, told.append)
    listening.start()
    assert listening._thread is not None
    listening._thread.join(30)
    levels = [event.level.rms_dbfs for event in told if isinstance(event, heard.Measured)]
    assert len(levels) == pytest.approx(2.0 / 0.06, abs=2)
    assert levels[2] < -50 and levels[-2] == pytest.approx(-20.0, abs=1.0)
