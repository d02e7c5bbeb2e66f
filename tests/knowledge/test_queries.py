"""Queries beside a manual: what drivers say finds the section that the manual words otherwise."""

import shutil
from pathlib import Path

import pytest
import yaml

from knowledge import index, manual, pack
from knowledge.embedding import Embedder
from knowledge.errors import PackError
from knowledge.library import Library
from knowledge.queries import elsewhere
from tests.knowledge.conftest import SAMPLE


@pytest.fixture
def queried(tmp_path: Path) -> Path:
    """The sample pack with its titles as queries, and one for a section in quite other words."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    chapters = pack.read(folder).chapters
    titles = [section.title for _, text in chapters for section in manual.sections(text)]
    queries = {title: [title.lower()] for title in titles}
    queries["Opening the bonnet"].append("flibbertigibbet zorkmid")
    (folder / pack.QUERIES).write_text(yaml.safe_dump(queries))
    return folder


def test_a_query_finds_its_section_in_words_that_the_manual_never_uses(
    tmp_path: Path, queried: Path, library: Library, embedder: Embedder
) -> None:
    question = "what about the flibbertigibbet zorkmid"
    assert not library.answer(question).passages[0].section.endswith("Opening the bonnet")
    index.build([queried], tmp_path / "index", embedder)
    with Library.open(tmp_path / "index", embedder) as taught:
        answer = taught.answer(question)
    assert answer.passages[0].section.endswith("Opening the bonnet")


def test_a_query_is_never_said(tmp_path: Path, queried: Path, embedder: Embedder) -> None:
    index.build([queried], tmp_path / "index", embedder)
    with Library.open(tmp_path / "index", embedder) as taught:
        answer = taught.answer("flibbertigibbet zorkmid")
        assert "zorkmid" not in answer.text
        assert not any("zorkmid" in sentence for sentence in taught.texts())


def test_queries_for_a_chapter_that_was_left_out_are_left_out_too(
    tmp_path: Path, queried: Path, embedder: Embedder
) -> None:
    (queried / "manual" / "01-opening.md").unlink()
    index.build([queried], tmp_path / "index", embedder)
    with Library.open(tmp_path / "index", embedder) as taught:
        assert "bonnet" not in taught.answer("flibbertigibbet zorkmid").passages[0].section


def test_a_section_without_a_query_is_named(tmp_path: Path, queried: Path, embedder: Embedder) -> None:
    queries = yaml.safe_load((queried / pack.QUERIES).read_text())
    del queries["Opening the bonnet"]
    (queried / pack.QUERIES).write_text(yaml.safe_dump(queries))
    with pytest.raises(PackError, match=r"queries\.yaml: Opening the bonnet: no query for this section"):
        index.build([queried], tmp_path / "index", embedder)


def test_what_no_manual_answers_is_not_answered(library: Library) -> None:
    asked = [question for questions in elsewhere().values() for question in questions]
    assert len(asked) > 1_000
    for question in asked[::5]:
        assert library.answer(question).outcome != "answer", question


def test_a_change_of_what_no_manual_answers_makes_the_index_anew(
    tmp_path: Path, queried: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.build([queried], tmp_path / "index", embedder)
    assert index.is_current([queried], tmp_path / "index", embedder)
    monkeypatch.setattr(index, "elsewhere", lambda: {"Sport": ["who won the match"]})
    assert not index.is_current([queried], tmp_path / "index", embedder)
    assert index.build([queried], tmp_path / "index", embedder).built


def test_every_section_of_the_demo_manual_has_queries_and_every_query_a_section() -> None:
    built_in = pack.read(pack.BUILT_IN / "aurelia")
    titles = {section.title for _, text in built_in.chapters for section in manual.sections(text)}
    assert set(built_in.queries) == titles
    assert len({query for queries in built_in.queries.values() for query in queries}) > 1_000
