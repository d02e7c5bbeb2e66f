"""Manuals as PDF: what a reader sees on the page is what is read, in the order in which it is read."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Spacer, Table

from knowledge import manual, pdf
from knowledge.errors import PackError
from knowledge.manual import Section
from knowledge.pack import BUILT_IN
from tests.knowledge.printing import Text, make_pdf, said, story, table, titled, typeset

AURELIA = BUILT_IN / "aurelia" / "manual"
GRID = ("GRID", (0, 0), (-1, -1), 0.5, "#444444")
PRESSURES = [["Load", "Front", "Rear"], ["Half load", "2.3 bar", "2.1 bar"], ["Full load", "2.4 bar", "2.8 bar"]]
SAID = ["Half load: front 2.3 bar, rear 2.1 bar.", "Full load: front 2.4 bar, rear 2.8 bar."]
PROSE = (
    "The tyres carry the whole car and should be looked at every month. Small cuts and nails are found early and "
    "mended cheaply. A tyre that loses air slowly wears at its edges and uses more fuel than it should. "
)


def page_of(number: int, *texts: Text) -> list[Text]:
    """A page with a running head and its number."""
    return [(8, 60, 815, "Testa Sparrow"), *texts, (8, 290, 20, str(number))]


MANUAL = make_pdf(
    [
        page_of(1, (20, 60, 760, "Wheels"), (14, 60, 720, "Tyre pressures"), (10, 60, 700, "Check the pres-"),
                (10, 60, 688, "sure when cold."),
                (10, 60, 660, "Load"), (10, 200, 660, "Front"), (10, 300, 660, "Rear"),
                (10, 60, 646, "Full load"), (10, 200, 646, "2.6 bar"), (10, 300, 646, "2.9 bar")),
        page_of(2, (14, 60, 760, "Spare wheel"), (10, 60, 740, "It lies under the boot floor."),
                (10, 60, 715, "Warning: Never drive faster than 80 km/h with it.")),
        [],
        page_of(4, (14, 60, 760, "Jack"), (10, 60, 740, "1. Crank it up."), (10, 60, 726, "2. Let it down slowly.")),
    ],
    scans=[2],
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return _kept(tmp_path, MANUAL)


def _kept(folder: Path, content: bytes) -> Path:
    path = folder / "manual.pdf"
    path.write_bytes(content)
    return path


def _read(path: Path) -> list[Section]:
    return manual.sections(pdf.convert(path).markdown)


def _told(section: Section, kind: str = "row") -> list[str]:
    return [block.text for block in section.blocks if block.kind == kind]


def _set(folder: Path, *story: Flowable, columns: int = 1, head: str = "") -> list[Section]:
    return _read(typeset(folder / "manual.pdf", [titled("Tyres"), *story], columns, head))


# --- headings ---------------------------------------------------------------------------------------


def test_headings_come_from_font_sizes_with_their_pages(file: Path) -> None:
    assert [(s.path, s.page) for s in _read(file)] == [
        (("Wheels", "Tyre pressures"), 1),
        (("Wheels", "Spare wheel"), 2),
        (("Wheels", "Jack"), 4),
    ]


def test_the_outline_names_headings_that_are_set_like_text(tmp_path: Path) -> None:
    texts: list[Text] = [(10, 60, 760, "Child locks"), (10, 60, 740, "Turn the red slot with the key, then close it.")]
    (section,) = _read(_kept(tmp_path, make_pdf([texts], outline=[("Child locks", 0)])))
    assert (section.title, section.blocks[0].text) == ("Child locks", "Turn the red slot with the key, then close it.")


def test_the_outlines_title_is_found_where_it_is_printed_with_a_number_or_over_two_lines(tmp_path: Path) -> None:
    texts: list[Text] = [
        (10, 60, 760, "4.2 Child locks"), (10, 60, 740, "Turn the red slot with the key."),
        (10, 60, 700, "How to fold the seats in the"), (10, 60, 688, "second row"), (10, 60, 670, "Pull the strap."),
    ]  # fmt: skip
    outline = [("Child locks", 0), ("How to fold the seats in the second row", 0)]
    found = _read(_kept(tmp_path, make_pdf([texts], outline)))
    assert [s.title for s in found] == ["4.2 Child locks", "How to fold the seats in the second row"]


def test_a_heading_over_two_lines_is_one_and_large_prose_is_none(tmp_path: Path) -> None:
    texts: list[Text] = [(16, 60, 760, "Fitting and removing the"), (16, 60, 742, "luggage net")]
    lead = "Thank you for choosing this car. It was made with care, and we hope that it will"
    texts += [(13, 60, 715, lead), (13, 60, 699, "serve you well for many years to come, on every road.")]
    texts += [(10, 60, 660 - 12 * n, "Hook it in behind the rear seats and pull the straps tight.") for n in range(9)]
    (section,) = _read(_kept(tmp_path, make_pdf([texts])))
    assert section.title == "Fitting and removing the luggage net"
    assert section.blocks[0].text.startswith("Thank you for choosing this car.")
    assert section.blocks[0].text.endswith("on every road.")


def test_a_font_scaled_by_its_place_on_the_page_counts_as_large_as_it_is_printed(tmp_path: Path) -> None:
    def draw(canvas: Canvas, _: int) -> None:
        for size, y, text in ((18, 760, "Horn"), (10, 730, "Press the middle of the steering wheel, as you like.")):
            line = canvas.beginText()
            line.setFont("Helvetica", 1)
            line.setTextTransform(size, 0, 0, size, 60, y)
            line.textOut(text)
            canvas.drawText(line)

    (section,) = _read(_kept(tmp_path, make_pdf([[]], draw=draw)))
    assert section.path == ("Horn",)


# --- tables -----------------------------------------------------------------------------------------


def test_tables_steps_and_warnings_stay_what_they_are(file: Path) -> None:
    pressures, spare, jack = _read(file)
    assert [(block.kind, block.text) for block in pressures.blocks] == [
        ("paragraph", "Check the pressure when cold."),
        ("row", "Full load: front 2.6 bar, rear 2.9 bar."),
    ]
    assert spare.blocks[1].kind == "warning"
    assert jack.blocks[0].items == ("Crank it up.", "Let it down slowly.")


@pytest.mark.parametrize(
    "style",
    [
        pytest.param([GRID], id="all rules"),
        pytest.param([("LINEABOVE", (0, 0), (-1, 1), 1, "#000000")], id="rules about the header"),
        pytest.param([("LINEAFTER", (0, 0), (-2, -1), 1, "#000000"), ("LINEBELOW", (0, 0), (-1, -2), 1, "#000000")],
                     id="open sides"),
        pytest.param([("BACKGROUND", (0, 0), (-1, 0), "#dddddd"), ("BACKGROUND", (0, 2), (-1, 2), "#eeeeee")],
                     id="coloured rows"),
        pytest.param([], id="no rules"),
    ],
)  # fmt: skip
def test_a_table_gives_a_row_with_its_columns_names_however_it_is_ruled(
    tmp_path: Path, style: Sequence[tuple[object, ...]]
) -> None:
    (section,) = _set(tmp_path, said(PROSE), table(PRESSURES, *style), said("Check them when cold."))
    assert _told(section) == SAID
    assert section.blocks[-1].text == "Check them when cold."


@pytest.mark.parametrize("style", [[GRID], []], ids=["ruled", "unruled"])
def test_cells_that_break_into_lines_stay_whole(tmp_path: Path, style: Sequence[tuple[object, ...]]) -> None:
    rows = [
        ["What you notice", "Likely cause", "What to do"],
        ["The car pulls to one side when you brake", "Pressures differ", "Check the pressures of all four tyres"],
        ["A humming that grows with speed", "Worn wheel bearing or an uneven tyre", "Have it looked at"],
    ]
    (section,) = _set(tmp_path, table(rows, *style, wrapped=True, colWidths=[120, 120, 120]))
    assert _told(section) == [
        "The car pulls to one side when you brake. Likely cause: pressures differ. "
        "What to do: check the pressures of all four tyres.",
        "A humming that grows with speed. Likely cause: worn wheel bearing or an uneven tyre. "
        "What to do: have it looked at.",
    ]


@pytest.mark.parametrize("broken", [True, False], ids=["cells of several lines", "cells of one line"])
def test_two_columns_of_sentences_that_stand_beside_each_other_are_a_table_not_columns_of_prose(
    tmp_path: Path, broken: bool
) -> None:
    long = " while the car stands still and nobody is near it" if broken else ""
    cells = [
        [f"Message {n} is shown in red letters{long}", f"Stop the car and take out the key number {n}{long}"]
        for n in range(1, 9)
    ]
    (section,) = _set(tmp_path, table(cells, wrapped=True, colWidths=[228, 228]))
    assert _told(section) == [f"{message}: {act}." for message, act in cells]


def test_cells_set_in_the_middle_of_their_rows_stay_with_them_over_the_page(tmp_path: Path) -> None:
    rows = [["Symbol", "Colour", "What to do"]]
    rows += [[f"Lamp {n}", "amber", "Stop where it is safe and switch off. " * (1 + n % 3)] for n in range(30)]
    middle = ("VALIGN", (0, 0), (-1, -1), "MIDDLE")
    cells = [[head, colour, said(do)] for head, colour, do in rows]
    (section,) = _set(tmp_path, Table(cells, colWidths=[70, 60, 180], style=[middle], hAlign="LEFT"))
    told = [(block.key, len(block.items)) for block in section.blocks]
    assert told == [(f"Lamp {n}", 3) for n in range(30)]
    assert [section.blocks[n].text.count("Stop") + section.blocks[n].text.count("stop") for n in range(6)] == [
        1,
        2,
        3,
    ] * 2


def test_cells_over_several_columns_and_rows_are_said_with_each_of_them(tmp_path: Path) -> None:
    rows = [
        ["Variant", "Load", "Pressure", ""],
        ["", "", "Front", "Rear"],
        ["Petrol", "Half", "2.3 bar", "2.1 bar"],
        ["", "Full", "2.4 bar", "2.8 bar"],
        ["Winter tyres", "", "", ""],
        ["Diesel", "Full", "3.3 bar", "3.6 bar"],
    ]
    spans = [("SPAN", (2, 0), (3, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (0, 2), (0, 3)),
             ("SPAN", (0, 4), (3, 4))]  # fmt: skip
    (section,) = _set(tmp_path, table(rows, GRID, *spans))
    assert _told(section) == [
        "Petrol: load Half, pressure front 2.3 bar, pressure rear 2.1 bar.",
        "Petrol: load Full, pressure front 2.4 bar, pressure rear 2.8 bar.",
        "Winter tyres, Diesel: load Full, pressure front 3.3 bar, pressure rear 3.6 bar.",
    ]


@pytest.mark.parametrize("again", [0, 1], ids=["header once", "header on each page"])
@pytest.mark.parametrize("style", [[GRID], []], ids=["ruled", "unruled"])
def test_a_table_over_three_pages_is_one_and_each_row_keeps_its_page(
    tmp_path: Path, style: Sequence[tuple[object, ...]], again: int
) -> None:
    rows = [["Fuse", "Rating", "Protects"], *([f"F{n}", f"{5 + n % 4} A", f"Part {n}"] for n in range(1, 91))]
    (section,) = _set(tmp_path, table(rows, *style, repeatRows=again), head="Testa Sparrow")
    assert _told(section) == [f"F{n}: rating {5 + n % 4} A, protects Part {n}." for n in range(1, 91)]
    pages = [block.page for block in section.blocks if block.kind == "row"]
    assert (pages[0], pages[-1]) == (1, 3)
    assert pages == sorted(pages, key=lambda page: page or 0)


def test_figures_that_dots_lead_to_are_a_table_without_header_and_a_list_of_contents_is_dropped(tmp_path: Path) -> None:
    texts: list[Text] = [(16, 60, 780, "Contents")]
    texts += [(10, 60, 750 - 14 * n, f"Chapter {n} {'.' * 60} {n + 3}") for n in range(6)]
    texts += [(16, 60, 600, "Fluids"), (10, 60, 575, f"Engine oil {'. ' * 20} 4.5 litres")]
    texts += [(10, 60, 561, f"Washer fluid {'. ' * 20} 3 litres")]
    found = _read(_kept(tmp_path, make_pdf([texts])))
    assert [s.title for s in found] == ["Fluids"]
    assert _told(found[0]) == ["Engine oil: 4.5 litres.", "Washer fluid: 3 litres."]


def test_rules_around_a_warning_make_no_table_of_it(tmp_path: Path) -> None:
    box = table([["WARNING"], ["Never work under a car that only the jack holds."]], GRID)
    (section,) = _set(tmp_path, said(PROSE), box)
    assert [(block.kind, block.text) for block in section.blocks[1:]] == [
        ("warning", "Never work under a car that only the jack holds.")
    ]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("chapter", ["05-warning-lights.md", "15-tyres.md", "18-bulbs-fuses.md"])
def test_a_chapter_of_the_demo_manual_that_was_printed_says_the_same(
    tmp_path: Path, chapter: str, columns: int
) -> None:
    sections = manual.sections((AURELIA / chapter).read_text("utf-8"))
    found = _read(typeset(tmp_path / "manual.pdf", list(story(sections)), columns, "Halden Aurelia"))
    assert [_bare(s.title) for s in found] == [_bare(s.title) for s in sections]
    for ours, theirs in zip(found, sections, strict=True):
        assert _told(ours) == _told(theirs)
        assert "".join(_bare(block.text) for block in ours.blocks) == "".join(_bare(b.text) for b in theirs.blocks)


def _bare(text: str) -> str:
    """Letters and figures only: how a list's points end is not printed."""
    return "".join(character for character in text.casefold() if character.isalnum())


