"""The composition root: settings in, engines and cabins out. Nothing else builds anything."""

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assistant.errors import CabinError, StorageError
from assistant.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from assistant.cabin import Cabin
    from assistant.clock import SimulatedClock
    from assistant.journal import Journal
    from assistant.ports import Synthesizer, Transcriber, Vehicle, Witness
    from assistant.vehicle.console import Console
    from intents.model import LanguageModel
    from intents.router import Router
    from intents.wording import Wording
    from knowledge.answer import LiveReading
    from knowledge.embedding import Embedder
    from knowledge.library import Library
    from knowledge.support.cases import Cases
    from policies.catalogue import Catalogue
    from policies.rules import RuleTable

T = TypeVar("T")

MANY_OBJECTS = 100_000
"""New objects before Python looks for garbage. What is loaded stays: looking through it again and again is a sixth of
the start, and rare pauses are better than many.
"""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and how much there is."""


class Lazy(Generic[T]):
    """A value made when first called for, once, whichever thread asks."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


def _no_progress(what: str, done: int, total: int) -> None:
    pass


class Unwritable:
    """Stands in for a journal that cannot be opened: every turn is told so, and what is critical is not done."""

    def __init__(self, problem: StorageError) -> None:
        self.problem = problem

    def append_many(self, records: object) -> None:
        raise self.problem

    def verify(self) -> object:
        raise self.problem

    def unfinished(self) -> list[object]:
        raise self.problem


@dataclass(frozen=True)
class Rig:
    """A cabin and its car: what a drive, a session or a test takes hold of.

    ``console`` moves the simulated world and ``clock`` lets time pass; the cabin itself knows neither.
    """

    cabin: "Cabin"
    console: "Console"
    clock: "SimulatedClock"

    def close(self) -> None:
        """Leave nothing open, and let go of the car: one that is reached over a line hangs up."""
        self.cabin.close()
        self._hang_up()

    async def aclose(self) -> None:
        """As ``close``, and the car itself is told that it is no longer shared."""
        try:
            await self.cabin.aclose()
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        _hang_up(self.cabin.vehicle)


def _hang_up(vehicle: "Vehicle") -> None:
    hang_up = getattr(vehicle, "close", None)
    if hang_up:
        hang_up()


