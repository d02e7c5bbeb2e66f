"""The built-in voice: eSpeak NG through ctypes, from the espeakng-loader wheel (no system package)."""

import ctypes
import functools
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from assistant.errors import SpeechError
from assistant.speech.sayable import sayable, sentences

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE, _PITCH, _RANGE, _GAP = 1, 3, 4, 7
_MNEMONICS = 0

# The library keeps one global state, so one caller at a time.
_turn = threading.Lock()
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakVoice:
    """eSpeak NG behind the Synthesizer port. ``voice`` as eSpeak names it ("en", "en-us", "en-us+f3")."""

    def __init__(self, voice: str = "en", words_per_minute: int = 165) -> None:
        library, self.sample_rate = _library()
        self.name = f"espeak-ng/{voice}"
        self._voice = voice
        self._speed = words_per_minute
        with _turn:
            _set_voice(library, voice)

    def speak(self, text: str) -> Iterator[bytes]:
        """Chunks of mono 16-bit little-endian PCM at ``sample_rate``, as eSpeak makes them (0.06 s each).

        eSpeak itself is stopped when the caller stops asking. Raises SpeechError when the library refuses.
        """
        for sentence in sentences(sayable(text, self._voice[:2])):
            yield from self._spoken(sentence)

    def _spoken(self, sentence: str) -> Iterator[bytes]:
        """The sound of one sentence, while it is still being made in a thread of its own."""
        made: SimpleQueue[bytes | SpeechError | None] = SimpleQueue()
        unwanted = threading.Event()

        def hear(sound: bytes) -> bool:
            made.put(sound)
            return not unwanted.is_set()

        def work() -> None:
            try:
                self.synthesise(sentence, hear)
                made.put(None)
            except SpeechError as error:
                made.put(error)

        threading.Thread(target=work, name="espeak", daemon=True).start()
        try:
            while (sound := made.get()) is not None:
                if isinstance(sound, SpeechError):
                    raise sound
                yield sound
        finally:
            unwanted.set()

    def synthesise(self, sentence: str, hear: Callable[[bytes], bool]) -> None:
        """Give ``hear`` the sound of ``sentence`` piece by piece, until it returns False. Raises SpeechError."""
        library, _ = _library()

        def heard(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
            if samples and count > 0:
                return 0 if hear(ctypes.string_at(samples, count * 2)) else 1  # 1 makes eSpeak stop
            return 0

        callback = _Callback(heard)
        data = sentence.encode("utf-8") + b"\0"
        with _turn:
            _set_voice(library, self._voice)
            library.espeak_SetParameter(_RATE, self._speed, 0)
            library.espeak_SetSynthCallback(callback)
            failed = library.espeak_Synth(data, len(data), 0, 0, 0, _UTF8, None, None)
            library.espeak_Synchronize()
        if failed:
            raise SpeechError(f"eSpeak NG could not speak (code {failed})")


def phonemes(word: str, voice: str = "en-us") -> str:
    """eSpeak's ASCII phoneme mnemonics for ``word``, by its dictionary and letter-to-sound rules."""
    library, _ = _library()
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    text = ctypes.c_char_p(word.encode("utf-8"))
    with _turn:
        _set_voice(library, voice)
        found = library.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _MNEMONICS)
    return found.decode("ascii", "replace") if found else ""


@functools.cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The loaded library and its sample rate, Hz. Raises SpeechError when the wheel is absent or damaged."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
    except (ImportError, OSError, RuntimeError) as error:
        raise SpeechError(f"eSpeak NG cannot be loaded ({error}); reinstall espeakng-loader") from error
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT)
    if rate <= 0:
        raise SpeechError(f"eSpeak NG does not start with its data in {data} (code {rate})")
    return library, rate


def _set_voice(library: ctypes.CDLL, voice: str) -> None:
    if library.espeak_SetVoiceByName(voice.encode("utf-8")):
        raise SpeechError(f'eSpeak NG has no voice "{voice}"; try "en", "en-us" or "en-us+f3"')
