"""References to keys, which say where a key is and never hold it."""

from __future__ import annotations

import os
from typing import NamedTuple, Optional

from .._errors import SealwaxError
from .._provider import Provider
from .._public import belong
from .._sealwax import SECRET_KEY_PREFIX
from ._errors import KeyLoadError, KeyReferenceError
from ._schemes import SCHEMES, Place, Warn

_SECRET_LENS = (43, 44, 64)


class KeyReference(NamedTuple):
    """The location of a key: `vault:orders`, `file:backup.key#2026`, `aws:arn:...`.

    It can be stored, shown and pickled. `load` makes the provider, in the process that needs it.

    >>> reference = KeyReference.parse("file:backup.key#2026")
    >>> reference.scheme, reference.place, reference.key_id
    ('file', 'backup.key', '2026')
    >>> str(reference)
    'file:backup.key#2026'
    """

    scheme: str
    place: str
    key_id: Optional[str] = None

    @classmethod
    def parse(cls, text: str) -> KeyReference:
        """Parses a reference."""
        place, _, key_id = text.partition("#")
        scheme, colon, rest = place.partition(":")
        if not colon or scheme not in SCHEMES:
            known = ", ".join(f"{name}:" for name in SCHEMES)
            raise KeyReferenceError(f"a reference to a key begins with one of {known}")
        if SCHEMES[scheme].is_file and rest == "-":
            raise KeyReferenceError("only the command line reads a key from the standard input")
        return cls(scheme, rest, key_id or None).checked()

    def checked(self) -> KeyReference:
        """The same reference; raises if it is invalid."""
        if not self.place:
            what = "key file" if self.scheme == "file" else "key"
            raise KeyReferenceError(f"the name of the {what} is missing")
        if self.key_id is not None and SCHEMES[self.scheme].names_itself:
            raise KeyReferenceError(f"{self.place} is the key's id: leave #{self.key_id} out")
        if self.scheme == "pkcs11" and "pin-value=" in self.place:
            raise KeyReferenceError("a reference must not contain a PIN: use ?pin-source=FILE")
        return self

    def below(self, folder: str) -> KeyReference:
        """The same reference, with a relative file name resolved in `folder`."""
        if not SCHEMES[self.scheme].is_file:
            return self
        return self._replace(place=os.path.join(folder, os.path.expanduser(self.place)))

    def load(self, warn: Optional[Warn] = None) -> Provider:
        """The provider of the key.

        `warn` is called with a text if others can read a secret; otherwise it is logged.

        Raises:
            KeyLoadError: the key could not be loaded. ModuleNotFoundError: the extra of this kind
            of keys is not installed.
        """
        place = Place(self.place, self.key_id, warn or _log)
        try:
            return SCHEMES[self.scheme].make(place)
        except (KeyReferenceError, ModuleNotFoundError):
            raise
        except Exception as error:  # raised by the SDK of a KMS if something is missing
            raise KeyLoadError(f"the key {self}: {reason(error)}") from error

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}" + (f"#{self.key_id}" if self.key_id else "")


def reason(error: BaseException) -> str:
    """The reason why a key could not be loaded. Its reference already names the file."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, SealwaxError):
        return str(error.args[0] if error.args else error)
    return f"{type(error).__name__}: {error}"


def is_secret(text: str) -> bool:
    """Whether the text looks like a key, so that errors must not repeat it."""
    if SECRET_KEY_PREFIX in text:
        return True
    looks = len(text) in _SECRET_LENS and all(char.isalnum() or char in "+/-_=" for char in text)
    return looks and not os.path.lexists(text)


def _log(message: str) -> None:
    import logging

    logging.getLogger("sealwax").warning(message)


belong("sealwax.config", KeyReference)
