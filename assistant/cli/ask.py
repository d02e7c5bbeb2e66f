"""`cabin ask`: questions to the owner's manual and the live car."""

from pathlib import Path

import click

from assistant.cli.inputs import emit, file_option, items, json_option


@click.command(
    epilog='\b\nExamples:\n  cabin ask "what does the yellow tyre light mean?"\n'
    '  cabin ask --json "how do I change a wheel"\n  cabin ask --file questions.txt --json'
)
@click.argument("questions", nargs=-1)
@file_option
@json_option
@click.option("--pack", help="The manual to ask, by its pack's name. Default: this car's.")
def ask(questions: tuple[str, ...], lines: Path | None, as_json: bool, pack: str | None) -> None:
    """Answer QUESTIONS from the manual and the car as it stands, with sources, or refuse honestly."""
    from dataclasses import asdict

    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar
    from assistant.settings import load

    asked = items(questions, lines)
    settings = load()
    with bar(quiet=as_json) as progress:
        engines = Engines(settings, progress)
        cabin = engines.rig().cabin
        library = engines.library()
    for question in asked:
        answer = library.answer(question, cabin.readings(), pack=pack or settings.knowledge.pack)
        if as_json:
            emit(asdict(answer))
            continue
        click.echo(answer.text)
        for source in answer.sources:
            page = f", page {source.page}" if source.page else ""
            click.echo(f"  [{source.title}: {source.section}{page}]")
