"""The desk as a process: slow clients, killed workers, rebuilt indexes, TLS, refusals; and its command line."""

import contextlib
import datetime
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_socket
from click.testing import CliRunner, Result

from assistant.cli.support import support
from assistant.errors import CabinError
from knowledge import index
from knowledge.embedding import Embedder
from tests.support.conftest import SAMPLE
from tests.support.serving import Served, home

ASK = {"question": "How do I open the bonnet?", "vehicle": {"pack": "sample"}}


def closes(link: socket.socket, within_s: float) -> bool:
    """Whether the other side hangs up (or answers and hangs up)."""
    link.settimeout(within_s)
    try:
        while link.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.enable_socket
def test_clients_who_dribble_are_hung_up_on_while_others_are_served(desk: Served) -> None:
    """Forty connections that send a byte now and then (slow loris), heads and bodies."""
    lorises = []
    for number in range(40):
        link = socket.create_connection(("127.0.0.1", desk.port))
        link.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        if number % 2:
            auth = f"Authorization: {desk.head('ask')['Authorization']}\r\n".encode()
            link.sendall(auth + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        lorises.append(link)
    for link in lorises:
        with contextlib.suppress(OSError):
            link.sendall(b"x")
    told = httpx2.post(f"{desk.url}/v1/ask", json=ASK, headers=desk.head("ask"), timeout=10)
    assert told.status_code == 200
    assert all(closes(link, 10) for link in lorises)


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory: pytest.TempPathFactory, two_manuals: Path) -> Iterator[Served]:
    """A desk with a certificate, for the tests of it and for one that kills it."""
    pytest_socket.enable_socket()
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = self_signed(folder)
    started = Served(
        home(folder / "home", two_manuals), "--tls-cert", str(certificate), "--tls-key", str(key), tls=certificate
    )
    yield started
    started.stop()


@pytest.mark.enable_socket
def test_with_a_certificate_the_desk_speaks_tls_only(behind_tls: Served) -> None:
    desk = behind_tls
    told = httpx2.get(f"{desk.url}/v1/packs", headers=desk.head("ask"), verify=desk.trust)
    assert (told.status_code, "strict-transport-security" in told.headers) == (200, True)
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(desk.url.replace("https", "http") + "/healthz")


@pytest.mark.enable_socket
def test_a_killed_desk_loses_no_feedback_and_no_change_of_a_key(behind_tls: Served) -> None:
    desk = behind_tls
    with httpx2.Client(base_url=desk.url, verify=desk.trust) as client:
        kept = []
        for _ in range(3):
            id_ = client.post("/v1/ask", json=ASK, headers=desk.head("ask")).json()["id"]
            judged = {"question_id": id_, "helpful": False}
            kept.append(client.post("/v1/feedback", json=judged, headers=desk.head("ask")).status_code)
        desk.run("keys", "revoke", "ask")
        assert client.get("/v1/packs", headers=desk.head("ask")).status_code == 401
    desk.kill()
    desk.start()
    with httpx2.Client(base_url=desk.url, verify=desk.trust) as client:
        gaps = client.get("/v1/gaps", headers=desk.head("admin")).json()
        assert (gaps["judgements"], gaps["gaps"][0]["unhelpful"]) == (len(kept), 3)
        assert client.get("/v1/packs", headers=desk.head("ask")).status_code == 401


def workers_of(desk: Served) -> list[int]:
    """The processes that answer requests."""
    import psutil

    found = []
    for process in psutil.Process(desk.process.pid).children():
        with contextlib.suppress(psutil.Error):  # one that has just ended
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process.pid)
    return found


