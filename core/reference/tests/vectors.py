"""Reads `core/vectors`, whose README says what the fields mean."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from sealwax_reference import LocalKey, SealwaxError, WrappedKey

FOLDER = Path(__file__).parents[2] / "vectors"


def load(name: str) -> list:
    """The tests of a file, as pytest names and runs them."""
    file = json.loads((FOLDER / name).read_text())
    tests = [test for group in file["testGroups"] for test in group["tests"]]
    assert len(tests) == file["numberOfTests"] > 0
    return [pytest.param(test, id=f"{test['tcId']}-{test['comment']}") for test in tests]


def from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def pairs(test: dict, name: str) -> list[tuple[str, str]]:
    return [(key, value) for key, value in test[name]]


def pattern(description: dict | None) -> bytes | None:
    """Bytes by formula: byte `i` is `(i mod 251 + seed) mod 256`."""
    if description is None:
        return None
    data = bytes((i % 251 + description["seed"]) % 256 for i in range(description["length"]))
    assert hashlib.sha512(data).hexdigest() == description["sha512"]
    return data


@dataclass(frozen=True)
class FixedKey:
    """A provider with one answer: bytes, a wrapped DEK, or none at all."""

    provider_id: str
    key_id: str
    dek: bytes | None = None
    wrapped_dek: bytes | None = None
    remote: bool = True

    def wrap(self, dek: bytes, context: bytes, salt: bytes | None = None) -> WrappedKey:
        return WrappedKey(self.provider_id, self.key_id, self.wrapped_dek)

    def unwrap(self, wrapped_dek: bytes, context: bytes) -> bytes:
        if self.dek is None:
            raise SealwaxError("provider_failed")
        return self.dek


def reader_keys(test: dict) -> list:
    return [reader_key(provider) for provider in test["providers"]]


def reader_key(provider: dict):
    if provider["type"] == "local":
        return LocalKey(provider["keyId"], bytes.fromhex(provider["kek"]))
    ids = provider["providerId"], provider["keyId"]
    return {
        "fixed": lambda: FixedKey(*ids, dek=bytes.fromhex(provider["dek"])),
        "failing": lambda: FixedKey(*ids),
    }[provider["type"]]()


def writer_keys(test: dict) -> tuple[list, list[bytes | None]]:
    """The keys that a writer has, and the salts of those that are local."""
    keys, salts = [], []
    for wrapped in test["wrappedKeys"]:
        local = wrapped.get("local")
        if local is None:
            wrapped_dek = from_base64(wrapped["wrappedDek"])
            key = FixedKey(wrapped["providerId"], wrapped["keyId"], wrapped_dek=wrapped_dek)
        else:
            key = LocalKey(wrapped["keyId"], bytes.fromhex(local["kek"]))
        keys.append(key)
        salts.append(local and bytes.fromhex(local["salt"]))
    return keys, salts


def attached(test: dict) -> tuple[bytes | None, bytes]:
    """The detached header, if there is one, and the rest."""
    if "envelope" in test:
        return None, from_base64(test["envelope"])
    return from_base64(test["header"]), from_base64(test["body"])


def outcome(call):
    """What the call returns, or the error as the vectors write it."""
    try:
        return call()
    except SealwaxError as error:
        chunk = {} if error.chunk is None else {"chunk": error.chunk}
        return {"code": error.number, "name": error.name, **chunk}
