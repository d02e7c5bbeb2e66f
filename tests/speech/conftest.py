"""What the speech tests share: recorded utterances of the drives, small grammars, made sounds."""

from pathlib import Path

import numpy as np
import pytest
from hassil import Intents

from assistant.speech.audio import load
from assistant.speech.sphinx import SphinxTranscriber
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


@pytest.fixture(scope="session")
def small() -> Intents:
    return Intents.from_dict(SMALL)


@pytest.fixture(scope="session")
def ears(small: Intents) -> SphinxTranscriber:
    return SphinxTranscriber(small)


@pytest.fixture(scope="session")
def said() -> dict[str, Audio]:
    return {path.stem: load(path) for path in sorted(SOUNDS.glob("*.flac"))}


@pytest.fixture
def noise() -> Audio:
    return (0.05 * np.random.default_rng(1).standard_normal(3 * SAMPLE_RATE)).astype(np.float32)
