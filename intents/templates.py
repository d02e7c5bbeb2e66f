"""The sentence files of a language, validated and merged: hassil templates, and the phrases that they are made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from intents.errors import SentenceError, line_of, read_yaml
from intents.intent import SlotValue
from intents.things import Things

if TYPE_CHECKING:
    from hassil.intents import Intents

HERE = Path(__file__).parent / "sentences"

LISTS: dict[str, tuple[str, ...]] = {
    "switch": ("switch",),
    "level": ("level",),
    "number": ("number",),
    "opening": ("opening",),
    "door": ("door",),
    "lock": ("lock",),
}
"""Lists of the templates that hold the things of a type. {thing} holds all, {speed_number} those in km/h."""


class Block(BaseModel):
    """Some sentences that mean the same, with the slots that they fix."""

    model_config = ConfigDict(extra="forbid")

    sentences: list[str]
    slots: dict[str, SlotValue] = {}


class Meaning(BaseModel):
    """All sentences of one intent in one file."""

    model_config = ConfigDict(extra="forbid")

    data: list[Block]


class Topic(BaseModel):
    """One file of sentences. ``things``, ``choices`` and ``colours`` become lists; the rest is hassil's own layout."""

    model_config = ConfigDict(extra="forbid")

    language: str
    intents: dict[str, Meaning] = {}
    lists: dict[str, dict[str, Any]] = {}
    expansion_rules: dict[str, str] = {}
    skip_words: list[str] = []
    things: dict[str, list[str] | dict[str, list[str]]] = {}
    choices: dict[str, dict[str, list[str]]] = {}
    colours: dict[str, list[str]] = {}
    words: dict[str, dict[str, list[str]] | list[str]] = {}
    states: dict[str, list[str]] = {}
    feelings: list[str] = []


