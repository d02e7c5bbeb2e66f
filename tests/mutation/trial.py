"""A mutant tried: the tests run on it in a process of their own, and what became of it is told apart strictly."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import pytest

LIMIT = 90  # s, for one mutant


class Fate(StrEnum):
    """What became of a mutant. Only the first is a kill."""

    KILLED = "killed"  # a test's assertion does not hold, or the sources refuse good data by an error of their own
    SURVIVED = "survived"
    CRASHED = "crashed"  # tests end in an exception that nobody meant, and no assertion notices anything
    UNLOADABLE = "unloadable"  # the tests cannot even be imported
    TIMED_OUT = "timed out"


class _Watch:
    """Stops at the first real kill; goes on after a crash, in search of one."""

    def __init__(self) -> None:
        self.fate, self.by = Fate.SURVIVED, ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._note(Fate.UNLOADABLE, report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]):
        report = yield
        if report.failed and call.excinfo is not None:
            killed = isinstance(call.excinfo.value, AssertionError | pytest.fail.Exception) or _ours(call.excinfo.type)
            self._note(Fate.KILLED if killed else Fate.CRASHED, item.nodeid)
            if killed:
                item.session.shouldstop = "killed"
        return report

    def _note(self, fate: Fate, by: str) -> None:
        if self.fate is not Fate.KILLED:
            self.fate, self.by = fate, by


def _ours(kind: type[BaseException]) -> bool:
    return any(one.__module__.startswith("policies.") for one in kind.__mro__)


def tried(where: Path, tests: Sequence[str], keep: bool = False) -> tuple[Fate, str]:
    """What becomes of the sources in ``where`` under ``tests`` (paths in it), and the test that decided.

    ``keep`` the compiled files, for later trials to start quickly: never those of a mutant.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _run(where, tests, writing, keep)
    os.close(writing)
    ends = time.monotonic() + LIMIT
    while time.monotonic() < ends:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.01)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        return Fate.TIMED_OUT, ""
    with os.fdopen(reading) as told:
        fate, _, by = told.read().partition(" ")
    return (Fate(fate.replace("_", " ")), by) if fate else (Fate.CRASHED, "the process ended")


def _run(where: Path, tests: Sequence[str], writing: int, keep: bool) -> None:
    """In the child: never returns."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        os.chdir(where)
        sys.path.insert(0, str(where))
        sys.dont_write_bytecode = not keep
        for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "policies")]:
            del sys.modules[name]
        watch = _Watch()
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugins = ["-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0"]
        code = pytest.main(["-q", *plugins, "--rootdir", str(where), "-c", "pytest.ini", *tests], plugins=[watch])
        if watch.fate is Fate.SURVIVED and code is not pytest.ExitCode.OK:
            watch.fate, watch.by = Fate.UNLOADABLE, f"pytest ended with {code!r}"
        os.write(writing, f"{watch.fate.replace(' ', '_')} {watch.by}".encode())
        status = 0
    finally:
        os._exit(status)
