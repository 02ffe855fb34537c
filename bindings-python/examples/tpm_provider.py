"""A key provider for the TPM 2.0 of this machine: no other machine can unwrap its keys.

    apt install tpm2-tools

    tpm2_createprimary -C o -c primary.ctx       # once: the storage key,
    tpm2_evictcontrol -C o -c primary.ctx 0x81000001  # kept in the TPM

    key = TpmKey("0x81000001")
    sealwax.encrypt_file("tides.csv", "tides.csv.sealwax", key, context={"host": "gauge-7"})

The TPM seals the DEK under its storage key (TPM2_Create), which never leaves it, and unseals it
(TPM2_Load, TPM2_Unseal). The authorization value of the sealed object is SHA-256 of the canonical
encryption context, so the TPM itself rejects a different one. No key is in an argument or in a
file: DEKs go through pipes. Wrap with a second key as well, because a TPM cannot be backed up.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

import sealwax
from sealwax import kms

_ATTRIBUTES = "fixedtpm|fixedparent|userwithauth|noda"

# What the TPM says of a sealed object that is damaged, foreign, or opened with another context.
_REJECTIONS = (
    "authorization failure",
    "integrity check failed",
    "needs to be a valid TPM2B",
)


class TpmKey:
    """The storage key at a persistent handle; a wrapped DEK is both parts of a sealed object."""

    provider_id = "tpm2"

    def __init__(self, handle: str, *, tcti: str = "", timeout: float = 30) -> None:
        self._handle, self._timeout = handle, timeout
        self._tcti = ["--tcti", tcti] if tcti else []
        self.key_id = f"tpm2:{handle}"
        self._lock = threading.Lock()  # A TPM without a resource manager has few slots.

    def accepts(self, key_id: str) -> bool:
        return key_id == self.key_id

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> sealwax.WrappedKey:
        with tempfile.TemporaryDirectory() as name, self._lock:
            public, private = Path(name, "public"), Path(name, "private")
            self._run(
                "tpm2_create", "-C", self._handle, "-i", "-", "-a", _ATTRIBUTES,
                "-p", _authorization(context), "-u", str(public), "-r", str(private),
                data=bytes(dek),
            )  # fmt: skip
            first = public.read_bytes()
            blob = len(first).to_bytes(2, "big") + first + private.read_bytes()
        return sealwax.WrappedKey(self.key_id, blob)

    def unwrap(self, wrapped: sealwax.WrappedKey, context: Mapping[str, str]) -> bytearray:
        blob = wrapped.wrapped_dek
        middle = 2 + int.from_bytes(blob[:2], "big")
        with tempfile.TemporaryDirectory() as name, self._lock:
            public, private, loaded = (Path(name, part) for part in ("public", "private", "ctx"))
            public.write_bytes(blob[2:middle])
            private.write_bytes(blob[middle:])
            self._run(
                "tpm2_load", "-C", self._handle, "-u", str(public), "-r", str(private),
                "-c", str(loaded),
            )  # fmt: skip
            try:
                authorization = _authorization(context)
                return bytearray(self._run("tpm2_unseal", "-c", str(loaded), "-p", authorization))
            finally:
                self._run("tpm2_flushcontext", "-t")

    def _run(self, *command: str, data: bytes = b"") -> bytes:
        program, *arguments = command
        try:
            ran = subprocess.run(
                [program, *self._tcti, *arguments],
                input=data,
                capture_output=True,
                timeout=self._timeout,
            )
        except subprocess.TimeoutExpired as error:
            raise kms.KmsTimeoutError(f"{program} took too long", key_id=self.key_id) from error
        if ran.returncode == 0:
            return ran.stdout
        said = ran.stderr.decode(errors="replace")
        reads = program in ("tpm2_load", "tpm2_unseal")
        if reads and any(words in said for words in _REJECTIONS):
            raise sealwax.KeyUnwrapError("the TPM refused the wrapped key")
        kind = kms.KeyNotFoundError if "the handle is not correct" in said else kms.UnavailableError
        raise kind(f"{program}: {said.strip().splitlines()[-1]}", key_id=self.key_id)


def _authorization(context: Mapping[str, str]) -> str:
    return "hex:" + hashlib.sha256(sealwax.canonical_context(context)).hexdigest()
