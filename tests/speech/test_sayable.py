import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.speech.sayable import LONGEST_CLAUSE, sayable, sentences, words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2.4 bar", "two point four bar"),
        ("21.5 °C", "twenty-one point five degrees"),
        ("1 km", "one kilometre"),
        ("50%", "fifty percent"),
        ("-5 °C", "minus five degrees"),
        ("1,250 rpm", "one thousand two hundred and fifty revolutions a minute"),
        ("130 km/h", "one hundred and thirty kilometres an hour"),
        ("250 kPa, 36 psi", "two hundred and fifty kilopascals, thirty-six P S I"),
        ("3–5 mm", "three to five millimetres"),
        ("P0420", "P, zero four two zero"),
        ("U3FFF-1A", "U, three F F F, one A"),
        ("07:05", "seven oh five"),
        ("at 12:00 or 0:00", "at noon or midnight"),
        ("8:30 p.m.", "eight thirty P M"),
        ("the ABS light", "the A B S light"),
        ("OK", "OK"),
        ("e.g. oil", "for example oil"),
        ("5 min. later", "five minutes later"),
        ("205/55 R16 91V", "two hundred and five, fifty-five, R sixteen, ninety-one V"),
        ("0W-20", "zero W twenty"),
        ("on/off", "on or off"),
        ("¼ turn", "a quarter turn"),
        ("**Warning:** stop [1]", "Warning: stop"),
        ("14.2 kWh/100 km", "fourteen point two kilowatt hours per hundred kilometres"),
        ("the limit in km/h", "the limit in kilometres an hour"),
        ("kWh/100 km", "kilowatt hours per hundred kilometres"),
        ("the 1st, 2nd, 12th and 21st", "the first, second, twelfth and twenty-first"),
        ("the 20th", "the twentieth"),
        ("on 2026-11-21", "on twenty-first of November twenty twenty-six"),
        ("on 3.1.2005", "on third of January two thousand and five"),
        ("section 4.2.1", "section four point two point one"),
        ("10:30–11:00", "ten thirty to eleven o'clock"),
        ("at 7 a.m. sharp", "at seven A M sharp"),
        ("a ratio of 2:1", "a ratio of two to one"),
        ("1/2 turn, 3/4 full", "a half turn, three quarters full"),
        ("≥ 3 mm, < 1.6 mm", "at least three millimetres, less than one point six millimetres"),
        ("€20 or $5.50", "twenty euros or five point five zero dollars"),
        ("10\u202f000 km", "ten thousand kilometres"),
        ("3 x 4 cm", "three by four centimetres"),
        ("call 112", "call one one two"),
        ("p0420", "P, zero four two zero"),
        ("A/C", "A C"),
        ("WVWZZZ1JZXW000001", "W, V W Z Z Z one J Z X W zero zero zero zero zero one"),
        ("", ""),
    ],
)
def test_what_is_written_as_it_is_said(written: str, said: str) -> None:
    assert sayable(written).rstrip(".") == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "zero"),
        ("100", "one hundred"),
        ("101", "one hundred and one"),
        ("1000001", "one million and one"),
        ("007", "zero zero seven"),
        ("2.05", "two point zero five"),
    ],
)
def test_numbers_as_words(number: str, said: str) -> None:
    assert words(number) == said


def test_a_decimal_point_never_ends_a_sentence() -> None:
    assert list(sentences(sayable("It is 2.4 bar. Right is 2.5 bar."))) == [
        "It is two point four bar.",
        "Right is two point five bar.",
    ]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert len(list(sentences(sayable("Use e.g. No. 5 oil, approx. 4 l. Then stop.")))) == 2


def test_an_initial_does_not_end_a_sentence() -> None:
    said = list(sentences(sayable("J. Smith drives at 7 p.m. on U.S. roads. He stops! Then? Yes.")))
    assert said == ["J. Smith drives at seven P M on U.S. roads.", "He stops!", "Then?", "Yes."]


def test_other_languages_keep_their_numbers_for_the_voice() -> None:
    assert sayable("**Achtung:** 2,4 bar [1]", "de") == "Achtung: 2,4 bar"


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_be_said(text: str) -> None:
    for sentence in sentences(sayable(text)):
        assert 0 < len(sentence) <= LONGEST_CLAUSE


@given(st.lists(st.sampled_from(["word", "two", "much,", "2.4", "P0420", "1/2", "J."]), max_size=400).map(" ".join))
def test_cutting_long_text_loses_no_word(text: str) -> None:
    spoken = sayable(text)
    assert " ".join(sentences(spoken)).split() == spoken.split()
