"""The ears: one microphone listened to in a thread of its own. They know when they are meant, and where one ends."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

import numpy as np

from assistant.errors import CabinError, DeviceError, SpeechError
from assistant.ports import Microphone, WakeWord
from assistant.speech.endpoint import PRE_ROLL_S, Endpoint, Endpointer, Onset, Reason
from assistant.speech.level import Level, LevelMeter
from assistant.speech.own_voice import JUDGED_S, OwnVoice, Stretch
from assistant.utterance import SAMPLE_RATE, Audio

How = Literal["key", "wake word", "follow-up", "barge-in", "hands-free"]
"""Why somebody is meant to be heard: push-to-talk, our name, our question before, words over our reply, or always."""

LEVEL_EVERY_S = 0.05
FOLLOW_UP_S = 8.0
"""How long an answer may begin after a question of ours without the wake word, seconds."""
JUDGED_EVERY_S = 0.04
"""How often speech during a reply is judged anew: is it ours or somebody's?"""
FADES_S = 0.4
"""How long a reply that was stopped may be in the air, seconds: what ends with it is looked at more closely."""
A_LETTER_S, AROUND_S = 0.1, 0.4
"""How long a letter of the wake word takes somebody who speaks slowly, and what sounds like speech around it, seconds.
"""
SURE = 2
"""Judgements in a row that make it somebody's: what a canceller leaves of a reverberating room is short."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How loud the microphone is, 20 times a second."""

    level: Level


