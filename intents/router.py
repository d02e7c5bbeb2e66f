"""From an utterance to what was meant: templates first, then phrases and meaning, always by the same rules."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intents import templates
from intents.clauses import parts, sentences, tidy
from intents.dialogue import Dialogue
from intents.intent import Ask, Intent
from intents.reading import Reading, from_template, kind_of
from intents.resolve import Resolver
from intents.spotting import Spotter, phrases_of
from intents.things import Things

LEAST = 0.55
"""Below this share of accounted words nothing is done on phrases alone."""


class Embedder(Protocol):
    """Texts to unit vectors."""

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """float32 [n, d], each row of length 1."""
        ...


class Router:
    """Routes utterances of one language. Holds no conversation: that comes in with each call."""

    def __init__(self, things: Things, said: templates.Sentences, embedder: Embedder | None = None) -> None:
        from hassil.intents import Intents

        self._things, self._language, self._embedder = things, said.language, embedder
        self._templates = Intents.from_dict(dict(said.merged))
        self._plain = frozenset(things.intents)
        types = {name: thing.type for name, thing in things.things.items()}
        self._spotter = Spotter(phrases_of(said.phrases()), said.language, types)
        self._resolver = Resolver(things)

    @staticmethod
    def load(language: str = "en", *, folder: Path | None = None, embedder: Embedder | None = None) -> "Router":
        """The router of ``language``. Raises SentenceError when a data file is wrong."""
        return Router(Things.load(), templates.sentences(language, folder), embedder)

    def route(self, text: str, dialogue: Dialogue) -> tuple[Intent, ...]:
        """What ``text`` means, in order. Never empty, never raises: what is nothing to us has the kind "none"."""
        clean = tidy(text)
        readings = self._readings(clean) if clean else []
        intents: list[Intent] = []
        asked: list[Ask] = []
        for reading in readings:
            intent = self._intent(reading, dialogue, tuple(asked))
            asked.extend(intent.asks)
            intents.append(intent)
        useful = [intent for intent in intents if intent.kind not in ("none", "dialogue")]
        if useful:
            return tuple(useful[:4])
        spoken = [intent for intent in intents if intent.kind == "dialogue"]
        return tuple(spoken[:1]) or (Intent("None", "none", text),)

    def _readings(self, text: str) -> list[Reading]:
        whole = self._template(text)
        if whole is not None:
            return [whole]
        readings: list[Reading] = []
        for sentence in sentences(text):
            readings.extend(self._sentence(sentence))
        return readings

    def _sentence(self, sentence: str) -> list[Reading]:
        whole = self._template(sentence)
        if whole is not None:
            return [whole]
        readings: list[Reading] = []
        for part in parts(sentence):
            reading = self._template(part) or self._spotter.read(part)
            if not readings or reading.intent is not None:
                readings.append(reading)
                continue
            last = readings[-1]
            alone = reading.act is not None or reading.thing is not None or reading.state is not None
            if alone and reading.thing is None and reading.act is not None:
                reading = replace(reading, thing=last.thing)
            if alone and reading.act is None and last.mood == "command":
                reading = replace(reading, act=last.act, mood="command")
            if not alone and reading.places and (reading.valued or reading.amount) and last.thing:
                reading = replace(reading, thing=last.thing, act=last.act, mood=last.mood)
                alone = True
            if alone:
                readings.append(reading)
            else:
                readings[-1] = self._spotter.read(f"{last.text} and {part}")
        return readings

    def _template(self, text: str) -> Reading | None:
        from hassil.recognize import recognize_best

        if len(text) > 160:
            return None
        result = recognize_best(text, self._templates, language=self._language)
        if result is None:
            return None
        entities: dict[str, object] = {}
        for entity in result.entities_list:
            entities[entity.name] = (
                [*entities["choice"], entity.value]
                # type: ignore[misc]
                if (entity.name == "choice" and isinstance(entities.get("choice"), list))
                else ([entity.value] if entity.name == "choice" else entity.value)
            )
        return from_template(result.intent.name, entities, text, self._plain)

    def _intent(self, reading: Reading, dialogue: Dialogue, asked: tuple[Ask, ...]) -> Intent:
        if reading.intent is None and reading.mood not in ("command", "status"):
            kind = kind_of(reading.mood)
            name = {"question": "Question", "comfort": "Comfort"}.get(reading.mood, "None")
            return Intent(name, kind, reading.text, path=reading.path, score=reading.score)
        if reading.path != "template" and reading.score < LEAST:
            return Intent("None", "none", reading.text, path=reading.path, score=reading.score)
        return self._resolver.intent(reading, dialogue, asked)
