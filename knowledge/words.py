"""Words as the ranking sees them: tokens, light stems, synonyms and contrasts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

DATA = Path(__file__).parent / "data"

_TOKEN = re.compile(r"[a-z0-9]+(?:['’.,/-][a-z0-9]+)*")
_POLITE = re.compile(
    r"^(?:(?:(?:hey|hi|hello|ok|okay)(?: car)?|car(?=[,.:!])|please|so|um|uh|well|excuse me|cabin|tell me|"
    r"i want to know|i'd like to know|do you know|can you tell me|could you tell me|could you explain|"
    r"can you explain|explain to me|i wonder|quick question|remind me|say|and|but)\b[\s,.:!]*)+",
    re.I,
)
STOP = frozenset((DATA / "stopwords.txt").read_text("utf-8").split())
"""Words that carry no meaning of their own in a question to a car."""


_ARTICLES = frozenset(("the", "a", "an", "my", "our", "this", "that"))


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers of ``text``, in order; apostrophes are straightened."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed and a final e go; enough to match questions with text."""
    word = word.removesuffix("'s").replace("'", "")
    if len(word) < 4 or word[0].isdigit():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) > 2 and re.search("[aeiouy]", base):
            word = base
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


def content(text: str) -> list[str]:
    """The stems that carry meaning."""
    return [stem(token) for token in tokens(text) if token not in STOP]


def telling(text: str) -> list[tuple[int, int]]:
    """Where the words that carry meaning stand in ``text``: first character and the one after the last."""
    found = _TOKEN.finditer(text.lower().replace("’", "'"))
    return [match.span() for match in found if match[0] not in STOP]


@lru_cache(maxsize=8_192)
def phrase(text: str) -> tuple[str, ...]:
    """A phrase as stems, for finding it in other text. Hyphens count as spaces."""
    return tuple(stem(token) for token in tokens(text.replace("-", " ")))


@lru_cache(maxsize=8_192)
def gist(text: str) -> tuple[str, ...]:
    """A phrase without articles and pointing words: "the circle with the mark" is "circle with mark"."""
    return tuple(word for word in phrase(text) if word not in _ARTICLES)


def contains(haystack: Sequence[str], needle: Sequence[str]) -> bool:
    """Whether the stems of ``needle`` stand side by side in ``haystack``."""
    size = len(needle)
    return size > 0 and any(tuple(haystack[i : i + size]) == tuple(needle) for i in range(len(haystack) - size + 1))


def plainly(question: str, longest: int = 1_000) -> str:
    """A question without greeting and filler, in single spaces, cut at ``longest`` characters."""
    text = re.sub(r"\s+", " ", question[: 4 * longest].replace("’", "'")).strip()[:longest]
    return _POLITE.sub("", text) or text


