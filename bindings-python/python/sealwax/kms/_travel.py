"""Pickling of providers: names and addresses, and no credentials."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from ._errors import CredentialsError


class FromEnv:
    """A secret in an environment variable, for a `token` or a `pin`.

    It keeps only the name, so it can be pickled. Each process reads its own variable.

    >>> FromEnv("ORDERS_TOKEN")
    FromEnv('ORDERS_TOKEN')
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> str:
        """The current value."""
        value = os.environ.get(self.name)
        if not value:
            raise CredentialsError(f"the environment variable {self.name} is not set")
        return value

    def __repr__(self) -> str:
        return f"FromEnv({self.name!r})"


def refuse(what: str, instead: str) -> NoReturn:
    """The error that says why an object cannot be pickled, and what to do."""
    raise TypeError(f"{what} would travel in the pickle: {instead}")


def refuse_client(client: Any, kind: str) -> None:
    """A client holds credentials. A function that makes one is pickled by reference."""
    if client is not None and not is_maker(client):
        refuse(
            f"a {kind} with its credentials",
            "leave it out and let each process take them from its environment, or pass a function "
            "of a module that makes the client",
        )


def is_maker(thing: Any) -> bool:
    """Whether it is a function that makes a client or a credential, and not one of them."""
    own = ("meta", "adapter", "encrypt", "get_token", "before_request")
    return callable(thing) and not any(hasattr(thing, name) for name in own)


def made(thing: Any) -> Any:
    """The client or the credential itself."""
    return thing() if is_maker(thing) else thing


def check_options(options: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Rejects options that are not known to be harmless, because a new one may hold a secret."""
    for name in options:
        if name not in allowed:
            refuse(
                f"the option {name}",
                "it may be a credential; let each process take it from its environment or its "
                "profile, or pass a function of a module that makes the client",
            )
