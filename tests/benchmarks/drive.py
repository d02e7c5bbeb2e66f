"""The first drive's measures: ready, index, turn, recognition, memory, help. Prints each beside its target.

python -m tests.benchmarks.drive [--json]
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.table import quantile

ROOT = Path(__file__).parents[2]
CABIN = str(Path(sys.executable).parent / "cabin")

COMMANDS = [
    "set the temperature to twenty one degrees",
    "a bit warmer",
    "turn on my seat heating",
    "open the driver's window halfway",
    "close all the windows",
    "set the fan to three",
    "turn on the air conditioning",
    "turn off the air conditioning",
    "defrost the windshield",
    "lock the doors",
    "switch to sport mode",
    "unlock the doors",
    "turn off traction control",
    "play the radio",
    "turn up the volume",
    "back to how it was",
]
QUESTIONS = [
    "how do I change a wheel",
    "what tyre pressure do I need",
    "how are my tyres",
    "what should I do if the battery is flat",
    "how often does the cabin filter need changing",
    "can I tow a trailer with this car",
    "who won the football match last night",
    "what does the yellow tyre light mean",
]
ROUNDS = 5


@dataclass(frozen=True)
class Measure:
    """One row: what, the figure, its target (None: only told) and the unit."""

    what: str
    figure: float
    target: float | None
    unit: str


def timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def help_page() -> Iterator[Measure]:
    run = lambda: subprocess.run([CABIN, "--help"], check=True, capture_output=True)  # noqa: E731 - one use
    run()
    yield Measure("cabin --help, median of 9", sorted(timed(run) for _ in range(9))[4], 0.3, "s")


def index() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CABIN_DATA_DIR": folder}
        build = [CABIN, "knowledge", "build"]
        spent = timed(lambda: subprocess.run(build, check=True, capture_output=True, env=environment))
    yield Measure("index built from nothing, whole process", spent, 15.0, "s")


def in_a_process_of_its_own(part: str) -> Iterator[Measure]:
    """Parts that measure start or memory each get a fresh interpreter."""
    run = [sys.executable, "-m", "tests.benchmarks.drive", "--part", part]
    if part == "ready":  # is measured from a warm disk: index and grammar made, files read before
        subprocess.run(run, check=True, capture_output=True, cwd=ROOT)
    out = subprocess.run(run, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    for line in out.splitlines():
        yield Measure(**json.loads(line))


def ready() -> Iterator[Measure]:
    """From process start to everything loaded: what `cabin drive` and a microphone wait for."""
    began = time.perf_counter()
    engines, _ = _cabin()
    for future in engines.warm(*(lazy for _, lazy in engines.parts())):
        future.result()
    interpreter = time.clock_gettime(time.CLOCK_BOOTTIME) - _started_at()
    yield Measure("ready to listen, from process start", interpreter, 3.0, "s")
    del began


def _started_at() -> float:
    """When this process started, seconds since boot (Linux: field 22 of /proc/self/stat)."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return float(fields[19]) / os.sysconf("SC_CLK_TCK")


def _cabin() -> tuple[Any, Any]:
    from assistant.bootstrap import Engines
    from assistant.settings import load

    engines = Engines(load())
    return engines, engines.rig().cabin


def turns() -> Iterator[Measure]:
    from assistant.utterance import Utterance, Zone

    engines, _ = _cabin()
    for _, lazy in engines.parts():
        lazy()

    async def play(texts: list[str]) -> list[float]:
        spent = []
        for _ in range(ROUNDS):
            cabin = engines.rig().cabin
            for text in texts:
                reply = await cabin.take_turn(Utterance(text, zone=Zone.DRIVER))
                spent.append(reply.timings_ms["total"])
        return spent

    for name, texts, target in (("command", COMMANDS, 30.0), ("question", QUESTIONS, 250.0)):
        spent = asyncio.run(play(texts))
        yield Measure(f"{name} turn beyond recognition, p50 of {len(spent)}", quantile(spent, 0.5), None, "ms")
        yield Measure(f"{name} turn beyond recognition, p95 of {len(spent)}", quantile(spent, 0.95), target, "ms")


def recognition() -> Iterator[Measure]:
    """Every sound of the drives that is clean speech, against its own length; then memory with all loaded."""
    from assistant.speech.audio import load
    from assistant.utterance import SAMPLE_RATE

    engines, _ = _cabin()
    for _, lazy in engines.parts():
        lazy()
    sounds = sorted((ROOT / "demo" / "drives" / "sounds").glob("*.flac"))
    shares = []
    for path in sounds:
        audio = load(path)
        engines.transcriber().transcribe(audio)
        spent = min(timed(lambda audio=audio: engines.transcriber().transcribe(audio)) for _ in range(3))
        shares.append(spent / (len(audio) / SAMPLE_RATE))
    yield Measure(f"recognition / length, p50 of {len(shares)} sounds", quantile(shares, 0.5), 0.15, "")
    yield Measure(f"recognition / length, p95 of {len(shares)} sounds", quantile(shares, 0.95), None, "")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Measure("resident memory, everything loaded (peak)", peak, 700.0, "MB")


PARTS: dict[str, Callable[[], Iterator[Measure]]] = {
    "ready": ready,
    "turns": turns,
    "recognition": recognition,
}


def show(measure: Measure) -> str:
    target = f"<= {measure.target:g} {measure.unit}" if measure.target is not None else ""
    verdict = "" if measure.target is None else "ok" if measure.figure <= measure.target else "MISSED"
    return f"| {measure.what} | {measure.figure:.3g} {measure.unit} | {target} | {verdict} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        for measure in PARTS[arguments.part]():
            print(json.dumps(asdict(measure)))
        return
    if not arguments.json:
        print("| measure | figure | target | |\n| --- | --- | --- | --- |")
    for part in (help_page, index, *(lambda part=part: in_a_process_of_its_own(part) for part in PARTS)):
        for measure in part():
            print(json.dumps(asdict(measure)) if arguments.json else show(measure), flush=True)


if __name__ == "__main__":
    main()
