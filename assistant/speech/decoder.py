"""PocketSphinx decoding one utterance at a time against named searches: grammars and language models."""

import contextlib
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import SpeechError
from assistant.speech.lexicon import Lexicon
from assistant.utterance import Audio

# Wide beams: in noise the right path falls far behind before it recovers. bestpath=False because the lattice search
# drops a grammar's end and truncates. A light language weight, because a grammar's arcs carry no statistics.
GRAMMAR = {"bestpath": False, "beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "lw": 3.0}

_SCALE = 1024.0
"""PocketSphinx keeps its scores shifted right by ten bits."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One decoding. Scores are natural logarithms, a mean over frames of 10 ms or over words; 0 is perfect."""

    words: tuple[str, ...]
    sound: float
    """Of the words' frames alone, silence and fillers left out, against the best sound model in each frame."""
    path: float
    """Of all frames, silence and fillers too."""
    language: float
    """Of a word, by the language model and times its weight; 0 for a grammar, whose arcs are all alike."""
    spoken: int = 0
    """Frames of 10 ms that lie under words; the rest is silence and fillers."""

    @property
    def text(self) -> str:
        return " ".join(self.words)


class SphinxDecoder:
    """One acoustic model with one dictionary. Blocking and not for two threads at once."""

    def __init__(self, lexicon: Lexicon, **settings: object) -> None:
        import pocketsphinx

        with tempfile.TemporaryDirectory(prefix="cabin-") as folder:
            dictionary = Path(folder) / "words.dict"
            dictionary.write_text(lexicon.text(), encoding="utf-8")
            try:
                config = pocketsphinx.Config(
                    lm=None, dict=str(dictionary), loglevel="FATAL", **{"cmn": "batch", **GRAMMAR, **settings}
                )
                self._decoder = pocketsphinx.Decoder(config)
            except (RuntimeError, ValueError, KeyError) as error:
                raise SpeechError(f"PocketSphinx does not start ({error}); reinstall pocketsphinx") from error
        self._active = ""
        self._phones = False

    def add_grammar(self, name: str, fsg: str) -> None:
        """``fsg`` is in the Sphinx FSG text format; all its words are in the dictionary."""
        with tempfile.TemporaryDirectory(prefix="cabin-") as folder:
            path = Path(folder) / "grammar.fsg"
            path.write_text(fsg, encoding="utf-8")
            try:
                self._decoder.add_fsg(name, self._decoder.read_fsg(str(path)))
            except (RuntimeError, ValueError) as error:
                raise SpeechError(f"PocketSphinx does not take the grammar {name} ({error})") from error
        self._active = ""

    def add_language_model(self, name: str, arpa: str, **settings: object) -> None:
        """``arpa`` is the text of an n-gram model; words missing from the dictionary are never heard."""
        with tempfile.TemporaryDirectory(prefix="cabin-") as folder:
            path = Path(folder) / "model.arpa"
            path.write_text(arpa, encoding="utf-8")
            before = {key: self._decoder.config[key] for key in settings}
            try:
                # A search keeps the settings of the moment in which it was added.
                for key, value in settings.items():
                    self._decoder.config[key] = value
                self._decoder.add_lm_file(name, str(path))
            except (RuntimeError, ValueError, KeyError) as error:
                raise SpeechError(f"PocketSphinx does not take the language model {name} ({error})") from error
            finally:
                for key, value in before.items():
                    self._decoder.config[key] = value
        self._active = ""

    def hear(self, audio: Audio, search: str, *, whole: bool = True) -> Heard:
        """Decode ``audio`` (mono float32, 16 kHz) with the search called ``search``.

        ``whole`` takes the cepstral mean of this utterance; otherwise it is carried over, as in live decoding.
        """
        decoder = self._decoder
        pcm = (np.clip(audio, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
        try:
            if self._active != search:
                decoder.activate_search(search)
                self._active = search
            decoder.start_utt()
            decoder.process_raw(pcm, full_utt=whole)
            decoder.end_utt()
        except RuntimeError as error:
            with contextlib.suppress(RuntimeError):
                decoder.end_utt()
            raise SpeechError(f"PocketSphinx could not decode the utterance ({error})") from error
        return _heard(decoder)

    def running(self) -> frozenset[str]:
        """The words that were in the running in the last decoding with a language model."""
        lattice = self._decoder.get_lattice()
        if lattice is None:
            return frozenset()
        with tempfile.TemporaryDirectory(prefix="cabin-") as folder:
            path = Path(folder) / "lattice"
            lattice.write(str(path))
            text = path.read_text(encoding="utf-8")
        nodes = text.partition("\nNodes ")[2].partition("\n#")[0].splitlines()[1:]
        found = {node.split()[1].partition("(")[0] for node in nodes if len(node.split()) > 1}
        return frozenset(word for word in found if word[0] not in "<[+")

    def phones(self, audio: Audio) -> Heard:
        """The best sequence of phones, whatever the words: what the words' score is measured against."""
        if not self._phones:
            import pocketsphinx

            try:
                self._decoder.add_allphone_file("phones", pocketsphinx.get_model_path("en-us/en-us-phone.lm.bin"))
            except (RuntimeError, ValueError) as error:
                raise SpeechError(f"PocketSphinx's phone model cannot be read ({error})") from error
            self._phones = True
            self._active = ""
        return self.hear(audio, "phones")


def _heard(decoder: "object") -> Heard:
    from pocketsphinx import Decoder

    assert isinstance(decoder, Decoder)
    hypothesis = decoder.hyp()
    if hypothesis is None or not hypothesis.hypstr:
        return Heard((), 0.0, 0.0, 0.0)
    words: list[str] = []
    language = 0.0
    sounds: list[tuple[float, int]] = []
    path: list[tuple[float, int]] = []
    for segment in decoder.seg() or ():
        length = segment.end_frame - segment.start_frame + 1
        score = _SCALE * _log(segment.ascore)
        spoken = segment.word[0] not in "<[(+"
        # In long utterances PocketSphinx rescales its scores on the way; the word in which it does so seems better
        # than perfect and says nothing.
        if length > 0 and score <= 0:
            path.append((score, length))
            if spoken:
                sounds.append((score, length))
        if spoken:
            words.append(segment.word.partition("(")[0])
            language += min(_log(segment.lscore), 0.0)
    spoken_frames = sum(length for _, length in sounds)
    return Heard(tuple(words), _mean(sounds), _mean(path), _SCALE * language / max(len(words), 1), spoken_frames)


def _mean(scores: list[tuple[float, int]]) -> float:
    frames = sum(length for _, length in scores)
    return sum(score for score, _ in scores) / frames if frames else 0.0


def _log(score: float) -> float:
    return math.log(score) if score > 0 else -745.0
