"""Half an hour of simulated driving: memory stays flat and nothing is left running."""

import json
import subprocess
import sys
from pathlib import Path

from assistant.bootstrap import Engines

ROOT = Path(__file__).parents[3]


def test_half_an_hour_leaves_nothing_behind(engines: Engines) -> None:
    engines.library()  # indexed once, for all tests
    run = [sys.executable, "-m", "tests.demo.dashboard.soak", str(engines.settings.data_dir)]
    done = subprocess.run(run, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["end"]["objects"] < found["warm"]["objects"] * 1.1
    assert found["end"]["resident"] < found["warm"]["resident"] + 32 * 1024 * 1024
    assert found["exchanges"] <= 40
    assert found["tasks"] == []
