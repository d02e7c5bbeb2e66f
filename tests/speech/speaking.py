"""Somebody who speaks to a hearing, block by block, as a microphone would bring it."""

import time
from collections.abc import Iterator

from assistant.speech.hearing import GrowingUtterance
from assistant.utterance import SAMPLE_RATE, Audio

BLOCK = SAMPLE_RATE // 20


def blocks(sound: Audio) -> Iterator[Audio]:
    """``sound`` in stretches of 50 ms."""
    for start in range(0, len(sound), BLOCK):
        yield sound[start : start + BLOCK]


def spoken(hearing: GrowingUtterance, sound: Audio) -> list[str]:
    """The different texts shown while ``sound`` is spoken, faster than in life but never faster than it is heard."""
    shown = []
    for block in blocks(sound):
        shown.append(hearing.add(block))
        while hearing.asking:
            time.sleep(0.005)
    return list(dict.fromkeys(text for text in shown if text))
