"""The script of core/vectors/key_events.json: every language reports the same events."""

from __future__ import annotations

import json
import os
from pathlib import Path

import sealwax
from sealwax import audit

VECTORS = json.loads(
    (Path(__file__).parents[2] / "core" / "vectors" / "key_events.json").read_text()
)


class Kms:
    """The provider `kms` of the script."""

    provider_id, key_id = "kms", "k"

    def __init__(self):
        self.mood, self.requests = "works", 0

    def accepts(self, key_id):
        return key_id == self.key_id

    def wrap(self, dek, context):
        self.answer()
        return sealwax.WrappedKey(self.key_id, masked(dek))

    def unwrap(self, wrapped, context):
        self.answer()
        return bytearray(masked(wrapped.wrapped_dek))

    def generate(self, context):
        self.answer()
        dek = bytearray(os.urandom(32))
        return dek, sealwax.WrappedKey(self.key_id, masked(dek))

    def answer(self):
        self.requests += 1
        audit.annotate(request_id=f"req-{self.requests}")
        if self.mood == "fails":
            raise ConnectionError
        if self.mood == "denies":
            raise PermissionError
        if self.mood == "rejects":
            raise sealwax.KeyUnwrapError("it does not open")
        assert self.mood == "works"


def masked(data):
    return bytes(byte ^ 0x5A for byte in data)


def as_listed(event):
    fields = {
        "operation": event.operation,
        "outcome": event.outcome,
        "providerId": event.provider_id,
        "keyId": event.key_id,
    }
    assert event.context == dict(VECTORS["context"])
    assert event.notes.keys() <= {"request_id"}
    if event.notes:
        fields["requestId"] = event.notes["request_id"]
    return fields


class Stage:
    """The keys of the script, and the objects that it has made."""

    def __init__(self):
        self.kms = Kms()
        self.keys = {
            "kms": self.kms,
            "local": sealwax.LocalKey(bytes(32), "kek-1"),
            "cache": sealwax.CachingProvider(self.kms),
        }
        self.objects = {}

    def run(self, step):
        self.kms.mood = step["kms"]
        keys, name = [self.keys[key] for key in step["keys"]], step["object"]
        with audit.object_name(name):
            if step["call"] == "encrypt":
                self.objects[name] = sealwax.encrypt(
                    b"tide table", keys, context=dict(VECTORS["context"])
                )
            elif step["call"] == "decrypt":
                sealwax.decrypt(self.objects[name], keys)
            else:
                new = [self.keys[key] for key in step["newKeys"]]
                self.objects[name] = sealwax.rewrap(self.objects[name], keys, new)


def test_the_events_are_those_of_every_language(events):
    stage = Stage()
    for step in VECTORS["script"]:
        events.clear()
        try:
            stage.run(step)
            error = None
        except sealwax.SealwaxError as caught:
            error = str(caught.code)
        found = [as_listed(record.event) for record in events]
        assert (error, found) == (step.get("error"), step["events"]), step["comment"]
        assert {record.event.object_name for record in events} <= {step["object"]}
