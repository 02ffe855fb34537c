"""The commands."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any, Callable, Optional, TypeVar

import click
from rich.console import Console
from rich.table import Table

import sealwax

from . import _io
from ._keys import KEY_HELP, KeyType, PairType

Command = TypeVar("Command", bound=Callable[..., Any])

_CLASSES = ((20, 3), (40, 4), (60, 5), (80, 6), (100, 7))
_REFUSED = 3
_IO_FAILED = 7
_INTERRUPTED = 130


def exit_code(error: BaseException) -> int:
    """The exit code for an exception."""
    if isinstance(error, (sealwax.AlreadyExistsError, FileExistsError)):
        return _REFUSED
    if isinstance(error, sealwax.SealwaxError):
        return next(code for limit, code in _CLASSES if error.code < limit)
    return _IO_FAILED


def run() -> None:
    """Runs the command line; failures become one line and an exit code."""
    logging.getLogger("sealwax").addHandler(_Told())
    try:
        main.main(standalone_mode=False, prog_name="sealwax")
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _io.say("sealwax: interrupted")
        sys.exit(_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_IO_FAILED)
    except (sealwax.SealwaxError, OSError) as error:
        _io.say(f"sealwax: {error}")
        sys.exit(exit_code(error))


class _Told(logging.Handler):
    """Tells a person what the library warns of. Uses of keys are not told: an error names them."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "sealwax":
            _io.say(f"sealwax: {record.getMessage()}")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sealwax.__version__, prog_name="sealwax")
def main() -> None:
    """Envelope encryption of files and pipes.

    A file name `-` means the standard input or output. Exit codes: 0 done, 2 wrong usage,
    3 refused, 4 not an envelope, 5 no key opens it, 6 modified or cut data, 7 input or output
    failed, 130 interrupted.
    """


def _keys(name: str, help_text: str = KEY_HELP) -> Callable[[Command], Command]:
    return click.option(
        f"--{name}",
        f"{name}s",
        type=KeyType(),
        multiple=True,
        required=True,
        metavar="SPEC",
        help=help_text + " Several are possible.",
    )


_context = click.option(
    "--context", type=PairType(), multiple=True, metavar="NAME=VALUE", help="A public pair."
)
_aad = click.option("--associated-data", "aad", help="Text that must be given again, not stored.")
_force = click.option("--force", is_flag=True, help="Overwrite the target.")
_any_file = click.Path(allow_dash=True, dir_okay=False)


@main.command()
@click.argument("path", type=_any_file)
@_force
def keygen(path: str, force: bool) -> None:
    """Make a new random key file, readable by its owner only."""
    text = bytes(sealwax.LocalKey.generate().export()).hex() + "\n"
    if path == "-":
        sys.stdout.write(text)
        return
    if force and os.path.lexists(path):
        os.unlink(path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "w", encoding="ascii") as out:
        out.write(text)
    _io.say(f"wrote {path}: keep it safe, without it nothing can be decrypted")


@main.command()
@_keys("key")
@_context
@_aad
@click.option("--metadata", help="Text that travels encrypted in the header.")
@click.option(
    "--require-all/--no-require-all",
    default=True,
    help="Write nothing, or go on, when one of several keys cannot be had; nothing by default.",
)
@_force
@click.argument("source", type=_any_file)
@click.argument("target", type=_any_file, required=False)
def encrypt(
    keys: Any,
    context: Any,
    aad: Optional[str],
    metadata: Optional[str],
    require_all: bool,
    force: bool,
    source: str,
    target: Optional[str],
) -> None:
    """Encrypt SOURCE to TARGET, by default SOURCE.sealwax."""
    target = target or _io.default_output(source, encrypting=True)
    _io.encrypt(
        source,
        target,
        keys,
        force=force,
        context=dict(context),
        associated_data=_encoded(aad),
        metadata=_encoded(metadata),
        require_all=require_all,
    )


@main.command()
@_keys("key")
@_context
@_aad
@_force
@click.argument("source", type=_any_file)
@click.argument("target", type=_any_file, required=False)
def decrypt(
    keys: Any, context: Any, aad: Optional[str], force: bool, source: str, target: Optional[str]
) -> None:
    """Decrypt SOURCE to TARGET, by default SOURCE without .sealwax.

    With TARGET `-` data is written before the end was checked: look at the exit code.
    """
    target = target or _io.default_output(source, encrypting=False)
    options = {"context": dict(context), "associated_data": _encoded(aad)}
    _io.decrypt(source, target, keys, force=force, **options)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.argument("paths", metavar="FILE...", type=_any_file, nargs=-1, required=True)
def inspect(as_json: bool, paths: tuple[str, ...]) -> None:
    """Show what envelopes say about themselves. No key is needed."""
    out = Console()
    for path in paths:
        header = _header(path)
        if as_json:
            click.echo(json.dumps({"file": path, **header.to_dict()}, ensure_ascii=False))
        else:
            out.print(_table(path, header))


def _header(path: str) -> sealwax.Header:
    if path == "-":
        return sealwax.inspect(sys.stdin.buffer.read(sealwax.MAX_HEADER_LEN))
    return sealwax.inspect(path)


def _table(path: str, header: sealwax.Header) -> Table:
    from rich.text import Text

    table = Table(title=Text(path), show_header=False, title_justify="left")
    rows = [("suite", f"0x{header.suite:04x}")]
    rows.append(("header", f"{header.header_len:,} bytes, {header.padding_len:,} of them free"))
    rows += [(f"context {name}", value) for name, value in header.context.items()]
    if header.sealed_metadata_len:
        rows.append(("metadata", f"{header.sealed_metadata_len:,} bytes, encrypted"))
    for key in header.wrapped_keys:
        rows.append((f"key of {key.provider_id}", key.key_id))
    for name, value in rows:
        # What a file says may hold the escape sequences of an attacker.
        table.add_row(Text(_printable(name)), Text(_printable(value)))
    return table


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@main.command()
@_keys("old", "A key that opens it now, like --key.")
@_keys("new", "A key that is to open it, like --key.")
@click.option("--add", is_flag=True, help="Keep the wrapped keys that are there.")
@click.argument("paths", metavar="FILE...", type=click.Path(dir_okay=False), nargs=-1, required=True)
def rewrap(olds: Any, news: Any, add: bool, paths: tuple[str, ...]) -> None:
    """Replace the wrapped keys of files. The encrypted data stays as it is."""
    for path in paths:
        in_place = sealwax.rewrap(path, old=olds, new=news, add=add)
        _io.say(f"{path}: rewrapped{'' if in_place else ', the file was copied'}")


@main.command()
@_keys("key")
@_context
@_aad
@click.argument("paths", metavar="FILE...", type=_any_file, nargs=-1, required=True)
def verify(keys: Any, context: Any, aad: Optional[str], paths: tuple[str, ...]) -> None:
    """Check that files decrypt from the first byte to the last. Nothing is written."""
    for path in paths:
        options = {"context": dict(context), "associated_data": _encoded(aad)}
        length = _io.verify(path, keys, **options)
        _io.say(f"{path}: {length:,} bytes, authentic")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes this command, for `source` or `eval`."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(complete(main, {}, "sealwax", "_SEALWAX_COMPLETE").source())


def _encoded(text: Optional[str]) -> Optional[bytes]:
    return None if text is None else text.encode()
