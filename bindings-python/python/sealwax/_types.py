"""Names for the types of arguments, for annotations only: nothing here is needed at run time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Optional, Union

from ._provider import Provider

if sys.version_info >= (3, 12):
    from collections.abc import Buffer as Buffer
else:
    from typing_extensions import Buffer as Buffer

Keys = Union[Provider, Iterable[Provider]]
Context = Optional[Mapping[str, str]]
Padding = Union[str, int, None]
Path = Union[str, "os.PathLike[str]"]
