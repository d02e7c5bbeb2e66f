"""Fits what tells speech that is meant for the car from other speech: assistant/speech/confidence.py, built_in.py.

python -m tests.benchmarks.confidence --data ../shared/speech-to-intent [--engine pocketsphinx]. Its sentences are used
by no other benchmark, but for the questions that were set apart for fitting.
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
from assistant.speech.built_in import WORST_LOSS, BuiltInTranscriber, View
from assistant.speech.confidence import COMMAND_BESIDE_FREE, NOTHING, QUESTION, asks
from assistant.speech.decoder import Heard
from assistant.speech.grammar import spoken
from assistant.speech.sphinx import Opinion, SphinxTranscriber
from assistant.utterance import Audio
from demo.make_sounds import in_cabin
from tests.benchmarks import speech
from tests.benchmarks.voices import FITTED, mixed, say

HERE = Path(__file__).parent
KINDS = ("commands", "questions", "other")
Said = tuple[str, str, Audio]
"""One of KINDS, its text ("" where that does not matter) and its sound."""
Row = tuple[str, Opinion]
"""What was said, one of KINDS, and what was made of it."""
Seen = tuple[str, str, View]
"""The same with its text, and what both recognisers made of it."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/speech-to-intent"))
    arguments.add_argument("--engine", choices=("moonshine", "pocketsphinx"), default="moonshine")
    asked = arguments.parse_args()
    spoken = yaml.safe_load((HERE / "confidence.yaml").read_text(encoding="utf-8"))
    spoken["questions"] += yaml.safe_load((HERE / "speech_questions.yaml").read_text(encoding="utf-8"))["fitted"]
    dice = np.random.default_rng(3)
    car: list[Said] = []
    coffee: list[Said] = []
    for voice in FITTED:
        for kind in KINDS:
            for text in spoken[kind]:
                sound = say(voice, text)
                car += [(kind, text, sound), (kind, text, in_cabin(sound, 12, dice))]
                if voice == FITTED[0]:
                    coffee.append(("other", text, sound))
    noise = speech.audio_of_any_length(asked.data / "kitchen.flac")
    for path in sorted((asked.data / "dev").glob("*.flac"))[::4]:
        sound = audio.load(path)
        noisy = (mixed(sound, noise, 12, dice), mixed(sound, noise, 6, dice))
        coffee += [("commands", "", each) for each in (sound, *noisy)]
        car.append(("other", "", sound))
    if asked.engine == "moonshine":
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            together([row for row in pool.map(_view, car, chunksize=4) if row])
        return
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


def together(rows: list[Seen]) -> None:
    """How well Moonshine judges PocketSphinx's commands and free words, and the weights of its own free speech."""
    ours = [(kind, view) for kind, text, view in rows if view.likely and (kind == "commands") == _is(view, text)]
    for kind in KINDS:
        losses = [view.loss for said, view in ours if said == kind]
        shares = ", ".join(
            f"{limit:g}: {np.mean(np.array(losses) >= limit):.3f}" for limit in (WORST_LOSS - 3, WORST_LOSS)
        )
        print(
            f"{len(losses)} {kind} whose command is {'right' if kind == 'commands' else 'wrong'}, taken from {shares}"
        )
    plain = [(text, view) for kind, text, view in rows if kind == "commands" and view.fits]
    wrong = [view.guess.heard / view.guess.pieces for text, view in plain if view.words != tuple(spoken(text))]
    likeliest = max(wrong, default=float("-inf"))
    print(f"{len(plain)} commands written by Moonshine, {len(wrong)} wrong, the likeliest at {likeliest:.2f} a piece")
    asked = [(text, view) for kind, text, view in rows if kind == "questions"]
    for name, words_of in (("Moonshine", lambda view: view.guess), ("both", lambda view: view.free)):
        hits = [hit for text, view in asked for hit in speech.kept(" ".join(spoken(words_of(view).text)), text)]
        print(f"content words of {len(asked)} questions kept by {name}: {np.mean(hits):.3f}")
    free = [(kind, view.guess) for kind, _, view in rows if kind != "commands" and view.words and not view.fits]
    scores = np.array([[each.foreseen / each.pieces, asks(tuple(spoken(each.text)))] for _, each in free])
    _print_fit("Moonshine's free speech: foreseen, asks", scores, np.array([kind == "questions" for kind, _ in free]))


def _is(view: View, text: str) -> bool:
    """Whether PocketSphinx's command is ``text``."""
    return (
        view.opinion is not None and _words(view.opinion.command) and view.opinion.command.words == tuple(spoken(text))
    )


def show(what: str, rows: list[Row], wanted: str, scores_of: Callable[[Opinion], list[float]]) -> None:
    """Fit the weights that tell ``wanted`` from the rest by ``scores_of`` an opinion, and print them."""
    _print_fit(what, np.array([scores_of(each) for _, each in rows]), np.array([kind == wanted for kind, _ in rows]))


def _print_fit(what: str, scores: np.ndarray, meant: np.ndarray) -> None:
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


def _view(job: Said) -> Seen | None:
    kind, text, sound = job
    ears = speech.ears()
    assert isinstance(ears, BuiltInTranscriber)
    view = ears.view(sound, plainly=False)
    return (kind, text, view) if view is not None else None


def _row(data: Path, of_car: bool, job: Said) -> Row | None:
    kind, _, sound = job
    ears = speech.ears("pocketsphinx") if of_car else speech.recogniser(data, "pocketsphinx")
    assert isinstance(ears, SphinxTranscriber)
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
