"""From the places that were said to the seats that are meant, and from seats to a thing's signals."""

from collections.abc import Iterable, Mapping

from intents.dialogue import Dialogue
from intents.things import SEATS, Thing

SPEAKERS = frozenset({"driver", "passenger", "rear_left", "rear_right"})


def speaker(dialogue: Dialogue) -> str:
    """The seat that spoke; the driver's where that is not known."""
    return dialogue.zone if dialogue.zone in SPEAKERS else "driver"


def seats(places: Iterable[str], dialogue: Dialogue) -> frozenset[str] | None:
    """The seats that ``places`` cover together, or None when nothing was said.

    "rear" and "left" meet in one seat, "driver" and "passenger" add up, "my" gives way to anything closer.
    """
    said = list(dict.fromkeys(places))
    if not said:
        return None
    if "windshield" in said:
        said = [place for place in said if place.startswith("rear")] or ["front"]
    ends = [place for place in said if place in ("front", "rear")]
    sides = [place for place in said if place in ("left", "right")]
    if len(ends) == 1 and not sides:
        sides = ["left" if place == "driver" else "right" for place in said if place in ("driver", "passenger")]
        said = [place for place in said if not sides or place not in ("driver", "passenger")]
    found: frozenset[str] = frozenset()
    if ends and sides:
        found |= frozenset().union(*(SEATS[end] & SEATS[side] for end in ends for side in sides))
    else:
        found = found.union(*(SEATS[place] for place in (*ends, *sides)))
    for place in said:
        if place in ("driver", "passenger", "rear_left", "rear_right"):
            found |= SEATS[place]
        elif place == "me":
            found |= {speaker(dialogue)}
    if found:
        return found
    if "occupied" in said or "everyone" in said:
        return (dialogue.occupied & SPEAKERS) or SEATS["all"]
    if "other" in said:
        return None
    if "all" in said:
        return SEATS["all"]
    return frozenset({speaker(dialogue)})


def present(members: Mapping[str, str], dialogue: Dialogue) -> dict[str, str]:
    """The members that this car has; all of them where nothing is known of it."""
    here = {place: signal for place, signal in members.items() if signal in dialogue.values}
    return here or dict(members)


def within(members: Mapping[str, str], covered: frozenset[str]) -> dict[str, str]:
    """The members whose seats ``covered`` holds, or else touches."""
    whole = {place: signal for place, signal in members.items() if SEATS[place] <= covered}
    return whole or {place: signal for place, signal in members.items() if SEATS[place] & covered}


def default(thing: Thing, members: Mapping[str, str], dialogue: Dialogue) -> dict[str, str]:
    """The members meant when no place was said; empty when that must be asked."""
    if "" in members or len(members) == 1:
        return dict(members)
    if thing.place == "all":
        return dict(members)
    if thing.place == "ask":
        return {}
    if thing.place == "speaker":
        mine = within(members, frozenset({speaker(dialogue)}))
        return mine or within(members, frozenset({"driver"}))
    return {thing.place: members[thing.place]} if thing.place in members else dict(members)
