"""Our values as kuksa.val.v2 carries them, and back: each datatype has exactly one field; anything else is an error."""

import math
import struct
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assistant.vehicle.diagnosis import CODE
from policies.catalogue import Signal
from policies.command import Value

if TYPE_CHECKING:
    from kuksa.val.v2 import types_pb2

Seen = Value | tuple[str, ...]

FIELDS: dict[str, str] = {
    "boolean": "bool",
    "string": "string",
    "string[]": "string_array",
    "float": "float",
    "double": "double",
    **{f"int{bits}": "int32" for bits in (8, 16, 32)},
    **{f"uint{bits}": "uint32" for bits in (8, 16, 32)},
}
"""Which field of a kuksa.val.v2 Value carries a VSS datatype."""

DATA_TYPES: dict[str, str] = {
    "string[]": "DATA_TYPE_STRING_ARRAY",
    **{kind: f"DATA_TYPE_{kind.upper()}" for kind in FIELDS if kind != "string[]"},
}


def encode(signal: Signal, value: object) -> "types_pb2.Value":
    """``value`` as the broker takes it. Raises ValueError, naming what is allowed, when ``signal`` cannot have it."""
    from kuksa.val.v2 import types_pb2

    if signal.type == "string[]":
        if not isinstance(value, tuple | list):
            raise ValueError(f"{signal.name} is a list, not {value!r:.80}")
        return types_pb2.Value(string_array=types_pb2.StringArray(values=value))
    return types_pb2.Value(**{FIELDS[signal.type]: signal.check(value)})


def decode(signal: Signal, value: "types_pb2.Value") -> Seen:
    """What a broker says, in the signal's own datatype.

    A float of 32 bits becomes the shortest decimal that it stands for: 21.3, not 21.299999237. Raises ValueError for
    a field of another datatype, NaN, and whatever is out of the signal's range.
    """
    field = value.WhichOneof("typed_value")
    if field != FIELDS[signal.type]:
        raise ValueError(f"{signal.path} comes as {field}, not as {FIELDS[signal.type]}")
    found: Any = getattr(value, field)
    if field == "string_array":
        codes = tuple(found.values)
        if not all(CODE.fullmatch(code) for code in codes):
            raise ValueError(f"{signal.path} holds what is no fault code: {codes!r:.80}")
        return codes
    return signal.check(_decimal(found) if field == "float" else found)


@lru_cache(maxsize=4096)
def _decimal(value: float) -> float:
    if not math.isfinite(value):
        return value
    for digits in (7, 8):
        shorter = float(f"{value:.{digits}g}")
        if abs(shorter) < 3e38 and struct.pack("f", shorter) == struct.pack("f", value):
            return shorter
    return value


def datapoint(signal: Signal, value: object, age: float) -> "types_pb2.Datapoint":
    """``value`` as it was ``age`` seconds ago; without a value where it is None."""
    from google.protobuf.timestamp_pb2 import Timestamp
    from kuksa.val.v2 import types_pb2

    nanos = time.time_ns() - int(age * 1e9)
    stamp = Timestamp(seconds=nanos // 1_000_000_000, nanos=nanos % 1_000_000_000)
    if value is None:
        return types_pb2.Datapoint(timestamp=stamp)
    return types_pb2.Datapoint(timestamp=stamp, value=encode(signal, value))


def age_of(point: "types_pb2.Datapoint", wall: float) -> float:
    """How many seconds before ``wall`` (time.time()) ``point`` was true; infinite without a timestamp."""
    if not point.HasField("timestamp"):
        return float("inf")
    return wall - point.timestamp.seconds - point.timestamp.nanos / 1e9
