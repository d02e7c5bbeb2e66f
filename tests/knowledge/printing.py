"""Manuals printed for the tests, by ReportLab."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate, Paragraph, Table

from knowledge.manual import Section

WIDTH, HEIGHT = 595, 842
"""A4 in points."""

Text = tuple[float, float, float, str]
"""Font size, left edge and baseline in points, text."""

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=13, spaceAfter=8)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=16, leading=20, spaceAfter=8)


def make_pdf(
    pages: Sequence[Sequence[Text]],
    outline: Sequence[tuple[str, int]] = (),
    scans: Sequence[int] = (),
    draw: Callable[[Canvas, int], None] | None = None,
    password: str = "",
) -> bytes:
    """Pages of text in Helvetica; those of ``scans`` are one grey picture too. ``draw`` adds what it likes to each."""
    out = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), encrypt=lock, pageCompression=1, invariant=1)
    for number, texts in enumerate(pages):
        for title, page in outline:
            if page == number:
                canvas.bookmarkPage(title)
                canvas.addOutlineEntry(title, title, level=0)
        if number in scans:
            canvas.drawImage(grey(), 40, 40, 500, 700)
        for size, x, y, text in texts:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        if draw:
            draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def grey() -> Any:
    from PIL import Image

    return ImageReader(Image.new("L", (50, 70), 128))


def typeset(path: Path, story: Sequence[Flowable], columns: int = 1, head: str = "") -> Path:
    """A document set in columns, with a running head and page numbers where ``head`` is given."""

    def edge(canvas: Canvas, document: Any) -> None:
        if head:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(60, 815, head)
            canvas.drawRightString(WIDTH - 60, 25, str(document.page))

    gap, inner = 24, WIDTH - 120
    width = (inner - gap * (columns - 1)) / columns
    frames = [
        Frame(60 + n * (width + gap), 60, width, HEIGHT - 130, leftPadding=0, rightPadding=0) for n in range(columns)
    ]
    document = BaseDocTemplate(str(path), pagesize=(WIDTH, HEIGHT), invariant=1)
    document.addPageTemplates([PageTemplate("columns", frames, onPage=edge)])
    document.build([NextPageTemplate("columns"), *story])
    return path


def said(text: str) -> Paragraph:
    return Paragraph(text, BODY)


def titled(text: str) -> Paragraph:
    return Paragraph(text, HEADING)


def table(rows: Sequence[Sequence[str]], *style: tuple[Any, ...], wrapped: bool = False, **options: Any) -> Table:
    """A table in Helvetica; ``style`` is ReportLab's. Cells break into lines where ``wrapped``."""
    cells = [[Paragraph(cell, BODY) if wrapped and cell else cell for cell in row] for row in rows]
    font = [("FONT", (0, 0), (-1, -1), "Helvetica", 10), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Table(cells, style=[*font, *style], hAlign="LEFT", **options)


def story(sections: Iterable[Section], changed: Callable[[str], str] = str) -> Iterator[Flowable]:
    """Sections as they are printed, tables ruled; ``changed`` makes something else of every text."""

    def put(text: str) -> str:
        return escape(changed(text))

    for section in sections:
        yield titled(put(section.title))
        rows: list[list[str]] = []
        for block, after in zip(section.blocks, (*section.blocks[1:], None), strict=True):
            if block.kind == "row":
                rows = rows or [[f"<b>{head}</b>" for head in ("Name", *(put(head) for head, _ in block.cells))]]
                rows.append([put(block.key), *(put(cell) for _, cell in block.cells)])
                if after is None or [head for head, _ in after.cells] != [head for head, _ in block.cells]:
                    yield table(rows, ("GRID", (0, 0), (-1, -1), 0.5, "#444444"), wrapped=True, repeatRows=1)
                    rows = []
                continue
            if block.lead:
                yield said(put(block.lead))
            if block.kind in ("steps", "bullets"):
                marks = (f"{n}." if block.kind == "steps" else "\u2022" for n in range(1, len(block.items) + 1))
                yield from (said(f"{mark} {put(item)}") for mark, item in zip(marks, block.items, strict=True))
            else:
                notice = "" if block.kind == "paragraph" else f"{block.kind.capitalize()}: "
                yield said(notice + put(" ".join(block.items)))
