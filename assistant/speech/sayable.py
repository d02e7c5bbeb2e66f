"""Text made sayable: numbers, units, abbreviations, fault codes and times as words, cut into sentences."""

import re
from collections.abc import Iterator

LONGEST_CLAUSE = 240
"""Characters: a longer sentence is cut at a comma or a space, so that sound comes soon and can be stopped."""

# unit as written after a number: (one, several)
_UNITS = {
    "°C": ("degree", "degrees"), "° C": ("degree", "degrees"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"), "%": ("percent", "percent"),
    "km/h": ("kilometre an hour", "kilometres an hour"), "kmh": ("kilometre an hour", "kilometres an hour"),
    "mph": ("mile an hour", "miles an hour"), "km": ("kilometre", "kilometres"), "mi": ("mile", "miles"),
    "m": ("metre", "metres"), "cm": ("centimetre", "centimetres"), "mm": ("millimetre", "millimetres"),
    "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "t": ("tonne", "tonnes"),
    "l": ("litre", "litres"), "L": ("litre", "litres"), "ml": ("millilitre", "millilitres"),
    "bar": ("bar", "bar"), "psi": ("P S I", "P S I"), "kPa": ("kilopascal", "kilopascals"),
    "Nm": ("newton metre", "newton metres"), "N·m": ("newton metre", "newton metres"),
    "kW": ("kilowatt", "kilowatts"), "kWh": ("kilowatt hour", "kilowatt hours"), "W": ("watt", "watts"),
    "V": ("volt", "volts"), "A": ("amp", "amps"), "Ah": ("amp hour", "amp hours"), "mA": ("milliamp", "milliamps"),
    "h": ("hour", "hours"), "min": ("minute", "minutes"), "s": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "rpm": ("revolution a minute", "revolutions a minute"), "hp": ("horsepower", "horsepower"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"),
    "l/100 km": ("litre per hundred kilometres", "litres per hundred kilometres"),
    "kWh/100 km": ("kilowatt hour per hundred kilometres", "kilowatt hours per hundred kilometres"),
}  # fmt: skip

_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "approx.": "about", "max.": "at most",
    "min.": "at least", "incl.": "including", "excl.": "excluding", "vs.": "versus", "no.": "number", "No.": "number",
    "p.": "page", "pp.": "pages", "fig.": "figure", "Fig.": "figure", "sec.": "section", "ref.": "reference",
    "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "St.": "Street",
}  # fmt: skip

_SPELLED = frozenset(
    (
        "ABS", "ESC", "ESP", "TCS", "TPMS", "SRS", "LED", "USB", "HUD", "ACC", "AEB", "LKA", "EV", "PHEV", "HVAC", "AC",
        "DC", "VIN", "OBD", "ECU", "DTC", "DRL", "GPS", "SOS", "DPF", "EGR",
    )
)  # fmt: skip

_SYMBOLS = {
    "&": "and", "+": "plus", "=": "equals", "→": "to", "×": "times", "±": "plus or minus", "≥": "at least",
    "≤": "at most", "<": "less than", ">": "more than", "~": "about", "≈": "about", "A/C": "A C",
}  # fmt: skip

_MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_RANGE = re.compile(rf"(?<![\w.])({_NUMBER})\s?[–-]\s?({_NUMBER})(?=\s?(?:{_UNIT})(?![\w/])|[\s,.;:)]|$)")
_QUANTITY = re.compile(rf"(?<![\w.])([-−]?)({_NUMBER})(?:\s?({_UNIT})(?![\w/])(?:\.(?=\s+[a-z]))?)?")
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s?([ap])\.?m\.?)?", re.IGNORECASE)
_FAULT = re.compile(r"\b([PBCU])([0-3][0-9A-F]{3})(?:-([0-9A-F]{2}))?\b", re.IGNORECASE)
_TYRE = re.compile(r"\b(\d{3})/(\d{2})\s?R\s?(\d{2})(?:\s?(\d{2,3})([A-Z]))?\b")
_GRADE = re.compile(r"\b(\d{1,2})W-(\d{2})\b")
_FRACTION = {"½": "a half", "¼": "a quarter", "¾": "three quarters", "⅓": "a third", "⅔": "two thirds"}
_OVER = {"1/2": "½", "1/4": "¼", "3/4": "¾", "1/3": "⅓", "2/3": "⅔"}
_WRITTEN_OVER = re.compile(r"(?<![\d/.,])([123]/[234])(?![\d/])")
_LONE_UNIT = re.compile(r"(?<![\w/])(?<!\d\s)(km/h|kWh/100 km|l/100 km|N·m|°C)(?![\w/])")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th)\b")
_DATE = re.compile(r"(?<![\d.-])(?:(\d{4})-(\d\d)-(\d\d)|(\d\d?)\.(\d\d?)\.(\d{4}))(?![\d-])")
_CHAPTER = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){2,}(?![\w])")
_PRICE = re.compile(rf"([$€£])\s?({_NUMBER})")
_SPACED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_HOURS = re.compile(r"(\d:[0-5]\d)\s?[–-]\s?(?=\d{1,2}:[0-5]\d)")
_HALF_DAY = re.compile(r"(?<![\d:.])(1[0-2]|[1-9])\s?([ap])\.?m\b\.?", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\d:])(\d{1,2}):(\d)(?![\d:])")
_NUMBER_TO_CALL = re.compile(r"\b(call|dial|ring)(\s+)(\d{3,})\b", re.IGNORECASE)
_VEHICLE_NUMBER = re.compile(r"\b(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{17}\b")

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def sayable(text: str, language: str = "en") -> str:
    """``text`` as a voice should read it: "2.4 bar" → "two point four bar", "P0420" → "P, zero four two zero".

    In a ``language`` other than English only marks that are not to be read are taken out: the voices read its numbers.
    """
    text = re.sub(r"\[(\d+|[a-z])\]|[*_`#|]|[\x00-\x1f\x7f]", " ", text)
    if language != "en":
        return " ".join(text.split())
    text = _FAULT.sub(lambda m: _spell((m[1] + m[2]).upper()) + (f", {_spell(m[3].upper())}" if m[3] else ""), text)
    text = _VEHICLE_NUMBER.sub(lambda m: _spell(m[0]), text)
    text = _TYRE.sub(_tyre, text)
    text = _NUMBER_TO_CALL.sub(lambda m: m[1] + m[2] + _spell(m[3]), text)
    text = _DATE.sub(_date, _SPACED.sub("", text))
    text = _CHAPTER.sub(lambda m: " point ".join(words(part) for part in m[0].split(".")), text)
    text = _ORDINAL.sub(lambda m: _ordinal(int(m[1])), text)
    text = _PRICE.sub(lambda m: f"{words(m[2])} {_MONEY[m[1]]}", text)
    text = _WRITTEN_OVER.sub(lambda m: _OVER.get(m[1], m[1]), text)
    text = _HALF_DAY.sub(lambda m: f"{words(m[1])} {m[2].upper()} M", _HOURS.sub(r"\1 to ", text))
    text = _GRADE.sub(lambda m: f"{words(m[1])} W {words(m[2])}", text)
    text = _RATIO.sub(r"\1 to \2", _CLOCK.sub(_time, text))
    text = _RANGE.sub(r"\1 to \2", text)
    text = re.sub(r"(?<=\d)\s?x\s?(?=\d)", " by ", text)
    text = _QUANTITY.sub(_quantity, _LONE_UNIT.sub(lambda m: _UNITS[m[1]][1], text))
    for short, long in _ABBREVIATIONS.items():
        text = re.sub(rf"(?<![\w.]){re.escape(short)}(?=[\s,;:)]|$)(?!\s*$)", long, text)
        text = re.sub(rf"(?<![\w.]){re.escape(short)}(?=\s*$)", f"{long}.", text)
    for sign, word in (_FRACTION | _SYMBOLS).items():
        text = text.replace(sign, f" {word} ")
    text = re.sub(r"\b[A-Z]{2,5}\b", lambda m: " ".join(m[0]) if m[0] in _SPELLED else m[0], text)
    text = re.sub(r"(?<=\w)/(?=\w)", " or ", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text))
    return text.strip()


