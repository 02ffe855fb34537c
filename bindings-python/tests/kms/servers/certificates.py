"""A short-lived certificate authority, and servers' certificates, good and bad."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path
from typing import Any, Optional

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)


class Authority:
    """Issues certificates; `file` is what clients are told to trust."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test Authority")
        usage = x509.BasicConstraints(ca=True, path_length=None)
        self._certificate = _sign(self._name, self._name, self._key, self._key, [usage])
        self.file = directory / "authority.pem"
        self.file.write_bytes(_pem(self._certificate))

    def context(self, kind: str = "good") -> ssl.SSLContext:
        """What a server of that kind presents.

        `good`, `expired`, `wrong_host`, `self_signed`, or `tls11` (good, but TLS 1.1 only).
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(kind))
        if kind == "tls11":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def issue(self, kind: str = "good") -> Path:
        """A file with a private key and a certificate."""
        path = self._directory / f"{kind}.pem"
        if not path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            path.write_bytes(_private(key) + _pem(self._certify(kind, key)))
        return path

    def _certify(self, kind: str, key: Any) -> x509.Certificate:
        if kind == "wrong_host":
            names = x509.SubjectAlternativeName([x509.DNSName("kms.example.org")])
        else:
            loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            names = x509.SubjectAlternativeName([x509.DNSName("localhost"), loopback])
        subject = _name("A server")
        if kind == "self_signed":
            return _sign(subject, subject, key, key, [names])
        if kind == "client":
            uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
            return _sign(_name("A client"), self._name, key, self._key, [uses])
        end = -_DAY if kind == "expired" else None
        return _sign(subject, self._name, key, self._key, [names], end)


def _sign(
    subject: x509.Name,
    issuer: x509.Name,
    key: Any,
    signer: Any,
    extensions: list[Any],
    end: Optional[datetime.timedelta] = None,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - 2 * _DAY,
        not_valid_after=now + (end or _DAY),
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: Any) -> bytes:
    encoded: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return encoded
