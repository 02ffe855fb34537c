"""The command line: `sealwax keygen | encrypt | decrypt | inspect | rewrap | verify`.

Data goes to standard output only if a name is `-`; messages go to standard error. `sealwax --help`
lists the exit codes, which are in `_exits`. It needs only the standard library, and imports only
what a command uses, so that a command starts fast.
"""

from __future__ import annotations

from ._main import run

__all__ = ["run"]
