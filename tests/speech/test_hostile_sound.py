"""Sound that wants something: replays, radios, ultrasound, clipping, music. None of it passes a touch challenge.

Each goes through a real cabin that has just asked for a touch, from the file's samples to the gate and back.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from assistant.bootstrap import Engines, Rig
from assistant.errors import DeviceError
from assistant.settings import SpeechSettings
from assistant.speech import audio, live
from assistant.speech.audio import Resampler
from assistant.speech.conversation import Conversation, Event, Replied, Understood
from assistant.speech.ears import Lost
from assistant.speech.microphone import DeviceMicrophone
from assistant.utterance import SAMPLE_RATE, Audio, Modality, Utterance, Zone
from tests.speech.conftest import SOUNDS
from tests.speech.room import Room, at, decibels
from tests.speech.talking import Scripted, speak_at, talk

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
WIDE = 48_000
CARRIER = 20_000.0
ZONES = [Zone.DRIVER, Zone.UNKNOWN]
"""The seat that the hostile sound claims, and the one that it gets where nothing is known."""

Make = Callable[[], tuple[Audio, int]]


def spoken(name: str) -> Audio:
    return audio.load(SOUNDS / f"{name}.flac")


def replayed_yes() -> tuple[Audio, int]:
    return spoken("rms_yes"), SAMPLE_RATE


def replayed_confirm() -> tuple[Audio, int]:
    return spoken("awb_confirm"), SAMPLE_RATE


def replayed_exchange() -> tuple[Audio, int]:
    """What a recorder on the seat would have taken: the command, and the answer that it got the last time."""
    pause = np.zeros(SAMPLE_RATE // 5, np.float32)
    return np.concatenate((spoken("slt_switch_to_sport_mode"), pause, spoken("slt_confirm"))), SAMPLE_RATE


def radio_voice() -> tuple[Audio, int]:
    """A presenter on the radio: 300 to 3,400 Hz, compressed, with the cabin's reverberation."""
    voice = np.concatenate((spoken("rms_yes"), spoken("awb_confirm")))
    spectrum = np.fft.rfft(voice)
    tones = np.fft.rfftfreq(len(voice), 1 / SAMPLE_RATE)
    narrow = np.fft.irfft(np.where((tones > 300) & (tones < 3_400), spectrum, 0), len(voice))
    compressed = np.tanh(6 * narrow / np.abs(narrow).max())
    decay = np.random.default_rng(4).standard_normal(2_400) * np.exp(-np.arange(2_400) / 400)
    decay[0] = 4
    return at(np.convolve(compressed, decay)[: len(voice)].astype(np.float32), -22.0), SAMPLE_RATE


def ultrasound() -> tuple[Audio, int]:
    """A voice on a carrier of 20 kHz, as an "inaudible command" is sent: nobody hears it, microphones may."""
    voice = soxr.resample(spoken("slt_confirm"), SAMPLE_RATE, WIDE)
    time = np.arange(len(voice)) / WIDE
    carried = (1 + voice / np.abs(voice).max()) * np.sin(2 * np.pi * CARRIER * time)
    return (0.45 * carried).astype(np.float32), WIDE


def folded() -> tuple[Audio, int]:
    """A voice turned upside down around 16 kHz: sampled without a filter, it would be folded down and be heard."""
    voice = soxr.resample(spoken("rms_yes"), SAMPLE_RATE, WIDE)
    time = np.arange(len(voice)) / WIDE
    return at((voice * np.cos(2 * np.pi * 16_000 * time)).astype(np.float32), -20.0), WIDE


def clipped() -> tuple[Audio, int]:
    return np.clip(40 * spoken("slt_confirm"), -1.0, 1.0).astype(np.float32), SAMPLE_RATE


def clipped_command() -> tuple[Audio, int]:
    """Shouted into a microphone that cannot take it: the tops of its waves are cut off."""
    return np.clip(8 * spoken("rms_switch_to_sport_mode"), -1.0, 1.0).astype(np.float32), SAMPLE_RATE


def in_music(over_db: float) -> tuple[Audio, int]:
    """A command and its "yes", ``over_db`` louder than the music around them."""
    voice = np.concatenate((spoken("awb_unlock_the_doors"), spoken("rms_yes")))
    return np.clip(voice + music(len(voice), decibels(voice) - over_db), -1.0, 1.0).astype(np.float32), SAMPLE_RATE


def command_in_music() -> tuple[Audio, int]:
    return in_music(0.0)


def command_over_music() -> tuple[Audio, int]:
    return in_music(15.0)


def command_under_music() -> tuple[Audio, int]:
    return in_music(-10.0)


def music(count: int, dbfs: float) -> Audio:
    """Something like a song: four chords of plucked strings, a bass and a drum."""
    time = np.arange(count) / SAMPLE_RATE
    beat = time % 0.5
    chord = (time // 2 % 4).astype(int)
    sound = np.zeros(count)
    for tones in ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (164.8, 207.7, 246.9)):
        playing = chord == ((220.0, 196.0, 174.6, 164.8).index(tones[0]))
        for tone in (*tones, tones[0] / 2):
            for overtone in range(1, 6):
                sound += playing * np.sin(2 * np.pi * tone * overtone * time) / overtone * np.exp(-3 * beat)
    sound += 2 * np.random.default_rng(6).standard_normal(count) * np.exp(-40 * beat)
    return at(sound.astype(np.float32), dbfs)


