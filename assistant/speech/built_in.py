"""The built-in recogniser: Moonshine for what is said freely, PocketSphinx for commands, and each judges the other."""

import ctypes
import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import SpeechError
from assistant.ports import Transcriber
from assistant.speech import denoise, moonshine, voice_activity
from assistant.speech.confidence import FREE, LEAST_COVERED, NOTHING, Evidence, asks, confidence
from assistant.speech.expectation import Expectation, written
from assistant.speech.grammar import spoken
from assistant.speech.moonshine import Guess, Moonshine, Sound
from assistant.speech.sphinx import Opinion, SphinxTranscriber
from assistant.speech.tokens import Tokens
from assistant.speech.whisper import made_up
from assistant.utterance import SAMPLE_RATE, Audio, Transcript

if TYPE_CHECKING:
    from hassil import Intents

_AROUND_S = 0.2
"""Sound that Moonshine hears before and after the speech, seconds: with less it loses first and last words."""

PLAIN = -0.5
"""Of a command that Moonshine wrote, natural logarithm of its chance a piece, from which on nobody else is asked.

Of 174 commands of the fit that Moonshine wrote, 4 are not word for word what was said; one of them, another wording of
the same, is that likely."""

PLAINLY_ASKED = -0.15
"""The same of what begins as a question does: .972 of its content words are right, .977 after a second opinion."""

WORST_LOSS = -9.0
"""Natural logarithm of how likely a command of PocketSphinx's has to be for Moonshine beside what that itself heard.

Of the sentences of the fit, .989 of 188 commands heard right are above it and none of 558 others, those left out that
cover too little of the speech."""

AS_WELL = -4.0
"""The same, what is expected weighed in, of free words that PocketSphinx put together: it keeps .944 of the content
words of the fitted questions, where Moonshine alone keeps .927."""

AS_WELL_ELSEWHERE = -3.0
"""The same of free words that a recogniser with another model heard: beside Whisper base, .956 of the content words of
every other fitted question are kept, clean and at 15 dB, where ours alone keeps .943 and Whisper alone .917."""

WORST_LOSS_DIRECT = -15.5
"""The same where the grammar is so small that it is decoded whole: the path through it is then the best there is.

Of 30 recorded orders of coffee, clean and at 12, 9 and 6 dB, .99 of those heard right are above it, 4 of 4 heard wrong
below, and none of 126 other sentences above."""

LEAST_HEARD = -2.5
"""Natural logarithm of the chance a piece, by the sound alone, below which no command is one, whatever else was heard.
Of the commands of the fit that were heard right, one in a hundred is below -2.4."""

LEAST_HEARD_FREELY = -1.5
"""The same of free words; one in a hundred of the questions of the fit is below -0.74."""

AS_GOOD = -1.0
"""The same, from which on a command of a large grammar is taken before another one of Moonshine's."""


@dataclass(frozen=True, slots=True)
class View:
    """What was made of one utterance.

    ``guess`` is Moonshine's sentence and ``words`` what is said in it; ``fits`` tells whether they are a command of
    ours as a whole, ``known`` whether one that the grammar holds. ``opinion`` is PocketSphinx's, where that was asked;
    ``likely`` and ``freely`` are how likely Moonshine finds its command and its free words. ``direct`` says that the
    grammar was decoded whole.
    """

    guess: Guess
    words: tuple[str, ...]
    fits: bool
    known: bool
    opinion: Opinion | None = None
    likely: Guess | None = None
    freely: Guess | None = None
    direct: bool = False

    @property
    def loss(self) -> float:
        """How much less likely the grammar's command is for Moonshine than its own sentence; natural logarithm."""
        if self.likely is None or self.opinion is None or self.opinion.covered < LEAST_COVERED:
            return -math.inf
        return self.likely.heard - self.guess.heard if self.guess.text else 0.0

    @property
    def free(self) -> Guess:
        """The likelier of what both heard freely."""
        other = self.freely
        return other if other is not None and other.weighed >= self.guess.weighed + AS_WELL else self.guess

    @property
    def command(self) -> tuple[str, ...]:
        """The words of the command that was meant; () where none was."""
        other = self.opinion.command.words if self.opinion is not None and self.opinion.command is not None else ()
        worst = WORST_LOSS_DIRECT if self.direct else AS_GOOD if self.known else WORST_LOSS
        if other and self.loss >= worst:
            return other
        return self.words if self.fits else ()

    @property
    def rival(self) -> tuple[str, ...]:
        """The words of another command that it may have been."""
        if self.opinion is None or self.opinion.command is None or not self.known or self.loss < WORST_LOSS:
            return ()
        other = self.opinion.command.words
        return () if other == self.words else self.words if self.command == other else other


