"""Takes the pictures of the README: the cabin at rest, a challenge and a cited answer, as SVG.

`python -m demo.dashboard.pictures [FOLDER]` drives the real dashboard through real turns.
"""

import asyncio
import sys
from pathlib import Path

from assistant.errors import DeviceError
from assistant.settings import load
from assistant.speech.conversation import Conversation
from demo.dashboard.app import Dashboard
from demo.dashboard.ride import Ride
from demo.dashboard.speaker import Speaker

HERE = Path(__file__).parents[1] / "pictures"
SIZE = (160, 48)


def silence(*_: object) -> Conversation:
    """A picture is of a computer without a microphone, whichever takes it."""
    raise DeviceError("no microphone is needed for a picture")


async def take(folder: Path) -> None:
    """Write cabin.svg, challenge.svg and answer.svg into ``folder``, which exists."""
    ahead = ("the rules", "the embedding model", "the sentences", "the voice", "the manual")
    app = Dashboard(Ride(load(), ahead=ahead), speaker=Speaker(player=()), converse=silence)
    async with app.run_test(size=SIZE) as pilot:
        while app.cockpit.moment is None or any(part.standing in ("waiting", "loading") for part in app.ride.parts):
            await pilot.pause(0.05)
        cockpit = app.cockpit
        cockpit.aloud = False

        async def keep(name: str) -> None:
            app.clear_notifications()
            cockpit.tick()
            await pilot.pause(0.8)
            (folder / f"{name}.svg").write_text(app.export_screenshot(title="cabin dashboard"), encoding="utf-8")

        async def say(*sentences: str) -> None:
            for sentence in sentences:
                await cockpit.say(sentence).wait()

        await keep("cabin")
        await say("set the temperature to 23 degrees", "open my window halfway", "switch to sport mode")
        await keep("challenge")
        cockpit.action_answer("touch")
        await pilot.pause(0.5)
        assert app.ride.rig is not None
        app.ride.rig.console.set({"Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure": 180})
        await say("how are my tyres", "how do I change a wheel")
        await keep("answer")


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(wanted))
