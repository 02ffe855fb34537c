"""How much a job has to do, for those who show its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._model import Item
    from ._report import Report
    from ._watch import Watch


class Totals:
    """Objects and bytes of a source, counted beside the work."""

    def __init__(self) -> None:
        self.objects, self.bytes, self.is_whole = 0, 0, False

    def count(self, items: Iterator[Item], watch: Watch) -> None:
        """Counts all items, unless the job ends before."""
        for item in items:
            if watch.is_stopped:
                return
            self.objects += 1
            self.bytes += item.size
        self.is_whole = True


Show = Callable[["Report", int, Optional[Totals]], object]
"""Called with the report, bytes moved, and the totals once they are known."""
