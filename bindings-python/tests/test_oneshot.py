"""Whole messages in memory: buffers, headers, handles."""

from __future__ import annotations

import array
import mmap
import sys
import threading
from types import SimpleNamespace

import pytest
import sealwax

CHUNK = 16_384
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK, 300_000, 2_000_000]


def views(data):
    """The same bytes in every kind of buffer."""
    yield data
    yield bytearray(data)
    yield memoryview(data)
    yield memoryview(b"xy" + data + b"z")[2:-1]
    yield memoryview(bytearray(b"xy" + data + b"z"))[2:-1].toreadonly()
    yield array.array("B", data)


@pytest.mark.parametrize("size", SIZES)
def test_every_kind_of_buffer_comes_back(key, blob, size):
    plaintext = blob[:size]
    for data in views(plaintext):
        envelope = sealwax.encrypt(data, key, context={"a": "b"}, associated_data=b"ad")
        assert type(envelope) is bytes
        for sealed in views(envelope):
            opened = sealwax.decrypt(sealed, key, context={"a": "b"}, associated_data=b"ad")
            assert type(opened) is bytes and opened == plaintext


def test_items_wider_than_a_byte_and_maps_of_files(key, tmp_path, blob):
    numbers = array.array("d", range(1000))
    assert sealwax.decrypt(sealwax.encrypt(numbers, key), key) == numbers.tobytes()
    path = tmp_path / "mapped"
    path.write_bytes(blob)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sealwax.decrypt(sealwax.encrypt(mapped, key), key) == blob


def test_a_buffer_that_is_not_contiguous_is_copied_in_its_logical_order(key):
    every_second = memoryview(bytes(range(200)))[::2]
    assert sealwax.decrypt(sealwax.encrypt(every_second, key), key) == bytes(range(0, 200, 2))


@pytest.mark.parametrize("data", ["text", 5, None, object()])
def test_what_is_no_buffer_is_a_type_error(key, data):
    with pytest.raises(TypeError, match="bytes-like"):
        sealwax.encrypt(data, key)


def test_a_closed_buffer_is_an_error(key):
    view = memoryview(b"x")
    view.release()
    with pytest.raises(ValueError, match="released"):
        sealwax.encrypt(view, key)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("size", SIZES)
def test_into_the_callers_buffer(key, blob, size):
    plaintext = blob[:size]
    envelope = sealwax.encrypt(plaintext, key)
    for data in views(plaintext):
        out = bytearray(b"\xaa" * (len(envelope) + 5))
        assert sealwax.encrypt_into(data, memoryview(out)[2:-3], key) == len(envelope)
        assert out[:2] == b"\xaa" * 2 and out[-3:] == b"\xaa" * 3
        back = bytearray(b"\xaa" * (size + 2))
        assert sealwax.decrypt_into(memoryview(out)[2:-3], memoryview(back)[1:-1], key) == size
        assert back == b"\xaa" + plaintext + b"\xaa"


@pytest.mark.usefixtures("memory")
def test_input_and_output_may_be_the_same_memory(key, blob):
    buffer = bytearray(blob + bytes(100_000))
    length = sealwax.encrypt_into(memoryview(buffer)[: len(blob)], buffer, key)
    assert sealwax.decrypt_into(memoryview(buffer)[:length], buffer, key) == len(blob)
    assert buffer[: len(blob)] == blob


def test_an_output_that_does_not_fit_is_left_as_it_was(key, blob):
    envelope = sealwax.encrypt(blob, key)
    out = bytearray(b"\xaa" * (len(blob) - 1))
    with pytest.raises(sealwax.BufferTooSmallError) as caught:
        sealwax.decrypt_into(envelope, out, key)
    assert caught.value.code is sealwax.ErrorCode.BUFFER_TOO_SMALL
    assert caught.value.needed == len(blob)
    assert out == b"\xaa" * len(out)
    with pytest.raises(sealwax.BufferTooSmallError) as caught:
        sealwax.encrypt_into(blob, out, key)
    assert caught.value.needed == len(envelope)
    with pytest.raises(TypeError, match="read-only"):
        sealwax.decrypt_into(envelope, bytes(len(blob)), key)
    with pytest.raises(BufferError, match="not contiguous"):
        sealwax.decrypt_into(envelope, memoryview(bytearray(3 * len(blob)))[::3], key)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("size", [100, 1_000_000])
