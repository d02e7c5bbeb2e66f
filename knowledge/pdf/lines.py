"""Letters as runs of words, and runs beside each other as lines."""

import re
from bisect import bisect, insort
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from knowledge.pdf.sheet import DOT, Glyph

COLUMN_GAP = 0.9
"""A gap of this many font sizes between words starts a new run."""
CELL_GAP = 0.5
"""A gap of this many font sizes may part two cells of a table whose columns stand close."""
WORD_GAP = 0.2
"""A gap of this many font sizes parts words that no space does."""
SAME_LINE = 0.15
"""Letters whose baselines are less than this many font sizes apart stand on one line."""
RAISED = 0.45
"""A smaller letter beside a larger one, less than this many of its sizes above or below, is a raised or lowered one."""
BESIDE = 0.4
"""How many sizes of the larger letter it stands behind it at most."""
SMALLER = 0.85
"""How much smaller it is."""
LEVEL = 0.3
"""Runs side by side whose baselines are less than this many font sizes apart are one line."""
MARKER_GAP = 4.0
"""How many font sizes after its bullet or number a point of a list may begin."""
LEADERS = 4
"""So many dots in a row lead the eye from a name to its figure."""

BULLET = re.compile(r"^[∙•●▪■◦‣·▶►➤✓*–-](?:\s+|$)")
STEP = re.compile(r"^\d{1,2}[.)](?:\s+|$)")
_DOTS = frozenset(".…·_")


