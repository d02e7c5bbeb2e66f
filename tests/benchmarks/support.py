"""The support desk under load, as processes of its own: embedded Chroma, and a real `chroma run` behind two workers.

python -m tests.benchmarks.support [--json] [--seconds 60] [--part embedded|server|page]

Prints each figure beside its target, and the machine's load when it began: figures of a busy machine say little.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.drive import Measure, quantile, show
from tests.support.serving import Served, chroma_run, home

CLIENTS = 40
RATE = 10.0
"""Requests a second of the open loop: they come whether or not the last one was answered."""

QUESTIONS = [
    "How do I change a wheel?",
    "What does the yellow tyre light mean?",
    "Which tyre pressure does the van need when fully loaded?",
    "How do I open the bonnet?",
    "Can I tow a trailer?",
    "What is the payload?",
    "How do I jump-start the car?",
    "How often must the cabin filter be replaced?",
    "Where is the fuse for the horn?",
    "What do I do when the engine overheats?",
    "How do I fit a child seat in the front?",
    "How long does charging take at home?",
    "Which oil does the petrol engine need?",
    "How do I fold the rear seats?",
    "Is it safe to drive with the brake warning lamp on?",
    "How do I pair my phone?",
    "What does P0301 mean?",
    "How do I switch on the rear fog lamp?",
    "Who won the football match last night?",
    "What colour are the moons of Jupiter?",
]


@dataclass(frozen=True)
class Load:
    """What a run of requests met: seconds of each answer, and every status that was not 200 (0: no answer)."""

    seconds: list[float]
    failures: dict[int, int]
    took_s: float


async def at_rate(desk: Served, rate: float, seconds: float) -> Load:
    """``rate`` questions a second, evenly spread, each timed from the moment it was due."""
    import httpx2

    spent: list[float] = []
    failures: dict[int, int] = {}
    async with httpx2.AsyncClient(base_url=desk.url, timeout=30, limits=httpx2.Limits(max_connections=200)) as client:

        async def one(number: int, due: float) -> None:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await _ask(client, desk.head("ask"), number, due, spent, failures)

        began = time.perf_counter() + 0.2
        await asyncio.gather(*(one(n, began + n / rate) for n in range(int(rate * seconds))))
    return Load(spent, failures, time.perf_counter() - began)


async def side_by_side(desk: Served, clients: int, seconds: float) -> Load:
    """``clients`` that each ask again as soon as they were answered, each with a key and a connection of its own."""
    import httpx2

    spent: list[float] = []
    failures: dict[int, int] = {}
    keys = [desk.new_key(f"client {n}", "ask") for n in range(4)]
    ends = time.perf_counter() + seconds

    async def client_of(number: int) -> None:
        head = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
        async with httpx2.AsyncClient(base_url=desk.url, timeout=30) as client:
            asked = number
            while time.perf_counter() < ends:
                await _ask(client, head, asked, time.perf_counter(), spent, failures)
                asked += 1

    await asyncio.gather(*(client_of(n) for n in range(clients)))
    return Load(spent, failures, seconds)


async def _ask(
    client: "object", head: dict[str, str], number: int, due: float, spent: list[float], failures: dict[int, int]
) -> None:
    import httpx2

    assert isinstance(client, httpx2.AsyncClient)
    asked = {"question": QUESTIONS[number % len(QUESTIONS)], "vehicle": {"pack": "aurelia"}}
    try:
        status = (await client.post("/v1/ask", json=asked, headers=head)).status_code
    except httpx2.HTTPError:
        status = 0
    spent.append(time.perf_counter() - due)
    if status != 200:
        failures[status] = failures.get(status, 0) + 1


def figures(desk: Served, name: str, seconds: float) -> Iterator[Measure]:
    """The two loads, after a short one that warms the desk up."""
    asyncio.run(at_rate(desk, 5, 4))
    steady = asyncio.run(at_rate(desk, RATE, min(seconds, 30)))
    told = f"{name}: /v1/ask at {RATE:g} a second"
    yield Measure(f"{told}, p50 of {len(steady.seconds)}", 1000 * quantile(steady.seconds, 0.5), 80, "ms")
    yield Measure(f"{told}, p95", 1000 * quantile(steady.seconds, 0.95), 200, "ms")
    yield Measure(f"{told}, failures", sum(steady.failures.values()), 0, "")
    crowd = asyncio.run(side_by_side(desk, CLIENTS, seconds))
    told = f"{name}: {CLIENTS} clients for {seconds:g} s"
    yield Measure(f"{told}, failures of {len(crowd.seconds)}", sum(crowd.failures.values()), 0, "")
    yield Measure(f"{told}, answers a second", len(crowd.seconds) / crowd.took_s, None, "/s")
    yield Measure(f"{told}, p95", 1000 * quantile(crowd.seconds, 0.95), None, "ms")
    yield Measure(f"{name}: memory of all workers after it", memory(desk) / 2**20, None, "MB")


def memory(desk: Served) -> float:
    """Resident bytes of a desk's processes."""
    import psutil

    root = psutil.Process(desk.process.pid)
    return float(sum(each.memory_info().rss for each in (root, *root.children(recursive=True))))


