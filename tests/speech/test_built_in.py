"""The recogniser that needs no download: Moonshine and PocketSphinx together on the sounds of the drives."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr
from hassil import Intents

from assistant.errors import SpeechError
from assistant.ports import Transcriber
from assistant.speech import built_in as engine
from assistant.speech.built_in import AS_GOOD, AS_WELL, WORST_LOSS, BuiltInTranscriber, View, built_in
from assistant.speech.decoder import Heard
from assistant.speech.espeak import EspeakVoice
from assistant.speech.moonshine import Guess
from assistant.speech.sphinx import Opinion, SphinxTranscriber
from assistant.utterance import SAMPLE_RATE, Audio
from intents import templates
from intents.router import Router
from tests.speech.conftest import COMMANDS, MANUAL, meant, named

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="module")
def car(cache: Path) -> BuiltInTranscriber:
    ears, _ = built_in(templates.load("en"), MANUAL, engine="moonshine", cache=cache)
    assert isinstance(ears, BuiltInTranscriber)
    return ears


@pytest.fixture(scope="module")
def open_to_more(cache: Path) -> Transcriber:
    """The same, told by the router what no template has and is for the car all the same."""
    known = Router.load("en").accounts_for
    return built_in(templates.load("en"), MANUAL, engine="moonshine", cache=cache, accounts_for=known)[0]


@pytest.mark.parametrize("file", COMMANDS)
def test_a_command_is_heard(car: BuiltInTranscriber, said: dict[str, Audio], file: str) -> None:
    heard = car.transcribe(said[file])
    assert meant(heard.text) == named(file)
    assert not heard.free and 0 < heard.confidence <= 1 and heard.engine == "moonshine/tiny-en"


@pytest.mark.parametrize(
    "file",
    [
        "slt_what_should_i_do_if_the_battery_is_flat",
        "rms_what_should_i_do_if_the_battery_is_flat",
        "rms_what_oil_does_the_engine_need",
        "kal16_how_often_do_i_change_the_cabin_filter",
        "slt_how_do_i_change_a_wheel",
        "rms_how_do_i_repair_the_radio",
    ],
)
def test_a_question_is_heard_word_by_word(car: BuiltInTranscriber, said: dict[str, Audio], file: str) -> None:
    heard = car.transcribe(said[file])
    assert meant(heard.text) == named(file)
    assert heard.free, "it may be a question, never a loose command"


@pytest.mark.parametrize("file", ["near_silence", "noise_road", "awb_not_for_the_car"])
def test_silence_noise_and_talk_are_nothing(car: BuiltInTranscriber, said: dict[str, Audio], file: str) -> None:
    assert car.transcribe(said[file]).text == ""


def test_words_on_the_way_come_from_one_engine_alone(car: BuiltInTranscriber, said: dict[str, Audio]) -> None:
    assert "temperature" in car.glimpse(said["slt_set_the_temperature_to_twenty_one_degrees"]).text


def test_a_plain_command_needs_no_second_opinion(car: BuiltInTranscriber, said: dict[str, Audio]) -> None:
    plain, unclear = car.view(said["rms_close_all_the_windows"]), car.view(said["slt_switch_to_sport_mode"])
    assert plain is not None and plain.fits and plain.opinion is None
    assert unclear is not None and unclear.opinion is not None


def test_a_small_grammar_of_anybodys_is_heard_too(small: Intents, said: dict[str, Audio]) -> None:
    ears, what = built_in(small)
    assert ears.transcribe(said["rms_lock_the_doors"]).text == "lock the doors"
    assert "Moonshine" in what
    assert ears.transcribe(said["rms_play_the_radio"]).text == ""


# --- whose words are taken ---


def view(guess: str, command: str, loss: float, *, fits: bool) -> View:
    opinion = Opinion(Heard(tuple(command.split()), -2.0, -2.0, 0.0, spoken=100), None)
    return View(Guess(guess, 5, -2.0), tuple(guess.split()), fits, fits, opinion, Guess(command, 5, -2.0 + loss))


def test_a_command_that_moonshine_finds_likely_too_is_taken() -> None:
    assert view("lock the car", "lock the doors", WORST_LOSS + 0.1, fits=False).command == ("lock", "the", "doors")


def test_a_short_command_in_a_long_sentence_is_not_taken_out_of_it() -> None:
    free = Heard(("can", "i", "drive", "on", "with", "a", "broken", "windscreen"), -2.0, -2.0, -30.0, spoken=240)
    whole = view("can i drive on with it", "can i drive on", -3.0, fits=False)
    assert whole.opinion is not None and whole.command
    assert not replace(whole, opinion=replace(whole.opinion, free=free)).command


def test_free_words_of_the_other_are_taken_where_they_are_about_as_likely() -> None:
    mine = view("what does the yellow tail light mean", "", 0.0, fits=False)
    as_well = Guess("What does the yellow tire light mean?", 9, -4.0 + AS_WELL + 2.1)
    assert replace(mine, freely=as_well).free is as_well
    assert replace(mine, freely=replace(as_well, heard=-20.0)).free is mine.guess


def test_a_command_that_moonshine_did_not_hear_is_not_taken() -> None:
    assert view("lovely colours", "lock the doors", WORST_LOSS - 0.1, fits=False).command == ()


def test_of_two_commands_the_likelier_is_taken_and_the_other_named() -> None:
    worse = view("lock the doors", "unlock the doors", AS_GOOD - 0.1, fits=True)
    assert worse.command == ("lock", "the", "doors") and worse.rival == ("unlock", "the", "doors")
    better = view("lock the doors", "unlock the doors", AS_GOOD + 0.1, fits=True)
    assert better.command == ("unlock", "the", "doors") and better.rival == ("lock", "the", "doors")


def test_in_a_small_grammar_its_own_path_counts_more() -> None:
    large = view("a latte with sugar", "a latte with sweetener", WORST_LOSS - 1, fits=True)
    assert large.command == ("a", "latte", "with", "sugar")
    assert replace(large, direct=True).command == ("a", "latte", "with", "sweetener")


def test_two_that_agree_have_no_rival() -> None:
    assert view("lock the doors", "lock the doors", 0.0, fits=True).rival == ()


def test_what_no_template_has_gives_way_to_a_command_that_is_nearly_as_likely() -> None:
    loose = replace(view("turn the heat and steering wheel on", "fan on", AS_GOOD - 1, fits=True), known=False)
    assert loose.command == ("fan", "on") and loose.rival == ()
    unlike = replace(view("it is freezing in here", "fan on", WORST_LOSS - 1, fits=True), known=False)
    assert unlike.command == ("it", "is", "freezing", "in", "here")


def test_what_the_router_accounts_for_is_heard_though_no_template_has_it(
    car: BuiltInTranscriber, open_to_more: Transcriber
) -> None:
    pcm = np.frombuffer(b"".join(EspeakVoice().speak("make the screen darker")), "<i2") / np.float32(32768)
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    sound = np.concatenate((quiet, soxr.resample(pcm, 22_050, SAMPLE_RATE), quiet))
    assert car.transcribe(sound).text == ""
    heard = open_to_more.transcribe(sound)
    assert (heard.text, heard.free) == ("make the screen darker", True)


# --- where Moonshine is not ---


def test_without_moonshine_pocketsphinx_hears_alone_and_says_so(
    small: Intents, said: dict[str, Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.moonshine, "folder", lambda: None)
    ears, what = built_in(small)
    assert isinstance(ears, SphinxTranscriber) and "alone: Moonshine is not installed" in what
    with pytest.raises(SpeechError, match="Moonshine is not installed"):
        built_in(small, engine="moonshine")


def test_a_damaged_model_leaves_pocketsphinx_and_is_named(
    small: Intents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokenizer.bin").write_bytes(b"\x05ab")
    monkeypatch.setattr(engine.moonshine, "folder", lambda: tmp_path)
    ears, what = built_in(small)
    assert isinstance(ears, SphinxTranscriber) and "tokenizer.bin" in what


def test_pocketsphinx_may_be_wanted_alone(small: Intents) -> None:
    ears, what = built_in(small, engine="pocketsphinx")
    assert isinstance(ears, SphinxTranscriber) and what == "PocketSphinx (built in)"
