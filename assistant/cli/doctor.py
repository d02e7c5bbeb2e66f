"""`cabin doctor`: which engines are in use, why, and what stands in the way."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import click

from assistant.cli.inputs import emit, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.bootstrap import Engines


@dataclass(frozen=True)
class Finding:
    """One part of the cabin: is it well, what is used, and why or what to do."""

    part: str
    state: Literal["ok", "broken"]
    uses: str
    why: str = ""


@click.command(epilog="\b\nExamples:\n  cabin doctor\n  cabin doctor --json")
@json_option
def doctor(as_json: bool) -> None:
    """Load every part once and say which is used and why. Ends with status 1 when one is broken."""
    found = []
    for finding in examine():
        found.append(finding)
        if as_json:
            emit(asdict(finding))
    if not as_json:
        _show(found)
    if any(finding.state == "broken" for finding in found):
        raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Every part in turn; one that fails is told and the next is looked at."""
    from assistant.bootstrap import Engines
    from assistant.settings import load
    from assistant.speech import live

    settings = load()
    engines = Engines(settings)
    checks: list[tuple[str, Callable[[], tuple[str, str]]]] = [
        (
            "settings",
            lambda: (_settings_file(), f"data in {settings.data_dir}, models in {settings.models_dir}"),
        ),
        ("recogniser", lambda: (engines.transcriber().name, _credited(engines, "recogniser"))),
        ("voice", lambda: (engines.synthesizer().name, _credited(engines, "voice"))),
        ("models", lambda: _models(settings.models_dir)),
        ("microphone", lambda: live.examine(settings.speech, "microphone")),
        ("loudspeaker", lambda: live.examine(settings.speech, "loudspeaker")),
        ("wake word", lambda: (settings.speech.wake_word or "none", live.wake_word(settings.speech)[1])),
        ("barge-in", lambda: (live.own_voice()[0].name, live.own_voice()[1])),
        ("sentences", lambda: (f"language {settings.language}", f"{type(engines.router()).__name__} loaded")),
        (
            "rules",
            lambda: (f"{len(engines.rules())} rules", f"{len(engines.catalogue())} signals in the catalogue"),
        ),
        ("manuals", lambda: (", ".join(pack.name for pack in engines.packs()), _library(engines))),
        ("vehicle", lambda: _vehicle(engines)),
        ("journal", lambda: (str(settings.journal_file), _journal(engines))),
    ]
    for part, check in checks:
        try:
            uses, why = check()
        except Exception as error:  # a doctor tells of every failure and goes on
            yield Finding(part, "broken", "", f"{type(error).__name__}: {error}")
        else:
            yield Finding(part, "ok", uses, why)


def _settings_file() -> str:
    from assistant import paths

    return str(next((path for path in paths.settings_files() if path.is_file()), "defaults; no cabin.toml found"))


def _credited(engines: "Engines", part: str) -> str:
    from assistant.speech.credits import credit

    name = engines.transcriber().name if part == "recogniser" else engines.synthesizer().name
    if name.startswith("wyoming/"):
        from assistant.speech.wyoming_line import offered

        return f"{engines.why[part]}; it offers {offered(name.replace('wyoming/', 'tcp://'))}"
    by = credit(name)
    return engines.why[part] + (f"; licence: {by.licence}" if by.licence != "unknown" else "")


def _models(folder: "Path") -> tuple[str, str]:
    from assistant.errors import ModelError
    from assistant.models.shelf import found

    here = found(folder)
    if broken := [f"{model.name}: {model.problem}" for model in here if model.problem]:
        raise ModelError(f"{'; '.join(broken)}. Fetch it again by cabin models pull, or remove it.")
    if not here:
        return "none", f"none lies in {folder}; cabin models pull fetches some"
    said = [
        f"{model.name}: licence {model.licence}, {'as fetched' if model.checked else 'put there by hand'}"
        for model in here
    ]
    return ", ".join(model.name for model in here), "; ".join(said)


def _library(engines: "Engines") -> str:
    sections = sum(1 for _ in engines.library().texts())
    return f"index in {engines.settings.index_folder}, {sections} sentences"


def _vehicle(engines: "Engines") -> tuple[str, str]:
    from assistant.errors import VehicleError
    from assistant.vehicle.checkup import examine as examine_vehicle

    found = list(examine_vehicle(engines.settings.vehicle, engines.catalogue()))
    broken = [finding for finding in found if finding.state == "broken"]
    if broken:
        raise VehicleError("; ".join(f"{finding.part}: {finding.said}" for finding in broken))
    return engines.settings.vehicle.kind, "; ".join(finding.said for finding in found[:2])


def _journal(engines: "Engines") -> str:
    from assistant.errors import StorageError

    journal = engines.journal()
    problem = journal.verify()
    if problem is not None:
        raise StorageError(str(problem))
    left = len(journal.unfinished())
    return "the chain of records is whole" + (f"; permits without an outcome: {left}" if left else "")


def _show(found: list[Finding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("part", "", "uses", "why"):
        table.add_column(heading)
    colours = {"ok": "green", "broken": "red"}
    for finding in found:
        table.add_row(finding.part, f"[{colours[finding.state]}]{finding.state}", finding.uses, finding.why)
    Console().print(table)