def built(folder: Path) -> Path:
    """An index of the built-in manuals."""
    from knowledge import index, pack
    from knowledge.embedding import Embedder

    index.build(pack.installed(), folder / "index", Embedder.load())
    return folder / "index"


def embedded(folder: Path, seconds: float) -> Iterator[Measure]:
    """One process with embedded Chroma."""
    desk = Served(home(folder / "embedded", built(folder)), "--rate", "1000", "--burst", "1000")
    try:
        yield from figures(desk, "embedded", seconds)
        yield from sizes(folder)
    finally:
        desk.stop()


def sizes(folder: Path) -> Iterator[Measure]:
    """What a passage costs, for planning larger desks."""
    from knowledge import index

    target = index.current(folder / "index")
    passages = index.read_manifest(target)["passages"]
    chroma = sum(path.stat().st_size for path in (target / "chroma").rglob("*") if path.is_file())
    states = (target / "states.npz").stat().st_size
    yield Measure("passages in the index", passages, None, "")
    yield Measure("disk a passage, Chroma", chroma / passages / 1024, None, "KiB")
    yield Measure("disk and memory a passage, token states and windows", states / passages / 1024, None, "KiB")


def server(folder: Path, seconds: float) -> Iterator[Measure]:
    """Two stateless workers on a Chroma server that is started here."""
    with chroma_run(folder / "chroma") as url:
        environment = home(folder / "server", built(folder))
        desk = Served(environment, "--workers", "2", "--chroma-url", url, "--rate", "1000", "--burst", "1000")
        try:
            yield from figures(desk, "Chroma server, 2 workers", seconds)
        finally:
            desk.stop()


def page(folder: Path, seconds: float) -> Iterator[Measure]:
    """From opening the page in headless Chromium until a question can be typed, and from typing to passages."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("page: no Chromium on this machine", file=sys.stderr)
        return
    from playwright.sync_api import sync_playwright

    desk = Served(home(folder / "page", built(folder)), scopes=("ask",))
    try:
        with sync_playwright() as running:
            browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            visit = browser.new_context()
            tab = visit.new_page()
            tab.goto(desk.url)
            tab.fill("#key", desk.keys["ask"])
            tab.keyboard.press("Enter")
            tab.wait_for_selector("#question")
            usable, found = [], []
            for _ in range(7):
                cold = browser.new_context(storage_state=visit.storage_state())
                tab = cold.new_page()
                began = time.perf_counter()
                tab.goto(desk.url, wait_until="commit")
                tab.wait_for_selector("#question:focus")
                tab.wait_for_function("window.htmx !== undefined")
                usable.append(time.perf_counter() - began)
                tab.keyboard.type("change a wheel")
                began = time.perf_counter()
                tab.wait_for_selector("#results li")
                found.append(time.perf_counter() - began)
                cold.close()
            browser.close()
    finally:
        desk.stop()
    yield Measure("page usable with an empty cache, worst of 7", max(usable), 1.0, "s")
    yield Measure("passages after the last key, median of 7", 1000 * quantile(found, 0.5), None, "ms")


PARTS: dict[str, Callable[[Path, float], Iterator[Measure]]] = {"embedded": embedded, "server": server, "page": page}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the crowd of clients asks")
    parser.add_argument("--part", choices=PARTS, help="only this one")
    arguments = parser.parse_args()
    if not arguments.json:
        print(f"Load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n")
        print("| measure | figure | target | |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, part in PARTS.items():
            if arguments.part in (None, name):
                for measure in part(Path(folder), arguments.seconds):
                    print(json.dumps(asdict(measure)) if arguments.json else show(measure), flush=True)


if __name__ == "__main__":
    main()
