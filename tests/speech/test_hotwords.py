from assistant.bootstrap import Engines
from assistant.speech.hotwords import MOST, hotwords
from intents import templates

MANUAL = [
    "Fill up the AdBlue tank of the Aurelia.",
    "The AdBlue tank holds 17 litres; the Aurelia tells when it is low.",
    "Press Hold to hold the car.",
    "Press Hold again.",
    "Settings are on the screen.",
]


def test_names_of_the_manual_come_first_and_common_words_not_at_all() -> None:
    found = list(hotwords(MANUAL, ["seat heating", "recirculation", "fan"]))
    assert found == ["AdBlue", "Aurelia", "recirculation", "heating"]


def test_the_words_of_this_car_fit_into_a_prompt(engines: Engines) -> None:
    found = list(hotwords(engines.library().texts(), templates.sentences("en").named()))
    assert {"Aurelia", "Halden", "AdBlue", "recirculation", "immobiliser"} <= set(found)
    assert len(found) == len(set(found)) <= MOST


def test_without_a_manual_there_are_still_the_things() -> None:
    assert list(hotwords([], ["windscreen wipers"])) == ["windscreen"]