@dataclass(frozen=True)
class Synonyms:
    """Groups of words that mean the same."""

    groups: tuple[tuple[str, ...], ...]

    @cached_property
    def _by_phrase(self) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
        pairs = [(word, group) for group in self.groups for word in group]
        pairs.sort(key=lambda pair: -len(pair[0]))
        return [(re.compile(rf"\b{re.escape(word)}(s?)\b", re.I), group) for word, group in pairs]

    def translate(self, question: str, known: frozenset[tuple[str, ...]]) -> str:
        """``question`` in the manual's words: a phrase it does not use gives way to the group's first that it
        does.
        """
        text = question
        for pattern, group in self._by_phrase:
            match = pattern.search(text)
            if not match or phrase(match[0]) in known:
                continue
            better = next((word for word in group if phrase(word) in known), None)
            if better and better.lower() not in text.lower():
                text = pattern.sub(better.replace("\\", "") + r"\1", text)
        return text

    @cached_property
    def _any(self) -> tuple[re.Pattern[str], dict[str, str]]:
        """One pattern for every phrase, longest first, and the first word of each phrase's group."""
        firsts = {word.lower(): group[0] for group in reversed(self.groups) for word in group}
        letters: dict[str, list[str]] = {}  # by first letter: then few phrases are tried at each word
        for word in sorted(firsts, key=len, reverse=True):
            letters.setdefault(word[0], []).append(re.escape(word[1:]))
        listed = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in letters.items())
        return re.compile(rf"\b({listed})s?\b", re.I), firsts

    def canonical(self, text: str) -> str:
        """``text`` with every phrase of a group replaced by the group's first: for comparing two wordings."""
        if not self.groups:
            return text
        pattern, firsts = self._any
        return pattern.sub(lambda match: firsts[match[1].lower()], text)

    def known_in(self, vocabulary: Iterable[Sequence[str]]) -> frozenset[tuple[str, ...]]:
        """The phrases of all groups that occur in the manual's sentences (given as stems)."""
        wanted = {phrase(word) for group in self.groups for word in group}
        longest = max((len(w) for w in wanted), default=0)
        found: set[tuple[str, ...]] = set()
        for sentence in vocabulary:
            for size in range(1, longest + 1):
                for start in range(len(sentence) - size + 1):
                    piece = tuple(sentence[start : start + size])
                    if piece in wanted:
                        found.add(piece)
        return frozenset(found)


Phrases = tuple[tuple[str, ...], ...]
"""Phrases as stems."""


@dataclass(frozen=True)
class Contrasts:
    """What excludes what: ``groups`` of members, each one or more phrases; ``needs`` as pairs of title and question
    phrases; ``actions`` as pairs of question phrases and those of which a section has to say one."""

    groups: tuple[tuple[Phrases, ...], ...]
    needs: tuple[tuple[Phrases, Phrases], ...]
    actions: tuple[tuple[Phrases, Phrases], ...]

    def named(self, text: str) -> tuple[frozenset[int], ...]:
        """For each group, which members ``text`` names."""
        stems = phrase(text)
        return tuple(
            frozenset(i for i, member in enumerate(group) if any(contains(stems, p) for p in member))
            for group in self.groups
        )

    def unmet(self, question: str, title: str) -> int:
        """How many needs of ``title`` the question does not meet."""
        return sum(_any(title, wants) and not _any(question, given) for wants, given in self.needs)

    def undone(self, question: str, text: str) -> int:
        """How many actions that the question names ``text`` never speaks of."""
        return sum(_any(question, wants) and not _any(text, told) for wants, told in self.actions)

    @staticmethod
    def violations(asked: Sequence[frozenset[int]], offered: Sequence[frozenset[int]]) -> int:
        """In how many groups the title names members, but none of those that the question names."""
        return sum(1 for want, have in zip(asked, offered, strict=True) if want and have and not want & have)


def _any(text: str, phrases: Phrases) -> bool:
    stems = phrase(text)
    return any(contains(stems, words) for words in phrases)


def load_synonyms(path: Path = DATA / "synonyms.yaml") -> Synonyms:
    """Raises PackError when the file is not a list of lists of words."""
    from knowledge.pack import load_yaml

    return Synonyms(tuple(map(tuple, load_yaml(path, list[list[str]]))))


class _Needs(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: list[str]
    question: list[str]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: list[str]
    also: list[str] = []


class _Contrasts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    groups: list[list[str | list[str]]]
    needs: list[_Needs]
    actions: list[_Action]


def load_contrasts(path: Path = DATA / "contrasts.yaml") -> Contrasts:
    """Raises PackError naming line and key when the file is wrong."""
    from knowledge.pack import load_yaml

    data = load_yaml(path, _Contrasts)
    return Contrasts(
        tuple(
            tuple(tuple(map(phrase, [member] if isinstance(member, str) else member)) for member in group)
            for group in data.groups
        ),
        tuple((tuple(map(phrase, n.title)), tuple(map(phrase, n.question))) for n in data.needs),
        tuple((tuple(map(phrase, a.question)), tuple(map(phrase, [*a.question, *a.also]))) for a in data.actions),
    )
