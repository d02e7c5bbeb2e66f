"""`cabin knowledge` as a user types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.knowledge import knowledge
from knowledge import pack
from tests.knowledge.conftest import SAMPLE


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CABIN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(pack, "BUILT_IN", SAMPLE.parent)
    return lambda *words: CliRunner().invoke(knowledge, list(words))


def test_build_then_list_show_search_and_verify(run) -> None:
    built = json.loads(run("build", "--json").stdout.splitlines()[-1])
    assert (built["built"], built["packs"]) == (True, ["sample"])
    assert json.loads(run("build", "--json").stdout.splitlines()[-1])["built"] is False
    assert json.loads(run("list", "--json").stdout)["vehicle"] == "Testa Sparrow 2025"
    assert "Pull the lever" in run("show", "bonnet").stdout
    best = json.loads(run("search", "how do I open the hood", "--json").stdout.splitlines()[0])
    assert best["section"] == "Opening and closing, Opening the bonnet"
    assert "whole and up to date" in run("verify").stdout


def test_verify_names_damage(run, tmp_path: Path) -> None:
    run("build")
    states = next((tmp_path / "index").glob("build-*/states.npz"))
    states.write_bytes(b"nothing")
    assert "states.npz" in str(run("verify").exception)


def test_without_an_index_the_way_to_one_is_told(run) -> None:
    assert "cabin knowledge build" in str(run("list").exception)


def test_a_section_that_is_not_there_is_named(run) -> None:
    run("build")
    assert "no section's heading holds 'gearbox'" in str(run("show", "gearbox").exception)
