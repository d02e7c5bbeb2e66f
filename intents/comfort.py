"""What a state of comfort asks for: "I'm freezing" proposes one fitting act, chosen by how the car is now."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from intents.dialogue import Dialogue
from intents.errors import SentenceError, line_of, read_yaml
from intents.reading import Reading
from intents.things import Things

HERE = Path(__file__).parent / "comfort.yaml"


class Proposal(BaseModel):
    """An act on a thing ("same": the one named), offered when those in ``when`` are above their levels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thing: str
    act: Literal["on", "off", "up", "down", "set"]
    level: float | None = None
    place: str | None = None
    when: dict[str, float] = {}
    everyone: bool = False


@cache
def proposals(path: Path = HERE) -> dict[str, tuple[Proposal, ...]]:
    """State -> what may be proposed, in order. Raises SentenceError naming file, line and key."""
    try:
        return TypeAdapter(dict[str, tuple[Proposal, ...]]).validate_python(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        keys = tuple(first["loc"])
        where = ".".join(str(key) for key in keys)
        raise SentenceError(f"{path}, line {line_of(path, keys)}: {where}: {first['msg']}") from error


def propose(reading: Reading, dialogue: Dialogue, things: Things) -> Reading | None:
    """The act that fits ``reading.state`` in this car, as a reading of its own; None when nothing does."""
    for proposal in proposals().get(reading.state or "", ()):
        if not _fits(proposal, reading, dialogue, things):
            continue
        places = reading.places
        if proposal.place:
            places = (proposal.place,)
        elif proposal.everyone and not places:
            places = tuple(_above(proposal.thing, next(iter(proposal.when.values()), 0), dialogue, things))
        thing = reading.thing if proposal.thing == "same" else proposal.thing
        if thing is None or (proposal.thing == "same" and things.things[thing].type not in ("number", "level")):
            return None
        return Reading(
            text=reading.text,
            thing=thing,
            act=proposal.act,
            places=places,
            value=proposal.level,
            unit="level" if proposal.level is not None else None,
            path=reading.path,
            score=reading.score,
        )
    return None


def _fits(proposal: Proposal, reading: Reading, dialogue: Dialogue, things: Things) -> bool:
    return all(_above(thing, level, dialogue, things) for thing, level in proposal.when.items())


def _above(thing: str, level: float, dialogue: Dialogue, things: Things) -> list[str]:
    """The places where ``thing`` stands above ``level`` (of its own levels; switches count as 1)."""
    levels = things.things[thing].levels
    found = []
    for place, signal in things.members[thing].items():
        value = dialogue.values.get(signal)
        if isinstance(value, int | float) and (value * levels / 100 if levels else float(value)) > level + 0.1:
            found.append(place)
    return found
