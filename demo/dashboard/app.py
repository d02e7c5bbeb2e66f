"""The dashboard as an application: its looks, its palette, and a last line of defence against tracebacks."""

import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from textual.app import App, SystemCommand
from textual.screen import Screen

from demo.dashboard.microphone import Converse
from demo.dashboard.ride import Ride, said
from demo.dashboard.screen import Cockpit
from demo.dashboard.speaker import Speaker
from demo.dashboard.themes import THEMES


class Dashboard(App[None]):
    """`cabin dashboard`."""

    TITLE = "cabin"
    CSS_PATH = "dashboard.tcss"

    def __init__(
        self, ride: Ride, theme: str = "dark", speaker: Speaker | None = None, converse: Converse | None = None
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high"), (40, "-tall")]
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name
        self.ride = ride
        self.failure = ""
        self._speaker, self._converse = speaker, converse

    def get_default_screen(self) -> Screen[None]:
        return Cockpit(self.ride, self._speaker, self._converse)

    @property
    def cockpit(self) -> Cockpit:
        """The one screen, under whatever lies over it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, Cockpit)
        return screen

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that a key does, by name, and every phrase, weather, fault and scenario."""
        cockpit = self.cockpit
        yield SystemCommand("Help", "Every key", cockpit.action_help)
        yield SystemCommand("High contrast", "Switch between the two looks", cockpit.action_contrast)
        yield SystemCommand("Keep a picture", "Save the screen as SVG", self._keep_picture)
        for page in ("centre", "talk", "seat", "diagnostics", "journal", "policy", "manual"):
            yield SystemCommand(f"Page: {page}", "Show it", partial(cockpit.action_page, page))
        if self.ride.rig is not None:
            yield from self._world()
        yield SystemCommand("Leave", "Stop the car and go", self.exit)

    def _keep_picture(self) -> None:
        self.set_timer(0.1, self.deliver_screenshot)  # once the palette is gone

    def _world(self) -> Iterable[SystemCommand]:
        from assistant.vehicle.scenario import load, names
        from demo.dashboard.presets import presets

        cockpit = self.cockpit
        for phrase in presets().phrases:
            yield SystemCommand(f"Say: {phrase}", "As the seat that speaks", partial(cockpit.say, phrase, "button"))
        for name in names():
            about = load(name).about
            yield SystemCommand(f"Scenario: {name}", about, partial(cockpit.start_scenario, name))
        for what, group in (("weather", presets().weather), ("fault", presets().faults)):
            for name in group:
                words = name.replace("_", " ")
                press = partial(cockpit.press, what, name)
                yield SystemCommand(f"{what.title()}: {words}", "In the simulated world", press)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours ends in a sentence; what a programmer needs of it goes to a file."""
        self.failure = self.failure or f"The dashboard stopped: {said(error)}."
        try:
            file = self.ride.settings.data_dir / "dashboard.log"
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as log:
                log.write(f"{datetime.now(UTC).isoformat()}\n")
                traceback.print_exception(error, file=log)
            if "file" not in self.failure:
                self.failure += f" Details are in the file {file}."
        except OSError:
            pass
        self._return_code = 1
        if self._exception is None:  # Textual's own tests and pilots raise it again
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()