# --- what stands around the text --------------------------------------------------------------------


def test_running_heads_and_page_numbers_are_dropped(file: Path, tmp_path: Path) -> None:
    assert "Sparrow" not in pdf.convert(file).markdown
    story = [part for _ in range(3) for part in (said(PROSE), PageBreak())]
    (section,) = _set(tmp_path, *story, head="3 Tyres and wheels")
    assert {block.text for block in section.blocks} == {PROSE.strip()}


def test_titles_and_sentences_that_differ_by_a_figure_only_are_no_running_heads(tmp_path: Path) -> None:
    pages = [
        page_of(n, (15, 60, 785, f"Section {n}"), (10, 60, 765, f"This is the text of page {n}, and a good one it is."))
        for n in range(1, 7)
    ]
    found = _read(_kept(tmp_path, make_pdf(pages)))
    assert [(s.title, len(s.blocks)) for s in found] == [(f"Section {n}", 1) for n in range(1, 7)]


def test_figures_at_the_foot_of_a_page_that_belong_to_a_table_stay(tmp_path: Path) -> None:
    rows = [["Page", "Count"], *([f"P{n}", str(n)] for n in range(1, 38))]
    (section,) = _set(tmp_path, Spacer(1, 12), table(rows))
    assert _told(section)[-1] == "P37: 37."


