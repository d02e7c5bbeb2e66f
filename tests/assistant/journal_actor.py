"""A cabin in small for the crash test: records, acts, records what came of it, and is killed again and again.

Run as ``python journal_actor.py FOLDER LIVES SEED``. In FOLDER: ``journal.jsonl``, one line of ``acts`` for every act,
one line of ``finished`` for every record whose writing had returned.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from assistant.journal import Journal


def live(folder: Path) -> None:
    """Acts until it is killed. An unfinished permit of an earlier life is closed, never carried out again."""
    acts = os.open(folder / "acts", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    finished = os.open(folder / "finished", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    journal = Journal.open(folder / "journal.jsonl")
    for record in journal.unfinished():
        journal.append("outcome", permit=record.fields["permit"], achieved=False, problem="the cabin went down")
    number = 1 + max((int(r.fields["permit"]) for r in journal.records() if r.kind == "permit"), default=0)
    while True:
        told = {"heard": "open the window " * (number % 90), "reply": "done"}
        journal.append_many([("turn", told), ("permit", {"permit": str(number)})])
        os.write(acts, f"{number}\n".encode())
        written = journal.append("outcome", permit=str(number), achieved=True)
        os.write(finished, f"{written} {number}\n".encode())
        number += 1


def main(folder: Path, lives: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(lives):
        child = os.fork()
        if child == 0:
            live(folder)
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
