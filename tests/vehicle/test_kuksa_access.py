"""Who may do what at the broker: TLS, tokens and their scopes, and the voice process's token in particular."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import VehicleError
from assistant.vehicle.kuksa_access import Access, NoAccess, Rights, matches, token
from assistant.vehicle.kuksa_keys import Keys, critical, make
from assistant.vehicle.kuksa_server import Certificate
from policies.catalogue import Catalogue
from policies.rules import RuleTable
from tests.vehicle.brokers import Remote, Served, cabin_at

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TRACTION = "Vehicle.ADAS.TCS.IsEnabled"
CLEAR = "Vehicle.Diagnostics.IsClearRequested"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    catalogue = Catalogue.load()
    return make(tmp_path_factory.mktemp("keys"), catalogue, critical(catalogue, RuleTable.load()))


@pytest.fixture(scope="module")
def served(keys: Keys) -> Iterator[Served]:
    certificate = Certificate(keys.certificate.read_bytes(), keys.tls_key.read_bytes())
    served = Served(certificate=certificate, access=Access(keys.jwt_public_key.read_bytes()))
    yield served
    served.kill()


def signed(keys: Keys, scopes: list[str], seconds: float = 60) -> str:
    return token(keys.jwt_key.read_bytes(), scopes, "test", seconds)


@pytest.fixture
def opened(served: Served, keys: Keys) -> Iterator[Remote]:
    with cabin_at(served, broker={"token": signed(keys, ["actuate"]), "root_certificate": keys.certificate}) as remote:
        yield remote


def test_with_certificate_and_token_everything_works(opened: Remote) -> None:
    assert opened.apply({WINDOW: 30}) == {WINDOW: 30}


def test_the_voice_process_may_set_the_temperature_and_nothing_critical(served: Served, keys: Keys) -> None:
    voice = keys.token("voice").read_text()
    with cabin_at(served, broker={"token": voice, "root_certificate": keys.certificate}) as remote:
        assert remote.apply({TEMPERATURE: 20.5}) == {TEMPERATURE: 20.5}
        before = served.databroker.actuations
        for path, value in ((TRACTION, False), (CLEAR, True)):
            with pytest.raises(VehicleError, match="does not actuate") as caught:
                remote.apply({path: value})
            assert caught.value.code == "not_permitted"
        with pytest.raises(VehicleError):
            remote.apply({TEMPERATURE: 25.0, TRACTION: False})
        assert remote.get(TEMPERATURE) == 20.5
        assert served.databroker.actuations == before


def test_everything_critical_is_held_back_from_the_voice_process(keys: Keys) -> None:
    catalogue = Catalogue.load()
    rights = Access(keys.jwt_public_key.read_bytes()).rights(f"Bearer {keys.token('voice').read_text()}")
    held_back = critical(catalogue, RuleTable.load())
    assert {TRACTION, CLEAR} <= held_back
    actuators = {path for path, signal in catalogue.items() if signal.kind == "actuator"}
    assert {path for path in actuators if not rights.may("actuate", path)} == held_back
    assert all(rights.may("read", path) for path in catalogue)


@pytest.mark.parametrize("flaw", ["missing", "expired", "forged", "for another audience"])
def test_a_token_that_is_not_valid_reads_nothing_and_the_problem_is_named(
    served: Served, keys: Keys, tmp_path: Path, flaw: str
) -> None:
    import jwt

    bad = {
        "missing": "",
        "expired": signed(keys, ["actuate"], seconds=-10),
        "forged": signed(make(tmp_path, Catalogue.load(), ()), ["actuate"]),
        "for another audience": jwt.encode(
            {"aud": ["other"], "exp": 4e9, "scope": "actuate"}, keys.jwt_key.read_bytes(), "RS256"
        ),
    }[flaw]
    with cabin_at(served, wait_s=0.5, broker={"token": bad, "root_certificate": keys.certificate}) as remote:
        assert not remote.car.state().readings
        with pytest.raises(VehicleError, match="does not accept the token"):
            remote.apply({WINDOW: 10})


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(keys: Keys) -> None:
    import base64
    import hashlib
    import hmac
    import json

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"aud": ["kuksa.val"], "exp": 4_000_000_000, "scope": "actuate"}
    body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.new(keys.jwt_public_key.read_bytes(), body.encode(), hashlib.sha256).digest()
    forged = f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(NoAccess):
        Access(keys.jwt_public_key.read_bytes()).rights(f"Bearer {forged}")


def test_a_broker_that_cannot_show_who_it_is_is_not_believed(served: Served, keys: Keys, tmp_path: Path) -> None:
    stranger = make(tmp_path, Catalogue.load(), ())
    wrong = {"token": signed(keys, ["actuate"]), "root_certificate": stranger.certificate}
    with cabin_at(served, wait_s=0.5, broker=wrong) as remote:
        assert not remote.car.link.up and not remote.car.state().readings


def test_a_token_that_reads_one_branch_sees_that_branch_alone(served: Served, keys: Keys) -> None:
    some = {"token": signed(keys, ["read:Vehicle.Cabin.HVAC"]), "root_certificate": keys.certificate}
    with cabin_at(served, broker=some) as remote:
        seen = remote.car.state().readings
        assert seen and all(path.startswith("Vehicle.Cabin.HVAC.") for path in seen)


def test_rights_end_with_their_token() -> None:
    assert not Rights((("actuate", ""),), until=1.0).may("read", WINDOW)


@pytest.mark.parametrize("secret", ["server.key", "tokens.key", "voice.token"])
def test_what_is_secret_is_readable_by_its_owner_alone(keys: Keys, secret: str) -> None:
    assert (keys.folder / secret).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("", WINDOW, True),
        ("Vehicle.Cabin", WINDOW, True),
        ("Vehicle.Cab", WINDOW, False),
        (WINDOW, WINDOW, True),
        ("Vehicle.Cabin.*", WINDOW, False),
        ("Vehicle.Cabin.*", "Vehicle.Cabin.IsWindowChildLockEngaged", True),
        ("Vehicle.Cabin.**", WINDOW, True),
        ("Vehicle.Cabin.Door.*.*.Window.Position", WINDOW, True),
        ("Vehicle.Cabin.Door.*.Window.Position", WINDOW, False),
        ("**.Position", WINDOW, True),
        ("**.Door", WINDOW, False),
        ("Door", WINDOW, False),
    ],
)
def test_wildcards_mean_what_the_databroker_says_they_mean(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits
