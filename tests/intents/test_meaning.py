"""What no template and no phrase covers: the nearest example decides, or nothing is done."""

from pathlib import Path

import pytest
import yaml

from intents.dialogue import Dialogue
from intents.meaning import Meaning
from intents.router import Router
from intents.things import Things
from knowledge.embedding import Embedder

HERE = Path(__file__).parent
HELD_OUT = yaml.safe_load((HERE / "paraphrases.yaml").read_text(encoding="utf-8"))
PLAIN = {"none", "question"}
RIGHT_AT_LEAST = 0.7
"""Of the held-out paraphrases; what is not understood asks back or does nothing."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


@pytest.fixture(scope="module")
def router(embedder: Embedder) -> Router:
    return Router.load(embedder=embedder)


def test_most_held_out_paraphrases_are_understood(router: Router) -> None:
    said = [(intent, text) for intent, texts in HELD_OUT.items() if intent != "none" for text in texts]
    right = [text for intent, text in said if router.route(text, Dialogue(zone="driver"))[0].name == intent]
    assert len(right) >= RIGHT_AT_LEAST * len(said)


def test_a_paraphrase_moves_what_it_means_or_nothing(router: Router) -> None:
    things = Things.load()
    for intent, texts in HELD_OUT.items():
        family = {name for name in things.things if intent.lower().startswith(name.replace("_", ""))}
        for text in texts:
            for found in router.route(text, Dialogue(zone="driver")):
                if found.kind != "command" or found.missing or not found.asks:
                    continue
                signals = {signal for name in family for signal in things.members[name].values()}
                near = {"TemperatureUp"} if intent == "SeatHeatingOn" else set()
                assert signals & {ask.signal for ask in found.asks} or found.name in near, (text, found.name)


def test_talk_of_other_things_is_not_acted_on_with_the_examples_either(router: Router) -> None:
    quiet = yaml.safe_load((HERE / "not_commands.yaml").read_text(encoding="utf-8"))
    said = [str(text) for group in quiet.values() for text in group] + HELD_OUT["none"]
    acted = [
        text
        for text in said
        if any(i.kind == "command" and i.asks and not i.missing for i in router.route(text, Dialogue(zone="driver")))
    ]
    assert len(acted) <= 0.005 * len(said) + 1, acted


@pytest.mark.parametrize("text", ["dim the display", "i am cold", "it is freezing in here", "turn on the fog lights"])
def test_every_word_of_a_request_is_accounted_for(router: Router, text: str) -> None:
    assert router.accounts_for(text)


def test_talk_of_other_things_and_questions_to_the_manual_are_not_accounted_for(router: Router) -> None:
    quiet = yaml.safe_load((HERE / "not_commands.yaml").read_text(encoding="utf-8"))
    said = [str(text) for group in quiet.values() for text in group] + HELD_OUT["none"]
    taken = [text for text in said if router.accounts_for(text)]
    assert len(taken) <= 0.005 * len(said) + 1, taken
    for text in ("how do I change a wheel", "what does the yellow tyre light mean", "", "..."):
        assert not router.accounts_for(text), text


def test_every_label_of_the_examples_can_be_meant(embedder: Embedder) -> None:
    things = Things.load()
    for label in set(Meaning.load("en", embedder).labels):
        thing, _, act = label.partition(" ")
        assert label in PLAIN or (thing in things.things and act), label


def test_an_example_never_turns_what_was_said_into_its_opposite(router: Router) -> None:
    for text in ("my backside is freezing, please cut the heat under it", "kill the wheel warmth, it is ice cold now"):
        for found in router.route(text, Dialogue(zone="driver")):
            assert found.kind != "command" or found.missing or not found.name.endswith("On"), (text, found.name)
