"""A desk over a small manual of its own: loaded once, with fresh records for every test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_socket
from starlette.testclient import TestClient

from knowledge import index
from knowledge.embedding import Embedder
from knowledge.pack import BUILT_IN
from knowledge.support.app import compose
from knowledge.support.desk import SupportDesk
from knowledge.support.reader import Reader
from knowledge.support.setup import Setup
from knowledge.support.writer import Writer
from tests.support.serving import Served, home

SAMPLE = Path(__file__).parents[1] / "knowledge" / "packs" / "sample"
CHAPTERS = ("15", "16", "19")
"""Tyres, loads, breakdown: a fifth of the manual, so that the tests start sooner."""
SCOPES = ("ask", "snapshot", "admin")


class Time:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


class Rig:
    """A desk with its app, a client in its process, and a key of every scope."""

    def __init__(self, folder: Path, reader: Reader, writer: Writer | None = None, **limits: object) -> None:
        index_folder = reader.shelf.folder.parent
        self.time = Time()
        self.setup = Setup(index_folder=index_folder, records=folder / "records", **limits)
        self.desk = SupportDesk(
            index_folder, folder / "records", embedder=reader.embedder, reader=reader, now=self.time
        )
        self.app = compose(self.desk, self.setup, writer=writer)
        self.client = TestClient(self.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        self.keys: dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        """Records as of the first day: fresh keys, and nothing else."""
        for (table,) in self.desk.database.read("SELECT name FROM sqlite_master WHERE type = 'table'"):
            self.desk.database.write(f"DELETE FROM {table}", durable=False)
        for case in (self.setup.records / "cases").glob("*.case"):
            case.unlink()
        self.client.cookies.clear()
        self.time.at = 1_000_000.0
        self.keys = {scope: self.desk.keys.add(scope, [scope]) for scope in SCOPES}

    def head(self, *scopes: str) -> dict[str, str]:
        """The header of the key with that scope, or of a fresh one with several."""
        name = "+".join(scopes)
        if name not in self.keys:
            self.keys[name] = self.desk.keys.add(f"key {len(self.keys)}", scopes)
        return {"Authorization": f"Bearer {self.keys[name]}"}


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder.load()


@pytest.fixture(scope="session")
def two_manuals(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """An index of some chapters of the built-in manual and of the small one."""
    home = tmp_path_factory.mktemp("desk")
    some = shutil.copytree(BUILT_IN / "aurelia", home / "aurelia")
    for chapter in (some / "manual").iterdir():
        if chapter.name[:2] not in CHAPTERS:
            chapter.unlink()
    index.build([some, SAMPLE], home / "index", embedder)
    return home / "index"


@pytest.fixture(scope="session")
def reader(two_manuals: Path, embedder: Embedder) -> Reader:
    """That index, read once."""
    return Reader(two_manuals, embedder)


@pytest.fixture
def make_rig(tmp_path: Path, reader: Reader) -> Iterator[Callable[..., Rig]]:
    """Makes rigs with other limits; each has files of its own."""
    made: list[Rig] = []

    def make(**limits: object) -> Rig:
        rig = Rig(tmp_path / f"rig{len(made)}", limits.pop("reader", reader), **limits)
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.desk.close()
        shutil.rmtree(rig.setup.records, ignore_errors=True)


@pytest.fixture(scope="session")
def one_rig(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("rig"), reader, rate=10_000, burst=10_000)
    yield rig
    rig.desk.close()


@pytest.fixture
def rig(one_rig: Rig) -> Rig:
    """The same desk for all tests, with empty records for each. What lies in its files may be of an earlier test."""
    one_rig.begin()
    return one_rig


@pytest.fixture
def two_manuals_at_home(tmp_path: Path, two_manuals: Path) -> dict[str, str]:
    """The environment of a cabin with that index."""
    return home(tmp_path / "home", two_manuals)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, two_manuals: Path) -> Iterator[Served]:
    """One desk as a process of its own, for all tests that leave it as it was. Its clients may dribble for 3 s."""
    pytest_socket.enable_socket()
    started = Served(home(tmp_path_factory.mktemp("served"), two_manuals), "--patience", "3")
    yield started
    started.stop()


@pytest.fixture
def served(two_manuals_at_home: dict[str, str]) -> Iterator[Callable[..., Served]]:
    """Starts desks as processes of their own; they end with the test."""
    started: list[Served] = []

    def start(*options: str, **more: object) -> Served:
        started.append(Served(two_manuals_at_home, *options, **more))
        return started[-1]

    yield start
    for each in started:
        each.stop()
