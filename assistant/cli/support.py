"""`cabin support`: the desk that helps drivers, over the same manuals as the car."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, json_option
from assistant.errors import CabinError
from assistant.paths import data_folder

if TYPE_CHECKING:
    from knowledge.support.database import Database
    from knowledge.support.desk import SupportDesk
    from knowledge.support.keys import Keys
    from knowledge.support.vehicles import Vehicle

chroma_option = click.option(
    "--chroma-url", envvar="CABIN_CHROMA_URL", default="", help="A Chroma server; by default none is needed."
)


def vehicle_options(command: Any) -> Any:
    """Which car is meant."""
    for option in (
        click.option("--year", type=int, help="The model year."),
        click.option("--model", help='The model, such as "Aurelia".'),
        click.option("--brand", help='The brand, such as "Halden".'),
        click.option("--vin", help="The vehicle identification number. It is not kept."),
        click.option("--variant", help="The variant of that manual, such as diesel."),
        click.option("--pack", help="The manual, by its pack's name."),
    ):
        command = option(command)
    return command


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='\b\nExamples:\n  cabin support serve\n  cabin support ask "how do I change a wheel" --variant diesel\n'
    "  cabin support keys add anna --scope ask --scope snapshot\n  cabin support gaps",
)
def support() -> None:
    """The support desk: people and programs ask the same manuals as the car."""


@support.command(epilog="\b\nExamples:\n  cabin support serve\n  cabin support serve --port 9000")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; elsewhere needs a key.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
@click.option("--name", "names", multiple=True, help="A host name under which the desk is reached; may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="A certificate chain (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key (PEM).")
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=50.0,
    show_default=True,
    help="Requests a second of a key.",
)
@click.option("--burst", type=click.IntRange(1), default=100, show_default=True, help="Requests of a key at once.")
@click.option(
    "--patience",
    type=click.FloatRange(0.1),
    default=10.0,
    show_default=True,
    help="Seconds that a request may dribble.",
)
@click.option("--writer-url", default="", help="An OpenAI-style endpoint of a language model that words answers.")
@click.option("--writer-model", default="default", show_default=True, help="The model's name there.")
@chroma_option
def serve(tls_cert: Path | None, names: tuple[str, ...], patience: float, **options: Any) -> None:
    """Serve the HTTP API, the web page and MCP until interrupted."""
    with errors_named():
        from pydantic import ValidationError

        from knowledge.support.serving import serve as listen
        from knowledge.support.setup import Setup

        build_if_missing()
        try:
            setup = Setup(
                index_folder=index_folder(),
                records=records(),
                hosts=names,
                tls_certificate=tls_cert,
                head_s=patience,
                body_s=patience,
                **options,
            )
        except ValidationError as error:
            raise CabinError(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from error
        scheme = "https" if setup.has_tls else "http"
        click.echo(f"The desk is at {scheme}://{setup.host}:{setup.port} (Ctrl+C ends it).", err=True)
        if not setup.is_local and not setup.has_tls:
            click.echo("Keys travel in the clear without TLS: put --tls-cert and --tls-key, or a proxy.", err=True)
        listen(setup)


@support.command(epilog="\b\nExample:\n  cabin support mcp")
@chroma_option
def mcp(chroma_url: str) -> None:
    """Serve MCP on standard input and output, for a copilot on this machine."""
    with errors_named():
        from knowledge.support.copilot import mcp_server

        desk = open_desk(chroma_url)
        mcp_server(desk).run("stdio")


@support.command(epilog='\b\nExample:\n  cabin support ask "how do I change a wheel" --variant diesel --json')
@click.argument("question")
@vehicle_options
@chroma_option
@json_option
def ask(question: str, chroma_url: str, as_json: bool, **named: Any) -> None:
    """Answer QUESTION from the manual of a vehicle, with sources."""
    with errors_named():
        from knowledge.support.api import answer_out

        desk = open_desk(chroma_url)
        told = answer_out(desk.ask(question, vehicle(desk, named)))
    if as_json:
        emit(told.model_dump())
        return
    click.echo(told.answer)
    if told.vehicle.note:
        click.echo(f"  {told.vehicle.note}")
    for source in told.sources:
        page = f", page {source.page}" if source.page else ""
        click.echo(f"  [{source.title}: {source.section}{page}]")


@support.command(epilog='\b\nExample:\n  cabin support search "tyre pressure" --limit 3')
@click.argument("query")
@vehicle_options
@click.option("--limit", type=click.IntRange(1, 20), default=5, show_default=True)
@chroma_option
@json_option
def search(query: str, limit: int, chroma_url: str, as_json: bool, **named: Any) -> None:
    """The passages nearest in meaning to QUERY, best first."""
    with errors_named():
        from knowledge.support.api import passage_out

        desk = open_desk(chroma_url)
        found = [passage_out(each) for each in desk.reader.search(query, vehicle(desk, named), limit)]
    for each in found:
        if as_json:
            emit(each.model_dump())
        else:
            click.secho(f"{each.score:7.2f}  {each.section}  ({each.id})", bold=True)
            click.echo(f"         {each.text}\n")


@support.command(epilog="\b\nExample:\n  cabin support gaps --limit 10 --json")
@click.option("--pack", help="Only of this manual.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@json_option
def gaps(pack: str | None, limit: int, as_json: bool) -> None:
    """What the manual's authors should write next: questions without a good answer, most asked first."""
    with errors_named(), database() as held:
        from dataclasses import asdict

        from knowledge.embedding import Embedder
        from knowledge.support.gaps import find
        from knowledge.support.questions import Questions

        found = find(Questions(held), Embedder.load(), pack, limit)
    for gap in found:
        if as_json:
            emit(asdict(gap))
            continue
        click.secho(f"{gap.asked:4} ×  {gap.question}", bold=True)
        told = [f"manual {gap.pack}", ", ".join(f"{count} {name}" for name, count in gap.outcomes.items())]
        told += [f"{gap.unhelpful} judged unhelpful"] if gap.unhelpful else []
        told += [f"nearest: {gap.nearest_section}"] if gap.nearest_section else []
        told += [f"wanted: {'; '.join(gap.right_sections)}"] if gap.right_sections else []
        click.echo("        " + " · ".join(told))
    if not found and not as_json:
        click.echo("No question was refused or judged unhelpful.")


