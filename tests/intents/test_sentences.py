"""Every topic's own sentences are read as the topic says, and together they cover what a car can be asked."""

import csv
import re
from pathlib import Path

import pytest

from intents.dialogue import Dialogue
from intents.errors import read_yaml
from intents.router import Router
from intents.templates import HERE, languages

SUBSET = Path(__file__).parents[2] / ".." / "shared" / "vss" / "cabin_subset.tsv"
PLACE = re.compile(r"\.(Row\d|DriverSide|PassengerSide|Driver|Passenger|Left|Right|Front|Rear)(?=\.)")
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


@pytest.mark.skipif(not SUBSET.exists(), reason=f"{SUBSET.name}, the list of a cabin's signals, is not here")
def test_every_actuator_of_a_cabin_that_may_be_named_is_moved_by_some_sentence(routers: dict[str, Router]) -> None:
    """Seats and sides count as one: that a place picks its signal is tested with the conversations."""
    twins = {  # moved by another signal's words: AirCirculation, Destination
        "Vehicle.Cabin.HVAC.IsRecirculationActive",
        "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Latitude",
        "Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Longitude",
    }
    with SUBSET.open(encoding="utf-8") as file:
        wanted = {row["path"] for row in csv.DictReader(file, delimiter="\t") if row["type"] == "actuator"}
    moved = {
        PLACE.sub("", ask.signal)
        for language, _, _, sentence in CASES
        if language == "en"
        for intent in routers["en"].route(sentence, Dialogue(zone="driver"))
        for ask in intent.asks
    }
    assert len(wanted) > 60
    assert {path for path in wanted - twins if PLACE.sub("", path) not in moved} == set()


def test_every_topic_has_sentences_of_its_own() -> None:
    without = {"common", "words", "comfort"}
    for file in (HERE / "en").glob("*.yaml"):
        assert file.stem in without or (Path(file.parent) / "tests" / file.name).exists(), file.name
