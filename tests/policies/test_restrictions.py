"""What a driver is shown and told in each motion."""

from itertools import pairwise
from pathlib import Path

import pytest

from policies.motion import Motion
from policies.restrictions import HERE, Restriction, restrictions
from policies.rules import RuleError

TEXT = "One two three four. " * 30


def test_a_parked_driver_may_do_everything() -> None:
    assert all(restrictions(Motion.PARKED).allows(restriction) for restriction in Restriction)


@pytest.mark.parametrize("motion", [Motion.MOVING, Motion.FAST, Motion.UNKNOWN])
def test_a_driver_on_the_road_sees_no_keyboard_and_no_transcript(motion: Motion) -> None:
    for restriction in (Restriction.NO_KEYBOARD, Restriction.NO_VOICE_TRANSCRIPTION, Restriction.NO_VIDEO):
        assert not restrictions(motion).allows(restriction)


def test_faster_never_shows_or_says_more() -> None:
    for slower, faster in pairwise(restrictions(motion) for motion in Motion):
        assert slower.shown <= faster.shown
        assert (slower.words, slower.characters, slower.items) >= (faster.words, faster.characters, faster.items)


def test_a_long_answer_waits_for_the_next_stop() -> None:
    limits = restrictions(Motion.MOVING)
    said, rest = limits.spoken(TEXT)
    assert said.endswith("four. More when parked.")
    assert len(said.removesuffix("More when parked.").split()) <= limits.words
    assert said.removesuffix(" More when parked.") + " " + rest == TEXT.strip()


def test_a_short_answer_is_said_whole_and_a_long_sentence_is_never_cut() -> None:
    assert restrictions(Motion.FAST).spoken(" All is well. ") == ("All is well.", "")
    endless = "word " * 200
    assert restrictions(Motion.FAST).spoken(endless) == (endless.strip(), "")


def test_another_ending_may_be_given() -> None:
    said, _ = restrictions(Motion.MOVING).spoken(TEXT, more="Mehr im Stand.")
    assert said.endswith("Mehr im Stand.")


def test_another_file_may_be_given(tmp_path: Path) -> None:
    file = tmp_path / "restrictions.yaml"
    file.write_text(HERE.read_text().replace("words: 250", "words: 99"))
    assert restrictions(Motion.PARKED, file).words == 99


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  standing: {", "  standing: {colour: red, ", "motions.standing.colour"),
        ("[NO_VIDEO, NO_SETUP], words: 90", "[NO_FUN], words: 90", "NO_DIALPAD"),
        ("words: 90", "words: 900", "standing allows more than parked"),
        ("[NO_VIDEO, NO_SETUP], words: 90", "[NO_SETUP, NO_DIALPAD], words: 90", "creeping allows more than standing"),
    ],
)
def test_wrong_restrictions_are_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "restrictions.yaml"
    file.write_text(HERE.read_text().replace(old, new))
    with pytest.raises(RuleError, match=f"restrictions.yaml:\\d+: .*{says}"):
        restrictions(Motion.PARKED, file)


def test_every_motion_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "restrictions.yaml"
    file.write_text("version: 1\nmore: More.\nmotions:\n  parked: {shown: [], words: 1, characters: 1, items: 1}\n")
    with pytest.raises(RuleError, match="nothing is said about: standing, creeping"):
        restrictions(Motion.PARKED, file)
