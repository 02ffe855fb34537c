"""Every case of the benchmark, on 1 MiB: the program checks what it measures."""

from __future__ import annotations

import re

from programs import ROOT, compiled, run

SOURCE = ROOT / "bindings-c/bench/speed.c"


def test_every_case_runs(tmp_path):
    libraries = ["-lcrypto", "-lsodium", "-lpthread"]
    program = compiled(tmp_path / "speed", SOURCE, options=libraries)
    cases = re.findall(r'\{"([^"]+)"', SOURCE.read_text(encoding="utf-8"))
    assert len(cases) == 8
    assert len(run(program, 1048576, 65536, *cases).splitlines()) == len(cases)
