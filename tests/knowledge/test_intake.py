"""Manuals of one's own: Markdown, HTML and PDF in, a pack with sections, tables and pages out."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.knowledge import knowledge
from knowledge import intake, manual, markup, pack, pdf
from knowledge.errors import PackError
from tests.knowledge.conftest import SAMPLE

Text = tuple[float, float, float, str]
"""Font size, left edge and baseline in points, text."""

HTML = """<html><head><title>x</title><style>p{}</style></head><body><nav>Home</nav><header>Testa</header>
<h1>Wheels</h1><h2>Spare wheel</h2><p>It lies under the <b>boot</b> floor.</p>
<p>Warning: Never use it above 80 km/h.</p><ol><li>Lift the floor.</li><li>Take the wheel out.</li></ol>
<table><tr><th>Load</th><th>Front</th></tr><tr><td>Full</td><td>2.6 bar</td></tr></table>
<script>alert('open the doors')</script><footer>Page 3</footer></body></html>"""


def make_pdf(
    pages: Sequence[Sequence[Text]], outline: Sequence[tuple[str, int]] = (), scans: Sequence[int] = ()
) -> bytes:
    """A small PDF: text set in Helvetica on pages of 595 x 842 points; ``scans`` are pages of one grey picture."""
    count = len(pages)
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    picture = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    objects.append(picture + b"/Length 1 >>\nstream\n\x80\nendstream")
    first = len(objects) + 1
    for number, texts in enumerate(pages):
        drawn = "".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n" for size, x, y, text in texts)
        if number in scans:
            drawn = "500 0 0 700 40 40 cm /I Do"
        stream = drawn.encode("latin-1")
        resources = b"<< /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents %d 0 R >>"
            % (resources, first + 2 * number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    root = len(objects) + 1
    for at, (title, page) in enumerate(outline):
        number = root + 1 + at
        links = (f"/Next {number + 1} 0 R " if at + 1 < len(outline) else "") + (
            f"/Prev {number - 1} 0 R" if at else ""
        )
        target = f"/Dest [{first + 2 * page} 0 R /XYZ 0 800 0]"
        if at == 0:
            span = f"/First {root + 1} 0 R /Last {root + len(outline)} 0 R /Count {len(outline)}"
            objects.append(f"<< /Type /Outlines {span} >>".encode())
        objects.append(f"<< /Title ({title}) /Parent {root} 0 R {target} {links} >>".encode())
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % (b"/Outlines %d 0 R" % root if outline else b"")
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(count))
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    size = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return body + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, start)


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
    path = tmp_path / "manual.pdf"
    path.write_bytes(MANUAL)
    return path


def test_a_pdfs_headings_come_from_its_font_sizes_with_their_pages(file: Path) -> None:
    found = manual.sections(pdf.convert(file).markdown)
    assert [(s.path, s.page) for s in found] == [
        (("Wheels", "Tyre pressures"), 1),
        (("Wheels", "Spare wheel"), 2),
        (("Wheels", "Jack"), 4),
    ]


def test_a_pdfs_outline_names_headings_that_are_set_like_text(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    texts: list[Text] = [(10, 60, 760, "Child locks"), (10, 60, 740, "Turn the red slot with the key, then close it.")]
    path.write_bytes(make_pdf([texts], outline=[("Child locks", 0)]))
    (section,) = manual.sections(pdf.convert(path).markdown)
    assert (section.title, section.blocks[0].text) == ("Child locks", "Turn the red slot with the key, then close it.")


def test_a_pdfs_tables_steps_and_warnings_stay_what_they_are(file: Path) -> None:
    pressures, spare, jack = manual.sections(pdf.convert(file).markdown)
    assert [(block.kind, block.text) for block in pressures.blocks] == [
        ("paragraph", "Check the pressure when cold."),
        ("row", "Full load: front 2.6 bar, rear 2.9 bar."),
    ]
    assert spare.blocks[1].kind == "warning"
    assert jack.blocks[0].items == ("Crank it up.", "Let it down slowly.")


def test_running_heads_and_page_numbers_are_dropped(file: Path) -> None:
    assert "Sparrow" not in pdf.convert(file).markdown


def test_scanned_pages_are_named_and_a_scanned_manual_is_refused(file: Path, tmp_path: Path) -> None:
    assert pdf.convert(file).unreadable == (3,)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(make_pdf([[], []], scans=[0, 1]))
    with pytest.raises(PackError, match="2 pages are scans"):
        pdf.convert(scan)


def test_what_is_no_pdf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(PackError, match=r"broken\.pdf: cannot be read as a PDF"):
        pdf.convert(path)


def test_html_keeps_headings_steps_tables_and_warnings_and_drops_the_page_around_them() -> None:
    (section,) = manual.sections(markup.convert(HTML))
    assert section.path == ("Wheels", "Spare wheel")
    assert [(block.kind, block.text) for block in section.blocks] == [
        ("paragraph", "It lies under the boot floor."),
        ("warning", "Never use it above 80 km/h."),
        ("steps", "1. Lift the floor. 2. Take the wheel out."),
        ("row", "Full: 2.6 bar."),
    ]


@pytest.mark.parametrize("html", ["", "<p>unclosed <b>bold", "<table><tr><td>x", "</p></ul></table>", "<script>x"])
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
