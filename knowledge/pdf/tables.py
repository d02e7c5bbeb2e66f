"""Tables: cells that become rows of texts, wherever on the page they were found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.pdf.lines import Line

LONGEST_CELL = 120
"""Words of a cell beyond which rules frame a page, not a table."""
MOST_HEADS = 3
"""Rows that a header has at most."""
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; ``wide`` counts the columns that it spans."""

    text: str
    wide: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table where it stands, in points. ``rows`` are all of the same length; ``head`` is its header, "" for each
    column without one; ``caption`` what stands above the header, inside.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    x: float
    end: float
    top: float
    bottom: float
    caption: str = ""

    @property
    def text(self) -> str:
        return " ".join((self.caption, *self.head, *(text for row in self.rows for text in row))).strip()


def table(rows: Sequence[Sequence[Cell]], place: tuple[float, float, float, float]) -> Table | None:
    """The table of these cells at (left, right, top, bottom), or None where less than a table is left.

    A cell is given at every place that it spans. One across a whole row names those below it. A single row has no
    header: it may be one itself, or go on with a table of the page before.
    """
    count = len(rows[0])
    heads: list[Sequence[Cell]] = []
    body: list[tuple[str, ...]] = []
    caption, group = "", ""
    filled = [row for row in rows if any(cell.text for cell in row)]
    for number, row in enumerate(filled):
        if row[0].wide == count:
            group = row[0].text
            if not heads:
                caption, group = f"{caption} {group}".strip(), ""
        elif not body and len(filled) > 1 and _is_head(heads, row, filled[number + 1 :]):
            heads.append(row)
        else:
            texts = [cell.text for cell in row]
            key = texts[0] or (body[-1][0] if body else "")  # an empty one means the one above
            if group and not key.startswith(f"{group}, "):
                key = f"{group}, {key}" if key else group
            body.append((key, *texts[1:]))
    used = [n for n in range(count) if any(row[n] for row in body)]
    longest = max((len(text.split()) for row in body for text in row), default=0)
    if len(used) < 2 or not body or longest > LONGEST_CELL:
        return None
    head = [" ".join(dict.fromkeys(row[n].text for row in heads if row[n].text)) for n in used]
    return Table(tuple(head), tuple(tuple(row[n] for n in used) for row in body), *place, caption)


def joined(texts: Sequence[str]) -> str:
    """The lines of a cell as one."""
    told = ""
    for text in texts:
        told = told[:-1] + text if told.endswith("-") and text[:1].islower() else f"{told} {text}".strip()
    return told


def of_lines(found: Sequence[Line], wide: int = 1) -> Cell:
    """What stands in a cell, line by line."""
    return Cell(joined([line.text for line in found]), wide, bool(found) and all(line.bold for line in found))


def _is_head(heads: Sequence[Sequence[Cell]], row: Sequence[Cell], after: Sequence[Sequence[Cell]]) -> bool:
    """Whether a row belongs to the header: the first one, unless it holds figures as those below do, or is one of two
    columns, whose names say little, and looks like the others; then those below a name that spans columns.
    """
    if heads:
        return len(heads) < MOST_HEADS and any(cell.wide > 1 for cell in heads[-1]) and bool(after)
    bold = all(cell.bold for cell in row if cell.text)
    if bold and not all(cell.bold for other in after for cell in other if cell.text):
        return True
    if not row[0].text:
        return True
    if len(row) < 3:
        return False
    figured = [any(_FIGURE.search(cell.text) for cell in other[1:]) for other in (row, *after)]
    return not (figured[0] and sum(figured) > len(figured) / 2)
