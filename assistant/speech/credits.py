"""Whose work the engines are, and under which licence: for `cabin doctor` and for whoever asks over the network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """An engine's project, its licence (SPDX) and where it comes from; the licence of a model is its own."""

    project: str
    licence: str
    url: str


_KNOWN = {
    "pocketsphinx": Credit("PocketSphinx", "BSD-2-Clause", "https://github.com/cmusphinx/pocketsphinx"),
    "moonshine": Credit("Moonshine", "MIT", "https://github.com/moonshine-ai/moonshine"),
    "faster-whisper": Credit("faster-whisper", "MIT", "https://github.com/SYSTRAN/faster-whisper"),
    "espeak-ng": Credit("eSpeak NG", "GPL-3.0-or-later", "https://github.com/espeak-ng/espeak-ng"),
    "piper": Credit("Piper", "GPL-3.0-or-later", "https://github.com/OHF-Voice/piper1-gpl"),
}


def credit(engine: str) -> Credit:
    """The credit of an engine by its name ("espeak-ng/en"); of a remote one nothing is known but its address."""
    kind, _, rest = engine.partition("/")
    return _KNOWN.get(kind) or Credit(kind, "unknown", f"tcp://{rest}" if kind == "wyoming" else "")
