"""Several manuals side by side: the car's identification number chooses, and brands and models never mix."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from knowledge import index
from knowledge.answer import LiveReading
from knowledge.embedding import Embedder
from knowledge.errors import PackError
from knowledge.library import VIN, Library
from tests.knowledge.conftest import SAMPLE

SPARROW, WREN = "TST00SPARROW00001", "TST00WREN00000001"
QUESTIONS = (
    "how do I open the bonnet",
    "how do I set the child locks",
    "what are the tyre pressures",
    "how do I change a wheel",
    "lock the doors from inside",
)


def _pack(folder: Path, name: str, title: str, vins: list[dict[str, str]]) -> Path:
    shutil.copytree(SAMPLE, folder)
    for chapter in (folder / "manual").glob("*.md"):  # so that every section says whose it is
        chapter.write_text(re.sub(r"^# (.+)$", rf"# {title.split()[0]}: \\1", chapter.read_text(), flags=re.M))
    manifest = yaml.safe_load((folder / "pack.yaml").read_text())
    manifest |= {"name": name, "title": title, "model": name, "vins": vins}
    (folder / "pack.yaml").write_text(yaml.safe_dump(manifest))
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("two")
    sparrow = _pack(folder / "sparrow", "sparrow", "Sparrow Manual", [{"starts": "TST..SPA", "variant": "petrol"}])
    wren = _pack(folder / "wren", "wren", "Wren Manual", [{"starts": "TST..WREN"}])
    index.build([sparrow, wren], folder / "index", embedder)
    with Library.open(folder / "index", embedder) as library:
        yield library


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("vin", "title"), [(SPARROW, "Sparrow Manual"), (WREN, "Wren Manual")])
def test_answers_and_passages_come_from_the_manual_of_the_car_only(
    two: Library, question: str, vin: str, title: str
) -> None:
    answer = two.answer(question, vin=vin)
    assert {source.title for source in answer.sources} <= {title}
    assert {title.split()[0] in passage.section for passage in answer.passages} == {True}


def test_the_cars_own_number_chooses_where_nobody_says_which_manual(two: Library) -> None:
    told = two.answer("how do I open the bonnet", [LiveReading(VIN, WREN, None, 1.0)])
    assert told.sources[0].title == "Wren Manual"
    named = two.answer("how do I open the bonnet", [LiveReading(VIN, WREN, None, 1.0)], pack="sparrow")
    assert named.sources[0].title == "Sparrow Manual"


def test_the_number_tells_the_variant(two: Library) -> None:
    assert "petrol" in two.answer("what are the tyre pressures", vin=SPARROW).passages[0].section
    assert "electric" in two.answer("what are the tyre pressures", vin=WREN).passages[0].section


def test_a_car_of_another_maker_gets_no_answer_from_these_manuals(two: Library) -> None:
    answer = two.answer("how do I open the bonnet", vin="WVWZZZ1JZXW000001")
    assert (answer.outcome, answer.reason, answer.sources, answer.passages) == ("refused", "no_manual", (), ())


def test_a_number_written_with_gaps_and_small_letters_is_the_same_number(two: Library) -> None:
    assert two.answer("how do I open the bonnet", vin="tst-00 wren 00000001").sources[0].title == "Wren Manual"


@pytest.mark.parametrize(
    ("entry", "said"),
    [({"starts": "TST("}, "not a regular expression"), ({"starts": "TST", "variant": "steam"}, "none of its variants")],
)
def test_a_wrong_number_pattern_is_named(tmp_path: Path, embedder: Embedder, entry: dict[str, str], said: str) -> None:
    folder = _pack(tmp_path / "sparrow", "sparrow", "Sparrow Manual", [entry])
    with pytest.raises(PackError, match=rf"pack\.yaml.*{said}"):
        index.build([folder], tmp_path / "index", embedder)
