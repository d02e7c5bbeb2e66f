"""A PDF manual as Markdown: headings from its outline and font sizes, tables kept, running heads dropped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import PackError
from knowledge.pdf import layout, lines, ruled, sheet
from knowledge.pdf.layout import Page
from knowledge.pdf.writing import plain, written

FEW_CHARACTERS = 16
"""A page with less text than this, but a picture, is a scan."""
SCAN = 0.25
"""The share of a page that pictures cover when it is one."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A manual as Markdown, with the pages (from 1) of which nothing can be read: they are scans, or damaged."""

    markdown: str
    pages: int
    unreadable: tuple[int, ...]


def convert(path: Path, progress: Callable[[int, int], None] | None = None) -> Converted:
    """Raises PackError when the file is no PDF or damaged, wants a password, or holds no text at all."""
    document = _opened(path)
    try:
        outline = _outline(document)
        pages, unreadable = [], []
        count = len(document)
        for number in range(1, count + 1):
            page = _read(document, number)
            if page is None:
                unreadable.append(number)
            else:
                pages.append(page)
            if progress:
                progress(number, count)
    finally:
        document.close()
    layout.without_running_heads(pages)
    for page in pages:
        told = sum(len(run.text) for run in page.runs) + sum(len(table.text) for table in page.tables)
        if told < FEW_CHARACTERS and page.pictured >= SCAN:
            unreadable.append(page.number)
    if not any(page.runs or page.tables for page in pages):
        scans = f"its {len(unreadable)} pages are scans" if unreadable else "its pages are empty"
        raise PackError(f"{path}: holds no text; {scans}. Make its text readable (OCR) first")
    regions = list(layout.in_order(pages))
    return Converted(written(regions, outline, layout.body_size(pages)), count, tuple(sorted(unreadable)))


def _opened(path: Path) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise PackError(f"{path}: is locked with a password; save a copy without one and add that") from None
        raise PackError(f"{path}: cannot be read as a PDF: it is damaged, or none") from None
    except OSError as error:
        raise PackError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not len(document):
        document.close()
        raise PackError(f"{path}: cannot be read as a PDF: it has no pages")
    return document


def _outline(document: Any) -> dict[tuple[int, str], int]:
    """The heading level of each outline entry, by page (from 1) and plain title."""
    found = {}
    for entry in document.get_toc():
        target = entry.get_dest()
        page = target.get_index() if target else None
        if page is not None:
            found[page + 1, plain(entry.get_title())] = entry.level + 1
    return found


def _read(document: Any, number: int) -> Page | None:
    """A page, or None when it is damaged."""
    import pypdfium2

    try:
        opened = document[number - 1]
        try:
            seen = sheet.read(opened)
        finally:
            opened.close()
    except pypdfium2.PdfiumError:
        return None
    tables, glyphs = ruled.tables(seen.rules, seen.glyphs)
    return Page(
        number,
        seen.width,
        seen.height,
        [run for run in lines.runs(glyphs) if run.text != sheet.DOT],
        tables,
        seen.pictured,
    )
