"""The command line: `sealwax keygen | encrypt | decrypt | inspect | rewrap | verify`.

Exit codes: 0 done, 2 wrong usage, 3 refused (the target exists, or an argument makes no sense),
4 not an envelope, 5 no key opens it, 6 modified or cut data, 7 reading or writing failed,
130 interrupted. Data goes to the standard output only where a file name is `-`; everything else
is said on the standard error.
"""

from __future__ import annotations

from ._main import run

__all__ = ["run"]
