"""What Moonshine is led to expect: our sentences as it would write them, and the chance of what comes next."""

import numpy as np
import pytest

from assistant.speech.expectation import Expectation, expected, written
from assistant.speech.tokens import Tokens


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("how do i change a wheel", "How do I change a wheel?"),
        ("set the temperature to twenty one point five degrees", "Set the temperature to 21.5 degrees."),
        ("set the fan to three", "Set the fan to three."),
        ("Stop safely!", "Stop safely!"),
        ("i'm cold", "I'm cold."),
        ("is it", "Is it?"),
        ("island lights on", "Island lights on."),
        ("", ""),
    ],
)
def test_a_sentence_is_written_as_moonshine_would(said: str, text: str) -> None:
    assert written(said) == text


def test_numbers_may_stay_words() -> None:
    assert written("set it to twenty one", digits=False) == "Set it to twenty one."


@pytest.fixture(scope="module")
def expectation(tokens: Tokens) -> Expectation:
    said = ["open the window", "open the boot", "how do i open the bonnet", "close the window"]
    return Expectation(expected(said, tokens), len(tokens))


@pytest.mark.parametrize("before", ["", "Open", "Open the", "How do I", "a word that is in none of them"])
def test_the_chances_of_all_pieces_are_one_together(tokens: Tokens, expectation: Expectation, before: str) -> None:
    chances = np.exp(expectation.after(tokens.encode(before)).astype(np.float64))
    assert len(chances) == len(tokens)
    assert chances.sum() == pytest.approx(1.0, abs=0.01)


def test_what_was_said_before_is_likelier_than_what_was_not(tokens: Tokens, expectation: Expectation) -> None:
    after = expectation.after(tokens.encode("Open the"))
    (window,), (door,) = tokens.encode("window"), tokens.encode("door")
    assert after[window] > after[door] + 3


def test_a_sentence_begins_as_ours_do(tokens: Tokens, expectation: Expectation) -> None:
    assert int(expectation.after(()).argmax()) == tokens.encode("Open")[0]
