"""Ways to link: all static, beside another Rust library, hidden names, a multiarch folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from programs import PREFIX, build_example_project, fixed, flags, run, shared

MULTIARCH = "lib/x86_64-linux-gnu"
"""Where Debian has the libraries of one of several machines."""

OTHER = """
#[unsafe(no_mangle)]
pub extern "C" fn other_answer() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    std::panic::catch_unwind(|| panic!("caught")).map_or(42, |()| 0)
}
"""
"""A library with the whole standard library in it, which unwinds."""

PROGRAM = """
#pragma GCC visibility push(hidden)
#include <sealwax.h>
#pragma GCC visibility pop
#ifdef WITH_OTHER
int other_answer(void);
#else
#define other_answer() 42
#endif
int main(void) {
  uint8_t dek[SEALWAX_KEY_LEN];
  return sealwax_generate_dek(dek, sizeof dek) == SEALWAX_OK && other_answer() == 42 ? 0 : 1;
}
"""
"""Uses both libraries; it reads the header where declarations are hidden, as large programs do."""


@pytest.fixture
def source(tmp_path):
    """The program's source, in the folder of the test."""
    path = tmp_path / "program.c"
    path.write_text(PROGRAM)
    return path


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_a_program_can_be_all_static(compiler, source):
    program, libraries = source.with_name("program"), flags("--static", "--cflags", "--libs")
    run(compiler, "-static", "-o", program, source, *libraries)
    run(program)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_program_can_have_another_rust_library(compiler, is_first, source):
    rust, other = source.with_name("other.rs"), source.with_name("libother.a")
    rust.write_text(OTHER)
    kind = ["--edition=2024", "--crate-type=staticlib", "-Cpanic=unwind"]
    run("rustc", *kind, "-o", other, rust)
    libraries = [other, *fixed()] if is_first else [*fixed(), other]
    program = source.with_name("program")
    run(compiler, "-DWITH_OTHER", "-o", program, source, *libraries)
    run(program)


def test_a_program_that_hides_names_finds_those_of_the_shared_library(source):
    program = source.with_name("program")
    run("gcc", "-o", program, source, *shared())
    run(program)


def test_pkg_config_and_cmake_find_the_library_in_a_multiarch_folder(source, tmp_path):
    prefix, program = Path(os.environ["SEALWAX_C_MULTIARCH"]), tmp_path / "program"
    run("gcc", "-o", program, source, *shared(prefix / MULTIARCH))
    run(program)
    build_example_project(tmp_path, prefix)


def test_links_of_the_installed_readme_lead_outside_or_into_the_page():
    text = (PREFIX / "share/doc/sealwax/README.md").read_text(encoding="utf-8")
    prose = "".join(text.split("```")[::2])
    links = re.findall(r"\]\(([^)]*)", prose)
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
