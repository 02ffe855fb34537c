"""Encryption and decryption from sources to targets."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal, NamedTuple, Union

import sealwax

from . import _streams
from ._place import new_file
from ._say import Bar, voice
from ._streams import STREAM_LEN, Input, Output

LIVE_SECONDS = 1.0
"""Longest time for which data from a pipe waits for more, in seconds."""
TO_FOLDER = "--output-dir puts results there"

Keys = list[sealwax.Provider]
Options = dict[str, Any]


class Writing(NamedTuple):
    """How results are written."""

    force: bool
    durable: bool
    batch: sealwax.FileBatch

    def options(self) -> Options:
        """The same for `encrypt_file` and `decrypt_file`."""
        return {"overwrite": self.force, "durable": self.durable, "batch": self.batch}


def encrypt(source: str, target: str, keys: Keys, options: Options, writing: Writing) -> None:
    """Encrypts a file or a pipe."""
    with ExitStack() as stack:
        given, taken = _ends(stack, source, target, writing.force)
        if isinstance(taken, Output) and not writing.force:
            _streams.refuse_terminal(taken)
        bar = stack.enter_context(voice.bar(f"encrypting {source}"))
        if isinstance(given, str) and isinstance(taken, str):
            sealwax.encrypt_file(given, taken, keys, progress=bar, **writing.options(), **options)
            return
        if isinstance(given, str):
            given = stack.enter_context(Input(os.open(given, os.O_RDONLY), given, owned=True))
        if isinstance(taken, str):
            options = {**options, "durable": writing.durable}
        mode: Literal["wb", "xb"] = "wb" if writing.force or isinstance(taken, Output) else "xb"
        _seal(given, taken, mode, keys, options, bar)


def _seal(
    given: Input,
    taken: Union[Output, str],
    mode: Literal["wb", "xb"],
    keys: Keys,
    options: Options,
    bar: Bar,
) -> None:
    """Encrypts a stream in sequence. Short input needs no padding."""
    data, ended = given.gather(STREAM_LEN, LIVE_SECONDS)
    padding = "none" if ended else "auto"
    with sealwax.open(taken, mode, keys, padding=padding, **options) as sealed:
        done = sealed.write(data)
        while not ended:
            sealed.flush()
            data = given.read()
            done, ended = done + sealed.write(data), not data
            bar(done, 0)


def decrypt(source: str, target: str, keys: Keys, options: Options, writing: Writing) -> None:
    """Decrypts a file or a pipe."""
    with ExitStack() as stack:
        given, taken = _ends(stack, source, target, writing.force)
        bar = stack.enter_context(voice.bar(f"decrypting {source}"))
        if isinstance(given, str) and isinstance(taken, str):
            sealwax.decrypt_file(given, taken, keys, progress=bar, **writing.options(), **options)
            return
        plain = stack.enter_context(sealwax.open(given, "rb", keys, **options))
        if isinstance(taken, Output):
            _copy(plain, taken.write, bar)
            return
        with new_file(taken, force=writing.force, durable=writing.durable) as file:
            _copy(plain, file.write, bar)


def verify(source: str, keys: Keys, options: Options) -> int:
    """Decrypts everything and discards it; returns the length of the plaintext."""
    with ExitStack() as stack:
        given = _enter(stack, _streams.source(source))
        bar = stack.enter_context(voice.bar(f"verifying {source}"))
        plain = stack.enter_context(sealwax.open(given, "rb", keys, **options))
        return _copy(plain, len, bar)


def _copy(plain: sealwax.SealedReader, take: Callable[[bytes], object], bar: Bar) -> int:
    """Copies data as soon as it is available; returns the number of bytes."""
    done, total = 0, plain.size or 0
    bar(done, total)
    while block := plain.read1(STREAM_LEN):
        take(block)
        done += len(block)
        bar(done, total)
    return done


def pass_on(given: Input, taken: Output) -> None:
    """Copies data unchanged."""
    while block := given.read():
        taken.write(block)


def header_of(given: Input) -> tuple[sealwax.Header, bytes]:
    """The header at the start of a stream, and the bytes that were read after it."""
    read = b""
    while True:
        block = given.read()
        read += block
        try:
            header = sealwax.inspect(read)
            return header, read[header.header_len :]
        except sealwax.TruncatedError:
            if not block:
                raise


def _ends(
    stack: ExitStack, source: str, target: str, force: bool
) -> tuple[Union[Input, str], Union[Output, str]]:
    given = _enter(stack, _streams.source(source))
    taken = _enter(stack, _streams.target(target, force=force, if_folder=TO_FOLDER))
    if isinstance(taken, Output):
        _streams.refuse_same(given, taken)
    return given, taken


def _enter(stack: ExitStack, end: Any) -> Any:
    return end if isinstance(end, str) else stack.enter_context(end)
