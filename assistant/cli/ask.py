"""`cabin ask`: questions to the owner's manual and the live car."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, file_option, items, json_option

if TYPE_CHECKING:
    from knowledge.answer import Answer


@click.command(
    epilog='\b\nExamples:\n  cabin ask "what does the yellow tyre light mean?"\n'
    '  cabin ask --json "how do I change a wheel"\n  cabin ask --file questions.txt --json\n'
    '  cabin ask --vin HLDAURP0000000002 "what are the tyre pressures"'
)
@click.argument("questions", nargs=-1)
@file_option
@json_option
@click.option("--pack", help="The manual to ask, by its pack's name. Default: this car's.")
@click.option("--vin", help="Ask the manual of the car with this identification number.")
def ask(questions: tuple[str, ...], lines: Path | None, as_json: bool, pack: str | None, vin: str | None) -> None:
    """Answer QUESTIONS from the manual and the car as it stands, with sources, or refuse honestly."""
    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar
    from assistant.settings import load

    asked = items(questions, lines)
    settings = load()
    with bar(quiet=as_json) as progress:
        engines = Engines(settings, progress)
        library = engines.library()
    named = pack or (None if vin else settings.knowledge.pack)
    with engines.car_readings() as readings:
        for question in asked:
            answer = library.answer(question, () if vin else readings(), pack=named, vin=vin)
            if as_json:
                emit(as_line(answer))
                continue
            click.echo(answer.text)
            for source in answer.sources:
                page = f", page {source.page}" if source.page else ""
                click.echo(f"  [{source.title}: {source.section}{page}]")


def as_line(answer: "Answer") -> dict[str, Any]:
    """An answer as the machine interface has it: ``answer`` for its text."""
    line = asdict(answer)
    return {"question": line.pop("question"), "answer": line.pop("text"), **line}