@dataclass(frozen=True, slots=True)
class Woken:
    """The wake word was said; what follows is for the assistant."""

    phrase: str


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody speaks to the assistant. ``sound`` begins a pre-roll before; ``over_reply``: while a reply was heard."""

    sound: Audio
    how: How
    over_reply: bool = False


@dataclass(frozen=True, slots=True)
class Anew:
    """What was heard of the utterance so far was the wake word: it begins with ``sound``, which followed that."""

    sound: Audio


@dataclass(frozen=True, slots=True)
class More:
    """The utterance goes on with ``sound``, which follows what was told before."""

    sound: Audio


@dataclass(frozen=True, slots=True)
class Ended:
    """The utterance is over. ``sound`` is the whole of it."""

    sound: Audio
    reason: Reason
    how: How
    over_reply: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """What had begun was the assistant's own voice, or nothing at all: it is to be forgotten."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The microphone is gone or the wake word's engine failed: a sentence for people, and whether ears are left."""

    error: CabinError
    deaf: bool


Event = Measured | Woken | Began | Anew | More | Ended | Dropped | Lost


class Ears:
    """Tells ``tell`` what is heard, from its own thread, in order.

    Somebody is meant to be heard after ``talk`` (a key), after the wake word, within ``FOLLOW_UP_S`` of ``attend``, and
    while ``own_voice`` is being played (barge-in): then ``hush`` is called at once. All else is only measured, unless
    ``always`` is set. Whoever begins with the wake word although it is not needed is heard without it. ``microphone``
    opens one; ``wake_word`` may be switched by ``wakes``.
    """

    def __init__(
        self,
        microphone: Callable[[], Microphone],
        tell: Callable[[Event], None],
        *,
        wake_word: WakeWord | None = None,
        own_voice: OwnVoice | None = None,
        hush: Callable[[], object] = lambda: None,
    ) -> None:
        self._open = microphone
        self._tell = tell
        self.wake_word = wake_word
        self.wakes = wake_word is not None
        """Does the wake word make the ears listen? May be switched at any time."""
        self.always = False
        """Is everything that is said meant to be heard? May be switched at any time."""
        self._own_voice = own_voice or OwnVoice()
        self._hush = hush
        self._asked: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.microphone: Microphone | None = None
        self._fresh()

    @property
    def awake(self) -> bool:
        """Is there a microphone that is being listened to?"""
        return self._thread is not None and self._thread.is_alive()

    @property
    def listening(self) -> bool:
        """Is an utterance that is meant for the assistant going on?"""
        return self._listening

    def start(self) -> None:
        """Open the microphone and listen. Raises DeviceError when there is none. Starting twice does nothing."""
        if self.awake:
            return
        self.microphone = self._open()
        self._fresh()
        self._closing.clear()
        self._thread = threading.Thread(target=self._run, args=(self.microphone,), name="ears", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the microphone."""
        self._closing.set()
        if self.microphone is not None:
            with contextlib.suppress(DeviceError):  # one that is gone does not close, and need not
                self.microphone.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5.0)

    def talk(self, *, held: bool = False) -> None:
        """Push-to-talk: an utterance begins now and silence ends it; with ``held``, only ``release`` does."""
        self._asked.put(lambda: self._begin_by_key(held))

    def release(self) -> None:
        """The key is let go: what was said is the utterance."""
        self._asked.put(self._release)

    def attend(self, seconds: float = FOLLOW_UP_S) -> None:
        """Whoever speaks within ``seconds`` is meant to be heard: we asked something."""
        self._asked.put(lambda: setattr(self, "_attentive", int(seconds * SAMPLE_RATE)))

    # --- its own thread -----------------------------------------------------------------------------

    def _fresh(self) -> None:
        self._endpointer = Endpointer()
        self._meter = LevelMeter()
        self._measured: list[Audio] = []
        self._listening = False
        self._how: How = "key"
        self._over_reply = False
        self._attentive = 0  # samples for which whoever speaks is meant
        self._unjudged = 0  # samples since speech during a reply was last judged
        self._fades_at = 0  # the sample of the stream at which a reply that was stopped is out of the air
        self._others = 0  # judgements in a row that it was somebody else's

    def _run(self, microphone: Microphone) -> None:
        try:
            while not self._closing.is_set():
                sound = microphone.read()
                if not len(sound):
                    break
                self._hear(sound)
            self._end_of_sound()
        except CabinError as error:
            self._lose(error)
        except Exception as error:  # the engines below fail as they like; nobody may be left speaking to deaf ears
            self._lose(SpeechError(f"listening failed ({type(error).__name__}: {error}); try again, or type"))
        finally:
            if not self._closing.is_set():
                with contextlib.suppress(DeviceError):
                    microphone.close()

    def _lose(self, error: CabinError) -> None:
        if not self._closing.is_set():
            self._stop_listening("the microphone is gone")
            self._tell(Lost(error, deaf=True))

    def _end_of_sound(self) -> None:
        if self._listening and (ended := self._endpointer.release()):
            self._over(ended)
        if not self._closing.is_set():
            self._tell(Lost(DeviceError("there is no more sound", code="ended"), deaf=True))

    def _hear(self, sound: Audio) -> None:
        self._measure(sound)
        while True:
            try:
                self._asked.get_nowait()()
            except Empty:
                break
        heard = self._own_voice.clean(sound)
        if not len(heard):
            return
        was_listening = self._listening
        if was_listening:
            self._tell(More(heard))
        for event in self._endpointer.hear(heard):
            if isinstance(event, Onset):
                self._onset(event)
            elif self._listening:
                self._over(event)
        if not self._listening and self._own_voice.sounding:
            self._judge(len(heard))
        if was_listening or not self._listening:  # what has just begun has been listened to
            self._listen_for_name(heard)
        if not self._listening:
            self._attentive = max(0, self._attentive - len(heard))

    def _measure(self, sound: Audio) -> None:
        self._measured.append(sound)
        if sum(map(len, self._measured)) >= LEVEL_EVERY_S * SAMPLE_RATE:
            self._tell(Measured(self._meter.measure(np.concatenate(self._measured))))
            self._measured = []

    def _onset(self, onset: Onset) -> None:
        if (self._attentive or self.always) and not self._own_voice.sounding:
            self._begin(onset, "follow-up" if self._attentive else "hands-free")

    def _judge(self, fresh: int) -> None:
        """Somebody seems to speak while we do: stop for another voice, never for our own."""
        self._unjudged += fresh
        if not self._endpointer.inside or self._unjudged < JUDGED_EVERY_S * SAMPLE_RATE:
            return
        self._unjudged = 0
        if not self._endpointer.speaking or self._own_voice.is_ours(self._own_voice.recent(JUDGED_S)):
            self._others = 0
            return
        self._others += 1
        if self._others < SURE:
            return
        self._others = 0
        self._hush()
        self._fades_at = self._endpointer.position + int(FADES_S * SAMPLE_RATE)
        since = self._endpointer.position - int((JUDGED_S + PRE_ROLL_S) * SAMPLE_RATE)
        self._begin(self._endpointer.open(since), "barge-in", over_reply=True)

    def _listen_for_name(self, heard: Audio, *, afresh: bool = False) -> None:
        word = self.wake_word
        if word is None or not self.wakes:
            return
        try:
            if afresh:
                word.reset()
            ago = word.hear(heard) if len(heard) else None
        except CabinError as error:
            self.wakes = False
            self._tell(Lost(error, deaf=False))
            return
        if ago is None:
            return
        ended = self._endpointer.position - ago
        if not self._listening:
            self._hush()
            self._tell(Woken(word.phrase))
            self._begin(self._endpointer.open(ended, named=True), "wake word")
        elif self._endpointer.spoken_s(ended) <= len(word.phrase) * A_LETTER_S + AROUND_S:
            self._tell(Woken(word.phrase))
            self._begin_anew(ended)

    def _begin_anew(self, since: int) -> None:
        """What was said of the utterance so far was our name; in the middle of a sentence it is a word like others."""
        onset = self._endpointer.open(since, held=self._endpointer.held, named=True)
        self._how = "key" if self._how == "key" else "wake word"
        self._tell(Anew(onset.sound))
        self._listen_for_name(onset.sound, afresh=True)

    def _begin_by_key(self, held: bool) -> None:
        self._hush()
        if not self._listening:
            since = self._endpointer.position if self._own_voice.sounding else None
            self._begin(self._endpointer.open(since, held=held), "key", over_reply=self._own_voice.sounding)

    def _begin(self, onset: Onset, how: How, *, over_reply: bool = False) -> None:
        self._listening, self._how, self._over_reply = True, how, over_reply
        self._attentive = 0
        self._tell(Began(onset.sound, how, over_reply))
        self._listen_for_name(onset.sound, afresh=True)

    def _release(self) -> None:
        if self._listening and (ended := self._endpointer.release()):
            self._over(ended)

    def _over(self, ended: Endpoint) -> None:
        self._listening = False
        if ended.reason == "nothing":
            self._tell(Dropped("nothing was said"))
        elif self._over_reply and self._own_voice.is_ours(self._spoken(ended), faded=ended.end < self._fades_at):
            self._tell(Dropped("it was the assistant's own voice"))
        else:
            self._tell(Ended(ended.sound, ended.reason, self._how, self._over_reply))

    def _spoken(self, ended: Endpoint) -> Stretch:
        """The utterance without the silence that ended it."""
        silence = max(0, self._endpointer.position - ended.end)
        return self._own_voice.recent((ended.end - ended.start) / SAMPLE_RATE, silence / SAMPLE_RATE)

    def _stop_listening(self, why: str) -> None:
        if self._listening:
            self._listening = False
            self._tell(Dropped(why))