class BuiltInTranscriber:
    """Hears questions as Moonshine does, led by what people say to this car, and commands by PocketSphinx's grammar.

    A command that Moonshine writes plainly is taken at once. Otherwise PocketSphinx searches for the best command, and
    Moonshine says whether that is what it heard. ``sphinx`` is made with the tokens of ``model``; ``accounts_for``
    tells of a sentence that no template has whether it is for the car all the same. Blocking; may be asked by several
    threads. Raises SpeechError when an engine fails.
    """

    def __init__(
        self, model: Moonshine, sphinx: SphinxTranscriber, accounts_for: Callable[[str], bool] | None = None
    ) -> None:
        self.name = model.name
        self._model, self._sphinx, self._accounts_for = model, sphinx, accounts_for
        compiled = sphinx.compiled
        self._expectation = Expectation(compiled.expected, len(model.tokens)) if compiled.expected else None
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="denoise")

    @property
    def left_out(self) -> tuple[str, ...]:
        """The templates that the grammar cannot hold, each with the reason."""
        return self._sphinx.left_out

    def transcribe(self, audio: Audio) -> Transcript:
        """The words of ``audio`` (mono float32, 16 kHz); empty in silence, noise and speech that is not for us."""
        return self._transcript(self.view(audio))

    def glimpse(self, audio: Audio) -> Transcript:
        """As ``transcribe``, sooner and less sure: for words while they are spoken."""
        return self._transcript(self.view(audio, alone=True))

    def view(self, audio: Audio, *, alone: bool = False, plainly: bool = True) -> View | None:
        """What is made of ``audio``; None where nobody speaks.

        ``alone`` asks Moonshine only, and with the narrowest beam; ``plainly`` asks nobody else where it is sure.
        """
        span = voice_activity.trim(audio)
        if span is None:
            return None
        quiet = None if alone else self._beside.submit(denoise.denoise, audio)
        sound = self._listened(audio, span)
        guess = self._model.guess(sound, self._expectation, beam=1 if alone else moonshine.BEAM)
        words = () if made_up(guess.text, span.seconds) else tuple(spoken(guess.text))
        known = bool(words) and self._sphinx.compiled.automaton.accepts(words)
        fits = known or (
            bool(words) and not alone and self._accounts_for is not None and self._accounts_for(" ".join(words))
        )
        direct = self._sphinx.compiled.direct
        plain = 0.0 if direct else PLAIN if known else PLAINLY_ASKED if asks(words) and not fits else 0.0
        if quiet is None or (plainly and guess.heard >= plain * guess.pieces):
            if quiet is not None:
                quiet.cancel()
            return View(guess, words, fits, known)
        opinion = self._sphinx.opinion(quiet.result()[span.start : span.end], phones=False)
        likely = self._chance(sound, opinion.command.text) if opinion.command is not None else None
        same = opinion.free is not None and opinion.command is not None and opinion.free.words == opinion.command.words
        freely = likely if same else self._chance(sound, opinion.free.text) if opinion.free is not None else None
        return View(guess, words, fits, known, opinion, likely, freely, direct)

    def likelier(self, audio: Audio, own: Transcript, other: Transcript) -> Transcript:
        """``other``, heard freely in ``audio`` by another recogniser, where Moonshine finds it about as likely as its
        ``own`` words; else those.
        """
        words, span = " ".join(spoken(other.text)), voice_activity.trim(audio)
        if span is None or not words:
            return own
        sound = self._listened(audio, span)
        ours, others = self._chance(sound, own.text), self._chance(sound, words)
        if ours is not None and others is not None and others.weighed < ours.weighed + AS_WELL_ELSEWHERE:
            return own
        return other

    def _listened(self, audio: Audio, span: voice_activity.Span) -> Sound:
        around = int(_AROUND_S * SAMPLE_RATE)
        return self._model.listen(audio[max(0, span.start - around) : span.end + around])

    def _chance(self, sound: Sound, words: str) -> Guess | None:
        """What Moonshine thinks of another's words, numbers written the way that suits it better."""
        if not words:
            return None
        ways = {written(words), written(words, digits=False)}
        return max((self._model.chance(sound, way, self._expectation) for way in ways), key=lambda each: each.heard)

    def _transcript(self, view: View | None) -> Transcript:
        if view is None:
            return Transcript("", 0.0, self.name)
        if view.command:
            best = view.guess if view.command == view.words or view.likely is None else view.likely
            free = view.command == view.words and not view.known
            least = LEAST_HEARD_FREELY if free else LEAST_HEARD
            text = " ".join(view.command) if best.heard >= least * best.pieces else ""
            return Transcript(text, math.exp(best.heard / best.pieces), self.name, free, rival=" ".join(view.rival))
        best, words = view.free, tuple(spoken(view.free.text))
        sure = confidence(Evidence(language=best.foreseen / best.pieces, asks=asks(words)), FREE)
        if not view.words or sure < NOTHING or best.heard < LEAST_HEARD_FREELY * best.pieces:
            return Transcript("", sure, self.name)
        return Transcript(" ".join(words), sure, self.name, free=True)


