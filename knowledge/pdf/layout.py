"""The reading order of pages: without running heads, column after column."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from knowledge.pdf.aligned import LARGER, first_table
from knowledge.pdf.lines import BULLET, STEP, Line, Run, lines
from knowledge.pdf.tables import Table

EDGE = 0.1
"""The share of a page's height, at its top and bottom, in which running heads and page numbers stand."""
REPEATS = 3
"""What stands at the same height at the edge of this many pages, its figures aside, is a running head; of a manual of
fewer than five pages, at that of two.
"""
OUTERMOST = 2
"""Lines that running heads and page numbers take at each edge."""
SAME_LINE = 2.0
"""Points by which the baselines of one line differ at most."""
HEAD_WORDS = 6
"""A running head of more words has no figures that change from page to page."""
SAME_HEIGHT = 4.0
"""Points by which the heights of a running head differ at most."""
FEWEST_LINES = 4
"""Lines that begin at the same place to the right of a gutter."""
COLUMN_LINES = 8
"""Lines that stand beside each other before a page is one of columns."""
FEW_LINES = 2
"""The same in a manual whose pages are mostly set in columns: the last of a chapter may hold little."""
PROSE_WORDS = 3.5
"""Words in a line of prose; the cells of a table hold fewer."""
FULL = 0.5
"""How much of its column's width a line of prose takes."""
GOING_ON = 0.2
"""The share of the lines of prose that go on with a sentence."""
SPACED = 1.7
"""Lines further apart than this many font sizes are hardly those of one paragraph."""
SAME_ROW = 2.0
"""Points by which the first lines of a row's cells differ at most."""
FEWEST_ROWS = 2
ROWS_SHARE = 0.7
"""The share of paragraphs that begin beside another where they are cells."""
PARAGRAPH_STEP = 1.25
"""A step down of this many times the smallest begins a new paragraph or cell."""
SLACK = 6.0
"""Points before the gutter at which a line of the right column may begin."""

Item = Run | Table
Piece = Line | Table

_NUMBER_ONLY = re.compile(r"^[\W\d]*(?:page)?[\W\d]*(?:(?:of|/)[\W\d]*)?$|^[ivxlc]{1,7}$", re.I)


@dataclass(slots=True)
class Page:
    """A page from 1 as it was read. ``pictured``: the share of it that pictures cover."""

    number: int
    width: float
    height: float
    runs: list[Run]
    tables: list[Table]
    pictured: float


def without_running_heads(pages: Sequence[Page]) -> None:
    """Takes off the pages their numbers, and what stands at the edge of several of them."""
    body = body_size(pages)
    heights: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        for item in _at_edge(page):
            heights[_key(item, body)].append(item.top)

    least = REPEATS if len(pages) > 4 else 2

    def runs_through(item: Item) -> bool:
        return sum(abs(height - item.top) <= SAME_HEIGHT for height in heights[_key(item, body)]) >= least

    for page in pages:
        edge = _at_edge(page)
        heads = {id(item) for item in edge if runs_through(item)}
        for item in edge:
            beside = [other for other in page.runs if abs(other.y - item.bottom) < 2 and other is not item]
            alone = all(id(other) in heads for other in beside)
            if alone and isinstance(item, Run) and _NUMBER_ONLY.match(item.text):
                heads.add(id(item))
        page.runs = [run for run in page.runs if id(run) not in heads]
        page.tables = [table for table in page.tables if id(table) not in heads]


def in_order(pages: Sequence[Page]) -> Iterator[tuple[int, list[Piece]]]:
    """The regions of each page in reading order, with the page's number: a column, or what is as wide as the page."""
    gutters = [_gutter(page.runs, page.width) for page in pages]
    usual = Counter(round(g) for g in gutters if g is not None)
    common = float(usual.most_common(1)[0][0]) if usual else None
    for page, gutter in zip(pages, gutters, strict=True):
        least = FEW_LINES if common and len(pages) < 2 * usual.total() else COLUMN_LINES
        for region in _regions([*page.runs, *page.tables], gutter or common, least):
            yield page.number, list(_pieces(region))


def body_size(pages: Sequence[Page]) -> float:
    """The font size in which most of the text outside of ruled tables is set, in points; 0 where there is none."""
    sizes = Counter[float]()
    for page in pages:
        for run in page.runs:
            sizes[run.size] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _at_edge(page: Page) -> list[Item]:
    """What stands in the outermost lines of a page, if they are at its edge."""
    items: list[Item] = [*page.runs, *page.tables]
    items.sort(key=lambda item: item.bottom)
    found: list[Item] = []
    for ordered in (items, items[::-1]):
        lines: list[float] = []
        for item in ordered:
            if not lines or abs(item.bottom - lines[-1]) > SAME_LINE:
                lines.append(item.bottom)
            inside = page.height * EDGE <= item.top and item.bottom <= page.height * (1 - EDGE)
            if len(lines) > OUTERMOST or inside:
                break
            found.append(item)
    return list({id(item): item for item in found}.values())


