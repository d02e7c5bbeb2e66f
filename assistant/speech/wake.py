"""The wake word by PocketSphinx: a keyphrase search that listens all the time, and a second look at what it finds."""

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import SettingsError, SpeechError
from assistant.speech import denoise, voice_activity
from assistant.speech.decoder import SphinxDecoder
from assistant.speech.lexicon import Lexicon, lexicon
from assistant.utterance import SAMPLE_RATE, Audio

SHORTEST = 6
"""Phones that a wake word has at least: "hey cabin" has 8; shorter ones are heard in ordinary talk all the time."""
LONGEST = 24

# Both chosen with tests/benchmarks/conversation.py, on other speech and noise against made voices: the search alone
# would have to be so strict that it misses most calls in noise; with a second look it may be generous.
THRESHOLD = 1e-30
LEAST_ALIKE = -1.0

_FRAME = SAMPLE_RATE // 100
_AROUND = 25  # frames of sound looked at on both sides of what was found
_KEPT_S = 4.0


class SphinxWakeWord:
    """``phrase`` behind the WakeWord port. Blocking; one thread at a time. 3 % of one core.

    Raises SettingsError when the phrase is too short, too long or has a word that nobody can pronounce.
    """

    def __init__(self, phrase: str, *, threshold: float = THRESHOLD, least_alike: float = LEAST_ALIKE) -> None:
        self.phrase = " ".join(re.findall(r"[^\s,.!?]+", phrase.casefold()))
        words = pronounced(self.phrase)
        self._least_alike = least_alike
        self._second = SphinxDecoder(words)
        self._second.add_grammar("phrase", _grammar(self.phrase.split()))
        self._decoder = _search(self.phrase, words, threshold)
        self._sound = np.zeros(0, np.float32)
        self._start()

    def hear(self, sound: Audio) -> int | None:
        pcm = (np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
        self._sound = np.concatenate((self._sound, sound))[-int(_KEPT_S * SAMPLE_RATE) :]
        self._taken += len(sound)
        try:
            self._decoder.process_raw(pcm)
            found = self._decoder.hyp()
            if found is None or not found.hypstr:
                return None
            last = list(self._decoder.seg())[-1]
            begins, ends = (self._taken - frame * _FRAME for frame in (last.start_frame, last.end_frame + 1))
            self._restart()
        except RuntimeError as error:
            raise SpeechError(f"the wake word search failed ({error}); the key still works") from error
        ends = max(0, ends)
        return ends if self._is_it(begins, ends) else None

    def reset(self) -> None:
        self._sound = self._sound[:0]
        try:
            self._restart()
        except RuntimeError as error:
            raise SpeechError(f"the wake word search failed ({error}); the key still works") from error

    def _is_it(self, begins: int, ends: int) -> bool:
        """A second look at the stretch from ``begins`` to ``ends`` samples ago: is it speech, and is it the phrase?"""
        around = _AROUND * _FRAME
        first, last = len(self._sound) - begins - around, len(self._sound) - ends + around
        stretch = denoise.denoise(self._sound)[max(0, first) : max(0, last)]
        if not voice_activity.spans(self._sound[max(0, first) :]):
            return False
        heard, phones = self._second.hear(stretch, "phrase"), self._second.phones(stretch)
        return bool(heard.words) and heard.path - phones.path >= self._least_alike

    def _start(self) -> None:
        self._decoder.start_utt()
        self._taken = 0  # samples since then: the search counts its frames from there

    def _restart(self) -> None:
        self._decoder.end_utt()
        self._start()


def pronounced(phrase: str) -> Lexicon:
    """The pronunciations of ``phrase``. Raises SettingsError when it cannot be a wake word."""
    where = f'[speech] wake_word = "{phrase}"'
    words = lexicon(phrase.split())
    if words.unknown:
        raise SettingsError(
            f'{where}: nobody can say "{words.unknown[0]}"; use words of letters, as they are spoken ("hey cabin"), '
            "or leave it empty for push-to-talk only"
        )
    phones = sum(min(len(sound.split()) for sound in words.entries[word]) for word in phrase.split())
    if not SHORTEST <= phones <= LONGEST:
        raise SettingsError(
            f"{where}: it has {phones} sounds, and {SHORTEST} to {LONGEST} are needed: a shorter one is heard in "
            'ordinary talk, a longer one is hard to say; two or three words are best ("hey cabin")'
        )
    return words


def _grammar(words: list[str]) -> str:
    steps = "".join(f"TRANSITION {number} {number + 1} 1.0 {word}\n" for number, word in enumerate(words))
    return f"FSG_BEGIN phrase\nNUM_STATES {len(words) + 1}\nSTART_STATE 0\nFINAL_STATE {len(words)}\n{steps}FSG_END\n"


def _search(phrase: str, words: Lexicon, threshold: float) -> Any:
    import pocketsphinx

    with tempfile.TemporaryDirectory(prefix="cabin-") as folder:
        dictionary = Path(folder) / "words.dict"
        dictionary.write_text(words.text(), encoding="utf-8")
        try:
            return pocketsphinx.Decoder(
                pocketsphinx.Config(
                    lm=None, dict=str(dictionary), keyphrase=phrase, kws_threshold=threshold, loglevel="FATAL"
                )
            )
        except (RuntimeError, ValueError, KeyError) as error:
            raise SpeechError(f"PocketSphinx does not take the wake word ({error}); reinstall pocketsphinx") from error
