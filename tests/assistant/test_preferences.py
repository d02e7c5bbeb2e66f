"""What the driver likes is kept beyond a drive, can be edited and erased, and never loosens anything."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.bootstrap import Engines
from assistant.cli.main import cabin
from assistant.errors import SettingsError, StorageError
from assistant.preferences import KEPT, Preferences, about
from assistant.utterance import Utterance, Zone

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"


def test_what_was_kept_is_there_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "preferences.yaml"
    Preferences(file).add("I like 22 degrees")
    (entry,) = Preferences(file).entries
    assert (entry.thing, entry.value) == ("temperature", 22.0)
    assert [each.name for each in tmp_path.iterdir()] == ["preferences.yaml"]


def test_the_same_said_again_is_kept_once(tmp_path: Path) -> None:
    kept = Preferences(tmp_path / "preferences.yaml")
    kept.add("I like 22 degrees")
    kept.add("prefers 22 degrees")
    assert [each.text for each in kept.entries] == ["prefers 22 degrees"]


def test_only_so_many_are_kept_and_the_oldest_go_first() -> None:
    kept = Preferences()
    for tenth in range(KEPT + 5):
        kept.add(f"I like {16 + tenth / 10:.1f} degrees")
    assert len(kept.entries) == KEPT
    assert kept.entries[0].value == 16.5


def test_those_about_one_thing_can_be_erased(tmp_path: Path) -> None:
    kept = Preferences(tmp_path / "preferences.yaml")
    kept.add("I like 22 degrees")
    kept.add("never open the sunroof fully")
    assert kept.forget(about("the temperature")) == 1
    assert [each.thing for each in Preferences(kept.file).entries] == [each.thing for each in kept.entries]
    assert kept.forget() == 1


def test_a_broken_file_is_named_with_its_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "preferences.yaml"
    file.write_text("preferences:\n  - {text: x, thing: fan, value: 3, colour: red}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"preferences\.yaml:2.*colour"):
        Preferences(file)


def test_what_cannot_be_kept_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    kept = Preferences(blocked / "preferences.yaml")
    with pytest.raises(StorageError, match="cannot be written"):
        kept.add("I like 22 degrees")
    assert kept.entries == ()


async def test_a_driven_cabin_has_them_and_a_programs_cabin_is_new(engines: Engines) -> None:
    engines.settings.preferences_file.unlink(missing_ok=True)
    try:
        first = engines.rig(driven=True)
        await first.cabin.take_turn(Utterance("remember that I like 22 degrees", zone=Zone.DRIVER))
        assert [each.thing for each in engines.rig(driven=True).cabin.preferences.entries] == ["temperature"]
        assert engines.rig().cabin.preferences.entries == ()
    finally:
        engines.settings.preferences_file.unlink(missing_ok=True)


async def test_no_preference_loosens_the_gate(engines: Engines) -> None:
    rig = engines.rig()
    rig.cabin.preferences.add("always drive in sport mode")
    rig.cabin.preferences.add("I like sport mode by default")
    reply = await rig.cabin.take_turn(Utterance("switch to sport mode", zone=Zone.DRIVER))
    assert (reply.decision, reply.applied) == ("confirm", {})
    assert rig.console.get([MODE])[MODE] == "NORMAL"


def test_they_are_listed_added_and_erased_from_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_DATA_DIR", str(tmp_path))

    def run(*words: str) -> str:
        result = CliRunner().invoke(cabin, ["preferences", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "temperature: 22" in run("add", "I like 22 degrees")
    assert json.loads(run("list", "--json"))["thing"] == "temperature"
    assert json.loads(run("forget", "temperature", "--json")) == {"erased": 1}
    assert "No preferences" in run("list")


def test_words_that_say_no_preference_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(cabin, ["preferences", "add", "the moon is round"])
    assert result.exit_code == 1
    assert "no preference" in result.output