def sentences(text: str) -> Iterator[str]:
    """The sentences of sayable text, in order; one over ``LONGEST_CLAUSE`` characters is cut at a comma or space.

    The full stop of an initial ("J. Smith", "the U.S. market") ends none.
    """
    for sentence in re.split(r"(?<=[.!?;])(?<![\s.][A-Z]\.)\s+(?=\S)", f" {text}"):
        rest = sentence.strip()
        while len(rest) > LONGEST_CLAUSE:
            head = rest[:LONGEST_CLAUSE]
            cut = max(head.rfind(", ") + 1, 0) or head.rfind(" ") or LONGEST_CLAUSE
            cut = cut if cut > 0 else LONGEST_CLAUSE
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest


def words(number: str) -> str:
    """A number in digits ("1,250", "21.5") as English words; digits after the point one by one."""
    whole, _, part = number.replace(",", "").partition(".")
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > 15:
        spoken = " ".join(_ONES[int(digit)] for digit in whole)
    else:
        spoken = _integer(int(whole))
    return spoken + (" point " + " ".join(_ONES[int(digit)] for digit in part) if part else "")


def _integer(number: int) -> str:
    for size, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if number >= size:
            rest = number % size
            tail = "" if not rest else (" and " if rest < 100 else " ") + _integer(rest)
            return f"{_integer(number // size)} {name}{tail}"
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred" + (f" and {_integer(rest)}" if rest else "")
    if number >= 20:
        return _TENS[number // 10 - 2] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    return _ONES[number]


def _quantity(match: re.Match[str]) -> str:
    sign, number, unit = match[1], match[2], match[3]
    spoken = ("minus " if sign else "") + words(number)
    if unit is None:
        return spoken
    one, several = _UNITS[unit]
    return f"{spoken} {one if number == '1' else several}"


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    if half:
        tail = "" if not minute else f" {'oh ' if minute < 10 else ''}{_integer(minute)}"
        return f"{_integer(hour)}{tail} {half.upper()} M"
    if not minute:
        return (
            "midnight"
            if hour == 0
            else "noon"
            if hour == 12
            else f"{_integer(hour)} hundred hours"
            if hour > 12
            else f"{_integer(hour)} o'clock"
        )
    return f"{_integer(hour)} {'oh ' if minute < 10 else ''}{_integer(minute)}"


def _ordinal(number: int) -> str:
    """21 → "twenty-first"."""
    spoken = _integer(number)
    start = max(spoken.rfind(" "), spoken.rfind("-")) + 1
    last = spoken[start:]
    return spoken[:start] + _ORDINALS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def _date(match: re.Match[str]) -> str:
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match[0]
    return f"{_ordinal(int(day))} of {_MONTHS[int(month) - 1]} {_year(int(year))}"


def _year(year: int) -> str:
    century, rest = divmod(year, 100)
    if year % 1000 < 10 or century < 10:
        return _integer(year)
    tail = "hundred" if not rest else f"oh {_integer(rest)}" if rest < 10 else _integer(rest)
    return f"{_integer(century)} {tail}"


def _tyre(match: re.Match[str]) -> str:
    width, ratio, rim, load, speed = match.groups()
    spoken = f"{words(width)}, {words(ratio)}, R {words(rim)}"
    return spoken + (f", {words(load)} {speed}" if load else "")


def _spell(code: str) -> str:
    return (
        ", ".join((code[0], " ".join(_ONES[int(c)] if c.isdigit() else c for c in code[1:])))
        if code[0].isalpha()
        else " ".join(_ONES[int(c)] if c.isdigit() else c for c in code)
    )
