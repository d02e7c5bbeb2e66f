"""`cabin wyoming`: our ears, understanding and voice for Home Assistant and its satellites."""

import asyncio

import click

from assistant.cli.inputs import ZONES


@click.group(epilog="\b\nExamples:\n  cabin wyoming serve\n  cabin wyoming serve --port 10301 --zone driver")
def wyoming() -> None:
    """Home Assistant's voice protocol."""


@wyoming.command(
    epilog="\b\nExamples:\n  cabin wyoming serve\n  cabin wyoming serve --zone driver\n"
    "  cabin wyoming serve --host 0.0.0.0 --anyone-may-speak"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65_535), default=10_300, show_default=True)
@click.option(
    "--zone",
    type=click.Choice(ZONES),
    default="unknown",
    show_default=True,
    help="The seat that is taken to speak; unknown may do little more than comfort.",
)
@click.option(
    "--anyone-may-speak",
    is_flag=True,
    help="Needed to listen elsewhere than on this machine: the protocol knows no password and no encryption.",
)
def serve(host: str, port: int, zone: str, anyone_may_speak: bool) -> None:
    """Offer recognition, understanding and speech until interrupted.

    What is said goes through the gate as a voice: what needs a touch is not done from here.
    """
    if not anyone_may_speak and not _is_loopback(host):
        raise click.UsageError(
            f"{host} can be reached from other machines, and Wyoming has no password and no encryption: whoever "
            "reaches the port can speak to the car. Add --anyone-may-speak to allow that, or listen on 127.0.0.1."
        )
    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar
    from assistant.errors import CabinError
    from assistant.models.shelf import licences
    from assistant.settings import load
    from assistant.speech.wyoming_info import info
    from assistant.speech.wyoming_server import Offer
    from assistant.speech.wyoming_server import serve as listen
    from policies.command import Zone

    settings = load()
    with bar() as progress:
        engines = Engines(settings, progress)
        rig = engines.rig()
        ears, voice = engines.transcriber(), engines.synthesizer()
    told = info(ears.name, voice.name, [settings.language], licences(settings.models_dir, ears.name, voice.name))
    offer = Offer(rig.cabin, ears, voice, told, Zone(zone))

    def ready(port: int) -> None:
        click.echo(
            f"Wyoming at tcp://{host}:{port}: {ears.name}, {voice.name}, zone {zone} (Ctrl+C ends it).", err=True
        )
        if anyone_may_speak:
            click.echo("There is no authentication: whoever reaches this port can speak to the car.", err=True)

    try:
        asyncio.run(listen(offer, host, port, ready))
    except OSError as error:
        raise CabinError(f"cannot listen at {host}:{port}: {error.strerror}. Name another --port.") from error
    finally:
        rig.close()


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
