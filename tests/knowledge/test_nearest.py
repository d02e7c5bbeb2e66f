"""The passages nearest to a question, however they are found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import knowledge.library
from knowledge.embedding import Embedder
from knowledge.library import Library

QUESTIONS = ("how do I open the bonnet", "what are the tyre pressures", "lock the doors from inside")

FIRST = """
import sys
from pathlib import Path
from knowledge.library import Library
with Library.open(Path(sys.argv[1])) as library:
    print(library.answer("how do I open the bonnet").outcome, *{"langchain_core", "chromadb"} & set(sys.modules))
"""


def test_comparing_all_and_asking_chromadb_find_the_same_passages_in_the_same_order(
    library: Library, sample_index: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge.library, "FEW", 0)
    with Library.open(sample_index, embedder) as asking:
        for question in QUESTIONS:
            (vector,) = embedder.embed([question])
            assert library.nearest(vector, "sample", 10) == asking.nearest(vector, "sample", 10)
            assert library.answer(question).text == asking.answer(question).text


def test_more_passages_than_there_are_gives_all_of_them(library: Library, embedder: Embedder) -> None:
    (vector,) = embedder.embed(["tyre"])
    found = library.nearest(vector, "sample", 10_000)
    assert sorted(found) == list(range(len(library.shelf.passages)))


def test_a_first_answer_waits_for_neither_langchain_nor_chromadb(sample_index: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST, str(sample_index)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert done.stdout.split() == ["answer"]