@support.group(name="keys", epilog="\b\nExamples:\n  cabin support keys add bot --scope ask\n  cabin support keys list")
def keys_group() -> None:
    """API keys: who may ask, see shared cars, and read the gaps."""


@keys_group.command(epilog="\b\nExample:\n  cabin support keys add anna --scope ask --scope snapshot")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["ask", "snapshot", "admin"]),
    help="What it may do; may be repeated.",
)
def add(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key for NAME and print it, this once."""
    with errors_named(), keys() as held:
        secret = held.add(name, scopes)
    click.echo("This key is shown only now; send it as `Authorization: Bearer KEY`.", err=True)
    click.echo(secret)


@keys_group.command(epilog="\b\nExample:\n  cabin support keys rotate anna --overlap 2")
@click.argument("name")
@click.option(
    "--overlap", type=click.FloatRange(0), default=24.0, show_default=True, help="Hours that the old one goes on."
)
def rotate(name: str, overlap: float) -> None:
    """Make a successor of NAME's key and print it, this once."""
    with errors_named(), keys() as held:
        secret = held.rotate(name, overlap * 3600)
    click.echo(f"This key is shown only now; the one before ends in {overlap:g} h.", err=True)
    click.echo(secret)


@keys_group.command(name="list", epilog="\b\nExample:\n  cabin support keys list --json")
@json_option
def list_keys(as_json: bool) -> None:
    """All keys that were made, without their secrets."""
    from dataclasses import asdict

    with errors_named(), keys() as held:
        found = held.list()
    now = datetime.now(UTC).timestamp()
    for key in found:
        if as_json:
            emit({**asdict(key), "valid": key.is_valid(now)})
            continue
        state = "revoked" if key.revoked_at else "valid" if key.is_valid(now) else "expired"
        made = datetime.fromtimestamp(key.made_at, UTC).strftime("%Y-%m-%d")
        click.echo(f"{key.id}  {state:8} {made}  {','.join(key.scopes):19} {key.name}")
    if not found and not as_json:
        click.echo("No key was made yet; `cabin support keys add NAME --scope ask` makes one.")


@keys_group.command(epilog="\b\nExample:\n  cabin support keys revoke anna")
@click.argument("name")
def revoke(name: str) -> None:
    """End every key of NAME (or with that id) at once."""
    with errors_named(), keys() as held:
        count = held.revoke(name)
    if not count:
        raise CabinError(f"no key that is not revoked is named {name}; `cabin support keys list` shows them")
    click.echo(f"Revoked {count} key{'s' if count > 1 else ''} of {name}.")


# --- what they share --------------------------------------------------------------------------------------


def index_folder() -> Path:
    return data_folder() / "index"


def records() -> Path:
    """Where keys, questions and shared cars are kept."""
    return data_folder() / "support"


def build_if_missing() -> None:
    """Build the index of manuals when there is none yet; one that stands is served as it is."""
    from knowledge import index
    from knowledge.errors import IndexMissing

    try:
        index.current(index_folder())
    except IndexMissing:
        from assistant.bootstrap import Engines
        from assistant.cli.progress import bar
        from assistant.settings import load

        with bar() as progress:
            Engines(load(), progress).library()


def open_desk(chroma_url: str) -> "SupportDesk":
    """The desk with its index read."""
    from knowledge.support.desk import SupportDesk

    server = None
    if chroma_url:
        from knowledge.support.chroma_server import Server

        server = Server(chroma_url)
    build_if_missing()
    desk = SupportDesk(index_folder(), records(), server=server)
    desk.load()
    return desk


def vehicle(desk: "SupportDesk", named: dict[str, Any]) -> "Vehicle":
    """The vehicle that the options name; where none is, this car's manual."""
    if not any(named.values()):
        named = {"pack": next(iter(desk.reader.shelf.packs))}
    return desk.vehicle(**named)


@contextmanager
def database() -> Iterator["Database"]:
    from knowledge.support.database import FILE, Database

    held = Database(records() / FILE)
    try:
        yield held
    finally:
        held.close()


@contextmanager
def keys() -> Iterator["Keys"]:
    from knowledge.support.keys import Keys

    with database() as held:
        yield Keys(held)


@contextmanager
def errors_named() -> Iterator[None]:
    """The knowledge base's errors as the command's own."""
    from knowledge.errors import KnowledgeError

    try:
        yield
    except KnowledgeError as error:
        raise CabinError(str(error), code="knowledge") from error
    except OSError as error:
        raise CabinError(f"the desk cannot run: {error}", code="support") from error