def test_letters_turned_on_their_side_at_the_edge_are_no_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas, _: int) -> None:
        canvas.translate(580, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "TYRES")

    texts: list[Text] = [(16, 60, 700, "Jack"), (10, 60, 680, "It lies under the boot floor.")]
    assert "TYRES" not in pdf.convert(_kept(tmp_path, make_pdf([texts], draw=draw))).markdown


def test_a_page_that_is_turned_is_read_as_it_is_shown(tmp_path: Path) -> None:
    def draw(canvas: Canvas, _: int) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        for size, y, text in ((16, 500, "Jack"), (10, 470, "It lies under"), (10, 458, "the boot floor.")):
            canvas.setFont("Helvetica", size)
            canvas.drawString(60, y, text)

    (section,) = _read(_kept(tmp_path, make_pdf([[]], draw=draw)))
    assert (section.title, section.blocks[0].text) == ("Jack", "It lies under the boot floor.")


# --- the order of reading ---------------------------------------------------------------------------


def test_two_columns_are_read_one_after_the_other_and_sentences_go_on_from_one_to_the_next(tmp_path: Path) -> None:
    told = [f"In case {n} the tyre is looked at, and {PROSE[:1].lower()}{PROSE[1:]}" for n in range(24)]
    (section,) = _set(tmp_path, *map(said, told), columns=2, head="Testa Sparrow")
    assert [" ".join(block.items) for block in section.blocks] == [text.strip() for text in told]