@pytest.mark.enable_socket
def test_one_killed_worker_of_two_is_replaced_and_keys_hold_in_both(served: Callable[..., Served]) -> None:
    desk = served("--workers", "2")
    workers = workers_of(desk)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    statuses = []
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            statuses.append(httpx2.get(f"{desk.url}/v1/packs", headers=desk.head("ask"), timeout=10).status_code)
        except httpx2.HTTPError:  # the connection that the dead worker held
            statuses.append(0)
        alive = workers_of(desk)
        if len(alive) == 2 and workers[0] not in alive and statuses[-5:] == [200] * 5:
            break
        time.sleep(0.1)
    assert statuses[-5:] == [200] * 5
    desk.run("keys", "revoke", "ask")
    told = {httpx2.get(f"{desk.url}/v1/packs", headers=desk.head("ask")).status_code for _ in range(8)}
    assert told == {401}


@pytest.mark.enable_socket
def test_a_rebuilt_index_takes_over_without_a_failed_question_and_passages_keep_their_ids(
    tmp_path: Path, two_manuals: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    pack = shutil.copytree(SAMPLE, tmp_path / "sample")
    index.build([pack], folder, embedder)
    desk = Served(home(tmp_path / "home", folder), "--rate", "10000", "--burst", "10000")
    try:
        with httpx2.Client(base_url=desk.url, headers=desk.head("ask")) as client:
            before = client.get("/v1/packs").json()["build"]
            id_ = client.get("/v1/search", params={"q": "bonnet"}).json()["passages"][0]["id"]
            chapter = min((pack / "manual").glob("*.md"))
            chapter.write_text("# Welcome\n\n## Folding the picnic table\n\nPull its lever.\n\n" + chapter.read_text())
            index.build([pack], folder, embedder)
            statuses, ends = set(), time.monotonic() + 30
            while client.get("/v1/packs").json()["build"] == before and time.monotonic() < ends:
                statuses.add(client.post("/v1/ask", json=ASK).status_code)
                time.sleep(0.02)
            told = client.post("/v1/ask", json={"question": "How do I fold the picnic table?"}).json()
            assert client.get(f"/v1/passages/{id_}").status_code == 200
        assert statuses <= {200}
        assert "lever" in told["answer"]
    finally:
        desk.stop()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


# --- the command line -------------------------------------------------------------------------------------


@pytest.fixture
def run(two_manuals_at_home: dict[str, str]) -> Callable[..., Result]:
    """One `cabin support` command."""
    return lambda *words: CliRunner().invoke(support, words, env=two_manuals_at_home)


def test_the_command_line_asks_searches_and_lists_gaps(run: Callable[..., Result]) -> None:
    told = json.loads(run("ask", "How do I open the bonnet?", "--pack", "sample", "--json").stdout)
    assert (told["outcome"], told["vehicle"]["pack"]) == ("answer", "sample")
    found = run("search", "tyre pressure", "--pack", "sample", "--limit", "2", "--json").stdout
    assert len(found.splitlines()) == 2
    run("ask", "Who won the football match?", "--pack", "sample")
    assert "football" in run("gaps").stdout


def test_a_key_is_printed_once_and_listed_without_its_secret(run: Callable[..., Result]) -> None:
    secret = run("keys", "add", "anna", "--scope", "ask").stdout.strip()
    assert secret.startswith("cabin_")
    listed = run("keys", "list").output
    assert "anna" in listed
    assert secret.rpartition("_")[2] not in listed
    run("keys", "revoke", "anna")
    assert "revoked" in run("keys", "list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--host", "0.0.0.0"), "without a key"),
        (("serve", "--tls-cert", "nothing.pem"), "both a certificate and its key"),
        (("serve", "--tls-cert", "a.pem", "--tls-key", "b.pem"), "no such file"),
        (("ask", "horn", "--pack", "none"), "no manual named"),
        (("ask", "horn", "--vin", "12"), "17 letters"),
        (("search", "horn", "--chroma-url", "nonsense"), "not the address"),
        (("keys", "revoke", "nobody"), "keys list"),
        (("keys", "add", "a/b", "--scope", "ask"), "no name for a key"),
        (("keys", "add", "a", "--scope", "root"), "Invalid value"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run: Callable[..., Result], words: tuple[str, ...], said: str) -> None:
    told = run(*words)
    assert isinstance(told.exception, CabinError | SystemExit)
    assert said in f"{told.exception} {told.output}"
