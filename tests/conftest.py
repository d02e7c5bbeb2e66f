"""What all tests share: engines loaded once, in a data folder of their own, with an index built once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.bootstrap import Engines, Rig
from assistant.settings import Settings
from tests.model_server import ModelServer, serving

SHARED = Path(__file__).parents[2] / "shared"
"""Material to measure with. It is not part of the project: tests that use it skip where it is absent."""


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing that a test does reaches the data, models or settings of whoever runs it."""
    folder = tmp_path_factory.mktemp("cabin")
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("CABIN_")}
    (folder / "cabin.toml").touch()
    os.environ |= {"CABIN_DATA_DIR": str(folder), "CABIN_CONFIG": str(folder / "cabin.toml")}
    yield folder
    for name in [name for name in os.environ if name.startswith("CABIN_")]:
        del os.environ[name]
    os.environ |= kept


@pytest.fixture(scope="session")
def engines(_away_from_home: Path) -> Engines:
    """The real engines, each loaded when a test first needs it."""
    return Engines(Settings(data_dir=_away_from_home))


@pytest.fixture
def rig(engines: Engines) -> Rig:
    """A fresh cabin in a fresh simulated car."""
    return engines.rig()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A language model on loopback that says what a test lets it say."""
    with serving() as server:
        yield server
