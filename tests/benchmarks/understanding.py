"""How well what people say is understood: `python -m tests.benchmarks.understanding` prints the table.

Beside ours, in the same run: plain hassil on the same templates, and the nearest example alone. Rows whose data is
absent are left out. Runs on one core; the dialogues are played through `cabin session`.
"""

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter

import yaml
from rich.console import Console
from rich.table import Table

from intents import templates
from intents.dialogue import Dialogue
from intents.intent import Ask, Intent
from intents.matcher import Matcher
from intents.meaning import Embedder, Meaning
from intents.reading import from_template
from intents.resolve import Resolver
from intents.router import Router
from intents.things import Things
from tests.benchmarks import utterances
from tests.benchmarks.utterances import Expected

ROOT = Path(__file__).parents[2]
CAR_BENCH = ROOT / ".." / "shared" / "car-bench"
NOT_COMMANDS = ROOT / "tests" / "intents" / "not_commands.yaml"
DRIVER = Dialogue(zone="driver")

Route = Callable[[str], tuple[Intent, ...]]


def kind_of(intents: tuple[Intent, ...]) -> str:
    """command, status, declarative or none."""
    first = intents[0]
    if first.kind in ("status", "question"):
        return "status"
    if first.kind == "dialogue" and first.name.startswith("Feels"):
        return "declarative"
    return first.kind


def right(row: Expected, intents: tuple[Intent, ...]) -> bool:
    """Is exactly what ``row`` wants asked of its signals, and of nothing else?"""
    asks = [ask for intent in intents if intent.missing is None for ask in intent.asks]
    return bool(asks) and all(re.search(row.signal or "", ask.signal) and _fits(row, ask) for ask in asks)


def _fits(row: Expected, ask: Ask) -> bool:
    value, amount = ask.value, row.amount
    number = float(value) if isinstance(value, int | float) else 0.0
    muted = ask.signal.endswith("IsMuted")
    match row.how:
        case "on":
            return value is True or value == "RECIRCULATION"
        case "off":
            return (value is True) if muted else (value is False or value in ("FRESH_AIR", 0))
        case "up":
            return ask.how in ("by", "scale") and number > 0
        case "down":
            return ask.how == "by" and number < 0
        case "most":
            return ask.how == "most" or number == 100
        case "least":
            return ask.how == "least" or number in (0, 20)
    if amount is None:
        return False
    same = {amount, amount * 20, amount * 10, -amount}  # levels of fan and volume are fifths and tenths
    return ask.how == ("by" if row.how == "by" else ask.how) and number in same


def plain_hassil() -> Route:
    """The same templates, complete matches only, no phrases, no meaning, no conversation."""
    things, matcher = Things.load(), Matcher(templates.sentences("en"))
    resolver, plain = Resolver(things), frozenset(things.intents)

    def route(text: str) -> tuple[Intent, ...]:
        match = matcher.match(text)
        if match is None:
            return (Intent("None", "none", text),)
        return (resolver.intent(from_template(*match, text, plain), DRIVER),)

    return route


def nearest_example(embedder: Embedder) -> Route:
    """The label of the nearest example, with no templates and no phrases; an act without a value."""
    things = Things.load()
    meaning, resolver = Meaning.load("en", embedder), Resolver(things)

    def route(text: str) -> tuple[Intent, ...]:
        reading = meaning.reading(text)
        if reading is None:
            return (Intent("None", "none", text),)
        if reading.mood == "comfort":
            return (Intent("FeelsSo", "dialogue", text),)
        if reading.mood == "none":
            return (Intent("None", "none", text),)
        if reading.mood == "question":
            return (Intent("Question", "question", text),)
        return (resolver.intent(reading, DRIVER),)

    return route


def embedder() -> Embedder | None:
    """The knowledge base's embedding model, where it can be had."""
    try:
        from knowledge.embedding import Embedder as Model
    except ImportError:
        return None
    return Model.load()


def share(hits: Iterable[bool]) -> str:
    found = list(hits)
    return f"{sum(found) / len(found):.3f} ({sum(found)} of {len(found)})" if found else "-"


def measure(table: Table, routes: dict[str, Route]) -> list[float]:
    """Fill the rows of ``table`` for every way in ``routes``; returns milliseconds a turn of the first."""
    times: list[float] = []
    answers: dict[str, list[tuple[Expected, tuple[Intent, ...]]]] = {}
    if utterances.DATA.exists():
        said = list(utterances.rows())
        for name, route in routes.items():
            answers[name] = []
            for row in said:
                began = perf_counter()
                answers[name].append((row, route(row.text)))
                if name == "ours":
                    times.append(1000 * (perf_counter() - began))
        told = [share(kind_of(out) == row.kind for row, out in answers[name]) for name in routes]
        table.add_row("utterances: command, status or declarative told apart", "0.95", *told)
        exact = [share(right(row, out) for row, out in answers[name] if row.how) for name in routes]
        table.add_row("utterances, setting is ours: right signal and value", "0.90", *exact)
    quiet = yaml.safe_load(NOT_COMMANDS.read_text(encoding="utf-8"))
    sentences = [str(sentence) for group in quiet.values() for sentence in group]
    acted = [
        share(any(i.kind == "command" and i.asks and not i.missing for i in route(text)) for text in sentences)
        for route in routes.values()
    ]
    table.add_row("no command, yet acted on", "0.005", *acted)
    return times


def dialogues() -> list[str]:
    """The lines that the dialogue runner prints, or none where its data is absent."""
    runner = CAR_BENCH / "run.py"
    if not runner.exists():
        return []
    command = [sys.executable, str(runner), "--cabin", f"{Path(sys.executable).parent / 'cabin'} session"]
    done = subprocess.run(
        [*command, str(CAR_BENCH / "train.jsonl")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.stdout.splitlines() or [done.stderr.strip()[-300:]]


def start_s() -> float:
    """Seconds from nothing imported to templates loaded, in a process of its own; the median of five."""
    script = (
        "from time import perf_counter as now; began = now(); from intents.router import Router; "
        "Router.load('en'); print(now() - began)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
        for _ in range(5)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def main() -> None:
    router = Router.load("en", embedder=embedder())
    routes: dict[str, Route] = {"ours": lambda text: router.route(text, DRIVER), "plain hassil": plain_hassil()}
    model = embedder()
    if model is not None:
        routes["nearest example"] = nearest_example(model)
    table = Table("measure", "target", *routes, title="understanding")
    times = measure(table, routes)
    if times:
        times.sort()
        p95 = times[int(0.95 * len(times))]
        table.add_row("a turn in text, ms: p50, p95", "5, 30", f"{statistics.median(times):.1f}, {p95:.1f}")
    table.add_row("start of the templates, s", "0.5", f"{start_s():.2f}")
    console = Console(width=140)
    console.print(table)
    for line in dialogues():
        console.print(f"dialogues  {line}", highlight=False)


if __name__ == "__main__":
    main()
