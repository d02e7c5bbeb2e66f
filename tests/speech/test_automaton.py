from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from assistant.speech.automaton import Automaton, Net, Words, compile_net, from_phrases, minimal, pack, walks

PHRASES = st.sets(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), min_size=1, max_size=12)


@given(PHRASES)
def test_exactly_the_given_phrases_are_accepted(phrases: set[tuple[str, ...]]) -> None:
    automaton = from_phrases(phrases)
    for length in range(5):
        for words in product("abc", repeat=length):
            assert automaton.accepts(words) == (words in phrases)


@given(PHRASES)
def test_packing_changes_nothing(phrases: set[tuple[str, ...]]) -> None:
    packed = pack(from_phrases(phrases))
    for length in range(5):
        for words in product("abc", repeat=length):
            assert packed.accepts(words) == (words in phrases)


@given(PHRASES, st.sets(st.sampled_from("abc")))
def test_restricting_keeps_the_phrases_of_the_words_that_are_left(
    phrases: set[tuple[str, ...]], words: set[str]
) -> None:
    rest = pack(from_phrases(phrases)).restricted(words)
    for length in range(1, 5):
        for each in product("abc", repeat=length):
            assert rest.accepts(each) == (each in phrases and set(each) <= words)


def test_no_two_states_of_a_minimal_automaton_do_the_same() -> None:
    automaton = from_phrases([("turn", "on", "it"), ("switch", "on", "it"), ("turn", "off", "it")])
    seen = {(state in automaton.accepting, tuple(sorted(arcs.items()))) for state, arcs in enumerate(automaton.arcs)}
    assert len(seen) == len(automaton.arcs)


def test_states_that_lead_nowhere_are_dropped() -> None:
    assert minimal(Automaton(({"a": 1, "b": 2}, {}, {}), frozenset({1}))).words == {"a"}


def test_pieces_are_glued_into_words_where_no_space_stands() -> None:
    net = Net()
    end = net.state()
    light = net.text(0, "the light")
    net.join(light, end)
    net.join(light, end, "s")
    automaton = compile_net(net, end, Words())
    assert automaton.accepts(["the", "light"]) and automaton.accepts(["the", "lights"])
    assert automaton.words == {"the", "light", "lights"}


def test_a_suffix_is_glued_to_the_last_word_of_a_list() -> None:
    net = Net()
    last = net.text(net.insert(net.text(0, "to "), from_phrases([("twenty", "one"), ("five",)])), "th")
    automaton = compile_net(net, last, Words())
    assert automaton.accepts(["to", "twenty", "oneth"]) and automaton.accepts(["to", "fiveth"])


def test_random_walks_say_only_what_is_accepted() -> None:
    net = Net()
    end = net.state()
    middle = net.insert(net.text(0, "set "), from_phrases([("fan",), ("seat", "heating")]))
    net.join(net.text(middle, " to two"), end)
    net.join(middle, end)
    automaton = compile_net(net, end, Words())
    said = set(walks(net, end, 100))
    assert len(said) == 4
    assert all(automaton.accepts(sentence.split()) for sentence in said)
