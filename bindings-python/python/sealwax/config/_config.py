"""A configuration, which maps URLs to keys, context and options."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional, Union

from .._provider import Provider
from .._public import belong
from .._sealwax import CachingProvider
from .._text import printable
from . import _audit_file, _find, _schema
from ._errors import ConfigError
from ._references import KeyReference
from ._urls import Pattern, Url, canonical

KeySource = Union[Provider, KeyReference, str]
"""A provider, or a reference to one; `config:NAME` is a key of `sealwax.toml`."""

_NAMED = "config:"


class Rule(NamedTuple):
    """The keys and the context of objects whose URL matches."""

    patterns: tuple[Pattern, ...]
    keys: tuple[str, ...]
    """Names of `[keys]`, or references."""
    context: Mapping[str, str]


class StoreRule(NamedTuple):
    """The options of a store whose URL matches."""

    patterns: tuple[Pattern, ...]
    options: Mapping[str, Any]


class Config:
    """The content of `sealwax.toml`.

    It holds references and no secret, so it can be pickled. The providers are made on first use,
    once in each process. Without a file it is empty.

    >>> config = Config({
    ...     "keys": {"orders": "env:ORDERS_KEY"},
    ...     "rules": [{"match": "s3://lake/**", "keys": "orders", "context": {"tenant": "blue"}}],
    ... })
    >>> config.context_for("s3://lake/2026/a.parquet")
    {'tenant': 'blue'}
    >>> config.rule_for("s3://elsewhere/a") is None
    True
    """

    def __init__(
        self, tables: Mapping[str, Any], *, path: Optional[str] = None, folder: Optional[Url] = None
    ) -> None:
        """`tables` are those of the file at `path`; relative paths are relative to `folder`."""
        self.path, self._tables = path, dict(tables)
        _schema.check(self._tables, self._where())
        folder = os.path.abspath(folder or (os.path.dirname(path) if path else "."))
        self._folder = folder
        keys = self._tables.get("keys", {})
        self.keys = {name: KeyReference.parse(text).below(folder) for name, text in keys.items()}
        self.rules = tuple(_rule(table, folder) for table in self._tables.get("rules", []))
        self.stores = tuple(_store(table, folder) for table in self._tables.get("stores", []))
        self._providers: dict[str, Provider] = {}

    @classmethod
    def load(cls, path: Optional[Url] = None, *, start: Optional[Url] = None) -> Config:
        """The configuration in the file `path`; without one, of that which is found.

        That is the file that the environment variable `SEALWAX_CONFIG` names (none, if it is
        empty), or the first `sealwax.toml` from the folder `start`, by default the working folder,
        upwards. Where there is none, the configuration is empty.
        """
        if path is not None:
            found: Optional[str] = os.path.abspath(os.fspath(path))
        else:
            found = _find.find(None if start is None else os.fspath(start))
        return cls({}) if found is None else cls(_find.read(found), path=found)

    def rule_for(self, url: Url) -> Optional[Rule]:
        """The first rule that matches, or `None`."""
        return next((rule for rule in self.rules if _fits(rule.patterns, url)), None)

    def keys_for(self, url: Url) -> list[Provider]:
        """The providers that wrap and unwrap the key of the object at `url`."""
        rule = self.rule_for(url)
        if rule is None:
            raise ConfigError(f"{self._where()}: no rule in [[rules]] fits {_shown(url)}")
        return [self._loaded(key) for key in rule.keys]

    def context_for(self, url: Url) -> dict[str, str]:
        """The context pairs of the object at `url`, which a reader requires."""
        rule = self.rule_for(url)
        return dict(rule.context) if rule is not None else {}

    def store_options(self, url: Url) -> dict[str, Any]:
        """The options of the store of `url`, from the first entry of `[[stores]]` that matches."""
        fitting = (store for store in self.stores if _fits(store.patterns, url))
        store = next(fitting, None)
        return dict(store.options) if store is not None else {}

    def key(self, name: str) -> Provider:
        """The provider of the key with this name in `[keys]`."""
        if name not in self.keys:
            names = ", ".join(self.keys) or "none"
            raise ConfigError(f"{self._where()}: [keys] has no {printable(name)}; there is {names}")
        return self._loaded(name)

    def resolve(self, keys: Union[KeySource, Iterable[KeySource]]) -> list[Provider]:
        """The providers of keys in any form: a provider, a reference, `config:NAME`.

        >>> import os
        >>> os.environ["ORDERS_KEY"] = "07" * 32
        >>> Config({"keys": {"orders": "env:ORDERS_KEY"}}).resolve(["config:orders"])
        [LocalKey(key_id='default')]
        """
        if isinstance(keys, (str, KeyReference)) or not isinstance(keys, Iterable):
            return [self._resolve(keys)]
        return [self._resolve(key) for key in keys]

    def _resolve(self, key: KeySource) -> Provider:
        if isinstance(key, KeyReference):
            return self._loaded(str(key))
        if not isinstance(key, str):
            return key
        return self.key(key[len(_NAMED) :]) if key.startswith(_NAMED) else self._loaded(key)

    def _loaded(self, key: str) -> Provider:
        """The provider of a name or a reference, the same one each time."""
        if key not in self._providers:
            self._start_audit()
            reference = self.keys.get(key) or KeyReference.parse(key).below(self._folder)
            self._providers.setdefault(key, self._cached(reference.load(), key))
        return self._providers[key]

    def _cached(self, provider: Provider, key: str) -> Provider:
        limits = self._tables.get("cache")
        if limits is None:
            return provider
        return CachingProvider(provider, **limits, name=f"{self._where()} {key}")

    def _start_audit(self) -> None:
        """Records uses of keys, if the configuration says so."""
        audit = self._tables.get("audit")
        if audit is not None:
            path = os.path.join(self._folder, os.path.expanduser(audit["file"]))
            _audit_file.start(path, audit.get("uses", "all"))

    def _where(self) -> str:
        return printable(self.path or "the configuration")

    def __repr__(self) -> str:
        return f"Config({self.path!r})" if self.path else f"Config({self._tables!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and _identity(self) == _identity(other)

    def __hash__(self) -> int:
        return hash(_identity(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, _identity(self))


def load_key(reference: str) -> Provider:
    """The provider of the key that `reference` names; `config:NAME` is one of `sealwax.toml`.

    Raises:
        KeyReferenceError: `reference` is not a reference. KeyLoadError: the key could not be
        loaded.
    """
    config = Config.load() if reference.startswith(_NAMED) else Config({})
    return config.resolve(reference)[0]


_Identity = tuple[Optional[str], str, str]

_kept: dict[_Identity, Config] = {}


def _identity(config: Config) -> _Identity:
    return (config.path, config._folder, json.dumps(config._tables, sort_keys=True))


def _restore(*identity: Any) -> Config:
    """The configuration of a pickle, one per process, so that its keys are loaded once."""
    known = _kept.get(identity)
    if known is None:
        path, folder, tables = identity
        known = Config(json.loads(tables), path=path, folder=folder)
    return _kept.setdefault(identity, known)


def _rule(table: Mapping[str, Any], folder: str) -> Rule:
    keys = tuple(_schema.as_list(table["keys"]))
    return Rule(_patterns(table, folder), keys, table.get("context", {}))


def _store(table: Mapping[str, Any], folder: str) -> StoreRule:
    options = {name: value for name, value in table.items() if name != "match"}
    return StoreRule(_patterns(table, folder), options)


def _patterns(table: Mapping[str, Any], folder: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(text, folder) for text in _schema.as_list(table["match"]))


def _fits(patterns: Iterable[Pattern], url: Url) -> bool:
    return any(pattern.matches(url) for pattern in patterns)


def _shown(url: Url) -> str:
    return printable(canonical(url))


belong("sealwax.config", Config, Rule, StoreRule, load_key)
