"""`cabin drive`: plays a drive and shows it."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from demo import script

if TYPE_CHECKING:
    from demo.play import Played


ROW_LINES = 5
"""Lines that a row takes at most on a usual screen: the live table shows the rows that fit, the end shows all."""


@click.command(epilog="\b\nExamples:\n  cabin drive\n  cabin drive commute --out replies\n  cabin drive --list")
@click.argument("name", default="commute")
@click.option("--out", type=click.Path(path_type=Path), help="Where the replies go as sound files.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a step instead of the table.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Keep a picture of the table.")
@click.option("--list", "list_drives", is_flag=True, help="The drives that ship.")
def drive(name: str, out: Path | None, as_json: bool, svg: Path | None, list_drives: bool) -> None:
    """Play a scripted drive (NAME, or a YAML file): real sound in, gated actions and cited answers out.

    Every sound file goes through the recogniser; every reply is spoken into a sound file.
    """
    if list_drives:
        for each in script.names():
            click.echo(f"{each:12} {script.load(each)[0].title}")
        return
    loaded, sounds = script.load(name)
    asyncio.run(_play(loaded, sounds, Path(name).stem, out, as_json, svg))


async def _play(
    loaded: script.Drive, sounds: Path, name: str, out: Path | None, as_json: bool, svg: Path | None
) -> None:
    from rich.console import Console
    from rich.live import Live

    from assistant.bootstrap import Engines
    from assistant.settings import load
    from demo.play import play
    from demo.table import DriveTable, latencies, summary

    settings = load()
    out = out or settings.data_dir / "drives" / name
    table = DriveTable(loaded)
    console = Console(record=svg is not None, width=150 if svg else None)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        shown = not as_json

        def progress(what: str, done: int, total: int) -> None:
            table.note = f"{what}: {done} of {total}"
            if shown:
                live.update(table.render(last=max(1, console.height // ROW_LINES)), refresh=True)

        engines = Engines(settings, progress)
        parts = engines.parts()
        for number, (part, lazy) in enumerate(parts, 1):
            progress(f"Loading {part}", number, len(parts))
            await asyncio.to_thread(lazy)
        table.note = ""
        rig = engines.rig()
        try:
            async for played in play(loaded, sounds, rig, out):
                table.add(played)
                if as_json:
                    click.echo(json.dumps(_line(played), ensure_ascii=False))
                else:
                    live.update(table.render(last=max(1, console.height // ROW_LINES)), refresh=True)
        finally:
            await rig.aclose()
    if as_json:
        replies = [row.reply for row in table.rows if row.reply]
        spent = {stage: {"p50": p50, "p95": p95} for stage, (p50, p95) in latencies(replies).items()}
        click.echo(json.dumps({"type": "summary", "timings_ms": spent, "out": str(out)}))
        return
    console.print(table.render())
    if svg:
        console.save_svg(str(svg), title=f"cabin drive {name}")
    console.print(summary(table.rows, out))


def _line(played: "Played") -> dict[str, object]:
    step = played.step.model_dump(exclude_none=True, exclude_defaults=True)
    line: dict[str, object] = {"type": "step", "number": played.number, "step": step}
    if played.reply:
        line["reply"] = asdict(played.reply)
    if played.sound:
        line["sound"] = str(played.sound)
    if played.error:
        line["error"] = played.error
    return line
