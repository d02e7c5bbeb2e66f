"""Numbers as people say them, in any language that unicode-rbnf spells out: "twenty-one and a half", "minus five"."""

import re
from dataclasses import dataclass
from functools import cache

DIGITS = re.compile(r"[+-]?\d{1,6}(\.\d{1,4})?")
"""More digits are no number that a car knows; they stay words and nothing is done."""


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The few words around numbers that differ by language, each a tuple of words as said."""

    half: tuple[str, ...] = ("and", "a", "half")
    point: frozenset[str] = frozenset({"point"})
    minus: frozenset[str] = frozenset({"minus", "negative"})
    plus: frozenset[str] = frozenset({"plus", "positive"})
    hundred: frozenset[str] = frozenset({"hundred"})
    joiner: frozenset[str] = frozenset({"and"})


@cache
def spelled(language: str) -> dict[tuple[str, ...], int]:
    """Words -> number for 0 to 99 and the hundreds, as the CLDR spells them out."""
    from unicode_rbnf import RbnfEngine

    engine = RbnfEngine.for_language(language)
    table: dict[tuple[str, ...], int] = {}
    for number in (*range(101), 200, 300, 400, 500, 1000):
        for text in engine.format_number(number).text_by_ruleset.values():
            parts = tuple(re.split(r"[\s-]+", text.replace("\u00ad", "").lower().strip()))
            if parts and not any(character.isdigit() or character == "." for character in text):
                table.setdefault(parts, number)
    return table


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence: its value, whether it was said with a sign, and where its words stand."""

    value: float
    signed: bool
    start: int
    end: int


def number_at(text: tuple[str, ...], start: int, language: str = "en", say: NumberWords | None = None) -> Number | None:
    """The longest number that begins at word ``start``, or None."""
    say = say or NumberWords()
    position, sign, signed = start, 1, False
    if text[position] in say.minus | say.plus and position + 1 < len(text):
        sign, signed = (-1 if text[position] in say.minus else 1), True
        position += 1
    word = text[position]
    if DIGITS.fullmatch(word):
        signed = signed or word[0] in "+-"
        value, position = float(word), position + 1
    else:
        whole = _whole(text, position, language, say)
        if whole is None:
            return None
        value, position = whole
    if text[position : position + len(say.half)] == say.half:
        value, position = value + 0.5, position + len(say.half)
    elif position + 1 < len(text) and text[position] in say.point:
        digit = _whole(text, position + 1, language, say)
        if digit is None and DIGITS.fullmatch(text[position + 1]):
            digit = (float(text[position + 1]), position + 2)
        if digit is not None and 0 <= digit[0] < 10:
            value, position = value + digit[0] / 10, digit[1]
    return Number(sign * value, signed, start, position)


def _whole(text: tuple[str, ...], start: int, language: str, say: NumberWords) -> tuple[float, int] | None:
    table = spelled(language)
    first = _longest(text, start, table)
    if first is None and text[start] == "a" and text[start + 1 : start + 2] and text[start + 1] in say.hundred:
        first = (1, start + 1)
    if first is None:
        return None
    value, end = first
    if value < 10 and end < len(text) and text[end] in say.hundred:
        value, end = value * 100, end + 1
    if value >= 100 and value % 100 == 0 and end < len(text):
        skip = end + 1 if text[end] in say.joiner else end
        rest = _longest(text, skip, table) if skip < len(text) else None
        if rest is not None and rest[0] < 100:
            value, end = value + rest[0], rest[1]
    return float(value), end


def _longest(text: tuple[str, ...], start: int, table: dict[tuple[str, ...], int]) -> tuple[int, int] | None:
    for length in (3, 2, 1):
        value = table.get(text[start : start + length])
        if value is not None and start + length <= len(text):
            return value, start + length
    return None
