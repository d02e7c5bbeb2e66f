"""Half an hour of simulated driving: memory stays flat and nothing is left running."""

import asyncio
import gc

import psutil

from assistant.bootstrap import Engines
from tests.demo.dashboard.conftest import driving

MINUTES = 30
WARM_UP = 10
SAYINGS = ("set the temperature to 23 degrees", "how are my tyres", "switch to sport mode", "a bit warmer")


async def test_half_an_hour_leaves_nothing_behind(engines: Engines) -> None:
    async with driving(engines, scenario="motorway") as driver:
        driver.cockpit.aloud = False
        resident, objects = 0, 0
        for minute in range(MINUTES):
            # As much is said while it warms up as the conversation keeps, so that it grows no more afterwards.
            for saying in SAYINGS if minute <= WARM_UP else SAYINGS[minute % len(SAYINGS) :][:1]:
                await driver.ride.say(saying, driver.cockpit.zone(), "button")
            for _ in range(12):
                driver.ride.clock.advance(5)
                driver.cockpit.tick()
                await driver.pilot.pause()
            if minute == WARM_UP:
                gc.collect()
                resident, objects = psutil.Process().memory_info().rss, len(gc.get_objects())
        gc.collect()
        assert len(gc.get_objects()) < objects * 1.1
        # Resident memory breathes with whatever else the test process holds; what leaks shows in the objects first.
        assert psutil.Process().memory_info().rss < resident + 64 * 1024 * 1024
        assert len(driver.ride.exchanges) <= 40
    ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.done()]
    assert not [task for task in ours if "demo" in repr(task.get_coro())]
