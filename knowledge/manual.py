"""A manual's Markdown as sections of blocks: what a reader sees, in plain speakable text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "steps", "bullets", "row", "warning", "caution", "note"]

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_PAGE = re.compile(r"^<!--\s*page\s+(\d+)\s*-->$", re.I)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_NUMBERED = re.compile(r"^\s{0,3}\d+[.)]\s+(.*)$")
_BULLET = re.compile(r"^\s{0,3}[-*+]\s+(.*)$")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|[\s:|-]*$")
_NOTICE = re.compile(r"^(?:>\s*)?\*\*(warning|danger|caution|note)\b[:.!]?\*\*[:.!]?\s*(.*)$", re.I)
_LABEL = re.compile(r"^\*\*[^*]+\*\*\s*[:.–—-]|^\*\*[^*]+[:.]\*\*|^[A-Z][^.:|]{1,40}:\s")
_ENDS = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:(?:^|[.:!?] )\d{1,2}\.|\b(?:e\.g|i\.e|approx|max|min|no|nos|fig|vs|incl|etc|dr|st)\.|\b[A-Z]\.)$", re.I
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section that can be an answer by itself.

    ``items`` are its steps, points or sentences in order; ``lead`` is the sentence that introduces a list.
    For a table row, ``key`` is its first cell and ``cells`` are its other columns' headings and contents.
    """

    kind: Kind
    items: tuple[str, ...]
    lead: str = ""
    key: str = ""
    page: int | None = None
    cells: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The whole block as one run of sentences; steps are numbered."""
        items = self.items
        if self.kind == "steps":
            items = tuple(f"{number}. {item}" for number, item in enumerate(items, 1))
        return " ".join((self.lead, *items)).strip()

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the blocks right under it. ``path`` holds the headings from the chapter's down to its
    own.
    """

    path: tuple[str, ...]
    blocks: tuple[Block, ...]
    page: int | None = None

    @property
    def title(self) -> str:
        return self.path[-1]

    @property
    def words(self) -> int:
        return sum(block.words for block in self.blocks)


def sections(markdown: str, first_page: int | None = None) -> list[Section]:
    """The sections of one chapter, in order; a heading without text of its own is only part of the others'
    paths.

    ``<!-- page N -->`` on a line starts page N; before the first one the page is ``first_page``.
    """
    path: list[str] = []
    levels: list[int] = []
    page = first_page
    found: list[Section] = []
    pending: list[tuple[str, int | None]] = []
    opened = page

    def close() -> None:
        blocks = _blocks(pending)
        if blocks:
            found.append(Section(tuple(path) or ("",), blocks, opened))
        pending.clear()

    for line in _without_comments(markdown).splitlines():
        mark = _PAGE.match(line.strip())
        if mark:
            page = int(mark[1])
            continue
        heading = _HEADING.match(line)
        if not heading:
            pending.append((line.rstrip(), page))
            continue
        close()
        level = len(heading[1])
        while levels and levels[-1] >= level:
            levels.pop()
            path.pop()
        levels.append(level)
        path.append(plain(heading[2]))
        opened = page
    close()
    return found


def last_page(markdown: str, before: int | None = None) -> int | None:
    """The page on which a chapter ends."""
    marks = [m for m in (_PAGE.match(line.strip()) for line in markdown.splitlines()) if m]
    return int(marks[-1][1]) if marks else before


