"""Sentence templates compiled into what the recogniser can decode: a word automaton and its dictionary."""

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import SpeechError
from assistant.speech.automaton import SPACE, Automaton, Net, Packed, Words, compile_net, from_phrases, pack, walks
from assistant.speech.lexicon import ADDITIONS, Lexicon, lexicon

if TYPE_CHECKING:
    from hassil import Intents
    from hassil.expression import Expression

FORMAT = 3
"""Raised whenever what is compiled changes, so that no stale file is taken from the cache."""

EXAMPLES = 30_000
"""Random sentences drawn for the language model of the first pass."""

_SYMBOLS = {"%": "percent", "°": "degrees", "+": "plus", "&": "and", "½": "half"}
_PART = re.compile(r"[a-z']+|\d+(?:\.\d+)?|[%°+&½]")
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Grammar:
    """A compiled set of sentences. ``id`` is the hash of what it was made from."""

    id: str
    automaton: Packed
    lexicon: Lexicon
    left_out: tuple[str, ...]
    """Templates that cannot be decoded, each with the reason."""
    examples: tuple[str, ...]
    """Random sentences of the templates, every template as likely as the others: text for a language model."""


class GrammarError(SpeechError):
    """A template names a list or a rule that does not exist, or a rule that holds itself."""

    code = "grammar"


def compile_grammar(intents: "Intents", *, wildcards: Mapping[str, Iterable[str]] | None = None) -> Grammar:
    """Compile hassil templates.

    ``wildcards`` gives the phrases that may stand for a wildcard list ("{place}"); sentences with other wildcards are
    left out of the grammar. Raises GrammarError.
    """
    phrases = {name: tuple(values) for name, values in (wildcards or {}).items()}
    key = content_hash(intents, phrases)
    writer = _Writer(intents, phrases)
    net, end = writer.net()
    automaton = compile_net(net, end, _Spoken(frozenset()))
    vocabulary = lexicon(automaton.words)
    if vocabulary.unknown:
        automaton = compile_net(net, end, _Spoken(frozenset(vocabulary.unknown)))
        writer.left_out.extend(f"word without a pronunciation: {word}" for word in vocabulary.unknown)
    left_out = tuple(dict.fromkeys(writer.left_out))
    examples = tuple(walks(net, end, EXAMPLES))
    grammar = Grammar(key, pack(automaton), vocabulary, left_out, examples)
    return grammar


def to_fsg(automaton: Automaton, name: str) -> str:
    """The automaton in the Sphinx FSG text format. Every arc has probability 1: nothing is likelier than the rest.

    The decoder builds a phone tree for each state, so arcs that many states share are moved to a state of their own,
    reached without a word: a tenth of the arcs, the same sentences.
    """
    sources: dict[tuple[str, int], list[int]] = {}
    for state, out in enumerate(automaton.arcs):
        for arc in out.items():
            sources.setdefault(arc, []).append(state)
    bundles: dict[tuple[int, ...], list[tuple[str, int]]] = {}
    for arc, origins in sources.items():
        bundles.setdefault(tuple(origins), []).append(arc)
    final = len(automaton.arcs)
    states = final + 1
    lines: list[str] = []
    for shared, arcs in bundles.items():
        starts = shared
        if len(shared) * len(arcs) > len(shared) + len(arcs):
            lines.extend(f"TRANSITION {state} {states} 1.0" for state in shared)
            starts = (states,)
            states += 1
        lines.extend(f"TRANSITION {state} {after} 1.0 {word}" for state in starts for word, after in arcs)
    lines.extend(f"TRANSITION {state} {final} 1.0" for state in sorted(automaton.accepting))
    head = [f"FSG_BEGIN {name}", f"NUM_STATES {states}", "START_STATE 0", f"FINAL_STATE {final}"]
    return "\n".join([*head, *lines, "FSG_END"]) + "\n"


class _AnythingGoes(Exception):  # noqa: N818  # not an error: the sentence is left out and named
    """A sentence holds a wildcard list for which no phrases were handed in."""