HOSTILE: list[Make] = [
    replayed_yes,
    replayed_confirm,
    replayed_exchange,
    radio_voice,
    ultrasound,
    folded,
    clipped,
    clipped_command,
    command_in_music,
    command_over_music,
    command_under_music,
]


@pytest.fixture
async def challenged(rig: Rig, engines: Engines) -> tuple[Rig, str]:
    """A cabin that has just asked for a touch before it switches to sport mode."""
    await asyncio.to_thread(engines.transcriber)  # a challenge does not wait until it is loaded
    asked = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    assert asked.challenge and asked.by == (Modality.TOUCH, Modality.BIOMETRIC)
    return rig, asked.challenge


def mode(rig: Rig) -> object:
    return rig.console.get([MODE])[MODE]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
async def test_no_sound_passes_a_touch_challenge(
    challenged: tuple[Rig, str], tmp_path: Path, make: Make, zone: Zone
) -> None:
    rig, _ = challenged
    sound, rate = make()
    path = tmp_path / f"{make.__name__}.wav"
    soundfile.write(path, sound, rate, subtype="FLOAT")
    reply = await rig.cabin.take_turn(await rig.cabin.hear(path, zone))
    assert mode(rig) == "NORMAL" and MODE not in reply.applied
    assert not any("IsLocked" in signal for signal in reply.applied)


