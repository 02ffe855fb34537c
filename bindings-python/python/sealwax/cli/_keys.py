"""Keys on the command line: `--key SPEC`, `SEALWAX_KEY`, or the rules of `sealwax.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Optional

import sealwax

from .._sealwax import PUBLIC_KEY_PREFIX, key_from_content
from ..config import _find
from ..config._errors import KeyLoadError, KeyReferenceError
from ..config._references import KeyReference, is_secret, reason
from ..config._schemes import SCHEMES
from . import _key_file, _streams
from ._exits import NoKeyError, RefusedError
from ._say import voice
from ._table import VARIABLE
from ._text import UsageError, utf8

if TYPE_CHECKING:
    from ..config import Config

_NAMED = "config:"


def configuration() -> Optional[Config]:
    """The configuration of `sealwax.toml`, if there is one."""
    path = _find.find()
    if path is None:
        return None
    from ..config import Config

    return Config.load(path)


def from_environment() -> list[str]:
    """The specs of `SEALWAX_KEY`."""
    lines = os.environ.get(VARIABLE, "").splitlines()
    return [line.strip() for line in lines if line.strip()]


def standard_inputs(specs: list[str]) -> int:
    """How many of the keys come from the standard input."""
    return sum(spec.partition("#")[0].removeprefix("file:") == "-" for spec in specs)


def load(spec: str, option: str, config: Optional[Config]) -> sealwax.Provider:
    """Loads the key that a spec names."""
    if is_secret(spec):
        # The list of processes already shows it. The message must not show it as well.
        raise UsageError(f"{option} takes a reference, not the key itself: use a file")
    try:
        if spec.startswith(_NAMED):
            return _named(config, spec[len(_NAMED) :])
        return _loaded(_reference(spec))
    except (KeyReferenceError, UsageError, ModuleNotFoundError) as error:
        raise UsageError(f"{option} {spec}: {error}") from error
    except KeyLoadError as error:
        raise _lacking(error, f"{option} {spec}") from error
    except NoKeyError as error:
        raise NoKeyError(f"{option} {spec}: {error}") from error


def recipient(spec: str, option: str, config: Optional[Config]) -> sealwax.HpkeRecipient:
    """Loads the public key that a spec names; of a key pair, the public half."""
    try:
        key = load(spec, option, config)
    except NoKeyError as error:
        raise NoKeyError(f"{error}; a public key begins with {PUBLIC_KEY_PREFIX}") from error
    if isinstance(key, sealwax.HpkeIdentity):
        return key.recipient
    if not isinstance(key, sealwax.HpkeRecipient):
        raise UsageError(f"{option} {spec}: this is neither a public key nor a key pair")
    return key


def as_reference(spec: str) -> str:
    """The same as a reference that other processes can load."""
    if spec.startswith(_NAMED):
        return spec
    reference = _reference(spec)
    if reference.scheme == "file" and _streams.is_stream(reference.place):
        raise UsageError("other processes cannot read a key from the standard input")
    return str(reference.below(os.getcwd()))


def _named(config: Optional[Config], name: str) -> sealwax.Provider:
    if config is None:
        raise UsageError(f"there is no {_find.NAME} from the working folder upwards")
    return config.key(name)


def _reference(spec: str) -> KeyReference:
    """Parses a spec. Without a scheme it is a public key or a file; the id is always UTF-8."""
    place, _, key_id = spec.partition("#")
    scheme, colon, rest = place.partition(":")
    if place.startswith(PUBLIC_KEY_PREFIX):
        scheme, rest = "hpke", place
    elif not colon or scheme not in SCHEMES:
        scheme, rest = "file", place
    return KeyReference(scheme, rest, utf8(key_id, "the id") if key_id else None).checked()


def _loaded(reference: KeyReference) -> sealwax.Provider:
    if reference.scheme != "file" or not _streams.is_stream(reference.place):
        return reference.load(voice.warn)
    content = _key_file.content(reference.place)
    try:
        return key_from_content(content, reference.key_id)
    except sealwax.SealwaxError as error:
        raise NoKeyError(str(error)) from error


def _lacking(error: KeyLoadError, where: str) -> Exception:
    """The error for a key that could not be loaded; a system error already names the file."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause
    lacking = UsageError if isinstance(cause, sealwax.UnsetVariableError) else NoKeyError
    return lacking(f"{where}: {reason(cause or error)}")


def context(config: Optional[Config], name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The pairs of `--context`, and those that the rule of an object adds."""
    if config is None or _streams.is_stream(name):
        return dict(given)
    required = config.context_for(name)
    for key, value in required.items():
        if given.get(key, value) != value:
            raise RefusedError(f"--context {key}={given[key]}: {config.path} says {key}={value}")
    return {**required, **given}


class KeyChoice:
    """The keys of an option, which may depend on the object."""

    def __init__(self, keys: Sequence[sealwax.Provider]) -> None:
        self._keys = list(keys)

    def of(self, name: str) -> list[sealwax.Provider]:
        """The keys for the object with this name."""
        return self._keys

    def and_also(self, more: Sequence[sealwax.Provider]) -> KeyChoice:
        """These keys and more, which were named beside them."""
        return KeyChoice([*self._keys, *more]) if more else self


class RuledKeys(KeyChoice):
    """The keys that the rules of a configuration choose for an object."""

    def __init__(self, config: Config, option: str) -> None:
        super().__init__([])
        self._config, self._option = config, option

    def of(self, name: str) -> list[sealwax.Provider]:
        if _streams.is_stream(name):
            raise UsageError(f"{self._option} is missing: the rules of sealwax.toml are for files")
        try:
            return self._config.keys_for(name)
        except KeyLoadError as error:
            raise _lacking(error, str(self._config.path)) from error
