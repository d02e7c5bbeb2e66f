"""The smallest word automaton that accepts a set of sentences: what the grammar decoder searches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPACE = " "


@dataclass(frozen=True, slots=True)
class Automaton:
    """Deterministic and acyclic: ``arcs[state][word]`` is the next state; state 0 is the start."""

    arcs: tuple[dict[str, int], ...]
    accepting: frozenset[int]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for arcs in self.arcs for word in arcs)

    def accepts(self, words: Iterable[str]) -> bool:
        state = 0
        for word in words:
            after = self.arcs[state].get(word)
            if after is None:
                return False
            state = after
        return state in self.accepting


@dataclass(frozen=True, slots=True)
class Packed:
    """An automaton in four arrays, for grammars of hundreds of thousands of arcs.

    The arcs of state s are ``labels[starts[s]:starts[s + 1]]`` (places in ``words``) and ``targets`` alike.
    """

    words: tuple[str, ...]
    starts: NDArray[np.int32]
    labels: NDArray[np.int32]
    targets: NDArray[np.int32]
    accepting: NDArray[np.bool_]

    @property
    def arcs(self) -> int:
        return len(self.labels)

    def accepts(self, words: Iterable[str]) -> bool:
        numbers = {word: number for number, word in enumerate(self.words)}
        state = 0
        for word in words:
            here = slice(self.starts[state], self.starts[state + 1])
            found = np.flatnonzero(self.labels[here] == numbers.get(word, -1))
            if not len(found):
                return False
            state = int(self.targets[here][found[0]])
        return bool(self.accepting[state])

    def restricted(self, words: Iterable[str] | None = None) -> Automaton:
        """The smallest automaton for those of its sentences that are made of ``words`` alone (None: of any)."""
        wanted = None if words is None else frozenset(words)
        allowed = np.array([wanted is None or word in wanted for word in self.words], dtype=bool)
        numbers = {0: 0}
        queue = [0]
        arcs: list[dict[str, int]] = []
        while len(arcs) < len(queue):
            here = slice(self.starts[queue[len(arcs)]], self.starts[queue[len(arcs)] + 1])
            kept = allowed[self.labels[here]]
            out: dict[str, int] = {}
            for label, target in zip(self.labels[here][kept].tolist(), self.targets[here][kept].tolist(), strict=True):
                if target not in numbers:
                    numbers[target] = len(queue)
                    queue.append(target)
                out[self.words[label]] = numbers[target]
            arcs.append(out)
        return minimal(Automaton(tuple(arcs), frozenset(n for s, n in numbers.items() if self.accepting[s])))


def pack(automaton: Automaton) -> Packed:
    words = tuple(sorted(automaton.words))
    numbers = {word: number for number, word in enumerate(words)}
    starts = np.cumsum([0, *map(len, automaton.arcs)], dtype=np.int32)
    labels = np.fromiter((numbers[word] for arcs in automaton.arcs for word in arcs), np.int32)
    targets = np.fromiter((to for arcs in automaton.arcs for to in arcs.values()), np.int32)
    accepting = np.zeros(len(automaton.arcs), dtype=bool)
    accepting[list(automaton.accepting)] = True
    return Packed(words, starts, labels, targets, accepting)


class Net:
    """A net of pieces of text under construction. Words may be glued from several pieces: "light" + "s"."""

    def __init__(self) -> None:
        self.pieces: list[list[tuple[str, int]]] = [[]]

    def state(self) -> int:
        self.pieces.append([])
        return len(self.pieces) - 1

    def join(self, start: int, end: int, piece: str = "") -> None:
        """``piece`` is part of a word, SPACE, or empty for nothing said."""
        self.pieces[start].append((piece, end))

    def text(self, start: int, text: str) -> int:
        """Append plain text to ``start``; leading and trailing spaces end a word. Returns the last state."""
        at = start
        rest = text
        while rest:
            if rest[0].isspace():
                piece, rest = SPACE, rest.lstrip()
            else:
                piece = rest.split(maxsplit=1)[0]
                rest = rest[len(piece) :]
            after = self.state()
            self.join(at, after, piece)
            at = after
        return at

    def insert(self, start: int, automaton: Automaton) -> int:
        """Append a copy of ``automaton``, whose words are whole words, to ``start``. Returns the last state."""
        end = self.state()
        copies = [start] + [self.state() for _ in automaton.arcs[1:]]
        for state, arcs in enumerate(automaton.arcs):
            for word, after in arcs.items():
                # The space comes after the word only where another follows, so that "{level}%" can glue its "%" on.
                said = self.state()
                self.join(copies[state], said, word)
                if automaton.arcs[after]:
                    self.join(said, copies[after], SPACE)
                if after in automaton.accepting:
                    self.join(said, end)
        if 0 in automaton.accepting:
            self.join(start, end)
        return end


def walks(net: Net, end: int, count: int, seed: int = 0) -> Iterator[str]:
    """``count`` random sentences of ``net``: at every branch each way is as likely as the others."""
    import random

    dice = random.Random(seed)
    pieces = net.pieces
    for _ in range(count):
        state = 0
        said: list[str] = []
        while state != end and pieces[state]:
            out = pieces[state]
            piece, state = out[0] if len(out) == 1 else out[int(dice.random() * len(out))]
            said.append(piece)
        yield "".join(said)


def compile_net(net: Net, end: int, allowed: "Words") -> Automaton:
    """The smallest automaton for all sentences of ``net`` that run from state 0 to ``end``.

    ``allowed`` turns a written word into the words said for it; None drops every sentence that holds it.
    """
    return minimal(_determined(net, end, allowed))


class Words:
    """How written words are said; the default takes them as they stand."""

    def said(self, word: str) -> tuple[str, ...] | None:
        return (word,)


def _determined(net: Net, end: int, allowed: Words) -> Automaton:
    moves: dict[int, tuple[dict[str, set[int]], bool]] = {}
    chains: dict[tuple[str, ...], int] = {}
    chained: list[tuple[str, tuple[str, ...], int]] = []
    # A number written in digits is several words said: the words after the first live in states below zero.

    def onward(words: tuple[str, ...], target: int) -> int:
        if not words:
            return target
        key = (*words, str(target))
        if key not in chains:
            chained.append((words[0], words[1:], target))
            chains[key] = -len(chained)
        return chains[key]

    def moves_of(state: int) -> tuple[dict[str, set[int]], bool]:
        if state < 0:
            word, rest, target = chained[-state - 1]
            return {word: {onward(rest, target)}}, False
        if state not in moves:
            found: dict[str, set[int]] = {}
            ends = False
            for written, target in _words_from(net, state, end):
                if not written:
                    ends = True
                    continue
                said = allowed.said(written)
                if said:
                    found.setdefault(said[0], set()).add(onward(said[1:], target))
            moves[state] = found, ends
        return moves[state]

    start = frozenset((0,))
    numbers = {start: 0}
    queue = [start]
    arcs: list[dict[str, int]] = []
    accepting: set[int] = set()
    while len(arcs) < len(queue):
        here = queue[len(arcs)]
        union: dict[str, set[int]] = {}
        for state in here:
            found, ends = moves_of(state)
            if ends:
                accepting.add(len(arcs))
            for word, targets in found.items():
                union.setdefault(word, set()).update(targets)
        out: dict[str, int] = {}
        for word, targets in union.items():
            key = frozenset(targets)
            if key not in numbers:
                numbers[key] = len(queue)
                queue.append(key)
            out[word] = numbers[key]
        arcs.append(out)
    return Automaton(tuple(arcs), frozenset(accepting))


def _words_from(net: Net, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Every word that can be said next and the state behind it; ("", end) where the sentence may end."""
    seen: set[tuple[int, str]] = set()
    stack = [(start, "")]
    while stack:
        state, word = stack.pop()
        if (state, word) in seen:
            continue
        seen.add((state, word))
        if state == end:
            yield word, end
        for piece, after in net.pieces[state]:
            if piece == SPACE:
                if word:
                    yield word, after
                else:
                    stack.append((after, ""))
            else:
                stack.append((after, word + piece))


