"""Matches a whole sentence against the templates, quickly: those that cannot fit are not tried."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intents.numbers import spelled
from intents.phrases import words
from intents.templates import Sentences, compiled

if TYPE_CHECKING:
    from hassil.expression import Expression
    from hassil.intents import Intents

LONGEST = 160
"""Characters. No template is longer."""
KEPT = 256
"""Texts whose match is remembered: a sentence is tried whole, then as its parts."""


class Matcher:
    """The templates of one language, those with free words ("call {person}") apart from the rest."""

    def __init__(self, said: Sentences) -> None:
        self._language = said.language
        whole = compiled(said)
        self._closed, self._open = _parted(whole)
        known = {word for expression in _expressions(whole) for text in _texts(expression) for word in words(text)}
        self._seen: dict[str, tuple[str, dict[str, object]] | None] = {}
        self._vocabulary = known | {word for number in spelled(said.language) for word in number}

    def match(self, text: str) -> tuple[str, dict[str, object]] | None:
        """(intent, slots) of the template that fits all of ``text``, the most literal of several, or None.

        The slot "choice" is a list: "to face and feet".
        """
        if not text or len(text) > LONGEST:
            return None
        if text not in self._seen:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            self._seen[text] = self._match(text)
        return self._seen[text]

    def _match(self, text: str) -> tuple[str, dict[str, object]] | None:
        from hassil.recognize import recognize_best

        closed = all(word in self._vocabulary or word[-1].isdigit() for word in words(text))
        result = recognize_best(text, self._closed, language=self._language) if closed else None
        if result is None:
            result = recognize_best(text, self._open, language=self._language)
        if result is None:
            return None
        entities: dict[str, object] = {}
        choices: list[object] = []
        for entity in result.entities_list:
            entities[entity.name] = entity.value
            if entity.name == "choice":
                choices.append(entity.value)
            if (entity.metadata or {}).get("plural"):
                entities["plural"] = True
        if choices:
            entities["choice"] = choices
        return result.intent.name, entities


def _parted(whole: "Intents") -> tuple["Intents", "Intents"]:
    """``whole`` without its sentences with free words, and these alone."""
    from dataclasses import replace

    from hassil.intents import WildcardSlotList

    free = {name for name, values in whole.slot_lists.items() if isinstance(values, WildcardSlotList)}
    parted = []
    for wanted in (False, True):
        intents = {}
        for name, intent in whole.intents.items():
            data = []
            for block in intent.data:
                texts = [text for text in block.sentence_texts if any(f"{{{each}" in text for each in free) == wanted]
                if texts:
                    data.append(replace(block, sentence_texts=texts))
            if data:
                intents[name] = replace(intent, data=data)
        parted.append(replace(whole, intents=intents))
    return parted[0], parted[1]


def _expressions(whole: "Intents") -> Iterator["Expression"]:
    from hassil.intents import TextSlotList

    for intent in whole.intents.values():
        for block in intent.data:
            for sentence in block.sentences:
                yield sentence.expression
    for rule in whole.expansion_rules.values():
        yield rule.expression
    for values in whole.slot_lists.values():
        if isinstance(values, TextSlotList):
            for value in values.values:
                yield value.text_in


def _texts(expression: "Expression") -> Iterator[str]:
    from hassil.expression import Group, TextChunk

    if isinstance(expression, TextChunk):
        yield expression.original_text
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _texts(item)
