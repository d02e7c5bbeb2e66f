"""Makes an answer's text of the manual's own sentences: a block with its title, short enough to be heard."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.manual import Block, Section, row_items, sentences
from knowledge.variants import Variants

WHOLE_WORDS = 75
"""A section of up to this many words is read whole."""
STEP_WORDS = 90
"""A list longer than this is read step by step."""
MOVING_SENTENCES = 2
MOVING_WORDS = 40
"""What a driver can take in while driving: two short sentences."""

MORE = "More when parked."

WHOLE_ROWS, WHOLE_TABLE_WORDS = 8, 60
"""A table of up to so many rows and words is given whole: a wrong row would be a wrong answer."""

_FIGURE = (
    r"-?\d[\d.,]*(?: (?:to|and|or) -?\d[\d.,]*)?\s?"
    r"(?:kPa|psi|bar|mph|miles?|°F|ft|lb|lbs|inch(?:es)?|in|gal|gallons?|km/h|km|m|PS|hp)"
)
_CONVERSION = re.compile(rf"\s\((?:{_FIGURE})(?:(?:,| and| to| or) (?:{_FIGURE}))*\)")


@dataclass(frozen=True, slots=True)
class About:
    """The variants that a question is about."""

    variants: Variants
    asked: frozenset[str]

    def excludes(self, text: str) -> bool | None:
        """True when ``text`` names only other variants, False when one asked for, None when it names none."""
        named = self.variants.titled(text)
        return None if not named or not self.asked else not named & self.asked


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` is the whole answer as written; ``steps`` its parts when it should be read one at a time."""

    text: str
    steps: tuple[str, ...]
    page: int | None


def word(
    section: Section,
    block: Block,
    about: About | None = None,
    notices: tuple[Block | None, Block | None] = (None, None),
    also: Sequence[Block] = (),
) -> Wording:
    """The answer that ``block`` of ``section`` gives; a short section, and a short table, is given whole.

    ``about`` tells which variants a heading or first cell names; with it a table gives only what is asked for.
    ``notices`` are warnings of the section said before and after it; ``also`` are blocks of the section that may answer
    as well, the best first: they are said too as long as all is no longer than a section that is read whole.
    """
    page = block.page or section.page
    rows = [b for b in section.blocks if b.kind == "row"]
    if section.words <= WHOLE_WORDS and not rows:
        text = f"{_title(section)} " + " ".join(_noticed(b) for b in section.blocks)
        return Wording(without_conversions(text), (), section.page or page)
    before, after = ((_noticed(n),) if n else () for n in notices)
    told = without_conversions(_table(block, rows, about) if block.kind == "row" else _noticed(block))
    more = _more(section, [*before, told, *after], also, about)
    parts = [_title(section), *before, told, *more, *after]
    text = without_conversions(" ".join(parts))
    if block.kind == "steps" and block.words > STEP_WORDS:
        head = f"{_title(section)} {block.lead}".strip()
        steps = (head, *before, *map(without_conversions, block.items), *after)
        return Wording(text, steps, page)
    return Wording(text, (), page)


def _more(section: Section, said: Sequence[str], also: Sequence[Block], about: "About | None") -> list[str]:
    """The texts of those of ``also`` for which there is room beside what is ``said``, in the section's order."""
    chosen: list[Block] = []
    words = sum(len(without_conversions(text).split()) for text in said)
    for block in also:
        text = without_conversions(_said(block, about))
        if (about and block.kind == "row" and about.excludes(block.key)) or any(text in other for other in said):
            continue
        if words + len(text.split()) <= WHOLE_WORDS:
            words += len(text.split())
            chosen.append(block)
    return [_said(block, about) for block in section.blocks if block in chosen]


def _said(block: Block, about: "About | None") -> str:
    return _own(block, about) if about and block.kind == "row" else _noticed(block)


def while_moving(text: str) -> str:
    """At most two short sentences of ``text``; when something is left out, that there is more when parked."""
    kept: list[str] = []
    everything = sentences(text)
    for sentence in everything:
        if len(kept) == MOVING_SENTENCES or (sum(len(s.split()) for s in [*kept, sentence]) > MOVING_WORDS and kept):
            break
        kept.append(sentence)
    if len(kept) == len(everything):
        return text
    return " ".join([*kept, MORE])


def without_conversions(text: str) -> str:
    """``text`` without brackets that only give the same figure in other units: "2.5 bar (250 kPa, 36 psi)"."""
    return _CONVERSION.sub("", text)


def _table(block: Block, rows: list[Block], about: "About | None") -> str:
    """The rows that answer: that of the variant asked for, a short table whole, else the one row."""
    if about is None:
        return block.text
    mine = [row for row in rows if about.excludes(row.key) is False]
    if mine:
        return " ".join(_own(row, about) for row in mine[:2])
    kept = [_own(row, about) for row in rows if about.excludes(row.key) is not True]
    words = sum(len(without_conversions(text).split()) for text in kept)
    return " ".join(kept) if len(kept) <= WHOLE_ROWS and words <= WHOLE_TABLE_WORDS else _own(block, about)


def _own(row: Block, about: "About") -> str:
    """A row with only those columns that are not another variant's."""
    cells = [(head, cell) for head, cell in row.cells if about.excludes(head) is not True]
    return " ".join(row_items(row.key, cells)) if cells else row.text


def _title(section: Section) -> str:
    return section.title if section.title.endswith((".", "?", "!")) else f"{section.title}."


def _noticed(block: Block) -> str:
    """A warning or note says that it is one."""
    return f"{block.kind.capitalize()}: {block.text}" if block.kind in ("warning", "caution", "note") else block.text
