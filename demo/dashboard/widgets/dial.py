"""A round dial: a ring that fills, labels inside it, a large figure in its middle."""

from collections.abc import Sequence

from textual.content import Content

from demo.dashboard.widgets.glyphs import large, mark, ring

Label = tuple[float, str]
"""Share of the dial and the text there."""


def dial(
    width: int,
    height: int,
    share: float,
    figure: str,
    caption: Sequence[tuple[str, str]],
    labels: Sequence[Label],
    style: str,
) -> Content:
    """The dial as lines of ``width`` cells; ``caption`` are (text, style) lines under the figure."""
    cells = [[(" ", "") for _ in range(width)] for _ in range(height)]
    for y, row in enumerate(ring(width, height)):
        for x, cell in enumerate(row):
            if cell is not None:
                cells[y][x] = (cell[0], style if cell[1] <= share else "$faint")
    for place, text in labels:
        x, y = mark(width, height, place, 9)
        _write(cells, x - len(text) // 2, y, text, "$dim")
    rows = large(figure)
    top = max(0, height // 2 - 2)
    for number, line in enumerate(rows):
        _write(cells, (width - len(line)) // 2, top + number, line, "$foreground bold")
    for number, (text, look) in enumerate(caption):
        _write(cells, (width - len(text)) // 2, top + 3 + number, text, look)
    return Content("\n").join(_line(row) for row in cells)


def _write(cells: list[list[tuple[str, str]]], x: int, y: int, text: str, style: str) -> None:
    for offset, letter in enumerate(text):
        if 0 <= y < len(cells) and 0 <= x + offset < len(cells[y]) and letter != " ":
            cells[y][x + offset] = (letter, style)


def _line(row: list[tuple[str, str]]) -> Content:
    """Neighbours of one style become one span."""
    parts: list[tuple[str, str]] = []
    for letter, style in row:
        if parts and parts[-1][1] == style:
            parts[-1] = (parts[-1][0] + letter, style)
        else:
            parts.append((letter, style))
    return Content.assemble(*(part if part[1] else part[0] for part in parts))
