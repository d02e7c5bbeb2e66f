"""A PDF manual as Markdown: headings from its outline and font sizes, tables kept, running heads dropped."""

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import PackError

EDGE = 0.1
"""The share of a page's height, at its top and bottom, in which running heads and page numbers stand."""
REPEATS = 3
"""A line at the edge of this many pages, its figures aside, is a running head."""
LARGER = 1.12
"""How much larger than the body text a heading is set."""
HEADING_WORDS = 14
COLUMN_GAP = 0.9
"""A gap of this many font sizes between words starts a new cell."""
WORD_GAP = 0.35
"""A gap of this many font sizes parts words that no space does; a narrow figure leaves less beside its ink."""
PARAGRAPH_GAP = 1.7
"""A step down of this many font sizes starts a new paragraph."""
FEW_CHARACTERS = 16
"""A page with less text than this, but a picture, is a scan."""

SOFT_HYPHENS = (0x02, 0xAD, 0xFFFE)
"""What pdfium gives for the hyphen that parts a word at a line's end."""

_NUMBER_ONLY = re.compile(r"^[\W\d]*(?:page)?[\W\d]*$", re.I)
_BULLET = re.compile(r"^[•●▪■◦‣·*–-]\s+")
_STEP = re.compile(r"^\d{1,2}[.)]\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its cells (runs of words apart from each other), their left and right edges, the font size;
    ``y`` and the page's ``height`` in points from its bottom.
    """

    cells: tuple[str, ...]
    size: float
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    y: float
    height: float

    @property
    def text(self) -> str:
        return " ".join(self.cells)


@dataclass(frozen=True, slots=True)
class Converted:
    """A manual as Markdown, with the pages (from 1) of which nothing can be read: they are scans."""

    markdown: str
    pages: int
    unreadable: tuple[int, ...]


def convert(path: Path, progress: Callable[[int, int], None] | None = None) -> Converted:
    """Raises PackError when the file is no PDF, wants a password, or holds no text at all."""
    import pypdfium2  # type: ignore[import-untyped]  # it brings no types

    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise PackError(f"{path}: cannot be read as a PDF: {error}") from None
    try:
        outline = _outline(document)
        pages, unreadable = [], []
        for number in range(len(document)):
            page = document[number]
            lines = list(_lines(page))
            if sum(len(line.text) for line in lines) < FEW_CHARACTERS and _has_picture(page):
                unreadable.append(number + 1)
            pages.append(_columns(lines, page.get_width()))
            page.close()
            if progress:
                progress(number + 1, len(document))
    finally:
        document.close()
    if not any(pages):
        raise PackError(f"{path}: holds no text; its {len(unreadable)} pages are scans")
    return Converted(_markdown(_without_running_heads(pages), outline), len(pages), tuple(unreadable))


def _outline(document: Any) -> dict[tuple[int, str], int]:
    """The heading level of each outline entry, by page (from 0) and plain title."""
    found = {}
    for entry in document.get_toc():
        target = entry.get_dest()
        page = target.get_index() if target else None
        if page is not None:
            found[page, _plain(entry.get_title())] = entry.level + 1
    return found


def _has_picture(page: Any) -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _lines(page: Any) -> Iterator[Line]:
    """The printed lines from top to bottom, each cut into cells."""
    from pypdfium2 import raw

    text, height = page.get_textpage(), page.get_height()
    left, right, bottom, top, origin, base = (ctypes.c_double() for _ in range(6))
    rows: list[list[tuple[float, float, float, float, str]]] = []
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in SOFT_HYPHENS:
            code = ord("-")
        if code < 32:
            continue
        raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        size = raw.FPDFText_GetFontSize(text, index)
        raw.FPDFText_GetCharOrigin(text, index, origin, base)
        mark = (origin.value, right.value, base.value, size, chr(code))
        row = next((row for row in reversed(rows[-40:]) if abs(row[0][2] - base.value) < max(size, 1) * 0.3), None)
        if row is None:
            rows.append([mark])
        else:
            row.append(mark)
    text.close()
    for row in sorted(rows, key=lambda row: -row[0][2]):
        row.sort(key=lambda mark: mark[0])
        sizes = Counter(round(mark[3], 1) for mark in row if mark[4] != " ")
        if not sizes:
            continue
        size = sizes.most_common(1)[0][0]
        cells, starts, ends = [""], [row[0][0]], [row[0][0]]
        edge, spaced = row[0][0], False
        for x, end, _, _, letter in row:
            if letter == " ":
                spaced = True
                continue
            gap = x - edge
            if cells[-1] and gap > size * COLUMN_GAP:
                cells.append("")
                starts.append(x)
                ends.append(x)
            elif cells[-1] and (spaced or gap > size * WORD_GAP):
                cells[-1] += " "
            cells[-1] += letter
            spaced = False
            edge = ends[-1] = max(edge, end)
        yield Line(tuple(cells), size, tuple(starts), tuple(ends), row[0][2], height)


def _columns(lines: list[Line], width: float) -> list[Line]:
    """A page set in two columns is read down the left one, then down the right one."""
    middle = width / 2
    split = [line for line in lines if len(line.cells) == 2 and middle * 0.85 < line.starts[1] < middle * 1.35]
    words = [len(cell.split()) for line in split for cell in line.cells]
    if len(split) < 8 or len(split) < len(lines) / 2 or sum(words) / len(words) < 4:
        return lines
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        for cell, start, end in zip(line.cells, line.starts, line.ends, strict=True):
            side = right if start > middle * 0.85 else left
            side.append(Line((cell,), line.size, (start,), (end,), line.y, line.height))
    return left + right


def _without_running_heads(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Pages without page numbers, and without what stands at the edge of several pages."""

    def at_edge(line: Line) -> bool:
        return line.y < line.height * EDGE or line.y > line.height * (1 - EDGE)

    def key(line: Line) -> str:
        return re.sub(r"\d+", "#", line.text).casefold()

    seen = Counter(each for page in pages for each in {key(line) for line in page if at_edge(line)})
    return [
        [line for line in page if not (at_edge(line) and (seen[key(line)] >= REPEATS or _NUMBER_ONLY.match(line.text)))]
        for page in pages
    ]


def _markdown(pages: Sequence[list[Line]], outline: dict[tuple[int, str], int]) -> str:
    sizes = Counter[float]()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    deepest = max(outline.values(), default=0)
    larger = sorted((size for size in sizes if size > body * LARGER), reverse=True)
    parts: list[str] = []
    for number, page in enumerate(pages):
        parts.append(f"<!-- page {number + 1} -->")
        at = 0
        while at < len(page):
            line = page[at]
            level = outline.get((number, _plain(line.text)))
            if level is None and line.size > body * LARGER and len(line.text.split()) <= HEADING_WORDS:
                level = deepest + 1 if deepest else larger.index(line.size) + 1
            if level is not None:
                title = line.text
                while at + 1 < len(page) and _goes_on(line, page[at + 1], body):
                    at += 1
                    title += " " + page[at].text
                parts.append(f"{'#' * min(level, 6)} {_escaped(title)}")
                at += 1
                continue
            rows = _table(page[at:])
            if rows:
                parts.append("\n".join(_row(row) for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])))
                at += len(rows)
                continue
            end = at + 1
            while end < len(page) and _same_paragraph(page[end - 1], page[end], body) and not _table(page[end:]):
                if (number, _plain(page[end].text)) in outline:
                    break
                end += 1
            parts.append(_paragraph([each.text for each in page[at:end]]))
            at = end
    return "\n\n".join(parts) + "\n"


