"""The fuzz target of clang's libFuzzer, for a short while.

The inputs are the same each time, so that the result depends on the change and not on luck.
"""

from __future__ import annotations

from programs import ROOT, fixed, run


def test_random_calls_in_random_order_find_nothing(tmp_path):
    flags = ["-std=c99", "-g", "-O1", "-fsanitize=fuzzer,address,undefined"]
    program, corpus = tmp_path / "calls", tmp_path / "corpus"
    corpus.mkdir()
    run("clang", *flags, ROOT / "bindings-c/fuzz/calls.c", "-o", program, *fixed())
    limits = ["-runs=20000", "-seed=1", "-max_len=4096", "-len_control=0"]
    told = run(program, *limits, corpus, cwd=tmp_path)
    assert "Done 20000 runs" in told
