"""One connection to somebody else's Wyoming server, with deadlines and bounds: what comes from there is not trusted."""

import select
import socket
from contextlib import closing
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.errors import SpeechError

if TYPE_CHECKING:
    from wyoming.event import Event, Eventable

LONGEST_LINE = 65_536
_FEW = 5  # Piper offers hundreds of voices
MOST_BYTES = 1_048_576
"""Of one event's data or payload; 12 s of sound at the most common rate."""


def address(uri: str) -> tuple[str, int]:
    """Host and port of "tcp://host:port". Raises SpeechError when it is anything else."""
    try:
        found = urlsplit(uri)
        if found.scheme == "tcp" and found.hostname and found.port:
            return found.hostname, found.port
    except ValueError:
        pass
    raise SpeechError(f'"{uri}" is not the address of a Wyoming server; write tcp://host:port', code="wyoming")


def offered(uri: str, deadline_s: float = 3.0) -> str:
    """What the server at ``uri`` says it offers, in a sentence: recognisers and voices, and whose they are.

    Raises SpeechError when it is not there or does not say.
    """
    from wyoming.info import Describe, Info

    with closing(WyomingLine(uri, deadline_s)) as line:
        line.send(Describe())
        while not Info.is_type((event := line.receive()).type):
            pass
        try:
            told = Info.from_event(event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise line.problem("does not say what it offers") from error
    models = [(model.name, model.attribution.name) for program in told.asr for model in program.models]
    models += [(voice.name, voice.attribution.name) for program in told.tts for voice in program.voices]
    return ", ".join(f"{name} ({whose})" for name, whose in models[:_FEW]) or "nothing"


class WyomingLine:
    """Events out and in. Blocking; every wait ends at the latest when ``deadline_s`` is over, unless it is renewed.

    Raises SpeechError, code "wyoming", when nobody answers, the line breaks, or what comes is no event of the protocol.
    """

    def __init__(self, uri: str, deadline_s: float) -> None:
        self.uri = uri
        self.renew(deadline_s)
        try:
            self._socket = socket.create_connection(address(uri), timeout=deadline_s)
        except OSError as error:
            raise self.problem(f"does not answer ({error.strerror or error})") from error
        self._come = bytearray()

    def renew(self, deadline_s: float) -> None:
        """Wait for ``deadline_s`` from now on."""
        self._ends = monotonic() + deadline_s

    def send(self, event: "Eventable") -> None:
        from wyoming.event import write_event

        line = BytesIO()
        write_event(event.event(), line)
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(line.getvalue())
        except OSError as error:
            raise self.problem(f"takes nothing more ({error.strerror or error})") from error

    def receive(self) -> "Event":
        """The next event; an error that the server reports is raised."""
        from wyoming.error import Error
        from wyoming.event import read_event

        try:
            event = read_event(self)  # type: ignore[arg-type]  # it asks for no more than readline and read
        except (AttributeError, KeyError, TypeError, RecursionError) as error:
            raise self.problem("sends what is no event") from error
        except OSError as error:
            raise self.problem(f"broke off ({error.strerror or error})") from error
        if event is None or not isinstance(event.data, dict):
            raise self.problem("ended the line, or sends what is no event")
        if Error.is_type(event.type):
            raise self.problem(f"reports: {' '.join(str(event.data.get('text', '')).split())[:200]}")
        return event

    def has_come(self) -> bool:
        """Whether ``receive`` would find something, or the end, without waiting for it."""
        return bool(self._come) or bool(select.select([self._socket], [], [], 0)[0])

    def problem(self, what: str) -> SpeechError:
        return SpeechError(f"the Wyoming server {self.uri} {what}", code="wyoming")

    def close(self) -> None:
        self._socket.close()

    # --- what read_event asks for -------------------------------------------------------------------

    def readline(self) -> bytes:
        while (end := self._come.find(b"\n") + 1) == 0 and len(self._come) <= LONGEST_LINE:
            if not self._more():
                return b""
        return self._taken(end or len(self._come))

    def read(self, count: int) -> bytes:
        if count > MOST_BYTES:
            raise self.problem(f"sends {count} bytes at once")
        while len(self._come) < count:
            if not self._more():
                return b""
        return self._taken(count)

    def _more(self) -> bool:
        self._socket.settimeout(self._left())
        come = self._socket.recv(65_536)
        self._come += come
        return bool(come)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._come[:count])
        del self._come[:count]
        return taken

    def _left(self) -> float:
        left = self._ends - monotonic()
        if left <= 0:
            raise self.problem("took too long")
        return left
