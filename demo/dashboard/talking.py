"""Talking: by keyboard, phrase, sound file or microphone; the voice that replies, and the card that asks back."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Input, Select

from assistant.errors import CabinError
from demo.dashboard.deck import Deck
from demo.dashboard.ride import Exchange, said
from demo.dashboard.widgets.challenge import Challenge
from demo.dashboard.widgets.drivers_seat import ZONES
from demo.dashboard.widgets.pick import Pick
from demo.dashboard.widgets.talk import Talk, rms_levels

if TYPE_CHECKING:
    from assistant.speech.conversation import Event

SOUNDS = Path(__file__).parents[1] / "drives" / "sounds"
LOADING = "The cabin is still loading."
INSTEAD = "Type (t), take a phrase (f) or a sound file (o)."


class Talking(Deck):
    """Whatever way a sentence comes, the ride takes its turn; a reply is spoken until somebody speaks or Escape."""

    # --- by hand ------------------------------------------------------------------------------------

    def on_talk_said(self, event: Talk.Said) -> None:
        event.stop()
        self.say(event.text)

    @work(exit_on_error=False)
    async def say(self, text: str, how: str = "typed") -> None:
        """A turn, from what was typed or picked."""
        if self.ride.rig is None:
            self.notify(LOADING, severity="warning")
            return
        self.hush()
        self.replied(await self.ride.say(text, self.zone(), how))

    @work(exit_on_error=False)
    async def hear(self, path: Path) -> None:
        """A turn, from a sound file."""
        if self.ride.rig is None:
            self.notify(LOADING, severity="warning")
            return
        self.hush()
        self._meter(path)
        self.replied(await self.ride.hear(path, self.zone()))

    @work(exit_on_error=False)
    async def _meter(self, path: Path) -> None:
        """The level of a sound file, as fast as it would be spoken."""
        from assistant.speech.audio import load
        from assistant.utterance import SAMPLE_RATE

        talk = self.query_one(Talk)
        try:
            for level in rms_levels(await asyncio.to_thread(load, path), SAMPLE_RATE):
                talk.level(level)
                await asyncio.sleep(0.1)
        except Exception:  # what is wrong with the file is told by the turn itself
            pass
        talk.level(0.0)

    def action_type(self) -> None:
        """Put the cursor into the line, where typing is allowed."""
        line = self.query_one("#say", Input)
        if line.disabled:
            self.notify("Not while the car moves: the driver has no keyboard now.", severity="warning")
        else:
            self.set_focus(line)  # at once: the next key already belongs to it

    @work(exit_on_error=False)
    async def action_phrase(self) -> None:
        from demo.dashboard.presets import presets

        text = await self.app.push_screen_wait(Pick("Say", [(phrase, phrase) for phrase in presets().phrases]))
        if text:
            self.say(text, "button")

    @work(exit_on_error=False)
    async def action_sound(self) -> None:
        files = sorted(path for kind in ("*.flac", "*.wav") for path in SOUNDS.glob(kind))
        choices = [(str(path), path.stem.replace("_", " ")) for path in files]
        picked = await self.app.push_screen_wait(Pick("A sound file", choices, "or the path of a sound file"))
        if picked:
            self.hear(Path(picked))

    def action_zone(self) -> None:
        zone = ZONES[(ZONES.index(self.query_one(Talk).zone) + 1) % len(ZONES)]
        self.query_one("#zone", Select).value = zone

    # --- by microphone ------------------------------------------------------------------------------

    @work(exit_on_error=False)
    async def open_microphone(self) -> None:
        """Listen, where this computer has a microphone."""
        self.on_air.show = self._heard
        await self.on_air.open()
        self.on_air.mute(not self.aloud)
        self._tell_ears()

    @work(exit_on_error=False)
    async def action_talk(self) -> None:
        """Push to talk."""
        if self.ride.rig is None:
            self.notify(LOADING, severity="warning")
            return
        self.speaker.stop()
        try:
            await self.on_air.press()
        except CabinError as error:
            self.app.clear_notifications()  # a held key says it once
            self.notify(f"{said(error)} {INSTEAD}", severity="warning", title="No microphone")
        self._tell_ears()

    def action_wake(self) -> None:
        """The wake word on or off."""
        if not self.on_air.switch_wake_word():
            self.notify("There is no microphone that listens for a wake word.", severity="warning")
        self._tell_ears()

    def _heard(self, event: "Event") -> None:
        """What the microphone tells: how loud it is, and what the voice does."""
        from assistant.speech import conversation, ears

        match event:
            case ears.Measured(level=level):
                self.query_one(Talk).level(level.share())
            case ears.Began():
                self.speaker.stop()
                self._tell_ears()
            case ears.Ended() | ears.Dropped() | ears.Lost():
                self._tell_ears()
            case conversation.Replied():
                self.voice_told("speaking, esc stops" if self.on_air.speaks and self.aloud else "", True)
                self.refresh_pages()
            case conversation.Spoke(whole=whole):
                self.voice_told("spoken" if whole else "stopped", False)
            case conversation.Trouble(error=error):
                self.voice_told(said(error)[:40], False)

    def _tell_ears(self) -> None:
        self.query_one(Talk).tell_ears(
            listening=self.on_air.listening, wake_word=self.on_air.wake_word, deaf=bool(self.on_air.problem)
        )

    # --- the voice ----------------------------------------------------------------------------------

    def replied(self, exchange: Exchange) -> None:
        """Speak the reply to what was typed or touched."""
        reply = exchange.reply
        if reply is not None and self.aloud:
            if self.on_air.speaks:
                self.voice_told("speaking, esc stops", True)
                self.on_air.say(reply.text, asks=reply.decision == "confirm")
            else:
                self._speak(reply.text)
        self.refresh_pages()

    def refresh_pages(self) -> None:
        """A turn is over: what looks back shows it."""
        raise NotImplementedError

    @work(exit_on_error=False)
    async def _speak(self, text: str) -> None:
        try:
            voice = await asyncio.to_thread(self.ride.engines.synthesizer)
        except Exception as error:
            self.voice_told(f"no voice: {said(error)}"[:40], False)
            return
        self.speaker.say(text, voice)

    def hush(self) -> bool:
        """Fall silent at once; False when nothing was being spoken."""
        return self.speaker.stop() | self.on_air.hush()

    def voice_told(self, words: str, speaking: bool) -> None:
        """Show what the voice does."""
        self.query_one(Talk).tell_voice(words, "$success bold" if speaking else "$dim")

    def action_voice(self) -> None:
        self.aloud = not self.aloud
        self.hush()
        self.on_air.mute(not self.aloud)
        self.voice_told("voice on" if self.aloud else "voice off", False)

    # --- the challenge ------------------------------------------------------------------------------

    def action_answer(self, by: str) -> None:
        self.query_one(Challenge).answer(by)

    @work(exit_on_error=False)
    async def on_challenge_answered(self, event: Challenge.Answered) -> None:
        event.stop()
        self.hush()
        if event.by:
            self.replied(await self.ride.touch(event.challenge, event.by, self.zone()))
        else:
            self.replied(await self.ride.cancel(event.challenge))

    def on_challenge_ran_out(self, event: Challenge.RanOut) -> None:
        event.stop()
        self.ride.expired(event.changes)

    def action_escape(self) -> None:
        """Stops the voice, says no to a card, leaves the line: whatever is there, in this order."""
        challenge = self.query_one(Challenge)
        if self.hush():
            return
        if challenge.asked is not None:
            challenge.answer("")
        else:
            self.set_focus(None)