def plain(text: str) -> str:
    """Inline Markdown as plain text: emphasis, code and links lose their marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text)
    text = re.sub(r"`([^`]*)`", r"\1", text)
    text = re.sub(r"<br\s*/?>", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def sentences(text: str) -> list[str]:
    """Sentences of plain text; abbreviations and single capitals do not end one."""
    found: list[str] = []
    for part in _ENDS.split(text.strip()):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def _without_comments(markdown: str) -> str:
    """Comments other than page marks vanish; nothing a comment says is ever read."""
    return _COMMENT.sub(lambda m: m[0] if _PAGE.match(m[0].strip()) else "", markdown)


def _blocks(lines: list[tuple[str, int | None]]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    group: list[tuple[str, int | None]] = []
    for line, page in [*lines, ("", None)]:
        if line.strip():
            group.append((line, page))
        elif group:
            blocks.extend(_group(group, blocks))
            group = []
    return tuple(blocks)


def _group(group: list[tuple[str, int | None]], before: list[Block]) -> list[Block]:
    """The blocks of one run of lines without an empty one; may split where a list or table follows a
    paragraph.
    """
    first, page = group[0]
    if first.lstrip().startswith("|"):
        return _table(group)
    for pattern, kind in ((_NUMBERED, "steps"), (_BULLET, "bullets")):
        if pattern.match(first):
            lead = _take_lead(before)
            items = _items([line for line, _ in group], pattern)
            if kind == "steps":
                if before and before[-1].kind == "steps" and not lead and not first.lstrip().startswith("1"):
                    earlier = before.pop()  # one list whose steps stand apart by empty lines
                    return [Block("steps", (*earlier.items, *items), earlier.lead, page=earlier.page)]
                return [Block("steps", tuple(map(plain, items)), lead, page=page)]
            if len(items) > 1 and all(_LABEL.match(item) for item in items):
                return [Block("bullets", (_sentence(plain(item)),), lead, page=page) for item in items]
            return [Block("bullets", tuple(_sentence(plain(item)) for item in items), lead, page=page)]
    for index, (line, _) in enumerate(group[1:], 1):
        if line.lstrip().startswith("|") or _NUMBERED.match(line) or _BULLET.match(line):
            head = _group(group[:index], before)
            return head + _continue(group[index:], [*before, *head], head)
    text = " ".join(re.sub(r"^>\s?", "", line.strip()) for line, _ in group)
    notice = _NOTICE.match(text)
    if notice:
        kind_of = {"danger": "warning"}.get(notice[1].lower(), notice[1].lower())
        return [Block(kind_of, tuple(sentences(plain(notice[2]))), page=page)]  # type: ignore[arg-type]  # the pattern's words
    return [Block("paragraph", tuple(sentences(plain(text))), page=page)]


def _continue(rest: list[tuple[str, int | None]], before: list[Block], head: list[Block]) -> list[Block]:
    """A list right under its paragraph: the paragraph may become the list's lead."""
    count = len(before)
    blocks = _group(rest, before)
    if len(before) < count:
        head.pop()
    elif head and before and before[-1] is not head[-1]:
        head[-1] = before[-1]
    return blocks


def _take_lead(before: list[Block]) -> str:
    """Take the sentence that introduces a list off the paragraph before it."""
    if not before or before[-1].kind != "paragraph" or not before[-1].items[-1].endswith(":"):
        return ""
    block = before.pop()
    if len(block.items) > 1:
        before.append(Block("paragraph", block.items[:-1], page=block.page))
    return block.items[-1]


def _items(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        match = pattern.match(line)
        if match:
            items.append(match[1])
        elif items:
            items[-1] += " " + re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", line).strip()
    return items


def _table(group: list[tuple[str, int | None]]) -> list[Block]:
    """Each row as a block: its first cell, then every other cell with its column's heading."""
    rows = [
        ([plain(cell.replace("\x00", "|")) for cell in line.replace(r"\|", "\x00").strip().strip("|").split("|")], page)
        for line, page in group
        if not (_RULE.match(line) and "-" in line)
    ]
    if len(rows) < 2:
        return [Block("paragraph", tuple(_sentence(cell) for row, _ in rows for cell in row if cell), page=group[0][1])]
    header = rows[0][0]
    blocks = []
    for row, page in rows[1:]:
        pairs = zip(header[1:], row[1:], strict=False)
        cells = tuple((head, cell) for head, cell in pairs if cell and cell not in "-–—")
        if cells:
            blocks.append(Block("row", row_items(row[0], cells), key=row[0], page=page, cells=cells))
    return blocks


def row_items(key: str, cells: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """A row as a sentence or, where a cell holds sentences, as several."""
    if len(cells) == 1:
        return (_sentence(f"{key}: {cells[0][1]}"),)
    if any(len(cell.split()) > 6 for _, cell in cells):
        return (_sentence(key), *(_sentence(f"{head}: {_lower(cell)}" if head else cell) for head, cell in cells))
    return (_sentence(f"{key}: " + ", ".join(f"{head.lower()} {cell}".strip() for head, cell in cells)),)


def _lower(cell: str) -> str:
    """A cell's first word as it stands inside a sentence: names and acronyms keep their capitals."""
    word = cell.split()[0]
    return cell[0].lower() + cell[1:] if word.istitle() and not cell[:2].isupper() else cell


def _sentence(text: str) -> str:
    text = text.strip().rstrip(";,")
    return text if not text or text[-1] in ".!?:" else text + "."
