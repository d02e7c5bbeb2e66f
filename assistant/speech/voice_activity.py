"""Where in a sound somebody speaks: Silero's voice activity model, which faster-whisper's wheel carries."""

from dataclasses import dataclass

import numpy as np

from assistant.utterance import SAMPLE_RATE, Audio

LONGEST_UTTERANCE_S = 15.0
"""An utterance is cut here, seconds of sound after the trim."""

KEPT_S = 0.1
"""Sound kept before and after the first and last speech, seconds, beyond Silero's own padding."""

# Measured with the grammar decoder on recorded commands in kitchen noise: less padding clips first consonants,
# a shorter silence cuts a command in two at a thinking pause.
_SILERO = {"threshold": 0.5, "min_silence_duration_ms": 500, "speech_pad_ms": 200}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech: first sample and the one after the last, at 16 kHz."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


def spans(audio: Audio) -> tuple[Span, ...]:
    """The stretches of ``audio`` (mono float32, 16 kHz) in which somebody speaks, in order; () in silence."""
    if len(audio) < 512 or not np.any(audio):
        return ()
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(audio, VadOptions(**_SILERO))
    return tuple(Span(int(each["start"]), int(each["end"])) for each in found)


def trim(audio: Audio) -> Span | None:
    """The one span from the first speech to the last, a little kept around it, capped at 15 s; None in silence."""
    found = spans(audio)
    if not found:
        return None
    kept = int(KEPT_S * SAMPLE_RATE)
    start = max(0, found[0].start - kept)
    end = min(len(audio), found[-1].end + kept, start + int(LONGEST_UTTERANCE_S * SAMPLE_RATE))
    return Span(start, end)
