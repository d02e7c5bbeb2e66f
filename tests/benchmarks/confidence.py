"""Fits the weights of assistant/speech/confidence.py: what was meant for the car against other speech.

python -m tests.benchmarks.confidence --data ../shared/speech-to-intent. Its sentences are used by no other
benchmark, but for the questions that were set apart for fitting.
"""

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import yaml

from assistant.speech import audio, denoise, voice_activity
from assistant.speech.confidence import COMMAND_BESIDE_FREE, NOTHING, QUESTION
from assistant.speech.decoder import Heard
from assistant.speech.sphinx import Opinion
from assistant.utterance import Audio
from demo.make_sounds import in_cabin
from tests.benchmarks import speech
from tests.benchmarks.voices import FITTED, mixed, say

HERE = Path(__file__).parent
KINDS = ("commands", "questions", "other")
Row = tuple[str, Opinion]
"""What was said, one of KINDS, and what was made of it."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/speech-to-intent"))
    asked = arguments.parse_args()
    spoken = yaml.safe_load((HERE / "confidence.yaml").read_text(encoding="utf-8"))
    spoken["questions"] += yaml.safe_load((HERE / "speech_questions.yaml").read_text(encoding="utf-8"))["fitted"]
    dice = np.random.default_rng(3)
    car: list[tuple[str, Audio]] = []
    coffee: list[tuple[str, Audio]] = []
    for voice in FITTED:
        for kind in KINDS:
            for text in spoken[kind]:
                sound = say(voice, text)
                car += [(kind, sound), (kind, in_cabin(sound, 12, dice))]
                if voice == FITTED[0]:
                    coffee.append(("other", sound))
    noise = speech.audio_of_any_length(asked.data / "kitchen.flac")
    for path in sorted((asked.data / "dev").glob("*.flac"))[::4]:
        sound = audio.load(path)
        coffee += [("commands", each) for each in (sound, mixed(sound, noise, 12, dice), mixed(sound, noise, 6, dice))]
        car.append(("other", sound))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        in_car = [row for row in pool.map(partial(_row, asked.data, True), car, chunksize=4) if row]
        at_counter = [row for row in pool.map(partial(_row, asked.data, False), coffee, chunksize=4) if row]
    told = [(kind, opinion) for kind, opinion in at_counter if opinion.command and opinion.command.words]
    show("a grammar alone: sound, phones", told, "commands", lambda each: [each.evidence.sound, each.evidence.phones])
    both = [(kind, each) for kind, each in in_car if _words(each.command) and _words(each.free)]
    show("a command beside free speech: sound, phones, loss", both, "commands", _as_command)
    chosen = [(kind, each) for kind, each in in_car if each.chosen[1] is QUESTION and kind != "commands"]
    show("free speech: phones, language, asks", chosen, "questions", _as_question)
    for kind in KINDS:
        taken = [each.chosen[1] is COMMAND_BESIDE_FREE for said, each in in_car if said == kind]
        print(f"{kind}: {sum(taken)} of {len(taken)} taken for commands")


def show(what: str, rows: list[Row], wanted: str, scores_of: Callable[[Opinion], list[float]]) -> None:
    """Fit the weights that tell ``wanted`` from the rest by ``scores_of`` an opinion, and print them."""
    meant = np.array([kind == wanted for kind, _ in rows])
    scores = np.array([scores_of(each) for _, each in rows])
    weights = fit(scores, meant)
    sure = 1 / (1 + np.exp(-(scores @ weights[1:] + weights[0])))
    print(
        f"{what}: bias and weights {np.round(weights, 2).tolist()}; {(sure[meant] >= NOTHING).mean():.3f} of "
        f"{meant.sum()} meant and {(sure[~meant] >= NOTHING).mean():.3f} of {(~meant).sum()} others accepted"
    )


def _words(heard: Heard | None) -> bool:
    return heard is not None and bool(heard.words)


def _as_command(opinion: Opinion) -> list[float]:
    command, free = opinion.command, opinion.free
    assert command is not None and free is not None
    return [command.sound, command.path - opinion.phones.path, command.path - free.path]


def _as_question(opinion: Opinion) -> list[float]:
    return [opinion.evidence.phones, opinion.evidence.language, opinion.evidence.asks]


def _row(data: Path, of_car: bool, job: tuple[str, Audio]) -> Row | None:
    kind, sound = job
    ears = speech.car_ears() if of_car else speech.recogniser(data)
    span = voice_activity.trim(sound)
    if span is None:
        return None
    return kind, ears.opinion(denoise.denoise(sound)[span.start : span.end])


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
