"""One record of the journal, as a line of JSON chained to the line before it by SHA-256."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

GENESIS = "0" * 64
"""What the first record is chained to."""

OWN = ("n", "at", "kind", "prev", "texts", "hash")
"""Keys that the journal fills in itself."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read: number (from 1), moment (UTC, ISO 8601), kind, and what belongs to the kind.

    ``texts`` is the salted SHA-256 of what was said and answered, empty when none was kept; the words
    themselves lie in a file beside the journal, from which they can be erased.
    """

    n: int
    at: str
    kind: str
    fields: Mapping[str, Any]
    prev: str
    hash: str
    texts: str = ""

    def line(self) -> str:
        """The record as it stands in the file, without the end of the line."""
        return canonical({**_body(self), "hash": self.hash})

    def fits(self) -> bool:
        """Does the hash fit what the record says."""
        return self.hash == _hash(_body(self))


def chained(n: int, moment: float, kind: str, fields: Mapping[str, Any], texts: str, prev: str) -> Record:
    """A new record after the one whose hash is ``prev``. ``moment`` is in seconds since 1970, UTC.

    Raises ValueError for a field that has the name of one of the journal's own.
    """
    if taken := [name for name in fields if name in OWN]:
        raise ValueError(f"{', '.join(taken)} cannot be a field of a record: the journal fills it in")
    at = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    blank = Record(n, at, kind, {name: plain(value) for name, value in fields.items()}, prev, "", texts)
    return Record(n, at, kind, blank.fields, prev, _hash(_body(blank)), texts)


def parse(line: str) -> Record:
    """Raises ValueError, saying why, for a line that is no record or is not written as the journal
    writes."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise ValueError("it is not JSON") from error
    if not isinstance(found, dict):
        raise ValueError("it is not a record")
    fields = {name: value for name, value in found.items() if name not in OWN}
    try:
        record = Record(
            found["n"],
            found["at"],
            found["kind"],
            fields,
            found["prev"],
            found["hash"],
            found.get("texts", ""),
        )
    except KeyError as error:
        raise ValueError(f"it has no {error.args[0]!r}") from error
    if not isinstance(record.n, int) or record.line() != line:
        raise ValueError("it is not written as the journal writes: it was edited")
    return record


def canonical(value: Any) -> str:
    """The one way in which a value is written: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it, the same after reading as before: tuples as lists, a NaN as a word."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Mapping):
        return {str(key.value if isinstance(key, Enum) else key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    return str(value)


def _body(record: Record) -> dict[str, Any]:
    own = {"n": record.n, "at": record.at, "kind": record.kind, "prev": record.prev}
    return {**record.fields, **own, **({"texts": record.texts} if record.texts else {})}


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()
