"""The one screen: instruments, pages and keys, wired to the ride. What may happen is decided in the cabin alone."""

from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher, Footer

from demo.dashboard.deck import Deck
from demo.dashboard.driving import Driving
from demo.dashboard.pages import Pages
from demo.dashboard.ride import Exchange, Part, said
from demo.dashboard.talking import Talking
from demo.dashboard.widgets.challenge import Challenge
from demo.dashboard.widgets.climate import Climate
from demo.dashboard.widgets.comfort import Comfort
from demo.dashboard.widgets.conversation import Conversation
from demo.dashboard.widgets.diagnostics import Diagnostics
from demo.dashboard.widgets.drivers_seat import DriversSeat
from demo.dashboard.widgets.energy import Energy
from demo.dashboard.widgets.engines_bar import EnginesBar
from demo.dashboard.widgets.journal_page import JournalPage
from demo.dashboard.widgets.journey import Journey
from demo.dashboard.widgets.manual_page import ManualPage
from demo.dashboard.widgets.openings import Openings
from demo.dashboard.widgets.outline import Outline
from demo.dashboard.widgets.page_tabs import PageTabs
from demo.dashboard.widgets.panel import Panel
from demo.dashboard.widgets.policy_page import PolicyPage
from demo.dashboard.widgets.seats import Seats
from demo.dashboard.widgets.speed import Speed
from demo.dashboard.widgets.status import Status
from demo.dashboard.widgets.talk import Talk
from demo.dashboard.widgets.telltales import Telltales

TICK_S = 0.1
KEEP_UP_S = 2.0
"""How often the cabin is reminded of what goes on between turns."""


class Cockpit(Talking, Driving, Pages, Deck):
    """Looks at the moment ten times a second and hands it to every widget; keys and clicks go to the ride."""

    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,enter", "type", "Type", key_display="t"),
        Binding("space", "talk", "Hold to talk", key_display="space"),
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
        Binding("w", "wake", "Wake word", show=False),
        Binding("x", "contrast", "Contrast", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "app.quit", "Quit", show=False),
        *(Binding(str(n), f"page('{page}')", page, show=False) for n, page in enumerate(PageTabs.PAGES, 1)),
    ]

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
        yield Footer(show_command_palette=True, compact=True)

    def on_mount(self) -> None:
        others = (Conversation, DriversSeat, Challenge, Talk, JournalPage, PolicyPage, ManualPage)
        self._lookers: list[Any] = [*self.query(Panel), *(self.query_one(each) for each in others)]
        self.speaker.tell = self.voice_told
        self.ride.on_exchange = self._exchange_changed
        self.ride.on_part = lambda part: self.app.call_from_thread(self._part_changed, part)
        self.action_page("centre")
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.load()
        self.set_interval(TICK_S, self.tick, name="tick")
        self.set_interval(KEEP_UP_S, self.keep_up, name="keep up")

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
        self.ride.clock.asked = moment.asked is not None  # a challenge waits eight real seconds
        self.keep_policy()

    @work(exclusive=True, group="keep up", exit_on_error=False)
    async def keep_up(self) -> None:
        """What goes on in the cabin between turns."""
        await self.ride.keep_up()

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
            self.voice_told("voice ready" if part.standing == "ready" else "no voice", False)
        if all(each.standing in ("ready", "failed") for each in self.ride.parts):
            self.open_microphone()

    # --- what one part asks of another --------------------------------------------------------------

    def refresh_pages(self) -> None:
        Pages.refresh_pages(self)

    def choose_speaker(self, zone: str) -> None:
        super().choose_speaker(zone)
        self.policy_at = float("-inf")

    def say_phrase(self, text: str) -> None:
        self.say(text, "button")

    def action_ask(self, code: str) -> None:
        """Ask the cabin about a fault code."""
        self.action_page("talk")
        self.say(f"what does the fault code {code} mean", "button")

    async def on_unmount(self) -> None:
        await self.speaker.close()
        await self.on_air.close()
        await self.ride.close()
