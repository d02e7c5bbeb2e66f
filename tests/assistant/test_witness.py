"""A touch or an eye scan counts only when something in the car testifies to it."""

import asyncio

import pytest

from assistant.bootstrap import Engines, Rig
from assistant.settings import Settings, VehicleSettings
from assistant.utterance import Modality, Reply, Utterance, Zone
from assistant.witness import SimulatedEyeScan, TouchScreen
from policies.decision import Challenge
from tests.assistant.test_logbook import Kept

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"


class Scanner(SimulatedEyeScan):
    """An eye scanner that does what a test asks of it."""

    def __init__(self, does: str) -> None:
        super().__init__()
        self.does = does

    async def confirms(self, challenge: Challenge) -> bool:
        if self.does == "breaks":
            raise OSError("the camera is gone")
        if self.does == "never answers":
            await asyncio.sleep(60)
        return self.does == "knows the driver"


async def scanned(rig: Rig, does: str, monkeypatch: pytest.MonkeyPatch) -> Reply:
    rig.cabin.witnesses[Modality.BIOMETRIC] = Scanner(does)
    asked = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    if does == "never answers":
        rig.clock.advance(7.9)  # so that the test waits for the last tenth of a second
    return await rig.cabin.touch(asked.challenge or "", Modality.BIOMETRIC)


async def test_an_eye_scan_that_knows_the_driver_confirms(rig: Rig, monkeypatch) -> None:
    assert (await scanned(rig, "knows the driver", monkeypatch)).applied == {MODE: "SPORT"}


@pytest.mark.parametrize("does", ["sees a stranger", "breaks", "never answers"])
async def test_an_eye_scan_that_does_not_testify_confirms_nothing(rig: Rig, monkeypatch, does: str) -> None:
    reply = await scanned(rig, does, monkeypatch)
    assert (reply.decision, reply.applied) == ("refuse", {})
    assert "nothing is changed" in reply.text


async def test_after_a_stranger_the_drivers_hand_still_counts(rig: Rig) -> None:
    rig.cabin.witnesses[Modality.BIOMETRIC] = Scanner("sees a stranger")
    asked = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    await rig.cabin.touch(asked.challenge or "", Modality.BIOMETRIC)
    assert (await rig.cabin.touch(asked.challenge or "", Modality.TOUCH)).applied == {MODE: "SPORT"}


async def test_without_a_scanner_an_eye_scan_is_refused_with_what_would_help(rig: Rig) -> None:
    del rig.cabin.witnesses[Modality.BIOMETRIC]
    asked = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    reply = await rig.cabin.touch(asked.challenge or "", Modality.BIOMETRIC)
    assert (reply.decision, reply.applied) == ("refuse", {})
    assert "Touch the screen" in reply.text


async def test_the_journal_says_that_an_eye_scan_was_a_simulated_one(rig: Rig) -> None:
    rig.cabin.logbook.journal = kept = Kept()
    asked = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    await rig.cabin.touch(asked.challenge or "", Modality.BIOMETRIC)
    (answer,) = kept.of("answer")
    assert (answer["result"], answer["through"]) == ("accepted", "simulated eye scan")


@pytest.mark.parametrize("kind", ["kuksa", "can"])
def test_no_real_car_gets_the_simulated_eye_scan(kind) -> None:
    assert [type(each) for each in Engines(Settings(vehicle=VehicleSettings(kind=kind))).witnesses()] == [TouchScreen]
