"""The command line: `sealwax keygen | encrypt | decrypt | inspect | rewrap | verify`.

Data goes to the standard output only where a name is `-`; what a person is told goes to the
standard error. `sealwax --help` lists the exit codes, which are in `_exits`. Only the standard
library is needed, and of that only what a command uses is imported: a command starts in a blink.
"""

from __future__ import annotations

from ._main import run

__all__ = ["run"]
