"""The command line, for the tests of other languages.

The exit status is the number of the error in section 11, and its name is written to stderr.
`-` is standard input or output. Nothing is written unless the whole command succeeds.
"""

import argparse
import json
import sys
from pathlib import Path

from .envelope import Fixed, default_pad_multiple, encrypt, open_envelope
from .errors import CODES, SealwaxError, require
from .header import Pair
from .keys import LocalKey
from .parse import parse_header
from .rewrap import rewrap_envelope, rewrap_header
from .text import from_text, to_text


class Parser(argparse.ArgumentParser):
    """argparse would end with status 2, which is a code of section 11, and guess at names."""

    def __init__(self, **arguments):
        super().__init__(**arguments, allow_abbrev=False)

    def error(self, message: str):
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SealwaxError("invalid_argument")


def hexadecimal(text: str) -> bytes:
    return bytes.fromhex(text)


def pair(text: str) -> Pair:
    key, separator, value = text.partition("=")
    if not separator:
        raise ValueError("a pair is KEY=VALUE")
    return key, value


def padding(text: str) -> int | None:
    """A multiple of bytes; None is the default of [R-12]."""
    return None if text == "default" else 1 if text == "none" else int(text)


def byte_range(text: str) -> tuple[int, int | None]:
    start, _, end = text.partition(":")
    return int(start), int(end) if end else None


def parser() -> Parser:
    top = Parser(prog="sealwax_reference", description=__doc__)
    commands = top.add_subparsers(required=True, parser_class=Parser)
    _add_encrypt(commands)
    _add_decrypt(commands)
    _add_inspect(commands)
    _add_rewrap(commands)
    _add_batch(commands)
    return top


def _command(commands, name: str, run, what: str, keys: bool = True) -> Parser:
    command = commands.add_parser(name, help=what, description=what)
    command.set_defaults(run=run)
    command.add_argument("input")
    if keys:
        command.add_argument("output")
        command.add_argument("--kek", type=hexadecimal, action="append", default=[], metavar="HEX")
        command.add_argument("--key-id", action="append", default=[], metavar="ID")
    command.add_argument("--text", action="store_true", help="use the text form")
    return command


def _add_encrypt(commands) -> None:
    command = _command(commands, "encrypt", run_encrypt, "seals an envelope")
    command.add_argument("--detached-header", metavar="FILE")
    command.add_argument("--context", type=pair, action="append", default=[], metavar="K=V")
    command.add_argument("--aad", type=hexadecimal, default=b"", metavar="HEX")
    command.add_argument("--metadata", type=hexadecimal, metavar="HEX")
    command.add_argument(
        "--padding", type=padding, default=1, metavar="none|default|N", help="multiple of N bytes"
    )
    command.add_argument("--dek", type=hexadecimal, metavar="HEX", help="instead of a random one")
    command.add_argument("--body-salt", type=hexadecimal, metavar="HEX")
    command.add_argument("--metadata-salt", type=hexadecimal, metavar="HEX")
    command.add_argument("--wrap-salt", type=hexadecimal, action="append", metavar="HEX")


def _add_decrypt(commands) -> None:
    command = _command(commands, "decrypt", run_decrypt, "opens an envelope")
    command.add_argument("--detached-header", metavar="FILE")
    command.add_argument(
        "--context", type=pair, action="append", default=[], metavar="K=V", help="required pair"
    )
    command.add_argument("--aad", type=hexadecimal, default=b"", metavar="HEX")
    command.add_argument("--metadata-out", metavar="FILE")
    command.add_argument("--range", type=byte_range, metavar="START:[END]")


def _add_inspect(commands) -> None:
    what = "prints what a header says, without checking it"
    command = _command(commands, "inspect", run_inspect, what, keys=False)
    command.add_argument("--header-only", action="store_true", help="the input is a header alone")


def _add_rewrap(commands) -> None:
    command = _command(commands, "rewrap", run_rewrap, "replaces the wrapped keys")
    command.add_argument("--new-kek", type=hexadecimal, action="append", default=[], metavar="HEX")
    command.add_argument("--new-key-id", action="append", default=[], metavar="ID")
    command.add_argument("--keep", action="store_true", help="keep the old wrapped keys too")
    command.add_argument("--header-only", action="store_true", help="the input is a header alone")
    command.add_argument("--wrap-salt", type=hexadecimal, action="append", metavar="HEX")