def minimal(automaton: Automaton) -> Automaton:
    """Merge states from which the same sentences follow, and drop those that lead nowhere. Acyclic input only."""
    merged: dict[tuple[bool, tuple[tuple[str, int], ...]], int] = {}
    canonical: dict[int, int | None] = {}
    kept: list[tuple[bool, dict[str, int]]] = []
    stack = [(0, iter(automaton.arcs[0].values()))]
    visiting = {0}
    while stack:
        state, targets = stack[-1]
        target = next((each for each in targets if each not in visiting), None)
        if target is not None:
            visiting.add(target)
            stack.append((target, iter(automaton.arcs[target].values())))
            continue
        stack.pop()
        out = {word: canonical[to] for word, to in automaton.arcs[state].items() if canonical[to] is not None}
        ends = state in automaton.accepting
        if not out and not ends:
            canonical[state] = None
            continue
        arcs = {word: to for word, to in out.items() if to is not None}
        key = (ends, tuple(sorted(arcs.items())))
        if key not in merged:
            merged[key] = len(kept)
            kept.append((ends, arcs))
        canonical[state] = merged[key]
    if canonical[0] is None:
        return Automaton(({},), frozenset())
    # Post-order numbers the start last; readers expect it first.
    last = len(kept) - 1
    return Automaton(
        tuple({word: last - to for word, to in arcs.items()} for _, arcs in reversed(kept)),
        frozenset(last - number for number, (ends, _) in enumerate(kept) if ends),
    )


def from_phrases(phrases: Iterable[tuple[str, ...]]) -> Automaton:
    """The smallest automaton for the given word sequences."""
    arcs: list[dict[str, int]] = [{}]
    accepting: set[int] = set()
    for phrase in phrases:
        state = 0
        for word in phrase:
            if word not in arcs[state]:
                arcs[state][word] = len(arcs)
                arcs.append({})
            state = arcs[state][word]
        accepting.add(state)
    return minimal(Automaton(tuple(arcs), frozenset(accepting)))
