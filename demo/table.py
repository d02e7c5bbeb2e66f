"""A drive as a live table: heard, understood, decided and why, done, said; the latencies at its end."""

import math
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.utterance import Reply
from demo.play import Played
from demo.script import Drive

STAGES = ("stt", "route", "plan", "decide", "apply", "answer", "total")

COLOURS = {"allow": "green", "confirm": "yellow", "refuse": "red", "none": "grey62"}
"""Told apart without red against green: every decision also stands as a word."""


class DriveTable:
    """Grows by a row a step; ``render()`` at any time."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.rows: list[Played] = []
        self.note = ""

    def add(self, played: Played) -> None:
        self.rows.append(played)

    def render(self, last: int | None = None) -> RenderableType:
        """The table so far, or its ``last`` rows, with a line under it while something loads."""
        table = Table(title=self.drive.title, caption=self.note or None, box=box.SIMPLE_HEAD, expand=True)
        table.add_column("", justify="right", style="grey62", width=2)
        table.add_column("Heard", ratio=3)
        table.add_column("Understood", ratio=2, overflow="fold")
        table.add_column("Decided", ratio=3, overflow="fold")
        table.add_column("Done", ratio=3, overflow="fold")
        table.add_column("Said", ratio=5)
        for row in self.rows[-last:] if last else self.rows:
            table.add_row(str(row.number), *_cells(row))
        return table


def _cells(row: Played) -> tuple[RenderableType, ...]:
    if row.error:
        return Text(row.step.hear or _did(row)), "", "", "", Text(row.error, style="red")
    if row.reply is None:
        return Text(_did(row), style="italic grey62"), "", "", "", ""
    reply = row.reply
    heard = Text(f"“{reply.heard}”" if reply.heard else "(nothing that is speech)")
    if row.step.hear is None:
        heard = Text(_did(row), style="italic")
    elif row.step.zone != "driver":
        heard.append(f"\n{row.step.zone.replace('_', ' ')}", style="cyan")
    decided = Text(reply.decision if reply.decision != "none" else "", style=COLOURS[reply.decision])
    if reply.by:
        decided.append(f" by {' or '.join(reply.by)}")
    for rule in reply.rules:
        decided.append(f"\n{rule}", style="grey62")
    done = Text("\n".join(f"{_short(path)} {value}" for path, value in reply.applied.items()), style="green")
    said = Text(reply.text)
    for source in reply.sources[:1]:
        page = f", p. {source['page']}" if source["page"] else ""
        said.append(f"\n{source['title']}: {source['section']}{page}", style="cyan")
    return heard, Text(reply.intent), decided, done, said


def _did(row: Played) -> str:
    step = row.step
    if step.touch:
        return "the driver touches the screen" if step.touch == "touch" else "the driver's eye is scanned"
    if step.cancel:
        return "the driver touches “no”"
    if step.wait:
        return f"{step.wait:g} seconds pass"
    return "; ".join(f"{_short(path)} {value}" for path, value in (step.vehicle or {}).items())


def _short(path: str) -> str:
    """The last names of a VSS path: enough to tell the seats apart."""
    return ".".join(path.split(".")[-3:])


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of ``values`` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(replies: list[Reply]) -> dict[str, tuple[float, float]]:
    """p50 and p95 in milliseconds of each stage, over the replies that had it."""
    found = {stage: [r.timings_ms[stage] for r in replies if r.timings_ms.get(stage)] for stage in STAGES}
    return {stage: (quantile(spent, 0.5), quantile(spent, 0.95)) for stage, spent in found.items() if spent}


def summary(rows: list[Played], out: Path) -> RenderableType:
    """What it took, and where the replies lie as sound."""
    table = Table(box=box.SIMPLE_HEAD, title="Milliseconds a stage")
    table.add_column("stage")
    table.add_column("p50", justify="right")
    table.add_column("p95", justify="right")
    for stage, (p50, p95) in latencies([row.reply for row in rows if row.reply]).items():
        table.add_row(stage, f"{p50:.1f}", f"{p95:.1f}")
    sounds = sum(1 for row in rows if row.sound)
    return Group(table, Text(f"{sounds} replies as sound in {out}"))
