"""Tables between ruled lines, with cells that span several columns or rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from knowledge.pdf.lines import Run, lines, runs
from knowledge.pdf.sheet import Glyph, Rule
from knowledge.pdf.tables import Cell, Table, of_lines, table

NEAR = 3.0
"""Rules less than this many points apart are one; so much may lack where two meet."""

MOST_CROSSINGS = 100_000
"""A page where more rules might meet holds a technical drawing, in which no table is looked for."""

Span = tuple[float, float, float]
"""A rule by its place across, and where it starts and ends along."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules that meet: the edges of columns from left to right, those of rows from top to bottom."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    levels: tuple[Span, ...]
    uprights: tuple[Span, ...]

    def parted(self, row: int, column: int) -> bool:
        """Whether a rule stands to the right of a cell."""
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        return _drawn(self.uprights, self.xs[column + 1], middle)

    def closed(self, row: int, first: int, last: int) -> bool:
        """Whether a rule stands below a cell that spans the columns ``first`` to ``last``."""
        middles = ((self.xs[n] + self.xs[n + 1]) / 2 for n in range(first, last + 1))
        return any(_drawn(self.levels, self.ys[row + 1], middle) for middle in middles)


def tables(rules: Sequence[Rule], glyphs: Sequence[Glyph]) -> tuple[list[Table], list[Glyph]]:
    """The tables of a page, and the letters that stand in none."""
    found: list[Table] = []
    left = list(glyphs)
    for grid in grids(rules):
        inside = [g for g in left if _within(g, grid.xs[0], grid.xs[-1], grid.ys[-1], grid.ys[0])]
        read = table(list(_cells(grid, inside)), (grid.xs[0], grid.xs[-1], grid.ys[0], grid.ys[-1])) if inside else None
        if read:
            found.append(read)
            taken = set(map(id, inside))
            left = [g for g in left if id(g) not in taken]
    return found, left


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """What of the rules meets in at least two columns."""
    levels = _merged([((r.bottom + r.top) / 2, r.x, r.end) for r in rules if r.level])
    uprights = _merged([((r.x + r.end) / 2, r.bottom, r.top) for r in rules if not r.level])
    found: list[Grid] = []
    if len(levels) * len(uprights) > MOST_CROSSINGS:
        return found
    for level, upright in _meeting(levels, uprights):
        xs = _edges([x for x, _, _ in upright], [(start, end) for _, start, end in level])
        ys = _edges([y for y, _, _ in level], [(start, end) for _, start, end in upright])
        if len(xs) > 2 and len(ys) > 1:
            found.append(Grid(tuple(xs), tuple(reversed(ys)), tuple(level), tuple(upright)))
    return found


def _edges(drawn: Sequence[float], across: Sequence[tuple[float, float]]) -> list[float]:
    """Where rules stand, and the open sides to which those across them reach."""
    found: list[float] = []
    for place in sorted((*drawn, min(start for start, _ in across), max(end for _, end in across))):
        if not found or place - found[-1] > 2 * NEAR:
            found.append(place)
    return found


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Rules at about the same place as one, where they touch."""
    rows: list[list[Span]] = []
    for span in sorted(spans):
        if rows and span[0] - rows[-1][-1][0] <= NEAR:
            rows[-1].append(span)
        else:
            rows.append([span])
    found: list[Span] = []
    for row in rows:
        place = mean(span[0] for span in row)
        reach: list[tuple[float, float]] = []
        for _, start, end in sorted(row, key=lambda span: span[1]):
            if reach and start <= reach[-1][1] + NEAR:
                reach[-1] = (reach[-1][0], max(reach[-1][1], end))
            else:
                reach.append((start, end))
        found += [(place, start, end) for start, end in reach]
    return found


def _meeting(levels: Sequence[Span], uprights: Sequence[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Level and upright rules that hang together."""
    waiting = set(range(len(uprights)))
    open_levels = set(range(len(levels)))
    while open_levels:
        mine, reached = {open_levels.pop()}, set[int]()
        fresh = set(mine)
        while fresh:
            near = {u for u in waiting for n in fresh if _meet(levels[n], uprights[u])}
            waiting -= near
            reached |= near
            fresh = {n for n in open_levels for u in near if _meet(levels[n], uprights[u])}
            open_levels -= fresh
            mine |= fresh
        if reached:
            yield [levels[n] for n in sorted(mine)], [uprights[u] for u in sorted(reached)]


def _meet(level: Span, upright: Span) -> bool:
    y, left, right = level
    x, bottom, top = upright
    return left - NEAR <= x <= right + NEAR and bottom - NEAR <= y <= top + NEAR


def _drawn(spans: Sequence[Span], place: float, along: float) -> bool:
    return any(abs(span[0] - place) <= 2 * NEAR and span[1] <= along <= span[2] for span in spans)


def _within(glyph: Glyph, left: float, right: float, bottom: float, top: float) -> bool:
    return left <= (glyph.x + glyph.end) / 2 <= right and bottom <= glyph.y + glyph.size * 0.3 <= top


def _cells(grid: Grid, glyphs: Sequence[Glyph]) -> Iterator[list[Cell]]:
    """The rows of a grid; a cell stands at every place that it spans."""
    above: list[tuple[int, int, Cell]] = []
    pending = [_spans(grid, row) for row in range(len(grid.ys) - 1)]
    for row, spans in enumerate(pending):
        now: list[tuple[int, int, Cell]] = []
        below = [g for g in glyphs if g.y <= grid.ys[row]]
        for first, last in spans:
            reaching = next((cell for a, b, cell in above if (a, b) == (first, last)), None)
            if reaching is not None and not grid.closed(row - 1, first, last):
                now.append((first, last, reaching))
                continue
            end = row
            while end + 1 < len(pending) and (first, last) in pending[end + 1] and not grid.closed(end, first, last):
                end += 1
            edges = grid.xs[first], grid.xs[last + 1], grid.ys[end + 1], grid.ys[row]
            now += _of_span(first, last, runs([g for g in below if _within(g, *edges)]), grid.xs)
        above = now
        yield [cell for first, last, cell in now for _ in range(first, last + 1)]


def _spans(grid: Grid, row: int) -> list[tuple[int, int]]:
    """The first and last column of each cell of a row."""
    found: list[tuple[int, int]] = []
    first = 0
    for column in range(len(grid.xs) - 1):
        if column == len(grid.xs) - 2 or grid.parted(row, column):
            found.append((first, column))
            first = column + 1
    return found


def _of_span(first: int, last: int, found: Sequence[Run], xs: Sequence[float]) -> list[tuple[int, int, Cell]]:
    """The cell of several columns, or each column's own where their words keep to the columns without rules."""

    def inside(column: int) -> Callable[[Run], bool]:
        return lambda run: xs[column] <= (run.x + run.end) / 2 <= xs[column + 1]

    crossing = any(run.x < xs[n] - NEAR and run.end > xs[n] + NEAR for run in found for n in range(first + 1, last + 1))
    taken = [column for column in range(first, last + 1) if any(map(inside(column), found))]
    if last == first or crossing or len(taken) < 2:
        return [(first, last, of_lines(lines(found), last - first + 1))]
    return [(n, n, of_lines(lines(list(filter(inside(n), found))))) for n in range(first, last + 1)]