def _add_batch(commands) -> None:
    what = "runs a command per line, arguments between tabs, and prints a code for each"
    command = commands.add_parser("batch", help=what, description=what)
    command.add_argument("input")
    command.set_defaults(run=run_batch)


def local_keys(keks: list[bytes], key_ids: list[str]) -> list[LocalKey]:
    require(len(keks) == len(key_ids), "invalid_argument")
    return [LocalKey(key_id, kek) for key_id, kek in zip(key_ids, keks)]


def read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def write(name: str, data: bytes) -> None:
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(name).write_bytes(data)


def read_header(args, name: str) -> bytes:
    """An envelope or a header; a character outside of ASCII is `malformed`, not an error here."""
    data = read(name)
    return from_text(data.decode("ascii", errors="replace")) if args.text else data


def write_header(args, name: str, data: bytes) -> None:
    write(name, to_text(data).encode() if args.text else data)


def run_encrypt(args) -> None:
    plaintext = read(args.input)
    multiple = default_pad_multiple(len(plaintext)) if args.padding is None else args.padding
    sealed = encrypt(
        plaintext,
        local_keys(args.kek, args.key_id),
        context=args.context,
        metadata=args.metadata,
        associated_data=args.aad,
        pad_multiple=multiple,
        fixed=Fixed(args.dek, args.body_salt, args.metadata_salt, args.wrap_salt),
    )
    if args.detached_header is None:
        write_header(args, args.output, sealed.envelope)
    else:
        write_header(args, args.detached_header, sealed.header)
        write(args.output, sealed.body)


def run_decrypt(args) -> None:
    detached = None
    if args.detached_header is not None:
        detached = read_header(args, args.detached_header)
    opened = open_envelope(
        read_header(args, args.input) if detached is None else read(args.input),
        local_keys(args.kek, args.key_id),
        required=args.context,
        detached_header=detached,
    )
    metadata = opened.metadata() if args.metadata_out else None
    if args.range is None:
        plaintext = opened.plaintext(args.aad)
    else:
        reader = opened.reader(args.aad)
        start, end = args.range
        plaintext = reader.read(start, reader.length() if end is None else end)
    if metadata is not None:
        write(args.metadata_out, metadata)
    write(args.output, plaintext)


def run_inspect(args) -> None:
    header = parse_header(read_header(args, args.input), alone=args.header_only)
    facts = {
        "header_len": len(header.raw),
        "padding": header.padding,
        "context": header.context,
        "sealed_metadata_len": len(header.sealed_metadata or b""),
        "wrapped_keys": [
            {"provider_id": key.provider_id, "key_id": key.key_id, "len": len(key.wrapped_dek)}
            for key in header.wrapped_keys
        ],
    }
    print(json.dumps(facts))


def run_rewrap(args) -> None:
    rewrap = rewrap_header if args.header_only else rewrap_envelope
    new = rewrap(
        read_header(args, args.input),
        local_keys(args.kek, args.key_id),
        local_keys(args.new_kek, args.new_key_id),
        keep=lambda wrapped: args.keep,
        fixed=Fixed(wrap_salts=args.wrap_salt),
    )
    write_header(args, args.output, new)


def run_batch(args) -> None:
    for line in read(args.input).decode().split("\n"):
        if line:
            name, chunk = outcome(line.split("\t"))
            print(CODES[name], name, "" if chunk is None else chunk, sep="\t")


def outcome(arguments: list[str]) -> tuple[str, int | None]:
    """Runs one command; the name of its error, or `ok`, and the chunk of `authentication`."""
    try:
        args = parser().parse_args(arguments)
        args.run(args)
        return "ok", None
    except SealwaxError as error:
        return error.name, error.chunk
    except OSError:
        return "io", None


def main() -> int:
    name, _ = outcome(sys.argv[1:])
    if name != "ok":
        print(name, file=sys.stderr)
    return CODES[name]
