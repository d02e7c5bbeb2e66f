"""Fits the weights of assistant/speech/confidence.py: what was meant for the car against other speech.

python -m tests.benchmarks.confidence --data ../shared/speech-to-intent. Its sentences are used by no other benchmark.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import yaml

from assistant.speech import audio, denoise, voice_activity
from assistant.speech.confidence import COMMAND
from assistant.utterance import Audio
from demo.make_sounds import in_cabin
from tests.benchmarks import speech
from tests.benchmarks.voices import mixed, say

HERE = Path(__file__).parent
VOICES = ("flite/slt", "flite/rms", "flite/kal16")
Row = tuple[bool, str, tuple[float, float, float]]
"""Meant for the car; decided as "command" or "question"; sound, phones and language score."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/speech-to-intent"))
    asked = arguments.parse_args()
    spoken = yaml.safe_load((HERE / "confidence.yaml").read_text(encoding="utf-8"))
    dice = np.random.default_rng(3)
    car: list[tuple[bool, Audio]] = []
    coffee: list[tuple[bool, Audio]] = []
    for voice in VOICES:
        for meant, texts in ((True, spoken["commands"]), (True, spoken["questions"]), (False, spoken["other"])):
            for text in texts:
                sound = say(voice, text)
                car += [(meant, sound), (meant, in_cabin(sound, 12, dice))]
                if voice == VOICES[0]:
                    coffee.append((False, sound))
    noise = speech.audio_of_any_length(asked.data / "kitchen.flac")
    for path in sorted((asked.data / "dev").glob("*.flac"))[::4]:
        sound = audio.load(path)
        coffee += [(True, sound), (True, mixed(sound, noise, 12, dice)), (True, mixed(sound, noise, 6, dice))]
        car.append((False, sound))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rows = [row for row in pool.map(partial(_row, asked.data, True), car, chunksize=4) if row]
        rows += [row for row in pool.map(partial(_row, asked.data, False), coffee, chunksize=4) if row]
    for kind, columns in (("command", 2), ("question", 3)):
        chosen = [row for row in rows if row[1] == kind]
        meant = np.array([row[0] for row in chosen])
        scores = np.array([row[2][:columns] for row in chosen])
        weights = fit(scores, meant)
        sure = 1 / (1 + np.exp(-(scores @ weights[1:] + weights[0])))
        print(
            f"{kind}: bias, sound, phones, language = {np.round(weights, 2).tolist()}; "
            f"{(sure[meant] >= 0.5).mean():.3f} of {meant.sum()} meant and "
            f"{(sure[~meant] >= 0.5).mean():.3f} of {(~meant).sum()} others accepted"
        )


def _row(data: Path, of_car: bool, job: tuple[bool, Audio]) -> Row | None:
    meant, sound = job
    ears = speech.car_ears() if of_car else speech.recogniser(data)
    span = voice_activity.trim(sound)
    if span is None:
        return None
    opinion = ears.opinion(denoise.denoise(sound)[span.start : span.end])
    heard, weights = opinion.chosen
    if heard is None:
        return None
    scores = (heard.sound, heard.path - opinion.phones.path, heard.language)
    return meant, "command" if weights is COMMAND else "question", scores


def fit(scores: np.ndarray, meant: np.ndarray, penalty: float = 0.01) -> np.ndarray:
    """Logistic regression by Newton's method, both classes given the same weight. Returns bias and weights."""
    middle, spread = scores.mean(axis=0), scores.std(axis=0) + 1e-9
    rows = np.column_stack((np.ones(len(scores)), (scores - middle) / spread))
    balance = np.where(meant, 0.5 / max(meant.sum(), 1), 0.5 / max((~meant).sum(), 1)) * len(meant)
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (balance * (sure - meant)) + penalty * len(meant) * weights
        bend = (rows * (balance * sure * (1 - sure))[:, None]).T @ rows + penalty * len(meant) * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    slopes = weights[1:] / spread
    return np.concatenate(([weights[0] - float(slopes @ middle)], slopes))


if __name__ == "__main__":
    main()
