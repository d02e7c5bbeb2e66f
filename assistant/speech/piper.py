"""The better voice: Piper, when its package is installed and a voice lies on disk."""

import json
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import SpeechError
from assistant.speech.sayable import sayable, sentences


class PiperVoice:
    """A Piper voice behind the Synthesizer port. ``path`` is the .onnx; its .onnx.json lies beside it."""

    def __init__(self, path: Path) -> None:
        try:
            from piper import PiperVoice as Voice
        except ImportError as error:
            raise SpeechError(
                f"Piper is not installed ({error}); pip install 'cabin[piper]'", code="not_installed"
            ) from error
        try:
            self._voice = Voice.load(path)
            self.sample_rate = int(self._voice.config.sample_rate)
        except (OSError, json.JSONDecodeError, KeyError, ValueError, RuntimeError) as error:
            raise SpeechError(f"{path} is not a Piper voice that can be loaded ({error})", code="model") from error
        except Exception as error:  # onnxruntime's own errors share no base class but Exception
            raise SpeechError(f"{path} is not a Piper voice that can be loaded ({error})", code="model") from error
        self.name = f"piper/{path.stem}"
        self._language = str(self._voice.config.espeak_voice)[:2]

    def speak(self, text: str) -> Iterator[bytes]:
        """Mono 16-bit little-endian PCM, a chunk a sentence. Raises SpeechError when the voice fails."""
        for sentence in sentences(sayable(text, self._language)):
            try:
                for chunk in self._voice.synthesize(sentence):
                    yield chunk.audio_int16_bytes
            except Exception as error:  # as above: onnxruntime and the phonemizer raise what they like
                raise SpeechError(f"{self.name} could not speak ({error})") from error
