"""Rows of measurements and their pass criteria."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

MIB = 1 << 20


class Row(NamedTuple):
    """One measurement against another of the same run."""

    what: str
    figure: str
    against: str
    ratio: str
    target: str
    met: str


ROWS: list[Row] = []


def race(*actions: Callable[[], object], rounds: int = 5) -> list[float]:
    """The best time of each action in seconds, measured in turns so that all see the same noise.

    An action that measures itself returns its seconds.
    """
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for index, action in enumerate(actions):
            start = time.perf_counter()
            own = action()
            took = own if isinstance(own, float) else time.perf_counter() - start
            best[index] = min(best[index], took)
    return best


def row(
    what: str,
    figure: str,
    against: str,
    ratio: float,
    *,
    least: Optional[float] = None,
    most: Optional[float] = None,
) -> None:
    """Adds a row whose ratio has a least or a most value, or neither: then it only informs."""
    target = f"≥ {least:g}" if least is not None else f"≤ {most:g}" if most is not None else ""
    met = (least is None or ratio >= least) and (most is None or ratio <= most)
    verdict = ("yes" if met else "no") if target else ""
    ROWS.append(Row(what, figure, against, f"{ratio:.2f}", target, verdict))
    print(*ROWS[-1], sep=" | ", file=sys.stderr, flush=True)


def rate(size: int, seconds: float) -> str:
    """Bytes per second, for people."""
    return f"{size / seconds / 1e9:.2f} GB/s"


def micro(seconds: float) -> str:
    """Microseconds, for people."""
    return f"{seconds * 1e6:.1f} µs"


def print_table(*rows: tuple[object, ...]) -> None:
    """Cells between tabs: `cargo xtask bench` makes columns of them."""
    for cells in rows:
        print(*cells, sep="\t")


def print_rows() -> None:
    """Everything that was measured."""
    head = Row("what", "Sealwax", "against, same run", "ratio", "target", "met")
    print_table(head, *ROWS)
