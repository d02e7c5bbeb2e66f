"""Measures the dashboard: first frame, ready, key to screen while the car drives and a recogniser runs, idle CPU.

`python -m tests.benchmarks.dashboard [--json]`. First frame and ready are taken from outside, in fresh processes on a
pseudo-terminal: from the start of the process to the first painted screen, and to a cabin that answers.
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SIZE = (160, 48)
RUNS = 3
PRESSES = 120
KEYS = (
    ("up", "centre"),
    ("z", "centre"),
    ("down", "centre"),
    ("4", "diagnostics"),
    ("r", "diagnostics"),
    ("1", "centre"),
)
"""Pedals, the seat that speaks, and pages: each with the page that is shown after it."""

IDLE_S = 10.0
LIMIT_S = 60.0

TARGETS = {"first_frame_s": 0.8, "ready_s": 4.0, "key_to_screen_p95_ms": 50.0, "idle_cpu_percent": 8.0}


def start_times() -> tuple[float, float]:
    """Seconds to the first painted screen, and to a cabin that can be talked to, of one fresh process."""
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "demo.dashboard"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    seen, first, ready = b"", 0.0, 0.0
    try:
        while not ready and time.perf_counter() - began < LIMIT_S:
            if not select.select([terminal], [], [], 0.05)[0]:
                continue
            seen += os.read(terminal, 65536)
            now = time.perf_counter() - began
            if not first and b"Conversation" in seen:
                first = now
            if b"PARKED" in seen:  # the car is there, and its cabin answers
                ready = now
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    return first, ready


async def inside(sound: Path | None) -> dict[str, float]:
    """Key to screen (ms) while the car drives and a recogniser runs, and the CPU share of an idle cabin (percent)."""
    from assistant.settings import load
    from demo.dashboard.app import Dashboard
    from demo.dashboard.ride import Ride
    from demo.dashboard.speaker import Speaker
    from demo.dashboard.widgets.page_tabs import PageTabs

    app = Dashboard(Ride(load()), speaker=Speaker(player=()))
    spent: list[float] = []
    async with app.run_test(size=SIZE) as pilot:
        while not app.ride.parts or any(part.standing in ("waiting", "loading") for part in app.ride.parts):
            await pilot.pause(0.05)
        assert app.ride.rig is not None
        await asyncio.sleep(1.0)
        before, wall = time.process_time(), time.perf_counter()
        await asyncio.sleep(IDLE_S)
        idle = 100 * (time.process_time() - before) / (time.perf_counter() - wall)

        app.ride.rig.console.set({"Vehicle.Speed": 80})
        before, wall = time.process_time(), time.perf_counter()
        await asyncio.sleep(IDLE_S)
        driving = 100 * (time.process_time() - before) / (time.perf_counter() - wall)

        done = threading.Event()
        busy = threading.Thread(target=recognise, args=(app.ride.engines, sound, done), daemon=True)
        busy.start()
        for press in range(PRESSES):
            key, wanted = KEYS[press % len(KEYS)]
            began = time.perf_counter()
            app.simulate_key(key)
            await drawn(app.screen)
            assert app.cockpit.query_one("#tabs", PageTabs).current == wanted
            spent.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(0.03)
        done.set()
        busy.join()
    spent.sort()
    return {
        "idle_cpu_percent": idle,
        "driving_cpu_percent": driving,
        "key_to_screen_p50_ms": spent[len(spent) // 2],
        "key_to_screen_p95_ms": spent[int(len(spent) * 0.95) - 1],
    }


async def drawn(screen: Any) -> None:
    """Wait until the screen has been drawn anew."""
    painted = asyncio.Event()
    screen.call_after_refresh(painted.set)
    await painted.wait()


def recognise(engines: object, sound: Path | None, done: threading.Event) -> None:
    """Run the recogniser over and over until ``done``; over a second of silence where there is no sound file."""
    import numpy as np

    from assistant.speech.audio import load as load_sound

    engine = engines.transcriber()
    audio = np.zeros(16_000, dtype=np.float32) if sound is None else load_sound(sound)
    while not done.is_set():
        with contextlib.suppress(Exception):
            engine.transcribe(audio)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sounds = sorted((ROOT / "demo" / "drives").rglob("*.flac"))
    found = asyncio.run(inside(sounds[0] if sounds else None))  # first: it also builds an index that is not there
    starts = [start_times() for _ in range(RUNS)]
    found["first_frame_s"] = sorted(first for first, _ in starts)[RUNS // 2]
    found["ready_s"] = sorted(ready for _, ready in starts)[RUNS // 2]
    found["load_average"] = os.getloadavg()[0]
    if given.json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        target = f"   target {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name:24} {value:8.2f}{target}")


if __name__ == "__main__":
    main()
