"""The sound devices of this computer, by miniaudio: which there are, which one is meant, and a clear word for none."""

import ctypes
import functools
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from assistant.errors import DeviceError

Kind = Literal["microphone", "loudspeaker"]

DEFAULT = "default"
OPEN_S = 5.0
"""Seconds that a sound system may take to list or open a device; one that hangs takes for ever."""
GONE_S = 2.0
"""Seconds without a sign of life after which a device counts as unplugged; it gives one every 20 ms."""
PERIOD_MS = 20
"""Length of the stretches that a device brings or takes; short enough to interrupt, long enough to be in time."""

INSTEAD: dict[Kind, str] = {
    "microphone": "Type instead (`cabin say`), or let it hear a sound file (`cabin hear`, `cabin listen --from FILE`)",
    "loudspeaker": "Replies are shown; `cabin say --wav FILE` writes them as sound",
}
"""What still works without one."""

# ALSA offers these where there is no card at all; nobody is heard through them.
_NO_DEVICE = ("Discard all samples",)
_RATE = 48_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Device:
    """One microphone or loudspeaker. ``sample_rate`` is its own, Hz; ``id`` belongs to the sound system."""

    name: str
    kind: Kind
    sample_rate: int
    id: Any = field(repr=False, compare=False, default=None)


def devices(kind: Kind, backends: Sequence[Any] = ()) -> tuple[Device, ...]:
    """The microphones or the loudspeakers there are; () when there is none.

    ``backends`` are miniaudio's; by default every sound system of this computer, but none that only pretends to sound.
    Raises DeviceError when miniaudio is not installed or the sound system does not answer within 5 s.
    """
    return within(OPEN_S, lambda: _listed(kind, backends), f"the sound system did not list a {kind}")


def find(kind: Kind, name: str = DEFAULT, backends: Sequence[Any] = ()) -> Device:
    """The device that ``name`` means: "default", a whole name, or a part of just one; capitals do not matter.

    Raises DeviceError, code "none", "unknown" or "ambiguous".
    """
    found = devices(kind, backends)
    if not found:
        raise DeviceError(f"no {kind} was found on this computer. {INSTEAD[kind]}.", code="none")
    if name == DEFAULT:
        return Device(DEFAULT, kind, found[0].sample_rate)
    named = [each for each in found if each.name.casefold() == name.casefold()] or [
        each for each in found if name.casefold() in each.name.casefold()
    ]
    told = ", ".join(f'"{each.name}"' for each in (named or found))
    if not named:
        raise DeviceError(
            f'there is no {kind} "{name}"; there are {told}. Name one in [speech] {kind}.', code="unknown"
        )
    if len({each.name for each in named}) > 1:
        raise DeviceError(
            f'"{name}" may be any of {told}; write more of the name in [speech] {kind}.', code="ambiguous"
        )
    return named[0]


def within(seconds: float, call: Callable[[], T], late: str) -> T:
    """What ``call`` returns, from a thread of its own, so that a sound system that hangs does not hang the cabin.

    Raises DeviceError, code "timeout", that begins with ``late`` when it takes longer.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="sound device", daemon=True).start()
    try:
        return answer.result(seconds)
    except Late:
        raise DeviceError(f"{late} within {seconds:g} s; restart it or choose another device", code="timeout") from None


def library() -> Any:
    """miniaudio, with the sound system's own chatter kept off standard error. Raises DeviceError without it."""
    try:
        import miniaudio
    except (ImportError, OSError) as error:
        raise DeviceError(
            f"microphones and loudspeakers need miniaudio, which cannot be loaded ({error}); pip install 'cabin[live]'",
            code="not_installed",
        ) from error
    _quieten()
    return miniaudio


def sounding(backends: Sequence[Any]) -> list[Any]:
    """``backends``, or all of this computer but miniaudio's pretended ones."""
    miniaudio = library()
    pretended = {miniaudio.Backend.NULL, miniaudio.Backend.CUSTOM}
    return list(backends) or sorted(miniaudio.get_enabled_backends() - pretended, key=lambda each: each.value)


def _listed(kind: Kind, backends: Sequence[Any]) -> tuple[Device, ...]:
    miniaudio = library()
    try:
        system = miniaudio.Devices(sounding(backends))
        listed = system.get_captures() if kind == "microphone" else system.get_playbacks()
    except miniaudio.MiniaudioError:
        return ()  # no sound system runs here
    return tuple(
        Device(each["name"], kind, _rate(each["formats"]), each["id"])
        for each in listed
        if not each["name"].startswith(_NO_DEVICE)
    )


def _rate(formats: list[dict[str, Any]]) -> int:
    """The device's own rate: 48 kHz where it can, else the highest that it has below."""
    rates = {each["samplerate"] for each in formats} - {0}
    if not rates or _RATE in rates:
        return _RATE
    return max([rate for rate in rates if rate <= _RATE] or rates)


@functools.cache
def _quieten() -> None:
    """ALSA prints what it did not find, line by line; we say it once, in words."""
    if not sys.platform.startswith("linux"):
        return
    try:
        _handler(ctypes.CDLL("libasound.so.2"))
    except OSError:
        return  # no ALSA, no chatter


_Silent = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_silent = _Silent(lambda *_: None)  # kept: the library calls it as long as the process lives


def _handler(alsa: ctypes.CDLL) -> None:
    alsa.snd_lib_error_set_handler(_silent)
