"""`cabin say`: typed utterances through the whole cabin, one turn each, in one dialogue."""

import asyncio
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli.inputs import emit, file_option, items, json_option, zone_option


@click.command(
    epilog='\b\nExamples:\n  cabin say "set the temperature to 21 degrees"\n'
    '  cabin say "a bit warmer" "back to how it was"\n  cabin say --zone rear_left --json "open my window"\n'
    '  cabin say --wav reply.wav "how are my tyres"'
)
@click.argument("texts", nargs=-1)
@file_option
@zone_option
@json_option
@click.option("--wav", type=click.Path(path_type=Path, dir_okay=False), help="Speak the last reply into this file.")
def say(texts: tuple[str, ...], lines: Path | None, zone: str, as_json: bool, wav: Path | None) -> None:
    """Say TEXTS to the car of the settings (by default a fresh simulated one), one turn after another."""
    said = items(texts, lines)
    asyncio.run(_say(said, zone, as_json, wav))


async def _say(texts: list[str], zone: str, as_json: bool, wav: Path | None) -> None:
    from assistant.bootstrap import Engines
    from assistant.settings import load
    from assistant.speech.audio import speak_to
    from assistant.utterance import Utterance
    from policies.command import Zone

    reply = None
    async with aclosing(Engines(load()).rig(driven=True)) as rig:
        for text in texts:
            reply = await rig.cabin.take_turn(Utterance(text, zone=Zone(zone)))
            if as_json:
                emit({"type": "reply", **asdict(reply)})
            else:
                click.echo(reply.text)
                for source in reply.sources:
                    page = f", page {source['page']}" if source["page"] else ""
                    click.echo(f"  [{source['title']}: {source['section']}{page}]")
        if wav and reply:
            await asyncio.to_thread(speak_to, wav, reply.text, rig.cabin.synthesizer())
