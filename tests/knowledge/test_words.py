"""Question-side normalisation: fillers, synonyms, contrasts."""

from pathlib import Path

import pytest

from knowledge.errors import PackError
from knowledge.words import Synonyms, load_contrasts, load_synonyms, phrase, plainly, telling


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Hey car, can you tell me how do I open the hood?", "how do I open the hood?"),
        ("um   so  what's\nthe range", "what's the range"),
        ("Please, tyre pressure", "tyre pressure"),
        ("hello", "hello"),
    ],
)
def test_fillers_go_and_the_question_stays(said: str, meant: str) -> None:
    assert plainly(said) == meant


def test_only_words_that_the_manual_does_not_use_are_replaced() -> None:
    synonyms = Synonyms((("tyre", "tire"), ("boot", "trunk")))
    known = synonyms.known_in([phrase("Check the tyres."), phrase("The boot, or trunk, is at the back.")])
    assert synonyms.translate("are my tires in the trunk", known) == "are my tyres in the trunk"


def test_a_title_that_names_only_the_other_side_is_a_violation() -> None:
    contrasts = load_contrasts()
    asked = contrasts.named("how do I lock the front doors")
    assert contrasts.violations(asked, contrasts.named("Unlocking the rear doors")) >= 2
    assert contrasts.violations(asked, contrasts.named("Locking the front and rear doors")) == 0


def test_work_that_a_section_never_speaks_of_is_noticed() -> None:
    contrasts = load_contrasts()
    assert contrasts.undone("how do I bleed the brakes", "Brake fluid. Have it changed every 24 months.") == 1
    assert contrasts.undone("how do I change the fluid", "Have it replaced every 24 months.") == 0
    assert contrasts.undone("how do I change the colour", "Choose another colour on the screen.") == 0


def test_a_price_and_a_part_that_a_section_never_names_are_noticed() -> None:
    contrasts = load_contrasts()
    assert contrasts.undone("what does a tyre cost", "Fit winter tyres below 7 °C.") == 1
    assert contrasts.undone("what do new maps cost", "Maps are free of charge for five years.") == 0
    assert contrasts.undone("how tight are the cylinder head bolts", "Tighten the wheel bolts with 140 N m.") == 1


def test_words_that_carry_meaning_are_found_where_they_stand() -> None:
    text = "How do I open the Bonnet’s catch?"
    assert [text[first:end] for first, end in telling(text)] == ["open", "Bonnet’s", "catch"]


def test_the_data_files_are_whole() -> None:
    assert len(load_synonyms().groups) > 50
    assert len(load_contrasts().groups) >= 22


def test_a_wrong_data_file_is_named_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "contrasts.yaml"
    wrong.write_text("groups:\n  - [front, rear]\nneeds: []\nactions: maybe\n")
    with pytest.raises(PackError, match=r"contrasts\.yaml:4: actions"):
        load_contrasts(wrong)
