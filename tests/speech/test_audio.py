from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.errors import AudioError
from assistant.speech.audio import LONGEST_S, load

SECOND = np.sin(np.linspace(0, 2 * np.pi * 440, 48_000)).astype(np.float32) * 0.5


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_sample_rate_becomes_sixteen_thousand(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate), rate)
    sound = load(tmp_path / "a.wav")
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert abs(len(sound) - 16_000) <= 2
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert abs(spectrum.argmax() * 16_000 / len(sound) - 440) < 3


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_every_common_format_is_read(tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / name, tone(44_100), 44_100)
    sound = load(tmp_path / name)
    assert 15_000 < len(sound) < 18_000
    assert 0.2 < np.sqrt((sound**2).mean()) < 0.5


def test_stereo_is_averaged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack((tone(16_000), np.zeros(16_000)), 1), 16_000)
    assert np.abs(load(tmp_path / "a.wav")).max() == pytest.approx(0.25, abs=0.01)


def test_channels_that_cancel_each_other_do_not_fall_silent(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack((tone(16_000), -tone(16_000)), 1), 16_000)
    assert np.abs(load(tmp_path / "a.wav")).max() > 0.4


def test_samples_that_are_no_numbers_are_silenced(tmp_path: Path) -> None:
    wild = tone(16_000)
    wild[100:200] = np.nan
    wild[300:310] = np.inf
    soundfile.write(tmp_path / "a.wav", wild, 16_000, subtype="FLOAT")
    sound = load(tmp_path / "a.wav")
    assert np.isfinite(sound).all() and np.abs(sound).max() <= 1.0


def test_wild_samples_do_not_spoil_a_file_that_is_resampled(tmp_path: Path) -> None:
    wild = tone(44_100)
    wild[1_000] = np.nan
    soundfile.write(tmp_path / "a.wav", wild, 44_100, subtype="FLOAT")
    assert np.sqrt((load(tmp_path / "a.wav") ** 2).mean()) > 0.2


def problem(path: Path) -> AudioError:
    with pytest.raises(AudioError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    return caught.value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert problem(tmp_path / "nothing.wav").code == "missing"


def test_a_folder_is_not_a_sound(tmp_path: Path) -> None:
    assert problem(tmp_path).code == "not_a_file"


def test_an_empty_file_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert problem(tmp_path / "a.wav").code == "empty"


def test_a_header_without_samples_is_empty(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    assert problem(tmp_path / "a.wav").code == "empty"


@pytest.mark.parametrize("content", [b"RIFF", b"fLaC" + bytes(40), b"not sound at all" * 50, bytes(1_000)])
def test_a_damaged_file_is_corrupt(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    assert problem(tmp_path / "a.wav").code == "corrupt"


def test_a_file_cut_short_gives_what_is_there_or_an_error(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(16_000, 3.0), 16_000)
    whole = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "b.flac").write_bytes(whole[: len(whole) // 2])
    try:
        assert 0 < len(load(tmp_path / "b.flac")) < 48_000
    except AudioError as error:
        assert error.code == "corrupt"


def test_ten_minutes_are_refused_with_the_limit_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(600 * 8_000, np.int16), 8_000)
    error = problem(tmp_path / "a.flac")
    assert error.code == "too_long"
    assert f"{LONGEST_S:.0f} s" in str(error) and "600 s" in str(error)


def test_a_name_that_no_file_system_takes_is_no_crash() -> None:
    with pytest.raises(AudioError):
        load("a\0b.wav")
