"""Keys on the command line: `--key SPEC`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

import sealwax

KEY_HELP = "A key: a key file, or env:NAME; with #ID behind it if it has another id than 'default'."


def _file(place: str, key_id: str) -> sealwax.Provider:
    return sealwax.LocalKey.from_file(place, key_id)


def _env(name: str, key_id: str) -> sealwax.Provider:
    try:
        return sealwax.LocalKey.from_env(name, key_id)
    except KeyError:
        raise click.BadParameter(f"the environment variable {name} is not set") from None


SCHEMES: dict[str, Callable[[str, str], sealwax.Provider]] = {"file": _file, "env": _env}
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
        return make(rest, key_id or "default")

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
