"""`cabin session`: the machine interface on standard input and output."""

import asyncio

import click


@click.command(epilog='\b\nExample:\n  echo \'{"type":"text","text":"a bit warmer","zone":"driver"}\' | cabin session')
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: a session always speaks JSON.")
def session(as_json: bool) -> None:
    """Drive a cabin by JSON lines: one object in, one object out, in order.

    \b
    {"type":"text","text":"...","zone":"driver"}         an utterance, typed
    {"type":"audio","path":"a.wav","zone":"driver"}      an utterance as sound
    {"type":"touch","challenge":"ID"}                    also biometric, cancel
    {"type":"vehicle","set":{...}} or {"get":[...]}      move or read the simulated car
    {"type":"remember","text":"prefers 22 degrees"}      a preference
    {"type":"wait","seconds":9}                          simulated time passes
    {"type":"reset"}                                     a fresh cabin
    """
    from assistant.bootstrap import Engines
    from assistant.session import Session, standard_input
    from assistant.settings import load

    engines = Engines(load())
    engines.warm(engines.library)
    asyncio.run(Session(engines).run(standard_input(), click.echo))
