"""The whole proof in one run: prints the first thing that does not hold.

``python -m tests.policies.proof`` exits with 0 when all holds, 1 when something does not, 3 when the rules do not even
load. The seeded faults are tried that way, each in a process of its own.
"""

import sys
from collections.abc import Iterator

from policies.catalogue import Catalogue
from policies.gate import Gate
from policies.permit import Signer
from policies.rules import RuleTable
from policies.source import DataError
from tests.policies.invariants import broken_by_enumeration, unlisted
from tests.policies.lifecycle import (
    broken_by_challenges,
    broken_by_motion,
    broken_by_pace,
    broken_by_permits,
    broken_by_weather,
    broken_by_wholes,
)


def new_gate() -> Gate:
    """The shipped gate with a new signer, as after a start."""
    return Gate(RuleTable.load(), Catalogue.load(), "car", Signer.fresh())


def broken() -> Iterator[str]:
    """Everything that does not hold, quickest first."""
    yield from broken_by_motion()
    yield from broken_by_permits()
    yield from broken_by_wholes(new_gate)
    yield from broken_by_weather(new_gate)
    yield from broken_by_pace(new_gate)
    yield from unlisted(new_gate())
    yield from broken_by_challenges(new_gate)
    yield from broken_by_enumeration(new_gate())


def main() -> int:
    """Exit status: see above."""
    try:
        first = next(broken(), None)
    except DataError as error:
        print(error)
        return 3
    print(first or "all holds")
    return 0 if first is None else 1


if __name__ == "__main__":
    sys.exit(main())