@dataclass(frozen=True, slots=True)
class Run:
    """Words side by side. ``led`` when dots led to it. ``y`` is the baseline; all places in points.

    ``gaps`` are the wider ones between its words: the number of the letter after each, and its two edges.
    """

    text: str
    x: float
    end: float
    y: float
    size: float
    bold: bool
    led: bool = False
    gaps: tuple[tuple[int, float, float], ...] = ()

    def parted(self, place: float) -> "tuple[Run, Run] | None":
        """The run in two at the gap that ends at ``place``, give or take three points; None without one."""
        for at, end, start in self.gaps:
            if abs(start - place) <= 3:
                before = tuple(gap for gap in self.gaps if gap[0] < at)
                after = tuple((number - at, left, right) for number, left, right in self.gaps if number > at)
                first = replace(self, text=self.text[:at].rstrip(), end=end, gaps=before)
                return first, replace(self, text=self.text[at:], x=start, led=False, gaps=after)
        return None

    @property
    def top(self) -> float:
        return self.y + self.size

    @property
    def bottom(self) -> float:
        return self.y


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, its runs from left to right."""

    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return " ".join(run.text for run in self.runs)

    @property
    def size(self) -> float:
        return Counter({run.size: len(run.text) for run in reversed(self.runs)}).most_common(1)[0][0]

    @property
    def bold(self) -> bool:
        return all(run.bold for run in self.runs)

    @property
    def y(self) -> float:
        return self.runs[0].y

    @property
    def top(self) -> float:
        return max(run.top for run in self.runs)

    @property
    def x(self) -> float:
        return self.runs[0].x

    @property
    def end(self) -> float:
        return max(run.end for run in self.runs)


def runs(glyphs: Sequence[Glyph]) -> list[Run]:
    """The runs of a page or a part of it, from top to bottom and from left to right."""
    return [run for row in _rows(glyphs) for run in _led(_cut(row))]


def lines(found: Sequence[Run]) -> list[Line]:
    """Runs on one baseline as a line; a bullet or number belongs to what stands after it."""
    rows: list[list[Run]] = []
    for run in sorted(found, key=lambda r: -r.y):
        if rows and abs(rows[-1][0].y - run.y) < LEVEL * max(rows[-1][0].size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [Line(tuple(_marked(sorted(row, key=lambda r: r.x)))) for row in rows]


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Letters on one baseline, those raised and lowered beside them and the bullets drawn before them too."""
    rows: list[list[Glyph]] = []
    written = sorted((g for g in glyphs if g.letter != DOT and not g.letter.isspace()), key=lambda g: -g.y)
    for glyph in written:
        if rows and rows[-1][0].y - glyph.y < SAME_LINE * max(rows[-1][0].size, glyph.size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    largest = max((glyph.size for glyph in written), default=0.0)
    places = [(row[0].y, max(glyph.size for glyph in row)) for row in rows]
    for n, (y, size) in enumerate(places):
        for m in range(n + 1, len(rows)):
            if y - places[m][0] >= RAISED * max(largest, size):
                break
            if y - places[m][0] < RAISED * max(size, places[m][1]):
                _move_raised(*((rows[n], rows[m]) if size < places[m][1] else (rows[m], rows[n])))
    rows = [row for row in rows if row]
    for dot in (g for g in glyphs if g.letter == DOT):
        marked = min(rows, key=lambda row: _behind(dot, row), default=None)
        if marked and _behind(dot, marked) < MARKER_GAP * largest:
            marked.append(dot)
        else:
            rows.append([dot])
    spaces: dict[float, list[Glyph]] = {}
    for glyph in glyphs:
        if glyph.letter.isspace():
            spaces.setdefault(glyph.y, []).append(glyph)
    found = []
    for row in rows:
        row += [space for y in {g.y for g in row} for space in spaces.pop(y, ())]
        found.append(sorted(row, key=lambda g: (g.x, not g.letter.isspace())))
    return found


def _behind(dot: Glyph, row: Sequence[Glyph]) -> float:
    """How far behind a drawn bullet the text of a row begins; without end where it is not the bullet's own."""
    beside = 0 <= dot.y - row[0].y < RAISED * row[0].size
    return min((g.x - dot.end for g in row if g.x >= dot.end), default=inf) if beside else inf


def _move_raised(small: list[Glyph], large: list[Glyph]) -> None:
    """Puts the letters of one row that belong to those of the other among them."""
    ends = sorted(glyph.end for glyph in large)
    size = max((glyph.size for glyph in large), default=0.0)
    for glyph in sorted(small, key=lambda g: g.x):
        at = bisect(ends, glyph.x + 0.1 * size)
        if glyph.size < SMALLER * size and at and glyph.x - ends[at - 1] < BESIDE * size:
            large.append(glyph)
            small.remove(glyph)
            insort(ends, glyph.end)


def _cut(row: Sequence[Glyph]) -> Iterator[Run]:
    dots = _leaders(row)
    part: list[Glyph] = []
    gaps: list[tuple[int, float, float]] = []
    text, edge, spaced, led = "", row[0].x, False, False
    for number, glyph in enumerate(row):
        if number in dots:
            if part:
                yield _run(text, part, led, gaps)
                part, text, gaps = [], "", []
            edge, spaced, led = glyph.end, False, True
            continue
        if glyph.letter.isspace():
            spaced = True
            continue
        if part and glyph.letter == part[-1].letter and glyph.x - part[-1].x < 0.1 * glyph.size:
            continue  # printed twice, to look bold
        gap = glyph.x - edge
        if part and gap > COLUMN_GAP * glyph.size:
            yield _run(text, part, led, gaps)
            part, text, gaps, led = [], "", [], False
        elif part and (spaced or gap > WORD_GAP * glyph.size):
            text += " "
            if gap > CELL_GAP * glyph.size:
                gaps.append((len(text), edge, glyph.x))
        text += glyph.letter
        part.append(glyph)
        spaced, edge = False, max(edge, glyph.end)
    if part:
        yield _run(text, part, led, gaps)


def _leaders(row: Sequence[Glyph]) -> frozenset[int]:
    """The numbers of the letters of a row that are leading dots."""
    found: list[int] = []
    some: list[int] = []
    for number, glyph in enumerate(row):
        if glyph.letter in _DOTS:
            some.append(number)
        elif not glyph.letter.isspace():
            found += some if len(some) >= LEADERS else []
            some = []
    return frozenset(found + (some if len(some) >= LEADERS else []))


def _run(text: str, part: Sequence[Glyph], led: bool, gaps: Sequence[tuple[int, float, float]]) -> Run:
    sizes = Counter(glyph.size for glyph in part)
    size = max(sizes, key=lambda s: (sizes[s], s))
    y = next(glyph.y for glyph in part if glyph.size == size)
    bold = sum(glyph.bold for glyph in part) > len(part) / 2
    return Run(text, part[0].x, max(glyph.end for glyph in part), y, size, bold, led, tuple(gaps))


def _led(row: Iterator[Run]) -> list[Run]:
    return _marked(list(row))


def _marked(row: Sequence[Run]) -> list[Run]:
    """A row in which each bullet or number is one with what it marks."""
    found: list[Run] = []
    for run in row:
        before = found[-1] if found else None
        marks = before is not None and (BULLET.fullmatch(before.text) or STEP.fullmatch(before.text))
        if before and marks and run.x - before.end < MARKER_GAP * run.size:
            found[-1] = replace(run, text=f"{before.text} {run.text}", x=before.x, gaps=())
        else:
            found.append(run)
    return found
