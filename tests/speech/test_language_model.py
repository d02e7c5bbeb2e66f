"""The language model behind questions: chances that add up, and general English where our own text is silent."""

from pathlib import Path

import numpy as np
import pocketsphinx
import pytest

from assistant.errors import SpeechError
from assistant.speech import english as general
from assistant.speech.english import english
from assistant.speech.language_model import LanguageModel, mixed, trigram

SENTENCES = (
    "how do I change a wheel",
    "how do I check the oil",
    "how long does charging take",
    "what does the yellow tyre light mean",
    "found a nail in the tyre",
    "21 degrees",
)


@pytest.fixture(scope="module")
def ours() -> LanguageModel:
    return trigram(SENTENCES)


@pytest.fixture(scope="module")
def both(ours: LanguageModel) -> LanguageModel:
    return mixed(ours, english(), 0.8)


def chance(model: LanguageModel, *words: str) -> float:
    first, second, *third = (model.words.index(word) for word in words)
    n = len(model.words)
    if not third:
        return float(10 ** model.of_bigrams(np.array([first * n + second]))[0])
    return float(10 ** model.of_trigrams(np.array([(first * n + second) * n + third[0]]))[0])


@pytest.mark.parametrize("history", [("<s>", "how"), ("how", "do"), ("the", "oil"), ("wheel", "nail")])
def test_what_may_follow_adds_up_to_one(ours: LanguageModel, both: LanguageModel, history: tuple[str, str]) -> None:
    for model in (ours, both):
        n = len(model.words)
        pair = model.words.index(history[0]) * n + model.words.index(history[1])
        everything = np.arange(1, n)  # any word or the end, never another beginning
        assert float((10 ** model.of_trigrams(pair * n + everything)).sum()) == pytest.approx(1.0, abs=0.02)
        assert float((10 ** model.of_bigrams(pair % n * n + everything)).sum()) == pytest.approx(1.0, abs=0.02)


def test_a_sentence_begins_as_sentences_do(ours: LanguageModel) -> None:
    assert chance(ours, "<s>", "how") > 2 * chance(ours, "<s>", "found")


def test_numbers_are_words(ours: LanguageModel) -> None:
    assert {"twenty", "one", "degrees"} <= set(ours.words)


def test_general_english_knows_what_our_text_does_not(ours: LanguageModel, both: LanguageModel) -> None:
    assert "difference" not in ours.words
    assert chance(both, "the", "difference", "between") > 50 * chance(both, "the", "oil", "between")


def test_our_own_text_still_counts_most(both: LanguageModel) -> None:
    assert chance(both, "i", "change", "a") > 0.3


def test_the_recogniser_reads_the_model_as_it_was_meant(both: LanguageModel, tmp_path: Path) -> None:
    file = tmp_path / "model.arpa"
    file.write_text(both.arpa, encoding="utf-8")
    read = pocketsphinx.NGramModel.readfile(str(file))
    for words in (("how", "do", "i"), ("the", "difference", "between"), ("oil", "wheel", "how")):
        found = read.prob(list(reversed(words))) * np.log10(1.0001)
        assert found == pytest.approx(np.log10(chance(both, *words)), abs=0.05), words  # it quantises


def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(general, "FILE", tmp_path / "english.npz")
    with pytest.raises(SpeechError, match=r"english\.npz cannot be read.*reinstall"):
        english()