@pytest.mark.parametrize("make", [replayed_yes, replayed_confirm], ids=lambda make: make.__name__)
async def test_after_a_replay_the_drivers_hand_still_confirms(
    challenged: tuple[Rig, str], tmp_path: Path, make: Make
) -> None:
    """The control: the replays are heard, the challenge stands, and only the hand is missing."""
    rig, challenge = challenged
    path = tmp_path / "replay.wav"
    soundfile.write(path, *make())
    utterance = await rig.cabin.hear(path, Zone.UNKNOWN)
    assert utterance.text in ("yes", "confirm", "confirmed")
    await rig.cabin.take_turn(utterance)
    reply = await rig.cabin.touch(challenge, Modality.TOUCH)
    assert (reply.decision, mode(rig)) == ("allow", "SPORT")


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("make", [ultrasound, folded], ids=lambda make: make.__name__)
def test_what_lies_above_eight_kilohertz_is_filtered_not_folded_down(tmp_path: Path, make: Make, rate: int) -> None:
    sound, made_at = make()
    sound = soxr.resample(sound, made_at, rate).astype(np.float32) if rate != made_at else sound
    path = tmp_path / "sound.wav"
    soundfile.write(path, sound, rate, subtype="FLOAT")
    for heard in (audio.load(path), live_samples(sound, rate)):
        speech = heard[SAMPLE_RATE // 10 : -SAMPLE_RATE // 10]
        assert decibels(speech) < decibels(sound) - 50


@pytest.mark.parametrize("make", [ultrasound, folded], ids=lambda make: make.__name__)
def test_a_microphone_of_48_kilohertz_brings_nothing_of_what_nobody_hears(make: Make) -> None:
    miniaudio = pytest.importorskip("miniaudio")
    microphone = DeviceMicrophone(backends=[miniaudio.Backend.NULL])
    assert microphone.sample_rate == WIDE
    microphone._device.stop()  # its own silence ends; what comes now is what the system would hand over
    until_unplugged(microphone)
    sound, _ = make()
    for start in range(0, len(sound), WIDE // 50):
        microphone._put(sound[start : start + WIDE // 50].tobytes())
    microphone._put(None)
    heard = until_unplugged(microphone)
    microphone.close()
    assert len(heard) > 0.9 * len(sound) * SAMPLE_RATE / WIDE
    assert decibels(heard[SAMPLE_RATE // 10 :]) < decibels(sound) - 50


def until_unplugged(microphone: DeviceMicrophone) -> Audio:
    blocks = [np.zeros(0, np.float32)]
    with contextlib.suppress(DeviceError):
        while True:
            blocks.append(microphone.read())
    return np.concatenate(blocks)


def test_music_alone_is_not_taken_for_somebody(engines: Engines) -> None:
    for dbfs in (-35.0, -20.0):
        assert engines.transcriber().transcribe(music(8 * SAMPLE_RATE, dbfs)).text == ""


def live_samples(sound: Audio, rate: int) -> Audio:
    """``sound`` as a microphone of that rate brings it, in stretches of 20 ms."""
    resample, step = Resampler(rate), rate // 50
    return np.concatenate([resample(sound[start : start + step]) for start in range(0, len(sound), step)])


def hands_free(conversation: Conversation) -> None:
    conversation.ears.always = True


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
async def test_no_sound_passes_through_a_microphone_that_is_always_open(
    challenged: tuple[Rig, str], engines: Engines, make: Make
) -> None:
    rig, _ = challenged
    sound, rate = make()
    room = Room(lasts_s=len(sound) / rate + 2.5)
    room.say(live_samples(sound, rate) if rate != SAMPLE_RATE else sound, 0.5)
    log = await talk(room, engines.transcriber(), None, rig.cabin.take_turn, hands_free)
    assert mode(rig) == "NORMAL"
    assert not any("IsLocked" in signal for reply in log.told(Replied) for signal in reply.reply.applied)
    assert {utterance.zone for utterance in log.turns} <= {Zone.UNKNOWN}
    assert log.turns == [] or make not in (ultrasound, folded)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "text", ["yes", "confirm", "yes, I confirm", "I have touched confirm", "switch to sport mode, yes, confirm"]
)
async def test_a_recogniser_that_hears_exactly_what_was_wanted_helps_nobody(
    challenged: tuple[Rig, str], text: str, zone: Zone
) -> None:
    rig, _ = challenged
    room = Room(lasts_s=4.0)
    room.say(spoken("rms_yes"), 0.5)
    log = await talk(room, Scripted(text), None, rig.cabin.take_turn, hands_free, zone=zone)
    assert log.heard == [text]
    assert mode(rig) == "NORMAL"


async def heard_live(rig: Rig, speech: SpeechSettings, *paths: Path) -> list[Utterance]:
    """What a live conversation makes of sound files in which everybody is meant to be heard."""
    told: list[Event] = []
    over = asyncio.Event()

    def tell(event: Event) -> None:
        told.append(event)
        if isinstance(event, Lost):
            over.set()

    cabin = rig.cabin
    conversation = live.conversation(
        speech,
        cabin.transcriber,
        cabin.synthesizer,
        cabin.take_turn,
        tell,
        source=paths,
        sink=paths[0].with_suffix(".replies.wav"),
    )
    conversation.ears.always = True
    running = asyncio.create_task(conversation.run())
    await over.wait()
    await conversation.finish()
    await running
    return [event.utterance for event in told if isinstance(event, Understood)]


@pytest.mark.parametrize("seat", ["unknown", "driver"])
async def test_a_replay_into_the_live_microphone_does_not_pass_either(
    challenged: tuple[Rig, str], tmp_path: Path, seat: str
) -> None:
    rig, _ = challenged
    path = tmp_path / "replay.wav"
    soundfile.write(path, *replayed_yes())
    settings = SpeechSettings(wake_word="", microphone_zone=seat)
    heard = await heard_live(rig, settings, path)
    assert [(utterance.text, utterance.zone) for utterance in heard] == [("yes", Zone(seat))]
    assert mode(rig) == "NORMAL"


async def test_a_microphone_whose_seat_nobody_named_is_not_the_drivers(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    soundfile.write(path, spoken("awb_turn_on_my_seat_heating"), SAMPLE_RATE)
    (utterance,) = await heard_live(rig, SpeechSettings(wake_word=""), path)
    assert utterance.zone is Zone.UNKNOWN


@pytest.mark.parametrize(("zone", "decision"), [(Zone.UNKNOWN, "refuse"), (Zone.DRIVER, "confirm")])
@pytest.mark.parametrize("text", ["unlock the doors", "switch to sport mode"])
async def test_from_an_unknown_seat_what_only_the_driver_may_ask_is_not_even_asked_back(
    rig: Rig, text: str, zone: Zone, decision: str
) -> None:
    room = Room(lasts_s=4.0)
    room.say(spoken("rms_switch_to_sport_mode"), 0.5)
    log = await talk(room, Scripted(text), None, rig.cabin.take_turn, hands_free, zone=zone)
    (replied,) = log.told(Replied)
    assert (replied.reply.decision, bool(replied.reply.challenge)) == (decision, decision == "confirm")


@pytest.mark.parametrize(("echo_db", "delay_s"), [(-27.0, 0.3), (-7.0, 0.1), (0.0, 0.02)])
async def test_our_own_yes_in_the_microphone_answers_no_question(
    rig: Rig, engines: Engines, echo_db: float, delay_s: float
) -> None:
    """Even a question that any voice may answer: ours is no voice."""
    asked = await rig.cabin.take_turn(Utterance("I'm freezing", zone=Zone.DRIVER))
    assert asked.decision == "confirm" and asked.by == (Modality.VOICE,)
    room = Room(echo_db=echo_db, delay_s=delay_s, lasts_s=10.0)
    log = await talk(
        room,
        engines.transcriber(),
        engines.synthesizer(),
        rig.cabin.take_turn,
        lambda conversation: speak_at(room, 0.5, conversation, "Yes. Yes, please. Yes.", asks=True),
    )
    assert room.sounded_s > 1.0
    assert log.turns == []
    done = await rig.cabin.take_turn(Utterance("yes", zone=Zone.DRIVER))
    assert done.applied, "the question was still open, and the driver's own yes answers it"
