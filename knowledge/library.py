"""The library: everything the car knows, behind one verb, `answer`."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.answer import Answer, LiveReading
from knowledge.chain import Inquiry, build_chain, open_store
from knowledge.desk import Desk
from knowledge.embedding import Embedder
from knowledge.index import open_chroma
from knowledge.nearest import FEW, compared, stored
from knowledge.ranking import Ranker
from knowledge.shelf import Shelf
from knowledge.topics import load_patterns
from knowledge.weights import load_weights
from knowledge.wording import while_moving
from knowledge.words import load_contrasts, load_synonyms, phrase, plainly, tokens

if TYPE_CHECKING:
    from langchain_core.vectorstores import VectorStore

    from knowledge.model import ModelChoice, Word

VIN = "Vehicle.VehicleIdentification.VIN"
EMPTY = "I didn't catch a question."
NO_MANUAL = "I have no manual for this car."


class Library:
    """Answers questions about the car from its manuals and live readings. Safe to share between threads.

    Also a context manager; `close` gives its files back.
    """

    def __init__(
        self,
        shelf: Shelf,
        embedder: Embedder,
        model: "ModelChoice | None" = None,
        *,
        store: "VectorStore | None" = None,
    ) -> None:
        """``store`` finds the nearest passages; by default they are compared one by one or, where they are many, found
        by the index's own ChromaDB, which `close` then closes.
        """
        self.shelf = shelf
        self.embedder = embedder
        self._synonyms = load_synonyms()
        self.ranker = Ranker(shelf, load_weights(), load_contrasts(), self._synonyms)
        ranker = self.ranker
        self._asked = lru_cache(maxsize=4)(  # a question is held against several entries
            lambda pack, text: ranker.read(text, embedder, pack, frozenset())
        )
        self._patterns = load_patterns()
        self._known = self._synonyms.known_in([phrase(sentence) for sentence in shelf.sentences()])
        self._client = None if store or len(shelf.passages) <= FEW else open_chroma(shelf.folder)
        if self._client:
            store = open_store(shelf, self._client)
        self.nearest = stored(shelf, store) if store else compared(shelf)
        self._chain = build_chain(shelf, embedder, self.ranker, self.nearest)
        self.answer("How do I open the door?")  # the first question of a drive should not pay for warming up
        if model:
            self._chain = build_chain(shelf, embedder, self.ranker, self.nearest, self._worded_by(model))

    @classmethod
    def open(
        cls,
        index_folder: Path,
        embedder: Embedder | None = None,
        model: "ModelChoice | None" = None,
        *,
        store: "VectorStore | None" = None,
    ) -> "Library":
        """The library over a finished index. ``model`` may word answers; without one they are the manual's own words.

        Raises IndexMissing or IndexBroken, both saying what to do, and ModelError when ``model`` cannot be opened.
        """
        return cls(Shelf.open(index_folder), embedder or Embedder.load(), model, store=store)

    def close(self) -> None:
        """Give the index's files back. What was closed answers no more; closing twice does nothing."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def answer(
        self,
        question: str,
        readings: Sequence[LiveReading] = (),
        *,
        moving: bool = False,
        pack: str | None = None,
        variant: str | None = None,
        vin: str | None = None,
    ) -> Answer:
        """The manual's own words with their source, an "I'm not sure" that names two sections, or a refusal.

        Any text is a question: an empty or endless one is refused or cut. ``pack`` names the manual to answer
        from, by default that of the car with the identification number ``vin`` or, without one, of the car that the
        readings are of; a manual that is not there is refused. ``variant`` is that of the car where neither tells, by
        default the manual's own. While ``moving``, at most two short sentences.
        """
        started = time.perf_counter()
        answer = self._find(question, readings, pack, variant, vin)
        if moving:
            answer = replace(answer, text=while_moving(answer.text), steps=())
        timings = {**answer.timings_ms, "total": (time.perf_counter() - started) * 1000}
        return replace(answer, timings_ms={name: round(value, 2) for name, value in timings.items()})

    def texts(self) -> Iterable[str]:
        """The sentences of the manuals, for a recogniser's language model."""
        return self.shelf.sentences()

    def rules_out(self, pack: str, text: str, section: int | None, outside: float) -> bool:
        """Whether a question in the words ``text`` is not about ``section`` of ``pack``; see `Ranker.rules_out`."""
        return self.ranker.rules_out(self._asked(pack, self.translate(text)), section, outside)

    def _worded_by(self, choice: "ModelChoice") -> "Word":
        from knowledge.grounding import Grounding
        from knowledge.model import Phrasing, open_model

        grounding = Grounding(self._synonyms, self.ranker.contrasts)
        return Phrasing.of(open_model(choice), grounding, choice.deadline_s).word

    def _find(
        self,
        question: str,
        readings: Sequence[LiveReading],
        pack: str | None,
        variant: str | None,
        vin: str | None,
    ) -> Answer:
        name = pack
        number = vin or next((str(r.value) for r in readings if r.name == VIN and r.value), "")
        if not name and number:
            found = self.shelf.of_car(number)
            if found is None:
                return Answer(question, NO_MANUAL, "refused", "no_manual")
            name, variant = found[0], variant or found[1] or None
        name = name or next(iter(self.shelf.packs))
        if name not in self.shelf.packs:
            return Answer(question, f"I have no manual named {name[:60]}.", "refused", "no_such_pack")
        if variant and variant not in self.shelf.packs[name].variants.all:
            return Answer(question, f"My manual has no variant named {variant[:60]}.", "refused", "no_such_variant")
        text = plainly(question)
        if not any(token[0].isalpha() for token in tokens(text)):
            return Answer(question, EMPTY, "refused", "no_question")
        desk = Desk(self.shelf, name, readings, self._patterns, variant, partial(self.rules_out, name))
        answer = desk.first(question, text) or desk.after(question, text, self._search)
        if answer.passages:
            return answer
        searched = self._search(question, text, name, desk.variants_meant(text))
        return replace(answer, passages=searched.passages, timings_ms=searched.timings_ms)

    def _search(self, question: str, text: str, pack: str, variants: frozenset[str]) -> Answer:
        """The manual's answer, by the chain."""
        return self._chain(Inquiry(question, self.translate(text), pack, variants))

    def translate(self, text: str) -> str:
        """A question in the manual's own words."""
        return self._synonyms.translate(text, self._known)
