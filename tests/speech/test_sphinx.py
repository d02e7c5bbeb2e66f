"""The built-in recogniser on real sound files: small grammars decoded whole, the car's in two passes."""

from pathlib import Path

import numpy as np
import pytest
from hassil import Intents

from assistant.speech.confidence import NOTHING, QUESTION, confidence
from assistant.speech.decoder import Heard
from assistant.speech.sphinx import Opinion, SphinxTranscriber
from assistant.utterance import SAMPLE_RATE, Audio
from intents import templates
from tests.speech.conftest import COMMANDS, MANUAL, meant, named


@pytest.fixture(scope="module")
def car(tmp_path_factory: pytest.TempPathFactory) -> SphinxTranscriber:
    return SphinxTranscriber(templates.load("en"), MANUAL, cache=tmp_path_factory.mktemp("speech"))


# --- a small grammar ---


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("slt_set_the_temperature_to_twenty_one_degrees", "set the temperature to twenty one degrees"),
        ("rms_a_bit_warmer", "a bit warmer"),
        ("slt_switch_to_sport_mode", "switch to sport mode"),
        ("rms_switch_to_sport_mode", "switch to sport mode"),
        ("rms_close_all_the_windows", "close all the windows"),
        ("awb_unlock_the_doors", "unlock the doors"),
        ("rms_lock_the_doors", "lock the doors"),
    ],
)
def test_a_command_is_heard(ears: SphinxTranscriber, said: dict[str, Audio], file: str, text: str) -> None:
    heard = ears.transcribe(said[file])
    assert heard.text == text
    assert heard.confidence > 0.5 and heard.engine == "pocketsphinx"


@pytest.mark.parametrize("file", ["near_silence", "noise_road"])
def test_silence_and_noise_are_nothing(ears: SphinxTranscriber, said: dict[str, Audio], file: str) -> None:
    assert ears.transcribe(said[file]).text == ""


@pytest.mark.parametrize(
    "file",
    ["awb_not_for_the_car", "rms_who_won_the_football_match_last_night", "slt_what_should_i_do_if_the_battery_is_flat"],
)
def test_speech_outside_the_grammar_is_not_made_a_command(
    ears: SphinxTranscriber, said: dict[str, Audio], file: str
) -> None:
    assert ears.transcribe(said[file]).text == ""


@pytest.mark.parametrize("length", [0, 1, 100, 1_000, 8_000])
def test_a_scrap_of_sound_is_nothing(ears: SphinxTranscriber, length: int) -> None:
    assert ears.transcribe(np.full(length, 0.01, np.float32)).text == ""


def test_clipping_does_not_crash(ears: SphinxTranscriber, said: dict[str, Audio]) -> None:
    loud = np.clip(said["slt_switch_to_sport_mode"] * 30, -1, 1).astype(np.float32)
    assert ears.transcribe(loud).text in ("switch to sport mode", "")


def test_what_was_heard_before_changes_nothing(ears: SphinxTranscriber, said: dict[str, Audio]) -> None:
    alone = ears.transcribe(said["rms_lock_the_doors"])
    ears.transcribe(said["awb_not_for_the_car"])
    ears.transcribe(said["noise_road"])
    again = ears.transcribe(said["rms_lock_the_doors"])
    assert again.text == alone.text and again.confidence == pytest.approx(alone.confidence, abs=0.01)


def test_a_quiet_speaker_is_heard(ears: SphinxTranscriber, said: dict[str, Audio]) -> None:
    assert ears.transcribe(said["rms_lock_the_doors"] * np.float32(0.05)).text == "lock the doors"


def test_an_unusual_word_is_given_a_sound_and_named() -> None:
    ears = SphinxTranscriber(
        Intents.from_dict({"language": "en", "intents": {"A": {"data": [{"sentences": ["start the blorfing"]}]}}})
    )
    assert ears.guessed == ("blorfing",) and ears.left_out == ()


# --- the car's own sentences, and questions ---


@pytest.mark.parametrize("file", [*COMMANDS, "slt_what_does_the_yellow_tyre_light_mean"])
def test_the_car_hears_its_driver(car: SphinxTranscriber, said: dict[str, Audio], file: str) -> None:
    assert meant(car.transcribe(said[file]).text) == named(file)


def test_questions_that_no_template_holds_keep_their_content_words(
    car: SphinxTranscriber, said: dict[str, Audio]
) -> None:
    """One in ten may be lost: the language model is made of random sentences, and no single word hangs on one seed."""
    content = {
        "slt_what_should_i_do_if_the_battery_is_flat": "battery flat",
        "rms_what_should_i_do_if_the_battery_is_flat": "battery flat",
        "rms_what_oil_does_the_engine_need": "oil engine need",
        "kal16_how_often_do_i_change_the_cabin_filter": "change cabin filter",
        "slt_how_do_i_change_a_wheel": "change wheel",
    }
    kept = []
    for file, expected in content.items():
        heard = car.transcribe(said[file])
        assert heard.free, "it may be a question, never a loose command"
        kept += [word in heard.text.split() for word in expected.split()]
    assert sum(kept) >= 0.9 * len(kept)


def test_talk_in_the_cabin_is_not_made_a_command(car: SphinxTranscriber, said: dict[str, Audio]) -> None:
    assert car.transcribe(said["awb_not_for_the_car"]).text == ""


def test_the_fifteen_seconds_limit_holds_for_a_whole_minute(car: SphinxTranscriber, said: dict[str, Audio]) -> None:
    babble = np.resize(said["awb_not_for_the_car"], 60 * SAMPLE_RATE)
    assert isinstance(car.transcribe(babble).text, str)


def test_a_start_from_the_cache_hears_the_same(small: Intents, said: dict[str, Audio], tmp_path: Path) -> None:
    first = SphinxTranscriber(small, MANUAL, cache=tmp_path).transcribe(said["rms_lock_the_doors"])
    assert SphinxTranscriber(small, MANUAL, cache=tmp_path).transcribe(said["rms_lock_the_doors"]).text == first.text


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def test_a_short_command_inside_a_long_question_is_not_taken_out_of_it() -> None:
    phones = Heard(("sil",), -1.0, -1.0, 0.0)
    question = Heard(words("what should i do when the brakes feel soft"), -2.5, -2.2, -30.0, spoken=240)
    piece = Heard(words("what should i do"), -2.4, -2.3, 0.0, spoken=110)
    whole = Heard(words("what should i do with the brakes then"), -2.5, -2.3, 0.0, spoken=230)
    assert Opinion(piece, question, phones).chosen[0] is question
    assert Opinion(whole, question, phones).chosen[0] is whole


def test_talk_is_less_likely_meant_for_the_car_than_a_question_that_sounds_as_good() -> None:
    phones = Heard(("sil",), -1.0, -1.0, 0.0)
    asked = Heard(("how", "do", "i", "pay"), -2.5, -2.2, -40.0, spoken=100)
    told = Heard(("we", "had", "to", "pay"), -2.5, -2.2, -40.0, spoken=100)
    sure = [confidence(Opinion(None, each, phones).evidence, QUESTION) for each in (asked, told)]
    assert sure[0] > NOTHING > sure[1]
