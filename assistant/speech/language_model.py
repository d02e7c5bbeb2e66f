"""Trigram language models: counted from sentences, mixed with general English, written in ARPA form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.speech.grammar import spoken

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]

FORMAT = 4
DISCOUNT = 0.5
"""Mass kept back at each order for what was never seen (absolute discounting as in Sphinx's own tool)."""

START, END = 0, 1
_NEVER = -99.0
_DECIMALS = 3


@dataclass(frozen=True)
class LanguageModel:
    """A back-off trigram. ``words`` begin with <s> and </s>; logarithms are to base 10.

    A bigram's key is first x n + second, a trigram's (first x n + second) x n + third, with n words and their places
    in ``words``; keys are sorted. The first two words of every trigram are a bigram, and so are its last two.
    """

    words: tuple[str, ...]
    unigrams: Floats
    unigram_backoffs: Floats
    bigram_keys: Keys
    bigrams: Floats
    bigram_backoffs: Floats
    trigram_keys: Keys
    trigrams: Floats

    @cached_property
    def arpa(self) -> str:
        n, words = len(self.words), self.words
        first, second = np.divmod(self.bigram_keys, n)
        pair, third = np.divmod(self.trigram_keys, n)
        one = zip(_texts(self.unigrams), words, _texts(self.unigram_backoffs), strict=True)
        two = zip(_texts(self.bigrams), first.tolist(), second.tolist(), _texts(self.bigram_backoffs), strict=True)
        three = zip(_texts(self.trigrams), (pair // n).tolist(), (pair % n).tolist(), third.tolist(), strict=True)
        sizes = (n, len(self.bigram_keys), len(self.trigram_keys))
        lines = ["\\data\\", *(f"ngram {order}={size}" for order, size in enumerate(sizes, 1))]
        lines.append("\n\\1-grams:")
        lines.extend(f"{p}\t{word}\t{back}" for p, word, back in one)
        lines.append("\n\\2-grams:")
        lines.extend(f"{p}\t{words[a]} {words[b]}\t{back}" for p, a, b, back in two)
        lines.append("\n\\3-grams:")
        lines.extend(f"{p}\t{words[a]} {words[b]} {words[c]}" for p, a, b, c in three)
        return "\n".join([*lines, "\n\\end\\"]) + "\n"

    def over(self, words: Sequence[str]) -> "LanguageModel":
        """The same model over ``words``, which hold all of its own; the new ones are never said by it."""
        places = {word: place for place, word in enumerate(words)}
        to = np.array([places[word] for word in self.words], np.int64)
        old, new = len(self.words), len(words)
        unigrams, backoffs = np.full(new, _NEVER), np.zeros(new)
        unigrams[to], backoffs[to] = self.unigrams, self.unigram_backoffs
        pair = self.trigram_keys // old
        two = to[self.bigram_keys // old] * new + to[self.bigram_keys % old]
        three = (to[pair // old] * new + to[pair % old]) * new + to[self.trigram_keys % old]
        by_two, by_three = np.argsort(two), np.argsort(three)
        return LanguageModel(
            tuple(words),
            unigrams,
            backoffs,
            two[by_two],
            self.bigrams[by_two],
            self.bigram_backoffs[by_two],
            three[by_three],
            self.trigrams[by_three],
        )

    def after(self, first: int | None, second: int | None) -> tuple[Floats, float]:
        """The logarithm of the chance of each word after the words at these places (None: unknown, or none), and what
        the back-offs on the way take off."""
        n = len(self.words)
        if second is None:
            return self.unigrams, 0.0
        less = float(self.unigram_backoffs[second])
        chances = self.unigrams + less
        begin, end = np.searchsorted(self.bigram_keys, (second * n, (second + 1) * n))
        chances[self.bigram_keys[begin:end] - second * n] = self.bigrams[begin:end]
        if first is None:
            return chances, less
        pair = first * n + second
        place, found = _find(self.bigram_keys, np.array([pair]))
        if found[0]:
            backoff = float(self.bigram_backoffs[place[0]])
            chances += backoff
            less += backoff
            begin, end = np.searchsorted(self.trigram_keys, (pair * n, (pair + 1) * n))
            chances[self.trigram_keys[begin:end] - pair * n] = self.trigrams[begin:end]
        return chances, less

    def of_bigrams(self, keys: Keys) -> Floats:
        """The logarithm of the chance of each bigram's second word, whether the model holds it or not."""
        place, found = _find(self.bigram_keys, keys)
        first, second = np.divmod(keys, len(self.words))
        return np.where(found, self.bigrams[place], self.unigram_backoffs[first] + self.unigrams[second])

    def of_trigrams(self, keys: Keys) -> Floats:
        """The same for a trigram's third word."""
        n = len(self.words)
        place, found = _find(self.trigram_keys, keys)
        before, known = _find(self.bigram_keys, keys // n)
        backed_off = np.where(known, self.bigram_backoffs[before], 0.0) + self.of_bigrams(keys % (n * n))
        return np.where(found, self.trigrams[place], backed_off)


def trigram(sentences: Iterable[str], said: Callable[[str], Iterable[str]] = spoken) -> LanguageModel:
    """A back-off trigram of written ``sentences`` with absolute discounting (Ney's, as interpolated Kneser-Ney).

    ``said`` turns a word between spaces into the words of the model.
    """
    words, run = _run(sentences, said)
    n = len(words)
    within = run[:-1] != END
    two, often_two = np.unique((run[:-1] * n + run[1:])[within], return_counts=True)
    inside = within[:-1] & within[1:]
    three, often_three = np.unique(((run[:-2] * n + run[1:-1]) * n + run[2:])[inside], return_counts=True)
    # Lower orders count in how many ways a word continues, so that "Francisco" is not likely everywhere. Nothing comes
    # before a beginning: there the sentences themselves are counted.
    ways_one = np.maximum(np.bincount(two % n, minlength=n), 1)
    ways_one[START] = 0
    endings, ways = np.unique(three % (n * n), return_counts=True)
    place, found = _find(endings, two)
    ways_two = np.where(two // n == START, often_two, np.where(found, ways[place], 1))
    spoken_words = n - 1
    total = float(ways_one.sum())
    reserve = DISCOUNT * spoken_words / total
    one = np.maximum(ways_one - DISCOUNT, 1e-9) / total + reserve / spoken_words
    chances_two, held = _discounted(two // n, ways_two, one[two % n], n)
    lower = chances_two[_find(two, three % (n * n))[0]]
    history = _find(two, three // n)[0]
    chances_three, held_two = _discounted(history, often_three, lower, len(two))
    unigrams = np.log10(one)
    unigrams[START] = _NEVER
    return LanguageModel(
        words, unigrams, np.log10(held), two, np.log10(chances_two), np.log10(held_two), three, np.log10(chances_three)
    )


def mixed(ours: LanguageModel, general: LanguageModel, share: float) -> LanguageModel:
    """The linear mixture of both, over the words of both: ``share`` of ours, the rest of ``general``."""
    words = (*ours.words, *(word for word in general.words if word not in set(ours.words)))
    ours, general = ours.over(words), general.over(words)
    n = len(words)

    def mix(one: Floats, other: Floats) -> Floats:
        return share * 10**one + (1 - share) * 10**other

    one = mix(ours.unigrams, general.unigrams)
    two = np.union1d(ours.bigram_keys, general.bigram_keys)
    three = np.union1d(ours.trigram_keys, general.trigram_keys)
    chances_two = mix(ours.of_bigrams(two), general.of_bigrams(two))
    chances_three = mix(ours.of_trigrams(three), general.of_trigrams(three))
    first, second = np.divmod(two, n)
    unigram_backoffs = _left_over(first, chances_two, one[second], n)
    lower = chances_two[_find(two, three % (n * n))[0]]
    backoffs = _left_over(_find(two, three // n)[0], chances_three, lower, len(two))
    unigrams = np.log10(np.maximum(one, 10**_NEVER))
    return LanguageModel(
        words,
        unigrams,
        np.log10(unigram_backoffs),
        two,
        np.log10(chances_two),
        np.log10(backoffs),
        three,
        np.log10(chances_three),
    )


def _run(sentences: Iterable[str], said: Callable[[str], Iterable[str]]) -> tuple[tuple[str, ...], Keys]:
    """All words, and the sentences that have any as one run of their places. A written word is looked at once."""
    places: dict[str, int] = {"<s>": START, "</s>": END}
    known: dict[str, tuple[int, ...]] = {}
    run: list[int] = []
    for sentence in sentences:
        before = len(run)
        run.append(START)
        for written in sentence.split():
            if written not in known:
                known[written] = tuple(places.setdefault(word, len(places)) for word in said(written))
            run += known[written]
        if len(run) > before + 1:
            run.append(END)
        else:
            run.pop()
    return tuple(places), np.array(run, np.int64)


def _discounted(history: Keys, often: Keys, lower: Floats, histories: int) -> tuple[Floats, Floats]:
    """The chance of each n-gram, and the mass that every history holds back for what never followed it."""
    total = np.bincount(history, often, histories)
    held = DISCOUNT * np.bincount(history, minlength=histories) / np.maximum(total, 1)
    chances = np.maximum(often - DISCOUNT, 1e-9) / total[history] + held[history] * lower
    return chances, np.where(total > 0, held, 1.0)


def _left_over(history: Keys, chances: Floats, lower: Floats, histories: int) -> Floats:
    """What each history has left for words that it does not list, as a share of what the lower order gives them."""
    left = 1.0 - np.bincount(history, chances, histories)
    below = 1.0 - np.bincount(history, lower, histories)
    share: Floats = np.maximum(left, 1e-5) / np.maximum(below, 1e-5)
    return share


def _find(keys: Keys, wanted: Keys) -> tuple[Keys, NDArray[np.bool_]]:
    """Where each of ``wanted`` stands in the sorted ``keys``, and whether it does."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted


def _texts(logarithms: Floats) -> list[str]:
    """Each number in text, made once for each of the few thousand that are different."""
    rounded, back = np.unique(np.round(logarithms, _DECIMALS), return_inverse=True)
    written = [f"{value:.{_DECIMALS}f}" for value in rounded.tolist()]
    return [written[place] for place in back.tolist()]
