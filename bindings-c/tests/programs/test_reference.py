"""Envelopes of the C library for the Python reference, and the other way."""

from __future__ import annotations

import subprocess
import sys

from programs import ROOT, compiled, run


def test_envelopes_go_both_ways(tmp_path):
    program = compiled(tmp_path / "interop", ROOT / "bindings-c/tests/c/interop.c")
    run(program, "make", tmp_path)
    batch = [sys.executable, "-m", "sealwax_reference", "batch", tmp_path / "batch-0"]
    results = subprocess.check_output(batch, cwd=ROOT / "core/reference")
    (tmp_path / "results-0").write_bytes(results)
    run(program, "check", tmp_path)
