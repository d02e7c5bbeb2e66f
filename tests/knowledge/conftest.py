"""A small manual of its own for these tests, and one index of it a test session."""

import os
from pathlib import Path

import pytest

from knowledge import index
from knowledge.embedding import Embedder
from knowledge.library import Library

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

SAMPLE = Path(__file__).parent / "packs" / "sample"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder.load()


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "index"
    index.build([SAMPLE], folder, embedder)
    return folder


@pytest.fixture(scope="session")
def library(sample_index: Path, embedder: Embedder) -> Library:
    return Library.open(sample_index, embedder)
