"""Tables without upright rules: words that stand below each other in columns."""

import re
from collections.abc import Sequence
from itertools import pairwise

from knowledge.pdf.lines import BULLET, STEP, Line, Run
from knowledge.pdf.tables import Cell, Table, of_lines, table

LARGER = 1.12
"""A line set larger than this many times the ones above belongs to no table of theirs."""
FURTHEST = 2.6
"""A step down of more font sizes than this ends a table."""
ROW_STEP = 1.3
"""A step down of this many times the smallest one begins a new row."""
LEADING = 1.6
"""Lines of one cell are at most so many font sizes apart."""
BESIDE = 0.9
"""A step down of fewer font sizes leads to what stands beside, a cell whose lines are set in the middle."""
FEWEST_ENTRIES = 4
"""So many names led to page numbers by dots are a list of contents."""

Columns = list[tuple[float, float]]


def first_table(found: Sequence[Line]) -> tuple[Table | None, int]:
    """The table that begins with the first of these lines, and how many of them it takes; (None, 0) for none.

    A list of contents takes its lines, and gives no table.
    """
    above = found[:1] if _begins_above(found) else []
    columns, taken = _extent(found[len(above) :])
    if len(columns) < 2 or sum(len(line.runs) > 1 for line in taken) < 2:
        return None, 0
    led = [line for line in taken if line.runs[-1].led]
    if len(led) >= FEWEST_ENTRIES and all(re.fullmatch(r"[\divxA-Z.-]+", line.runs[-1].text) for line in led):
        return None, len(taken)
    rows = [_cells(row, columns) for row in _rows(taken, columns, above)]
    made = table(rows, (columns[0][0], columns[-1][1], taken[0].top, taken[-1].y))
    return (made, len(above) + len(taken)) if made else (None, 0)


def _begins_above(found: Sequence[Line]) -> bool:
    """Whether the first line is a cell's that is set in the middle of its row: it reaches higher than the others."""
    if len(found) < 2 or len(found[0].runs) > 1 or len(found[1].runs) < 2:
        return False
    first, others = found[0].runs[0], found[1].runs[1:]
    beside = any(abs(first.x - run.x) < 3 and first.x > found[1].runs[0].end for run in others)
    return beside and found[0].y - found[1].y <= LEADING * first.size


def _extent(found: Sequence[Line]) -> tuple[Columns, list[Line]]:
    """The columns of the table that begins with the first line, and the lines that keep to them."""
    first = found[0]
    columns: Columns = []
    taken: list[Line] = []
    if len(first.runs) < 2:
        return columns, taken
    for line in found:
        step = taken[-1].y - line.y if taken else 0.0
        larger = line.size > first.size * LARGER and len(line.runs) == 1
        listed = len(line.runs) == 1 and (BULLET.match(line.text) or STEP.match(line.text))
        if step > FURTHEST * line.size or step < 0 or larger or listed:
            break
        runs = _parted(line.runs, columns)
        wider = _widened(columns, runs)
        if wider is None:
            break
        columns = wider
        taken.append(Line(tuple(runs)))
    while taken and [_column(columns, run) for run in taken[-1].runs] == [0] and not taken[-1].text[:1].islower():
        taken.pop()  # a line below the table, no row of it
    return columns, taken


def _parted(runs: Sequence[Run], columns: Columns) -> list[Run]:
    """Runs that reach over columns, cut where a column begins."""
    found: list[Run] = []
    for run in runs:
        rest = run
        for start, _ in columns:
            two = rest.parted(start)
            if two:
                found.append(two[0])
                rest = two[1]
        found.append(rest)
    return found


def _widened(columns: Columns, runs: Sequence[Run]) -> Columns | None:
    """The columns with these runs in them; None where a run reaches over several."""
    now = list(columns)
    for run in runs:
        hit = [n for n, (start, end) in enumerate(now) if run.x < end and run.end > start]
        if len(hit) > 1:
            return None
        if hit:
            start, end = now[hit[0]]
            now[hit[0]] = (min(start, run.x), max(end, run.end))
        elif columns and len(runs) == 1:
            return None  # a line of its own beside the columns
        else:
            now.append((run.x, run.end))
            now.sort()
    return now


def _column(columns: Columns, run: Run) -> int:
    return next(n for n, (start, end) in enumerate(columns) if run.x < end and run.end > start)


def _rows(found: Sequence[Line], columns: Columns, above: Sequence[Line]) -> list[list[Line]]:
    """Lines as rows, the first with those ``above`` it. Where some stand closer than others, the close ones are one
    row's, unless these begin with the first column too.
    """
    steps = [a.y - b.y for a, b in pairwise(found)]
    size = found[0].size
    near = min(min((step for step in steps if step > BESIDE * size), default=size) * ROW_STEP, LEADING * size)
    below_head = [(line, step) for line, step in zip(found[2:], steps[1:], strict=True) if step > BESIDE * size]
    close = [line for line, step in below_head if step <= near]
    keyed = sum(len(line.runs) > 1 and _column(columns, line.runs[0]) == 0 for line in close)
    by_step = len(close) < len(below_head) and (keyed <= len(close) / 2 or len(close) <= len(below_head) / 2)
    rows = [[*above, found[0]]]
    for line, step in zip(found[1:], steps, strict=True):
        first = _column(columns, line.runs[0]) == 0
        goes_on = step <= BESIDE * size or (step <= near and (by_step or line.text[:1].islower()))
        if not goes_on if first or by_step else False:
            rows.append([line])
        else:
            rows[-1].append(line)
    return rows


def _cells(row: Sequence[Line], columns: Columns) -> list[Cell]:
    parts: list[list[Line]] = [[] for _ in columns]
    for line in row:
        for number in range(len(columns)):
            mine = tuple(run for run in line.runs if _column(columns, run) == number)
            if mine:
                parts[number].append(Line(mine))
    if parts[0] and not any(parts[1:]):
        return [of_lines(parts[0], len(columns)) for _ in columns]
    return [of_lines(part) for part in parts]
