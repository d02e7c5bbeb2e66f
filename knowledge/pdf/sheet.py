"""One page as pdfium sees it: letters with their places, straight rules, and how much of it is picture.

All places are points from the lower left corner of the page as it is shown, turned pages turned upright.
"""

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

SOFT_HYPHENS = (0x02, 0xAD, 0xFFFE)
"""What pdfium gives for the hyphen that parts a word at a line's end."""
SHORTEST_RULE = 6.0
"""A straight line shorter than this, in points, belongs to a drawing."""
THICKEST_RULE = 4.0
"""A filled box thicker than this, in points, is a ground of colour."""
MOST_RULES = 6_000
"""A page with more rules than this holds a technical drawing, in which no table is looked for."""
DEEPEST = 4
"""Drawings within drawings that are looked into."""

DOT = "\u2219"
"""The letter for a bullet that is drawn, not written."""
DOT_POINTS = (1.5, 7.0)
"""How large a bullet is drawn."""
DOT_CORNERS = 64
"""Of how many pieces at most."""

Point = tuple[float, float]
Turn = Callable[[float, float], Point]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter: its left and right edge, its baseline ``y``, its size as printed."""

    x: float
    end: float
    y: float
    size: float
    letter: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A level or upright line. ``x`` <= ``end`` and ``bottom`` <= ``top``."""

    x: float
    bottom: float
    end: float
    top: float

    @property
    def level(self) -> bool:
        return self.end - self.x >= self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a page. ``pictured`` is the share of the page that pictures cover; beyond 1 they overlap."""

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictured: float


def read(page: Any) -> Sheet:
    """The sheet of a page that pypdfium2 opened."""
    width, height = page.get_size()
    turn, turned = _upright(page)
    rules, dots, pictured = _drawn(page, turn)
    glyphs = (*_glyphs(page, turn, turned), *dots)
    return Sheet(width, height, glyphs, tuple(rules), pictured / (width * height))


def _upright(page: Any) -> tuple[Turn, Point]:
    """How a point of the page becomes one of the page as shown, and which direction there becomes the line's."""
    left, bottom, right, top = page.get_bbox()
    by_angle: dict[int, tuple[Turn, Point]] = {
        0: (lambda x, y: (x - left, y - bottom), (1, 0)),
        90: (lambda x, y: (y - bottom, right - x), (0, 1)),
        180: (lambda x, y: (right - x, top - y), (-1, 0)),
        270: (lambda x, y: (top - y, x - left), (0, -1)),
    }
    return by_angle[page.get_rotation()]


def _glyphs(page: Any, turn: Turn, along: Point) -> Iterator[Glyph]:
    """The letters that stand upright, in the order in which they were written into the file."""
    from pypdfium2 import raw

    opened = page.get_textpage()
    text = opened.raw
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    nobody = bytes(ctypes.sizeof(ctypes.c_void_p))
    last, size, bold, upright = nobody, 0.0, False, True
    fonts: dict[bytes, bool] = {}
    forward = sum(along) > 0  # else the far edge of a letter is the left or lower one of the page as it was turned
    try:
        for index in range(opened.count_chars()):
            code = raw.FPDFText_GetUnicode(text, index)
            if code in SOFT_HYPHENS:
                code = 0x2D
            if code < 32:
                continue
            piece = raw.FPDFText_GetTextObject(text, index)
            address = bytes(piece)  # of the pointer: letters set at once share their text object
            if address not in (nobody, last):
                last = address
                raw.FPDFText_GetMatrix(text, index, matrix)
                size = round(raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d), 1)
                length = math.hypot(matrix.a, matrix.b) or 1.0
                upright = (matrix.a * along[0] + matrix.b * along[1]) / length > 0.99
                font = raw.FPDFTextObj_GetFont(piece)
                named = bytes(font)
                if named not in fonts:
                    fonts[named] = _is_bold(font)
                bold = fonts[named]
            if not upright or size <= 0:
                continue
            raw.FPDFText_GetLooseCharBox(text, index, box)
            raw.FPDFText_GetCharOrigin(text, index, x, y)
            left, base = turn(x.value, y.value)
            right, _ = turn(box.right, box.top) if forward else turn(box.left, box.bottom)
            yield Glyph(left, max(left, right), base, size, chr(code), bold)
    finally:
        opened.close()


def _is_bold(font: Any) -> bool:
    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    return b"bold" in name.value.lower() or raw.FPDFFont_GetWeight(font) >= 600


