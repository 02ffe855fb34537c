"""PKCS #11 modules and sessions, across forks and removed tokens."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, ClassVar, Optional, Union

from ._base import require

_locks: dict[str, threading.RLock] = {}


def lock(module: str) -> threading.RLock:
    """The lock of a module: nothing may use it during an initialization."""
    return _locks.setdefault(module, threading.RLock())


# Another thread may have held the old lock at the fork.
os.register_at_fork(after_in_child=_locks.clear)


class _Library:
    """One loaded module, used under its lock. The standard requires an initialization after a fork.

    `generation` counts initializations: sessions of an older one are void.
    """

    _loaded: ClassVar[dict[str, _Library]] = {}

    def __init__(self, module: str) -> None:
        self.api = require("pkcs11", "pkcs11").lib(module)
        self.generation = 0
        self._pid = os.getpid()

    @classmethod
    def get(cls, module: str) -> _Library:
        """The module, initialized in this process."""
        library = cls._loaded.get(module)
        if library is None:
            library = cls._loaded[module] = cls(module)
        if library._pid != os.getpid():
            library.initialize()
        return library

    def initialize(self) -> None:
        """Initializes the module again, so that it detects tokens."""
        self.api.reinitialize()
        self.generation += 1
        self._pid = os.getpid()


class Session:
    """A session with one token, opened on first use. Its methods need the module's lock."""

    def __init__(
        self, module: str, token: str, label: str, pin: Union[str, Callable[[], str]]
    ) -> None:
        self._module, self._token, self._label, self._pin = module, token, label, pin
        self._open: Optional[tuple[int, Any]] = None
        self._keys: dict[str, Any] = {}

    def key(self, object_class: str) -> Any:
        """The token's key with this label: `SECRET_KEY`, `PUBLIC_KEY` or `PRIVATE_KEY`."""
        session = self.get()
        if object_class not in self._keys:
            classes = require("pkcs11", "pkcs11").ObjectClass
            self._keys[object_class] = session.get_key(
                label=self._label, object_class=classes[object_class]
            )
        return self._keys[object_class]

    def get(self) -> Any:
        """The open session."""
        library = _Library.get(self._module)
        if self._open is None or self._open[0] != library.generation:
            self._keys = {}
            pin = self._pin() if callable(self._pin) else self._pin
            token = library.api.get_token(token_label=self._token)
            self._open = (library.generation, _login(token, pin))
        return self._open[1]

    def close(self) -> None:
        """Drops the session; initializes the module again unless another session did."""
        library = _Library.get(self._module)
        stale = self._open is None or self._open[0] == library.generation
        self._open, self._keys = None, {}
        if stale:
            library.initialize()


def _login(token: Any, pin: str) -> Any:
    """Opens a session. A login is valid for the whole process."""
    exceptions = require("pkcs11.exceptions", "pkcs11")
    try:
        return token.open(user_pin=pin)
    except exceptions.UserAlreadyLoggedIn:
        return token.open()
