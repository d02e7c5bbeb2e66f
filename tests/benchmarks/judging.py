"""Answers judged blind and twice: a sheet without the systems' names, and how far two judges agree.

python -m tests.benchmarks.knowledge --sheet sheet.yaml writes it. Each judge copies it (sheet.1.yaml,
sheet.2.yaml), sets every ``verdict`` to right, incomplete or wrong, and python -m tests.benchmarks.knowledge --judged
sheet.1.yaml sheet.2.yaml compares them; sheet.key.yaml beside them says which system gave which answer.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml

from knowledge.manual import plain
from tests.benchmarks.questions import Row

VERDICTS = ("right", "incomplete", "wrong")
SIZE, SEED = 40, 7


def write(path: Path, rows: Sequence[Row]) -> None:
    """A sheet of SIZE answers in no order, and its key."""
    given = [row for row in rows if row.outcome == "answer"]
    chosen = random.Random(SEED).sample(range(len(given)), min(SIZE, len(given)))
    sheet = [
        {
            "question": given[n].question.q,
            "answer": _bare(given[n].text),
            "source": ", ".join(given[n].cited[:1]),
            "verdict": "",
        }
        for n in chosen
    ]
    path.write_text(yaml.safe_dump(sheet, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
    half = len(rows) // 2
    systems = ["ours" if any(given[n] is row for row in rows[:half]) else "textbook" for n in chosen]
    path.with_suffix(".key.yaml").write_text(
        yaml.safe_dump([{"system": s, "right": given[n].right} for s, n in zip(systems, chosen, strict=True)]),
        encoding="utf-8",
    )
    print(f"wrote {path} with {len(sheet)} answers: right, incomplete or wrong?")


def _bare(text: str) -> str:
    """Text without the marks of Markdown, which would tell the systems apart."""
    text = re.sub(r"<!--.*?-->|^#+ |^\|[\s|-]+\|$", "", text, flags=re.M).replace("|", " ")
    return " ".join(plain(line) for line in text.splitlines() if line.strip())


def compare(first: Path, second: Path) -> None:
    """Print the judges' verdicts, their agreement as Cohen's kappa, and how the key facts would have judged."""
    one, two = verdicts(first), verdicts(second)
    if len(one) != len(two):
        sys.exit(f"{second}: {len(two)} verdicts, but {first} has {len(one)}")
    same = sum(a == b for a, b in zip(one, two, strict=True)) / len(one)
    print(f"{len(one)} answers: the judges agree on {same:.2f} of them, Cohen's kappa {kappa(one, two):.2f}")
    key = first.with_name(first.name.split(".")[0] + ".key.yaml")
    if not key.is_file():
        return
    systems = yaml.safe_load(key.read_text("utf-8"))
    for name in ("ours", "textbook"):
        mine = [n for n, entry in enumerate(systems) if entry["system"] == name]
        for judge, told in (("first judge", one), ("second judge", two)):
            print(f"{name}, {judge}: {dict(Counter(told[n] for n in mine))} of {len(mine)}")
        facts = sum(systems[n]["right"] for n in mine)
        print(f"{name}, by key facts and sections: {facts} right of {len(mine)}")


def verdicts(path: Path) -> list[str]:
    found = [str(entry["verdict"]).strip() for entry in yaml.safe_load(path.read_text("utf-8"))]
    wrong = next((n for n, verdict in enumerate(found) if verdict not in VERDICTS), None)
    if wrong is not None:
        sys.exit(f"{path}: answer {wrong + 1}: the verdict {found[wrong]!r} is none of {', '.join(VERDICTS)}")
    return found


def kappa(one: Sequence[str], two: Sequence[str]) -> float:
    """Cohen's kappa: agreement beyond what chance would give. 1 where both give one verdict only."""
    size = len(one)
    observed = sum(a == b for a, b in zip(one, two, strict=True)) / size
    first, second = Counter(one), Counter(two)
    expected = sum(first[v] * second[v] for v in VERDICTS) / size**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)
