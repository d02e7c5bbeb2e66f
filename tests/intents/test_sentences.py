"""Every topic's own sentences are read as the topic says, and together they cover what a car can be asked."""

from pathlib import Path

import pytest

from intents.dialogue import Dialogue
from intents.errors import read_yaml
from intents.router import Router
from intents.templates import HERE, languages

CASES = [
    (language, file.stem, intent, str(sentence))
    for language in languages()
    for file in sorted((HERE / language / "tests").glob("*.yaml"))
    for intent, said in read_yaml(file).items()
    for sentence in said
]


@pytest.fixture(scope="module")
def routers() -> dict[str, Router]:
    return {language: Router.load(language) for language in languages()}


@pytest.mark.parametrize(("language", "topic", "intent", "sentence"), CASES)
def test_a_sentence_is_read_as_its_topic_says(
    routers: dict[str, Router], language: str, topic: str, intent: str, sentence: str
) -> None:
    assert [found.name for found in routers[language].route(sentence, Dialogue(zone="driver"))] == [intent]


def test_at_least_110_kinds_of_command_and_60_of_status_question_are_understood(routers: dict[str, Router]) -> None:
    kinds: dict[str, set[str]] = {"command": set(), "status": set()}
    for language, _, intent, sentence in CASES:
        if language == "en":
            kind = routers["en"].route(sentence, Dialogue(zone="driver"))[0].kind
            kinds.setdefault(kind, set()).add(intent)
    assert len(kinds["command"]) >= 110
    assert len(kinds["status"]) >= 60


def test_every_topic_has_sentences_of_its_own() -> None:
    without = {"common", "words", "comfort"}
    for file in (HERE / "en").glob("*.yaml"):
        assert file.stem in without or (Path(file.parent) / "tests" / file.name).exists(), file.name
