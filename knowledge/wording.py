"""Makes an answer's text of the manual's own sentences: a block with its title, short enough to be heard."""

from dataclasses import dataclass

from knowledge.manual import Block, Section, sentences

WHOLE_WORDS = 75
"""A section of up to this many words is read whole."""
STEP_WORDS = 90
"""A list longer than this is read step by step."""
MOVING_SENTENCES = 2
MOVING_WORDS = 40
"""What a driver can take in while driving: two short sentences."""

MORE = "More when parked."


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` is the whole answer as written; ``steps`` its parts when it should be read one at a time."""

    text: str
    steps: tuple[str, ...]
    page: int | None


def word(section: Section, block: Block) -> Wording:
    """The answer that ``block`` of ``section`` gives; a short section is given whole."""
    page = block.page or section.page
    if section.words <= WHOLE_WORDS and not any(b.kind == "row" for b in section.blocks):
        text = f"{_title(section)} " + " ".join(_noticed(b) for b in section.blocks)
        return Wording(text, (), section.page or page)
    text = f"{_title(section)} {_noticed(block)}"
    if block.kind == "steps" and block.words > STEP_WORDS:
        head = f"{_title(section)} {block.lead}".strip()
        return Wording(text, (head, *block.items), page)
    return Wording(text, (), page)


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


def _title(section: Section) -> str:
    return section.title if section.title.endswith((".", "?", "!")) else f"{section.title}."


def _noticed(block: Block) -> str:
    """A warning or note says that it is one."""
    return f"{block.kind.capitalize()}: {block.text}" if block.kind in ("warning", "caution", "note") else block.text