def test_a_table_inside_a_column_stays_there(tmp_path: Path) -> None:
    story = [said(PROSE), table(PRESSURES, GRID), *[said(PROSE)] * 9]
    (section,) = _set(tmp_path, *story, columns=2)
    assert [block.kind for block in section.blocks] == ["paragraph", "row", "row", *["paragraph"] * 9]
    assert _told(section) == SAID


def test_what_is_as_wide_as_the_page_stands_between_the_columns_above_and_below_it(tmp_path: Path) -> None:
    texts: list[Text] = [(18, 60, 790, "Wheels and tyres from one end of the page to the other")]
    for part, top in (("upper", 760), ("lower", 520)):
        for side, x in (("left", 60), ("right", 310)):
            texts += [(10, x, top - 13 * n, f"The {part} {side} column tells of tyre {n} in the") for n in range(9)]
    texts.append((18, 60, 580, "Brakes and what they need, from end to end as well"))
    wheels, brakes = _read(_kept(tmp_path, make_pdf([texts])))
    for section, part in ((wheels, "upper"), (brakes, "lower")):
        text = " ".join(block.text for block in section.blocks)
        assert text.count(part) == 18
        assert text.rindex("left") < text.index("right")


def test_a_paragraph_goes_on_over_the_page(tmp_path: Path) -> None:
    pages: list[list[Text]] = [
        [
            (16, 60, 760, "Jack"),
            (10, 60, 740, "It lies under the floor of the boot, beside"),
            (10, 60, 728, "the spare"),
        ],
        [(10, 60, 760, "wheel, and is held by a strap."), (10, 60, 730, "Put it back clean.")],
    ]
    (section,) = _read(_kept(tmp_path, make_pdf(pages)))
    assert [(block.text, block.page) for block in section.blocks] == [
        ("It lies under the floor of the boot, beside the spare wheel, and is held by a strap.", 1),
        ("Put it back clean.", 2),
    ]