class _Spoken(Words):
    """Digits, signs and hyphens as the words said for them."""

    def __init__(self, without: frozenset[str]) -> None:
        self._without = without
        self._known: dict[str, tuple[str, ...] | None] = {}

    def said(self, word: str) -> tuple[str, ...] | None:
        if word not in self._known:
            self._known[word] = self._split(word)
        return self._known[word]

    def _split(self, word: str) -> tuple[str, ...] | None:
        said = tuple(spoken(word))
        return None if not said or self._without.intersection(said) else said


def spoken(text: str) -> Iterator[str]:
    """The words said for written ``text``, lower case: "21.5°" → twenty one point five degrees."""
    for part in _PART.findall(text.lower().replace("’", "'")):
        if part[0].isdigit():
            from assistant.speech.sayable import words

            yield from words(part).replace("-", " ").replace(" and ", " ").split()
        else:
            word = _SYMBOLS.get(part, part.strip("'"))
            if word:
                yield word


class _Writer:
    """Walks hassil's expressions into a Net."""

    def __init__(self, intents: "Intents", wildcards: Mapping[str, tuple[str, ...]]) -> None:
        self._intents = intents
        self._wildcards = wildcards
        self._lists: dict[int, tuple[object, Automaton]] = {}
        self.left_out: list[str] = []

    def net(self) -> tuple[Net, int]:
        net = Net()
        body, end = net.state(), net.state()
        last = net.state()
        net.join(0, body)
        net.join(last, end)
        for phrase in self._intents.skip_words:
            net.join(net.text(0, phrase.lower()), body, SPACE)
            spaced = net.state()
            net.join(last, spaced, SPACE)
            net.join(net.text(spaced, phrase.lower()), end)
        for intent in self._intents.intents.values():
            for data in intent.data:
                for sentence in data.sentences:
                    before = len(net.pieces[body])
                    try:
                        net.join(self._walk(net, body, sentence.expression, data, intent.name, 0), last)
                    except _AnythingGoes as wild:
                        del net.pieces[body][before:]
                        self.left_out.append(f"{intent.name}: {sentence.text} (anything may stand for {{{wild}}})")
        return net, end

    def _walk(self, net: Net, at: int, expression: "Expression", data: Any, intent: str, depth: int) -> int:
        from hassil.expression import Alternative, ListReference, Permutation, RuleReference, Sequence, TextChunk

        if depth > _DEEPEST:
            raise GrammarError(f"{intent}: an expansion rule holds itself; templates cannot be recursive")
        if isinstance(expression, TextChunk):
            return net.text(at, expression.original_text.lower())
        if isinstance(expression, Alternative):
            end = net.state()
            for item in expression.items:
                net.join(self._walk(net, at, item, data, intent, depth + 1), end)
            return end
        if isinstance(expression, Permutation):
            return self._permuted(net, at, expression.items, data, intent, depth)
        if isinstance(expression, Sequence):
            for item in expression.items:
                at = self._walk(net, at, item, data, intent, depth + 1)
            return at
        if isinstance(expression, RuleReference):
            name = expression.rule_name
            rule = data.expansion_rules.get(name) or self._intents.expansion_rules.get(name)
            if rule is None:
                raise GrammarError(f"{intent}: there is no expansion rule <{name}>")
            return self._walk(net, at, rule.expression, data, intent, depth + 1)
        if isinstance(expression, ListReference):
            return net.insert(at, self._list(expression, data, intent))
        raise GrammarError(f"{intent}: {type(expression).__name__} is not known in templates")

    def _permuted(self, net: Net, at: int, items: list[Any], data: Any, intent: str, depth: int) -> int:
        end = net.state()
        for number, item in enumerate(items):
            after = self._walk(net, at, item, data, intent, depth + 1)
            rest = items[:number] + items[number + 1 :]
            net.join(self._permuted(net, after, rest, data, intent, depth + 1) if rest else after, end)
        return end

    def _list(self, reference: Any, data: Any, intent: str) -> Automaton:
        from hassil.intents import RangeSlotList, TextSlotList, WildcardSlotList

        name = reference.list_name
        values = data.slot_lists.get(name) or self._intents.slot_lists.get(name)
        if values is None and reference.is_inline_range:
            start, stop, step = reference.get_inline_range()
            return from_phrases(_numbers(range(start, stop + 1, step)))
        if values is None:
            raise GrammarError(f"{intent}: there is no list {{{name}}}")
        if id(values) not in self._lists:
            if isinstance(values, RangeSlotList):
                made = from_phrases(_numbers(values.get_numbers()))
            elif isinstance(values, WildcardSlotList):
                if name not in self._wildcards:
                    raise _AnythingGoes(name)
                made = from_phrases(tuple(spoken(phrase)) for phrase in self._wildcards[name])
            elif isinstance(values, TextSlotList):
                inner = Net()
                end = inner.state()
                for value in values.values:
                    inner.join(self._walk(inner, 0, value.text_in, data, intent, 1), end)
                made = compile_net(inner, end, _Spoken(frozenset()))
            else:
                raise GrammarError(f"{intent}: the list {{{name}}} is of an unknown kind")
            self._lists[id(values)] = (values, made)
        return self._lists[id(values)][1]