def _goes_on(line: Line, after: Line, body: float) -> bool:
    """Whether a heading set large runs on into the next line."""
    return line.size > body * LARGER and after.size == line.size and line.y - after.y < line.size * PARAGRAPH_GAP


def _table(lines: Sequence[Line]) -> list[list[str]]:
    """The rows of the table that begins with the first line: at least two, with the same columns; else none."""
    first = lines[0]
    rows = []
    for line in lines:
        aligned = len(line.cells) == len(first.cells) and all(
            line.starts[n] < first.ends[n] + first.size and first.starts[n] < line.ends[n] + first.size
            for n in range(len(first.cells))
        )
        if len(first.cells) < 2 or not aligned:
            break
        rows.append([cell.replace("|", "\\|") for cell in line.cells])
    return rows if len(rows) > 1 else []


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _same_paragraph(line: Line, after: Line, body: float) -> bool:
    if after.size > body * LARGER or _BULLET.match(after.text) or _STEP.match(after.text):
        return bool(_BULLET.match(after.text) and _BULLET.match(line.text)) and after.size <= body * LARGER
    return 0 < line.y - after.y < max(line.size, after.size) * PARAGRAPH_GAP


def _paragraph(lines: Sequence[str]) -> str:
    """Lines as one paragraph, hyphenated words whole; points of a list each on a line."""
    told = ""
    for line in lines:
        if _BULLET.match(line):
            told += ("\n" if told else "") + "- " + _BULLET.sub("", line)
        elif told.endswith("-") and line[:1].islower():
            told = told[:-1] + line
        else:
            told += (" " if told else "") + line
    notice = re.match(r"(warning|danger|caution|note)\s*[:!]\s*", told, re.I)
    if notice:
        return f"**{notice[1].capitalize()}:** {_escaped(told[notice.end() :])}"
    return _escaped(told) if not told.startswith("- ") else told


def _escaped(text: str) -> str:
    """Text that Markdown would read as a heading or a comment stays text."""
    return text.lstrip("#").replace("<!--", "").strip()


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
