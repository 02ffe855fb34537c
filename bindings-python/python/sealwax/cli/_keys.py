"""Keys on the command line: `--key SPEC`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Optional, Union

import sealwax

from . import _key_file
from ._exits import NoKeyError
from ._table import VARIABLE
from ._text import UsageError, utf8

DEFAULT_ID = "default"
_SECRET_LENS = (43, 44, 64)

Maker = Callable[[str, Optional[str]], sealwax.Provider]


def from_environment() -> list[str]:
    """The specs of `SEALWAX_KEY`."""
    lines = os.environ.get(VARIABLE, "").splitlines()
    return [line.strip() for line in lines if line.strip()]


def standard_inputs(specs: list[str]) -> int:
    """How many of the keys come from the standard input."""
    return sum(_parts(spec)[:2] == ("file", "-") for spec in specs)


def load(spec: str, option: str) -> sealwax.Provider:
    """The key that a spec names."""
    _refuse_secret(spec, option)
    scheme, place, key_id = _parts(spec)
    try:
        return SCHEMES[scheme](place, key_id and utf8(key_id, "the id"))
    except (UsageError, ModuleNotFoundError) as error:
        raise UsageError(f"{option} {spec}: {error}") from error
    except NoKeyError as error:
        raise NoKeyError(f"{option} {spec}: {error}") from error
    except OSError:
        raise  # it names the file
    except Exception as error:  # what the SDK of a KMS raises where it lacks something
        kind = "" if isinstance(error, sealwax.SealwaxError) else f"{type(error).__name__}: "
        raise NoKeyError(f"{option} {spec}: {kind}{error}") from error


def _parts(spec: str) -> tuple[str, str, Optional[str]]:
    """Scheme, place and key id."""
    place, _, key_id = spec.partition("#")
    scheme, colon, rest = place.partition(":")
    if colon and scheme in SCHEMES:
        return scheme, rest, key_id or None
    return "file", place, key_id or None


def _refuse_secret(spec: str, option: str) -> None:
    """Who gives the key itself has it in the list of processes; it need not get any further."""
    secret = len(spec) in _SECRET_LENS and all(char.isalnum() or char in "+/-_=" for char in spec)
    if secret and not os.path.lexists(spec):
        raise UsageError(f"{option} takes the place of a key, not the key: put it into a file")


def _file(place: str, key_id: Optional[str]) -> sealwax.Provider:
    if not place:
        raise UsageError("the name of the key file is missing")
    return _local(_key_file.content(os.path.expanduser(place)), key_id)


def _env(name: str, key_id: Optional[str]) -> sealwax.Provider:
    value = os.environb.get(os.fsencode(name))
    if value is None:
        raise UsageError(f"the environment variable {name} is not set")
    return _local(value, key_id)


def _local(content: Union[bytes, bytearray], key_id: Optional[str]) -> sealwax.Provider:
    return sealwax.LocalKey.from_file_content(content, key_id or DEFAULT_ID)


def _named_by_its_kms(name: str) -> Maker:
    """Of a class of `sealwax.kms` that takes what its KMS calls the key."""

    def made(place: str, key_id: Optional[str]) -> sealwax.Provider:
        if key_id is not None:
            raise UsageError(f"{place} is the key's id: leave #{key_id} out")
        return _class(name)(place)

    return made


def _class(name: str) -> Callable[..., sealwax.Provider]:
    """A class of `sealwax.kms`, imported when it is needed."""
    from sealwax import kms

    return getattr(kms, name)  # type: ignore[no-any-return]


def _vault(name: str, key_id: Optional[str]) -> sealwax.Provider:
    mount, _, key = name.rpartition("/")
    return _class("VaultTransit")(key, mount_point=mount or "transit", key_id=key_id)


def _pkcs11(uri: str, key_id: Optional[str]) -> sealwax.Provider:
    """As RFC 7512 writes it; a PIN in the URI would be in the list of processes."""
    path, _, query = uri.partition("?")
    attributes, options = _attributes(path.split(";")), _attributes(query.split("&"))
    token, label = attributes.get("token"), attributes.get("object")
    if not (token and label):
        raise UsageError("a PKCS #11 key is pkcs11:token=TOKEN;object=LABEL")
    module = options.get("module-path")
    return _class("Pkcs11")(token, label, pin=_pin(options), module=module, key_id=key_id)


def _attributes(parts: list[str]) -> dict[str, str]:
    from urllib.parse import unquote

    pairs = (part.partition("=") for part in parts)
    return {name: unquote(value) for name, _, value in pairs}


def _pin(options: dict[str, str]) -> str:
    source = options.get("pin-source")
    if source is not None:
        path = os.path.expanduser(source.removeprefix("file:"))
        return _key_file.content(path).decode("utf-8").rstrip("\r\n")
    try:
        return os.environ["PKCS11_PIN"]
    except KeyError:
        raise UsageError("the PIN comes from PKCS11_PIN or from ?pin-source=FILE") from None


def _rsa(place: str, key_id: Optional[str]) -> sealwax.Provider:
    from sealwax.kms import RsaOaepPublicKey

    pem = bytes(_key_file.content(os.path.expanduser(place), is_secret=_is_private))
    make = RsaOaepPublicKey.from_private_key if _is_private(pem) else RsaOaepPublicKey
    return make(pem, key_id=key_id)


def _is_private(pem: Union[bytes, bytearray]) -> bool:
    return b"PRIVATE KEY-----" in pem


SCHEMES: dict[str, Maker] = {
    "file": _file,
    "env": _env,
    "aws": _named_by_its_kms("AwsKms"),
    "gcp": _named_by_its_kms("GcpKms"),
    "azure": _named_by_its_kms("AzureKeyVault"),
    "vault": _vault,
    "pkcs11": _pkcs11,
    "rsa": _rsa,
}
"""What stands before the colon of a spec, and who makes the provider of the rest and the id."""