def _key(item: Item, body: float) -> str:
    """What two running heads have in common: all but the figures of a few words set no larger than the text."""
    large = isinstance(item, Run) and item.size > body * LARGER
    if large or len(item.text.split()) > HEAD_WORDS:
        return item.text.casefold()
    return re.sub(r"\d+", "#", item.text).casefold()


def _gutter(runs: Sequence[Run], width: float) -> float | None:
    """Where the right column of a page begins, if it is set in two."""
    starts = Counter(round(run.x / 3) for run in runs if 0.3 * width < run.x < 0.75 * width)
    best, found = 0, None
    for at, count in starts.items():
        place = at * 3.0
        crossing = sum(run.x < place - SLACK and run.end > place for run in runs)
        left = sum(run.end <= place for run in runs)
        if count >= FEWEST_LINES and left >= FEWEST_LINES and crossing <= len(runs) / 3 and count - crossing > best:
            best, found = count - crossing, min(run.x for run in runs if round(run.x / 3) == at)
    return found


def _regions(items: Sequence[Item], gutter: float | None, least: int) -> Iterator[list[Item]]:
    """Bands of columns, of at least so many lines, between what reaches across the gutter."""
    if gutter is None:
        yield list(items)
        return
    wide: list[Item] = []
    for band, crossing in _bands(items, gutter):
        left = [item for item in band if item.x < gutter - SLACK]
        right = [item for item in band if item.x >= gutter - SLACK]
        if len(band) >= least and _is_columns(left, right, gutter):
            yield from filter(None, (wide, left, right))
            wide = []
        else:
            wide += band
        wide += crossing
    if wide:
        yield wide


def _bands(items: Sequence[Item], gutter: float) -> Iterator[tuple[list[Item], list[Item]]]:
    """From top to bottom: what keeps to its side of the gutter, and the one below it that does not."""
    band: list[Item] = []
    for item in sorted(items, key=lambda i: -i.top):
        if item.x < gutter - SLACK and item.end > gutter:
            yield band, [item]
            band = []
        else:
            band.append(item)
    yield band, []


def _is_columns(left: Sequence[Item], right: Sequence[Item], gutter: float) -> bool:
    """Whether a band is prose in two columns, and not the rows of a table."""
    if not left or not right or _are_rows(left, right):
        return False
    for side, edge in ((left, gutter), (right, max(item.end for item in right))):
        told = [item for item in side if isinstance(item, Run)]
        if not told:
            continue
        width = edge - min(item.x for item in side)
        if len(told) < 3:
            continue
        if mean(len(run.text.split()) for run in told) < PROSE_WORDS:
            return False
        if median(run.end - run.x for run in told) < FULL * width:
            return False
        if _are_spaced(told) and sum(map(_goes_on, told)) < GOING_ON * len(told):
            return False
    return True


def _are_spaced(side: Sequence[Run]) -> bool:
    """Whether lines stand as far apart as the rows of a table do."""
    places = sorted((run.y for run in side), reverse=True)
    return median(a - b for a, b in pairwise(places)) > SPACED * median(run.size for run in side)


def _goes_on(run: Run) -> bool:
    """Whether a line goes on with a sentence, or is a point of a list; the cells of a table begin anew."""
    return run.text[:1].islower() or bool(BULLET.match(run.text) or STEP.match(run.text))


def _are_rows(left: Sequence[Item], right: Sequence[Item]) -> bool:
    """Whether paragraphs on both sides begin at the same heights: they are the cells of a table's rows."""
    starts, others = _starts(left), _starts(right)
    together = sum(any(abs(y - other) <= SAME_ROW for other in others) for y in starts)
    return together >= FEWEST_ROWS and together >= ROWS_SHARE * min(len(starts), len(others))


def _starts(side: Sequence[Item]) -> list[float]:
    """The baselines of the lines that stand further below the one before than most do."""
    places = sorted((item.bottom for item in side), reverse=True)
    steps = [a - b for a, b in pairwise(places)]
    least = min((step for step in steps if step > SAME_ROW), default=0.0)
    return [y for y, step in zip(places[1:], steps, strict=True) if step > PARAGRAPH_STEP * least]


def _pieces(region: Sequence[Item]) -> Iterator[Piece]:
    """The lines and tables of a region from top to bottom."""
    ruled = [item for item in region if isinstance(item, Table)]
    found: list[Piece] = [*lines([item for item in region if isinstance(item, Run)]), *ruled]
    found.sort(key=lambda piece: -piece.top)
    at = 0
    while at < len(found):
        piece = found[at]
        if isinstance(piece, Line):
            below = []
            for each in found[at:]:
                if not isinstance(each, Line):
                    break
                below.append(each)
            made, count = first_table(below)
            if count:
                if made:
                    yield made
                at += count
                continue
        yield piece
        at += 1
