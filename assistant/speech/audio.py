"""Sound files: any WAV, FLAC, OGG or MP3 becomes mono float32 at 16 kHz, in bounded memory; replies become WAV."""

import wave
from pathlib import Path

import numpy as np

from assistant.errors import AudioError, StorageError
from assistant.ports import Synthesizer
from assistant.utterance import SAMPLE_RATE, Audio

LONGEST_S = 60.0
"""Longest file taken, seconds: four times the longest utterance, so that silence around it does no harm."""

_BLOCK = 65_536
_RATES = range(4_000, 768_001)


def load(path: str | Path) -> Audio:
    """Read a sound file as mono float32 samples at 16 kHz, range -1 to 1.

    Channels are averaged; where they cancel each other out, the louder one is taken. Reads block by block, at most
    ``LONGEST_S`` seconds. Raises AudioError, code "missing", "not_a_file", "unreadable", "empty", "corrupt" or
    "too_long".
    """
    path = Path(path)
    _check_file(path)
    import soundfile

    try:
        with soundfile.SoundFile(path) as sound:
            return _read(path, sound)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError) as error:
        raise AudioError(
            f"{path} is not sound that can be read ({_reason(error)}); WAV, FLAC, OGG and MP3 can be read",
            code="corrupt",
        ) from error


def _check_file(path: Path) -> None:
    try:
        if not path.exists():
            raise AudioError(f"{path} does not exist; name a WAV, FLAC, OGG or MP3 file", code="missing")
        if not path.is_file():
            raise AudioError(f"{path} is not a file; name a WAV, FLAC, OGG or MP3 file", code="not_a_file")
        if path.stat().st_size == 0:
            raise AudioError(f"{path} is empty (0 bytes)", code="empty")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise AudioError(f"{str(path)!r} cannot be read ({error})", code="unreadable") from error


def _reason(error: Exception) -> str:
    return getattr(error, "error_string", None) or str(error) or type(error).__name__


def _read(path: Path, sound: "object") -> Audio:
    import soundfile

    assert isinstance(sound, soundfile.SoundFile)
    rate = sound.samplerate
    if rate not in _RATES:
        raise AudioError(
            f"{path} has {rate} samples a second; {_RATES.start} to {_RATES.stop - 1} can be read", code="corrupt"
        )
    limit = int(LONGEST_S * rate)
    if sound.frames > limit and 0 < sound.frames < 2**62:
        raise _too_long(path, sound.frames / rate)
    blocks: list[Audio] = []
    taken = 0
    resample = Resampler(rate)
    for block in sound.blocks(blocksize=_BLOCK, dtype="float32", always_2d=True):
        taken += len(block)
        if taken > limit:
            raise _too_long(path, None)
        blocks.append(resample(_mono(block)))
    blocks.append(resample.end())
    if not taken:
        raise AudioError(f"{path} holds no samples", code="empty")
    samples = np.concatenate(blocks)
    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0).astype(np.float32)


def _too_long(path: Path, seconds: float | None) -> AudioError:
    length = f"{seconds:.0f} s" if seconds is not None else f"more than {LONGEST_S:.0f} s"
    return AudioError(
        f"{path} is {length} long; one utterance is expected, in at most {LONGEST_S:.0f} s of sound: cut it",
        code="too_long",
    )


def _mono(block: Audio) -> Audio:
    if block.shape[1] == 1:
        return block[:, 0]
    mean: Audio = block.mean(axis=1)
    power = (block * block).mean(axis=0)
    if float((mean * mean).mean()) < 0.05 * float(power.max()):
        loudest: Audio = block[:, int(power.argmax())]
        return loudest
    return mean


class Resampler:
    """Block-wise conversion from ``rate`` to ``wanted``, Hz: a file at 192 kHz costs no more memory than one at 16.

    What lies above half the wanted rate is filtered out, never folded down. A block may come out a little later.
    """

    def __init__(self, rate: int, wanted: int = SAMPLE_RATE) -> None:
        self._stream = None
        if rate != wanted:
            import soxr

            self._stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32")

    def __call__(self, block: Audio) -> Audio:
        if self._stream is None:
            return block.copy()
        resampled: Audio = self._stream.resample_chunk(np.nan_to_num(block))
        return resampled

    def end(self) -> Audio:
        if self._stream is None:
            return np.zeros(0, np.float32)
        rest: Audio = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
        return rest


def speak_to(path: Path, text: str, voice: Synthesizer) -> None:
    """Speak ``text`` into a WAV file. Raises StorageError where it cannot be written, SpeechError of the voice."""
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(voice.sample_rate)
            for chunk in voice.speak(text):
                file.writeframes(chunk)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}. Name another place.") from error
