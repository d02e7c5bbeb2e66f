"""The conversation's measures: where utterances end and when their words are there, the wake word, our own voice.

python -m tests.benchmarks.conversation [--data ../shared/speech-to-intent] [--other ../shared/utterances/dev.jsonl]
                                        [--part endpoint,words,wake,echo] [--every N]
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.ports import Transcriber
from assistant.speech import audio, ears, voice_activity
from assistant.speech.conversation import Conversation, Event, Understood
from assistant.speech.endpoint import SILENCE_S, Endpoint, Endpointer
from assistant.speech.espeak import EspeakVoice
from assistant.speech.wake import SphinxWakeWord
from assistant.utterance import SAMPLE_RATE, Audio, Reply, Utterance
from tests.benchmarks.speech import audio_of_any_length
from tests.benchmarks.speech import ears as recogniser_of_the_cabin
from tests.benchmarks.voices import mixed, say, voices
from tests.speech.conftest import SOUNDS
from tests.speech.room import Room, at
from tests.speech.talking import Scripted, talk

RATIOS = (None, 18, 12, 6)
PHRASE = "hey cabin"
CALLS = (PHRASE, f"{PHRASE}, open the window", f"{PHRASE}. what is the tyre pressure", f"{PHRASE} turn on the heating")
REPLIES = (
    "Your tyres are fine. The front left has 2.4 bar, and the rear right has 2.3 bar.",
    "Yes, I can do that for you right away.",
    "The temperature is now 21 degrees.",
    "Confirm. Yes. Yes, I confirm. Switch to sport mode.",
)
INTERRUPTIONS = ("slt_set_the_temperature_to_twenty_one_degrees", "awb_turn_on_my_seat_heating", "rms_a_bit_warmer")
DELAYS_S = (0.0, 0.06, 0.15, 0.3)
LEVELS_DB = (-20, -10, 0)
SPEECH_DBFS = -26.0
BLOCK = 480
WITHOUT_WORDS = ("near_silence", "noise_road", "awb_not_for_the_car")
GAP_S = 2.0
OVER_DB = 40.0
"""Below its loudest moment by as much, a made voice has stopped speaking."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/speech-to-intent"))
    arguments.add_argument("--other", type=Path, default=Path("../shared/utterances/dev.jsonl"))
    arguments.add_argument("--part", default="endpoint,words,wake,echo")
    arguments.add_argument("--every", type=int, default=1, help="take every Nth sound only")
    arguments.add_argument("--hours", type=float, default=1.0, help="made speech against the wake word, at most")
    asked = arguments.parse_args()
    print(f"Load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    parts = asked.part.split(",")
    has_data = (asked.data / "kitchen.flac").is_file()
    if not has_data:
        print(f"{asked.data} holds no recordings: endpoints and real false alarms are left out", file=sys.stderr)
    if "endpoint" in parts and has_data:
        endpoints(asked.data, asked.every)
    if "words" in parts:
        asyncio.run(words(asked.every))
    if "wake" in parts:
        wake(asked.data if has_data else None, asked.other, asked.every, asked.hours)
    if "echo" in parts:
        asyncio.run(echo(asked.every))


# --- where an utterance ends -----------------------------------------------------------------------------


def endpoints(data: Path, every: int) -> None:
    """Recorded commands with half a second before and 1.5 s after them, in kitchen noise."""
    noise = audio_of_any_length(data / "kitchen.flac")
    names = sorted(path.name for path in (data / "dev").iterdir())[::every]
    print(f"\nEndpoints of {len(names)} recorded commands; the end is compared with Silero's on the clean recording")
    print("noise     segments a command   median end error   90 % within")
    for ratio in RATIOS:
        dice = np.random.default_rng(3)
        segments, errors = [], []
        for name in names:
            sound = audio.load(data / "dev" / name)
            padded = np.pad(sound, (SAMPLE_RATE // 2, 3 * SAMPLE_RATE // 2))
            true_end = _last_speech(padded)
            heard = padded if ratio is None else _over(padded, sound, noise, ratio, dice)
            found = [event for event in _events(heard) if isinstance(event, Endpoint)]
            segments.append(len(found))
            if found:
                errors.append((found[-1].end - true_end) / SAMPLE_RATE)
        within = float(np.quantile(np.abs(errors), 0.9))
        told = "clean" if ratio is None else f"{ratio} dB"
        print(
            f"{told:9} {statistics.mean(segments):18.2f} {statistics.median(errors):+18.3f} s {within:11.3f} s",
            flush=True,
        )


def _events(sound: Audio) -> Iterator["object"]:
    endpointer = Endpointer()
    for start in range(0, len(sound), BLOCK):
        yield from endpointer.hear(sound[start : start + BLOCK])


def _last_speech(sound: Audio) -> int:
    ends = [event.end for event in _events(sound) if isinstance(event, Endpoint)]
    return ends[-1] if ends else voice_activity.spans(sound)[-1].end


def _over(padded: Audio, speech: Audio, noise: Audio, ratio_db: float, dice: np.random.Generator) -> Audio:
    """``padded`` with noise throughout, at ``ratio_db`` below the mean power of ``speech``."""
    start = int(dice.integers(0, len(noise) - len(padded)))
    stretch = noise[start : start + len(padded)]
    gain = np.sqrt(float(np.mean(speech**2)) / float(np.mean(stretch**2)) / 10 ** (ratio_db / 10))
    return np.clip(padded + gain * stretch, -1.0, 1.0).astype(np.float32)


# --- when the words are there ------------------------------------------------------------------------------


class Paced:
    """A microphone whose sound comes at the pace of life, in blocks of 30 ms as a device brings them."""

    name = "paced"

    def __init__(self, sound: Audio) -> None:
        self._sound, self._at = sound, 0
        self.began: float | None = None

    def read(self) -> Audio:
        if self.began is None:
            self.began = time.perf_counter()
        block = self._sound[self._at : self._at + BLOCK]
        self._at += len(block)
        time.sleep(max(0.0, self.began + self._at / SAMPLE_RATE - time.perf_counter()))
        return block

    def close(self) -> None:
        self._at = len(self._sound)


async def words(every: int) -> None:
    """From the end of a voice to its words, in a conversation that hears the drives' sounds one after another."""
    names = [path.stem for path in sorted(SOUNDS.glob("*.flac")) if path.stem not in WITHOUT_WORDS][::every]
    spoken = [at(audio.load(SOUNDS / f"{name}.flac"), SPEECH_DBFS) for name in names]
    road, recogniser = audio.load(SOUNDS / "noise_road.flac"), recogniser_of_the_cabin()
    recogniser.transcribe(spoken[0])
    print(f"\nFrom the end of a voice to its words, {len(names)} sounds of the drives at the pace of life, beyond the")
    print(f"{SILENCE_S:g} s of silence that end an utterance (target: p50 under 250 ms, p95 under 500 ms)")
    print("noise      p50       p95    of it after the endpoint's: p50, p95   in one piece, with words")
    for ratio in (None, 12):
        stream, bounds = [np.zeros(SAMPLE_RATE, np.float32)], []
        for sound in spoken:
            begins = sum(map(len, stream))
            bounds.append((begins, begins + _voice_ends(sound), begins + len(sound) + int(GAP_S * SAMPLE_RATE)))
            stream += [sound, np.zeros(int(GAP_S * SAMPLE_RATE), np.float32)]
        heard = np.concatenate(stream)
        if ratio is not None:
            heard = (heard + at(np.resize(road, len(heard)), SPEECH_DBFS - ratio)).astype(np.float32)
        began, outcomes = await _listened(heard, recogniser)
        waits, after = [], []
        for begins, end, until in bounds:
            mine = [each for each in outcomes if begins < (each[0] - began) * SAMPLE_RATE <= until]
            if len(mine) == 1 and mine[0][2]:
                waits.append(mine[0][1] - began - end / SAMPLE_RATE - SILENCE_S)
                after.append(mine[0][1] - mine[0][0])
        figures = [1000 * float(np.quantile(each, q)) for each in (waits, after) for q in (0.5, 0.95)] if waits else []
        told = "clean" if ratio is None else f"{ratio} dB"
        print(f"{told:6}" + "".join(f"{figure:7.0f} ms" for figure in figures) + f"   {len(waits)} of {len(bounds)}")


def _voice_ends(sound: Audio) -> int:
    """The sample after which nothing of the voice is to be heard any more."""
    count = len(sound) // 160
    powers = np.mean(np.square(sound[: count * 160].reshape(-1, 160), dtype=np.float64), axis=1)
    return 160 * (int(np.flatnonzero(powers > powers.max() / 10 ** (OVER_DB / 10))[-1]) + 1)


async def _listened(sound: Audio, recogniser: Transcriber) -> tuple[float, list[tuple[float, float, bool]]]:
    """When ``sound`` began; of each utterance when its end was noticed, when it was heard, and whether it has words."""
    microphone, over = Paced(sound), asyncio.Event()
    ended: list[float] = []
    heard: list[tuple[float, bool]] = []

    def tell(event: Event) -> None:
        if isinstance(event, ears.Ended):
            ended.append(time.perf_counter())
        elif isinstance(event, Understood | ears.Dropped):
            heard.append((time.perf_counter(), isinstance(event, Understood)))
        elif isinstance(event, ears.Lost):
            over.set()

    async def answer(utterance: Utterance) -> Reply:
        return Reply(utterance.text, "")

    conversation = Conversation(lambda: microphone, lambda: recogniser, answer, tell)
    conversation.ears.always = True
    running = asyncio.create_task(conversation.run())
    await over.wait()
    await conversation.finish()
    await running
    assert microphone.began is not None
    return microphone.began, [(end, *each) for end, each in zip(ended, heard, strict=True)]


# --- the wake word ----------------------------------------------------------------------------------------


def wake(data: Path | None, other: Path, every: int, hours: float) -> None:
    """Hits on made voices, and false alarms in recorded and made speech without the phrase, and in noise."""
    word = SphinxWakeWord(PHRASE)
    road = np.tile(audio.load(SOUNDS / "noise_road.flac"), 60)
    noise = audio_of_any_length(data / "kitchen.flac") if data else road
    calls = [(voice, np.pad(say(voice, call), (8_000, 8_000))) for voice in voices() for call in CALLS]
    print(f'\nThe wake word "{PHRASE}": hits of {len(calls)} calls by {len(voices())} voices')
    for ratio in RATIOS if calls else ():
        dice = np.random.default_rng(5)
        hits: dict[str, list[bool]] = {}
        for voice, call in calls:
            heard = call if ratio is None else mixed(call, noise, ratio, dice)
            word.reset()
            hits.setdefault(voice, []).append(bool(_alarms(word, heard)))
        told = "clean" if ratio is None else f"{ratio} dB"
        mean = statistics.mean(hit for each in hits.values() for hit in each)
        print(
            f"{told:6} {mean:.2f}   " + ", ".join(f"{v} {statistics.mean(h):.2f}" for v, h in hits.items()), flush=True
        )
    sources = {"kitchen noise": iter([noise]) if data else iter(()), "road noise": iter([road])}
    sources["recorded speech"] = _recorded(data, every) if data else iter(())
    sources["made speech"] = _made(other, every, hours)
    alarms, seconds = 0, 0.0
    for source, sounds in sources.items():
        word.reset()
        count, length = 0, 0.0
        for sound in sounds:
            count += _alarms(word, sound)
            length += len(sound) / SAMPLE_RATE
        alarms, seconds = alarms + count, seconds + length
        if length:
            print(f"false alarms in {source}: {count} in {length / 3600:.2f} h", flush=True)
    print(f"false alarms an hour: {3600 * alarms / seconds:.2f} (target: at most 2)")


def _alarms(word: SphinxWakeWord, sound: Audio) -> int:
    return sum(word.hear(sound[start : start + BLOCK]) is not None for start in range(0, len(sound), BLOCK))


def _recorded(data: Path, every: int) -> Iterator[Audio]:
    for path in sorted((data / "dev").iterdir())[::every]:
        yield np.pad(audio.load(path), (0, SAMPLE_RATE // 4))


def _made(other: Path, every: int, hours: float) -> Iterator[Audio]:
    """Things that people say to a car, spoken by the voices in turn."""
    if not other.is_file() or not voices():
        return
    texts = sorted({json.loads(line)["text"] for line in other.read_text(encoding="utf-8").splitlines()})
    np.random.default_rng(2).shuffle(texts)
    spoken = 0.0
    for number, text in enumerate(texts[::every]):
        if spoken > hours * 3600:
            return
        sound = say(voices()[number % len(voices())], text)
        spoken += len(sound) / SAMPLE_RATE
        yield sound


# --- our own voice ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A room and a loudspeaker."""

    name: str
    decay_s: float
    distortion: float


KINDS = (Kind("car", 0.08, 0.0), Kind("car, distorted", 0.08, 3.0), Kind("living room", 0.25, 0.0))


async def echo(every: int) -> None:
    """Replies that come back into the microphone: taken for somebody, or interrupted in time by somebody?"""
    voice = EspeakVoice()
    cases = [(kind, delay, level) for kind in KINDS for delay in DELAYS_S for level in LEVELS_DB][::every]
    print(f"\nOur own voice, {len(cases)} rooms, delays (0 to 0.3 s) and levels (-20 to 0 dB to a driver's speech)")
    print("room              taken for a driver   interrupted   stopped after speech began, p50 / worst")
    for kind in KINDS:
        mistaken = replies = heard = interruptions = 0
        delays: list[float] = []
        for _, delay, level in (case for case in cases if case[0] is kind):
            for number, text in enumerate(REPLIES):
                room = _room(kind, delay, level, number, 12.0)
                log = await _speak(room, voice, text)
                replies += 1
                mistaken += bool(room.loudspeaker.silenced_s or log)
            for number, name in enumerate(INTERRUPTIONS):
                room = _room(kind, delay, level, number, 14.0)
                speech = at(audio.load(SOUNDS / f"{name}.flac"), SPEECH_DBFS)
                room.interrupt(speech, 2.0)
                said = await _speak(room, voice, REPLIES[0] + " " + REPLIES[0])
                interruptions += 1
                first = room.spoke_s + 2.0 + float(np.flatnonzero(np.abs(speech) > 0.01)[0]) / SAMPLE_RATE
                if room.loudspeaker.silenced_s and room.loudspeaker.silenced_s[0] > first:
                    heard += bool(said)
                    delays.append(room.loudspeaker.silenced_s[0] - first)
        timing = f"{statistics.median(delays):.2f} s / {max(delays):.2f} s" if delays else "-"
        print(f"{kind.name:17} {mistaken:5} of {replies:4}       {heard:5} of {interruptions:4}   {timing}", flush=True)


def _room(kind: Kind, delay: float, level: float, seed: int, lasts_s: float) -> Room:
    # eSpeak's replies have -19 dBFS; the level is theirs in the microphone, against the driver's.
    gain = SPEECH_DBFS + level + 19.0
    return Room(gain, delay, kind.decay_s, kind.distortion, seed=seed, lasts_s=lasts_s)


async def _speak(room: Room, voice: EspeakVoice, text: str) -> list["object"]:
    """The utterances that were heard while ``text`` was spoken."""
    room.when(1.0, lambda: loop.call_soon_threadsafe(begun[0].speak, text))
    loop, begun = asyncio.get_running_loop(), []
    log = await talk(room, Scripted(), voice, "", begun.append)
    return list(log.told(ears.Ended))


if __name__ == "__main__":
    main()
