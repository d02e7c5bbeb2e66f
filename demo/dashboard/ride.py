"""A ride: the engines, the cabin, its car and its time, as the dashboard holds them. It decides nothing itself."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from assistant.bootstrap import Engines, Lazy
from assistant.settings import Settings
from assistant.settings import load as load_settings
from demo.dashboard.pace import PacedClock

if TYPE_CHECKING:
    from assistant.bootstrap import Rig
    from assistant.journal.record import Record
    from assistant.ports import Transcriber
    from assistant.utterance import Reply, Utterance, Zone
    from assistant.views import Manual, View
    from demo.dashboard.apart import ApartTranscriber

Standing = Literal["waiting", "loading", "ready", "failed"]

KEPT = 40
"""Exchanges that the conversation keeps; the journal keeps all of them."""


@dataclass
class Part:
    """One engine on its way: ``note`` says how far, how long it took, or what failed."""

    name: str
    standing: Standing = "waiting"
    note: str = ""


@dataclass(eq=False)
class Exchange:
    """One turn as it is being shown: filled while the cabin works on it."""

    zone: str
    how: str
    heard: str = ""
    understood: list[tuple[str, str, float]] = field(default_factory=list)
    """Intent, the path that found it, its score."""
    decided: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    """Verdict, rules, reason."""
    reply: "Reply | None" = None
    error: str = ""


class Ride:
    """Loads in a thread, then takes turns in the event loop. ``on_exchange`` and ``on_part`` are told what changed.

    ``on_part`` may be called from another thread. ``ahead`` names the engines to load before they are needed; all of
    them when None.
    """

    def __init__(
        self,
        settings: Settings,
        scenario: str | None = None,
        *,
        engines: Engines | None = None,
        ahead: Collection[str] | None = None,
    ) -> None:
        self.settings, self._ahead = settings, ahead
        self.scenario = scenario
        self.clock = PacedClock()
        self.engines = engines or Engines(settings)
        self._apart: ApartTranscriber | None = None
        if engines is None:
            self.engines.transcriber = Lazy(self._transcriber_apart)
        self.engines.progress = self._indexing
        self.parts: list[Part] = []
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self.rig: Rig | None = None
        self.view: View | None = None
        self.manual: Manual | None = None
        self.on_exchange: Callable[[Exchange], None] = lambda exchange: None
        self.on_part: Callable[[Part], None] = lambda part: None
        self._now: Exchange | None = None
        self._one_at_a_time = asyncio.Lock()
        self._began = perf_counter()

    # --- loading ------------------------------------------------------------------------------------

    def load(self, ready: Callable[[], None]) -> None:
        """Load everything, the car first; ``ready`` is told when there is a cabin to talk to. Blocking."""
        loaders = {name: lazy for name, lazy in self.engines.parts() if self._ahead is None or name in self._ahead}
        late = {"the recogniser", "the voice", "the manual"}
        self.parts = [Part(name) for name in loaders]
        for name, lazy in sorted(loaders.items(), key=lambda each: each[0] in late):
            if name in late and self.rig is None:
                self._get_in(ready)
            self._load(self._part(name), lazy)
        if self.rig is None:
            self._get_in(ready)

    def _transcriber_apart(self) -> "Transcriber":
        from demo.dashboard.apart import ApartTranscriber

        self._apart = ApartTranscriber(self.settings)
        self.engines.why["recogniser"] = self._apart.why
        return self._apart

    async def close(self) -> None:
        """Leave nothing running and nothing shared."""
        if self.rig is not None:
            await self.rig.aclose()
        if self._apart is not None:
            self._apart.close()

    def _get_in(self, ready: Callable[[], None]) -> None:
        try:
            self.new_rig()
        except Exception as error:
            part = Part("the cabin", "failed", said(error))
            self.parts.append(part)
            self.on_part(part)
            return
        ready()

    def _load(self, part: Part, lazy: Callable[[], Any]) -> None:
        part.standing, began = "loading", perf_counter()
        self.on_part(part)
        try:
            found = lazy()
            if part.name == "the manual":
                from assistant.views import Manual

                self.manual = Manual(found)
            part.standing, part.note = "ready", f"{perf_counter() - began:.1f} s"
        except Exception as error:  # an engine may fail in any way; the cabin goes on without it
            part.standing, part.note = "failed", said(error)
        self.on_part(part)

    def _part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def _indexing(self, what: str, done: int, total: int) -> None:
        for part in self.parts:
            if part.standing == "loading" and part.name == "the manual":
                part.note = f"{what.lower()} {done}/{total}"
                self.on_part(part)

    def new_rig(self, scenario: str | None = None) -> None:
        """A fresh cabin; with a scenario, in the car that it was written for. Raises CabinError."""
        from assistant.vehicle.scenario import load
        from assistant.views import View

        scenario = scenario or self.scenario
        clock, chosen = PacedClock(), self.settings
        if scenario:
            vehicle = chosen.vehicle.model_copy(update={"profile": load(scenario).profile})
            chosen = chosen.model_copy(update={"vehicle": vehicle})
        theirs, self.engines.settings = self.engines.settings, chosen
        try:
            rig = self.engines.rig(clock, driven=True)
        finally:
            self.engines.settings = theirs
        rig.cabin.watchers.append(self._watch)
        try:
            if scenario:
                rig.console.load_scenario(scenario)
            view = View.of(self.engines, rig.cabin)
        except Exception:
            rig.close()
            raise
        left, self.rig = self.rig, rig
        self.scenario, self.clock, self.view = scenario, clock, view
        if left is not None:
            left.close()

    @property
    def is_simulated(self) -> bool:
        """Does the world move from here; a car behind a broker moves by itself."""
        return self.settings.vehicle.kind == "simulated"

    # --- turns --------------------------------------------------------------------------------------

    async def say(self, text: str, zone: "Zone", how: str = "typed") -> Exchange:
        """What somebody in ``zone`` said, as text."""
        from assistant.utterance import Utterance

        return await self._turn(Exchange(zone, how), Utterance(text, zone=zone, engine=how))

    async def hear(self, path: Path, zone: "Zone") -> Exchange:
        """What somebody in ``zone`` said, as a sound file."""
        exchange = self._begin(Exchange(zone, path.name))
        try:
            assert self.rig is not None
            utterance = await self.rig.cabin.hear(path, zone)
        except Exception as error:  # an engine may fail in any way; the cabin goes on
            exchange.error = said(error)
            self.on_exchange(exchange)
            return exchange
        return await self._turn(exchange, utterance)

    def spoken(self, zone: "Zone") -> Exchange:
        """Somebody in ``zone`` begins to speak into the microphone."""
        return self._begin(Exchange(zone, "microphone"))

    def heard(self, exchange: Exchange, text: str) -> None:
        """The words so far of what is being said: for the eye only."""
        exchange.heard = text
        self.on_exchange(exchange)

    def nothing_said(self, exchange: Exchange, why: str) -> None:
        """What was being said was nothing, or could not be understood."""
        exchange.heard, exchange.error = "", f"{why[:1].upper()}{why[1:]}."
        self.on_exchange(exchange)

    async def take(self, exchange: Exchange, utterance: "Utterance") -> Exchange:
        """The turn of what was said."""
        return await self._turn(exchange, utterance)

    async def keep_up(self) -> None:
        """Now and then while nobody speaks: what the car shares follows it, and ends in time."""
        if self.rig is not None:
            await self.rig.cabin.keep_up()

    async def touch(self, challenge: str, by: str, zone: "Zone") -> Exchange:
        """A hand on the screen or an eye scan answers ``challenge``."""
        from assistant.utterance import Modality

        assert self.rig is not None
        how = "eye scan" if by == Modality.BIOMETRIC else "touch"
        return await self._do(Exchange(zone, how), self.rig.cabin.touch(challenge, Modality(by), zone))

    async def cancel(self, challenge: str) -> Exchange:
        """ "No" on the screen."""
        assert self.rig is not None
        return await self._do(Exchange("driver", "no"), self.rig.cabin.cancel(challenge))

    def expired(self, changes: str) -> None:
        """Note that a challenge ran out; nothing was done."""
        exchange = Exchange("", "time")
        exchange.error = f"Nobody confirmed in time, so nothing was changed: {changes}."
        self.exchanges.append(exchange)
        self.on_exchange(exchange)

    async def _turn(self, exchange: Exchange, utterance: "Utterance") -> Exchange:
        assert self.rig is not None
        exchange.heard = utterance.text
        return await self._do(exchange, self.rig.cabin.take_turn(utterance))

    async def _do(self, exchange: Exchange, turn: Any) -> Exchange:
        self._begin(exchange)
        try:
            async with self._one_at_a_time:
                self._now = exchange
                with self.clock.steady():
                    exchange.reply = await turn
        except asyncio.CancelledError:
            raise
        except Exception as error:  # never a traceback in front of a driver
            exchange.error = said(error)
        self.on_exchange(exchange)
        return exchange

    def _begin(self, exchange: Exchange) -> Exchange:
        if exchange not in self.exchanges:
            self.exchanges.append(exchange)
        self.on_exchange(exchange)
        return exchange

    def _watch(self, event: str, what: Mapping[str, Any]) -> None:
        exchange = self._now
        if exchange is None:
            return
        if event == "understood":
            exchange.understood = [(intent.name, intent.path, intent.score) for intent in what["intents"]]
        elif event == "decided":
            decision = what["decision"]
            exchange.decided.append((type(decision).__name__.lower(), decision.rules, decision.says))
        self.on_exchange(exchange)

    # --- what is looked up --------------------------------------------------------------------------

    def journal_tail(self, most: int = 300) -> list[tuple["Record", Mapping[str, str]]]:
        """The last records with the words that are kept of them, newest first. Raises StorageError. Blocking."""
        from assistant.journal.chain import read
        from assistant.journal.texts import words_of

        path = self.settings.journal_file
        if not path.exists():
            return []
        words = words_of(path)
        last = deque(read(path), maxlen=most)
        return [(record, words.get((record.n, record.texts), {})) for record in reversed(last)]


def settings_for(vehicle: str | None) -> Settings:
    """The settings of this run, with another kind of car where one is named. Raises SettingsError."""
    settings = load_settings()
    if vehicle is None:
        return settings
    return settings.model_copy(update={"vehicle": settings.vehicle.model_copy(update={"kind": vehicle})})


def said(error: BaseException) -> str:
    """An error in a line."""
    return " ".join((str(error) or type(error).__name__).split())
