"""`cabin listen`: speak to the cabin, hear it answer."""

import asyncio
import sys
import threading
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.inputs import emit, json_option

if TYPE_CHECKING:
    from assistant.bootstrap import Rig
    from assistant.settings import SpeechSettings
    from assistant.speech.conversation import Conversation, Event
    from assistant.speech.level import Level

METER_WIDTH = 30


@click.command(
    epilog="\b\nExamples:\n  cabin listen                             # say the wake word, or press Enter and speak\n"
    "  cabin listen --devices                   # which microphones and loudspeakers there are\n"
    '  cabin listen --microphone USB --wake-word "hello car"\n'
    "  cabin listen --hands-free --from said.wav --to replies.wav"
)
@click.option("--devices", "list_devices", is_flag=True, help="Print the microphones and loudspeakers, and end.")
@click.option("--microphone", help="A device's name or a part of it. Default: as in the settings.")
@click.option("--loudspeaker", help="As for the microphone.")
@click.option("--wake-word", help='Words to listen for; "" for none. Default: as in the settings.')
@click.option("--hands-free", is_flag=True, help="Whatever is said is meant for the car; no key and no wake word.")
@click.option(
    "--from",
    "source",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A sound file in place of the microphone; may be repeated. Ends with it.",
)
@click.option("--to", "sink", type=click.Path(path_type=Path), help="A WAV file in place of the loudspeaker.")
@click.option("--meter/--no-meter", default=True, help="Show how loud it is (in a terminal only).")
@json_option
def listen(
    list_devices: bool,
    microphone: str | None,
    loudspeaker: str | None,
    wake_word: str | None,
    hands_free: bool,
    source: tuple[Path, ...],
    sink: Path | None,
    meter: bool,
    as_json: bool,
) -> None:
    """Hold a conversation by microphone and loudspeaker.

    \b
    While it runs:
      Enter          speak now (push-to-talk; a pause ends it), or stop a reply
      any text       an utterance, typed
      /touch         the driver's hand on the screen: confirms what is shown
      /cancel        "no": drops what is shown
      /wake          switches the wake word off and on
      Ctrl+C         ends it
    Speaking while a reply is spoken stops it.
    """
    if list_devices:
        _print_devices(as_json)
        return
    from assistant.settings import load

    settings = load()
    chosen = {"microphone": microphone, "loudspeaker": loudspeaker, "wake_word": wake_word}
    speech = settings.speech.model_copy(update={name: value for name, value in chosen.items() if value is not None})
    settings = settings.model_copy(update={"speech": speech})
    from assistant.bootstrap import Engines
    from assistant.cli.progress import bar

    with bar(quiet=as_json) as progress:
        engines = Engines(settings, progress)
        rig = engines.rig(driven=True)
        engines.transcriber()
    show = Lines() if as_json else Terminal(meter)
    try:
        asyncio.run(_in_the_car(rig, _converse(rig, speech, source, sink, hands_free, show)))
    except KeyboardInterrupt:
        click.echo("", err=True)


async def _in_the_car(rig: "Rig", conversation: Coroutine[Any, Any, None]) -> None:
    async with aclosing(rig):
        await conversation


async def _converse(
    rig: "Rig",
    speech: "SpeechSettings",
    source: tuple[Path, ...],
    sink: Path | None,
    hands_free: bool,
    show: "Terminal | Lines",
) -> None:
    from assistant.errors import CabinError
    from assistant.speech import live
    from assistant.speech.conversation import Replied
    from assistant.speech.ears import Lost

    heard_all = asyncio.Event()
    challenge, failed = "", False

    def tell(event: "Event") -> None:
        nonlocal challenge, failed
        if isinstance(event, Replied):
            challenge = event.reply.challenge or challenge  # it stands until the gate says otherwise
        if isinstance(event, Lost) and event.deaf and source:
            heard_all.set()
            failed = event.error.code != "ended"
            if not failed:
                return
        show.event(event)

    why: dict[str, str] = {}
    cabin = rig.cabin
    talk = live.conversation(
        speech, cabin.transcriber, cabin.synthesizer, cabin.take_turn, tell, source=source, sink=sink, why=why
    )
    talk.ears.always = hands_free
    show.begin(why)
    running = asyncio.create_task(talk.run())
    try:
        if source:
            await heard_all.wait()
            await talk.finish()
            if failed:
                raise SystemExit(1)
            return
        lines = _typed_lines()
        while (line := await lines.get()) is not None:
            try:
                await _typed(line, rig, talk, challenge, show)
            except CabinError as error:
                show.problem(error)
    finally:
        await talk.close()
        await running
        show.end()


