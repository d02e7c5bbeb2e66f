"""`cabin route`: what was understood, and nothing done."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.inputs import emit, file_option, items, json_option, zone_option

if TYPE_CHECKING:
    from assistant.cabin import Cabin


@click.command(
    epilog='\b\nExamples:\n  cabin route "turn on the high beams"\n  cabin route --json --file sentences.txt\n'
    '  cabin route --zone passenger "open my window halfway"'
)
@click.argument("texts", nargs=-1)
@file_option
@zone_option
@json_option
def route(texts: tuple[str, ...], lines: Path | None, zone: str, as_json: bool) -> None:
    """How each of TEXTS is understood: intent, commands, path and score."""
    from assistant.bootstrap import Engines
    from assistant.settings import load

    given = items(texts, lines)
    with closing(Engines(load()).rig()) as rig:
        for text in given:
            show(rig.cabin, text, zone, as_json=as_json)


def show(cabin: "Cabin", text: str, zone: str, *, as_json: bool) -> None:
    """How one sentence is understood: as the machine interface has it, or in two lines."""
    from policies.command import Zone

    intents, commands = cabin.understand(text, Zone(zone))
    line = {
        "text": text,
        "kind": intents[0].kind,
        "intent": "+".join(intent.name for intent in intents),
        "commands": [{"signal": command.signal, "value": command.value} for command in commands],
        "path": intents[0].path,
        "score": round(min(intent.score for intent in intents), 4),
    }
    if as_json:
        emit(line)
    else:
        acts = ", ".join(f"{command.signal} = {command.value}" for command in commands) or "-"
        click.echo(f"{text}\n  {line['kind']} {line['intent']} ({line['path']}, {line['score']}): {acts}")
