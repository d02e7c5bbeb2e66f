"""Desks as processes of their own on 127.0.0.1, started and killed by tests and benchmarks."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from knowledge.support.database import FILE, Database
from knowledge.support.keys import Keys

CHROMA = str(Path(sys.executable).parent / "chroma")
COMMAND = [sys.executable, "-c", "from assistant.cli.main import main; main()", "support"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def home(folder: Path, index_folder: Path) -> dict[str, str]:
    """The environment of a cabin whose data folder holds this index."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "index").exists():
        (folder / "index").symlink_to(index_folder)
    (folder / "cabin.toml").touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CABIN_", "COVERAGE"))}
    return {**kept, "CABIN_DATA_DIR": str(folder), "CABIN_CONFIG": str(folder / "cabin.toml")}


class Served:
    """`cabin support serve` on a free port, ready when made."""

    def __init__(
        self,
        environment: dict[str, str],
        *options: str,
        scopes: Sequence[str] = ("ask", "admin"),
        tls: Path | None = None,
    ) -> None:
        """``tls`` is the certificate with which it is known, where ``options`` give it one."""
        self.environment, self.options = environment, options
        self.port = free_port()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.trust = ssl.create_default_context(cafile=None if tls is None else str(tls))
        self.log = Path(environment["CABIN_DATA_DIR"]) / "serve.log"
        self.keys = {scope: self.new_key(scope, scope) for scope in scopes}
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), *self.options],
                env=self.environment,
                stderr=log,
                start_new_session=True,
            )
        ends = time.monotonic() + 120
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/readyz", verify=self.trust, timeout=5).status_code == 200:
                    return self.process
            except httpx2.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the desk did not start: {self.log.read_text()[-2000:]}")

    def new_key(self, name: str, scope: str) -> str:
        """Made as `cabin support keys add` makes it, beside the running desk."""
        database = Database(Path(self.environment["CABIN_DATA_DIR"]) / "support" / FILE)
        try:
            return Keys(database).add(name, [scope])
        finally:
            database.close()

    def run(self, *words: str) -> str:
        """What one `cabin support` command prints."""
        return subprocess.run(
            [*COMMAND, *words], env=self.environment, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def head(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}

    def kill(self) -> None:
        """As the power would: no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextlib.contextmanager
def chroma_run(folder: Path) -> Iterator[str]:
    """A Chroma server on a free port, ready when given."""
    port = free_port()
    folder.mkdir(parents=True)
    command = [CHROMA, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, "ANONYMIZED_TELEMETRY": "False"}, **quiet)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{url}/api/v2/heartbeat").status_code == 200:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)
