"""PocketSphinx on our own sentences: the grammar of the built-in recogniser, and all of it where Moonshine is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from assistant.speech import denoise, voice_activity
from assistant.speech.compiled import compiled
from assistant.speech.confidence import (
    COMMAND,
    COMMAND_BESIDE_FREE,
    LEAST_COVERED,
    NOTHING,
    QUESTION,
    WORST_LOSS,
    Evidence,
    Weights,
    asks,
    confidence,
)
from assistant.speech.decoder import Heard, SphinxDecoder
from assistant.speech.grammar import to_fsg
from assistant.speech.tokens import Tokens
from assistant.utterance import Audio, Transcript

if TYPE_CHECKING:
    from hassil import Intents

# Wide beams keep enough words in the running for the second pass to find the sentence among them.
_FIRST_PASS = {
    "lw": 8.0,
    "beam": 1e-64,
    "wbeam": 1e-48,
    "pbeam": 1e-64,
    "lpbeam": 1e-48,
    "lponlybeam": 1e-40,
    "fwdflatbeam": 1e-64,
    "fwdflatwbeam": 1e-48,
    # Bounds on what is kept and looked at again: a fifth of the time, and not one word of the fitted questions lost.
    "maxhmmpf": 1500,
    "fwdflatsfwin": 12,
}

_ALWAYS = frozenset(["a", "my", "of", "the", "to"])
"""Short words that the first pass drops easily."""


_NOTHING = Heard((), 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was made of one utterance: ``command`` by the grammar, ``free`` by the language model, and bare phones,
    which are left out when somebody else judges how good the words are."""

    command: Heard | None
    free: Heard | None
    phones: Heard = _NOTHING

    @property
    def covered(self) -> float:
        """The share of the speech in the free decoding that the words of the command cover.

        A short command in a long sentence leaves the rest of it to fillers, which fit any sound.
        """
        if self.command is None or self.free is None or not self.free.spoken:
            return 1.0
        return self.command.spoken / self.free.spoken

    @property
    def chosen(self) -> tuple[Heard | None, Weights]:
        """The command where it sounds about as good as free speech, else the free speech; and how to weigh it."""
        command = self.command if self.command is not None and self.command.words else None
        free = self.free if self.free is not None and self.free.words else None
        if command is not None and free is None:
            return command, COMMAND
        if command is None or free is None:
            return free, QUESTION
        if self.covered >= LEAST_COVERED and command.path >= free.path - WORST_LOSS:
            return command, COMMAND_BESIDE_FREE
        return free, QUESTION

    @property
    def evidence(self) -> Evidence:
        """The scores of what was chosen."""
        heard, weights = self.chosen
        if heard is None:
            return Evidence()
        phones = heard.path - self.phones.path
        if weights is QUESTION:
            return Evidence(heard.sound, phones, language=heard.language, asks=asks(heard.words))
        loss = heard.path - self.free.path if self.free is not None and self.free.words else 0.0
        return Evidence(heard.sound, phones, loss=loss)


class SphinxTranscriber:
    """Hears commands by a grammar made of hassil templates, and questions by a trigram of the manual's text.

    A grammar of up to 20,000 arcs is decoded whole. For a larger one a first pass with the trigram says which words
    are in the running; the second searches the part of the grammar that is made of them. Blocking; one utterance at a
    time, whatever thread asks. Raises GrammarError when a template is wrong, SpeechError when PocketSphinx fails.
    """

    name = "pocketsphinx"

    def __init__(
        self,
        intents: "Intents",
        questions: Iterable[str] = (),
        *,
        cache: Path | None = None,
        wildcards: Mapping[str, Iterable[str]] | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self.compiled = compiled(intents, questions, cache=cache, wildcards=wildcards, tokens=tokens)
        self._decoder = SphinxDecoder(self.compiled.lexicon)
        if self.compiled.direct:
            self._decoder.add_grammar("commands", to_fsg(self.compiled.automaton.restricted(), "commands"))
        self._hears_freely = bool(self.compiled.arpa)
        if self._hears_freely:
            self._decoder.add_language_model("free", self.compiled.arpa, **_FIRST_PASS)
            self.compiled = replace(self.compiled, arpa="")  # megabytes that nobody reads again
        self._turn = Lock()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The templates that cannot be heard, each with the reason; the router still understands them when typed."""
        return self.compiled.left_out

    @property
    def guessed(self) -> tuple[str, ...]:
        """Words whose pronunciation was made up by rule: candidates for pronunciations.dict."""
        return self.compiled.lexicon.guessed

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); empty in silence, noise and speech that is not for us."""
        span = voice_activity.trim(audio)
        if span is None:
            return Transcript("", 0.0, self.name)
        clean = denoise.denoise(audio)[span.start : span.end]
        opinion = self.opinion(clean)
        heard, weights = opinion.chosen
        if heard is None:
            return Transcript("", 0.0, self.name)
        sure = confidence(opinion.evidence, weights)
        return Transcript(heard.text if sure >= NOTHING else "", sure, self.name, free=weights is QUESTION)

    def opinion(self, speech: Audio, *, phones: bool = True) -> Opinion:
        """All decodings of trimmed speech (mono float32, 16 kHz)."""
        with self._turn:
            return self._opinion(speech, phones)

    def _opinion(self, speech: Audio, phones: bool) -> Opinion:
        compiled, decoder = self.compiled, self._decoder
        free = decoder.hear(speech, "free") if self._hears_freely else None
        command: Heard | None
        if compiled.direct:
            command = decoder.hear(speech, "commands")
        elif free is not None and compiled.automaton.accepts(free.words):
            command = free
        else:
            command = self._second_pass(speech, free)
        return Opinion(command, free, decoder.phones(speech) if phones else _NOTHING)

    def _second_pass(self, speech: Audio, free: Heard | None) -> Heard | None:
        if free is None:
            return None
        rest = self.compiled.automaton.restricted(self._decoder.running() | set(free.words) | _ALWAYS)
        if not any(rest.arcs):
            return None
        self._decoder.add_grammar("part", to_fsg(rest, "part"))
        return self._decoder.hear(speech, "part")
