"""A language model behind the OpenAI protocol, on loopback: it says what it is told to, well-behaved and not."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Manner = Literal["fine", "slow", "error", "refused", "garbage", "cut off", "tools", "refusal", "too long"]
"""How it answers: as it should, not before the test is over, with a status of 500 or 401, with what is no JSON or only
its beginning, with a call of a tool, with a refusal of its own, or with what was cut at its longest."""


class ModelServer(ThreadingHTTPServer):
    """Says ``says``, in the way of ``manner``; keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says = ""
        self.manner: Manner = "fine"
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """The base address of its API."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.server.asked.append(json.loads(self.rfile.read(length)))
        manner = self.server.manner
        if manner == "slow":
            self.server.released.wait(20)
            return
        message: dict[str, Any] = {"role": "assistant", "content": self.server.says}
        if manner == "tools":
            call = {"name": "unlock_doors", "arguments": "{}"}
            calls = [{"id": "1", "type": "function", "function": call}]
            message = {"role": "assistant", "content": None, "tool_calls": calls}
        if manner == "refusal":
            message = {"role": "assistant", "content": None, "refusal": "I would rather not."}
        finish = "length" if manner == "too long" else "stop"
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        body = json.dumps(answer).encode()
        self.send_response({"error": 500, "refused": 401}.get(manner, 200))
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"<html>" if manner == "garbage" else body[:40] if manner == "cut off" else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server that answers while the block runs."""
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()
