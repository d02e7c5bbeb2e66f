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

# Chosen with tests/benchmarks/conversation.py, on other speech and noise against made voices: a search that is
# strict enough by itself misses half of the calls in noise. So it is generous, in its beams too, and what it finds is
# looked at again.
THRESHOLD_OF_A_PHONE = 1e-6
"""PocketSphinx's threshold for each phone of the phrase; they multiply, as likelihoods do."""
LEAST_ALIKE = -3.75
"""How well the phrase has to fit: of its words against the best sounds, and of its path against the best phones."""

_FRAME = SAMPLE_RATE // 100
_AROUND = 25  # frames of sound looked at on both sides of what was found
_KEPT_S = 4.0


class SphinxWakeWord:
    """``phrase`` behind the WakeWord port. Blocking; one thread at a time. 3 % of one core.

    Raises SettingsError when the phrase is too short, too long or has a word that nobody can pronounce.
    """

    def __init__(self, phrase: str, *, least_alike: float = LEAST_ALIKE) -> None:
        self.phrase = " ".join(re.findall(r"[^\s,.!?]+", phrase.casefold()))
        words, phones = pronounced(self.phrase)
        self._least_alike = least_alike
        self._second = SphinxDecoder(words)
        self._second.add_grammar("phrase", _grammar(self.phrase.split()))
        self._decoder = _search(self.phrase, words, THRESHOLD_OF_A_PHONE**phones)
        self._running = False
        self._sound = np.zeros(0, np.float32)
        self._taken = 0  # samples since the search began anew: it counts its frames from there
        self._found: tuple[int, int] | None = None
        self._restart()

    def hear(self, sound: Audio) -> int | None:
        pcm = (np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
        self._sound = np.concatenate((self._sound, sound))[-int(_KEPT_S * SAMPLE_RATE) :]
        self._taken += len(sound)
        try:
            self._decoder.process_raw(pcm)
            if self._found is None and (hypothesis := self._decoder.hyp()) is not None and hypothesis.hypstr:
                last = list(self._decoder.seg())[-1]
                self._found = last.start_frame * _FRAME, (last.end_frame + 1) * _FRAME
            if self._found is None or self._taken < self._found[1] + _AROUND * _FRAME:
                return None
            begins, ends = (self._taken - moment for moment in self._found)
            self._restart()
        except RuntimeError as error:
            raise SpeechError(f"the wake word search failed ({error}); push-to-talk still works") from error
        return ends if self._is_it(begins, ends) else None

    def reset(self) -> None:
        self._sound = self._sound[:0]
        try:
            self._restart()
        except RuntimeError as error:
            raise SpeechError(f"the wake word search failed ({error}); push-to-talk still works") from error

    def _is_it(self, begins: int, ends: int) -> bool:
        """A second look at what lies from ``begins`` to ``ends`` samples ago: is it speech, and is it the phrase?"""
        around, now = _AROUND * _FRAME, len(self._sound)
        stretch = self._sound[max(0, now - begins - around) : now - ends + around]
        if not voice_activity.spans(stretch):
            return False
        clean = denoise.denoise(stretch)
        heard, phones = self._second.hear(clean, "phrase"), self._second.phones(clean)
        return bool(heard.words) and heard.sound + heard.path - phones.path >= self._least_alike

    def _restart(self) -> None:
        if self._running:
            self._decoder.end_utt()
        self._decoder.start_utt()
        self._running = True
        self._taken = 0
        self._found = None


def pronounced(phrase: str) -> tuple[Lexicon, int]:
    """The pronunciations of ``phrase`` and its phones at least. Raises SettingsError when it cannot be a wake word."""
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
    return words, phones


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
                    lm=None,
                    dict=str(dictionary),
                    keyphrase=phrase,
                    kws_threshold=threshold,
                    beam=1e-100,
                    pbeam=1e-100,
                    loglevel="FATAL",
                )
            )
        except (RuntimeError, ValueError, KeyError) as error:
            raise SpeechError(f"PocketSphinx does not take the wake word ({error}); reinstall pocketsphinx") from error
