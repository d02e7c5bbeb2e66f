"""Half an hour of simulated driving in a process of its own, so that its memory is nobody else's."""

import asyncio
import gc
import json
import sys
from pathlib import Path

import psutil

from assistant.bootstrap import Engines
from assistant.settings import Settings
from tests.demo.dashboard.conftest import driving

MINUTES = 30
WARM_UP = 10
SAYINGS = ("set the temperature to 23 degrees", "how are my tyres", "switch to sport mode", "a bit warmer")


async def soak(data: Path) -> dict[str, object]:
    """Resident bytes and objects after the warm-up and at the end, exchanges kept, and tasks of ours left behind."""
    found: dict[str, object] = {}
    async with driving(Engines(Settings(data_dir=data)), scenario="motorway") as driver:
        driver.cockpit.aloud = False
        for minute in range(MINUTES):
            # As much is said while it warms up as the conversation keeps, so that it grows no more afterwards.
            for saying in SAYINGS if minute <= WARM_UP else SAYINGS[minute % len(SAYINGS) :][:1]:
                await driver.ride.say(saying, driver.cockpit.zone(), "button")
            for _ in range(12):
                driver.ride.clock.advance(5)
                driver.cockpit.tick()
                await driver.pilot.pause()
            if minute in (WARM_UP, MINUTES - 1):
                gc.collect()
                when = "warm" if minute == WARM_UP else "end"
                found[when] = {"resident": psutil.Process().memory_info().rss, "objects": len(gc.get_objects())}
        found["exchanges"] = len(driver.ride.exchanges)
    ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.done()]
    return {**found, "tasks": [repr(task) for task in ours if "demo" in repr(task.get_coro())]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(soak(Path(sys.argv[1])))))
