"""The commands. Each takes the parsed request and returns the exit code."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Optional, Union

import sealwax

from . import _data, _jobs, _keys, _streams, _tree
from ._exits import DONE, RefusedError
from ._parse import Call
from ._say import voice
from ._table import VARIABLE
from ._text import UsageError, utf8

if TYPE_CHECKING:
    from ..config import Config


def keygen(call: Call) -> int:
    """Creates a key file."""
    from . import _keygen

    return _keygen.keygen(_one(call), call.options["type"] or "local", force=call.options["force"])


def recipient(call: Call) -> int:
    """Prints the public key of a key pair's file."""
    key = _keys.recipient(_one(call), call.command.name, _keys.configuration())
    _streams.show(f"{key}\n")
    return DONE


def encrypt(call: Call) -> int:
    """Encrypts files and pipes."""
    metadata, tolerant = call.options["metadata"], call.options["no_require_all"]
    options = {**_opening(call), "require_all": not tolerant}
    if metadata is not None:
        options["metadata"] = utf8(metadata, "--metadata").encode()
    return _transform(call, _data.encrypt, options)


def decrypt(call: Call) -> int:
    """Decrypts files and pipes."""
    return _transform(call, _data.decrypt, _opening(call))


def _transform(call: Call, work: Callable[..., None], options: dict[str, Any]) -> int:
    if call.options["recursive"]:
        return _tree.run(call, lambda: _given(call))
    _tree.refuse_options(call)
    jobs, config = _jobs.jobs(call), _keys.configuration()
    keys = _sealing_keys(call, config, jobs)

    with sealwax.FileBatch() as batch:  # one sync for the names in a folder
        writing = _data.Writing(call.options["force"], not call.options["no_sync"], batch)

        def one(name: str) -> None:
            source, target = jobs[name]
            sealed = target if call.command.name == "encrypt" else source
            context = _keys.context(config, sealed, options["context"])
            work(source, target, keys.of(sealed), {**options, "context": context}, writing)
            voice.detail(f"{source} -> {target}")

        return _jobs.each(call, jobs, one)


def _sealing_keys(call: Call, config: Optional[Config], sources: Iterable[str]) -> _keys.KeyChoice:
    """The keys of `--key`, and those of `--to`, with which no other key is needed."""
    specs, sources = call.options.get("to", []), list(sources)
    _check_standard_input(specs, sources)
    recipients = [_keys.recipient(spec, "--to", config) for spec in specs]
    if recipients and not call.options["key"]:
        return _keys.KeyChoice(recipients)
    (keys,) = _load(call, config, sources, "key")
    return keys.and_also(recipients)


def inspect(call: Call) -> int:
    """Shows headers."""
    from . import _show

    names, opened = _several(call), call.options["metadata"]
    (keys,) = _load(call, _keys.configuration(), names, "key") if opened else (_keys.KeyChoice([]),)
    terminal = os.isatty(_streams.standard_output().descriptor)

    def one(name: str) -> None:
        header = _header(name)
        metadata = _metadata(header, keys.of(name)) if opened else None
        if call.options["json"]:
            text = _show.as_json(name, header, metadata, opened=opened)
        else:
            rows = _show.rows(header) + ([_show.metadata_row(metadata)] if opened else [])
            text = _show.table(name, rows, terminal=terminal)
        _streams.show(text)

    return _jobs.each(call, names, one)


def _metadata(header: sealwax.Header, keys: _data.Keys) -> Optional[bytes]:
    return sealwax.DecryptHandle(bytes(header), keys).metadata


def _header(name: str) -> sealwax.Header:
    given = _streams.source(name)
    if isinstance(given, str):
        return sealwax.inspect(given)
    with given:
        return _data.header_of(given)[0]


def rewrap(call: Call) -> int:
    """Replaces wrapped keys."""
    names = _several(call)
    old_keys, new_keys = _load(call, _keys.configuration(), names, "old", "new")
    add = call.options["add"]

    def one(name: str) -> None:
        old, new = old_keys.of(name), _distinct(new_keys.of(name))
        given = _streams.source(name) if _streams.is_stream(name) else None
        if isinstance(given, _streams.Input):
            _rewrap_stream(given, old, new, add)
        else:
            _rewrap_file(name, old, new, add)

    return _jobs.each(call, names, one)


def _rewrap_file(path: str, old: _data.Keys, new: _data.Keys, add: bool) -> None:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise RefusedError("only files can be rewrapped in place; - is a filter")
    if _is_current(path, new, add):
        voice.note(f"{path}: under these keys already")
        return
    in_place = sealwax.rewrap(path, old=old, new=new, add=add)
    voice.note(f"{path}: rewrapped{'' if in_place else ', the file was copied'}")


def _rewrap_stream(given: _streams.Input, old: _data.Keys, new: _data.Keys, add: bool) -> None:
    """Writes the envelope with another header; the body does not change."""
    taken = _streams.standard_output()
    _streams.refuse_terminal(taken)
    header, behind = _data.header_of(given)
    data = bytes(header)
    if not _is_current(data, new, add):
        data = sealwax.rewrap_header(data, old=old, new=new, add=add)
    taken.write(data + behind)
    _data.pass_on(given, taken)


def _is_current(envelope: Union[bytes, str], new: _data.Keys, add: bool) -> bool:
    """Checks that each new key opens it. Ids are not enough, because two keys may have the same."""
    try:
        header = sealwax.inspect(envelope)
        has_others = len(header.wrapped_keys) != len(new) or not all(
            any(
                key.provider_id == wrapped.provider_id and key.accepts(wrapped.key_id)
                for key in new
            )
            for wrapped in header.wrapped_keys
        )
        return (add or not has_others) and all(_opens(header, key) for key in new)
    except sealwax.SealwaxError:
        return False


