"""The main function of the command line."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

import sealwax

from . import _commands, _fd, _parse, _signals, _streams
from ._exits import BUG, DONE, Stopped, exit_code, words
from ._say import voice


def run() -> NoReturn:
    """Runs the command line; failures become one line and an exit code."""
    _fd.reserve()
    _signals.catch()
    try:
        code = _run(sys.argv[1:])
    except BaseException as error:
        code = _failed(error)
    _signals.release()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first == "--version":
        return _print(f"sealwax {sealwax.__version__}\n")
    if first in ("-h", "--help", "help"):
        return _help(arguments[1:2])
    call = _parse.parse(arguments)
    if call.options["help"]:
        return _help([call.command.name])
    voice.quiet, voice.verbose = call.options["quiet"], call.options["verbose"]
    if voice.verbose or call.options.get("no_require_all"):
        from . import _listen

        _listen.start()
    code: int = getattr(_commands, call.command.name)(call)
    return code


def _help(about: list[str]) -> int:
    from . import _help, _table

    command = _table.command(about[0]) if about else None
    return _print(_help.of_command(command) if command else _help.of_program())


def _print(text: str) -> int:
    _streams.show(text)
    return DONE


def _failed(error: BaseException) -> int:
    if isinstance(error, Stopped):
        name = signal.Signals(error.number).name
        voice.error("interrupted" if name == "SIGINT" else f"stopped by {name}")
    elif not isinstance(error, BrokenPipeError):  # the reader of our output has closed it
        voice.error(words(error))
    code = exit_code(error)
    if code == BUG:
        voice.trace(error)
    return code
