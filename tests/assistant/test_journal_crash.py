"""Killed at any instant: no finished record is lost, nothing happens twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from assistant.journal import Journal
from assistant.journal.texts import read_texts

ACTOR = Path(__file__).with_name("journal_actor.py")
JOURNALS, LIVES = 10, 20


@pytest.mark.skipif(not hasattr(os, "fork") or not hasattr(signal, "SIGKILL"), reason="this system cannot kill -9")
def test_two_hundred_kills_lose_no_finished_record_and_repeat_no_act(tmp_path: Path) -> None:
    acted = 0
    for seed in range(JOURNALS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        root = ACTOR.parent.parent.parent
        subprocess.run(
            [sys.executable, str(ACTOR), str(folder), str(LIVES), str(seed)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        journal = Journal.open(folder / "journal.jsonl")
        records = {record.n: record for record in journal.records()}
        acts = Counter(_lines(folder / "acts"))
        permits = Counter(r.fields["permit"] for r in records.values() if r.kind == "permit")
        assert journal.verify() is None
        assert max(acts.values(), default=0) <= 1
        assert max(permits.values(), default=0) <= 1
        assert set(acts) <= set(permits)
        for line in _lines(folder / "finished"):
            n, number = line.split()
            assert records[int(n)].fields == {"permit": number, "achieved": True}
        done = {r.fields["permit"] for r in records.values() if r.kind == "outcome" and r.fields["achieved"]}
        assert done <= set(acts)
        assert {texts.n for texts in read_texts(journal.path)} >= {r.n for r in records.values() if r.texts}
        acted += len(acts)
    assert acted > LIVES


def _lines(path: Path) -> list[str]:
    """Finished lines; a line cut short was not written."""
    text = path.read_text() if path.exists() else ""
    return text.split("\n")[:-1]
