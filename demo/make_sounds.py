"""Makes the sounds of the drives: free flite voices, and cabin noise made here. Development only.

Needs `flite` with the voices slt, awb, rms and kal16 (Debian: flite); then `python -m demo.make_sounds`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from assistant.speech import audio
from assistant.utterance import SAMPLE_RATE, Audio

FOLDER = Path(__file__).parent / "drives" / "sounds"
_SEED = 20

# voice, sentence, signal-to-noise ratio in dB (None: a quiet cabin)
UTTERANCES: tuple[tuple[str, str, float | None], ...] = (
    ("slt", "set the temperature to twenty one degrees", None),
    ("rms", "a bit warmer", None),
    ("awb", "turn on my seat heating", 15),
    ("kal16", "open the driver's window halfway", 12),
    ("slt", "switch to sport mode", None),
    ("rms", "switch to sport mode", 12),
    ("slt", "confirm", None),
    ("awb", "confirm", None),
    ("rms", "yes", None),
    ("slt", "open the trunk", 15),
    ("kal16", "open the trunk", None),
    ("awb", "unlock the doors", None),
    ("rms", "turn on the high beams", 12),
    ("slt", "what does the yellow tyre light mean", None),
    ("rms", "how are my tyres", None),
    ("awb", "what tyre pressure do I need", None),
    ("slt", "how do I change a wheel", None),
    ("rms", "what oil does the engine need", 15),
    ("kal16", "how often do I change the cabin filter", None),
    ("slt", "what should I do if the battery is flat", None),
    ("rms", "what should I do if the battery is flat", None),
    ("rms", "who won the football match last night", None),
    ("rms", "how do I repair the radio", None),
    ("kal16", "can the car drive by itself", None),
    ("slt", "turn off traction control", 12),
    ("rms", "close all the windows", 10),
    ("awb", "turn up the fan", 15),
    ("kal16", "defrost the windshield", None),
    ("slt", "undo that", None),
    ("rms", "play the radio", 15),
    ("slt", "set the fan to three", 12),
    ("rms", "what did you say", None),
    ("awb", "turn off the air conditioning", None),
    ("rms", "lock the doors", None),
    ("slt", "how are my tyres", None),
    ("awb", "how are my tyres", None),
    ("slt", "defrost the windshield", None),
    ("rms", "defrost the windshield", None),
    ("slt", "who won the football match last night", None),
)
BABBLE = ("awb", "yesterday my brother bought eleven purple umbrellas at the railway museum")


def main() -> None:
    if shutil.which("flite") is None:
        sys.exit("flite is needed to make the sounds (Debian: apt install flite); the drives only need the results")
    FOLDER.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(_SEED)
    for voice, sentence, ratio in UTTERANCES:
        sound = spoken(voice, sentence)
        if ratio is not None:
            sound = in_cabin(sound, ratio, noise)
        _save(f"{voice}_{sentence.replace(' ', '_').replace(chr(39), '').lower()}", sound)
    _save("noise_road", 0.1 * cabin_noise(4 * SAMPLE_RATE, noise))
    _save("near_silence", (0.0003 * noise.standard_normal(3 * SAMPLE_RATE)).astype(np.float32))
    _save("awb_not_for_the_car", spoken(*BABBLE))


def spoken(voice: str, sentence: str) -> Audio:
    """``sentence`` by a flite voice, with the half second of quiet before and after that a microphone would give."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", str(path)], check=True)
        sound = audio.load(path)
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    return np.concatenate((quiet, sound / max(float(np.abs(sound).max()), 1e-6) * 0.5, quiet))


def in_cabin(speech: Audio, ratio_db: float, dice: np.random.Generator) -> Audio:
    """``speech`` with cabin noise ``ratio_db`` below it, both measured as mean power while somebody speaks."""
    noise = cabin_noise(len(speech), dice)
    active = np.abs(speech) > 0.01
    gain = np.sqrt((speech[active] ** 2).mean() / (noise**2).mean() / 10 ** (ratio_db / 10))
    mixed: Audio = np.clip(speech + gain * noise, -1.0, 1.0).astype(np.float32)
    return mixed


def cabin_noise(length: int, dice: np.random.Generator) -> Audio:
    """Road and wind (noise that falls with frequency) over an engine at 2,100 rpm, unit power, ``length`` samples."""
    spectrum = np.fft.rfft(dice.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    road = 1.0 / (1.0 + (hertz / 120.0) ** 2) + 0.02 / (1.0 + hertz / 1_500.0)
    rumble: NDArray[np.float64] = np.fft.irfft(spectrum * road, length)
    seconds = np.arange(length) / SAMPLE_RATE
    firing = 70.0 * seconds + 0.3 * np.sin(2 * np.pi * 0.4 * seconds)
    engine = sum(np.sin(2 * np.pi * order * firing + order) / order for order in (0.5, 1.0, 2.0, 3.0, 4.0))
    mixed = rumble / rumble.std() + 0.4 * engine / np.std(engine)
    noise: Audio = (mixed / mixed.std()).astype(np.float32)
    return noise


def _save(name: str, sound: Audio) -> None:
    path = FOLDER / f"{name}.flac"
    soundfile.write(path, sound, SAMPLE_RATE, subtype="PCM_16")
    sys.stdout.write(f"{path.name}: {len(sound) / SAMPLE_RATE:.1f} s\n")


if __name__ == "__main__":
    main()
