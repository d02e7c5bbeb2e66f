"""What a broker and its clients need to trust each other, made on the spot: a certificate, a signing key, tokens.

For a bench or a demonstration; a car's own come from its maker. The token for the voice process may read everything and
actuate everything but what is critical: what the gate would let through only by touch, no stolen token can do.
"""

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.errors import StorageError
from assistant.vehicle.kuksa_access import matches, token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from policies.catalogue import Catalogue
    from policies.rule import Entry

GOOD_FOR = timedelta(days=365)
BITS = 2048
INSTANCES = {"Row1", "Row2", "Left", "Right", "Driver", "Passenger", "DriverSide", "PassengerSide", "Front", "Rear"}
"""Steps of a path that tell one of several alike."""


@dataclass(frozen=True)
class Keys:
    """Files in one folder. The private ones (``tls_key``, ``jwt_key``, tokens) are readable by their owner only."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The server's certificate, and the root that its clients trust."""
        return self.folder / "server.pem"

    @property
    def tls_key(self) -> Path:
        return self.folder / "server.key"

    @property
    def jwt_key(self) -> Path:
        """Signs tokens; the server does not need it."""
        return self.folder / "tokens.key"

    @property
    def jwt_public_key(self) -> Path:
        return self.folder / "tokens.pub"

    def token(self, name: Literal["voice", "touch"]) -> Path:
        """``voice``: all but the critical actuators. ``touch``: all of them, for the process with the screen."""
        return self.folder / f"{name}.token"

    def there(self) -> bool:
        return all(path.is_file() for path in (self.certificate, self.tls_key, self.jwt_public_key))


def critical(catalogue: "Catalogue", rules: "Mapping[str, Entry]") -> set[str]:
    """The actuators of which the rule table lets something through only by touch or eye, or nothing at all."""
    from policies.rule import Class

    def harmless(path: str) -> bool:
        entry = rules.get(path)
        classes = {rule.cls for rule in entry.rules} if entry else set()
        return bool(classes - {Class.FORBIDDEN}) and Class.CRITICAL not in classes

    return {path for path, signal in catalogue.items() if signal.kind == "actuator" and not harmless(path)}


def voice_scopes(catalogue: "Catalogue", held_back: Collection[str]) -> list[str]:
    """Read everything; actuate each actuator that is not ``held_back``.

    Rows, seats and sides become ``*`` where all of them are granted: a token travels with every call, and servers take
    headers of 8 kB.
    """
    granted = {path for path, signal in catalogue.items() if signal.kind == "actuator" and path not in held_back}
    scopes: dict[str, None] = {"read": None}
    for path in sorted(granted):
        pattern = ".".join("*" if step in INSTANCES else step for step in path.split("."))
        whole = all(other in granted for other in catalogue if matches(pattern, other))
        scopes[f"actuate:{pattern if whole else path}"] = None
    return list(scopes)


def make(folder: Path, catalogue: "Catalogue", held_back: Collection[str], host: str = "127.0.0.1") -> Keys:
    """Make what is not there yet. Raises StorageError when ``folder`` cannot be written."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    keys = Keys(folder)
    if keys.there():
        return keys
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tls, jwt = _rsa(), _rsa()
        _write(keys.tls_key, _pem(tls))
        keys.certificate.write_bytes(_certificate(tls, host))
        signing = _pem(jwt)
        _write(keys.jwt_key, signing)
        public = jwt.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        keys.jwt_public_key.write_bytes(public)
        seconds = GOOD_FOR.total_seconds()
        _write(keys.token("voice"), token(signing, voice_scopes(catalogue, held_back), "voice", seconds).encode())
        _write(keys.token("touch"), token(signing, ["actuate"], "touch", seconds).encode())
    except OSError as error:
        raise StorageError(f"{folder}: keys cannot be written: {error.strerror}. Name another folder.") from error
    return keys


def _rsa() -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def _pem(key: "RSAPrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _certificate(key: "RSAPrivateKey", host: str) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cabin simulated vehicle")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    for each in dict.fromkeys(["127.0.0.1", "::1", host]):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(each)))
        except ValueError:
            names.append(x509.DNSName(each))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)
