"""The schemes of key references, with the function that makes the provider of each."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import NamedTuple, Optional

from .. import _host
from .._convert_errors import about
from .._provider import Provider
from .._sealwax import HpkeRecipient, key_from_env, key_from_file
from ._errors import KeyReferenceError

Warn = Callable[[str], object]


class Place(NamedTuple):
    """The part of a reference after the colon."""

    text: str
    key_id: Optional[str]
    warn: Warn

    @property
    def path(self) -> str:
        """The file that the reference names."""
        return os.path.expanduser(self.text)


class Scheme(NamedTuple):
    """A scheme of references."""

    make: Callable[[Place], Provider]
    is_file: bool = False
    names_itself: bool = False
    """Whether the place is the key's id, so that the reference cannot set one."""


def _file(place: Place) -> Provider:
    key = key_from_file(place.path, place.key_id)
    if not isinstance(key, HpkeRecipient):
        _warn_if_exposed(place.path, place.warn)
    return key


def _env(place: Place) -> Provider:
    return key_from_env(place.text, place.key_id)


def _hpke(place: Place) -> Provider:
    return HpkeRecipient(place.text, place.key_id)


def _aws(place: Place) -> Provider:
    from ..kms import AwsKms

    return AwsKms(place.text)


def _gcp(place: Place) -> Provider:
    from ..kms import GcpKms

    return GcpKms(place.text)


def _azure(place: Place) -> Provider:
    from ..kms import AzureKeyVault

    return AzureKeyVault(place.text)


def _vault(place: Place) -> Provider:
    from ..kms import VaultTransit

    mount, _, name = place.text.rpartition("/")
    return VaultTransit(name, mount_point=mount or "transit", key_id=place.key_id)


def _pkcs11(place: Place) -> Provider:
    """Parses a URI of RFC 7512."""
    from ..kms import Pkcs11

    path, _, query = place.text.partition("?")
    attributes, options = _attributes(path, ";"), _attributes(query, "&")
    token, label = attributes.get("token"), attributes.get("object")
    if not (token and label):
        raise KeyReferenceError("a PKCS #11 key is pkcs11:token=TOKEN;object=LABEL")
    module, pin = options.get("module-path"), _pin(options)
    return Pkcs11(token, label, pin=pin, module=module, key_id=place.key_id)


def _attributes(text: str, separator: str) -> dict[str, str]:
    from urllib.parse import unquote

    pairs = (part.partition("=") for part in text.split(separator))
    return {name: unquote(value) for name, _, value in pairs}


def _pin(options: dict[str, str]) -> str:
    source = options.get("pin-source")
    if source is not None:
        return _content(os.path.expanduser(source.removeprefix("file:"))).decode().rstrip("\r\n")
    try:
        return os.environ["PKCS11_PIN"]
    except KeyError:
        raise KeyReferenceError("the PIN comes from PKCS11_PIN or from ?pin-source=FILE") from None


def _rsa(place: Place) -> Provider:
    from ..kms import RsaOaepPublicKey

    pem = _content(place.path)
    if b"PRIVATE KEY-----" not in pem:
        return RsaOaepPublicKey(pem, key_id=place.key_id)
    _warn_if_exposed(place.path, place.warn)
    return RsaOaepPublicKey.from_private_key(pem, key_id=place.key_id)


def _content(path: str) -> bytes:
    with about(path):
        content, length = _host.key_file_content(path)
    return bytes(content[:length])


def _warn_if_exposed(path: str, warn: Warn) -> None:
    mode = os.stat(path).st_mode
    if stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        warn(f"{path}: others can read this key; chmod 600 restricts it to you")


SCHEMES: dict[str, Scheme] = {
    "file": Scheme(_file, is_file=True),
    "env": Scheme(_env),
    "aws": Scheme(_aws, names_itself=True),
    "gcp": Scheme(_gcp, names_itself=True),
    "azure": Scheme(_azure, names_itself=True),
    "vault": Scheme(_vault),
    "pkcs11": Scheme(_pkcs11),
    "rsa": Scheme(_rsa, is_file=True),
    "hpke": Scheme(_hpke),
}
"""The part of a reference before the colon."""
