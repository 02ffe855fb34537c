"""Keys on the command line: `--key SPEC`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional
from urllib.parse import unquote

import click

import sealwax
from sealwax import kms

KEY_HELP = (
    "A key: a key file, or env:NAME, aws:ARN, gcp:NAME, azure:ID, vault:NAME, pkcs11:URI or rsa:PEMFILE; "
    "with #ID behind it if it has another id than its own, which of files and variables is 'default'."
)

DEFAULT_ID = "default"

Maker = Callable[[str, Optional[str]], sealwax.Provider]


def _file(place: str, key_id: Optional[str]) -> sealwax.Provider:
    return sealwax.LocalKey.from_file(place, key_id or DEFAULT_ID)


def _env(name: str, key_id: Optional[str]) -> sealwax.Provider:
    try:
        return sealwax.LocalKey.from_env(name, key_id or DEFAULT_ID)
    except KeyError:
        raise click.BadParameter(f"the environment variable {name} is not set") from None


def _named_by_its_kms(make: Callable[[str], sealwax.Provider]) -> Maker:
    def made(name: str, key_id: Optional[str]) -> sealwax.Provider:
        if key_id is not None:
            raise click.BadParameter(f"{name} is the key's id: leave #{key_id} out")
        return make(name)

    return made


def _vault(name: str, key_id: Optional[str]) -> sealwax.Provider:
    mount, _, key = name.rpartition("/")
    return kms.VaultTransit(key, mount_point=mount or "transit", key_id=key_id)


def _pkcs11(uri: str, key_id: Optional[str]) -> sealwax.Provider:
    """As RFC 7512 writes it; a PIN in the URI would be in the list of processes."""
    path, _, query = uri.partition("?")
    attributes, options = _attributes(path.split(";")), _attributes(query.split("&"))
    token, label = attributes.get("token"), attributes.get("object")
    if not (token and label):
        raise click.BadParameter("a PKCS #11 key is pkcs11:token=TOKEN;object=LABEL")
    module = options.get("module-path")
    return kms.Pkcs11(token, label, pin=_pin(options), module=module, key_id=key_id)


def _attributes(parts: list[str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in parts)
    return {name: unquote(value) for name, _, value in pairs}


def _pin(options: dict[str, str]) -> str:
    source = options.get("pin-source")
    if source is not None:
        return Path(source.removeprefix("file:")).read_text().rstrip("\r\n")
    try:
        return os.environ["PKCS11_PIN"]
    except KeyError:
        raise click.BadParameter("the PIN comes from PKCS11_PIN or from ?pin-source=FILE") from None


def _rsa(place: str, key_id: Optional[str]) -> sealwax.Provider:
    pem = Path(place).read_bytes()
    if b"PRIVATE KEY-----" in pem:
        return kms.RsaOaepPublicKey.from_private_key(pem, key_id=key_id)
    return kms.RsaOaepPublicKey(pem, key_id=key_id)


SCHEMES: dict[str, Maker] = {
    "file": _file,
    "env": _env,
    "aws": _named_by_its_kms(lambda arn: kms.AwsKms(arn)),
    "gcp": _named_by_its_kms(lambda name: kms.GcpKms(name)),
    "azure": _named_by_its_kms(lambda url: kms.AzureKeyVault(url)),
    "vault": _vault,
    "pkcs11": _pkcs11,
    "rsa": _rsa,
}
"""What stands before the colon of a spec, and who makes the provider of the rest and the id."""


class KeyType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Reads a spec and loads the key."""

    name = "key"

    def convert(self, value: Any, param: Any, ctx: Any) -> sealwax.Provider:
        """The provider that the spec names."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        place, _, key_id = value.partition("#")
        scheme, colon, rest = place.partition(":")
        make = SCHEMES.get(scheme) if colon else None
        if make is None:
            make, rest = _file, place
        try:
            return make(rest, key_id or None)
        except (ModuleNotFoundError, kms.KmsError) as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[Any]:
        """Key files are completed like any files."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class PairType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Reads `NAME=VALUE`."""

    name = "name=value"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """The pair."""
        name, equals, text = value.partition("=")
        if not (equals and name):
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return name, text
