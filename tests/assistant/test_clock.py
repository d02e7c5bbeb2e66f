"""Clocks move forward, and only as far as they are told."""

import time

import pytest

from assistant.clock import ManualClock, RealClock, SimulatedClock


def test_the_real_clock_never_goes_back() -> None:
    clock = RealClock()
    readings = [clock.now() for _ in range(100)]
    assert readings == sorted(readings)


def test_the_real_clock_reads_the_time_that_other_processes_read() -> None:
    before = time.monotonic()
    assert before <= RealClock().now() <= time.monotonic()


def test_a_wait_passes_at_once_on_the_simulated_clock() -> None:
    clock = SimulatedClock()
    real, before = time.monotonic(), clock.now()
    clock.advance(3600)
    passed, waited = clock.now() - before, time.monotonic() - real
    assert 3600 <= passed + 1e-6 <= 3600 + waited + 2e-6


def test_the_simulated_clock_runs_on_by_itself() -> None:
    clock = SimulatedClock()
    clock.advance(5)
    readings = [clock.now() for _ in range(100)]
    assert readings == sorted(readings) and readings[-1] > readings[0]


def test_the_manual_clock_stands_still_until_moved() -> None:
    clock = ManualClock(10)
    assert clock.now() == clock.now() == 10
    clock.advance(2.5)
    assert clock.now() == 12.5


@pytest.mark.parametrize("seconds", [-1, -0.001, float("inf"), float("nan")])
@pytest.mark.parametrize("clock", [SimulatedClock(), ManualClock()])
def test_time_cannot_be_turned_back_or_stopped(clock: SimulatedClock | ManualClock, seconds: float) -> None:
    before = clock.now()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds)
    assert clock.now() - before < 60
