"""Manuals of one's own: Markdown, HTML and PDF in, a pack with sections, tables and pages out."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.knowledge import knowledge
from knowledge import intake, manual, markup, pack
from knowledge.errors import PackError
from tests.knowledge.conftest import SAMPLE
from tests.knowledge.test_pdf import MANUAL

HTML = """<html><head><title>x</title><style>p{}</style></head><body><nav>Home</nav><header>Testa</header>
<h1>Wheels</h1><h2>Spare wheel</h2><p>It lies under the <b>boot</b> floor.</p>
<p>Warning: Never use it above 80 km/h.</p><ol><li>Lift the floor.</li><li>Take the wheel out.</li></ol>
<table><tr><th>Load</th><th>Front</th></tr><tr><td>Full</td><td>2.6 bar</td></tr></table>
<script>alert('open the doors')</script><footer>Page 3</footer></body></html>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "manual.pdf"
    path.write_bytes(MANUAL)
    return path


def test_html_keeps_headings_steps_tables_and_warnings_and_drops_the_page_around_them() -> None:
    (section,) = manual.sections(markup.convert(HTML))
    assert section.path == ("Wheels", "Spare wheel")
    assert [(block.kind, block.text) for block in section.blocks] == [
        ("paragraph", "It lies under the boot floor."),
        ("warning", "Never use it above 80 km/h."),
        ("steps", "1. Lift the floor. 2. Take the wheel out."),
        ("row", "Full: 2.6 bar."),
    ]


def test_html_cells_over_several_columns_and_rows_are_said_with_each_of_them() -> None:
    table = (
        "<h1>Tyres</h1><table><caption>Cold tyres</caption><tr><th rowspan=2>Variant<th rowspan=2>Load"
        "<th colspan=2>Pressure</th></tr><tr><th>Front</th><th>Rear</th></tr>"
        "<tr><td rowspan=2>Petrol</td><td>Half</td><td>2.3 bar</td><td>2.1 bar</td></tr>"
        "<tr><td>Full</td><td>2.4 bar</td><td>2.8 bar</td></tr>"
        "<tr><td>Diesel</td><td></td><td>3.3 bar</td><td>3.6 bar</td></tr></table>"
    )
    (section,) = manual.sections(markup.convert(table))
    assert [block.text for block in section.blocks] == [
        "Cold tyres",
        "Petrol: load Half, pressure front 2.3 bar, pressure rear 2.1 bar.",
        "Petrol: load Full, pressure front 2.4 bar, pressure rear 2.8 bar.",
        "Diesel: pressure front 3.3 bar, pressure rear 3.6 bar.",
    ]


def test_html_tables_of_names_and_figures_without_headings_keep_their_first_row() -> None:
    table = "<h1>Fluids</h1><table><tr><td>Oil<td>4.5 litres<tr><td>Washer fluid<td>3 litres</table>"
    (section,) = manual.sections(markup.convert(table))
    assert [block.text for block in section.blocks] == ["Oil: 4.5 litres.", "Washer fluid: 3 litres."]


@pytest.mark.parametrize(
    "html",
    [
        "<table><td colspan=x rowspan=99999999>x<tr><td>y",
        "",
        "<p>unclosed <b>bold",
        "<table><tr><td>x",
        "</p></ul></table>",
        "<script>x",
    ],
)
def test_malformed_html_gives_what_can_be_read(html: str) -> None:
    assert "script" not in markup.convert(html)


def test_the_same_file_again_changes_nothing_and_a_changed_one_replaces_its_chapter(tmp_path: Path) -> None:
    source, packs = tmp_path / "wheels.md", tmp_path / "packs"
    source.write_text("# Wheels\n\n## Spare\n\nUnder the floor.\n", encoding="utf-8")
    assert [t.changed for t in intake.add(source, "own", packs)] == [True]
    before = pack.fingerprint([packs / "own"])
    assert [t.changed for t in intake.add(source, "own", packs)] == [False]
    assert pack.fingerprint([packs / "own"]) == before
    source.write_text("# Wheels\n\n## Spare\n\nBehind the seat.\n", encoding="utf-8")
    intake.add(source, "own", packs)
    assert "Behind the seat." in pack.read(packs / "own").chapters[0][1]
    assert len(pack.read(packs / "own").chapters) == 1


