"""The one screen: instruments, pages and keys, wired to the ride. What may happen is decided in the cabin alone."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Input, Select

from demo.dashboard.console import Console
from demo.dashboard.pace import PACES
from demo.dashboard.ride import Exchange, Part, Ride, said
from demo.dashboard.speaker import Speaker
from demo.dashboard.widgets.challenge import Challenge
from demo.dashboard.widgets.climate import Climate
from demo.dashboard.widgets.comfort import Comfort
from demo.dashboard.widgets.conversation import Conversation
from demo.dashboard.widgets.diagnostics import Diagnostics
from demo.dashboard.widgets.drivers_seat import ZONES, DriversSeat
from demo.dashboard.widgets.energy import Energy
from demo.dashboard.widgets.engines_bar import EnginesBar
from demo.dashboard.widgets.help import Help
from demo.dashboard.widgets.journal_page import JournalPage
from demo.dashboard.widgets.journey import Journey
from demo.dashboard.widgets.manual_page import ManualPage
from demo.dashboard.widgets.openings import Openings
from demo.dashboard.widgets.outline import Outline
from demo.dashboard.widgets.page_tabs import PageTabs
from demo.dashboard.widgets.panel import Panel
from demo.dashboard.widgets.pick import Pick
from demo.dashboard.widgets.policy_page import PolicyPage
from demo.dashboard.widgets.seats import Seats
from demo.dashboard.widgets.speed import Speed
from demo.dashboard.widgets.status import Status
from demo.dashboard.widgets.talk import Talk, rms_levels
from demo.dashboard.widgets.telltales import Telltales

if TYPE_CHECKING:
    from assistant.views import Moment

TICK_S = 0.1
POLICY_EVERY_S = 1.0
SOUNDS = Path(__file__).parents[1] / "drives" / "sounds"
CABIN_PAGES = ("centre", "talk", "seat")
"""Shown side by side where there is room."""


class Cockpit(Screen[None]):
    """Looks at the moment ten times a second and hands it to every widget; keys and clicks go to the ride."""

    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,enter", "type", "Type", key_display="t"),
        Binding("space", "talk", "Talk"),
        Binding("f", "phrase", "Phrase"),
        Binding("o", "sound", "Sound"),
        Binding("z", "zone", "Seat"),
        Binding("up", "pedal('gas')", "Gas", key_display="↑"),
        Binding("down", "pedal('brake')", "Brake", key_display="↓"),
        Binding("r", "pedal('none')", "Release", show=False),
        Binding("p", "park", "Park"),
        Binding("greater_than_sign,full_stop", "time(1)", "Faster", show=False),
        Binding("less_than_sign,comma", "time(-1)", "Slower", show=False),
        Binding("y", "answer('touch')", "Yes", show=False),
        Binding("e", "answer('biometric')", "Eye scan", show=False),
        Binding("n", "answer('')", "No", show=False),
        Binding("escape", "escape", "Stop", show=False, priority=True),
        Binding("v", "voice", "Voice", show=False),
        Binding("x", "contrast", "Contrast", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "app.quit", "Quit", show=False),
        *(Binding(str(n), f"page('{page}')", page, show=False) for n, page in enumerate(PageTabs.PAGES, 1)),
    ]

    def __init__(self, ride: Ride, speaker: Speaker | None = None) -> None:
        super().__init__()
        self.ride = ride
        self.moment: Moment | None = None
        self.speaker = speaker or Speaker()
        self.aloud = True
        self._lookers: list[Any] = []
        self._policy_at = float("-inf")
        self._told_microphone = float("-inf")

    def compose(self) -> ComposeResult:
        yield Status(id="status")
        with Horizontal(id="cluster"):
            yield Speed(id="speed")
            yield Outline(id="outline")
            yield Energy(id="energy")
            yield Telltales(id="telltales")
            yield Journey(id="journey")
        yield PageTabs(id="tabs")
        with ContentSwitcher(id="pages", initial="cabin"):
            with Horizontal(id="cabin"):
                with Vertical(id="centre"):
                    yield Climate(id="climate")
                    yield Openings(id="openings")
                    yield Seats(id="seats")
                    yield Comfort(id="comfort")
                yield Conversation(id="conversation")
                yield DriversSeat(id="drivers-seat")
            yield Diagnostics(id="diagnostics")
            yield JournalPage(id="journal")
            yield PolicyPage(id="policy")
            yield ManualPage(id="manual")
        yield Challenge(id="challenge")
        yield Talk(id="talk")
        yield EnginesBar(id="engines")
        yield Footer(show_command_palette=True)

    def on_mount(self) -> None:
        others = (Conversation, DriversSeat, Challenge, Talk, JournalPage, PolicyPage, ManualPage)
        self._lookers = [*self.query(Panel), *(self.query_one(each) for each in others)]
        self.speaker.tell = self._voice_told
        self.ride.on_exchange = self._exchange_changed
        self.ride.on_part = lambda part: self.app.call_from_thread(self._part_changed, part)
        self.action_page("centre")
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.load()
        self.set_interval(TICK_S, self.tick, name="tick")

    @work(thread=True, exit_on_error=False)
    def load(self) -> None:
        """Load the engines in a thread; the car drives as soon as it is there."""
        self.ride.load(lambda: self.app.call_from_thread(self._ready))

    def _ready(self) -> None:
        from assistant.vehicle.scenario import names
        from demo.dashboard.presets import presets

        seat = self.query_one(DriversSeat)
        seat.offer("weather", presets().weather)
        seat.offer("fault", presets().faults)
        seat.offer("scenario", names())
        seat.offer_phrases(presets().phrases)
        self.tick()

    # --- the moment ---------------------------------------------------------------------------------

    def tick(self) -> None:
        """Look at the cabin and show it."""
        view = self.ride.view
        if view is None:
            return
        try:
            moment = self.moment = view.moment()
        except Exception as error:  # a car out of reach is told, never a traceback
            self.query_one(EnginesBar).fail(f"the car: {said(error)}")
            return
        status = self.query_one(Status)
        status.scenario, status.pace = self.ride.scenario or "", self.ride.clock.rate
        for looker in self._lookers:
            looker.show(moment)
        self.query_one(Diagnostics).show(moment, view)
        self._hold_time(moment)
        page = self.query_one(ContentSwitcher).current
        if page == "policy" and monotonic() - self._policy_at > POLICY_EVERY_S:
            self._policy_at = monotonic()
            self._fill_policy()

    def _hold_time(self, moment: "Moment") -> None:
        """A challenge waits eight real seconds, however fast time runs."""
        self.ride.clock.asked = moment.asked is not None

    # --- what the ride tells ------------------------------------------------------------------------

    def _exchange_changed(self, exchange: Exchange) -> None:
        self.query_one(Conversation).tell(exchange)
        if exchange.reply is not None or exchange.error:
            self.tick()

    def _part_changed(self, part: Part) -> None:
        self.query_one(EnginesBar).tell(self.ride.parts)
        if part.name == "the manual" and self.ride.manual is not None:
            self.query_one(ManualPage).open(self.ride.manual)
        if part.name == "the voice" and part.standing in ("ready", "failed"):
            self._voice_told("voice ready" if part.standing == "ready" else "no voice", False)

    def _voice_told(self, words: str, speaking: bool) -> None:
        self.query_one(Talk).tell_voice(words, "$success bold" if speaking else "$dim")

    # --- talking ------------------------------------------------------------------------------------

    def on_talk_said(self, event: Talk.Said) -> None:
        event.stop()
        self.say(event.text)

    @work(exit_on_error=False)
    async def say(self, text: str, how: str = "typed") -> None:
        """A turn, from what was typed or picked."""
        if self.ride.rig is None:
            self.notify("The cabin is still loading.", severity="warning")
            return
        self.speaker.stop()
        self._reply(await self.ride.say(text, self._zone(), how))

    @work(exit_on_error=False)
    async def hear(self, path: Path) -> None:
        """A turn, from a sound file."""
        if self.ride.rig is None:
            self.notify("The cabin is still loading.", severity="warning")
            return
        self.speaker.stop()
        self._meter(path)
        self._reply(await self.ride.hear(path, self._zone()))

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

    def _reply(self, exchange: Exchange) -> None:
        if exchange.reply is not None and self.aloud:
            self._speak(exchange.reply.text)
        if self.query_one(ContentSwitcher).current == "journal":
            self.fill_journal()

    @work(exit_on_error=False)
    async def _speak(self, text: str) -> None:
        try:
            voice = await asyncio.to_thread(self.ride.engines.synthesizer)
        except Exception as error:
            self._voice_told(f"no voice: {said(error)}"[:40], False)
            return
        self.speaker.say(text, voice)

    def _zone(self) -> Any:
        from assistant.utterance import Zone

        return Zone(self.query_one(Talk).zone)

    def action_type(self) -> None:
        """Put the cursor into the line, where typing is allowed."""
        line = self.query_one("#say", Input)
        if line.disabled:
            self.notify("Not while the car moves: the driver has no keyboard now.", severity="warning")
        else:
            self.set_focus(line)  # at once: the next key already belongs to it

    def action_talk(self) -> None:
        """Push to talk."""
        if monotonic() - self._told_microphone > 2:
            self._told_microphone = monotonic()
            self.notify(
                "No microphone is connected to this cabin. Type (t), take a phrase (f) or a sound file (o).",
                severity="warning",
            )

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

    def action_voice(self) -> None:
        self.aloud = not self.aloud
        self.speaker.stop()
        self._voice_told("voice on" if self.aloud else "voice off", False)

    # --- the challenge ------------------------------------------------------------------------------

    def action_answer(self, by: str) -> None:
        self.query_one(Challenge).answer(by)

    @work(exit_on_error=False)
    async def on_challenge_answered(self, event: Challenge.Answered) -> None:
        event.stop()
        self.speaker.stop()
        if event.by:
            self._reply(await self.ride.touch(event.challenge, event.by, self._zone()))
        else:
            self._reply(await self.ride.cancel(event.challenge))

    def on_challenge_ran_out(self, event: Challenge.RanOut) -> None:
        event.stop()
        self.ride.expired(event.changes)

    def action_escape(self) -> None:
        """Stops the voice, says no to a card, leaves the line: whatever is there, in this order."""
        challenge = self.query_one(Challenge)
        if self.speaker.stop():
            return
        if challenge.asked is not None:
            challenge.answer("")
        else:
            self.set_focus(None)

    # --- the driver's seat --------------------------------------------------------------------------

    def on_drivers_seat_pressed(self, event: DriversSeat.Pressed) -> None:
        event.stop()
        if event.what == "zone":
            self.query_one(Talk).choose(event.value)
            self._policy_at = float("-inf")
        elif event.what == "pace":
            self.ride.clock.set_pace(float(event.value))
        elif event.what == "scenario":
            self.start_scenario(event.value)
        elif event.what == "say":
            self.say(event.value, "button")
        else:
            self.press(event.what, event.value)
        if event.what not in ("zone", "weather", "fault", "scenario"):
            self.set_focus(None)  # so that the keys drive again
        self.tick()

    def press(self, what: str, value: str) -> None:
        """Do to the simulated world what a control says."""
        if self.ride.rig is None:
            return
        try:
            told = Console(self.ride.rig.console).press(what, value)
        except Exception as error:
            self.notify(said(error), severity="warning")
            return
        if told:
            self.notify(told)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def start_scenario(self, name: str) -> None:
        """A fresh cabin in the car that the scenario was written for."""
        try:
            self.ride.new_rig(name)
        except Exception as error:
            self.app.call_from_thread(self.notify, said(error), severity="warning")
            return
        self.app.call_from_thread(self._fresh)

    def _fresh(self) -> None:
        self.query_one(Diagnostics).forget()
        self.query_one(Conversation).clear()
        self.tick()

    def action_pedal(self, which: str) -> None:
        self.press("pedal", which)
        self.tick()

    def action_park(self) -> None:
        self.press("speed", "0")
        self.tick()

    def action_time(self, step: int) -> None:
        place = PACES.index(int(self.ride.clock.pace)) + step
        self.ride.clock.set_pace(PACES[max(0, min(len(PACES) - 1, place))])
        self.tick()

    # --- pages --------------------------------------------------------------------------------------

    def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        event.stop()
        self.action_page(event.page)

    def action_page(self, page: str) -> None:
        """Show a page; the three of the cabin stand side by side where there is room."""
        self.query_one(ContentSwitcher).current = "cabin" if page in CABIN_PAGES else page
        if page in CABIN_PAGES:
            for each in CABIN_PAGES:
                self.query_one("#cabin").set_class(page == each, f"-{each}")
        self.query_one(PageTabs).current = page
        self.set_focus(None)
        if page == "journal":
            self.fill_journal()
        elif page == "policy":
            self._fill_policy()
        elif page == "diagnostics":
            self.tick()

    def _fill_policy(self) -> None:
        if self.ride.view is not None:
            zone = self._zone()
            self.query_one(PolicyPage).fill(list(self.ride.view.policy(zone)), zone)

    @work(exclusive=True, group="journal", exit_on_error=False)
    async def fill_journal(self) -> None:
        try:
            rows = await asyncio.to_thread(self.ride.journal_tail)
        except Exception as error:
            self.notify(said(error), severity="warning")
            return
        self.query_one(JournalPage).fill(rows)

    def action_read(self, section: str) -> None:
        """Open the manual at a section, as a source or a telltale names it."""
        manual = self.ride.manual
        number = None if manual is None else manual.find(section)
        if number is None:
            self.notify("The manual is still being opened." if manual is None else f"No section “{section}”.")
            return
        self.action_page("manual")
        self.query_one(ManualPage).read(number)

    def action_ask(self, code: str) -> None:
        """Ask the cabin about a fault code."""
        self.action_page("talk")
        self.say(f"what does the fault code {code} mean", "button")

    def action_help(self) -> None:
        self.app.push_screen(Help())

    def action_contrast(self) -> None:
        self.app.theme = "cabin-dark" if self.app.theme == "cabin-contrast" else "cabin-contrast"

    async def on_unmount(self) -> None:
        await self.speaker.close()
        self.ride.close()