@dataclass(frozen=True, eq=False)
class Sentences:
    """Everything a language knows: its topics by file, and the merged mapping that hassil parses."""

    language: str
    topics: Mapping[Path, Topic]
    merged: Mapping[str, Any]

    def phrases(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(kind, value, plain phrases) of every thing, choice, colour and word."""
        for topic in self.topics.values():
            for thing, said in topic.things.items():
                for number, phrases in said.items() if isinstance(said, dict) else (("one", said),):
                    yield ("thing" if number == "one" else "things"), thing, expand(phrases)
            for thing, choices in topic.choices.items():
                for value, phrases in choices.items():
                    yield f"choice {thing}", value, expand(phrases)
            for value, phrases in topic.colours.items():
                yield "colour", value, expand(phrases)
            yield from self._worded(topic, topic.words)
            for state, phrases in topic.states.items():
                yield "state", state, expand(phrases)
            if topic.feelings:
                yield "feeling", "feeling", expand(topic.feelings)

    def worded(self, *kinds: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(kind, value, plain phrases) of the words of ``kinds`` alone."""
        for topic in self.topics.values():
            yield from self._worded(topic, [kind for kind in kinds if kind in topic.words])

    @staticmethod
    def _worded(topic: Topic, kinds: Iterable[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for kind in kinds:
            entries = topic.words[kind]
            for value, phrases in entries.items() if isinstance(entries, dict) else ((kind, entries),):
                yield kind, value, expand(phrases)

    def named(self) -> Iterator[str]:
        """Every phrase for a thing of the car or a choice of it."""
        for kind, _, phrases in self.phrases():
            if kind in ("thing", "things") or kind.startswith("choice"):
                yield from phrases


def load(language: str, folder: Path | None = None) -> "Intents":
    """The templates of ``language`` as hassil reads them. Raises SentenceError naming file, line and key."""
    return compiled(sentences(language, folder))


@cache
def compiled(said: Sentences) -> "Intents":
    """``said`` parsed by hassil; made once."""
    from hassil.intents import Intents

    return Intents.from_dict(dict(said.merged))


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """The languages that have sentences."""
    return tuple(sorted(path.name for path in (folder or HERE).iterdir() if path.is_dir()))


@cache
def sentences(language: str, folder: Path | None = None) -> Sentences:
    """The topic files of ``language`` in ``folder``, merged. Raises SentenceError naming file, line and key."""
    place = (folder or HERE) / language
    files = sorted(place.glob("*.yaml"))
    if not files:
        known = ", ".join(languages(folder)) if (folder or HERE).is_dir() else "none"
        raise SentenceError(f"{place}: no sentences for the language {language!r}; there are: {known}")
    things = Things.load()
    topics = {file: _read(file, things) for file in files}
    return Sentences(language, topics, _merge(language, topics, things))


def _read(path: Path, things: Things) -> Topic:
    data = read_yaml(path)
    try:
        topic = Topic.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        keys = tuple(first["loc"])
        where = ".".join(str(key) for key in keys)
        raise SentenceError(f"{path}, line {line_of(path, keys)}: {where}: {first['msg']}") from error
    for key, names in (("things", topic.things), ("choices", topic.choices)):
        for name in names:
            if name not in things.things:
                line = line_of(path, (key, name))
                raise SentenceError(f"{path}, line {line}: {key}.{name}: intents.yaml has no thing {name!r}")
    for keys, phrases in _phrases(topic):
        for index, phrase in enumerate(phrases):
            _check(path, (*keys, index), phrase)
    for intent, meaning in topic.intents.items():
        for number, block in enumerate(meaning.data):
            for index, sentence in enumerate(block.sentences):
                _check(path, ("intents", intent, "data", number, "sentences", index), sentence)
            if intent not in things.intents and not block.slots:
                line = line_of(path, ("intents", intent, "data", number))
                raise SentenceError(
                    f"{path}, line {line}: intents.{intent}: neither an intent of intents.yaml nor slots (thing, act)"
                )
    return topic


def _phrases(topic: Topic) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Every list of phrases in ``topic``, with the keys that lead to it."""
    for name, said in topic.things.items():
        if isinstance(said, list):
            yield ("things", name), said
        else:
            yield from ((("things", name, number), phrases) for number, phrases in said.items())
    for thing, choices in topic.choices.items():
        yield from ((("choices", thing, value), phrases) for value, phrases in choices.items())
    for kind, entries in topic.words.items():
        if isinstance(entries, list):
            yield ("words", kind), entries
        else:
            yield from ((("words", kind, value), phrases) for value, phrases in entries.items())
    yield from ((("states", state), phrases) for state, phrases in topic.states.items())


def _check(path: Path, keys: tuple[str | int, ...], sentence: str) -> None:
    if _balanced(sentence):
        return
    problem = "brackets do not match"
    where = ".".join(str(key) for key in keys)
    raise SentenceError(f"{path}, line {line_of(path, keys)}: {where}: {problem}: {sentence!r}")


def _balanced(sentence: str) -> bool:
    pairs = {")": "(", "]": "[", "}": "{", ">": "<"}
    stack: list[str] = []
    for character in sentence:
        if character in "([{<":
            stack.append(character)
        elif character in pairs and (not stack or stack.pop() != pairs[character]):
            return False
    return not stack


def _merge(language: str, topics: Mapping[Path, Topic], things: Things) -> dict[str, Any]:
    intents: dict[str, dict[str, list[dict[str, Any]]]] = {}
    lists: dict[str, dict[str, Any]] = {}
    rules: dict[str, str] = {}
    skip: list[str] = []
    for topic in topics.values():
        for name, meaning in topic.intents.items():
            blocks = intents.setdefault(name, {"data": []})["data"]
            blocks.extend(block.model_dump() for block in meaning.data)
        for name, values in topic.lists.items():
            if "values" in values and name in lists:
                lists[name]["values"].extend(values["values"])
            else:
                lists[name] = {**values, **({"values": list(values["values"])} if "values" in values else {})}
        rules.update(topic.expansion_rules)
        skip.extend(topic.skip_words)
    for topic in topics.values():
        for name, said in topic.things.items():
            numbered = said if isinstance(said, dict) else {"one": said}
            rules.setdefault(name, "(" + "|".join(phrase for phrases in numbered.values() for phrase in phrases) + ")")
            for list_name in _lists(name, things):
                values = lists.setdefault(list_name, {"values": []})["values"]
                for number, phrases in numbered.items():
                    values.extend(
                        {"in": phrase, "out": name, "metadata": {"plural": number != "one"}} for phrase in phrases
                    )
        for name, choices in topic.choices.items():
            _fill(lists, name, choices)
        if topic.colours:
            _fill(lists, "colour", topic.colours)
    return {"language": language, "intents": intents, "lists": lists, "expansion_rules": rules, "skip_words": skip}


def _fill(lists: dict[str, dict[str, Any]], name: str, choices: Mapping[str, Iterable[str]]) -> None:
    values = lists.setdefault(name, {"values": []})["values"]
    values.extend({"in": phrase, "out": value} for value, said in choices.items() for phrase in said)


def _lists(name: str, things: Things) -> Iterator[str]:
    thing = things.things[name]
    yield "thing"
    if thing.unit == "km/h" and thing.type == "number":
        yield "speed_number"
        return
    for list_name, types in LISTS.items():
        if thing.type in types or (list_name == "switch" and thing.type == "choice" and thing.on is not None):
            yield list_name


def expand(phrases: Iterable[str]) -> tuple[str, ...]:
    """Every plain phrase of hassil templates that use neither lists nor rules.

    hassil samples them too; this does it in a quarter of the time, and start is measured.
    """
    found: dict[str, None] = {}
    for phrase in phrases:
        for plain in _alternatives(phrase, 0)[0]:
            found[" ".join(plain.split())] = None
    return tuple(found)


def _alternatives(text: str, start: int, closing: str = "") -> tuple[list[str], int]:
    """The phrases of ``text`` from ``start`` to ``closing`` and the place behind it; "|" parts alternatives."""
    every: list[str] = []
    current = [""]
    position = start
    while position < len(text):
        character = text[position]
        if character == closing:
            return every + current, position + 1
        if character == "|":
            every += current
            current = [""]
            position += 1
        elif character in "([":
            inner, position = _alternatives(text, position + 1, ")" if character == "(" else "]")
            if character == "[":
                inner = ["", *inner]
            current = [before + after for before in current for after in inner]
        else:
            end = position + 1
            while end < len(text) and text[end] not in "([|])":
                end += 1
            current = [before + text[position:end] for before in current]
            position = end
    return every + current, position
