"""RNNoise before the decoder: takes steady cabin noise away without hurting the consonants that remain."""

import ctypes
import functools
import importlib.util
import platform
from pathlib import Path

import numpy as np

from assistant.utterance import SAMPLE_RATE, Audio

SHARE = 0.7
"""Share of the denoised sound in what the decoder hears; all of it loses quiet consonants (measured)."""

_RATE = 48_000
_FRAME = 480
_DELAY = 2
"""Frames by which RNNoise 0.2 lags its input; the best alignment of its output with clean speech."""

_LEAD_S = 0.5
_LIBRARIES = {"Linux": "librnnoise.so", "Darwin": "librnnoise.dylib", "Windows": "rnnoise.dll"}


def available() -> str:
    """Empty when RNNoise can be used, else why not, in words."""
    return "" if _library() is not None else "RNNoise is not installed for this machine (package pyrnnoise)"


def denoise(audio: Audio) -> Audio:
    """``audio`` (mono float32, 16 kHz) with steady noise taken away, as long and aligned; unchanged without RNNoise.

    The first half second is put in front mirrored, so that the network has heard the noise when speech begins.
    """
    library = _library()
    if library is None or len(audio) < _FRAME:
        return audio
    import soxr

    lead = audio[: int(_LEAD_S * SAMPLE_RATE)][::-1]
    wide = soxr.resample(np.concatenate((lead, audio)), SAMPLE_RATE, _RATE).astype(np.float32)
    frames = -(-len(wide) // _FRAME) + _DELAY
    buffer = np.zeros(frames * _FRAME, np.float32)
    buffer[: len(wide)] = wide * 32768.0
    state = library.rnnoise_create(None)
    try:
        address = buffer.ctypes.data
        for number in range(frames):
            frame = ctypes.c_void_p(address + number * _FRAME * 4)
            library.rnnoise_process_frame(state, frame, frame)
    finally:
        library.rnnoise_destroy(state)
    clean = soxr.resample(buffer[_DELAY * _FRAME :] / 32768.0, _RATE, SAMPLE_RATE)
    clean = clean[len(lead) : len(lead) + len(audio)].astype(np.float32)
    clean = np.pad(clean, (0, len(audio) - len(clean)))
    mixed: Audio = (SHARE * clean + (1 - SHARE) * audio).astype(np.float32)
    return mixed


@functools.cache
def _library() -> ctypes.CDLL | None:
    # The package imports a plotting library; only the shared library in it is needed.
    try:
        found = importlib.util.find_spec("pyrnnoise")
    except (ImportError, ValueError):
        found = None
    name = _LIBRARIES.get(platform.system())
    if found is None or name is None:
        return None
    for folder in found.submodule_search_locations or ():
        try:
            library = ctypes.CDLL(str(Path(folder) / name))
        except OSError:
            continue
        library.rnnoise_create.argtypes = [ctypes.c_void_p]
        library.rnnoise_create.restype = ctypes.c_void_p
        library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
        library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
        library.rnnoise_process_frame.restype = ctypes.c_float
        return library
    return None
