"""Who testifies that a person confirmed: the touch screen, and a simulated eye scan for simulated cars."""

import asyncio
from typing import TYPE_CHECKING

from policies.command import Modality
from policies.decision import Challenge, Refuse

if TYPE_CHECKING:
    from assistant.cabin import Cabin


class TouchScreen:
    """A screen that sends an event when, and only when, a hand touches the target: the event is the testimony."""

    name = "touch screen"
    modality = Modality.TOUCH

    async def confirms(self, challenge: Challenge) -> bool:
        return True


class SimulatedEyeScan:
    """Stands for a camera that knows the driver's eyes. Only for simulated cars: it believes what it is told.

    ``recognises`` says whether the eyes that look are the driver's.
    """

    name = "simulated eye scan"
    modality = Modality.BIOMETRIC

    def __init__(self) -> None:
        self.recognises = True

    async def confirms(self, challenge: Challenge) -> bool:
        return self.recognises


async def doubted(cabin: "Cabin", challenge: str, by: Modality) -> Refuse | None:
    """Why nobody can testify that ``challenge`` was confirmed; None where one does, or where the gate refuses anyway.

    It stays pending: the right hand may still come.
    """
    now = cabin.clock.now()
    pending, witness = cabin.gate.pending(now), cabin.witnesses.get(by)
    if pending is None or pending.id != challenge or by not in pending.by:
        return None
    if witness is None:
        return Refuse(pending.commands, ("confirmation.no_witness",), cabin.wording.say(f"no_{by}"), "no_witness")
    try:
        sure = await asyncio.wait_for(witness.confirms(pending), max(0.0, pending.expires_at - now))
    except Exception:  # whatever fails in a camera is no confirmation
        sure = False
    if sure:
        return None
    says = cabin.wording.say("not_witnessed")
    return Refuse(pending.commands, ("confirmation.not_witnessed",), says, "not_witnessed")