def _distinct(keys: _data.Keys) -> _data.Keys:
    """Removes duplicate local keys, so that the number of wrapped keys can be compared."""
    kept: _data.Keys = []
    for key in keys:
        if not (isinstance(key, sealwax.LocalKey) and any(_is_same(key, other) for other in kept)):
            kept.append(key)
    return kept


def _is_same(key: sealwax.Provider, other: sealwax.Provider) -> bool:
    """Whether one opens what the other seals. `key` is local, so no network is used."""
    envelope = sealwax.encrypt(b"", key)
    return isinstance(other, sealwax.LocalKey) and _opens(sealwax.inspect(envelope), other)


def _opens(header: sealwax.Header, key: sealwax.Provider) -> bool:
    try:
        sealwax.DecryptHandle(bytes(header), key)
        return True
    except sealwax.SealwaxError:
        return False


def verify(call: Call) -> int:
    """Checks whole files."""
    if call.options["recursive"]:
        return _tree.run(call, lambda: _given(call))
    _tree.refuse_options(call)
    names, options, config = _several(call), _opening(call), _keys.configuration()
    (keys,) = _load(call, config, names, "key")

    def one(name: str) -> None:
        context = _keys.context(config, name, options["context"])
        length = _data.verify(name, keys.of(name), {**options, "context": context})
        voice.note(f"{_streams.shown(name, 0)}: {length:,} bytes, authentic")

    return _jobs.each(call, names, one)


def _given(call: Call) -> _tree.Given:
    """The keys and the context for a whole tree."""
    config = _keys.configuration()
    keys = _sealing_keys(call, config, ())
    named: Any = None if isinstance(keys, _keys.RuledKeys) else keys.of("")
    if named is not None and call.options["engine"] not in (None, "threads"):
        named = _references(call, config, named)
    opening = {**_opening(call), "kms_rate": _tree.kms_rate(call)}
    return _tree.Given(named, config, opening)


def _references(
    call: Call, config: Optional[Config], loaded: list[sealwax.Provider]
) -> list[Union[str, sealwax.Provider]]:
    """The keys for other processes: a reference for each but public keys, which come last."""
    public = len(call.options.get("to", []))
    if len(loaded) == public:
        return [*loaded]
    specs = _specs(call, config, "key")[1]
    return [*map(_keys.as_reference, specs), *loaded[len(loaded) - public :]]


def completion(call: Call) -> int:
    """Prints the completion script of a shell."""
    from . import _complete

    shell = _one(call)
    if shell not in call.command.choices:
        raise UsageError(f"no completion for {shell}; there is {', '.join(call.command.choices)}")
    _streams.show(_complete.script(shell))
    return DONE


def _one(call: Call) -> str:
    if len(call.names) != 1:
        raise UsageError(f"{call.command.name} takes one {call.command.names}")
    return call.names[0]


def _several(call: Call) -> list[str]:
    if not call.names:
        raise UsageError(f"{call.command.names} is missing")
    return list(dict.fromkeys(call.names))


def _load(
    call: Call, config: Optional[Config], sources: Iterable[str], *options: str
) -> list[_keys.KeyChoice]:
    """The keys of each option. All are parsed before any is loaded, which may use a network."""
    specs = [_specs(call, config, option) for option in options]
    keys = [spec for _, each in specs for spec in each]
    _check_standard_input(keys, sources)
    return [_choice(config, where, each) for where, each in specs]


def _check_standard_input(keys: list[str], sources: Iterable[str]) -> None:
    if _keys.standard_inputs(keys) + sum(map(_reads_standard_input, sources)) > 1:
        raise UsageError("only one thing can come from the standard input")


def _choice(config: Optional[Config], where: str, specs: list[str]) -> _keys.KeyChoice:
    if config is not None and not specs:
        return _keys.RuledKeys(config, where)
    return _keys.KeyChoice([_keys.load(spec, where, config) for spec in specs])


def _specs(call: Call, config: Optional[Config], option: str) -> tuple[str, list[str]]:
    """The specs of an option, or of the environment, except for new keys.

    Without any, the rules of `sealwax.toml` choose, if there are any.
    """
    given: list[str] = call.options[option]
    if given:
        return f"--{option}", given
    named = _keys.from_environment() if option != "new" else []
    if named:
        return VARIABLE, named
    if config is None or not config.rules:
        also = f", and {VARIABLE} is not set" if option != "new" else ""
        raise UsageError(f"--{option} is missing{also}")
    return f"--{option}", []


def _reads_standard_input(name: str) -> bool:
    return name in ("-", "/dev/stdin", "/dev/fd/0")


def _opening(call: Call) -> dict[str, Any]:
    aad = call.options["associated_data"]
    return {
        "context": _pairs(call.options["context"]),
        "associated_data": None if aad is None else utf8(aad, "--associated-data").encode(),
    }


def _pairs(words: list[str]) -> dict[str, str]:
    """The pairs of `--context`. A repeated name is an error, because one pair would be lost."""
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = utf8(word, "--context").partition("=")
        if not (name and equals):
            raise UsageError(f"--context {word}: this is not NAME=VALUE")
        if name in pairs:
            raise UsageError(f"--context names {name} twice")
        pairs[name] = value
    return pairs
