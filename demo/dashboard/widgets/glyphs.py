"""Drawing with characters: large figures, bars in eighths of a cell, chips, and rings of braille dots."""

import math
from functools import lru_cache

from textual.content import Content
from textual.style import Style

_FIGURES = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    "-": ("   ", "▀▀▀", "   "),
    "–": ("   ", "▀▀▀", "   "),
}

_EIGHTHS = " ▏▎▍▌▋▊▉"

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille: the bit of each dot, by row and column of a cell."""

START, SWEEP = 210.0, 240.0
"""A dial begins at the lower left and runs clockwise, in degrees."""

Cell = tuple[str, float]
"""A braille character and where on the dial it lies, 0 to 1."""


def large(text: str) -> tuple[str, str, str]:
    """``text`` (figures and minus) three lines tall, four columns a figure."""
    rows = [" ".join(_FIGURES[letter][row] for letter in text if letter in _FIGURES) for row in range(3)]
    return rows[0], rows[1], rows[2]


def bar(share: float, width: int, style: str = "$primary", track: str = "$faint") -> Content:
    """A bar ``width`` cells long, filled to ``share`` (0 to 1) by eighths of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, part = divmod(eighths, 8)
    filled = "█" * whole + (_EIGHTHS[part] if part else "")
    return Content.assemble((filled, f"{style} on {track}"), (" " * (width - len(filled)), f"on {track}"))


def chip(text: str, on: bool, style: str = "$primary") -> Content:
    """A word on a coloured ground when it is on, dim when it is off."""
    return Content.styled(f" {text} ", f"$background on {style} bold" if on else "$dim on $faint 40%")


def link(content: Content, action: str) -> Content:
    """``content`` as something to click: ``action`` is Textual's, like ``screen.read('Tyres')``; empty for none."""
    return content.stylize(Style.from_meta({"@click": action})) if action else content


@lru_cache(maxsize=32)
def ring(width: int, height: int, thickness: int = 3) -> tuple[tuple[Cell | None, ...], ...]:
    """A dial's ring as rows of cells; None where there is no dot. ``width`` and ``height`` in cells."""
    across, down = width * 2, height * 4
    radius = min(across / 2, down / 1.5) - 0.5
    middle_x, middle_y = across / 2 - 0.5, radius + 0.5
    rows: list[tuple[Cell | None, ...]] = []
    for cell_y in range(height):
        row: list[Cell | None] = []
        for cell_x in range(width):
            bits, total, count = 0, 0.0, 0
            for dy in range(4):
                for dx in range(2):
                    x, y = cell_x * 2 + dx - middle_x, middle_y - (cell_y * 4 + dy)
                    place = _place(x, y)
                    if radius - thickness <= math.hypot(x, y) <= radius and place is not None:
                        bits |= _DOTS[dy][dx]
                        total, count = total + place, count + 1
            row.append((chr(0x2800 + bits), total / count) if count else None)
        rows.append(tuple(row))
    return tuple(rows)


def _place(x: float, y: float) -> float | None:
    turned = (START - math.degrees(math.atan2(y, x))) % 360
    return turned / SWEEP if turned <= SWEEP else None


def mark(width: int, height: int, share: float, inset: float) -> tuple[int, int]:
    """Column and row of a label at ``share`` of a dial, ``inset`` dots inside its ring."""
    across, down = width * 2, height * 4
    radius = min(across / 2, down / 1.5) - 0.5
    angle = math.radians(START - SWEEP * share)
    x = across / 2 + (radius - inset) * math.cos(angle)
    y = radius - (radius - inset) * math.sin(angle)
    return round(x / 2), round(y / 4)