def test_words_parted_at_the_end_of_a_line_are_whole_and_compounds_keep_their_hyphen(tmp_path: Path) -> None:
    lines = ["The high-voltage cables are orange. Never touch the high-", "voltage battery. Check the pres-",
             "sure of the tyre. A child must sit in a seat, a child-", "seat, that is, until it is tall."]  # fmt: skip
    texts: list[Text] = [(16, 60, 760, "Danger"), *((10, 60, 740 - 12 * n, line) for n, line in enumerate(lines))]
    (section,) = _read(_kept(tmp_path, make_pdf([texts])))
    assert section.blocks[0].text == (
        "The high-voltage cables are orange. Never touch the high-voltage battery. Check the pressure of the tyre. "
        "A child must sit in a seat, a child-seat, that is, until it is tall."
    )


def test_words_parted_by_their_place_alone_are_words(tmp_path: Path) -> None:
    texts: list[Text] = [(16, 60, 760, "Jack"), (10, 60, 740, "It"), (10, 69, 740, "lies"), (10, 87.5, 740, "below.")]
    (section,) = _read(_kept(tmp_path, make_pdf([texts])))
    assert section.blocks[0].text == "It lies below."


def test_a_figure_below_the_line_stays_with_its_word(tmp_path: Path) -> None:
    texts: list[Text] = [(16, 60, 760, "Exhaust"), (10, 60, 740, "Less CO"), (7, 98, 737, "2"), (10, 106, 740, "a km.")]
    (section,) = _read(_kept(tmp_path, make_pdf([texts])))
    assert section.blocks[0].text == "Less CO2 a km."


