"""Certificates and keys in PEM. Loaded by whoever needs them, not by every start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from callcard.config.acme.kept import forget_state, read_state, write
from callcard.config.acme.wish import Wish


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class Seen:
    """What browsers look at in a certificate."""

    names: frozenset[str]
    begins: datetime
    ends: datetime
    serial: int
    is_own: bool  # signed by nobody but itself
    first_pem: bytes


def look_at(path: Path) -> Seen | None:
    """The first certificate of the file; None when there is none that can be read."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())[0]
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    return Seen(
        frozenset(names.get_values_for_type(x509.DNSName)),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        found.serial_number,
        found.issuer == found.subject,
        found.public_bytes(Encoding.PEM),
    )


def write_own(wish: Wish) -> None:
    """One signed by itself, where there is none that can be served: the door opens, and browsers warn."""
    wish.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if look_at(wish.certificate) is not None:
        return
    if not read_state(wish).failures:  # it was got once, and is gone: there is nothing to wait for
        forget_state(wish)
    key = new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Callcard, until there is a certificate")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in wish.names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    write(wish.certificate, pem_of(key) + signed.public_bytes(Encoding.PEM))
