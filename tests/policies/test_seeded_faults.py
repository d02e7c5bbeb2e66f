"""Plausible mistakes in the gate and its data, each shown to be caught by the proof."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FAULTS = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text())
NONE = {"name": "no mistake"}
CAUGHT = {1: "does not hold", 3: "does not load"}


def _copy(to: Path) -> None:
    for folder in ("policies", "tests/policies"):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    (to / "tests" / "__init__.py").touch()


def _prove(where: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.policies.proof"]
    alone = {**os.environ, "PYTHONPATH": str(where), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, check=False, cwd=where, env=alone, capture_output=True, text=True, timeout=300)


def _try(fault: dict[str, str], where: Path) -> subprocess.CompletedProcess[str]:
    _copy(where)
    if fault is NONE:
        return _prove(where)
    edited = where / "policies" / fault["file"]
    text = edited.read_text()
    assert text.count(fault["old"]) == 1, f"{fault['name']}: the text to edit is there {text.count(fault['old'])} times"
    edited.write_text(text.replace(fault["old"], fault["new"]))
    return _prove(where)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """All faults, and none, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        runs = {fault["name"]: pool.submit(_try, fault, tmp_path_factory.mktemp("fault")) for fault in (NONE, *FAULTS)}
    return {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", [fault["name"] for fault in FAULTS])
def test_a_mistake_in_the_gate_is_caught(tried: dict[str, subprocess.CompletedProcess[str]], name: str) -> None:
    run = tried[name]
    # A crash or a timeout would be no proof that somebody noticed.
    assert run.returncode in CAUGHT, run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_mistake_all_holds(tried: dict[str, subprocess.CompletedProcess[str]]) -> None:
    run = tried[NONE["name"]]
    assert run.returncode == 0, run.stdout + run.stderr


def test_at_least_fifteen_mistakes_are_tried() -> None:
    assert len({fault["name"] for fault in FAULTS}) >= 15
