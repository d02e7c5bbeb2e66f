"""Sound files as the world has them: missing, broken, silent, clipped, in other formats, far too long."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.bootstrap import Engines
from assistant.session import Session
from assistant.speech.audio import load

SOUNDS = Path(__file__).parents[2] / "demo" / "drives" / "sounds"
SPOKEN = SOUNDS / "slt_set_the_temperature_to_twenty_one_degrees.flac"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


@pytest.fixture
def hear(engines: Engines):
    session = Session(engines)

    async def send(path: Path) -> dict:
        answer = await session.answer(json.dumps({"type": "audio", "path": str(path), "zone": "driver"}))
        alive = await session.answer('{"type":"vehicle","get":["Vehicle.Speed"]}')
        assert alive["type"] == "vehicle", "the session went on"
        return answer

    return send


def speech() -> np.ndarray:
    return load(SPOKEN)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.wav", None, "missing"),
        ("empty.wav", b"", "empty"),
        ("corrupt.wav", b"RIFF\x00\x00\x00\x00WAVEjunk", "corrupt"),
        ("text.wav", b"this is not sound at all", "corrupt"),
        ("cut.flac", None, "corrupt"),
    ],
)
async def test_a_file_that_is_no_sound_is_told_by_what_is_wrong(
    hear, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if name == "cut.flac":
        path.write_bytes(SPOKEN.read_bytes()[:30])
    elif content is not None:
        path.write_bytes(content)
    answer = await hear(path)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert name in answer["message"]


async def test_a_folder_is_no_sound_file(hear, tmp_path: Path) -> None:
    assert (await hear(tmp_path))["type"] == "error"


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
async def test_other_rates_and_stereo_are_converted_and_understood(hear, tmp_path: Path, rate: int) -> None:
    import soxr

    sound = soxr.resample(speech(), 16_000, rate)
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([sound, sound], axis=1), rate)
    reply = await hear(path)
    assert reply["type"] == "reply"
    if rate > 8_000:  # at 8 kHz half of the spectrum is gone; it must be converted, not understood
        assert reply["applied"] == {TEMPERATURE: 21.0}


async def test_clipped_speech_is_heard_or_does_nothing(hear, tmp_path: Path) -> None:
    path = tmp_path / "clipped.wav"
    soundfile.write(path, np.clip(speech() * 8, -1, 1), 16_000)
    reply = await hear(path)
    assert reply["type"] == "reply"
    assert set(reply["applied"]) <= {TEMPERATURE}


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000, np.float32),
        np.full(16_000, 0.5, np.float32),
        np.random.default_rng(1).normal(0, 0.1, 48_000).astype(np.float32),
        np.sin(np.arange(48_000) * 2 * np.pi * 440 / 16_000).astype(np.float32),
        np.zeros(10, np.float32),
    ],
    ids=["silence", "offset", "white noise", "a tone", "ten samples"],
)
async def test_what_is_no_speech_does_nothing(hear, tmp_path: Path, samples: np.ndarray) -> None:
    path = tmp_path / "nothing.wav"
    soundfile.write(path, samples, 16_000)
    reply = await hear(path)
    if reply["type"] == "reply":
        assert (reply["heard"], reply["applied"], reply["decision"]) == ("", {}, "none")
    else:
        assert reply["code"] == "empty"


async def test_ten_minutes_are_refused_by_their_length(hear, tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(600 * 16_000, np.float32), 16_000)
    answer = await hear(path)
    assert (answer["type"], answer["code"]) == ("error", "too_long")
    assert "60" in answer["message"]
