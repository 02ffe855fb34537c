"""Keys by reference, and `sealwax.toml`, which maps URLs to keys, context and options.

A reference says where a key is (`vault:orders`, `file:backup.key`, `aws:arn:...`) and never holds
the key, so files, arguments and pickles can contain it. A configuration maps patterns of URLs to
keys. The command line, `sealwax.stores` and everything else that handles many objects use the same
one:

```toml
[keys]
orders = "vault:orders"
recovery = "rsa:recovery.pub.pem"

[[rules]]
match = "s3://lake/**"
keys = ["orders", "recovery"]
context = { tenant = "blue" }

[[stores]]
match = "s3://lake/**"
endpoint = "https://s3.example.com"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._public import load_part as _load_part

if TYPE_CHECKING:
    from ._config import Config, KeySource, Rule, StoreRule, load_key
    from ._errors import ConfigError, KeyLoadError, KeyReferenceError
    from ._references import KeyReference
    from ._urls import Pattern, canonical

__all__ = [
    "Config",
    "ConfigError",
    "KeyLoadError",
    "KeyReference",
    "KeyReferenceError",
    "KeySource",
    "Pattern",
    "Rule",
    "StoreRule",
    "canonical",
    "load_key",
]


_MODULES = {
    "Config": "._config",
    "ConfigError": "._errors",
    "KeyLoadError": "._errors",
    "KeyReference": "._references",
    "KeyReferenceError": "._errors",
    "KeySource": "._config",
    "Pattern": "._urls",
    "Rule": "._config",
    "StoreRule": "._config",
    "canonical": "._urls",
    "load_key": "._config",
}


def __getattr__(name: str) -> Any:
    """Imports a part on first access: the command line starts without most of them."""
    return _load_part(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return __all__
