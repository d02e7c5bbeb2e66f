"""Makes assistant/speech/english.npz: a small part of the English language model that PocketSphinx brings.

python -m tests.benchmarks.english. Kept are its most common words and those of the car's sentences and manual, and of
their bigrams and trigrams those that change most of what is expected.
"""

import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.speech.english import FILE, STEP
from assistant.speech.lexicon import lexicon

COMMON = 3_000
"""Common words kept, whether they are of cars or not."""

LEAST = {"bigrams": 5e-7, "trigrams": 1.5e-7}
"""Chance times change of the expectation (base-10 logarithm) below which an n-gram is left out."""

_MAGIC = b"Trie Language Model"
_LOG_BASE = math.log10(1.0001)
_QUANTISED = 16


@dataclass(frozen=True)
class Stock:
    """A trigram model in Sphinx's binary trie: unigrams, bigrams and trigrams with base-10 logarithms.

    The trie runs from the last word backwards: bigram i is ``first[i] second[i]``, and trigram j ``before[j]`` and
    then bigram ``rest[j]``.
    """

    words: list[str]
    unigrams: NDArray[Any]
    unigram_backoffs: NDArray[Any]
    first: NDArray[Any]
    second: NDArray[Any]
    bigrams: NDArray[Any]
    bigram_backoffs: NDArray[Any]
    before: NDArray[Any]
    rest: NDArray[Any]
    trigrams: NDArray[Any]


def read(path: Path) -> Stock:
    """The model in ``path``, of order 3, little endian (ngram_model_trie.c and lm_trie.c of PocketSphinx 5)."""
    data = path.read_bytes()
    at = len(_MAGIC)
    assert data.startswith(_MAGIC) and data[at] == 3, f"{path} is not a trigram in Sphinx's binary form"
    counts = struct.unpack_from("<3I", data, at + 1)
    at += 1 + 12 + 4
    tables = np.frombuffer(data, "<f4", 3 << _QUANTISED, at).reshape(3, -1)
    at += tables.nbytes
    one = np.frombuffer(data, [("chance", "<f4"), ("backoff", "<f4"), ("next", "<u4")], counts[0] + 1, at)
    at += one.nbytes
    word, onward = counts[0].bit_length(), counts[2].bit_length()
    two, at = _records(data, at, counts[1], (word, _QUANTISED, _QUANTISED, onward))
    three, at = _records(data, at, counts[2], (word, _QUANTISED))
    (length,) = struct.unpack_from("<I", data, at)
    words = data[at + 4 : at + 4 + length].decode("utf-8").split("\0")[:-1]
    # A few n-grams named twice were dropped when the file was written; the counts still hold them.
    pairs = int(one["next"][-1])
    triples = int(two[3][pairs])
    return Stock(
        words,
        one["chance"][:-1] * _LOG_BASE,
        one["backoff"][:-1] * _LOG_BASE,
        two[0][:pairs],
        np.repeat(np.arange(counts[0]), np.diff(one["next"].astype(np.int64))),
        tables[0][two[2][:pairs]] * _LOG_BASE,
        tables[1][two[1][:pairs]] * _LOG_BASE,
        three[0][:triples],
        np.repeat(np.arange(pairs), np.diff(two[3][: pairs + 1])),
        tables[2][three[1][:triples]] * _LOG_BASE,
    )


