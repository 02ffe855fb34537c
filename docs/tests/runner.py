"""Runs the examples of a page in order, in one folder, as a reader would.

The folder has `sealwax`, the clone, and `opt`, the installed C library. Shell commands share their
environment and their folder; their background processes end with the page.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

from blocks import PAGES, Block, blocks
from kms.servers.process import Port

ROOT = Path(__file__).parents[2]
# Commands that take minutes, and the steps of the gate that run them.
SET_UP = {
    "git clone https://github.com/sealwax/sealwax": "the checkout",
    "cargo new tides": "test",
    "cd tides": "test",
    "cargo add --path ../sealwax/core": "test",
    "pip install ./sealwax/bindings-python": "python:install",
    "(cd sealwax && cargo xtask build-wasm)": "wasm",
    '(cd sealwax && cargo xtask install-c --prefix "$OLDPWD/opt")': "c:install",
    "cargo xtask demo --web": "web-demo",
    "python3 -m http.server --bind 127.0.0.1 8000": "the browser that opens the page",
}
_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Rust runs as documentation tests of the core, which includes the page.
_ELSEWHERE = {"rust", "text", "html"}
_FRONT = re.compile(r"\A---\n(.*?)^---$", re.MULTILINE | re.DOTALL)


class Page:
    """A running page."""

    def __init__(self, folder: Path, prefix: Path) -> None:
        self.folder = folder
        self.here = folder
        self.env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.ports: dict[str, Port] = {}
        self.printed = ""
        self.groups: list[int] = []
        (folder / "sealwax").symlink_to(ROOT)
        (folder / "opt").symlink_to(prefix)

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        for group in self.groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for port in self.ports.values():
            port.release()

    def run(self, name: str) -> int:
        """Runs a page, and first the one that it goes on from; returns how many examples ran."""
        text = (PAGES / name).read_text(encoding="utf-8")
        front = _fields(text)
        count = self.run(front["after"]) if "after" in front else 0
        for port in front.get("ports", "").split():
            self.ports.setdefault(port, Port())
        for block in blocks(text):
            try:
                count += self.step(block)
            except Exception as error:
                raise AssertionError(f"{name}:{block.line}: {error}") from error
        return count

    def step(self, block: Block) -> int:
        """Runs or writes one block; 1 if it was an example."""
        if block.directive == "output":
            assert _agrees(block.text, self.printed), f"printed instead:\n{self.printed}"
            return 1
        if block.directive == "set-up":
            for command in block.text.splitlines():
                assert command in SET_UP, f"no step of the gate runs {command}"
            return 1
        text = self.with_ports(block.text)
        if block.title:
            (self.here / block.title).write_text(text, encoding="utf-8")
        elif block.language not in _ELSEWHERE:
            self._languages()[block.language](text, block)
        return int(block.language not in _ELSEWHERE)

    def _languages(self) -> dict[str, Any]:
        return {"sh": self.shell, "python": self.python, "js": self.javascript}

    def with_ports(self, text: str) -> str:
        """The text with ports that are free here in place of the page's."""
        return re.sub(r"\b\d{4,5}\b", lambda match: str(self.ports.get(match[0], match[0])), text)

    def shell(self, text: str, block: Block) -> None:
        """Commands of bash; the environment and the folder stay for the next ones."""
        state = self.folder / ".state"
        script = f"set -euo pipefail\ntrap '{{ export -p; echo \"cd $PWD\"; }} > {state}' EXIT\n"
        before = f"source {state}\n" if state.exists() else ""
        output = self.folder / ".output"
        with output.open("w+") as file:
            # What runs on in the background keeps the file open: only bash itself is waited for.
            process = subprocess.Popen(
                ["bash", "-c", before + script + text],
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.groups.append(process.pid)
            code = process.wait(timeout=300)
        self.printed = output.read_text(errors="replace")
        self.here = Path(state.read_text().rpartition("cd ")[2].strip())
        failed = code != 0
        assert failed == (block.directive == "fails"), f"exit code {code}:\n{self.printed}"

    def python(self, text: str, block: Block) -> None:
        """A session with prompts; names stay for the next one."""
        assert ">>>" in text, "a script needs a title, a session its prompts"
        test = doctest.DocTestParser().get_doctest(text, self.names, "page", None, block.line)
        lines: list[str] = []
        with self.inside():
            runner = doctest.DocTestRunner(optionflags=_OPTIONS)
            runner.run(test, out=lines.append, clear_globs=False)
        self.names.update(test.globs)
        assert runner.failures == 0, "".join(lines)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """This process works in the page's folder, with the variables that its shell has set."""
        before, environment = Path.cwd(), dict(os.environ)
        sys.path.insert(0, str(self.here))
        state = self.folder / ".state"
        os.chdir(self.here)
        if state.exists():
            told = subprocess.run(
                ["bash", "-c", f"source {state} && env -0"], capture_output=True, check=True
            )
            pairs = (line.split("=", 1) for line in told.stdout.decode().split("\0") if line)
            os.environ.update({pair[0]: pair[1] for pair in pairs})
        try:
            yield
        finally:
            sys.path.remove(str(self.here))
            os.chdir(before)
            os.environ.clear()
            os.environ.update(environment)

    def javascript(self, text: str, block: Block) -> None:
        """A module of its own, beside the page's other files."""
        file = self.here / f"example-{block.line}.mjs"
        file.write_text(text, encoding="utf-8")
        self.shell(f"node {file.name}", block)


def _fields(text: str) -> dict[str, str]:
    front = _FRONT.match(text)
    lines = front[1].splitlines() if front else []
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _agrees(expected: str, printed: str) -> bool:
    return doctest.OutputChecker().check_output(expected, printed, _OPTIONS)
