"""Benchmarks of the Python package against its limits and its peers: `cargo xtask bench python`.

Every figure is a ratio of two measurements that alternate in the same run; the best of several
rounds counts. Peers that are not installed are reported and left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import buffers  # hides NumPy, so it comes first
import commands
import files
import loop
import messages
import recipients
import trees

import peers
from core import Core
from table import MIB, print_rows


def main() -> None:
    """Measures everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", required=True, help="the core's example `rate`, built")
    parser.add_argument("--quick", action="store_true", help="tiny inputs, to see that it runs")
    parser.add_argument("--only", nargs="*", default=[], help="only these groups of rows")
    arguments = parser.parse_args()
    quick, scale = arguments.quick, 1 if arguments.quick else 256
    # Memory and not the disk is to be measured.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=base))
    disk = tempfile.TemporaryDirectory(dir=".")
    core = Core(arguments.core)

    def part(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    def on_disk() -> Path:
        """A folder of a file system that has a disk below it."""
        return Path(disk.name)

    groups = {
        "into": lambda: buffers.into(scale * MIB, core),
        "fresh": lambda: buffers.fresh(scale * MIB),
        "small": lambda: messages.small(100 if quick else 20_000, core),
        "recipients": lambda: recipients.recipients(20 if quick else 2_000),
        "files": lambda: files.files(4 * scale * MIB, part("files")),
        "seeking": lambda: files.seeking(max(2, scale) * MIB, part("seeking")),
        "opening": lambda: files.opening(max(2, scale) * MIB, part("opening")),
        "many": lambda: files.many(100 if quick else 10_000, part("many")),
        "trees": lambda: trees.trees(100 if quick else 100_000, on_disk()),
        "sparse": lambda: files.sparse(16 * scale * MIB, part("sparse")),
        "peak": lambda: files.peak(16 * scale * MIB, part("peak")),
        "loop": lambda: loop.lag(max(2, scale // 4) * MIB, part("loop")),
        "importing": commands.importing,
        "starting": lambda: commands.starting(part("starting")),
    }
    try:
        for name, measure in groups.items():
            if not arguments.only or name in arguments.only:
                measure()
                shutil.rmtree(folder / name, ignore_errors=True)
    finally:
        core.close()
        shutil.rmtree(folder)
        disk.cleanup()
    print_rows()
    if peers.MISSING:
        print("\nNot installed, so left out: " + ", ".join(sorted(peers.MISSING)) + ".")


if __name__ == "__main__":
    main()
