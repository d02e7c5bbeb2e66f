"""Nothing that can be typed or said makes the router fail; a broken file is named with its line and key."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import templates
from intents.check import claims
from intents.dialogue import Dialogue
from intents.errors import SentenceError
from intents.router import Router
from intents.things import Things
from intents.wording import Wording

ROUTER = Router.load()
OURS = ["open", "close", "the", "window", "to", "and", "not", "50", "half", "my", "it", "if", "no", "front", "off"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a" * 10_000,
        "open the window " * 700,
        "🙂🚗",
        "打开窗户",
        "افتح النافذة",
        "\x00\x07\x1b[2J",
        "...",
        "?!?!",
        "\u202e",
        "--",
        "%",
    ],
)
def test_what_is_no_request_of_ours_is_nothing(text: str) -> None:
    assert [intent.kind for intent in ROUTER.route(text, Dialogue())] == ["none"]


@pytest.mark.parametrize(
    "text",
    [
        "set the temperature to 1e309",
        "set the temperature to minus infinity",
        "set the fan to 99999999999999999999",
        "open my window \x00 NaN percent",
        "set the volume to 1e-400 percent",
        "🙂 set the temperature to ∞",
    ],
)
def test_what_is_no_number_moves_nothing(text: str) -> None:
    assert not any(isinstance(ask.value, float) for intent in ROUTER.route(text, Dialogue()) for ask in intent.asks)


@pytest.mark.parametrize("text", ["🙂 turn on the AC 🚗", "turn\u200bon the AC\x07", "\ufeffturn on the AC\u202c"])
def test_pictures_and_invisible_characters_do_not_hide_a_request(text: str) -> None:
    (intent,) = ROUTER.route(text.replace("turn\u200bon", "turn\u200b on"), Dialogue())
    assert intent.name == "AirConditioningOn"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    assert ROUTER.route(text, Dialogue())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(OURS),
        max_size=9,
    )
)
def test_any_jumble_of_our_own_words_gets_an_answer(jumble: list[str]) -> None:
    assert ROUTER.route(" ".join(jumble), Dialogue(zone="driver"))


def written(folder: Path, text: str) -> Path:
    (folder / "en").mkdir()
    (folder / "en" / "topic.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "language: en\nintents:\n  Undo:\n    data:\n      - sentences: ['undo (that']\n",
            ["line 5", "intents.Undo", "undo (that"],
        ),
        ("language: en\nthings:\n  warp_drive: [warp drive]\n", ["line 3", "things.warp_drive", "warp_drive"]),
        ("language: en\nintents:\n  Undo:\n    data: nothing\n", ["line 4", "intents.Undo.data"]),
        ("language: en\nthings:\n  horn:\n    - the (horn\n", ["line 4", "things.horn.0", "the (horn"]),
        ("language: en\nsentence: {}\n", ["line 2", "sentence"]),
        ("language: [en\n", ["line"]),
        ("- en\n", ["line 1", "mapping"]),
        ("language: en\nintents:\n  Nowhere:\n    data:\n      - sentences: [go]\n", ["line 5", "Nowhere"]),
    ],
)
def test_a_broken_sentence_file_is_named_with_line_and_key(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(SentenceError) as error:
        templates.sentences("en", written(tmp_path, text))
    assert "topic.yaml" in str(error.value)
    for part in told:
        assert part in str(error.value)


def test_a_language_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(SentenceError, match="de, en, es, fr, it"):
        Router.load("tlh")


def test_a_thing_that_stands_on_no_thing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "intents.yaml"
    file.write_text("paths: {}\nthings:\n  horn: {type: switch, signal: A.B, lock: padlock}\n", encoding="utf-8")
    with pytest.raises(SentenceError, match=r"line 3.*horn\.lock.*padlock"):
        Things.load(file)


def test_wording_in_a_language_that_is_not_there_says_so() -> None:
    with pytest.raises(SentenceError, match="tlh"):
        Wording.load("tlh")


def test_two_templates_for_the_same_words_are_found(tmp_path: Path) -> None:
    text = (
        "language: en\nthings: {horn: [horn], dome_light: [dome]}\nintents:\n"
        "  One: {data: [{sentences: [do the thing], slots: {thing: horn, act: on}}]}\n"
        "  Two: {data: [{sentences: [do the thing], slots: {thing: dome_light, act: on}}]}\n"
    )
    (line,) = claims("en", written(tmp_path, text))
    assert "do the thing" in line and "One" in line and "Two" in line


def test_our_own_templates_do_not_fight() -> None:
    assert {language: list(claims(language)) for language in templates.languages()} == {
        language: [] for language in templates.languages()
    }
