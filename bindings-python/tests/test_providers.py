"""Local keys, providers of the host, the audit log."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys

import pytest
import sealwax
import sealwax.kms
from sealwax import audit


def test_local_keys_from_everywhere(tmp_path, monkeypatch):
    import base64

    kek = os.urandom(32)
    envelope = sealwax.encrypt(b"x", sealwax.LocalKey(kek, "k"))
    texts = [kek.hex(), kek.hex().upper(), base64.b64encode(kek).decode()]
    texts.append(base64.urlsafe_b64encode(kek).decode().rstrip("="))
    keys = [sealwax.LocalKey(kind(kek), "k") for kind in (bytearray, memoryview)]
    keys += [sealwax.LocalKey.from_hex(kek.hex(), "k")]
    keys += [sealwax.LocalKey.from_base64(text, "k") for text in texts[2:]]
    for text in texts:
        monkeypatch.setenv("SEALWAX_KEK", text)
        keys.append(sealwax.LocalKey.from_env("SEALWAX_KEK", "k"))
        (tmp_path / "key").write_text(f" {text}\n")
        keys.append(sealwax.LocalKey.from_file(str(tmp_path / "key"), "k"))
    (tmp_path / "key").write_bytes(kek)
    keys.append(sealwax.LocalKey.from_file(tmp_path / "key", key_id="k"))
    for key in keys:
        assert sealwax.decrypt(envelope, key) == b"x"
        assert key.export() == kek and (key.provider_id, key.key_id) == ("local", "k")
        assert key.accepts("k") and not key.accepts("K") and isinstance(key, sealwax.Provider)


def test_local_keys_that_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("SEALWAX_KEK", "short")
    (tmp_path / "key").write_bytes(bytes(33))
    for make in (
        lambda: sealwax.LocalKey(bytes(31), "k"),
        lambda: sealwax.LocalKey.from_hex("0" * 63),
        lambda: sealwax.LocalKey.from_base64("!" * 44),
        lambda: sealwax.LocalKey.from_env("SEALWAX_KEK"),
        lambda: sealwax.LocalKey.from_file(tmp_path / "key"),
        lambda: sealwax.LocalKey(bytes(32), ""),
    ):
        with pytest.raises(sealwax.InvalidArgumentError):
            make()
    with pytest.raises(sealwax.LimitError):
        sealwax.LocalKey(bytes(32), "k" * 2049)
    with pytest.raises(KeyError):
        sealwax.LocalKey.from_env("SEALWAX_NOT_SET")
    with pytest.raises(TypeError):
        sealwax.LocalKey("0" * 32, "k")


def test_generated_keys_differ_and_can_be_pickled_by_place_only(tmp_path, monkeypatch):
    one, two = sealwax.LocalKey.generate(), sealwax.LocalKey.generate()
    assert one.export() != two.export() and one.key_id == "default"
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(one)
    (tmp_path / "key").write_bytes(one.export())
    monkeypatch.chdir(tmp_path)
    pickled = pickle.dumps(sealwax.LocalKey.from_file("key", "k9"))
    monkeypatch.chdir("/")
    again = pickle.loads(pickled)
    assert again.export() == one.export() and again.key_id == "k9"


def test_a_local_key_is_a_provider_for_other_providers(key):
    dek = bytearray(os.urandom(32))
    wrapped = key.wrap(dek, {"a": "b"})
    assert wrapped.key_id == "k1" and len(wrapped.wrapped_dek) == 104
    assert key.unwrap(wrapped, {"a": "b"}) == dek
    with pytest.raises(sealwax.KeyUnwrapError) as caught:
        key.unwrap(wrapped, {})
    assert caught.value.attempts[0].provider_id == "local"


def test_a_dek_is_handed_over_as_a_bytearray_that_is_wiped(kms):
    envelope = sealwax.encrypt(b"x", kms, context={"b": "2", "a": "1"})
    assert sealwax.decrypt(envelope, kms) == b"x"
    assert kms.calls == ["wrap", "unwrap"]
    assert [type(dek) for dek in kms.seen] == [bytearray] * 2
    assert kms.seen == [bytes(32)] * 2


def test_a_dek_is_wiped_also_after_an_error(kms):
    class Failing(type(kms)):
        def wrap(self, dek, context):
            self.seen.append(dek)
            assert dek != bytes(32)
            raise RuntimeError

    failing = Failing()
    with pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"x", failing)
    assert failing.seen == [bytes(32)]


def test_a_provider_that_generates(kms):
    class Generating(type(kms)):
        def generate(self, context):
            self.calls.append("generate")
            dek = bytearray(os.urandom(32))
            self.seen.append(dek)
            return dek, type(kms).wrap(self, dek, context)

    first, other = Generating(), Generating("k2")
    envelope = sealwax.encrypt(b"x", [first, other])
    assert first.calls == ["generate", "wrap"] and other.calls == ["wrap"]
    assert first.seen[0] == bytes(32)
    assert sealwax.decrypt(envelope, other) == b"x" == sealwax.decrypt(envelope, first)


def test_only_matching_keys_are_asked_and_each_provider_once(kms):
    key = sealwax.LocalKey.generate()
    others = [type(kms)(f"other{i}") for i in range(3)]
    envelope = sealwax.encrypt(b"x", [key, kms])
    kms.calls.clear()
    assert sealwax.decrypt(envelope, [*others, kms, key]) == b"x"
    assert [other.calls for other in others] == [[]] * 3 and kms.calls == ["unwrap"]
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(envelope, others)


def test_inspecting_asks_nobody(kms):
    envelope = sealwax.encrypt(b"x", kms)
    kms.calls.clear()
    sealwax.inspect(envelope)
    assert kms.calls == []


def test_every_use_of_a_key_is_an_event(key, kms, events, tmp_path):
    envelope = sealwax.encrypt(b"plain", [key, kms], context={"a": "b"})
    sealwax.decrypt(envelope, kms)
    found = [
        (r.event.operation, r.event.provider_id, r.event.key_id, r.event.outcome) for r in events
    ]
    assert found == [
        ("wrap", "local", "k1", "ok"),
        ("wrap", "example", "k", "ok"),
        ("unwrap", "example", "k", "ok"),
    ]
    assert all(r.levelno == logging.INFO and r.event.context == {"a": "b"} for r in events)
    assert all(0 <= r.event.duration < 5 for r in events)
    events.clear()
    path = tmp_path / "named"
    with sealwax.open(path, "wb", key) as file:
        file.write(b"x")
    with audit.object_name("s3://bucket/key"):
        sealwax.decrypt(path.read_bytes(), key)
    assert [r.event.object_name for r in events] == [str(path), "s3://bucket/key"]


def test_failures_are_events_with_their_kind(key, kms, broken_kms, events):
    class Denying(type(kms)):
        def unwrap(self, wrapped, context):
            audit.annotate(request_id="r-1")
            raise PermissionError("AccessDeniedException")

    envelope = sealwax.encrypt(b"x", [kms, key])
    events.clear()
    sealwax.decrypt(envelope, [broken_kms, Denying(), sealwax.LocalKey.generate("k1"), key])
    found = [(r.levelname, r.event.outcome, r.event.error, dict(r.event.notes)) for r in events]
    assert found == [
        ("WARNING", "failed", "ConnectionError", {}),
        ("WARNING", "denied", "PermissionError", {"request_id": "r-1"}),
        ("WARNING", "rejected", None, {}),
        ("INFO", "ok", None, {}),
    ]


def test_notes_belong_to_the_provider_that_made_them(kms, events):
    """Also where one provider uses another one."""

    class Noting(type(kms)):
        def wrap(self, dek, context):
            audit.annotate(request_id="inner")
            return super().wrap(dek, context)

    class Chained(type(kms)):
        def wrap(self, dek, context):
            audit.annotate(request_id="outer")
            sealwax.encrypt(b"x", Noting())
            sealwax.encrypt(b"x", kms)
            return super().wrap(dek, context)

    sealwax.encrypt(b"x", Chained())
    audit.annotate(request_id="of no use")
    notes = [dict(r.event.notes) for r in events]
    assert notes == [{"request_id": "inner"}, {}, {"request_id": "outer"}]


def test_what_a_kms_says_is_shown_and_what_a_stranger_says_is_not(kms, events):
    """Our own errors hold no secret; what a wrap failed for is in the error and in the log."""

    class Saying(type(kms)):
        def wrap(self, dek, context):
            raise self.error

        unwrap = wrap

    envelope, provider = sealwax.encrypt(b"x", kms), Saying()
    events.clear()
    for error, shown in (
        (
            sealwax.kms.AccessDeniedError("no\x1b[2J\nINFO all is well"),
            r"no\u{1b}[2J\nINFO all is well",
        ),
        (sealwax.InvalidArgumentError("not that one"), "InvalidArgumentError: not that one"),
        (RuntimeError("s3cret"), "RuntimeError"),
    ):
        provider.error = error
        for call in (sealwax.encrypt, sealwax.decrypt):
            with pytest.raises(sealwax.ProviderError) as caught:
                call(envelope, provider)
            said = str(caught.value)
            assert said.endswith(shown) and "example k: " in said and "s3cret" not in said
            assert "\x1b" not in said and "\n" not in said
    assert {(r.event.key_id, r.event.outcome) for r in events} == {("k", "failed")}


def test_events_as_json_lines_hold_no_secret(kms, events):
    formatter = audit.JsonFormatter()
    sealwax.encrypt(b"plaintext-marker", kms, context={"ü": "\n"})
    line = formatter.format(events[0])
    assert "\n" not in line and "plaintext-marker" not in line
    fields = json.loads(line)
    assert fields["operation"] == "wrap" and fields["context"] == {"ü": "\n"}
    assert fields["level"] == "info" and fields["time"] > 1.7e9 and fields["key_id"] == "k"
    other = logging.LogRecord("x", logging.INFO, "", 0, "hello %s", ("you",), None)
    assert json.loads(formatter.format(other))["message"] == "hello you"


def test_what_a_header_says_moves_no_cursor_in_the_log(kms, events):
    hostile = "k\x1b[2J\nINFO all is well\x9b\u202e\U000e0041"
    kms.key_id = hostile
    envelope = sealwax.encrypt(b"x", kms, context={"\u202e": "\x9b"})
    sealwax.decrypt(envelope, kms)
    for record in events:
        for line in (record.getMessage(), audit.JsonFormatter().format(record)):
            assert line.isprintable()
        assert record.event.key_id == hostile
        fields = json.loads(audit.JsonFormatter().format(record))
        assert (fields["key_id"], fields["context"]) == (hostile, {"\u202e": "\x9b"})


def test_a_log_handler_that_fails_does_not_fail_the_call(key, events, monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_type))
    monkeypatch.setattr(audit.logger, "log", lambda *args, **kwargs: 1 / 0)
    assert sealwax.decrypt(sealwax.encrypt(b"x", key), key) == b"x"
    assert seen == [ZeroDivisionError] * 2


def test_silent_unless_asked(tmp_path):
    program = """
import logging, sealwax
class Broken:
    provider_id = "example"
    def accepts(self, key_id): return True
    def wrap(self, dek, context): raise OSError
    unwrap = wrap
try:
    sealwax.encrypt(b"x", Broken())
except sealwax.ProviderError:
    pass
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
