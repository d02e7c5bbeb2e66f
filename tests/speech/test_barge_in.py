"""Speaking over a reply stops it and is heard; our own voice in the microphone does neither, and confirms nothing."""

import numpy as np
import pytest

from assistant.ports import Synthesizer
from assistant.speech import ears as heard
from assistant.speech.conversation import Conversation, Spoke
from assistant.speech.endpoint import Endpointer, Onset
from assistant.speech.espeak import EspeakVoice
from assistant.speech.own_voice import HANG_S, OwnVoice, correlation, likeness
from assistant.speech.sphinx import SphinxTranscriber
from assistant.utterance import SAMPLE_RATE, Audio, Reply, Utterance
from tests.speech.room import Room, at, decibels
from tests.speech.talking import Scripted, Talk, speak_at, talk

pytest.importorskip("livekit.rtc")

SPEECH_DBFS = -26.0
REPLY = "Your tyres are fine. The front left has 2.4 bar, and the rear right has 2.3 bar."
YES = "Yes. Yes, I can do that. Confirm. Yes."
STOPS_WITHIN_S = 0.2
"""After Silero has noticed speech; it takes three windows of 32 ms for that, from the first sound that is a voice's."""


@pytest.fixture(scope="module")
def voice() -> Synthesizer:
    return EspeakVoice()


@pytest.fixture(scope="module")
def reply_dbfs(voice: Synthesizer) -> float:
    pcm = b"".join(voice.speak(REPLY))
    return decibels(np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0)


def room(reply_dbfs: float, level_db: float, delay_s: float, lasts_s: float = 10.0, **more: float) -> Room:
    """A room in which a reply comes back ``level_db`` beside a driver's speech."""
    return Room(SPEECH_DBFS + level_db - reply_dbfs, delay_s, lasts_s=lasts_s, **more)


async def spoken(where: Room, voice: Synthesizer, text: str, *, engine: object = None, cancels: bool = True) -> Talk:
    """What happens while ``text`` is spoken."""
    return await talk(where, engine or Scripted(), voice, "", lambda c: speak_at(where, 0.5, c, text), cancels=cancels)


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.12, 0.2, 0.3])
@pytest.mark.parametrize("level_db", [-20, -10, 0, 6])
async def test_our_own_voice_is_not_taken_for_the_driver(
    voice: Synthesizer, reply_dbfs: float, delay_s: float, level_db: float
) -> None:
    for text in (REPLY, YES):
        where = room(reply_dbfs, level_db, delay_s)
        log = await spoken(where, voice, text)
        assert log.turns == [] and log.told(heard.Began) == []
        assert [event.whole for event in log.told(Spoke)] == [True]


@pytest.mark.parametrize(("decay_s", "distortion"), [(0.25, 0.0), (0.08, 3.0)])
async def test_nor_in_a_living_room_or_through_a_loudspeaker_that_rattles(
    voice: Synthesizer, reply_dbfs: float, decay_s: float, distortion: float
) -> None:
    log = await spoken(room(reply_dbfs, 0, 0.1, decay_s=decay_s, distortion=distortion), voice, YES)
    assert log.turns == [] and [event.whole for event in log.told(Spoke)] == [True]


@pytest.mark.parametrize("decay_s", [0.08, 0.25])
async def test_our_first_words_ever_are_not_heard_as_somebodys(
    voice: Synthesizer, reply_dbfs: float, decay_s: float
) -> None:
    """Late, soft and before the canceller has found the delay: the reply may fall silent, but nobody has spoken."""
    where = room(reply_dbfs, -20, 0.3, decay_s=decay_s)
    log = await spoken(where, voice, "Yes, I can do that for you right away.")
    assert log.turns == []


async def test_nor_when_it_comes_later_than_any_canceller_expects(voice: Synthesizer, reply_dbfs: float) -> None:
    log = await spoken(room(reply_dbfs, -10, 0.7), voice, YES)
    assert log.turns == []


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.12, 0.3])
@pytest.mark.parametrize("level_db", [-20, -10])
async def test_speech_over_a_reply_stops_it_at_once_and_is_heard(
    voice: Synthesizer, reply_dbfs: float, said: dict[str, Audio], level_db: float, delay_s: float
) -> None:
    where = room(reply_dbfs, level_db, delay_s, 12.0)
    speech = at(said["slt_set_the_temperature_to_twenty_one_degrees"], SPEECH_DBFS)
    where.interrupt(speech, 1.5)
    log = await spoken(where, voice, f"{REPLY} {REPLY}")
    assert [event.how for event in log.told(heard.Ended)] == ["barge-in"]
    assert not next(event.whole for event in log.told(Spoke))
    (began,) = [moment for moment, event in log.events if isinstance(event, heard.Began)]
    (stopped,) = where.loudspeaker.silenced_s
    detected = where.spoke_s + 1.5 + detected_s(speech)
    assert stopped <= detected + STOPS_WITHIN_S
    assert stopped <= began


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.12, 0.3])
async def test_a_reply_as_loud_as_the_driver_gives_way_too(
    voice: Synthesizer, reply_dbfs: float, said: dict[str, Audio], delay_s: float
) -> None:
    """Not always at the first word: what the canceller takes for the reply, it takes of both."""
    where = room(reply_dbfs, 0, delay_s, 12.0)
    where.interrupt(at(said["slt_set_the_temperature_to_twenty_one_degrees"], SPEECH_DBFS), 1.5)
    log = await spoken(where, voice, f"{REPLY} {REPLY}")
    assert [event.how for event in log.told(heard.Ended)] == ["barge-in"]
    assert not next(event.whole for event in log.told(Spoke))


