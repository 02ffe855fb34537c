"""From URLs to stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..config import Config, ConfigError
from ..config._urls import Url, canonical, split
from ..s3._client import ClientOptions
from ._fsspec import FsspecStore
from ._local import LocalStore
from ._s3 import S3Store
from ._store import Store


def open_store(url: Url, *, config: Optional[Config] = None) -> Store:
    """The store of all objects below `url`: a folder, a bucket, or a part of one.

    Its options are those of `[[stores]]` in `config`, by default in the `sealwax.toml` that is
    found. Credentials come from the environment or a profile, as for the vendor's own tools.

    >>> import tempfile
    >>> store = open_store(tempfile.mkdtemp())
    >>> store.put("2026/tides.csv", b"06:12 high").size
    10
    >>> [info.name for info in store.list()]
    ['2026/tides.csv']
    >>> store.get("2026/tides.csv", 6)
    b'high'
    """
    whole = canonical(url)
    options = (config or Config.load()).store_options(whole)
    kind, rest = split(whole)
    if kind == "s3":
        return _s3(rest, options)
    if kind == "file":
        _refuse(options, whole)
        return LocalStore(rest)
    return FsspecStore(whole, options=_for_fsspec(kind, options, whole))


def locate(url: Url, *, config: Optional[Config] = None) -> tuple[Store, str]:
    """The store and the name of the object at `url`.

    >>> store, name = locate("/srv/data/tides.csv")
    >>> store.url, name
    ('file:///srv/data/', 'tides.csv')
    """
    folder, _, name = canonical(url).rpartition("/")
    return open_store(f"{folder}/", config=config), name


def _s3(place: str, options: Mapping[str, Any]) -> Store:
    bucket, _, prefix = place.partition("/")
    threads = options.get("threads", 4)
    sizes = {"part_size": options["part_size"]} if "part_size" in options else {}
    of_client = {key: value for key, value in options.items() if key != "part_size"}
    client = ClientOptions(**of_client)
    return S3Store(client, bucket, prefix, threads=threads, **sizes)


_Translated = Mapping[str, Callable[[Any], dict[str, Any]]]

_FOR_FSSPEC: Mapping[str, _Translated] = {
    "gs": {
        "endpoint": lambda url: {"endpoint_url": url},
        "anonymous": lambda on: {"token": "anon"} if on else {},
    },
    "abfs": {
        "endpoint": lambda url: {"account_host": url.partition("://")[2]},
        "anonymous": lambda on: {"anon": on},
    },
}


def _for_fsspec(kind: str, options: Mapping[str, Any], url: str) -> dict[str, Any]:
    known = _FOR_FSSPEC.get(kind, {})
    _refuse({name: value for name, value in options.items() if name not in known}, url)
    made: dict[str, Any] = {}
    for name, value in options.items():
        made.update(known[name](value))
    return made


def _refuse(options: Mapping[str, Any], url: str) -> None:
    """An option that a kind of stores does not have would be without effect."""
    if options:
        raise ConfigError(f"[[stores]]: {url} takes no {', '.join(options)}")