def test_points_of_a_list_stay_apart_whether_their_bullets_are_written_or_drawn(tmp_path: Path) -> None:
    def draw(canvas: Canvas, _: int) -> None:
        for n in range(3):
            canvas.circle(65, 663.5 - 14 * n, 1.5, stroke=0, fill=1)

    texts: list[Text] = [(16, 60, 760, "Kit"), (10, 60, 740, "Do not use the kit when:")]
    for top, mark in ((720, "\u2022"), (660, "")):
        for n, point in enumerate(("the hole is large", "the rim is bent", "it is very cold")):
            texts += [*([(10, 60, top - 14 * n, mark)] if mark else []), (10, 75, top - 14 * n, point)]
    (section,) = _read(_kept(tmp_path, make_pdf([texts], draw=draw)))
    points = ("the hole is large.", "the rim is bent.", "it is very cold.")
    assert section.blocks[-1].items in (points, points * 2)
    assert sum(len(block.items) for block in section.blocks if block.kind == "bullets") == 6


def test_a_technical_drawing_of_very_many_lines_leaves_the_text_beside_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas, _: int) -> None:
        for n in range(900):
            canvas.line(60 + n % 30 * 15, 100 + n // 30 * 12, 70 + n % 30 * 15, 100 + n // 30 * 12)
            canvas.line(60 + n % 30 * 15, 100 + n // 30 * 12, 60 + n % 30 * 15, 108 + n // 30 * 12)

    texts: list[Text] = [(16, 60, 760, "Jack"), (10, 60, 740, "It lies under the boot floor.")]
    (section,) = _read(_kept(tmp_path, make_pdf([texts], draw=draw)))
    assert [block.text for block in section.blocks] == ["It lies under the boot floor."]


# --- what cannot be read ----------------------------------------------------------------------------


def test_scanned_pages_are_named_though_a_number_is_printed_on_them(tmp_path: Path) -> None:
    pages = [page_of(n, (10, 60, 740 - n, f"Text of page {n}, as good as any.")) for n in (1, 2, 3, 4)]
    pages[2] = page_of(3)
    assert pdf.convert(_kept(tmp_path, make_pdf(pages, scans=[2]))).unreadable == (3,)


def test_an_empty_page_and_a_page_with_a_picture_beside_its_text_are_not_named(tmp_path: Path) -> None:
    pages: list[list[Text]] = [[(10, 60, 790, "The text above the picture can be read well.")], [], []]
    assert pdf.convert(_kept(tmp_path, make_pdf(pages, scans=[0, 2]))).unreadable == (3,)


def test_a_manual_that_is_scanned_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"manual\.pdf: holds no text; its 2 pages are scans"):
        pdf.convert(_kept(tmp_path, make_pdf([[], []], scans=[0, 1])))


def test_a_manual_without_anything_on_its_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="its pages are empty"):
        pdf.convert(_kept(tmp_path, make_pdf([[], []])))


def test_a_locked_manual_is_refused_with_what_to_do(tmp_path: Path) -> None:
    texts: list[Text] = [(10, 60, 740, "Nobody may read this.")]
    with pytest.raises(PackError, match=r"manual\.pdf: is locked with a password; save a copy without one"):
        pdf.convert(_kept(tmp_path, make_pdf([texts], password="secret")))


@pytest.mark.parametrize("content", [b"%PDF-1.4 nothing", b"", b"PK\x03\x04 a zip", MANUAL[:300]])
def test_what_is_no_pdf_or_damaged_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PackError, match=r"manual\.pdf: cannot be read as a PDF"):
        pdf.convert(_kept(tmp_path, content))


@pytest.mark.parametrize("at", range(50, len(MANUAL), 97))
def test_a_manual_with_a_damaged_place_is_read_or_refused_but_never_breaks_off(tmp_path: Path, at: int) -> None:
    damaged = bytearray(MANUAL)
    damaged[at : at + 12] = b"\x00/ <<[(\xff)]>"
    try:
        assert pdf.convert(_kept(tmp_path, bytes(damaged))).pages <= 4
    except PackError as error:
        assert "manual.pdf" in str(error)


def test_text_that_looks_like_markdown_stays_text(tmp_path: Path) -> None:
    texts: list[Text] = [
        (16, 60, 760, "Jack"),
        (10, 60, 740, "# Not a heading"),
        (10, 60, 700, "<!-- page 99 --> text"),
    ]
    (section,) = _read(_kept(tmp_path, make_pdf([texts])))
    assert (section.title, section.page) == ("Jack", 1)
    assert [block.page for block in section.blocks] == [1, 1]