def detected_s(speech: Audio) -> float:
    """When Silero, alone in a quiet room, notices ``speech``, seconds from its beginning."""
    endpointer = Endpointer()
    for start in range(0, len(speech), 320):
        if any(isinstance(event, Onset) for event in endpointer.hear(speech[start : start + 320])):
            return (start + 320) / SAMPLE_RATE
    raise AssertionError("this is no speech")


@pytest.mark.parametrize("delay_s", [0.05, 0.2])
@pytest.mark.parametrize("level_db", [-20, -10])
async def test_what_is_said_over_a_reply_is_heard_from_its_first_word(
    ears: SphinxTranscriber,
    voice: Synthesizer,
    reply_dbfs: float,
    said: dict[str, Audio],
    level_db: float,
    delay_s: float,
) -> None:
    where = room(reply_dbfs, level_db, delay_s, 12.0)
    where.interrupt(at(said["slt_set_the_temperature_to_twenty_one_degrees"], SPEECH_DBFS), 1.5)
    log = await spoken(where, voice, f"{REPLY} {REPLY}", engine=ears)
    assert [text.replace("the ", "") for text in log.heard] == ["set temperature to twenty one degrees"]


async def test_the_replys_own_words_from_another_mouth_do_not_confirm(
    voice: Synthesizer, reply_dbfs: float, said: dict[str, Audio]
) -> None:
    """A "yes" over a reply that says "yes": whoever it was, it is not clearly somebody else's."""
    where = room(reply_dbfs, -10, 0.05)
    where.interrupt(at(said["rms_yes"], SPEECH_DBFS), 1.0)
    log = await spoken(where, voice, YES + " " + REPLY, engine=Scripted("yes"))
    assert log.turns == []
    assert [event.why for event in log.told(heard.Dropped)][-1:] in ([], ["the reply's own words"])


async def test_a_key_stops_a_reply_at_once(voice: Synthesizer, reply_dbfs: float) -> None:
    where = room(reply_dbfs, -20, 0.05, 12.0)

    async def answer(utterance: Utterance) -> Reply:
        return Reply("", "")

    def begin(conversation: Conversation) -> None:
        speak_at(where, 0.5, conversation, REPLY)
        where.when(3.0, conversation.talk)

    log = await talk(where, Scripted(), voice, answer, begin)
    assert where.loudspeaker.silenced_s == pytest.approx([3.0], abs=0.05)
    assert [event.why for event in log.told(heard.Dropped)] == ["nothing was said"]


async def test_without_a_canceller_nothing_is_heard_while_a_reply_is_spoken(
    voice: Synthesizer, reply_dbfs: float, said: dict[str, Audio]
) -> None:
    where = room(reply_dbfs, 0, 0.1, 12.0)
    where.interrupt(at(said["rms_yes"], SPEECH_DBFS), 1.0)
    log = await spoken(where, voice, f"{REPLY} {REPLY}", cancels=False)
    assert log.turns == [] and [event.whole for event in log.told(Spoke)] == [True]


def test_our_voice_may_be_in_the_air_a_little_longer_than_it_is_played() -> None:
    own = OwnVoice()
    own.played(np.full(160, 0.5, np.float32))
    assert own.sounding
    own.clean(np.zeros(int((HANG_S - 0.05) * SAMPLE_RATE), np.float32))
    assert own.sounding
    own.clean(np.zeros(int(0.1 * SAMPLE_RATE), np.float32))
    assert not own.sounding


def test_a_voice_is_like_itself_however_late_and_unlike_another(said: dict[str, Audio]) -> None:
    one, other = (said[name][12_000:30_000] for name in ("slt_switch_to_sport_mode", "rms_close_all_the_windows"))
    played = np.concatenate((np.zeros(5_000, np.float32), one, np.zeros(5_000, np.float32)))
    assert correlation(one * 0.1, played) == pytest.approx(1.0, abs=0.02)
    assert likeness(one * 0.1, played) > 0.8
    assert correlation(other, played) < 0.12
    assert likeness(other, played) < 0.45


def test_silence_is_like_nothing() -> None:
    silence = np.zeros(SAMPLE_RATE, np.float32)
    assert correlation(silence, silence) == 0.0
    assert likeness(silence[:100], silence) == 0.0
