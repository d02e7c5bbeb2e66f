"""`cabin intents`: look over the sentence files, and try how a sentence is read."""

import click

from assistant.cli.inputs import emit, json_option, zone_option


@click.group()
def intents() -> None:
    """Check the sentence templates, and try sentences on them.

    \b
    Examples:
      cabin intents check
      cabin intents try
    """


@intents.command(epilog="\b\nExamples:\n  cabin intents check\n  cabin intents check --language de --json")
@click.option("--language", default="en", show_default=True, help="Which language's files.")
@json_option
def check(language: str, as_json: bool) -> None:
    """Load every sentence file and name the sentences that two templates claim. Ends with 1 when there are any."""
    from intents.check import claims

    found = list(claims(language))
    for line in found:
        if as_json:
            emit({"language": language, "claim": line})
        else:
            click.echo(line)
    if not as_json:
        click.echo(f"{len(found)} sentences are claimed twice." if found else "No sentence is claimed twice.")
    if found:
        raise SystemExit(1)


@intents.command(name="try", epilog='\b\nExamples:\n  cabin intents try\n  echo "a bit warmer" | cabin intents try')
@zone_option
def try_(zone: str) -> None:
    """Read sentences, one a line, and show how each is understood; nothing is done. An empty line ends it."""
    from assistant.bootstrap import Engines
    from assistant.cli.route import show
    from assistant.settings import load

    cabin = Engines(load()).rig().cabin
    while text := click.prompt("say", default="", show_default=False, prompt_suffix="> ", err=True):
        show(cabin, text, zone, as_json=False)