async def _typed(line: str, rig: "Rig", talk: "Conversation", challenge: str, show: "Terminal | Lines") -> None:
    from assistant.utterance import Utterance
    from policies.command import Modality, Zone

    match line.strip():
        case "":
            if not talk.hush():
                await talk.listen()  # again, where the microphone was lost
                talk.talk()
        case "/wake":
            talk.wakes = not talk.wakes
            show.note(f"The wake word is {'on' if talk.wakes else 'off'}.")
        case "/touch":
            talk.give(await rig.cabin.touch(challenge, Modality.TOUCH, Zone.DRIVER))
        case "/cancel":
            talk.give(await rig.cabin.cancel(challenge))
        case text:
            await talk.take(Utterance(text, zone=Zone.DRIVER))


def _typed_lines() -> "asyncio.Queue[str | None]":
    """The lines that are typed, and None at their end; read in a thread that does not keep the program from ending."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    return lines


class Lines:
    """What happens as JSON, one object a line: replies as `cabin session` has them, everything else by its type."""

    def begin(self, why: dict[str, str]) -> None:
        emit({"type": "begin", **why})

    def end(self) -> None:
        pass  # the last line says it

    def note(self, text: str) -> None:
        emit({"type": "note", "text": text})

    def problem(self, error: BaseException | None) -> None:
        if error is not None:
            emit({"type": "error", "code": getattr(error, "code", "error"), "message": str(error)})

    def event(self, event: "Event") -> None:
        from assistant.speech import conversation, ears

        match event:
            case ears.Measured() | ears.More():
                return
            case ears.Lost(error=error) | conversation.Trouble(error=error):
                self.problem(error)
            case conversation.Understood(utterance=said):
                emit({"type": "understood", **asdict(said)})
            case conversation.Replied(reply=reply):
                emit({"type": "reply", **asdict(reply)})
            case _:
                told = {name: value for name, value in asdict(event).items() if name != "sound"}
                emit({"type": type(event).__name__.lower(), **told})


class Terminal:
    """What happens as lines for people, with a level meter below them while standard error is a terminal."""

    def __init__(self, meter: bool) -> None:
        self._meter = meter and sys.stderr.isatty()

    def begin(self, why: dict[str, str]) -> None:
        for part, reason in why.items():
            click.secho(f"{part}: {reason}", dim=True, err=True)
        click.echo("Enter: speak now. Text: say it by hand. Ctrl+C: end.", err=True)

    def end(self) -> None:
        if self._meter:
            click.echo("\r\033[K", nl=False, err=True)

    def note(self, text: str) -> None:
        self._line(text, dim=True)

    def problem(self, error: BaseException | None) -> None:
        if error is not None:
            self._line(str(error), fg="red")

    def event(self, event: "Event") -> None:
        from assistant.speech import conversation, ears

        match event:
            case ears.Measured(level=level):
                self._draw(level)
            case ears.Woken(phrase=phrase):
                self._line(f'"{phrase}"', dim=True)
            case ears.Began(how=how):
                self._line("listening" + (" (interrupted)" if how == "barge-in" else "") + " ...", dim=True)
            case ears.Dropped(why=why):
                self._line(f"({why})", dim=True)
            case ears.Lost(error=error) | conversation.Trouble(error=error):
                self.problem(error)
            case conversation.Partly(text=text) if text:
                self._line(f"  {text} ...", dim=True)
            case conversation.Understood(utterance=said):
                self._line(f"> {said.text or '(nothing)'}", bold=True)
            case conversation.Replied(reply=reply):
                self._line(reply.text)
                for source in reply.sources:
                    page = f", page {source['page']}" if source["page"] else ""
                    self._line(f"  [{source['title']}: {source['section']}{page}]", dim=True)
                if reply.challenge:
                    self._line("  type /touch or /cancel", fg="yellow")

    def _line(self, text: str, **style: Any) -> None:
        if self._meter:
            click.echo("\r\033[K", nl=False, err=True)
        click.secho(text, **style)

    def _draw(self, level: "Level") -> None:
        if not self._meter:
            return
        full = round(METER_WIDTH * level.share())
        peak = min(METER_WIDTH - 1, max(0, round(METER_WIDTH * (1 + level.held_dbfs / 60))))
        bar = "".join("|" if n == peak else "=" if n < full else " " for n in range(METER_WIDTH))
        word = "too loud" if level.clipped else f"{level.rms_dbfs:4.0f} dBFS"
        click.echo(f"\r\033[K[{bar}] {word}", nl=False, err=True)


def _print_devices(as_json: bool) -> None:
    from assistant.speech.devices import DEFAULT, INSTEAD, Kind, devices

    kinds: tuple[Kind, Kind] = ("microphone", "loudspeaker")
    for kind in kinds:
        found = devices(kind)
        for device in found:
            if as_json:
                emit({"kind": kind, "name": device.name, "sample_rate": device.sample_rate})
            else:
                click.echo(f"{kind:12} {device.name}  ({device.sample_rate} Hz)")
        if not found and not as_json:
            click.echo(f"{kind:12} none was found on this computer. {INSTEAD[kind]}.")
    if not as_json:
        click.echo(f'\nName one in [speech] microphone and loudspeaker; "{DEFAULT}" is this computer\'s own choice.')
