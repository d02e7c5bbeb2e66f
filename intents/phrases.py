"""Phrases of a language, found in a sentence: longest first, by words. The same lists that the templates use."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

AFTER_IS = "too|so|very|really|quite|pretty|getting|not|cold|hot|warm|freezing|boiling|fogged|fogging|blinding|killing"
"""Words before which any 's is "is": "my seat's cold" has no cold that belongs to the seat."""
CONTRACTIONS = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\bdont\b"), "do not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\bi'd\b"), "i would"),
    (re.compile(r"\b(i|you|we|they)'ve\b"), r"\1 have"),
    (re.compile(r"\b(i|you|we|they|it|he|she|that)'ll\b"), r"\1 will"),
    (re.compile(r"\b(you|we|they)'re\b"), r"\1 are"),
    (re.compile(r"\b(it|what|that|there|where|when|why|who|how|he|she|here)'s\b"), r"\1 is"),
    (re.compile(rf"\b(\w+)'s(?= (?:{AFTER_IS})\b)"), r"\1 is"),
    (re.compile(r"\blet's\b"), "let us"),
)
SYMBOLS = (("°f", " degrees fahrenheit "), ("°c", " degrees celsius "), ("°", " degrees "), ("%", " percent "))
SEPARATORS = re.compile(r"[^\w.,'/+&-]+")
PLAIN = re.compile(r"(?!.*(?:cannot|dont))[a-z ]+")
"""Text that is its own words: most phrases are, and start is measured."""
NUMBER_COMMA = re.compile(r"(?<=\d),(?=\d)")


@cache
def words(text: str) -> tuple[str, ...]:
    """``text`` as bare lower-case words: contractions spelled out, punctuation gone, decimals kept ("21.5")."""
    text = text.lower()
    if PLAIN.fullmatch(text):
        return tuple(text.split())
    text = text.replace("’", "'").replace("`", "'")
    for symbol, spoken in SYMBOLS:
        text = text.replace(symbol, spoken)
    text = NUMBER_COMMA.sub(".", text)
    for pattern, spoken in CONTRACTIONS:
        text = pattern.sub(spoken, text)
    text = SEPARATORS.sub(" ", text)
    found = []
    for word in text.split():
        word = word.strip(".,/&")
        if re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", word):
            found.append(word)
            continue
        found.extend(part for part in re.split(r"[-,&+_]|\.(?!\d)", word) if part and part != "'")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: what it stands for, and its words' places (``start`` included, ``end`` not)."""

    kind: str
    value: str
    start: int
    end: int


class Phrases:
    """All phrases of a language in one trie of words: kind ("thing", "act", "place" ...) and value by phrase."""

    def __init__(self) -> None:
        self._root: dict[str, dict[str, object]] = {}

    def add(self, kind: str, value: str, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            node: dict[str, object] = self._root  # type: ignore[assignment]
            parts = words(phrase)
            if not parts:
                continue
            for word in parts:
                node = node.setdefault(word, {})  # type: ignore[assignment]
            ends = node.setdefault("", [])
            if (kind, value) not in ends:  # type: ignore[operator]
                ends.append((kind, value))  # type: ignore[attr-defined]

    def at(self, text: tuple[str, ...], start: int) -> Iterator[Found]:
        """Every phrase that begins at word ``start``, shortest first."""
        node: dict[str, object] = self._root  # type: ignore[assignment]
        for end in range(start, len(text)):
            following = node.get(text[end])
            if following is None:
                return
            node = following  # type: ignore[assignment]
            for kind, value in node.get("", ()):  # type: ignore[attr-defined]
                yield Found(kind, value, start, end + 1)
