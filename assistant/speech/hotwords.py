"""The names that a general recogniser should expect in this car: of its manual, and of the things in its sentences."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

MOST = 60
"""Names handed on: Whisper's prompt holds about 200 tokens, and a name is two or three of them."""

_LEAST = 2
"""Times that a name stands inside a sentence of the manual before it counts."""

_SHORTEST = 7
"""Letters of a thing's word that is worth a hint: short words are common ones, which need none (Zipf)."""

_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z]{2,6}|[A-Z][A-Za-z]{2,})\b")
_WORD = re.compile(r"[^\W\d_]+")


def hotwords(manual: Iterable[str], things: Iterable[str]) -> Iterator[str]:
    """At most ``MOST`` names, the most telling first: what the ``manual``'s sentences write with a capital and nowhere
    without one, by how often; then the long words of the ``things`` that the sentence templates speak of. Nothing is
    read before the first is asked for.
    """
    count: Counter[str] = Counter()
    plain: set[str] = set()
    for sentence in manual:
        count.update(_NAME.findall(sentence))
        plain.update(word for word in _WORD.findall(sentence) if word.islower())
    names = [name for name, times in count.most_common() if times >= _LEAST and name.lower() not in plain]
    words = {word for thing in things for word in _WORD.findall(thing.lower()) if len(word) >= _SHORTEST}
    said: dict[str, str] = {}
    for name in (*names[: MOST // 2], *sorted(words, key=lambda word: (-len(word), word))):
        said.setdefault(name.lower(), name)
    yield from tuple(said.values())[:MOST]
