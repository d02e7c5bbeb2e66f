"""Questions people may ask, made from the sentences of a manual: text for the language model, never shown."""

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.errors import SpeechError

WORDING = Path(__file__).with_name("questions.yaml")

_EACH = 6
"""Questions made for each thing or act found."""

_THING = re.compile(r"\b(?:the|a|an|your|each|every)\s+((?:[a-z][a-z'-]*\s+){0,2}[a-z][a-z'-]*)")
_STOP = re.compile(
    r"\s+(?:is|are|was|were|be|has|have|can|may|must|will|should|does|do|on|in|at|of|to|for|from|with|by|and|or|that|"
    r"which|when|if|as|so|than|then|until|while|under|over|into|onto|between|before|after|it|you|not|no|only|also|"
    r"there|this|these|them|they|its|up|down|off|out|again|comes|goes|shows|lights|stays)\b.*"
)
_WORDS = re.compile(r"[a-z][a-z'-]*")


def with_questions(sentences: Iterable[str]) -> Iterator[str]:
    """Every sentence, and questions about the things and acts in it. The same sentences give the same questions.

    Raises SpeechError when questions.yaml is not as it should be.
    """
    about, doing = _wording()
    dice = random.Random(0)
    seen: set[str] = set()
    for sentence in sentences:
        yield sentence
        lower = " ".join(sentence.lower().split())
        for found in _THING.finditer(lower):
            thing = _STOP.sub("", found[1])
            if thing not in seen:
                seen.add(thing)
                for opening in dice.sample(about, min(_EACH, len(about))):
                    yield opening.replace("{thing}", dice.choice((thing, f"the {thing}", f"the {thing}")))
        act = " ".join(_WORDS.findall(re.split(r"[.,:;(]", lower, maxsplit=1)[0])[:7])
        if act and act not in seen:
            seen.add(act)
            for opening in dice.sample(doing, min(_EACH, len(doing))):
                yield opening.replace("{act}", act)


def _wording() -> tuple[list[str], list[str]]:
    import yaml

    try:
        found = yaml.safe_load(WORDING.read_text(encoding="utf-8"))
        about, doing = found["thing"], found["act"]
        if not all(isinstance(each, str) and "{thing}" in each for each in about):
            raise ValueError("every line under thing needs {thing} in it")
        if not all(isinstance(each, str) and "{act}" in each for each in doing):
            raise ValueError("every line under act needs {act} in it")
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise SpeechError(f"{WORDING} is not as it should be: {error}", code="wording") from error
    return about, doing
