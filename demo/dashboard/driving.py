"""Driving: pedals, gear, weather, faults, scenarios and the speed of time. It moves the simulated world only."""

from textual import work

from demo.dashboard.console import Console
from demo.dashboard.deck import Deck
from demo.dashboard.pace import PACES
from demo.dashboard.ride import said
from demo.dashboard.widgets.conversation import Conversation
from demo.dashboard.widgets.diagnostics import Diagnostics
from demo.dashboard.widgets.drivers_seat import DriversSeat
from demo.dashboard.widgets.talk import Talk

MOVES_ITSELF = "This car is not simulated: its world moves by itself."


class Driving(Deck):
    """The driver's seat, by keys and by clicks."""

    def choose_speaker(self, zone: str) -> None:
        """Somebody in another seat speaks from now on."""
        self.query_one(Talk).choose(zone)

    def say_phrase(self, text: str) -> None:
        """The speaker says a ready phrase."""
        raise NotImplementedError

    def on_drivers_seat_pressed(self, event: DriversSeat.Pressed) -> None:
        event.stop()
        if event.what == "zone":
            self.choose_speaker(event.value)
        elif event.what == "pace":
            self.set_pace(float(event.value))
        elif event.what == "scenario":
            self.start_scenario(event.value)
        elif event.what == "say":
            self.say_phrase(event.value)
        else:
            self.press(event.what, event.value)
        if event.what not in ("zone", "weather", "fault", "scenario"):
            self.set_focus(None)  # so that the keys drive again
        self.tick()

    def press(self, what: str, value: str) -> None:
        """Do to the simulated world what a control says."""
        if self.ride.rig is None:
            return
        if not self.ride.is_simulated:
            self.app.clear_notifications()
            self.notify(MOVES_ITSELF, severity="warning")
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

    def set_pace(self, pace: float) -> None:
        """Let simulated time run at ``pace``; a real car has its own."""
        if self.ride.is_simulated:
            self.ride.clock.set_pace(pace)
        else:
            self.notify(MOVES_ITSELF, severity="warning")

    def action_pedal(self, which: str) -> None:
        self.press("pedal", which)
        self.tick()

    def action_park(self) -> None:
        self.press("speed", "0")
        self.tick()

    def action_time(self, step: int) -> None:
        place = PACES.index(int(self.ride.clock.pace)) + step
        self.set_pace(PACES[max(0, min(len(PACES) - 1, place))])
        self.tick()
