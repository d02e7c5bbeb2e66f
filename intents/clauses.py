"""Where one request ends and the next begins."""

import re

SENTENCE = re.compile(r"(?<!\d)[.!?;]+(?=\s|$)|[!?;]+|(?<=\d)\.(?=\s|$)|[\n\r]+")
JOINT = re.compile(
    r"\s*,\s*(?:and\s+|then\s+|but\s+|plus\s+|also\s+)*|(?<!hundred)\s+(?:and|then|but|plus|&)(?!\s+a\s+(?:half|quarter)\b)(?:\s+(?:then|also|please))*\s+",
    re.I,
)
MAX_CHARACTERS = 1000
MAX_CLAUSES = 12


def tidy(text: str) -> str:
    """``text`` without control characters and pictures, blanks single. Empty when it is too long to be a request."""
    if len(text) > MAX_CHARACTERS:
        return ""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, as punctuation parts them."""
    return [part.strip(" ,") for part in SENTENCE.split(text) if part.strip(" ,.")][:MAX_CLAUSES]


def parts(sentence: str) -> list[str]:
    """What "and", "then" and commas part; whether these are requests of their own is for the router to say."""
    return [part.strip() for part in JOINT.split(sentence) if part and part.strip()][:MAX_CLAUSES]
