"""The hub that models are fetched from: what a model consists of, with the hub's own checksums, and its files."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from assistant.errors import ModelError, StorageError
from assistant.models.listed import Listed
from assistant.models.shelf import Progress, sha256

if TYPE_CHECKING:
    import httpx

TRIES = 3
"""Connections for one file that may break off; each goes on where the last one ended."""

PATIENCE_S = 20.0
"""Seconds without a byte after which a connection counts as broken."""

MOST_BYTES = 8_000_000_000
"""Of one file; the largest listed is under one tenth of it."""

WORKS = "what is on this machine goes on working: the built-in recogniser and voice need no model"


@dataclass(frozen=True, slots=True)
class Remote:
    """One file of a model on the hub: its path there, its size, and its checksum as the hub publishes it.

    ``sum`` is "sha256:..." for large files, and "git:..." (the SHA-1 of a git blob) for small ones.
    """

    path: str
    size: int
    sum: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def problem(self, file: Path) -> str:
        """What is wrong with ``file`` as a copy of this; "" when nothing is. Raises OSError."""
        size = file.stat().st_size
        if size != self.size:
            return f"it has {size} bytes instead of {self.size}"
        kind, _, wanted = self.sum.partition(":")
        if kind == "sha256":
            own = sha256(file)
        else:
            content = file.read_bytes()
            own = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        return "" if own == wanted else "its checksum is not the one that the hub publishes"


class Hub:
    """A model hub at ``url`` (https; plain http only on this machine), as Hugging Face's or a mirror of it.

    Raises ModelError, code "settings" when ``url`` is not such an address, "offline" when the hub is out of reach,
    "missing" when it has no such model, "hub" when it answers otherwise, "checksum" when a file is not what it should
    be; StorageError when the disk fails.
    """

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        if place.scheme != "https" and not (place.scheme == "http" and place.hostname in ("127.0.0.1", "localhost")):
            raise ModelError(f'models_hub: "{url}" is not an https address', code="settings")
        self.url = url.rstrip("/")

    def contents(self, model: Listed) -> tuple[str, list[Remote]]:
        """The revision that is current now, and the files of ``model`` in it."""
        revision = self._json(f"/api/models/{model.repo}/revision/main").get("sha")
        if not isinstance(revision, str) or not revision.isalnum():
            raise self._odd(model, "it names no revision")
        listing = self._json(f"/api/models/{model.repo}/tree/{revision}/{quote(model.folder)}".rstrip("/"))
        try:
            files = [_remote(entry) for entry in listing if entry["type"] == "file" and model.wants(entry["path"])]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._odd(model, f"its list of files cannot be read ({error})") from error
        if not model.is_whole({file.name for file in files}):
            raise self._odd(model, "files of it are missing there")
        return revision, files

    def fetch(self, model: Listed, revision: str, remote: Remote, file: Path, progress: Progress) -> None:
        """Bring ``remote`` to ``file``, going on where an earlier try ended; checked when it is whole."""
        url = f"{self.url}/{model.repo}/resolve/{revision}/{quote(remote.path)}"
        broke: Exception | None = None
        try:
            for _ in range(TRIES):
                broke = None if _size(file) == remote.size else self._go_on(url, remote, file, progress)
                if broke is None:
                    break
            else:
                raise self._offline(
                    f"the download of {remote.name} broke off at {_size(file):,} of {remote.size:,} bytes ({broke}); "
                    "pull it again to go on from there"
                )
            if problem := remote.problem(file):
                file.unlink()
                raise ModelError(f"{remote.name} from {self.url} was thrown away: {problem}", code="checksum")
        except OSError as error:
            raise StorageError(f"{file} cannot be written: {error.strerror or error}") from error

    def _go_on(self, url: str, remote: Remote, file: Path, progress: Progress) -> Exception | None:
        """Download what is missing; returns what broke it off, None when nothing did."""
        import httpx

        have = _size(file)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with self._client() as client, client.stream("GET", url, headers=headers) as answer:
                self._check(answer, url)
                if not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                    have = 0
                with file.open("ab" if have else "wb") as out:
                    for block in answer.iter_bytes(1 << 18):
                        have += len(block)
                        if have > remote.size:
                            break
                        out.write(block)
                        progress(remote.name, have, remote.size)
        except httpx.HTTPError as error:
            return error
        if have > remote.size:
            file.unlink()
            raise ModelError(f"{remote.name} from {self.url} is larger than it says", code="checksum")
        return None if have == remote.size else EOFError("it ended early")

    def _json(self, path: str) -> Any:
        import httpx

        try:
            with self._client() as client:
                answer = client.get(self.url + path)
                self._check(answer, self.url + path)
                return answer.json()
        except httpx.HTTPError as error:
            raise self._offline(f"{self.url} cannot be reached ({error})") from error
        except ValueError as error:
            raise ModelError(f"{self.url} does not answer as a model hub does", code="hub") from error

    def _check(self, answer: "httpx.Response", url: str) -> None:
        if answer.status_code in (401, 404):
            raise ModelError(f"{url} is not there (status {answer.status_code})", code="missing")
        if not answer.is_success:
            raise ModelError(f"{url} answers with status {answer.status_code}; try again later", code="hub")

    @contextmanager
    def _client(self) -> "Iterator[httpx.Client]":
        import httpx

        def stays_safe(request: httpx.Request) -> None:
            if request.url.scheme != "https" and not self.url.startswith("http:"):
                raise ModelError(f"{self.url} leads to {request.url.host} without encryption", code="hub")

        with httpx.Client(
            timeout=PATIENCE_S, follow_redirects=True, max_redirects=5, event_hooks={"request": [stays_safe]}
        ) as client:
            yield client

    def _offline(self, what: str) -> ModelError:
        return ModelError(f"{what}; {WORKS}", code="offline")

    def _odd(self, model: Listed, what: str) -> ModelError:
        return ModelError(f"{self.url} has no {model.name} that can be used: {what}", code="hub")


def _remote(entry: dict[str, Any]) -> Remote:
    path, size, lfs = entry["path"], entry["size"], entry.get("lfs")
    total = f"sha256:{lfs['oid']}" if lfs else f"git:{entry['oid']}"
    if not isinstance(size, int) or not 0 <= size <= MOST_BYTES:
        raise ValueError(f"{path} is {size} bytes")
    return Remote(path, size, total)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
