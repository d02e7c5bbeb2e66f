"""An HTML manual as Markdown: its headings, paragraphs, lists, tables and notices, without what is only page."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

_SKIPPED = frozenset(
    ("title", "script", "style", "nav", "header", "footer", "aside", "template", "noscript", "svg", "form")
)
_VOID = frozenset(("br", "img", "hr", "meta", "link", "input", "source", "col", "wbr"))
_BLOCKS = frozenset(("p", "div", "section", "article", "main", "blockquote", "dd", "dt", "figcaption", "body", "pre"))
MOST_SPANNED = 50
"""Columns or rows of one cell."""
_NOTICE = re.compile(r"^(warning|danger|caution|note)\s*[:!.]\s*", re.I)


def convert(html: str) -> str:
    """Markdown of ``html``. Any text is HTML: what is malformed gives what can be read of it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return "\n\n".join(reader.parts) + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._text = ""
        self._skipped: list[str] = []
        self._heading = 0
        self._lists: list[tuple[str, list[str]]] = []
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped or tag in _SKIPPED:
            if tag not in _VOID:
                self._skipped.append(tag)
        elif re.fullmatch(r"h[1-6]", tag):
            self.flush()
            self._heading = int(tag[1])
        elif tag in ("ul", "ol"):
            if not self._lists:
                self.flush()
            self._lists.append((tag, []))
        elif tag == "table":
            self.flush()
            self._table = _Table()
        elif tag == "tr" and self._table is not None:
            self._end_cell()
            self._table.begin_row()
        elif tag in ("td", "th", "li"):
            self._end_item()
            if self._table is not None and tag != "li":
                self._end_cell()
                self._table.begin_cell(dict(attrs), heads=tag == "th")
        elif tag == "br":
            self._text += " "
        elif tag in _BLOCKS and not self._inside():
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag in self._skipped:
                while self._skipped.pop() != tag:
                    pass
        elif re.fullmatch(r"h[1-6]", tag):
            self.flush()
        elif tag == "li":
            self._end_item()
        elif tag in ("td", "th", "caption") and self._table is not None:
            self._end_cell()
        elif tag in ("ul", "ol") and self._lists:
            self._end_item()
            kind, items = self._lists.pop()
            if self._lists:
                self._lists[-1][1].extend(items)
            elif items:
                marks = (f"{number}." if kind == "ol" else "-" for number in range(1, len(items) + 1))
                self.parts.append("\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=True)))
        elif tag == "table" and self._table is not None:
            self._end_cell()
            self.parts += self._table.written()
            self._table = None
        elif tag in _BLOCKS and not self._inside():
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text += data

    def flush(self) -> None:
        """What was read so far as a heading or paragraph of its own."""
        text, level, self._heading = self._take(), self._heading, 0
        if not text:
            return
        notice = _NOTICE.match(text)
        if level:
            self.parts.append(f"{'#' * level} {text}")
        elif notice:
            self.parts.append(f"**{notice[1].capitalize()}:** {text[notice.end() :]}")
        else:
            self.parts.append(text)

    def _inside(self) -> bool:
        return bool(self._lists) or self._table is not None

    def _end_cell(self) -> None:
        """Also a cell that nothing closes but the next one."""
        if self._table is not None:
            self._table.end_cell(self._take())

    def _end_item(self) -> None:
        if self._lists and (text := self._take()):
            self._lists[-1][1].append(text)

    def _take(self) -> str:
        text, self._text = re.sub(r"\s+", " ", self._text).strip(), ""
        return text.lstrip("#").replace("<!--", "").strip()


class _Table:
    """A table while it is read. A cell over several columns or rows is said in each of them."""

    def __init__(self) -> None:
        self.caption = ""
        self._rows: list[dict[int, str]] = []
        self._heads: list[bool] = []
        self._high: dict[int, tuple[int, str]] = {}
        self._open: tuple[int, int] | None = None

    def begin_row(self) -> None:
        self._rows.append({column: text for column, (_, text) in self._high.items()})
        self._heads.append(True)
        self._high = {column: (rows - 1, text) for column, (rows, text) in self._high.items() if rows > 1}

    def begin_cell(self, attributes: Mapping[str, str | None], *, heads: bool) -> None:
        self._open = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
        if self._heads:
            self._heads[-1] = self._heads[-1] and heads

    def end_cell(self, text: str) -> None:
        """The text of the open cell; outside of one it belongs to the caption."""
        if self._open is None or not self._rows:
            self.caption = f"{self.caption} {text}".strip()
            return
        (wide, high), self._open = self._open, None
        row = self._rows[-1]
        first = next(n for n in range(len(row) + 1) if n not in row)
        for column in range(first, first + wide):
            row[column] = text
            if high > 1:
                self._high[column] = (high - 1, text)

    def written(self) -> Iterator[str]:
        """The caption and the table as Markdown. Rows of headings are one; two columns need none."""
        if self.caption:
            yield self.caption
        kept = [(row, heads) for row, heads in zip(self._rows, self._heads, strict=True) if any(row.values())]
        if not kept:
            return
        width = max(max(row) for row, _ in kept) + 1
        rows = [[row.get(n, "").replace("|", "\\|") for n in range(width)] for row, _ in kept]
        count = next((n for n, (_, heads) in enumerate(kept) if not heads), 1) or int(width > 2)
        head = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*rows[:count], strict=True)]
        lines = (head or [""] * width, ["---"] * width, *rows[count:])
        yield "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _span(told: str | None) -> int:
    """How many columns or rows a cell spans; what is no number of them means one."""
    return min(int(told), MOST_SPANNED) if told and told.isdecimal() and int(told) else 1