def _give_back() -> None:
    """Let the system have what loading freed, a tenth of all; glibc alone would keep it."""
    with suppress(AttributeError, OSError, TypeError):  # other systems' libraries have no such function
        ctypes.CDLL(None).malloc_trim(0)


def built_in(
    intents: "Intents",
    questions: Iterable[str] = (),
    *,
    engine: str = "auto",
    cache: Path | None = None,
    wildcards: Mapping[str, Iterable[str]] | None = None,
    accounts_for: Callable[[str], bool] | None = None,
) -> tuple[Transcriber, str]:
    """The best recogniser that needs no download, and what it is, in words.

    ``engine`` "pocketsphinx" leaves Moonshine out; "moonshine" raises SpeechError where that is not to be had.
    ``accounts_for`` tells whether a sentence that no template has is for the car. Raises GrammarError when a template
    is wrong.
    """
    place = moonshine.folder() if engine != "pocketsphinx" else None
    lacking = "" if place or engine == "pocketsphinx" else "Moonshine is not installed for this machine"
    if place is not None:
        try:
            tokens = Tokens(place / "tokenizer.bin")
            with ThreadPoolExecutor(max_workers=1) as beside:  # both take half a second to load
                # the grammar in the thread: what a thread frees is kept for it, and the model frees a third of its size
                loading = beside.submit(
                    SphinxTranscriber, intents, questions, cache=cache, wildcards=wildcards, tokens=tokens
                )
                model = Moonshine(place, tokens)
                both = BuiltInTranscriber(model, loading.result(), accounts_for)
                _give_back()
                return both, "Moonshine and PocketSphinx (built in)"
        except SpeechError as error:
            if error.code != "model":
                raise
            lacking = str(error)
    if engine == "moonshine":
        raise SpeechError(f"{lacking}; set the recogniser to auto", code="engine")
    ears = SphinxTranscriber(intents, questions, cache=cache, wildcards=wildcards)
    return ears, f"PocketSphinx (built in){f', alone: {lacking}' if lacking else ''}"
