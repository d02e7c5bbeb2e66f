"""`cabin wyoming` from outside: a process that a client talks to, and where it refuses to listen."""

import asyncio
import os
import re
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner
from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.handle import Handled

from assistant.cli.main import cabin

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "car.example.org"])
def test_it_listens_to_other_machines_only_when_told_that_there_is_no_password(host: str) -> None:
    refused = CliRunner().invoke(cabin, ["wyoming", "serve", "--host", host])
    assert refused.exit_code == 2
    assert "no password" in refused.output and "--anyone-may-speak" in refused.output


def test_it_serves_until_it_is_terminated() -> None:
    serving = subprocess.Popen(
        [sys.executable, "-c", "from assistant.cli.main import main; main()", "wyoming", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert serving.stderr
    told = serving.stderr.readline()
    port = re.search(r"tcp://127\.0\.0\.1:(\d+)", told)
    assert port and "zone unknown" in told, told

    async def ask() -> str:
        async with AsyncTcpClient("127.0.0.1", int(port[1]), read_timeout=60) as client:
            await client.write_event(Transcript("set the temperature to 23 degrees").event())
            event = await client.read_event()
            assert event
            return str(Handled.from_event(event).text)

    assert "23" in asyncio.run(ask())
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    assert "Traceback" not in serving.stderr.read()
