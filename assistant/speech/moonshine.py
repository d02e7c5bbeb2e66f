"""Moonshine tiny: a small neural recogniser of free speech. Its weights come in the moonshine-voice wheel.

We run them by ONNX Runtime ourselves, because what the manual and the sentences lead us to expect has to be weighed
into every step, and because the chance of a sentence that somebody else heard is worth as much as a transcript.
"""

import functools
import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import SpeechError
from assistant.speech.expectation import Expectation
from assistant.speech.tokens import END, START, Tokens
from assistant.utterance import SAMPLE_RATE, Audio

Scores = NDArray[np.float32]

WEIGHT = 0.2
"""Of what is expected beside what is heard, as exponent (chosen on the fitted questions of the benchmark)."""

BEAM = 4
_PIECES_A_SECOND = 6.5  # Moonshine's own bound: more than that is made up
_HEADS, _DEPTH = 8, 36  # of the tiny model's attention
_STRIDE = 384  # samples of 16 kHz to a state
_SHORTEST = 1_600  # samples; the encoder takes no fewer than about 900


@dataclass(frozen=True, slots=True)
class Guess:
    """A sentence as Moonshine writes it ("Set it to 21 degrees."), of so many word ``pieces``, its end among them.

    ``heard`` is the natural logarithm of its chance by the sound alone, and ``foreseen`` of that by what is expected
    (0 where nothing is): both over the whole sentence, 0 is certain.
    """

    text: str
    pieces: int
    heard: float
    foreseen: float = 0.0

    @property
    def weighed(self) -> float:
        return self.heard + WEIGHT * self.foreseen


@dataclass(frozen=True, slots=True)
class Sound:
    """An utterance as the encoder sees it: ``states`` is [1, about 41 a second, 288]."""

    states: Scores
    seconds: float


