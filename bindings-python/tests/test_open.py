"""File objects of sealwax.open: reading, writing, aborting, streams, text, pickles."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import tarfile
import zipfile

import pytest
import sealwax
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHUNK = 16_384


class OneByteReads:
    """As poor as a file object can be: `read` alone, and one byte at a time."""

    def __init__(self, data):
        self._source = io.BytesIO(data)

    def read(self, size):
        return self._source.read(min(size, 1))


class WriteOnly:
    """`write` alone, which returns nothing."""

    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        self.data += data


@pytest.fixture
def sealed(tmp_path, key, blob):
    path = tmp_path / "blob.sealwax"
    path.write_bytes(sealwax.encrypt(blob, key, context={"a": "b"}, metadata=b"m"))
    return path


def test_a_reader_is_a_real_buffered_reader(sealed, key, blob):
    with sealwax.open(sealed, "rb", key, context={"a": "b"}) as file:
        assert isinstance(file, io.BufferedIOBase) and isinstance(file, io.BufferedReader)
        assert file.readable() and file.seekable() and not file.writable() and not file.closed
        assert file.size == len(blob) and file.metadata == b"m"
        assert file.header.context == {"a": "b"}
        assert file.read() == blob and file.read() == b"" and file.read(1) == b""
        with pytest.raises(OSError):
            file.fileno()
        assert not file.isatty()
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"x")
        with pytest.raises(io.UnsupportedOperation):
            file.truncate(1)
    assert file.closed
    with pytest.raises(ValueError):
        file.read()


@given(
    size=st.sampled_from([0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 70_000, 3 * CHUNK]),
    actions=st.lists(
        st.one_of(
            st.tuples(st.just("read"), st.one_of(st.integers(0, 40_000), st.just(-1))),
            st.tuples(st.just("read1"), st.integers(0, 40_000)),
            st.tuples(st.just("readinto"), st.integers(0, 40_000)),
            st.tuples(st.just("readline"), st.one_of(st.integers(0, 300), st.just(-1))),
            st.tuples(st.just("seek"), st.integers(-60_000, 90_000), st.integers(0, 2)),
            st.tuples(st.just("tell")),
            st.tuples(st.just("peek")),
        ),
        max_size=25,
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_reader_does_what_a_bytesio_does(size, actions):
    plaintext = (b"a line of text, some of them short\n\nand longer " * 2000)[:size]
    model, file = io.BytesIO(plaintext), sealwax.open(io.BytesIO(SEALED[size]), "rb", KEY)
    for name, *arguments in actions:
        if name == "readinto":
            expected, found = bytearray(arguments[0]), bytearray(arguments[0])
            assert file.readinto(found) == model.readinto(expected) and found == expected
        elif name == "read1":
            data = file.read1(*arguments)
            assert data == model.read(len(data)) and (data or not arguments[0] or not model.read(1))
        elif name == "peek":
            data = file.peek()
            assert data == plaintext[model.tell() :][: len(data)]
        elif name == "seek" and arguments[0] + _base(model, arguments[1], size) < 0:
            position = file.tell()
            with pytest.raises(ValueError):
                file.seek(*arguments)
            assert file.tell() == position == model.tell()
        else:
            assert getattr(file, name)(*arguments) == getattr(model, name)(*arguments), name
        assert file.tell() == model.tell()
    assert file.read() == model.read()
    file.close()


def _base(model, whence, size):
    return (0, model.tell(), size)[whence]


KEY = sealwax.LocalKey.generate()
SEALED = {
    size: sealwax.encrypt((b"a line of text, some of them short\n\nand longer " * 2000)[:size], KEY)
    for size in (0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 70_000, 3 * CHUNK)
}


def test_lines(key):
    text = b"one\ntwo\n\nfour"
    file = sealwax.open(io.BytesIO(sealwax.encrypt(text, key)), "rb", key)
    assert list(file) == [b"one\n", b"two\n", b"\n", b"four"]
    file.seek(4)
    assert file.readlines() == [b"two\n", b"\n", b"four"]


def test_an_unknown_whence(sealed, key):
    with sealwax.open(sealed, "rb", key) as file, pytest.raises(ValueError):
        file.seek(0, 7)


def test_streams_of_single_bytes(key):
    plaintext = os.urandom(20_000)
    envelope = sealwax.encrypt(plaintext, key, metadata=b"m")
    file = sealwax.open(OneByteReads(envelope), "rb", key)
    assert not file.seekable() and file.size is None and file.metadata == b"m"
    assert file.read(5) == plaintext[:5] and file.tell() == 5
    with pytest.raises(io.UnsupportedOperation):
        file.seek(0)
    assert file.read() == plaintext[5:]
    whole_chunks = sealwax.inspect(envelope).header_len + 56 + CHUNK + 16
    for length in (whole_chunks, whole_chunks + 15):
        with pytest.raises(sealwax.TruncatedError):
            sealwax.open(OneByteReads(envelope[:length]), "rb", key).read()
    target = WriteOnly()
    with sealwax.open(target, "wb", key) as file:
        file.write(plaintext)
    assert sealwax.decrypt(target.data, key) == plaintext


def test_a_source_that_misbehaves(key):
    envelope = sealwax.encrypt(b"x", key)

    class Odd:
        def __init__(self, answer):
            self.answer = answer

        def read(self, size):
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    for answer, error in [
        ("text", TypeError),
        (bytes(10**7), TypeError),
        (None, BlockingIOError),
        (ZeroDivisionError("mine"), ZeroDivisionError),
    ]:
        with pytest.raises(error):
            sealwax.open(Odd(answer), "rb", key)
    with pytest.raises(TypeError):
        sealwax.open(5, "rb", key)
    with pytest.raises(TypeError):
        sealwax.open(envelope, "rb", key)
    with pytest.raises(TypeError):
        sealwax.open(io.StringIO("x"), "rb", key)


def test_a_file_object_is_read_from_where_it_stands_and_stays_open(key, blob):
    source = io.BytesIO(b"preface" + sealwax.encrypt(blob, key))
    source.seek(7)
    with sealwax.open(source, "rb", key) as file:
        file.seek(-3, os.SEEK_END)
        assert file.read() == blob[-3:]
    assert not source.closed


def test_detached_headers(tmp_path, key, blob):
    path = tmp_path / "body"
    with sealwax.open(path, "wb", key, detached=True) as file:
        file.write(blob)
        header = bytes(file.header)
    assert path.stat().st_size == sealwax.sealed_size(len(blob), 0)
    with sealwax.open(path, "rb", key, header=header) as file:
        file.seek(CHUNK)
        assert file.read(10) == blob[CHUNK : CHUNK + 10]
    assert (
        sealwax.open(OneByteReads(path.read_bytes()[:30_000]), "rb", key, header=header).read(9)
        == blob[:9]
    )
    with sealwax.open(path, "wb", key) as file:
        assert file.header is None


def test_modified_and_cut_files(sealed, key, blob):
    data = sealed.read_bytes()
    sealed.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    with sealwax.open(sealed, "rb", key) as file:
        file.seek(CHUNK)
        assert file.read(100) == blob[CHUNK : CHUNK + 100]
        file.seek(0)
        with pytest.raises(sealwax.AuthenticationError) as caught:
            file.read(1)
        assert caught.value.chunk == 0
    sealed.write_bytes(data[:-1])
    with pytest.raises(sealwax.AuthenticationError):
        sealwax.open(sealed, "rb", key)


def test_text(tmp_path, key):
    path = tmp_path / "text"
    with sealwax.open(path, "w", key, encoding="latin-1", newline="\r\n") as file:
        assert isinstance(file, io.TextIOWrapper)
        file.write("Grüße\nzwei\n")
    assert sealwax.decrypt(path.read_bytes(), key) == "Grüße\r\nzwei\r\n".encode("latin-1")
    with sealwax.open(path, "rt", key, encoding="latin-1") as file:
        assert list(file) == ["Grüße\n", "zwei\n"]
    with sealwax.open(path, "r", key) as file, pytest.raises(UnicodeDecodeError):
        file.read()


@pytest.mark.parametrize("mode", ["", "rw", "b", "rbt", "ab", "r+b", "rr", "z"])
def test_modes(tmp_path, key, mode):
    with pytest.raises(ValueError, match="mode"):
        sealwax.open(tmp_path / "x", mode, key)


def test_arguments_that_do_not_fit_the_mode(sealed, key):
    for mode, options in [
        ("rb", {"metadata": b"m"}),
        ("rb", {"detached": True}),
        ("wb", {"header": b""}),
        ("rb", {"encoding": "utf-8"}),
    ]:
        with pytest.raises(ValueError):
            sealwax.open(sealed, mode, key, **options)


def test_encrypt_stream(key, blob):
    for source in (io.BytesIO(blob), OneByteReads(blob[:20_000])):
        stream = sealwax.encrypt_stream(source, key, context={"a": "b"}, metadata=b"m")
        with pytest.raises(io.UnsupportedOperation):
            _ = stream.header
        envelope = stream.read(3) + stream.read()
        expected = blob if isinstance(source, io.BytesIO) else blob[:20_000]
        assert sealwax.decrypt(envelope, key) == expected
        assert sealwax.inspect(envelope).context == {"a": "b"}


def test_readers_by_path_can_be_pickled(sealed, blob, tmp_path, monkeypatch, key):
    monkeypatch.setenv("SEALWAX_TEST_KEY", bytes(key.export()).hex())
    (tmp_path / "key").write_bytes(key.export())
    for named in (
        sealwax.LocalKey.from_env("SEALWAX_TEST_KEY", "k1"),
        sealwax.LocalKey.from_file(tmp_path / "key", "k1"),
    ):
        with sealwax.open(sealed, "rb", named, context={"a": "b"}) as file:
            file.seek(1234)
            pickled = pickle.dumps(file)
            assert bytes(key.export()) not in pickled and key.export().hex().encode() not in pickled
            with pickle.loads(pickled) as again:
                assert again.tell() == 1234 and again.read() == blob[1234:]
    with sealwax.open(sealed, "rb", key) as file, pytest.raises(TypeError, match="pickled"):
        pickle.dumps(file)
    with pytest.raises(TypeError, match="path"):
        pickle.dumps(sealwax.open(io.BytesIO(sealed.read_bytes()), "rb", key))


def test_the_standard_library(tmp_path, key, blob):
    path = tmp_path / "archive"
    with sealwax.open(path, "wb", key) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.bin", blob)
        archive.writestr("b.txt", "tide table")
    with sealwax.open(path, "rb", key) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("b.txt") == b"tide table" and archive.read("a.bin") == blob
        assert archive.testzip() is None
    for mode, read in (("w", "r"), ("w:gz", "r:*"), ("w|", "r|")):
        with sealwax.open(path, "wb", key) as file, tarfile.open(fileobj=file, mode=mode) as tar:
            info = tarfile.TarInfo("a.bin")
            info.size = len(blob)
            tar.addfile(info, io.BytesIO(blob))
        with sealwax.open(path, "rb", key) as file, tarfile.open(fileobj=file, mode=read) as tar:
            assert tar.extractfile(tar.next()).read() == blob
    with sealwax.open(path, "wb", key) as file:
        shutil.copyfileobj(io.BytesIO(blob), file)
    back = io.BytesIO()
    with sealwax.open(path, "rb", key) as file:
        shutil.copyfileobj(file, back)
    assert back.getvalue() == blob