@functools.cache
def _number_words(number: float) -> frozenset[tuple[str, ...]]:
    """Every way hassil reads a number, and ours: "one hundred five" and "one hundred and five"."""
    from hassil.numbers import get_rbnf_engine

    from assistant.speech.sayable import words

    said = set(get_rbnf_engine("en").format_number(abs(number)).text_by_ruleset.values())
    written = f"{abs(number):g}"
    said.add(words(written))
    sign = ("minus",) if number < 0 else ()
    plain = {tuple(each.replace("-", " ").replace("−", " ").split()) for each in said}
    cardinal = {each for each in plain if all(word.isalpha() for word in each)}
    return frozenset((*sign, *each) for each in cardinal if not each[-1].endswith(("th", "first", "second", "third")))


def _numbers(numbers: Iterable[float]) -> Iterator[tuple[str, ...]]:
    for number in numbers:
        yield from _number_words(number)


def content_hash(intents: "Intents", wildcards: Mapping[str, Iterable[str]] | None = None) -> str:
    """The same for the same templates, wildcards and pronunciations, whatever file they came from."""
    digest = hashlib.sha256(f"{FORMAT}".encode())
    digest.update(ADDITIONS.read_bytes())
    for name, intent in intents.intents.items():
        for data in intent.data:
            digest.update(repr((name, data.sentence_texts)).encode())
            _add_lists(digest, data.slot_lists, data.expansion_rules)
    _add_lists(digest, intents.slot_lists, intents.expansion_rules)
    digest.update(
        repr(
            (list(intents.skip_words), sorted((name, tuple(each)) for name, each in (wildcards or {}).items()))
        ).encode()
    )
    return digest.hexdigest()[:32]


def _add_lists(digest: Any, lists: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
    for name, values in lists.items():
        texts = [_written(value.text_in) for value in getattr(values, "values", ())]
        shape = {key: value for key, value in vars(values).items() if key not in ("values",) and key[0] != "_"}
        digest.update(repr((name, type(values).__name__, texts, sorted(shape.items(), key=str))).encode())
    for name, rule in rules.items():
        digest.update(repr((name, rule.text or _written(rule.expression))).encode())


def _written(expression: Any) -> str:
    """An expression as text that differs wherever it does."""
    items = getattr(expression, "items", None)
    kind = type(expression).__name__
    if items is not None:
        return f"{kind}({','.join(_written(item) for item in items)})"
    return f"{kind}:{getattr(expression, 'original_text', '')}{getattr(expression, 'list_name', '')}" + str(
        getattr(expression, "rule_name", "")
    )
