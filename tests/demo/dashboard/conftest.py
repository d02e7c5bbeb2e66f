"""A running dashboard under Textual's pilot, on the real engines; the recogniser loads only where a test needs it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from assistant.bootstrap import Engines
from assistant.errors import DeviceError
from assistant.settings import Settings
from assistant.speech.conversation import Conversation
from assistant.utterance import Reply
from demo.dashboard.app import Dashboard
from demo.dashboard.microphone import Converse
from demo.dashboard.ride import Ride
from demo.dashboard.screen import Cockpit
from demo.dashboard.speaker import Speaker
from demo.dashboard.widgets.turn_card import TurnCard

AHEAD = ("the rules", "the embedding model", "the sentences", "the voice", "the manual")
PATIENCE_S = 120.0


class Driver:
    """Whoever sits before the screen: presses keys, clicks, looks."""

    def __init__(self, app: Dashboard, pilot: "Pilot[Any]") -> None:
        self.app, self.pilot = app, pilot

    @property
    def cockpit(self) -> Cockpit:
        return self.app.cockpit

    @property
    def ride(self) -> Ride:
        return self.app.ride

    def value(self, path: str) -> Any:
        assert self.ride.rig is not None
        return self.ride.rig.console.get([path])[path]

    async def moves(self, values: dict[str, Any]) -> None:
        """The car is driven."""
        assert self.ride.rig is not None
        self.ride.rig.console.set(values)
        await self.looks()

    async def looks(self) -> None:
        self.cockpit.tick()
        await self.pilot.pause()

    async def until(self, so: Callable[[], Any]) -> None:
        """Wait for something to be so; the test fails by its name when it never is."""
        async with asyncio.timeout(PATIENCE_S):
            while not so():
                await self.pilot.pause(0.02)

    async def types(self, text: str) -> Reply:
        """Type a sentence, as fast as it can be pasted, and wait for the reply."""
        before = sum(exchange.reply is not None for exchange in self.ride.exchanges)
        await self.pilot.press("t")
        self.cockpit.query_one("#say", Input).post_message(Paste(text))
        await self.pilot.press("enter")
        await self.until(lambda: sum(each.reply is not None for each in self.ride.exchanges) > before)
        await self.looks()
        if self.cockpit.query_one("#say").has_focus:
            self.cockpit.set_focus(None)  # Escape would also stop the voice
        reply = self.ride.exchanges[-1].reply
        assert reply is not None
        return reply

    def sees(self, selector: str) -> str:
        """The text that a widget shows, empty when it is not on the screen."""
        widget = self.cockpit.query_one(selector)
        if not widget.is_on_screen or not widget.display:
            return ""
        lines = [widget.render_line(y) for y in range(widget.size.height)]
        return "\n".join("".join(segment.text for segment in line) for line in lines)

    def cards(self) -> str:
        """All that the conversation's cards say."""
        return "\n".join(card.render().plain for card in self.cockpit.query(TurnCard))


def no_microphone(*_: object) -> Conversation:
    """This computer has none, whatever it has."""
    raise DeviceError("no microphone was found on this computer.", code="none")


@asynccontextmanager
async def driving(
    engines: Engines,
    size: tuple[int, int] = (160, 48),
    *,
    scenario: str | None = None,
    speaker: Speaker | None = None,
    theme: str = "dark",
    converse: Converse = no_microphone,
    settings: Settings | None = None,
) -> AsyncIterator[Driver]:
    """A dashboard that is ready, closed again at the end."""
    ride = Ride(settings or engines.settings, scenario, engines=engines, ahead=AHEAD)
    app = Dashboard(ride, theme, speaker or Speaker(player=()), converse)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: ride.parts and all(part.standing in ("ready", "failed") for part in ride.parts))
        await driver.until(lambda: app.cockpit.moment is not None)
        await driver.looks()
        yield driver


@pytest.fixture
async def driver(engines: Engines) -> AsyncIterator[Driver]:
    """The dashboard at 160 x 48 with a car at rest."""
    async with driving(engines) as running:
        yield running
