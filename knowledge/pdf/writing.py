"""Pages in reading order as Markdown: headings, paragraphs, lists and tables, each with its page."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge.pdf.layout import Piece
from knowledge.pdf.lines import BULLET, STEP, Line
from knowledge.pdf.tables import Table

LARGER = 1.12
"""How much larger than the body text a heading is set."""
HEADING_WORDS = 14
"""A line of more words is no heading."""
TITLE_WORDS = 24
"""Lines set large that together have more words are a paragraph."""
TITLE_LINES = 3
"""Lines over which a heading of the outline may run."""
FULL = 0.8
"""The share of its paragraph's longest line that a line has which goes on in the next column."""
POINT_GAP = 2.6
"""Points of a list are at most so many font sizes apart."""
PARAGRAPH_GAP = 1.7
"""A step down of this many font sizes starts a new paragraph."""

Outline = Mapping[tuple[int, str], int]
"""The level of each heading by its page (from 1) and its words, see `plain`."""

_NOTICE = re.compile(r"^(?:[^\w\s]\s*)?(warning|danger|caution|note)\s*(?:[:!]\s*|$)", re.I)
_GOES_ON = re.compile(r"\(?\bcont(?:inued|inuation|['’]d|\.|d\.?)\)?\s*$", re.I)
_NUMBERING = re.compile(r"^(?:chapter |section )?[\d.]+\s+", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(slots=True)
class Heading:
    """A title. ``level`` counts from 1."""

    page: int
    level: int
    text: str


@dataclass(slots=True)
class Paragraph:
    """Printed lines that belong together, those of a list too."""

    page: int
    lines: list[str]
    size: float
    last_page: int

    @property
    def open(self) -> bool:
        """Whether it may go on where the next column or page begins."""
        return not self.lines[-1].rstrip("\"”')").endswith((".", "!", "?", ":"))

    @property
    def full(self) -> bool:
        """Whether its last line is as long as those above it."""
        return len(self.lines) > 1 and len(self.lines[-1]) > FULL * max(map(len, self.lines))


@dataclass(slots=True)
class Rows:
    """A table, over as many pages as it takes: each row with its page."""

    page: int
    table: Table
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Whether it is one row without a header, as yet."""
        return len(self.rows) == 1 and not any(self.table.head)


Block = Heading | Paragraph | Rows


def plain(text: str) -> str:
    """Words without case and punctuation, as titles are compared."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def written(regions: Sequence[tuple[int, list[Piece]]], outline: Outline, body: float) -> str:
    """The Markdown of all pages, whose text is set in the font size ``body``."""
    levels = _Levels(regions, outline, body)
    blocks: list[Block] = []
    for page, region in regions:
        fresh = True
        for block in _blocks(page, region, levels):
            before = blocks[-1] if blocks else None
            if fresh and isinstance(before, Paragraph) and isinstance(block, Paragraph) and _runs_on(before, block):
                before.lines += block.lines
                before.last_page = page
            elif isinstance(block, Rows) and isinstance(before, Rows) and fresh and _same_table(before, block):
                _append(before, block)
            elif not (isinstance(block, Heading) and _GOES_ON.search(block.text)):
                blocks.append(block)
            else:
                continue
            fresh = False
    return _markdown(blocks, _words(regions))


class _Levels:
    """Which lines are headings, and of which level."""

    def __init__(self, regions: Sequence[tuple[int, list[Piece]]], outline: Outline, body: float) -> None:
        self.body = body
        self.outline = dict(outline)
        for (page, title), level in outline.items():
            self.outline.setdefault((page, plain(_NUMBERING.sub("", title))), level)
        lines = [(page, piece) for page, region in regions for piece in region if isinstance(piece, Line)]
        named: dict[float, Counter[int]] = {}
        for page, line in lines:
            at = self.outline.get((page, plain(line.text)))
            if at:
                named.setdefault(line.size, Counter())[at] += 1
        self.larger = sorted({line.size for _, line in lines if line.size > body * LARGER}, reverse=True)
        self.by_size = {size: levels.most_common(1)[0][0] for size, levels in named.items() if size > body}
        self.deepest = max(self.outline.values(), default=0)

    def named(self, page: int, lines: Sequence[Line]) -> tuple[int, int]:
        """The level of the outline's heading that begins with the first of these lines, and its lines, or (0, 0)."""
        text = ""
        for count, line in enumerate(lines[:TITLE_LINES], 1):
            text = f"{text} {line.text}".strip()
            for told in (plain(text), plain(_NUMBERING.sub("", text))):
                if (page, told) in self.outline:
                    return self.outline[page, told], count
        return 0, 0

    def title(self, page: int, lines: Sequence[Line]) -> tuple[int, int]:
        """The level of the heading that begins with the first of these lines, and its lines; (0, 0) for none."""
        named = self.named(page, lines)
        if named[0]:
            return named
        first = lines[0]
        words = first.text.split()
        if (
            len(first.runs) > 1
            or first.size <= self.body * LARGER
            or len(words) > HEADING_WORDS
            or not _WORD.search(first.text)
        ):
            return 0, 0
        if _NOTICE.match(first.text):
            return 0, 0
        count = 1
        while count < len(lines) and _close(lines[count - 1], lines[count]) and lines[count].size == first.size:
            count += 1
        told = " ".join(line.text for line in lines[:count])
        if len(told.split()) > TITLE_WORDS or (count > 1 and told.endswith(".")):
            return 0, 0
        return self.by_size.get(first.size) or self._by_rank(first.size), count

    def _by_rank(self, size: float) -> int:
        return self.deepest + 1 if self.deepest else self.larger.index(size) + 1


def _blocks(page: int, region: Sequence[Piece], levels: _Levels) -> Iterable[Block]:
    at = 0
    while at < len(region):
        piece = region[at]
        if isinstance(piece, Table):
            yield Rows(page, piece, [(page, row) for row in piece.rows])
            at += 1
            continue
        below: list[Line] = []
        for each in region[at:]:
            if not isinstance(each, Line):
                break
            below.append(each)
        level, count = levels.title(page, below)
        if level:
            yield Heading(page, level, " ".join(line.text for line in below[:count]))
            at += count
            continue
        end = 1
        while end < len(below) and _same_paragraph(below[:end], below[end], levels):
            if below[end].size != below[end - 1].size and levels.title(page, below[end:])[0]:
                break
            if levels.named(page, below[end:])[0]:
                break
            end += 1
        yield Paragraph(page, [line.text for line in below[:end]], piece.size, page)
        at += end


def _close(line: Line, after: Line) -> bool:
    return 0 < line.y - after.y < max(line.size, after.size) * PARAGRAPH_GAP


def _same_paragraph(lines: Sequence[Line], after: Line, levels: _Levels) -> bool:
    line = lines[-1]
    if STEP.match(after.text):
        return False
    if BULLET.match(after.text):
        return bool(BULLET.match(lines[0].text)) and 0 < line.y - after.y < POINT_GAP * line.size
    if _NOTICE.fullmatch(line.text.strip()):
        return True  # the word stands in a line of its own above what it says
    return _close(line, after) and abs(after.size - line.size) <= 0.2 * levels.body


def _runs_on(before: Paragraph, block: Paragraph) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    if abs(block.size - before.size) > 0.2:
        return False
    first = block.lines[0]
    if BULLET.match(first) and BULLET.match(before.lines[0]):
        return True
    if not before.open or BULLET.match(first) or STEP.match(first) or _NOTICE.match(first):
        return False
    return before.full or not first[:1].isupper()


def _same_table(before: Rows, block: Rows) -> bool:
    """Whether a table goes on where the next page begins; its header may be printed again."""
    if len(before.table.rows[0]) != len(block.table.rows[0]):
        return False
    again = [plain(text) for text in block.table.head] == [plain(text) for text in before.table.head]
    if again:
        return True
    width, other = (each.table.end - each.table.x for each in (before, block))
    return abs(width - other) <= 0.1 * max(width, other) and not block.table.caption


def _append(before: Rows, block: Rows) -> None:
    """Goes on with a table; what looked like a header is a row of it, unless it is the header again."""
    if before.alone:  # its header stood at the foot of a page
        before.table = replace(before.table, head=before.rows.pop()[1])
    head = block.table.head
    if any(head) and [plain(text) for text in head] != [plain(text) for text in before.table.head]:
        before.rows.append((block.page, head))
    before.rows += block.rows


def _words(regions: Iterable[tuple[int, Sequence[Piece]]]) -> set[str]:
    """Every word that stands whole within a line."""
    found: set[str] = set()
    for _, region in regions:
        for piece in region:
            if isinstance(piece, Line):
                found.update(_WORD.findall(piece.text.rpartition(" ")[0].casefold()))
    return found


def _markdown(blocks: Iterable[Block], words: set[str]) -> str:
    parts: list[str] = []
    page = 0
    for block in blocks:
        if block.page != page:
            page = block.page
            parts.append(f"<!-- page {page} -->")
        if isinstance(block, Heading):
            parts.append(f"{'#' * min(block.level, 6)} {_escaped(block.text)}")
        elif isinstance(block, Rows) and block.alone:
            parts.append(_escaped(" ".join((block.table.caption, *block.rows[0][1]))))
        elif isinstance(block, Paragraph):
            parts.append(_paragraph(block.lines, words))
            if block.last_page != page:
                page = block.last_page
                parts.append(f"<!-- page {page} -->")
        else:
            if block.table.caption:
                parts.append(_escaped(block.table.caption))
            table = [_row(block.table.head), _row(["---"] * len(block.table.head))]
            for at, row in block.rows:
                if at != page:
                    page = at
                    table.append(f"<!-- page {page} -->")
                table.append(_row(row))
            parts.append("\n".join(table))
    return "\n\n".join(parts) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_escaped(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _paragraph(lines: Sequence[str], words: set[str]) -> str:
    """Lines as one paragraph, parted words whole; points of a list each on a line."""
    notice = _NOTICE.fullmatch(lines[0].strip()) if len(lines) > 1 else None
    if notice:
        return f"**{notice[1].capitalize()}:** {_paragraph(lines[1:], words)}"
    told = ""
    for line in lines:
        if BULLET.match(line):
            told += ("\n" if told else "") + "- " + BULLET.sub("", line)
        else:
            told = joined(told, line, words)
    notice = _NOTICE.match(told)
    if notice:
        return f"**{notice[1].capitalize()}:** {_escaped(told[notice.end() :])}"
    return _escaped(told) if not told.startswith("- ") else told


def joined(told: str, line: str, words: set[str]) -> str:
    """Two lines of a paragraph. A hyphen at the end stays where the manual writes the word so elsewhere, or where both
    its parts are words of their own.
    """
    if not (told.endswith("-") and line[:1].islower()):
        return f"{told} {line}".strip()
    first, second = _WORD.findall(told[:-1].casefold())[-1:], _WORD.findall(line.casefold())[:1]
    if first and second:
        whole, parted = first[0] + second[0], f"{first[0]}-{second[0]}"
        if whole not in words and (parted in words or (first[0] in words and second[0] in words)):
            return told + line
    return told[:-1] + line


def _escaped(text: str) -> str:
    """Text that Markdown would read as a heading or a comment stays text."""
    return text.lstrip("#").replace("<!--", "").strip()
