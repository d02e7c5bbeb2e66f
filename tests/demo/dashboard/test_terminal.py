"""The dashboard as people start it: in a real terminal (tmux), and in a real browser through --web."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DASHBOARD = f"{sys.executable} -m demo.dashboard"


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "CABIN_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


def wait_for(so: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@pytest.fixture
def terminal(_away_from_home: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A tmux of its own; call it with tmux's arguments."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    server = ["tmux", "-S", str(tmp_path / "tmux.sock"), "-f", "/dev/null"]

    def tmux(*arguments: str) -> str:
        run = subprocess.run(
            [*server, *arguments],
            capture_output=True,
            text=True,
            env=environment(_away_from_home),
            cwd=ROOT,
            check=False,
        )
        return run.stdout

    yield tmux
    tmux("kill-server")


def test_in_a_terminal_a_sentence_is_typed_and_the_cabin_leaves_quietly(
    terminal: Callable[..., str], engines: object
) -> None:
    terminal("new-session", "-d", "-s", "cabin", "-x", "120", "-y", "36", f"{DASHBOARD}; echo left with $?; sleep 60")

    def screen() -> str:
        return terminal("capture-pane", "-p", "-t", "cabin")

    wait_for(lambda: "PARKED" in screen() and "Hold to talk" in screen(), "the dashboard never came up")
    terminal("send-keys", "-t", "cabin", "t")
    wait_for(lambda: "Hold to talk" not in screen(), "the line to type in never opened")
    terminal("send-keys", "-t", "cabin", "-l", "set the temperature to 24 degrees")
    terminal("send-keys", "-t", "cabin", "Enter")
    wait_for(lambda: "24.0°" in screen(), "the temperature was not set")
    terminal("send-keys", "-t", "cabin", "Escape")
    time.sleep(0.5)
    terminal("send-keys", "-t", "cabin", "q")
    wait_for(lambda: "left with 0" in screen(), "the dashboard did not leave")
    assert "Traceback" not in terminal("capture-pane", "-p", "-S", "-", "-t", "cabin")


def test_without_a_terminal_it_says_what_to_do(_away_from_home: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", "dashboard"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(_away_from_home),
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 2
    assert "--web" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_scenario_is_told_before_the_screen_opens(_away_from_home: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", "dashboard", "--scenario", "flying"],
        capture_output=True,
        text=True,
        env=environment(_away_from_home),
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 1
    assert "slow_puncture" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.fixture
def served(_away_from_home: Path, engines: object, socket_enabled: None) -> Iterator[str]:
    """`cabin dashboard --web` on a free port of this computer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "from assistant.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "dashboard", "--web", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(_away_from_home),
        cwd=ROOT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"

    def up() -> bool:
        try:
            return urllib.request.urlopen(url, timeout=2).status == 200
        except OSError:
            return False

    try:
        wait_for(up, "the server never came up")
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def test_in_a_browser_the_cabin_is_drawn(served: str, tmp_path: Path) -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    picture = tmp_path / "cabin.png"
    subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=900,600",
            f"--user-data-dir={tmp_path / 'profile'}", "--timeout=25000", "--virtual-time-budget=20000",
            f"--screenshot={picture}", served,
        ],
        capture_output=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert picture.is_file(), "the browser took no picture"
    assert colours(picture) > 12, "the page stayed empty: the terminal in it drew nothing"


def colours(picture: Path) -> int:
    """How many different colours a PNG holds, alpha aside."""
    import struct
    import zlib

    data = picture.read_bytes()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    deep = {2: 3, 6: 4}[kind]
    body, at = b"", 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body += data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    raw, stride = zlib.decompress(body), width * deep + 1
    rows = unfiltered(raw, stride, height, deep)
    return len({bytes(row[x : x + 3]) for row in rows for x in range(0, len(row), deep)})


def unfiltered(raw: bytes, stride: int, height: int, deep: int) -> Iterator[bytearray]:
    """The rows of a PNG without their filters (PNG specification, section 9)."""
    before = bytearray(stride - 1)
    for y in range(height):
        kind, row = raw[y * stride], bytearray(raw[y * stride + 1 : (y + 1) * stride])
        for x in range(len(row)):
            left = row[x - deep] if x >= deep else 0
            up, corner = before[x], before[x - deep] if x >= deep else 0
            if kind == 4:
                guess = left + up - corner
                near = min((left, up, corner), key=lambda value: abs(guess - value))
                row[x] = (row[x] + near) & 255
            else:
                row[x] = (row[x] + (0, left, up, (left + up) // 2)[kind]) & 255
        yield row
        before = row
