"""Made speech for the benchmarks: free synthesisers that were not used to tune anything, and cabin noise."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from assistant.speech import audio
from assistant.utterance import SAMPLE_RATE, Audio

FITTED = ("flite/slt", "flite/rms", "flite/kal16")
"""The voices that anything was fitted on; the others were only ever measured."""

ASIDE = ("flite/awb", "festival/ked_diphone", "festival/cmu_us_slt_arctic_hts")

_FESTIVAL = Path("/usr/share/festival/voices")


def voices(among: tuple[str, ...] = FITTED + ASIDE) -> list[str]:
    """Those of ``among`` that are on this machine; none of them speaks the cabin's replies."""
    here = {"flite": shutil.which("flite") is not None, "festival": shutil.which("text2wave") is not None}
    return [name for name in among if here[name.partition("/")[0]] and _installed(name)]


def _installed(voice: str) -> bool:
    engine, _, name = voice.partition("/")
    return engine == "flite" or any(_FESTIVAL.glob(f"*/{name}"))


def say(voice: str, sentence: str) -> Audio:
    """``sentence`` by ``voice`` at half of full scale, with half a second of quiet before and after it."""
    engine, _, name = voice.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        if engine == "flite":
            subprocess.run(["flite", "-voice", name, "-t", sentence, "-o", str(path)], check=True)
        else:
            chosen = ["-eval", f"(voice_{name})"]
            subprocess.run(["text2wave", *chosen, "-o", str(path)], input=sentence.encode(), check=True)
        sound = audio.load(path)
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    return np.concatenate((quiet, sound / max(float(np.abs(sound).max()), 1e-6) * 0.5, quiet))


def mixed(speech: Audio, noise: Audio, ratio_db: float, dice: np.random.Generator) -> Audio:
    """``speech`` over a random stretch of ``noise``, mean powers ``ratio_db`` apart."""
    start = int(dice.integers(0, max(1, len(noise) - len(speech))))
    stretch = np.resize(noise[start : start + len(speech)], len(speech))
    power = float((stretch**2).mean()) or 1.0
    gain = np.sqrt(float((speech**2).mean()) / power / 10 ** (ratio_db / 10))
    return np.clip(speech + gain * stretch, -1.0, 1.0).astype(np.float32)