@dataclass
class Engines:
    """The heavy parts, loaded once and shared by every cabin of the process. Each loads when first called for."""

    settings: Settings
    progress: Progress = _no_progress
    why: dict[str, str] = field(default_factory=dict)
    """For `cabin doctor`: which engine was picked, and why."""

    def __post_init__(self) -> None:
        gc.set_threshold(MANY_OBJECTS)
        self.catalogue: Lazy[Catalogue] = Lazy(self._load_catalogue)
        self.rules: Lazy[RuleTable] = Lazy(self._load_rules)
        self.embedder: Lazy[Embedder] = Lazy(self._load_embedder)
        self.router: Lazy[Router] = Lazy(self._load_router)
        self.wording: Lazy[Wording] = Lazy(self._load_wording)
        self.library: Lazy[Library] = Lazy(self._load_library)
        self.transcriber: Lazy[Transcriber] = Lazy(self._load_transcriber)
        self.synthesizer: Lazy[Synthesizer] = Lazy(self._load_synthesizer)
        self.cases: Lazy[Cases] = Lazy(self._open_cases)
        self.journal: Lazy[Journal | Unwritable] = Lazy(self._open_journal)

    def warm(self, *parts: Lazy[Any]) -> list["Future[Any]"]:
        """Begin to load ``parts`` side by side, in the background."""
        pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="warm")
        futures = [pool.submit(part) for part in parts]
        pool.shutdown(wait=False)
        return futures

    def parts(self) -> list[tuple[str, Lazy[Any]]]:
        """Every heavy part with its name for people, in the order that brings the first turn soonest."""
        return [
            ("the rules", self.rules),
            ("the embedding model", self.embedder),
            ("the sentences", self.router),
            ("the recogniser", self.transcriber),
            ("the voice", self.synthesizer),
            ("the manual", self.library),
        ]

    def rig(self, clock: "SimulatedClock | None" = None, *, driven: bool = False) -> "Rig":
        """A fresh cabin with its own keys and memory in the car that the settings name; the engines are shared.

        One that is ``driven`` by a person has what the driver likes, and keeps it; for a program each cabin is new.
        """
        from assistant.cabin import Cabin
        from assistant.clock import SimulatedClock
        from assistant.preferences import Preferences
        from assistant.vehicle import chosen
        from policies.gate import Gate
        from policies.permit import Signer

        clock = clock or SimulatedClock()
        signer = Signer.fresh()
        vehicle = chosen.vehicle(self.settings.vehicle, clock, self.catalogue(), signer.public_key)
        cabin = Cabin(
            router=self.router(),
            wording=self.wording(),
            gate=Gate(self.rules(), self.catalogue(), vehicle.id, signer),
            catalogue=self.catalogue(),
            vehicle=vehicle,
            clock=clock,
            journal=self.journal(),
            library=self.library,
            transcriber=self.transcriber,
            synthesizer=self.synthesizer,
            pack=self.settings.knowledge.pack,
            cases=self.cases,
            witnesses=self.witnesses(),
            preferences=Preferences(self.settings.preferences_file if driven else None),
        )
        return Rig(cabin, chosen.console(vehicle, self.catalogue()), clock)

    @contextmanager
    def car_readings(self) -> Iterator[Callable[[], list["LiveReading"]]]:
        """What the car of the settings reports, for who only asks: no cabin is built around it."""
        from assistant.clock import SimulatedClock
        from assistant.vehicle import chosen
        from assistant.vehicle.readings import readings
        from policies.permit import Signer

        clock, catalogue = SimulatedClock(), self.catalogue()
        vehicle = chosen.vehicle(self.settings.vehicle, clock, catalogue, Signer.fresh().public_key)
        try:
            yield lambda: readings(vehicle, catalogue, clock)
        finally:
            _hang_up(vehicle)

    def witnesses(self) -> "list[Witness]":
        """Who may testify to a confirmation. The simulated eye scan believes what it is told: no real car gets it."""
        from assistant.witness import SimulatedEyeScan, TouchScreen

        return [TouchScreen(), *([SimulatedEyeScan()] if self.settings.vehicle.kind == "simulated" else [])]

    def _open_journal(self) -> "Journal | Unwritable":
        from assistant.journal import Journal

        keep = self.settings.journal
        try:
            return Journal.open(
                self.settings.journal_file,
                keep_transcripts=keep.keep_transcripts,
                erase_transcripts_after_days=keep.erase_transcripts_after_days,
            )
        except StorageError as error:
            return Unwritable(error)

    # --- how each part is loaded --------------------------------------------------------------------

    def _open_cases(self) -> "Cases":
        from knowledge.support.cases import Cases
        from knowledge.support.database import FILE, Database

        records = self.settings.data_dir / "support"
        return Cases(records / "cases", Database(records / FILE))

    def _load_catalogue(self) -> "Catalogue":
        from policies.catalogue import Catalogue

        return Catalogue.load()

    def _load_rules(self) -> "RuleTable":
        from policies.rules import RuleTable

        return RuleTable.load(catalogue=self.catalogue())

    def _load_embedder(self) -> "Embedder":
        from knowledge.embedding import Embedder

        return Embedder.load()

    def _load_router(self) -> "Router":
        from intents.router import Router

        named = self.settings.understanding.model
        model = self._open_language_model(named) if named else None
        return Router.load(self.settings.language, embedder=self.embedder(), model=model)

    def _open_language_model(self, named: ModelSettings) -> "LanguageModel":
        from assistant.bounds import bounds
        from intents.model import LONGEST_TOKENS, LanguageModel
        from knowledge.model import ModelChoice, open_model

        opened = open_model(ModelChoice(**named.model_dump()), LONGEST_TOKENS)
        return LanguageModel(opened, named.deadline_s, bounds(self.catalogue()))

    def _load_wording(self) -> "Wording":
        from intents.wording import Wording

        return Wording.load(self.settings.language)

    def packs(self) -> list[Path]:
        """The pack folders: the one that ships, those that were taken in, and the settings' own."""
        from knowledge.pack import installed

        return installed(self.settings.data_dir / "packs", *self.settings.knowledge.packs)

    def _load_library(self) -> "Library":
        from knowledge import index
        from knowledge.library import Library
        from knowledge.model import ModelChoice

        folder = self.settings.index_folder
        if not index.is_current(self.packs(), folder):
            index.build(
                self.packs(),
                folder,
                self.embedder(),
                lambda done, total: self.progress("Indexing the manual", done, total),
            )
        named = self.settings.knowledge.model
        return Library.open(folder, self.embedder(), ModelChoice(**named.model_dump()) if named else None)

    def _load_transcriber(self) -> "Transcriber":
        from assistant.speech import engines
        from assistant.speech.hotwords import hotwords
        from intents import templates
        from intents.meaning import examples

        speech, language = self.settings.speech, self.settings.language
        said, manual = templates.sentences(language), tuple(self.library().texts())
        engine, self.why["recogniser"] = engines.transcriber(
            templates.compiled(said),
            (*manual, *examples(language).get("question", ())),
            engine=speech.recogniser,
            model=speech.whisper_model,
            models=self.settings.models_dir,
            hotwords=hotwords(manual, said.named()),
            language=None if speech.detect_language else language,
            deadline_s=speech.deadline_s,
            server=speech.wyoming_uri,
            cache=self.settings.data_dir / "speech",
            accounts_for=self._accounts_for,
        )
        return engine

    def _accounts_for(self, text: str) -> bool:
        """Whether the router accounts for every word; where it cannot be asked, only templates are heard."""
        try:
            return self.router().accounts_for(text)
        except CabinError:
            return False

    def _load_synthesizer(self) -> "Synthesizer":
        from assistant.speech import engines

        speech = self.settings.speech
        engine, self.why["voice"] = engines.synthesizer(
            engine=speech.voice,
            voice=speech.piper_voice,
            models=self.settings.models_dir,
            language=self.settings.language,
            server=speech.wyoming_voice_uri,
        )
        return engine