def test_nothing_of_a_modified_message_stays_in_the_output(key, blob, size):
    envelope = bytearray(sealwax.encrypt(blob[:size], key))
    envelope[-1] ^= 1
    out = bytearray(size)
    with pytest.raises(sealwax.AuthenticationError) as caught:
        sealwax.decrypt_into(envelope, out, key)
    assert caught.value.chunk == size // CHUNK
    assert out == bytes(size)


@pytest.mark.usefixtures("memory")
def test_a_buffer_that_another_thread_changes_gives_one_of_its_states(key):
    data, stop = bytearray(4_000_000), threading.Event()

    def change():
        value = 0
        while not stop.is_set():
            value = (value + 1) % 256
            data[::4096] = bytes([value]) * len(data[::4096])

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(20):
            opened = sealwax.decrypt(sealwax.encrypt(data, key), key)
            assert len(opened) == len(data) and not any(opened[1:4096])
            out = bytearray(len(data) + 100_000)
            length = sealwax.encrypt_into(data, out, key)
            assert len(sealwax.decrypt(memoryview(out)[:length], key)) == len(data)
    finally:
        stop.set()
        thread.join()


def test_what_numpy_lends_is_not_copied(key, blob, monkeypatch):
    numpy, lent = pytest.importorskip("numpy"), []

    def frombuffer(view, dtype):
        lent.append((view.nbytes, view.readonly))
        return numpy.frombuffer(view, dtype)

    shares = numpy.may_share_memory
    loaded = SimpleNamespace(frombuffer=frombuffer, may_share_memory=shares)
    out = bytearray(len(blob) + 100_000)
    sealwax.encrypt_into(bytearray(blob), out, key)  # finds NumPy's own interface, once and for all
    monkeypatch.setitem(sys.modules, "numpy", loaded)
    length = sealwax.encrypt_into(bytearray(blob), out, key)
    assert lent == [(len(out), False), (len(blob), False)]
    envelope, back = out[:length], bytearray(len(blob))
    lent.clear()
    assert sealwax.decrypt_into(envelope, back, key) == len(back) and back == blob
    assert lent == [(len(back), False)]  # what is decrypted must not change, so it is copied
    lent.clear()
    length = sealwax.encrypt_into(memoryview(blob), out, key)
    assert (len(blob), True) in lent and sealwax.decrypt(out[:length], key) == blob


def test_a_buffer_cannot_be_resized_while_it_is_read(kms):
    data = bytearray(1_000_000)

    class Resizing(type(kms)):
        def wrap(self, dek, context):
            with pytest.raises(BufferError):
                data.clear()
            return super().wrap(dek, context)

    assert len(sealwax.encrypt(data, Resizing())) > len(data)


def test_metadata_travels_encrypted_in_the_header(key):
    envelope = sealwax.encrypt(b"x", key, metadata=b"tide table.csv")
    assert b"tide" not in envelope
    header = sealwax.inspect(envelope)
    assert header.sealed_metadata_len == 24 + 32 + 14 + 16
    assert sealwax.DecryptHandle(bytes(header), key).metadata == b"tide table.csv"
    plain = sealwax.inspect(sealwax.encrypt(b"x", key))
    assert sealwax.DecryptHandle(bytes(plain), key).metadata is None


def test_a_detached_header_is_stored_elsewhere(key, blob):
    header, body = sealwax.encrypt_detached(blob, key, context={"a": "b"})
    assert len(body) == sealwax.sealed_size(len(blob), 0)
    assert sealwax.inspect(header).context == {"a": "b"}
    assert sealwax.decrypt(body, key, header=header) == blob
    assert sealwax.decrypt(header + body, key) == blob
    other, _ = sealwax.encrypt_detached(blob, key)
    with pytest.raises(sealwax.AuthenticationError) as caught:
        sealwax.decrypt(body, key, header=other)
    assert caught.value.code is sealwax.ErrorCode.COMMITMENT_MISMATCH


