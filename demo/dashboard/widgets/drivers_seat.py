"""The driver's seat: pedals, gear, who speaks, weather, faults, scenario, and how fast time runs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList, Select, Static
from textual.widgets.option_list import Option

from demo.dashboard.pace import PACES
from demo.dashboard.widgets.glyphs import bar

if TYPE_CHECKING:
    from assistant.views import Moment

PEDAL = "Vehicle.Chassis.Accelerator.PedalPosition"
BRAKE = "Vehicle.Chassis.Brake.PedalPosition"
ZONES = ("driver", "passenger", "rear_left", "rear_right", "outside", "unknown")
SPEEDS = (0, 30, 50, 80, 130)


class DriversSeat(VerticalScroll):
    """Moves the simulated world, never the cabin: this is the simulator's console, not the car's screen."""

    BORDER_TITLE = "Driver's seat (simulator)"
    can_focus = False

    class Pressed(Message):
        """``what`` is gear, speed, pedal, pace, say or the like; ``value`` goes with it."""

        def __init__(self, what: str, value: str) -> None:
            super().__init__()
            self.what, self.value = what, value

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._pedals = (-1, -1)

    def compose(self) -> ComposeResult:
        yield Static(id="pedals")
        with Horizontal(classes="row"):
            yield Button("↓ brake", id="pedal-brake", compact=True)
            yield Button("release", id="pedal-none", compact=True)
            yield Button("↑ gas", id="pedal-gas", compact=True)
        with Horizontal(classes="row"):
            yield Static("gear", classes="label")
            for letter in "PRND":
                yield Button(letter, id=f"gear-{letter}", compact=True)
        with Horizontal(classes="row"):
            yield Static("km/h", classes="label")
            for speed in SPEEDS:
                yield Button(f"{speed}", id=f"speed-{speed}", compact=True)
        with Horizontal(classes="row"):
            yield Static("time", classes="label")
            for pace in PACES:
                yield Button("‖" if pace == 0 else f"×{pace}", id=f"pace-{pace}", compact=True)
        yield Select(
            [(zone.replace("_", " "), zone) for zone in ZONES],
            value="driver",
            allow_blank=False,
            id="zone",
            compact=True,
        )
        for what in ("weather", "fault", "scenario"):
            yield Select[str]([], prompt=f"{what} …", id=what, compact=True)
        yield Button("mend everything", id="mend-all", compact=True)
        yield OptionList(id="phrases", compact=True)

    def offer(self, what: str, names: Iterable[str]) -> None:
        """What can be chosen under ``what``: weather, fault or scenario."""
        self.query_one(f"#{what}", Select).set_options((name.replace("_", " "), name) for name in names)

    def offer_phrases(self, phrases: Iterable[str]) -> None:
        """What the speaker can say with one click."""
        self.query_one("#phrases", OptionList).add_options(Option(f"“{phrase}”", id=phrase) for phrase in phrases)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Pressed("say", event.option_id or ""))

    def show(self, moment: "Moment") -> None:
        pedals = tuple(round(float(str(moment.values.get(path) or 0))) for path in (BRAKE, PEDAL))
        if pedals != self._pedals:
            self._pedals = (pedals[0], pedals[1])
            room = max(4, (self.size.width - 20) // 2)
            self.query_one("#pedals", Static).update(
                Content.assemble(
                    ("brake ", "$dim"),
                    bar(pedals[0] / 100, room, "$error"),
                    ("  gas ", "$dim"),
                    bar(pedals[1] / 100, room, "$success"),
                )
            )

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        what, _, value = (event.button.id or "").partition("-")
        self.post_message(self.Pressed(what, value))

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, str) and event.select.id:
            self.post_message(self.Pressed(event.select.id, event.value))
