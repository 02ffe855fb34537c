"""Errors of a configuration, or of a key that it names."""

from __future__ import annotations

from .._errors import InvalidArgumentError, ProviderError
from .._public import belong


class ConfigError(InvalidArgumentError):
    """`sealwax.toml` is invalid; the text names the file, the table and the reason."""


class KeyReferenceError(InvalidArgumentError):
    """The text is not a reference to a key. The error never repeats it, because it may be a key."""


class KeyLoadError(ProviderError):
    """The key that a reference names could not be loaded; `__cause__` says why.

    It is never a `FileNotFoundError`: a missing key file is not a missing object.
    """


belong("sealwax.config", ConfigError, KeyLoadError, KeyReferenceError)
