"""The `cabin` command: a group that imports a subcommand only when it is called."""

import importlib
import sys

import click

OURS = ("assistant", "demo", "intents", "knowledge", "policies")
"""Packages whose errors are written for people."""

COMMANDS: dict[str, tuple[str, str]] = {
    "drive": ("demo.command:drive", "Play a scripted drive: sound in, actions and answers out."),
    "dashboard": ("demo.dashboard.command:dashboard", "The cabin in a terminal or a browser, to try everything."),
    "say": ("assistant.cli.say:say", "One typed utterance through the whole cabin."),
    "listen": ("assistant.cli.listen:listen", "Speak to the cabin, hear it answer."),
    "hear": ("assistant.cli.hear:hear", "What a sound file says."),
    "recognise": ("assistant.cli.recognise:recognise", "Speech to intent with anybody's templates."),
    "ask": ("assistant.cli.ask:ask", "A question to the owner's manual and the live car."),
    "route": ("assistant.cli.route:route", "What was understood; nothing is done."),
    "intents": ("assistant.cli.intents:intents", "Check the sentence templates; try how a sentence is read."),
    "session": ("assistant.cli.session:session", "Drive a cabin by JSON lines."),
    "preferences": ("assistant.cli.preferences:preferences", "What the driver likes: list, add, erase."),
    "policy": ("assistant.cli.policy:policy", "Check, explain and enumerate what may happen."),
    "vehicle": ("assistant.cli.vehicle:vehicle", "Look at the car, play and record drives, serve it to others."),
    "journal": ("assistant.cli.journal:journal", "Show, verify and report what happened."),
    "knowledge": ("assistant.cli.knowledge:knowledge", "Take manuals in; build, search and check their index."),
    "support": ("assistant.cli.support:support", "The support desk: HTTP API, web page, MCP, keys, gaps."),
    "models": ("assistant.cli.models:models", "Better recognisers and voices: fetch, list, remove."),
    "wyoming": ("assistant.cli.wyoming:wyoming", "Ears and voice for Home Assistant and its satellites."),
    "doctor": ("assistant.cli.doctor:doctor", "Which engines are in use, and why."),
}
"""Subcommand: where it lives and its line in the overview, so that help needs no import."""


class LazyGroup(click.Group):
    """A click group whose subcommands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cabin", prog_name="cabin")
def cabin() -> None:
    """An in-cabin assistant with no network.

    \b
    Examples:
      cabin drive
      cabin say "set the temperature to 21 degrees"
      cabin ask "what does the yellow tyre light mean?"
    """


def main() -> None:
    """The entry point: an error of ours is a sentence, never a traceback."""
    try:
        cabin()
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in OURS:
            raise
        sys.exit(f"cabin: {error}")
