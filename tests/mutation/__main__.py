"""Mutation testing of the gate: ``python -m tests.mutation [--report FILE] [NAME ...]``.

Every mutant of the files that decide is tried against tests/policies. Exits with 1 when one survives, crashes or runs
out of time and explained.yaml does not say why nothing is lost by that.
"""

import importlib
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import yaml

from tests.mutation.mutant import Mutant, mutants
from tests.mutation.trial import Fate, tried

ROOT = Path(__file__).parents[2]
EXPLAINED = Path(__file__).parent / "explained.yaml"

# The files that decide; those that only read data, phrase sentences or draw tables are left to line coverage.
FILES = ("gate", "verdict", "rule", "rules", "soundness", "couplings", "motion", "pace", "permit", "state")

# Quick tests alone: the long enumerations of the input space would kill more, but each survivor would wait for them.
# The mutated file's own tests come first; what survives them meets the others.
OTHERS = (
    ("test_gate", "test_gate_edges"),
    (
        "test_rules",
        "test_rule",
        "test_verdict",
        "test_coupling",
        "test_couplings",
        "test_motion",
        "test_pace",
        "test_permit",
        "test_state",
    ),
)

# Imported once, so that a trial starts quickly: nothing of ours.
HEAVY = (
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "hypothesis.stateful",
    "pydantic",
    "yaml",
)


@dataclass(slots=True)
class Found:
    """What became of the mutants so far: counts by file, and those that were not killed with the reason, if any."""

    counts: dict[str, Counter[Fate]] = field(default_factory=dict)
    spared: list[tuple[Fate, Mutant, str]] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        return sum(1 for _, _, why in self.spared if not why)

    def lines(self) -> Iterator[str]:
        """The counts, file by file and for all."""
        yield from (f"{name}.py: {_told(counts)}" for name, counts in self.counts.items())
        yield f"all: {_told(sum(self.counts.values(), Counter()))}; {self.unexplained} unexplained"


def main(arguments: list[str]) -> int:
    report = Path(arguments.pop(arguments.index("--report") + 1)) if "--report" in arguments else None
    names = [name for name in arguments if name != "--report"]
    for name in HEAVY:
        importlib.import_module(name)
    explained = {one["mutant"]: one["why"] for one in yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))}
    found, used, began = Found(), set[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        _copy(where)
        for tests in _stages(FILES[0]):
            fate, by = tried(where, tests, keep=True)
            if fate is not Fate.SURVIVED:
                print(f"The tests fail without any mutant: {fate} by {by}")
                return 2
        for name in names or FILES:
            counts = found.counts.setdefault(name, Counter())
            for mutant in mutants(ROOT / "policies" / f"{name}.py"):
                fate, by = _try(where, name, mutant)
                counts[fate] += 1
                if fate is Fate.KILLED:
                    continue
                reasons = [one for one in explained if _matches(mutant.name, one)]
                used.update(reasons)
                found.spared.append((fate, mutant, explained[reasons[0]] if reasons else ""))
                if not reasons:
                    print(f"{fate}: {mutant.name}  (line {mutant.line}, {mutant.operator}) {by}", flush=True)
            print(f"{name}.py: {_told(counts)}", flush=True)
    print(list(found.lines())[-1] + f"; {time.monotonic() - began:.0f} s")
    gone = [] if names else [name for name in explained if name not in used]
    for name in gone:
        print(f"explained, but killed or no longer there: {name}")
    if report:
        report.write_text(_report(found), encoding="utf-8")
    return 1 if found.unexplained or gone else 0


def _report(found: Found) -> str:
    """The outcome as Markdown, as it is committed."""
    told = [f"- `{mutant.name}` ({fate}): {why or 'not explained'}" for fate, mutant, why in found.spared]
    return "\n".join(
        (
            "# Mutation testing of the gate",
            "",
            "Written by `make mutants` (`python -m tests.mutation --report tests/policies/mutants.md`). It makes every",
            f"mutant that cosmic-ray {version('cosmic-ray')} knows of the files that decide, less those that",
            "`tests/mutation/mutant.py` leaves out, and tries the quick tests of `tests/policies` on each. Killed",
            "means that an assertion failed, or that the sources refused good data with an error of their own; a",
            "crash or a timeout is no kill. The reasons below are kept in `tests/mutation/explained.yaml`.",
            "",
            "```",
            *found.lines(),
            "```",
            "",
            "## Not killed",
            "",
            *told,
            "",
        )
    )


def _copy(where: Path) -> None:
    for folder in ("policies", "tests/policies"):
        shutil.copytree(ROOT / folder, where / folder, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    (where / "tests" / "__init__.py").touch()
    (where / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def _try(where: Path, name: str, mutant: Mutant) -> tuple[Fate, str]:
    file = where / "policies" / f"{name}.py"
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutant.code, encoding="utf-8")
    for compiled in (where / "policies" / "__pycache__").glob(f"{name}.*.pyc"):
        compiled.unlink()
    try:
        worst = Fate.SURVIVED, ""
        for tests in _stages(name):
            fate, by = tried(where, tests)
            if fate is not Fate.SURVIVED:
                worst = fate, by
            if fate is Fate.KILLED:
                break
        return worst
    finally:
        file.write_text(whole, encoding="utf-8")


def _stages(name: str) -> Iterator[list[str]]:
    """The test files of each stage, each once."""
    folder, seen = Path("tests/policies"), set[str]()
    for stage in ((f"test_{name}",), *OTHERS):
        fresh = [test for test in stage if test not in seen and (ROOT / folder / f"{test}.py").exists()]
        seen |= set(fresh)
        if fresh:
            yield [str(folder / f"{test}.py") for test in fresh]


def _matches(mutant: str, explained: str) -> bool:
    """``*`` at either end of an explained name stands for anything."""
    begins, ends = explained.startswith("*"), explained.endswith("*")
    core = explained.strip("*")
    if begins and ends:
        return core in mutant
    return mutant.endswith(core) if begins else mutant.startswith(core) if ends else mutant == core


def _told(counts: Counter[Fate]) -> str:
    return ", ".join([f"{sum(counts.values())} mutants", *(f"{counts[fate]} {fate}" for fate in Fate)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
