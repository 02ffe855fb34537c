"""The schema of `sealwax.toml`: one table, which checks it and which the docs show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, Optional
from urllib.parse import urlsplit

from .._text import printable
from ._errors import ConfigError, KeyReferenceError
from ._references import KeyReference, is_secret

Check = Callable[[Any], Optional[str]]
"""The error of a value, or `None`."""

KEY_NAME = re.compile(r"[A-Za-z0-9_.-]+")


class Field(NamedTuple):
    """The type of a value in a table."""

    kind: str
    check: Check
    about: str
    required: bool = False


def _text(value: Any) -> Optional[str]:
    return None if isinstance(value, str) and value else "is a text that is not empty"


def _texts(value: Any) -> Optional[str]:
    each = value if isinstance(value, list) else [value]
    fine = each and not any(map(_text, each))
    return None if fine else "is a text, or a list of some"


def _pairs(value: Any) -> Optional[str]:
    fine = isinstance(value, dict) and not any(_text(each) for each in value.values())
    return None if fine else "is a table of texts"


def _count(value: Any) -> Optional[str]:
    fine = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return None if fine else "is a whole number, 1 at least"


def _seconds(value: Any) -> Optional[str]:
    fine = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
    return None if fine else "is a number of seconds, above 0"


def _switch(value: Any) -> Optional[str]:
    return None if isinstance(value, bool) else "is true or false"


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value in allowed else f"is {' or '.join(map(repr, allowed))}"


def _endpoint(value: Any) -> Optional[str]:
    url = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname:
        return "is a URL that begins with https:// or http://"
    return "holds no credentials" if "@" in url.netloc or url.query else None


def _reference(value: Any) -> Optional[str]:
    if not isinstance(value, str):
        return "is a reference to a key, such as 'vault:orders'"
    if is_secret(value):
        return "is the place of a key, and not the key: put it into a file"
    try:
        reference = KeyReference.parse(value)
    except KeyReferenceError as error:
        return f"is no reference to a key: {error}"
    if reference.scheme == "pkcs11" and "module-path=" in reference.place:
        return "names no module, which would be a program to run: PKCS11_MODULE names it"
    return None


def _rule_keys(value: Any) -> Optional[str]:
    problem = _texts(value)
    names = [] if problem else value if isinstance(value, list) else [value]
    for name in names:
        if not KEY_NAME.fullmatch(name):
            problem = problem or _reference(name)
    return problem


_MATCH = Field(
    "text or list", _texts, "patterns of the URLs that it is about; the first one fits", True
)

RULE: Mapping[str, Field] = {
    "match": _MATCH,
    "keys": Field(
        "text or list", _rule_keys, "names of `[keys]`, or references; any one opens", True
    ),
    "context": Field(
        "table of texts", _pairs, "pairs that objects get, and must have to be opened"
    ),
}

STORE: Mapping[str, Field] = {
    "match": _MATCH,
    "endpoint": Field("URL", _endpoint, "where the store is, if not where its kind is by default"),
    "region": Field("text", _text, "the region"),
    "profile": Field("text", _text, "the profile of the credentials, such as one of AWS"),
    "anonymous": Field("boolean", _switch, "whether requests go without credentials"),
    "addressing": Field(
        "text", _one_of("auto", "path", "virtual"), "where S3's URLs name the bucket"
    ),
    "threads": Field("integer", _count, "how many requests are sent at once"),
    "part_size": Field("integer", _count, "of uploads in parts, in bytes"),
}

AUDIT: Mapping[str, Field] = {
    "file": Field("text", _text, "the file that uses of keys are appended to, as JSON Lines", True),
    "uses": Field(
        "text", _one_of("all", "failed"), "which uses of keys are recorded; `all` by default"
    ),
}

CACHE: Mapping[str, Field] = {
    "max_age": Field("number", _seconds, "how long a data key is used, in seconds"),
    "max_messages": Field("integer", _count, "for how many objects"),
    "max_bytes": Field("integer", _count, "for how many bytes"),
    "capacity": Field("integer", _count, "how many data keys are kept"),
}

TABLES: Mapping[str, Mapping[str, Field]] = {
    "rules": RULE,
    "stores": STORE,
    "audit": AUDIT,
    "cache": CACHE,
}
"""The tables with a fixed set of keys; `[keys]` has names of the user's."""

LISTS = ("rules", "stores")
"""Tables that are written as `[[name]]`, any number of times."""

_TOP = ("keys", *TABLES)


def check(tables: Mapping[str, Any], where: str) -> None:
    """Rejects unknown names, and says where they are and which are allowed."""
    for name, value in tables.items():
        if name not in _TOP:
            raise ConfigError(f"{where}: unknown table {_shown(name)}{_instead(name, _TOP)}")
        if name == "keys":
            _check_keys(value, where)
        elif name in LISTS:
            _check_list(name, value, where)
        else:
            _check_table(value, TABLES[name], f"{where}: [{name}]")
    _check_names(tables, where)


def _check_keys(keys: Any, where: str) -> None:
    if not isinstance(keys, dict):
        raise ConfigError(f"{where}: [keys] is a table")
    for name, value in keys.items():
        if not KEY_NAME.fullmatch(name):
            raise ConfigError(f"{where}: [keys] {_shown(name)}: letters, digits, _, - and . only")
        problem = _reference(value)
        if problem is not None:
            raise ConfigError(f"{where}: [keys] {name} {problem}")


def _check_list(name: str, value: Any, where: str) -> None:
    if not isinstance(value, list):
        raise ConfigError(f"{where}: {name} is a list: write [[{name}]]")
    for number, table in enumerate(value, 1):
        _check_table(table, TABLES[name], f"{where}: [[{name}]] {number}")


def _check_table(table: Any, fields: Mapping[str, Field], where: str) -> None:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is a table")
    for key, value in table.items():
        if key not in fields:
            raise ConfigError(f"{where}: unknown key {_shown(key)}{_instead(key, fields)}")
        problem = fields[key].check(value)
        if problem is not None:
            raise ConfigError(f"{where}: {key} {problem}")
    for key, field in fields.items():
        if field.required and key not in table:
            raise ConfigError(f"{where}: {key} is missing")


def _check_names(tables: Mapping[str, Any], where: str) -> None:
    """Checks that each key of a rule exists."""
    keys = tables.get("keys", {})
    for number, rule in enumerate(tables.get("rules", []), 1):
        for name in as_list(rule["keys"]):
            if KEY_NAME.fullmatch(name) and name not in keys:
                place = f"{where}: [[rules]] {number}: keys"
                raise ConfigError(f"{place}: [keys] has no {name}{_instead(name, keys)}")


def as_list(value: Any) -> list[Any]:
    """One value, or the values of a list."""
    return value if isinstance(value, list) else [value]


def _instead(name: str, known: Any) -> str:
    """The name that was probably meant, or all allowed names."""
    if re.search("secret|password|token|credential|access_key", name, re.IGNORECASE):
        return "; credentials never stand here, they come from the environment or a profile"
    similar = get_close_matches(name, known, 1)
    meant = f"; did you mean {similar[0]}? " if similar else "; "
    return f"{meant}allowed: {', '.join(known) or 'none'}"


def _shown(name: str) -> str:
    return repr(printable(name))
