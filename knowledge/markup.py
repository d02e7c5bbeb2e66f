"""An HTML manual as Markdown: its headings, paragraphs, lists, tables and notices, without what is only page."""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(
    ("title", "script", "style", "nav", "header", "footer", "aside", "template", "noscript", "svg", "form")
)
_VOID = frozenset(("br", "img", "hr", "meta", "link", "input", "source", "col", "wbr"))
_BLOCKS = frozenset(("p", "div", "section", "article", "main", "blockquote", "dd", "dt", "figcaption", "body", "pre"))
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
        self._table: list[list[str]] | None = None

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
            self._table = []
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in ("td", "th", "li"):
            self._end_item()
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
        elif tag in ("td", "th") and self._table:
            self._table[-1].append(self._take().replace("|", "\\|"))
        elif tag in ("ul", "ol") and self._lists:
            self._end_item()
            kind, items = self._lists.pop()
            if self._lists:
                self._lists[-1][1].extend(items)
            elif items:
                marks = (f"{number}." if kind == "ol" else "-" for number in range(1, len(items) + 1))
                self.parts.append("\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=True)))
        elif tag == "table" and self._table is not None:
            rows, self._table = [row for row in self._table if row], None
            if rows:
                rule = ["---"] * len(rows[0])
                self.parts.append("\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])))
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

    def _end_item(self) -> None:
        if self._lists and (text := self._take()):
            self._lists[-1][1].append(text)

    def _take(self) -> str:
        text, self._text = re.sub(r"\s+", " ", self._text).strip(), ""
        return text.lstrip("#").replace("<!--", "").strip()
