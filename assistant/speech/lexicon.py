"""How words sound: the recogniser's dictionary, our additions, and a guess by eSpeak's rules for the rest."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ADDITIONS = Path(__file__).with_name("pronunciations.dict")
"""Our own pronunciations, in the format of the CMU dictionary; they come before the dictionary's."""

# eSpeak's mnemonics for en-us to the recogniser's 39 phones (ARPAbet without stress), longest first.
_PHONES = {
    "3:": "ER", "A:": "AA", "A@": "AA R", "a#": "AH", "aI": "AY", "aI@": "AY ER", "aI3": "AY ER", "aU": "AW",
    "aU@": "AW ER", "e@": "EH R", "eI": "EY", "E@": "EH R", "I2": "IH", "I#": "IH", "i@": "IY R", "i@3": "IH R",
    "i:": "IY", "IR": "IH R", "o@": "AO R", "O:": "AO", "O@": "AO R", "oU": "OW", "OI": "OY", "O2": "AO",
    "U@": "UH R", "u:": "UW", "VR": "AH R", "@L": "AH L", "@2": "AH", "@5": "UH", "dZ": "JH", "tS": "CH",
    "t2": "T", "t#": "T", "n-": "AH N", "z#": "Z", "w#": "W", "l#": "L", "r-": "R",
    "3": "ER", "0": "AA", "0#": "AA", "@": "AH", "a": "AE", "b": "B", "d": "D", "D": "DH", "E": "EH", "f": "F",
    "g": "G", "h": "HH", "i": "IY", "I": "IH", "j": "Y", "k": "K", "l": "L", "m": "M", "n": "N", "N": "NG", "o": "OW",
    "O": "AO", "p": "P", "r": "R", "s": "S", "S": "SH", "t": "T", "T": "TH", "u": "UW", "U": "UH", "v": "V",
    "V": "AH", "w": "W", "x": "K", "z": "Z", "Z": "ZH",
}  # fmt: skip
_SPLIT = re.compile("|".join(re.escape(each) for each in sorted(_PHONES, key=len, reverse=True)))
_ENTRY = re.compile(r"^(\S+?)(?:\(\d+\))?\s+(.+)$")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The pronunciations of a vocabulary. ``guessed`` words were made up by rule; ``unknown`` ones have none."""

    entries: dict[str, tuple[str, ...]]
    guessed: tuple[str, ...]
    unknown: tuple[str, ...]

    def text(self) -> str:
        """The vocabulary in the format of the CMU dictionary."""
        lines = []
        for word, sounds in sorted(self.entries.items()):
            for number, sound in enumerate(sounds, 1):
                lines.append(f"{word} {sound}" if number == 1 else f"{word}({number}) {sound}")
        return "\n".join(lines) + "\n"


def lexicon(words: Iterable[str], base: Path | None = None) -> Lexicon:
    """The pronunciations of ``words`` (lower case). ``base`` is a CMU dictionary; the recogniser's own by default."""
    entries: dict[str, tuple[str, ...]] = {}
    guessed: list[str] = []
    unknown: list[str] = []
    wanted = frozenset(words)
    additions = _dictionary(ADDITIONS, wanted)
    known = _dictionary(base or base_dictionary(), wanted)
    for word in sorted(wanted):
        sounds = additions.get(word) or known.get(word)
        if not sounds:
            sound = guess(word)
            if not sound:
                unknown.append(word)
                continue
            sounds = (sound,)
            guessed.append(word)
        entries[word] = sounds
    return Lexicon(entries, tuple(guessed), tuple(unknown))


def base_dictionary() -> Path:
    """The CMU dictionary in PocketSphinx's wheel: 126,000 words of American English."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


def _dictionary(path: Path, wanted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The entries of ``wanted`` words alone: all 126,000 would hold 40 MB."""
    entries: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        head, _, sound = line.partition(" ")
        word = head.partition("(")[0] if head.endswith(")") else head
        if sound and word in wanted:
            entries[word] = (*entries.get(word, ()), sound.strip())
    return entries


def guess(word: str) -> str:
    """The phones of ``word`` by eSpeak's letter-to-sound rules; empty where it has none or is not installed."""
    if not re.fullmatch(r"[a-z']+", word):
        return ""
    from assistant.errors import SpeechError
    from assistant.speech.espeak import phonemes

    try:
        spoken = phonemes(word)
    except SpeechError:
        return ""
    return to_arpabet(spoken)


def to_arpabet(mnemonics: str) -> str:
    """eSpeak's ASCII phoneme mnemonics as the recogniser's phones, separated by spaces."""
    bare = re.sub(r"[',%=_|!~;^?*\s]", "", mnemonics)
    return " ".join(_PHONES[found] for found in _SPLIT.findall(bare))