class Moonshine:
    """Blocking, one core; may be asked by several threads. Raises SpeechError when a file is damaged."""

    name = "moonshine/tiny-en"

    def __init__(self, folder: Path, tokens: Tokens | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # a quarter less memory, and no slower
        options.log_severity_level = 3
        self.tokens = tokens or Tokens(folder / "tokenizer.bin")
        try:
            self._encoder, self._decoder = (
                onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
                for name in ("encoder_model.ort", "decoder_model_merged.ort")
            )
        except Exception as error:  # ONNX Runtime raises its own errors, which share no parent
            raise SpeechError(
                f"{folder} holds no Moonshine model that can be loaded ({error})", code="model"
            ) from error
        self._past = [each.name for each in self._decoder.get_inputs() if each.name.startswith("past_key_values")]

    def listen(self, speech: Audio) -> Sound:
        """What the decoder listens to; ``speech`` is mono float32, 16 kHz, trimmed."""
        speech = np.pad(speech, (0, max(0, _SHORTEST - len(speech))))
        mask = np.ones((1, len(speech)), np.int64)
        (states,) = _run(self._encoder, {"input_values": speech[np.newaxis], "attention_mask": mask})
        return Sound(states, len(speech) / SAMPLE_RATE)

    def guess(self, sound: Sound, expectation: Expectation | None = None, *, beam: int = BEAM) -> Guess:
        """The likeliest sentence, by a beam search weighed with ``expectation``; an empty one where nothing ends."""
        most = int(sound.seconds * _PIECES_A_SECOND) + 3
        scores, past = self._step(sound, [[START]], None)
        lines = [_Line((), 0.0, 0.0)]
        ended: list[_Line] = []
        for _ in range(most):
            likely = _logarithms(scores[:, -1])
            ways: list[tuple[_Line, int]] = []
            for place, line in enumerate(lines):
                weighed = likely[place]
                if expectation is not None:
                    weighed = weighed + np.float32(WEIGHT) * expectation.after(line.pieces)
                for piece in np.argpartition(-weighed, beam)[:beam].tolist():
                    ways.append((line.on(piece, likely[place, piece], weighed[piece]), place))
            ways.sort(key=lambda way: -way[0].weighed)
            ended += [line for line, _ in ways[:beam] if line.pieces[-1] == END]
            going = [way for way in ways if way[0].pieces[-1] != END][:beam]
            if not going or (ended and max(line.weighed for line in ended) >= going[0][0].weighed):
                break
            lines = [line for line, _ in going]
            scores, past = self._step(sound, [[line.pieces[-1]] for line in lines], past, [place for _, place in going])
        best = max(ended, key=lambda line: line.weighed, default=None)
        if best is None:
            return Guess("", 1, -math.inf)
        foreseen = (best.weighed - best.heard) / WEIGHT
        return Guess(self.tokens.decode(best.pieces[:-1]), len(best.pieces), best.heard, foreseen)

    def chance(self, sound: Sound, text: str, expectation: Expectation | None = None) -> Guess:
        """``text``, and how likely it is by the sound and by what is expected."""
        pieces = self.tokens.encode(text)
        scores, _ = self._step(sound, [[START, *pieces]], None)
        wanted = [*pieces, END]
        heard = float(_logarithms(scores[0])[np.arange(len(wanted)), wanted].sum())
        if expectation is None:
            return Guess(text, len(wanted), heard)
        foreseen = sum(float(expectation.after(pieces[:place])[piece]) for place, piece in enumerate(wanted))
        return Guess(text, len(wanted), heard, foreseen)

    def _step(
        self,
        sound: Sound,
        pieces: list[list[int]],
        past: "dict[str, Scores] | None",
        parents: Sequence[int] = (),
    ) -> "tuple[Scores, dict[str, Scores]]":
        """The scores [lines, pieces, vocabulary] of what comes after each of ``pieces``, and the memory of all so far.

        ``past`` is the memory of the step before (None: there is none), ``parents`` the line that each goes on from.
        """
        first = past is None
        if past is None:
            past = {name: np.zeros((1, _HEADS, 0, _DEPTH), np.float32) for name in self._past}
        elif parents != list(range(next(iter(past.values())).shape[0])):
            past = {name: memory[parents] for name, memory in past.items()}
        states = np.broadcast_to(sound.states, (len(pieces), *sound.states.shape[1:]))
        feed = {
            "input_ids": np.array(pieces, np.int64),
            "encoder_hidden_states": np.ascontiguousarray(states),
            # The mask is of samples, as the encoder's; the model itself takes every 384th of them.
            "encoder_attention_mask": np.ones((len(pieces), states.shape[1] * _STRIDE), np.int64),
            "use_cache_branch": np.array([not first]),
        }
        scores, *memories = _run(self._decoder, {**feed, **past})
        # What is remembered of the sound never changes; after the first step the model returns nothing for it.
        kept = {
            name: past[name] if ".encoder." in name and not first else memory
            for name, memory in zip(self._past, memories, strict=True)
        }
        return scores, kept


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence under way: its pieces, and the sums of their logarithms by the sound and as weighed."""

    pieces: tuple[int, ...]
    heard: float
    weighed: float

    def on(self, piece: int, heard: float, weighed: float) -> "_Line":
        return _Line((*self.pieces, piece), self.heard + float(heard), self.weighed + float(weighed))


def _run(session: Any, feed: dict[str, Any]) -> list[Scores]:
    try:
        outputs: list[Scores] = session.run(None, feed)
    except Exception as error:  # ONNX Runtime raises its own errors, which share no parent
        raise SpeechError(f"Moonshine could not hear the utterance ({error})") from error
    return outputs


def _logarithms(scores: Scores) -> Scores:
    top = scores.max(-1, keepdims=True)
    found: Scores = scores - (top + np.log(np.exp(scores - top).sum(-1, keepdims=True)))
    return found


@functools.cache
def folder() -> Path | None:
    """Where the moonshine-voice wheel keeps its English model; None where it is not installed or brings none."""
    try:
        found = importlib.util.find_spec("moonshine_voice")
    except (ImportError, ValueError):
        return None
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        model = Path(place) / "assets" / "tiny-en"
        if (model / "decoder_model_merged.ort").is_file():
            return model
    return None