@pytest.mark.parametrize(
    ("padding", "length"), [("none", 171), ("page", 4096), (5000, 5000), ("auto", 171), (None, 171)]
)
def test_padding_makes_room_in_the_header(key, padding, length):
    header = sealwax.inspect(sealwax.encrypt(b"x", key, padding=padding))
    assert header.header_len == length
    assert header.padding_len == length - 171


def test_long_messages_are_padded_by_default(key):
    assert sealwax.inspect(sealwax.encrypt(bytes(1 << 20), key)).header_len == 4096
    assert sealwax.sealed_size(1 << 20) == len(sealwax.encrypt(bytes(1 << 20), key))


@pytest.mark.parametrize("padding", ["all", "", -1, 1.5])
def test_padding_is_checked(key, padding):
    with pytest.raises((ValueError, TypeError)):
        sealwax.encrypt(b"x", key, padding=padding)


def test_handles_ask_the_provider_once(kms):
    sealing = sealwax.EncryptHandle(kms, context={"a": "b"}, metadata=b"m")
    messages = [bytes([i]) * i for i in range(100)]
    envelopes = [sealing.encrypt(message, associated_data=b"ad") for message in messages]
    assert kms.calls == ["wrap"] and len({bytes(e) for e in envelopes}) == 100
    opening = sealwax.DecryptHandle(sealing.header, kms, context={"a": "b"})
    assert [opening.decrypt(e, associated_data=b"ad") for e in envelopes] == messages
    assert kms.calls == ["wrap", "unwrap"] and opening.metadata == b"m"
    out = bytearray(sealing.sealed_size(3))
    assert sealing.encrypt_into(b"abc", out) == len(out)
    assert opening.decrypt(out) == b"abc"
    assert opening.decrypt(sealing.encrypt_detached(b"abc"), detached=True) == b"abc"
    other = sealwax.EncryptHandle(kms).encrypt(b"x")
    with pytest.raises(sealwax.InvalidArgumentError):
        opening.decrypt(other)


def test_the_text_form(key):
    envelope = sealwax.encrypt(b"x", key)
    text = sealwax.to_text(envelope)
    assert text.startswith("sealwax1.") and sealwax.from_text(text) == envelope
    for broken, code in [(text + "=", 23), (text[1:], 20), (text + " ", 23)]:
        with pytest.raises(sealwax.FormatError) as caught:
            sealwax.from_text(broken)
        assert caught.value.code == code


def test_rewrap_leaves_the_body(key, kms, blob):
    envelope = sealwax.encrypt(blob, key)
    both = sealwax.rewrap(envelope, old=key, new=kms, add=True)
    assert [k.provider_id for k in sealwax.inspect(both).wrapped_keys] == ["local", "example"]
    only = sealwax.rewrap(both, old=kms, new=kms)
    assert [k.provider_id for k in sealwax.inspect(only).wrapped_keys] == ["example"]
    body = sealwax.inspect(envelope).header_len
    assert only[body:] == envelope[body:] and sealwax.decrypt(only, kms) == blob
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(only, key)
    header, detached = sealwax.encrypt_detached(blob, key)
    header = sealwax.rewrap_header(header, key, kms)
    assert sealwax.decrypt(detached, kms, header=header) == blob


def test_headers_are_values_that_people_can_read(key):
    import pickle

    header = sealwax.inspect(sealwax.encrypt(b"x", key, context={"<b>": "&"}, metadata=b"m"))
    assert header == pickle.loads(pickle.dumps(header)) and len({header, header}) == 1
    assert header != sealwax.inspect(sealwax.encrypt(b"x", key))
    assert repr(header).startswith("Header(context={'<b>': '&'}, keys=[local:k1], header_len=")
    html = header._repr_html_()
    assert "&lt;b&gt;" in html and "local k1" in html and "<b>" not in html
    assert header.to_dict()["wrapped_keys"][0]["wrapped_dek_len"] == 104
    assert header.suite == 1
