"""A manual without queries is found in by drivers' words that another pack's queries hold."""

import shutil
from pathlib import Path

import pytest
import yaml

from knowledge import index, pack
from knowledge.embedding import Embedder
from knowledge.library import Library
from knowledge.pack import QUERIES
from tests.knowledge.conftest import SAMPLE
from tests.knowledge.test_queries import queried as queried

ASKED = "what about the flibbertigibbet zorkmid"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A pack of another make: the same manual, and no queries."""
    folder = tmp_path / "other"
    shutil.copytree(SAMPLE, folder)
    manifest = yaml.safe_load((folder / "pack.yaml").read_text())
    (folder / "pack.yaml").write_text(yaml.safe_dump({**manifest, "name": "other", "title": "Other Owner's Manual"}))
    return folder


def first_of_other(folders: list[Path], target: Path, embedder: Embedder) -> str:
    index.build(folders, target, embedder)
    with Library.open(target, embedder) as library:
        answer = library.answer(ASKED, pack="other")
    assert all(source.title == "Other Owner's Manual" for source in answer.sources)
    return answer.passages[0].section


def test_words_that_only_another_pack_knows_find_the_section(
    tmp_path: Path, queried: Path, other: Path, embedder: Embedder
) -> None:
    assert not first_of_other([other], tmp_path / "alone", embedder).endswith("Opening the bonnet")
    assert first_of_other([queried, other], tmp_path / "beside", embedder).endswith("Opening the bonnet")


def test_a_manual_in_another_language_is_left_as_it_is(
    tmp_path: Path, queried: Path, other: Path, embedder: Embedder
) -> None:
    manifest = yaml.safe_load((other / "pack.yaml").read_text())
    (other / "pack.yaml").write_text(yaml.safe_dump({**manifest, "language": "de"}))
    assert not first_of_other([queried, other], tmp_path / "beside", embedder).endswith("Opening the bonnet")
    assert not (pack.read(other).folder / QUERIES).exists()
