"""What the speech tests share: recorded utterances of the drives, small grammars, made sounds."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hassil import Intents
from packaging.requirements import Requirement

from assistant.speech import moonshine
from assistant.speech.audio import load
from assistant.speech.sphinx import SphinxTranscriber
from assistant.speech.tokens import Tokens
from assistant.utterance import SAMPLE_RATE, Audio

SOUNDS = Path(__file__).parents[2] / "demo" / "drives" / "sounds"

SMALL = {
    "language": "en",
    "intents": {
        "Temperature": {"data": [{"sentences": ["set [the] temperature to {degrees} degrees", "a bit <warmer>"]}]},
        "Mode": {"data": [{"sentences": ["switch to {mode} mode"]}]},
        "Windows": {"data": [{"sentences": ["(open|close) [all] the window[s]"]}]},
        "Doors": {"data": [{"sentences": ["(lock|unlock) the door[s]"]}]},
    },
    "lists": {
        "degrees": {"range": {"from": 16, "to": 28, "fractions": "halves"}},
        "mode": {"values": ["sport", "eco"]},
    },
    "expansion_rules": {"warmer": "(warmer|colder)"},
    "skip_words": ["please"],
}


MANUAL = (
    "What does the yellow tyre light mean?",
    "How do I change a wheel?",
    "The cabin filter is changed every year.",
    "What should I do if the battery is flat?",
    "What oil does the engine need?",
)
"""What both built-in recognisers are told of a manual."""

COMMANDS = (
    "slt_set_the_temperature_to_twenty_one_degrees",
    "rms_a_bit_warmer",
    "awb_turn_on_my_seat_heating",
    "slt_switch_to_sport_mode",
    "slt_open_the_trunk",
    "kal16_open_the_trunk",
    "awb_unlock_the_doors",
    "rms_turn_on_the_high_beams",
    "slt_turn_off_traction_control",
    "rms_yes",
    "slt_confirm",
)
"""Sounds of the drives in which the car is told something; each is named after what is said."""


def meant(text: str) -> str:
    """Spellings that sound alike, and articles nobody listens for, made one."""
    for one, other in (
        ("half way", "halfway"),
        ("highbeams", "high beams"),
        ("tire", "tyre"),
        ("confirmed", "confirm"),
        ("seats", "seat"),
    ):
        text = text.replace(one, other)
    return " ".join(word for word in text.split() if word not in ("the", "that", "a"))


def named(file: str) -> str:
    """What is said in a sound of the drives, by its name."""
    return meant(file.partition("_")[2].replace("_", " "))


@pytest.fixture(scope="session")
def small() -> Intents:
    return Intents.from_dict(SMALL)


@pytest.fixture(scope="session")
def weights() -> Path:
    """Moonshine's folder. Skips only where its wheel is not to be had, never where it is merely missing: there the
    marker in pyproject.toml leaves it out, and PocketSphinx hears alone, which has tests of its own.
    """
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = next(Requirement(each) for each in project["dependencies"] if each.startswith("moonshine-voice"))
    if needed.marker is not None and not needed.marker.evaluate():
        pytest.skip("moonshine-voice has no wheel for this kind of machine, so cabin does not ask for it here")
    found = moonshine.folder()
    assert found is not None, "moonshine-voice is not installed as requirements.lock has it"
    return found


@pytest.fixture(scope="session")
def tokens(weights: Path) -> Tokens:
    return Tokens(weights / "tokenizer.bin")


@pytest.fixture(scope="session")
def ears(small: Intents) -> SphinxTranscriber:
    return SphinxTranscriber(small)


@pytest.fixture(scope="session")
def said() -> dict[str, Audio]:
    return {path.stem: load(path) for path in sorted(SOUNDS.glob("*.flac"))}


@pytest.fixture
def noise() -> Audio:
    return (0.05 * np.random.default_rng(1).standard_normal(3 * SAMPLE_RATE)).astype(np.float32)
