"""Compiles and runs programs with the installed C library, as its users do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PREFIX = Path(os.environ["SEALWAX_C_PREFIX"])
"""Where the library is installed."""

EXAMPLES = ROOT / "bindings-c/examples"
WARNINGS = ["-g", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
"""Every warning that a careful programmer asks for is an error."""


def attempt(*command: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs a command; its two outputs become one."""
    words = [str(word) for word in command]
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(words, text=True, timeout=600, check=False, **both, **options)


def run(*command: Any, env: Mapping[str, str] = {}, **options: Any) -> str:
    """Runs a command, which succeeds; `env` is added to the environment."""
    done = attempt(*command, env={**os.environ, **env}, **options)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def flags(*arguments: str, lib: Path = PREFIX / "lib") -> list[str]:
    """What pkg-config says of the library in the folder `lib`."""
    place = {"PKG_CONFIG_PATH": str(lib / "pkgconfig")}
    return run("pkg-config", *arguments, "sealwax", env=place).split()


def shared(lib: Path = PREFIX / "lib") -> list[str]:
    """What a compiler needs for the shared library."""
    return [*flags("--cflags", "--libs", lib=lib), f"-Wl,-rpath,{lib}"]


def fixed() -> list[str]:
    """What a compiler needs for the static library in a program that is not all static."""
    private = [flag for flag in flags("--libs-only-l", "--static") if flag != "-lsealwax"]
    return [*flags("--cflags"), str(PREFIX / "lib/libsealwax.a"), *private]


def compiled(target: Path, *sources: Path, options: Sequence[str] = ()) -> Path:
    """Compiles C99 or C++17 with the shared library, without a warning."""
    is_cpp = any(source.suffix == ".cpp" for source in sources)
    compiler = ["g++", "-std=c++17"] if is_cpp else ["gcc", "-std=c99"]
    run(*compiler, *WARNINGS, "-o", target, *sources, *shared(), *options)
    return target


def compiled_for_token(target: Path, name: str) -> Path:
    """Compiles an example that uses `pkcs11_provider.c`."""
    options = [*run("pkg-config", "--cflags", "p11-kit-1").split(), "-ldl"]
    sources = EXAMPLES / f"{name}.c", EXAMPLES / "pkcs11_provider.c"
    return compiled(target, *sources, options=options)


def build_example_project(folder: Path, prefix: Path) -> None:
    """Builds and tests the CMake project of the examples, outside of the tree."""
    project, build = folder / "project", folder / "build"
    run("cp", "-r", EXAMPLES / "cmake-project", project)
    run("cmake", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", build)
    run("ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error")
