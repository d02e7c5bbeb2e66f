"""What somebody likes, in plain words, as typed entries. (A first form: it keeps the words; see `parse`.)"""

from dataclasses import dataclass

from intents.intent import SlotValue


@dataclass(frozen=True, slots=True)
class Preference:
    """One thing liked: ``value`` for ``thing`` (a name of intents.yaml).

    ``how`` is "default" (fills what was left open), "never" (what a default must not be) or "include" (a part that a
    choice must have). ``when`` names a thing that must be on, or asked for, before this holds; ``seat`` a seat.
    """

    text: str
    thing: str
    value: SlotValue
    how: str = "default"
    unit: str | None = None
    when: str | None = None
    seat: str | None = None


def parse(text: str) -> tuple[Preference, ...]:
    """The preferences that ``text`` says; empty when it says none that we know."""
    return ()