def _drawn(page: Any, turn: Turn) -> tuple[list[Rule], list[Glyph], float]:
    """The rules of a page, none where they are too many to be a table's, its bullets that are drawn, and the area of
    its pictures.
    """
    from pypdfium2 import raw

    rules: list[Rule] = []
    dots: list[Glyph] = []
    area = 0.0

    def look(count: int, take: Callable[[int], Any], place: "_Place", depth: int) -> None:
        nonlocal area
        for number in range(count):
            drawn = take(number)
            kind = raw.FPDFPageObj_GetType(drawn)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                area += abs(_Place.of(drawn).within(place).area)
            elif kind == raw.FPDF_PAGEOBJ_PATH and len(rules) <= MOST_RULES:
                corners = _corners(drawn, _Place.of(drawn).within(place), turn)
                found = list(_rules(corners))
                if found and (_is_stroked(drawn) or _is_thin(found)):
                    rules.extend(found)
                elif corners and not found:
                    dots.extend(_dot(corners))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth:
                inner = _Place.of(drawn).within(place)
                look(raw.FPDFFormObj_CountObjects(drawn), partial(raw.FPDFFormObj_GetObject, drawn), inner, depth - 1)

    look(raw.FPDFPage_CountObjects(page), partial(raw.FPDFPage_GetObject, page), _Place(), DEEPEST)
    return (rules if len(rules) <= MOST_RULES else []), dots, area


@dataclass(frozen=True, slots=True)
class _Place:
    """An affine map, as PDF writes it."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    @classmethod
    def of(cls, drawn: Any) -> "_Place":
        from pypdfium2 import raw

        m = raw.FS_MATRIX()
        return cls(m.a, m.b, m.c, m.d, m.e, m.f) if raw.FPDFPageObj_GetMatrix(drawn, m) else cls()

    def within(self, outer: "_Place") -> "_Place":
        o = outer
        return _Place(
            self.a * o.a + self.b * o.c,
            self.a * o.b + self.b * o.d,
            self.c * o.a + self.d * o.c,
            self.c * o.b + self.d * o.d,
            self.e * o.a + self.f * o.c + o.e,
            self.e * o.b + self.f * o.d + o.f,
        )

    def put(self, x: float, y: float) -> Point:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    @property
    def area(self) -> float:
        """Of what is drawn in the unit square, as pictures are."""
        return self.a * self.d - self.b * self.c


def _corners(path: Any, place: _Place, turn: Turn) -> list[tuple[int, Point, bool]]:
    """The kind, end and closing of each piece of a path; none for one with too many to be a box or a rule."""
    from pypdfium2 import raw

    x, y = ctypes.c_float(), ctypes.c_float()
    count = raw.FPDFPath_CountSegments(path)
    found = []
    for number in range(count if count <= MOST_RULES else 0):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        end = turn(*place.put(x.value, y.value))
        found.append((raw.FPDFPathSegment_GetType(segment), end, bool(raw.FPDFPathSegment_GetClose(segment))))
    return found


def _rules(corners: Sequence[tuple[int, Point, bool]]) -> Iterator[Rule]:
    """The level and upright lines of a path: those of a box are its edges."""
    from pypdfium2 import raw

    start = here = (0.0, 0.0)
    for kind, there, closes in corners:
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = there
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield from _straight(here, there)
        if closes:
            yield from _straight(there, start)
        here = there


def _dot(corners: Sequence[tuple[int, Point, bool]]) -> Iterator[Glyph]:
    """A path that is as small and round, or square, as the bullet of a list."""
    left, right = min(x for _, (x, _), _ in corners), max(x for _, (x, _), _ in corners)
    bottom, top = min(y for _, (_, y), _ in corners), max(y for _, (_, y), _ in corners)
    small, large = sorted((right - left, top - bottom))
    if 4 <= len(corners) <= DOT_CORNERS and DOT_POINTS[0] <= small and large <= DOT_POINTS[1] and large < 1.2 * small:
        yield Glyph(left, right, bottom, round(large, 1), DOT, False)


def _is_stroked(path: Any) -> bool:
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(path, fill, stroke) and stroke.value)


def _is_thin(rules: Sequence[Rule]) -> bool:
    """Whether the edges of a filled shape are those of a line, and not of a ground of colour."""
    wide = max(r.end for r in rules) - min(r.x for r in rules)
    high = max(r.top for r in rules) - min(r.bottom for r in rules)
    return min(wide, high) <= THICKEST_RULE


def _straight(a: Point, b: Point) -> Iterator[Rule]:
    (x, end), (bottom, top) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    if min(end - x, top - bottom) < 1 and max(end - x, top - bottom) >= SHORTEST_RULE:
        yield Rule(x, bottom, end, top)
