"""What is asked for another moment than now is not done now; it is said that this cannot be done."""

import pytest

from intents.dialogue import Dialogue
from intents.router import Router
from intents.templates import languages
from intents.wording import Wording

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LATER = {
    "en": [
        "when it gets dark turn on the lights",
        "turn on the lights when it gets dark",
        "When it gets dark, please turn on the lights",
        "once we arrive open the window",
        "open my window halfway as soon as we leave the tunnel",
        "if it rains close the sunroof",
        "close the sunroof if it starts to rain",
        "close all windows after we leave",
        "turn off the AC before we get there",
        "keep the AC on until we arrive",
        "unless it rains open the sunroof",
        "turn on the heater in ten minutes",
        "in half an hour turn off the seat heating",
        "massage my back for five minutes",
        "tonight lock the doors",
        "turn on the high beams at half past nine",
        "at eight open the trunk",
        "call my wife when we arrive",
        "call mum at eight",
        "take me home after work",
        "play some jazz once we are on the motorway",
        "turn it off when we get home",
    ],
    "de": [
        "Wenn es dunkel wird, mach das Licht an",
        "mach das Licht an wenn es dunkel wird",
        "öffne das Fenster, sobald wir ankommen",
        "schalte die Klimaanlage in zehn Minuten ein",
        "um acht Uhr schalte die Klimaanlage ein",
        "navigiere nach Hause, nachdem wir getankt haben",
    ],
    "es": [
        "enciende las luces cuando oscurezca",
        "si llueve, cierra el techo solar",
        "llama a mamá a las ocho",
        "enciende el aire acondicionado en diez minutos",
    ],
    "fr": [
        "quand il fait nuit, allume les phares",
        "s'il pleut, ferme le toit ouvrant",
        "appelle maman à huit heures",
        "allume la climatisation dans dix minutes",
    ],
    "it": [
        "accendi i fari quando fa buio",
        "se piove, chiudi il tettuccio",
        "chiama mamma alle otto",
        "accendi il climatizzatore tra dieci minuti",
    ],
}
AT_ONCE = {
    "en": [
        "if you can, close my window",
        "close my window if possible",
        "close my window at once",
        "after that close my window",
        "close my window when you have a moment",
    ],
    "de": ["mach das Fenster zu, falls möglich"],
    "fr": ["ferme la fenêtre s'il te plaît"],
    "es": ["cierra la ventana si puedes"],
    "it": ["chiudi il finestrino se puoi"],
}


@pytest.fixture(scope="module")
def routers() -> dict[str, Router]:
    return {language: Router.load(language) for language in languages()}


@pytest.mark.parametrize(
    ("language", "sentence"), [(language, sentence) for language, said in LATER.items() for sentence in said]
)
def test_what_is_not_for_now_is_not_done_and_this_is_said(
    routers: dict[str, Router], language: str, sentence: str
) -> None:
    (intent,) = routers[language].route(sentence, Dialogue(zone="driver"))
    assert (intent.name, intent.kind, intent.asks) == ("Later", "dialogue", ())
    assert Wording.load(language).knows(intent.name)


@pytest.mark.parametrize(
    ("language", "sentence"), [(language, sentence) for language, said in AT_ONCE.items() for sentence in said]
)
def test_courtesy_only_sounds_like_a_condition(routers: dict[str, Router], language: str, sentence: str) -> None:
    (intent,) = routers[language].route(sentence, Dialogue(zone="driver"))
    assert [(ask.signal, ask.value) for ask in intent.asks] == [(WINDOW, 0)]


@pytest.mark.parametrize(
    "sentence",
    [
        "play when doves cry",
        "when is the next service due",
        "tell me when the battery is full",
        "is my window open now",
    ],
)
def test_a_title_or_a_question_that_begins_like_a_condition_stays_what_it_is(
    routers: dict[str, Router], sentence: str
) -> None:
    assert routers["en"].route(sentence, Dialogue(zone="driver"))[0].kind in ("command", "status", "question")


def test_what_waits_does_not_lose_what_is_for_now(routers: dict[str, Router]) -> None:
    out = routers["en"].route("turn on the AC and when it gets dark turn on the lights", Dialogue(zone="driver"))
    assert [intent.name for intent in out] == ["AirConditioningOn", "Later"]


@pytest.mark.parametrize(
    ("sentence", "time"),
    [
        ("at eight start charging", "08:00"),
        ("start charging at half past ten", "10:30"),
        ("start charging at 7:45 p.m.", "19:45"),
        ("charge the car at quarter to six", "05:45"),
        ("start charging at eleven thirty in the evening", "23:30"),
        ("start charging at midnight", "00:00"),
    ],
)
def test_what_the_car_itself_has_a_timer_for_is_set(routers: dict[str, Router], sentence: str, time: str) -> None:
    (intent,) = routers["en"].route(sentence, Dialogue(zone="driver"))
    assert {ask.signal.rpartition(".")[2]: ask.value for ask in intent.asks} == {"Time": time, "Mode": "START_TIME"}


@pytest.mark.parametrize("sentence", ["set the fan at three", "set the temperature at 22", "open my window until half"])
def test_a_number_that_is_a_value_is_no_time(routers: dict[str, Router], sentence: str) -> None:
    (intent,) = routers["en"].route(sentence, Dialogue(zone="driver"))
    assert intent.kind == "command" and intent.asks
