"""A model hub on loopback: what it holds, its interface as far as it is used, and how it misbehaves."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Shelf:
    """What a hub holds, by repository and path, and what it does wrong."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: int | None = None
        self.cuts = 0
        self.status: dict[str, int] = {}
        self.elsewhere = ""
        self.no_ranges = False
        self.asked: list[tuple[str, str]] = []

    def add(self, repo: str, folder: Path, under: str = "") -> None:
        for file in folder.iterdir():
            self.files[f"{repo}/{under}{file.name}"] = file.read_bytes()

    def tree(self, repo: str, folder: str) -> list[dict[str, object]]:
        entries: list[dict[str, object]] = [{"type": "directory", "path": "elsewhere", "oid": "0" * 40, "size": 0}]
        for place, content in self.files.items():
            path = place.removeprefix(f"{repo}/")
            if path == place or path.rpartition("/")[0] != folder:
                continue
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, object] = {"type": "file", "path": path, "size": len(content), "oid": blob}
            if path.endswith((".bin", ".onnx")):
                entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return entries


def _handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *what: object) -> None:
            pass

        def do_GET(self) -> None:  # the name that http.server calls
            shelf.asked.append((self.path, self.headers.get("Range", "")))
            for part, status in shelf.status.items():
                if part in self.path:
                    self.send_error(status)
                    return
            if self.path.startswith("/api/models/"):
                self._api(self.path.removeprefix("/api/models/"))
            elif shelf.elsewhere and "/resolve/" in self.path:
                self.send_response(302)
                self.send_header("Location", shelf.elsewhere)
                self.end_headers()
            else:
                repo, _, rest = self.path[1:].partition(f"/resolve/{REVISION}/")
                self._content(shelf.files[f"{repo}/{rest}"])

        def _api(self, path: str) -> None:
            repo, _, rest = path.partition("/tree/")
            if rest:
                answer: object = shelf.tree(repo, rest.partition("/")[2])
            else:
                answer = {"sha": REVISION}
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _content(self, content: bytes) -> None:
            begin = 0
            if (asked := self.headers.get("Range")) and not shelf.no_ranges:
                begin = int(asked.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - begin))
            self.end_headers()
            rest = content[begin:]
            if shelf.cut_after is not None and len(rest) > shelf.cut_after and shelf.cuts:
                shelf.cuts -= 1
                self.wfile.write(rest[: shelf.cut_after])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.wfile.write(rest)

    return Handler


@contextmanager
def serving(shelf: Shelf) -> Iterator[str]:
    """The address of a hub with these contents."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shelf))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()
