"""Driver distraction: what may be shown, and how long a reply may be, in each motion."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policies.motion import Motion
from policies.rule import RuleError, Strict
from policies.source import Source

HERE = Path(__file__).parent / "restrictions.yaml"

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Restriction(StrEnum):
    """Android Automotive's CarUxRestrictions, without their common prefix UX_RESTRICTIONS."""

    NO_DIALPAD = "NO_DIALPAD"
    NO_FILTERING = "NO_FILTERING"
    LIMIT_STRING_LENGTH = "LIMIT_STRING_LENGTH"
    NO_KEYBOARD = "NO_KEYBOARD"
    NO_VIDEO = "NO_VIDEO"
    LIMIT_CONTENT = "LIMIT_CONTENT"
    NO_SETUP = "NO_SETUP"
    NO_TEXT_MESSAGE = "NO_TEXT_MESSAGE"
    NO_VOICE_TRANSCRIPTION = "NO_VOICE_TRANSCRIPTION"


class Restrictions(Strict):
    """What holds in a motion: ``words`` in a spoken reply, ``characters`` in a line, ``items`` in a list."""

    shown: frozenset[Restriction]
    words: Annotated[int, Field(ge=1)]
    characters: Annotated[int, Field(ge=1)]
    items: Annotated[int, Field(ge=1)]

    def allows(self, restriction: Restriction) -> bool:
        """May the screen do what ``restriction`` would forbid."""
        return restriction not in self.shown

    def spoken(self, text: str, more: str | None = None) -> tuple[str, str]:
        """``text`` as far as whole sentences fit in ``words``, and the rest that waits for the next stop.

        A cut text ends in ``more`` (the shipped sentence when None). The first sentence is always said.
        """
        sentences = _SENTENCE.split(text.strip())
        said, length = 0, 0
        for sentence in sentences:
            length += len(sentence.split())
            if said and length > self.words:
                break
            said += 1
        if said == len(sentences):
            return text.strip(), ""
        ending = _shipped().more if more is None else more
        return " ".join((*sentences[:said], ending)), " ".join(sentences[said:])


class _Table(Strict):
    """restrictions.yaml."""

    version: Literal[1]
    motions: Mapping[Motion, Restrictions]
    more: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [str(motion) for motion in Motion if motion not in self.motions]
        if missing:
            raise ValueError(f"nothing is said about: {', '.join(missing)}")
        for slower, faster in pairwise(Motion):
            before, after = self.motions[slower], self.motions[faster]
            if not before.shown <= after.shown or after.words > before.words:
                raise ValueError(f"{faster} allows more than {slower}")
        return self


def restrictions(motion: Motion, path: Path | str | None = None) -> Restrictions:
    """What holds in ``motion``, by the file at ``path`` or the one that is shipped. Raises RuleError."""
    table = _shipped() if path is None else Source.read(Path(path), RuleError).fill(_Table)
    return table.motions[motion]


@cache
def _shipped() -> _Table:
    return Source.read(HERE, RuleError).fill(_Table)
