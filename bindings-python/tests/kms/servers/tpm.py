"""A TPM 2.0 in software, with a storage key."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .process import Port, Process

KINDS = {"0x81000001": "rsa2048", "0x81000002": "ecc"}
"""Where its storage keys are, and what they are: those of one kind are all the same key."""


class Tpm:
    """A running one."""

    def __init__(self, port: Port) -> None:
        self.tcti = f"swtpm:host=127.0.0.1,port={port}"

    def tool(self, *command: str) -> None:
        """Runs one of tpm2-tools."""
        program, *arguments = command
        subprocess.run([program, "--tcti", self.tcti, *arguments], check=True, capture_output=True)

    def create_storage_key(self, handle: str, folder: Path) -> None:
        """Makes one."""
        context = str(folder / "primary.ctx")
        self.tool("tpm2_createprimary", "-C", "o", "-G", KINDS[handle], "-c", context)
        self.tool("tpm2_flushcontext", "-t")
        self.tool("tpm2_evictcontrol", "-C", "o", "-c", context, handle)
        self.tool("tpm2_flushcontext", "-t")

    def remove_key(self, handle: str) -> None:
        """Takes it out of the TPM."""
        self.tool("tpm2_evictcontrol", "-C", "o", "-c", handle)


@contextmanager
def tpm(folder: Path) -> Iterator[Tpm]:
    """swtpm, with its state in a folder."""
    port, control = Port.pair()
    (folder / "state").mkdir()
    address = "bindaddr=127.0.0.1"
    command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder / 'state'}"]
    command += ["--server", f"type=tcp,port={port},{address},disconnect"]
    command += ["--ctrl", f"type=tcp,port={control},{address}"]
    command += ["--flags", "not-need-init,startup-clear"]
    made = Tpm(port)

    def is_ready() -> bool:
        asked = ["tpm2_getrandom", "--tcti", made.tcti, "--hex", "4"]
        return subprocess.run(asked, capture_output=True).returncode == 0

    with Process(command, is_ready, port=port):
        yield made
    control.release()
