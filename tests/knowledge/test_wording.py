"""What is said of a section: the block that answers, what may answer as well, and no more than can be heard."""

from knowledge.manual import Section, sections
from knowledge.wording import WHOLE_WORDS, word

LONG = "It is told at such length that the section is not read whole, which would tire whoever listens to it. " * 5


def section(text: str) -> Section:
    return sections(f"# Towing\n\n{text}")[0]


def test_a_block_that_may_answer_as_well_is_said_too_in_the_manuals_order() -> None:
    towing = section(f"Use a flatbed.\n\n{LONG}\n\nNever use a rope.")
    first, _, last = towing.blocks
    assert word(towing, last, also=[first]).text == "Towing. Never use a rope. Use a flatbed."
    assert word(towing, last).text == "Towing. Never use a rope."


def test_what_would_make_an_answer_longer_than_a_short_section_is_left_out() -> None:
    towing = section(f"Use a flatbed.\n\n{LONG}\n\nNever use a rope.")
    first, long, last = towing.blocks
    told = word(towing, first, also=[long, last]).text
    assert told == "Towing. Use a flatbed. Never use a rope."
    assert len(told.split()) <= WHOLE_WORDS


def test_a_row_of_a_table_is_said_once() -> None:
    table = section(f"Rows tell the speed.\n\n{LONG}\n\n| Car | Speed |\n| --- | --- |\n| Van | 50 km/h |")
    text, _, row = table.blocks
    assert word(table, row, also=[row, text]).text.count("50 km/h") == 1
    assert word(table, text, also=[row, row]).text.count("50 km/h") == 1
