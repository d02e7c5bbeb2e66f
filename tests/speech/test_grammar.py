from pathlib import Path

import numpy as np
import pytest
from hassil import Intents
from hassil.sample import sample_intents

from assistant.errors import SpeechError
from assistant.speech import compiled as compiling
from assistant.speech.compiled import compiled
from assistant.speech.grammar import GrammarError, compile_grammar, content_hash, spoken
from tests.speech.conftest import SMALL


def templates(*sentences: str, **more: object) -> Intents:
    return Intents.from_dict(
        {"language": "en", "intents": {"Test": {"data": [{"sentences": list(sentences)}]}}, **more}
    )


def hears(intents: Intents, sentence: str) -> bool:
    return compile_grammar(intents).automaton.accepts(sentence.split())


def test_whatever_hassil_samples_can_be_heard(small: Intents) -> None:
    grammar = compile_grammar(small)
    for _, sentence in sample_intents(small, language="en"):
        assert grammar.automaton.accepts(spoken(sentence)), sentence


def test_optional_and_alternative_words(small: Intents) -> None:
    automaton = compile_grammar(small).automaton
    assert automaton.accepts(["open", "all", "the", "windows"])
    assert automaton.accepts(["close", "the", "window"])
    assert not automaton.accepts(["open", "windows", "the"])


def test_skip_words_may_stand_in_front_and_behind(small: Intents) -> None:
    automaton = compile_grammar(small).automaton
    assert automaton.accepts(["please", "lock", "the", "doors"])
    assert automaton.accepts(["lock", "the", "doors", "please"])


def test_permutations_are_heard_in_either_order() -> None:
    intents = templates("(turn on;the radio)")
    assert hears(intents, "turn on the radio") and hears(intents, "the radio turn on")


def test_numbers_are_heard_as_words() -> None:
    intents = templates("to {n}[ ]%", lists={"n": {"range": {"from": 0, "to": 110}}})
    for sentence in ("to twenty one percent", "to one hundred five percent", "to one hundred and five percent"):
        assert hears(intents, sentence), sentence
    assert not hears(intents, "to twenty first percent")


def test_numbers_below_zero_and_halves() -> None:
    intents = templates("{n} degrees", lists={"n": {"range": {"from": -5, "to": 5, "fractions": "halves"}}})
    assert hears(intents, "minus four degrees") and hears(intents, "two point five degrees")


def test_digits_written_in_a_template_are_heard_as_words() -> None:
    assert hears(templates("(two|2) 12 volt sockets"), "two twelve volt sockets")


def test_a_list_inside_an_intent_hides_the_common_one() -> None:
    intents = Intents.from_dict(
        {
            "language": "en",
            "intents": {"A": {"data": [{"sentences": ["play {what}"], "lists": {"what": {"values": ["jazz"]}}}]}},
            "lists": {"what": {"values": ["rock"]}},
        }
    )
    assert hears(intents, "play jazz") and not hears(intents, "play rock")


def test_a_missing_list_is_named() -> None:
    with pytest.raises(GrammarError, match=r"Test: there is no list \{colour\}"):
        compile_grammar(templates("make it {colour}"))


def test_a_missing_rule_is_named() -> None:
    with pytest.raises(GrammarError, match="Test: there is no expansion rule <please>"):
        compile_grammar(templates("<please> help"))


def test_a_rule_that_holds_itself_is_refused() -> None:
    with pytest.raises(GrammarError, match="holds itself"):
        compile_grammar(templates("<a>", expansion_rules={"a": "x <a>"}))


def test_a_sentence_that_anything_may_fill_is_left_out_and_named() -> None:
    intents = templates("call {person}", "hang up", lists={"person": {"wildcard": True}})
    grammar = compile_grammar(intents)
    assert grammar.automaton.words == ("hang", "up")
    assert len(grammar.left_out) == 1 and "call {person}" in grammar.left_out[0]


def test_phrases_handed_in_fill_a_wildcard() -> None:
    intents = templates("call {person}", lists={"person": {"wildcard": True}})
    grammar = compile_grammar(intents, wildcards={"person": ["Anna Smith", "the garage"]})
    assert grammar.automaton.accepts(["call", "anna", "smith"])


def test_templates_without_a_sentence_are_refused() -> None:
    with pytest.raises(SpeechError, match="no sentence"):
        compiled(templates("{any}", lists={"any": {"wildcard": True}}))


def test_a_word_in_a_script_that_cannot_be_said_costs_only_its_sentences() -> None:
    automaton = compile_grammar(templates("open (the door|дверь)", "close (the door|日本)")).automaton
    assert automaton.accepts(["open", "the", "door"]) and automaton.accepts(["close", "the", "door"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("21.5°", "twenty one point five degrees"),
        ("the driver's seat", "the driver's seat"),
        ("Turn it ON!", "turn it on"),
        ("half-way", "half way"),
        ("80%", "eighty percent"),
    ],
)
def test_written_text_as_it_is_said(written: str, said: str) -> None:
    assert " ".join(spoken(written)) == said


def test_the_hash_changes_with_a_sentence_and_with_a_list_value() -> None:
    before = content_hash(templates("go {x}", lists={"x": {"values": ["left"]}}))
    assert before == content_hash(templates("go {x}", lists={"x": {"values": ["left"]}}))
    assert before != content_hash(templates("go {x} now", lists={"x": {"values": ["left"]}}))
    assert before != content_hash(templates("go {x}", lists={"x": {"values": ["right"]}}))
    assert before != content_hash(templates("go {x}", lists={"x": {"values": ["left"]}}, skip_words=["please"]))


# --- kept on disk ---


def test_the_second_start_compiles_nothing(small: Intents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled(small, ["Change the cabin filter once a year."], cache=tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(compiling, "compile_grammar", fails)
    second = compiled(Intents.from_dict(SMALL), ["Change the cabin filter once a year."], cache=tmp_path)
    assert second.arpa == first.arpa and second.lexicon == first.lexicon
    assert second.automaton.words == first.automaton.words
    assert np.array_equal(second.automaton.targets, first.automaton.targets)


def test_a_changed_sentence_is_compiled_anew(small: Intents, tmp_path: Path) -> None:
    compiled(small, cache=tmp_path)
    other = compiled(templates("open the sunroof"), cache=tmp_path)
    assert "sunroof" in other.automaton.words


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", b"\0" * 5_000])
def test_a_damaged_file_is_made_again(small: Intents, tmp_path: Path, damage: bytes) -> None:
    compiled(small, cache=tmp_path)
    (file,) = tmp_path.glob("*.npz")
    whole = len(file.read_bytes())
    file.write_bytes(damage)
    assert compiled(small, cache=tmp_path).automaton.accepts(["lock", "the", "door"])
    assert len(file.read_bytes()) == whole


def test_a_folder_that_cannot_be_made_is_done_without(small: Intents, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert compiled(small, cache=tmp_path / "file" / "cache").automaton.accepts(["lock", "the", "door"])
