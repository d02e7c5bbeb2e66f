"""`cabin dashboard`: the cabin in a terminal, or in a browser with --web."""

import shlex
import sys

import click


@click.command(
    epilog="\b\nExamples:\n  cabin dashboard\n  cabin dashboard --scenario slow_puncture\n"
    "  cabin dashboard --web --port 8080"
)
@click.option("--scenario", metavar="NAME", help="Begin with a scripted scenario; --list-scenarios names them.")
@click.option(
    "--vehicle", type=click.Choice(["simulated", "kuksa"]), help="Which car; by default the one in the settings."
)
@click.option("--list-scenarios", is_flag=True, help="The scenarios that ship, and leave.")
@click.option("--theme", type=click.Choice(["dark", "contrast"]), default="dark", show_default=True)
@click.option("--web", is_flag=True, help="Serve it to a browser on this computer.")
@click.option("--host", default="localhost", show_default=True, help="With --web: where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="With --web.")
def dashboard(
    scenario: str | None, vehicle: str | None, list_scenarios: bool, theme: str, web: bool, host: str, port: int
) -> None:
    """An instrument cluster, a centre screen and the conversation, driving the real assistant."""
    if scenario or list_scenarios:
        from assistant.vehicle.scenario import load, names

        if list_scenarios:
            for name in names():
                click.echo(f"{name:20} {load(name).about}")
            return
        if scenario:
            load(scenario)  # a wrong name is told here, in the terminal
    if web:
        _serve({"scenario": scenario, "vehicle": vehicle, "theme": theme}, host, port)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("The dashboard needs a terminal; --web serves it to a browser instead.")
    from demo.dashboard.app import Dashboard
    from demo.dashboard.ride import Ride, settings_for

    app = Dashboard(Ride(settings_for(vehicle), scenario), theme)
    app.run()
    if app.failure:
        sys.exit(f"cabin: {app.failure}")


def _serve(chosen: dict[str, str | None], host: str, port: int) -> None:
    from textual_serve.server import Server

    command = [sys.executable, "-m", "demo.dashboard"]
    for name, value in chosen.items():
        command += [f"--{name}", value] if value else []
    Server(shlex.join(command), host=host, port=port, title="cabin").serve()
