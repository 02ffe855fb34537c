"""Tokens of Kryoptic, a second PKCS #11 module, with OAEP of SHA-256."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .softhsm import PIN, SoftHsm

MODULE = os.environ.get("SEALWAX_KRYOPTIC", "")
"""The module, as `cargo xtask test-kms-full` has built it."""


class Kryoptic(SoftHsm):
    """A token in a database. Its configuration names slots: one is enough."""

    module = MODULE

    def __init__(self, directory: Path) -> None:
        config = directory / "kryoptic.conf"
        database = directory / "tokens.sql"
        config.write_text(f'[[slots]]\nslot = 1\ndbtype = "sqlite"\ndbargs = "{database}"\n')
        os.environ["KRYOPTIC_CONF"] = str(config)

    def init_token(self, label: str) -> None:
        command = ["pkcs11-tool", "--module", self.module, "--slot", "1"]
        init = [*command, "--init-token", "--label", label, "--so-pin", "56785678"]
        subprocess.run(init, check=True, capture_output=True)
        pin = ["--init-pin", "--login", "--so-pin", "56785678", "--pin", PIN]
        subprocess.run([*command, *pin], check=True, capture_output=True)
