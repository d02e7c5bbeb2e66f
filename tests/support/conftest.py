"""A desk over a small manual of its own: loaded once, with fresh records for every test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from knowledge import index
from knowledge.embedding import Embedder
from knowledge.pack import BUILT_IN
from knowledge.support.app import compose
from knowledge.support.desk import SupportDesk
from knowledge.support.setup import Setup
from knowledge.support.writer import Writer

SAMPLE = Path(__file__).parents[1] / "knowledge" / "packs" / "sample"
SCOPES = ("ask", "snapshot", "admin")


class Time:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


class Rig:
    """A desk with its app, a client in its process, and a key of every scope."""

    def __init__(
        self, folder: Path, index_folder: Path, embedder: Embedder, writer: Writer | None = None, **limits: object
    ) -> None:
        self.time = Time()
        self.setup = Setup(index_folder=index_folder, records=folder / "records", **limits)  # type: ignore[arg-type]
        self.desk = SupportDesk(index_folder, folder / "records", embedder=embedder, now=self.time)
        self.desk.load()
        self.app = compose(self.desk, self.setup, writer=writer)
        self.client = TestClient(self.app, base_url="http://127.0.0.1", raise_server_exceptions=False)  # type: ignore[arg-type]
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
    """An index of the built-in manual and of the small one."""
    folder = tmp_path_factory.mktemp("desk") / "index"
    index.build([BUILT_IN / "aurelia", SAMPLE], folder, embedder)
    return folder


@pytest.fixture
def make_rig(tmp_path: Path, two_manuals: Path, embedder: Embedder) -> Iterator[Callable[..., Rig]]:
    """Makes rigs with other limits; each has records of its own."""
    made: list[Rig] = []

    def make(**limits: object) -> Rig:
        rig = Rig(tmp_path / f"rig{len(made)}", two_manuals, embedder, **limits)  # type: ignore[arg-type]
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.desk.close()
        shutil.rmtree(rig.setup.records, ignore_errors=True)


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()
