"""Settings from cabin.toml and the environment; a wrong one is named."""

from pathlib import Path

import pytest

from assistant import settings
from assistant.errors import SettingsError


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "cabin.toml"
    monkeypatch.setenv("CABIN_CONFIG", str(path))

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_sets_and_the_environment_wins(toml, monkeypatch: pytest.MonkeyPatch) -> None:
    toml('[speech]\nvoice = "piper"\nrecogniser = "whisper"\n')
    monkeypatch.setenv("CABIN_SPEECH__VOICE", "espeak")
    loaded = settings.load()
    assert (loaded.speech.voice, loaded.speech.recogniser) == ("espeak", "whisper")


def test_one_language_model_may_be_named_for_answers_and_another_for_understanding(toml) -> None:
    toml('[knowledge.model]\nmodel = "a"\n[understanding]\nmodel = {model = "b", provider = "ollama"}\n')
    loaded = settings.load()
    assert loaded.knowledge.model and loaded.understanding.model
    assert type(loaded.knowledge.model) is type(loaded.understanding.model)
    assert (loaded.knowledge.model.model, loaded.understanding.model.provider) == ("a", "ollama")


def test_nothing_set_is_the_defaults(toml) -> None:
    toml("")
    assert settings.load().speech.voice == "auto"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('language = "en"\n\n[speech]\nvioce = "piper"\n', 4, "speech.vioce"),
        (
            "[journal]\nkeep_transcripts = true\nerase_transcripts_after_days = 0\n",
            3,
            "erase_transcripts_after_days",
        ),
        ("\nmood = 3\n", 2, "mood"),
        ("[speed]\nlimit = 3\n", 1, "speed"),
        ('[understanding.model]\nmodel = "m"\ndedline_s = 3\n', 3, "deadline_s"),
        ('[understanding]\nmodel = {model = "m", deadline_s = 99}\n', 2, "understanding.model.deadline_s"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_file_and_line(toml, text: str, line: int, key: str) -> None:
    path = toml(text)
    with pytest.raises(SettingsError) as error:
        settings.load()
    assert f"{path}, line {line}:" in str(error.value)
    assert key in str(error.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CABIN_SPEECH__VOICE", "frog"),
        ("CABIN_FOO", "1"),
        ("CABIN_SPEECH__VOICE__LOUD", "1"),
        ("CABIN_SPEECH", "x"),
    ],
)
def test_a_wrong_variable_is_named(toml, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    toml("")
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        settings.load()


def test_a_file_that_is_no_toml_is_named(toml) -> None:
    path = toml("[speech\n")
    with pytest.raises(SettingsError, match=str(path)):
        settings.load()


def test_a_named_file_that_is_missing_is_an_error(toml) -> None:
    with pytest.raises(SettingsError, match="not there"):
        settings.load()
