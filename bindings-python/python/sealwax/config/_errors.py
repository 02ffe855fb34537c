"""What is wrong with a configuration, or with a key that it names."""

from __future__ import annotations

from .._errors import InvalidArgumentError, ProviderError


class ConfigError(InvalidArgumentError):
    """`sealwax.toml` says something that cannot be; the text names the file, the table and why."""


class KeyReferenceError(InvalidArgumentError):
    """This is not a reference to a key. The text never repeats what was given: it may be a key."""


class KeyLoadError(ProviderError):
    """The key that a reference names could not be had; `__cause__` says why.

    It is never a `FileNotFoundError`: a key file that is missing is not a missing object.
    """
