import re

import pocketsphinx
import pytest

from assistant.speech.lexicon import ADDITIONS, base_dictionary, guess, lexicon, to_arpabet

PHONES = {phone for line in base_dictionary().read_text(encoding="utf-8").splitlines() for phone in line.split()[1:]}


def test_a_common_word_sounds_as_in_the_dictionary() -> None:
    assert "W IH N D OW" in lexicon(["window"]).entries["window"]


def test_a_word_with_two_pronunciations_keeps_both() -> None:
    assert len(lexicon(["tyre"]).entries["tyre"]) == 2


def test_our_additions_name_only_phones_that_exist() -> None:
    for line in ADDITIONS.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        assert phones and set(phones) <= PHONES, line
        assert re.fullmatch(r"[a-z']+(\(\d\))?", word), line


@pytest.mark.parametrize("word", ["blorfing", "desync", "tempomat", "aurelia", "zyzzyva"])
def test_a_word_in_no_dictionary_is_guessed_with_known_phones(word: str) -> None:
    found = lexicon([word])
    assert found.guessed == (word,) and not found.unknown
    assert set(found.entries[word][0].split()) <= PHONES


@pytest.mark.parametrize("word", ["дверь", "日本", "x1", ""])
def test_a_word_that_cannot_be_guessed_is_named(word: str) -> None:
    found = lexicon([word])
    assert found.unknown == (word,) and not found.entries


@pytest.mark.parametrize(
    ("word", "sounds"),
    [("defroster", "D IH F R AO S T ER"), ("windscreen", "W IH N D S K R IY N"), ("unmute", "AH N M Y UW T")],
)
def test_a_guess_is_what_a_person_would_say(word: str, sounds: str) -> None:
    assert guess(word) == sounds


def test_stress_and_length_marks_are_dropped() -> None:
    assert to_arpabet("w'Indskri:n") == "W IH N D S K R IY N"


def test_the_decoder_takes_the_dictionary_as_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("dictionary")
    (folder / "words.dict").write_text(lexicon(["tyre", "windscreen", "tempomat"]).text(), encoding="utf-8")
    decoder = pocketsphinx.Decoder(lm=None, dict=str(folder / "words.dict"), loglevel="FATAL")
    for word in ("tyre", "tyre(2)", "windscreen", "tempomat"):
        assert decoder.lookup_word(word)