def test_what_cannot_be_a_manual_is_named(tmp_path: Path) -> None:
    odd = tmp_path / "manual.docx"
    odd.write_bytes(b"x")
    with pytest.raises(PackError, match=r"manual\.docx: not Markdown, HTML or PDF"):
        intake.add(odd, "own", tmp_path / "packs")
    with pytest.raises(PackError, match="no such file"):
        intake.add(tmp_path / "none.md", "own", tmp_path / "packs")
    with pytest.raises(PackError, match="not a manual's name"):
        intake.add(tmp_path, "../out", tmp_path / "packs")
    with pytest.raises(PackError, match="not a manual's name"):
        intake.remove("../out", tmp_path / "packs")
    with pytest.raises(PackError, match="comes with cabin"):
        intake.add(tmp_path, "aurelia", tmp_path / "packs")


def test_a_file_that_cannot_be_read_leaves_no_manual_that_would_stop_a_build_and_the_next_try_goes_on(
    tmp_path: Path,
) -> None:
    source, packs = tmp_path / "manual", tmp_path / "packs"
    source.mkdir()
    (source / "1.md").write_text("# Wheels\n\nUnder the floor.\n", encoding="utf-8")
    (source / "2.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(PackError, match=r"2\.pdf"):
        intake.add(source, "own", packs)
    assert [folder for folder in pack.installed(packs) if folder.name == "own"] == []
    (source / "2.pdf").write_bytes(MANUAL)
    assert [taken.changed for taken in intake.add(source, "own", packs)] == [False, True]
    assert [folder.name for folder in pack.installed(packs)][-1] == "own"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    source = tmp_path / "wheels.md"
    source.write_text("# Wheels\n\nUnder the floor.\n", encoding="utf-8")
    (tmp_path / "packs").write_text("a file stands in the way")
    with pytest.raises(PackError, match=r"packs.*cannot be read or written"):
        intake.add(source, "own", tmp_path / "packs")


def test_notes_that_are_damaged_are_made_anew_and_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    source, packs = tmp_path / "wheels.md", tmp_path / "packs"
    source.write_text("# Wheels\n\nUnder the floor.\n", encoding="utf-8")
    intake.add(source, "own", packs)
    (packs / "own" / intake.TAKEN).write_text("{")
    assert [taken.changed for taken in intake.add(source, "own", packs)] == [True]
    (packs / "own" / "pack.yaml").write_text("name: [")
    with pytest.raises(PackError, match=r"pack\.yaml:\d: not valid YAML"):
        intake.add(source, "own", packs)


def test_a_pdf_added_built_asked_exported_and_removed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CABIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(pack, "BUILT_IN", SAMPLE.parent)

    def run(*words: str) -> str:
        done = CliRunner().invoke(knowledge, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    told = json.loads(run("add", str(file), "--pack", "own", "--brand", "Testa", "--model", "Finch", "--json"))
    assert (told["sections"], told["unreadable_pages"]) == (3, [3])
    again = json.loads(run("add", str(file), "--pack", "own", "--json"))
    assert (again["changed"], again["unreadable_pages"]) == (False, [3])
    assert "page 3" in run("add", str(file), "--pack", "own")
    run("build", "--json")
    listed = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert [(row["pack"], row["vehicle"]) for row in listed] == [
        ("sample", "Testa Sparrow 2025"),
        ("own", "Testa Finch"),
    ]
    best = json.loads(run("search", "where is the spare wheel", "--pack", "own", "--json").splitlines()[0])
    assert best["section"] == "Wheels, Spare wheel"
    run("export", "own", str(tmp_path / "own.zip"))
    with zipfile.ZipFile(tmp_path / "own.zip") as archive:
        assert "own/pack.yaml" in archive.namelist()
    run("remove", "own")
    run("build", "--json")
    assert len(run("list", "--json").splitlines()) == 1


@pytest.mark.parametrize("note", ["{", "[]", '{"a.md": 3}', '{"a.md": {"file": "a.md"}}'])
def test_a_note_of_another_shape_is_made_anew(tmp_path: Path, note: str) -> None:
    source, packs = tmp_path / "a.md", tmp_path / "packs"
    source.write_text("# Keys\n\nThe key opens the doors.\n", encoding="utf-8")
    intake.add(source, "mycar", packs)
    (packs / "mycar" / intake.TAKEN).write_text(note, encoding="utf-8")
    (taken,) = intake.add(source, "mycar", packs)
    assert taken.changed
    (again,) = intake.add(source, "mycar", packs)
    assert not again.changed
