"""Listening: from a Setup to a running server with one worker or several."""

import logging
import os
import ssl
from typing import TYPE_CHECKING

from knowledge.errors import KnowledgeError
from knowledge.support.database import FILE, Database
from knowledge.support.keys import Keys
from knowledge.support.setup import Setup

if TYPE_CHECKING:
    from knowledge.support.guard import Guard

VARIABLE = "SUPPORT_DESK_SETUP"
"""Carries the Setup, as JSON, from the process that was started to its workers."""


def refuse_to_be_open(setup: Setup) -> None:
    """Raises KnowledgeError when the desk would listen beyond this machine without a key, or TLS is half set up."""
    if (setup.tls_certificate is None) != (setup.tls_key is None):
        raise KnowledgeError("TLS needs both a certificate and its key: --tls-cert and --tls-key")
    for path in (setup.tls_certificate, setup.tls_key):
        if path is not None and not path.is_file():
            raise KnowledgeError(f"{path}: no such file; --tls-cert and --tls-key name PEM files")
    if setup.tls_certificate is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(setup.tls_certificate, setup.tls_key)
        except (ssl.SSLError, OSError) as error:
            raise KnowledgeError(f"{setup.tls_certificate}: this certificate and key cannot be used: {error}") from None
    if setup.is_local:
        return
    database = Database(setup.records / FILE)
    try:
        if not Keys(database).any_valid():
            raise KnowledgeError(
                f"the desk does not listen on {setup.host} without a key: anybody there could ask. "
                "`cabin support keys add NAME --scope ask` makes one; without --host only this machine is served"
            )
    finally:
        database.close()


def serve(setup: Setup) -> None:
    """Serve until interrupted. Raises KnowledgeError when it may not, or cannot, listen there."""
    import uvicorn

    from knowledge.support.punctual import Punctual

    refuse_to_be_open(setup)
    os.environ[VARIABLE] = setup.model_dump_json()
    Punctual.head_s = setup.head_s
    uvicorn.run(
        "knowledge.support.serving:from_environment",
        factory=True,
        host=setup.host,
        port=setup.port,
        workers=setup.workers,
        http=Punctual,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        limit_concurrency=setup.connections,
        h11_max_incomplete_event_size=16 * 1024,
        ssl_certfile=setup.tls_certificate,
        ssl_keyfile=None if setup.tls_key is None else str(setup.tls_key),
    )


def from_environment() -> "Guard":
    """The app of one worker."""
    from knowledge.support.punctual import Punctual

    setup = Setup.model_validate_json(os.environ[VARIABLE])
    Punctual.head_s = setup.head_s
    log_lines()
    return open_app(setup)


def open_app(setup: Setup) -> "Guard":
    """The app over the folders that ``setup`` names."""
    from knowledge.support.app import compose
    from knowledge.support.desk import SupportDesk
    from knowledge.support.telemetry import Telemetry
    from knowledge.support.writer import ChatWriter

    server = None
    if setup.chroma_url:
        from knowledge.support.chroma_server import Server

        server = Server(setup.chroma_url)
    desk = SupportDesk(setup.index_folder, setup.records, server=server)
    writer = ChatWriter(setup.writer_url, setup.writer_model) if setup.writer_url else None
    return compose(desk, setup, writer=writer, telemetry=Telemetry.from_environment())


def log_lines() -> None:
    """Log JSON lines to standard error, the web server's own warnings among them."""
    stream = logging.StreamHandler()
    stream.setFormatter(logging.Formatter("%(message)s"))
    for name, level in (("cabin.support", logging.INFO), ("uvicorn.error", logging.WARNING)):
        log = logging.getLogger(name)
        log.handlers = [stream]
        log.setLevel(level)
        log.propagate = False