def _records(data: bytes, at: int, count: int, widths: tuple[int, ...]) -> tuple[list[NDArray[np.int64]], int]:
    """``count`` + 1 bit-packed records of fields of ``widths`` bits, and where the next array begins."""
    total = sum(widths)
    size = ((1 + count) * total + 7) // 8 + 8
    raw = np.frombuffer(data, np.uint8, size, at)
    starts = np.arange(count + 1, dtype=np.int64) * total
    fields = []
    for width in widths:
        found = np.zeros(count + 1, np.uint64)
        for byte in range((width + 14) // 8):
            found |= raw[(starts >> 3) + byte].astype(np.uint64) << np.uint64(8 * byte)
        mask = np.uint64((1 << width) - 1)
        fields.append(((found >> (starts & 7).astype(np.uint64)) & mask).astype(np.int64))
        starts = starts + width
    return fields, at + size


def main() -> None:
    import pocketsphinx

    from assistant.speech.grammar import compile_grammar, spoken
    from assistant.speech.questions import with_questions
    from intents import templates
    from tests.benchmarks.speech import manual

    stock = read(Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin")))
    plain = [bool(re.fullmatch(r"[a-z]+(?:'[a-z]+)?", word)) for word in stock.words]
    by_chance = [place for place in np.argsort(-stock.unigrams) if plain[place]]
    common = {stock.words[place] for place in by_chance[:COMMON]}
    cars = {word for text in with_questions(manual()) for word in spoken(text)}
    wanted = common | cars | set(compile_grammar(templates.load("en")).automaton.words)
    guessed = set(lexicon(wanted).guessed)
    chosen = ["<s>", "</s>", *sorted(wanted & set(stock.words) - guessed)]
    _write(stock, chosen)
    print(f"{FILE.name}: {len(chosen)} words, {FILE.stat().st_size / 2**20:.2f} MB")


def _write(stock: Stock, chosen: list[str]) -> None:
    n = len(chosen)
    places = {word: place for place, word in enumerate(chosen)}
    to = np.array([places.get(word, -1) for word in stock.words])
    unigrams, unigram_backoffs = np.zeros(n), np.zeros(n)
    unigrams[to[to >= 0]] = stock.unigrams[to >= 0]
    unigram_backoffs[to[to >= 0]] = stock.unigram_backoffs[to >= 0]
    first, second = to[stock.first], to[stock.second]
    known = (first >= 0) & (second >= 0)
    expected = unigram_backoffs[first] + unigrams[second]
    says = 10 ** (unigrams[first] + stock.bigrams) * np.abs(stock.bigrams - expected) >= LEAST["bigrams"]
    before = to[stock.before]
    all_known = (before >= 0) & known[stock.rest]
    lower = stock.bigrams[stock.rest]
    two_first = before * n + first[stock.rest]
    pair_keys = np.where(known, first * n + second, -1)
    order = np.argsort(pair_keys)
    at = order[np.minimum(np.searchsorted(pair_keys, two_first, sorter=order), len(order) - 1)]
    joined = all_known & (pair_keys[at] == two_first)
    chance = 10 ** (unigrams[before] + stock.bigrams[at] + stock.trigrams)
    change = np.abs(stock.trigrams - stock.bigram_backoffs[at] - lower)
    three = joined & (chance * change >= LEAST["trigrams"])
    # A trigram stands on the bigrams of its first two words and of its last two.
    says[at[three]] = True
    says[stock.rest[three]] = True
    two = np.flatnonzero(known & says)
    two = two[np.argsort(pair_keys[two])]
    keys = (two_first * n + second[stock.rest])[three]
    by_key = np.argsort(keys)
    np.savez_compressed(
        FILE,
        words=np.frombuffer("\n".join(chosen).encode(), np.uint8),
        unigrams=_steps(-unigrams),
        unigram_backoffs=_steps(unigram_backoffs, signed=True),
        bigram_steps=np.diff(pair_keys[two], prepend=0).astype(np.uint32),
        bigrams=_steps(-stock.bigrams[two]),
        bigram_backoffs=_steps(stock.bigram_backoffs[two], signed=True),
        trigram_steps=np.diff(keys[by_key], prepend=0).astype(np.uint64),
        trigrams=_steps(-stock.trigrams[three][by_key]),
    )
    print(f"{len(two)} bigrams, {int(three.sum())} trigrams")


def _steps(logarithms: NDArray[Any], signed: bool = False) -> NDArray[Any]:
    limits = (-127, 127) if signed else (0, 255)
    return np.clip(np.round(logarithms / STEP), *limits).astype(np.int8 if signed else np.uint8)


if __name__ == "__main__":
    main()
