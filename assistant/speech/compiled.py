"""All that the built-in recogniser is made from, compiled once and kept on disk by the hash of its sources."""

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import SpeechError
from assistant.speech.automaton import Packed
from assistant.speech.english import FILE as ENGLISH
from assistant.speech.english import english
from assistant.speech.expectation import FORMAT as PIECES_FORMAT
from assistant.speech.expectation import expected
from assistant.speech.grammar import EXAMPLES, compile_grammar, content_hash
from assistant.speech.language_model import FORMAT, LanguageModel, mixed, trigram
from assistant.speech.lexicon import Lexicon, lexicon
from assistant.speech.questions import WORDING, with_questions
from assistant.speech.tokens import Tokens

if TYPE_CHECKING:
    from hassil import Intents

SMALL = 20_000
"""Arcs up to which the whole grammar is decoded at once; a larger one first needs a language model's opinion."""

_COPIES = 2
"""Times the questions count beside the random commands, which are many (measured on made questions and commands)."""

_EXAMPLES_FOR_PIECES = 2
"""Every how many-th random command counts beside the questions in what a neural recogniser expects."""

_OURS = 0.8
"""Share of our own sentences in what is expected, the rest being general English (measured on the fitted questions)."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A word automaton of all commands, a trigram over commands and questions ("" where none is needed), and how
    every word of both sounds. ``left_out`` names the templates that cannot be decoded, each with the reason.
    ``expected`` is the same in the word pieces of a neural recogniser, where there is one."""

    automaton: Packed
    arpa: str
    lexicon: Lexicon
    left_out: tuple[str, ...]
    expected: LanguageModel | None = None

    @property
    def direct(self) -> bool:
        """Whether the grammar is small enough to be decoded whole."""
        return self.automaton.arcs <= SMALL


def compiled(
    intents: "Intents",
    questions: Iterable[str] = (),
    *,
    cache: Path | None = None,
    wildcards: Mapping[str, Iterable[str]] | None = None,
    tokens: Tokens | None = None,
) -> Compiled:
    """Compile templates and question text, or take them from ``cache`` (a folder) where that was done before.

    With ``tokens``, free speech is left to the neural recogniser whose word pieces they are: what is expected is told
    to it, and the trigram knows our own sentences only, without general English. A folder that cannot be written, or a
    damaged file in it, is done without. Raises GrammarError.
    """
    texts = tuple(questions)
    digest = hashlib.sha256(f"{FORMAT} {EXAMPLES} {_COPIES} {_OURS} {content_hash(intents, wildcards)}".encode())
    digest.update("\n".join(texts).encode() + WORDING.read_bytes() + _led(tokens))
    file = cache / f"{digest.hexdigest()[:32]}.npz" if cache is not None else None
    found = _read(file) if file is not None else None
    if found is None:
        found = _compile(intents, texts, wildcards, tokens)
        if file is not None:
            _write(file, found)
    return found


def _led(tokens: Tokens | None) -> bytes:
    """What free speech is led by, for the hash."""
    return f"{PIECES_FORMAT} {_EXAMPLES_FOR_PIECES} {tokens.digest}".encode() if tokens else ENGLISH.read_bytes()


def _compile(
    intents: "Intents",
    texts: tuple[str, ...],
    wildcards: Mapping[str, Iterable[str]] | None,
    tokens: Tokens | None,
) -> Compiled:
    grammar = compile_grammar(intents, wildcards=wildcards)
    if not grammar.automaton.arcs:
        raise SpeechError("the sentence templates hold no sentence that can be decoded", code="grammar")
    asked = tuple(with_questions(texts))
    pieces = expected((*grammar.examples[::_EXAMPLES_FOR_PIECES], *asked), tokens) if tokens is not None else None
    if grammar.automaton.arcs <= SMALL and not texts:
        return Compiled(grammar.automaton, "", grammar.lexicon, grammar.left_out, pieces)
    # Every word of the grammar once more by itself, so that none is missing from the model.
    model = trigram((*grammar.examples, *grammar.automaton.words, *asked * _COPIES))
    if texts and tokens is None:
        model = mixed(model, english(), _OURS)
    words = lexicon(model.words[2:])
    return Compiled(grammar.automaton, model.arpa, words, grammar.left_out, pieces)


def _read(file: Path) -> Compiled | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            about = json.loads(bytes(kept["about"]))
            automaton = Packed(
                tuple(about["words"]), kept["starts"], kept["labels"], kept["targets"], kept["accepting"]
            )
            arpa = bytes(kept["arpa"]).decode("utf-8")
            pieces = about["pieces"] and LanguageModel(
                tuple(about["pieces"]), *(kept[f"pieces_{part.name}"] for part in fields(LanguageModel)[1:])
            )
        entries = {word: tuple(sounds) for word, sounds in about["entries"].items()}
        words = Lexicon(entries, tuple(about["guessed"]), tuple(about["unknown"]))
        return Compiled(automaton, arpa, words, tuple(about["left_out"]), pieces or None)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _write(file: Path, what: Compiled) -> None:
    about = {
        "words": what.automaton.words,
        "entries": what.lexicon.entries,
        "guessed": what.lexicon.guessed,
        "unknown": what.lexicon.unknown,
        "left_out": what.left_out,
        "pieces": what.expected.words if what.expected else (),
    }
    pieces = {}
    if what.expected is not None:
        pieces = {f"pieces_{part.name}": getattr(what.expected, part.name) for part in fields(LanguageModel)[1:]}
    draft = file.with_suffix(f".{os.getpid()}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as out:
            np.savez(
                out,
                about=np.frombuffer(json.dumps(about).encode(), np.uint8),
                arpa=np.frombuffer(what.arpa.encode(), np.uint8),
                starts=what.automaton.starts,
                labels=what.automaton.labels,
                targets=what.automaton.targets,
                accepting=what.automaton.accepting,
                **pieces,
            )
        draft.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
