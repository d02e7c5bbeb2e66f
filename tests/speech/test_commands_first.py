"""A better recogniser on disk: the built-in one still hears the commands, the better one the questions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hassil import Intents

from assistant.errors import SpeechError
from assistant.ports import Transcriber
from assistant.speech.built_in import BuiltInTranscriber, built_in
from assistant.speech.commands_first import CommandsFirst
from assistant.speech.engines import transcriber
from assistant.utterance import Audio, Transcript
from intents import templates
from tests.speech.conftest import COMMANDS, MANUAL, meant, named
from tests.speech.scripted_whisper import scripted_whisper

SOUND = np.zeros(16_000, np.float32)
COMMAND = Transcript("open the window", 0.9, "own")
QUESTION = Transcript("what is the dire pressure", 0.6, "own", free=True)
NOTHING = Transcript("", 0.1, "own")
BETTER = Transcript("What is the tyre pressure?", 0.8, "better")


class Engine:
    """Hears what it is told to, or fails."""

    def __init__(self, heard: Transcript | SpeechError) -> None:
        self.name, self.heard, self.asked = "engine", heard, 0

    def transcribe(self, audio: Audio) -> Transcript:
        self.asked += 1
        if isinstance(self.heard, SpeechError):
            raise self.heard
        return self.heard


class Own(Engine):
    """Finds what the other hears likelier."""

    def glimpse(self, audio: Audio) -> Transcript:
        return self.transcribe(audio)

    def likelier(self, audio: Audio, own: Transcript, other: Transcript) -> Transcript:
        return other


LOOSE = Transcript("i am freezing", 0.6, "own", free=True)


def is_command(text: str) -> bool:
    return text in ("Unlock the doors.", LOOSE.text)


@pytest.mark.parametrize("heard", [COMMAND, NOTHING, LOOSE], ids=["a command", "nothing for the car", "a loose one"])
def test_what_the_built_in_one_is_sure_of_is_not_asked_again(heard: Transcript) -> None:
    better = Engine(BETTER)
    assert CommandsFirst(Own(heard), better, commands=is_command).transcribe(SOUND) == heard
    assert better.asked == 0


def test_a_question_is_in_the_words_of_the_better_one() -> None:
    assert CommandsFirst(Own(QUESTION), Engine(BETTER)).transcribe(SOUND) == replace(BETTER, free=True)


def test_a_command_that_only_the_better_one_hears_is_none() -> None:
    better = Engine(replace(BETTER, text="Unlock the doors."))
    assert CommandsFirst(Own(QUESTION), better, commands=is_command).transcribe(SOUND) == QUESTION


def test_a_built_in_recogniser_that_fails_leaves_the_better_one() -> None:
    ears = CommandsFirst(Own(SpeechError("it broke")), Engine(BETTER))
    assert ears.transcribe(SOUND) == replace(BETTER, free=True)


@pytest.mark.parametrize(
    "heard", [replace(BETTER, text=""), SpeechError("it broke")], ids=["it holds back what it made up", "it fails"]
)
def test_where_the_better_one_has_nothing_to_say_the_built_in_words_stand(heard: Transcript | SpeechError) -> None:
    assert CommandsFirst(Own(QUESTION), Engine(heard)).transcribe(SOUND) == QUESTION


def test_when_both_fail_it_is_said() -> None:
    with pytest.raises(SpeechError, match="so did this"):
        CommandsFirst(Own(SpeechError("it broke")), Engine(SpeechError("so did this"))).transcribe(SOUND)


@pytest.fixture(scope="module")
def own(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltInTranscriber:
    ears, _ = built_in(templates.load("en"), MANUAL, engine="moonshine", cache=tmp_path_factory.mktemp("speech"))
    assert isinstance(ears, BuiltInTranscriber)
    return ears


@pytest.mark.parametrize("file", COMMANDS)
def test_a_command_is_heard_as_without_a_model(own: BuiltInTranscriber, said: dict[str, Audio], file: str) -> None:
    both = CommandsFirst(own, Engine(BETTER))
    assert meant(both.transcribe(said[file]).text) == named(file)


@pytest.mark.parametrize(
    ("other", "taken"),
    [
        ("What oil does the engine need?", True),
        ("What oil does the engine knead?", False),
        ("Thank you for your attention.", False),
    ],
)
def test_of_two_wordings_the_one_is_taken_that_fits_the_sound_and_the_car(
    own: BuiltInTranscriber, said: dict[str, Audio], other: str, taken: bool
) -> None:
    both = CommandsFirst(own, Engine(replace(BETTER, text=other)))
    heard = both.transcribe(said["rms_what_oil_does_the_engine_need"])
    assert heard.free and (heard.text == other) is taken


@pytest.mark.usefixtures("weights")
def test_a_model_on_disk_leaves_the_commands_to_the_built_in_one(small: Intents, tmp_path: Path) -> None:
    scripted_whisper(tmp_path / "whisper" / "tiny", "hello")
    ears, why = transcriber(small, models=tmp_path, language="en")
    assert isinstance(ears, CommandsFirst) and "for commands" in why


def test_which_language_is_spoken_only_whisper_tells_so_it_is_asked_first(small: Intents, tmp_path: Path) -> None:
    scripted_whisper(tmp_path / "whisper" / "tiny", "hello")
    ears: Transcriber = transcriber(small, models=tmp_path)[0]
    assert not isinstance(ears, CommandsFirst)
