"""What somebody likes, said in plain words, becomes typed entries; anything else becomes none."""

import pytest

from intents.preferences import parse


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("prefers 22 degrees", ["temperature: 22 celsius"]),
        ("I like 22 degrees", ["temperature: 22 celsius"]),
        ("I prefer 72 fahrenheit", ["temperature: 72 fahrenheit"]),
        ("fan level 3 by default", ["fan: 3 level"]),
        ("never open the sunroof fully", ["sunroof: never 100"]),
        ("always wants seat heating on level 1, level 3 is too hot", ["seat heating: 1 level"]),
        ("eco mode is my favourite", ["drive mode: ECONOMY"]),
        ("prefers green as ambient light colour", ["ambient colour: #00FF00"]),
        ("prefers the air direction on windshield and feet", ["air direction: UP_DOWN"]),
    ],
)
def test_plain_words_become_entries(text: str, entries: list[str]) -> None:
    assert [entry.describe() for entry in parse(text)] == entries


@pytest.mark.parametrize("text", ["", "cats are nice", "🙂🙂🙂", "x" * 10_000, "prefers", "22"])
def test_what_is_no_preference_becomes_none(text: str) -> None:
    assert parse(text) == ()
