"""What is said in a car but asks for nothing moves nothing."""

from pathlib import Path

import pytest
import yaml

from intents.dialogue import Dialogue
from intents.router import Router

SAID = yaml.safe_load((Path(__file__).parent / "not_commands.yaml").read_text(encoding="utf-8"))
AT_MOST = 0.005
"""The share that may be acted on: one slip in two hundred."""


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.load()


def acted_on(router: Router, sentence: str) -> bool:
    return any(
        intent.kind == "command" and intent.asks and not intent.missing
        for intent in router.route(sentence, Dialogue(zone="driver"))
    )


def test_nearly_nothing_that_is_no_command_is_acted_on(router: Router) -> None:
    sentences = [str(sentence) for group in SAID.values() for sentence in group]
    slips = [sentence for sentence in sentences if acted_on(router, sentence)]
    assert len(slips) <= AT_MOST * len(sentences), slips


@pytest.mark.parametrize(
    "sentence",
    [
        "phone is ringing",
        "my phone is almost dead",
        "call it a day",
        "play with your brother",
        "find a better job nearby",
        "lights out at ten kids",
        "leave the window alone",
        "don't touch the radio",
        "the sun goes down at nine",
    ],
)
def test_what_only_begins_like_a_command_is_none(router: Router, sentence: str) -> None:
    assert not acted_on(router, sentence)


@pytest.mark.parametrize("sentence", SAID["negation"])
def test_what_is_forbidden_in_words_is_not_done(router: Router, sentence: str) -> None:
    assert not acted_on(router, sentence)


@pytest.mark.parametrize("sentence", SAID["function"])
def test_asking_how_something_works_is_a_question(router: Router, sentence: str) -> None:
    assert {intent.kind for intent in router.route(sentence, Dialogue(zone="driver"))} <= {"question", "status", "none"}
