"""Wrappers of the standard library over a writer: no exception makes a file look complete."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import csv
import gc
import gzip
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import warnings
import zipfile

import pytest
import sealwax
from sealwax import UnfinishedWarning


class Stop(Exception):
    pass


def text(file):
    return io.TextIOWrapper(file, "utf-8")


def rows(file):
    wrapped = text(file)
    csv.writer(wrapped).writerow(["06:12", "high"])
    return wrapped


def archive(mode):
    def opened(file):
        tar = tarfile.open(fileobj=file, mode=mode)
        tar.addfile(tarfile.TarInfo("a"))
        return tar

    return opened


def zipped(file):
    opened = zipfile.ZipFile(file, "w")
    opened.writestr("a", "tide table")
    return opened


CLOSING = {
    "TextIOWrapper": text,
    "csv": rows,
    "BufferedWriter": io.BufferedWriter,
    "BufferedRWPair": lambda file: io.BufferedRWPair(io.BytesIO(), file),
    "codecs.getwriter": codecs.getwriter("utf-8"),
    "codecs.StreamRecoder": lambda file: codecs.EncodedFile(file, "utf-8"),
    "contextlib.closing": contextlib.closing,
    "text over buffer": lambda file: io.TextIOWrapper(io.BufferedWriter(file), "utf-8"),
}
"""Wrappers that close what they wrap."""

OTHERS = {
    "gzip": lambda file: gzip.open(file, "wt"),
    "bz2": lambda file: bz2.open(file, "wt"),
    "lzma": lambda file: lzma.open(file, "wb"),
    "zipfile": zipped,
    "tarfile": archive("w"),
    "tarfile stream": archive("w|gz"),
}
"""Wrappers that leave what they wrap to its owner."""

ALL = {**CLOSING, **OTHERS}


@pytest.mark.parametrize("wrap", ALL.values(), ids=ALL)
def test_an_exception_inside_of_a_wrappers_block_leaves_no_file(tmp_path, key, wrap):
    with pytest.raises(Stop), warnings.catch_warnings():
        warnings.simplefilter("error")
        with sealwax.open(tmp_path / "never", "wb", key) as file, wrap(file):
            file.write(b"half of it")
            raise Stop
    assert file.closed and os.listdir(tmp_path) == []


@pytest.mark.parametrize("wrap", ALL.values(), ids=ALL)
def test_without_an_exception_the_file_is_complete(tmp_path, key, wrap):
    with sealwax.open(tmp_path / "file", "wb", key) as file, wrap(file):
        file.write(b"tide table")
    with sealwax.open(tmp_path / "file", "rb", key) as file:
        assert b"tide table" in file.read()


@pytest.mark.parametrize("wrap", CLOSING.values(), ids=CLOSING)
def test_a_wrapper_alone_closes_the_writer_in_an_exception(tmp_path, key, wrap):
    with (
        pytest.raises(Stop),
        pytest.warns(UnfinishedWarning, match="never' was not written: .* Stop"),
    ):
        with wrap(sealwax.open(tmp_path / "never", "wb", key)):
            raise Stop
    assert os.listdir(tmp_path) == []
    with wrap(sealwax.open(tmp_path / "file", "wb", key)):
        pass
    assert os.listdir(tmp_path) == ["file"]


def test_close_in_finally(tmp_path, key):
    def write(fail):
        file = sealwax.open(tmp_path / "file", "wb", key)
        try:
            file.write(b"half of it")
            if fail:
                raise Stop
        finally:
            file.close()

    with pytest.raises(Stop), pytest.warns(UnfinishedWarning, match="closed while Stop"):
        write(fail=True)
    assert os.listdir(tmp_path) == []
    write(fail=False)
    assert os.listdir(tmp_path) == ["file"]


def test_a_generator_that_is_thrown_into(tmp_path, key):
    @contextlib.contextmanager
    def opened():
        file = sealwax.open(tmp_path / "file", "wb", key)
        try:
            yield file
        finally:
            file.close()

    with pytest.raises(Stop), pytest.warns(UnfinishedWarning), opened():
        raise Stop
    assert os.listdir(tmp_path) == []


def test_an_exception_that_is_handled_inside_of_the_writers_block(tmp_path, key):
    with sealwax.open(tmp_path / "file", "wb", key) as file:
        try:
            raise Stop
        except Stop:
            file.write(b"tide table")
            file.close()
            assert file.closed and not (tmp_path / "file").exists()
    assert sealwax.decrypt((tmp_path / "file").read_bytes(), key) == b"tide table"
    with sealwax.open(tmp_path / "text", "w", key) as file:
        try:
            raise Stop
        except Stop:
            file.write("tide table")
            file.close()
    assert sealwax.decrypt((tmp_path / "text").read_bytes(), key) == b"tide table"


def test_a_writer_that_lives_in_a_handler(tmp_path, key):
    """What was in flight when it was opened is no failure of its own."""
    try:
        raise Stop
    except Stop:
        file = sealwax.open(tmp_path / "file", "wb", key)
        file.write(b"tide table")
        file.close()
        with pytest.raises(ZeroDivisionError), pytest.warns(UnfinishedWarning):
            with text(sealwax.open(tmp_path / "never", "wb", key)):
                1 / 0
    assert os.listdir(tmp_path) == ["file"]


def test_a_wrapper_that_is_lost(tmp_path, key):
    for wrap in (text, io.BufferedWriter, CLOSING["text over buffer"]):
        wrapped = wrap(sealwax.open(tmp_path / "lost", "wb", key))
        wrapped.write("x" if isinstance(wrapped, io.TextIOBase) else b"x")
        with pytest.warns(UnfinishedWarning, match="lost' was not written"):
            del wrapped
            gc.collect()
    assert os.listdir(tmp_path) == []


def test_what_a_wrapper_could_not_hand_on_is_missing(tmp_path, key, monkeypatch):
    """`io.TextIOWrapper.close` closes the file below also when its own flush has failed."""
    wrapped = text(sealwax.open(tmp_path / "never", "wb", key))
    wrapped.write("the end")
    real = sealwax.SealedWriter.write
    calls = []

    def interrupted(self, data):
        calls.append(data)
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            self.raw.fail(error)
            raise

    monkeypatch.setattr(sealwax.SealedWriter, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        wrapped.close()
    monkeypatch.setattr(sealwax.SealedWriter, "write", real)
    assert calls and os.listdir(tmp_path) == []


def test_copying_from_a_source_that_fails(tmp_path, key):
    class Broken(io.RawIOBase):
        def readinto(self, buffer):
            raise Stop

    with pytest.raises(Stop), sealwax.open(tmp_path / "never", "wb", key) as file:
        shutil.copyfileobj(Broken(), file)
    assert os.listdir(tmp_path) == []


def test_a_warning_that_data_is_missing_is_shown_by_default(tmp_path, key):
    program = """
import sys, sealwax
key = sealwax.LocalKey.generate()
sealwax.open(sys.argv[1], "wb", key).write(b"x")
"""
    command = [sys.executable, "-c", program, str(tmp_path / "lost")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "UnfinishedWarning" in shown and "lost' was not written" in shown
    quiet = subprocess.run(
        [command[0], "-W", "ignore", *command[1:]], capture_output=True, text=True, check=True
    )
    assert quiet.stderr == "" and os.listdir(tmp_path) == []


def test_a_flush_hands_on_whole_chunks_and_a_close_keeps_the_header_short(key):
    """Whoever waits at the other end of a pipe gets what there is."""
    live, short = io.BytesIO(), io.BytesIO()
    with sealwax.open(live, "wb", key) as file:
        file.write(bytes(20_000))
        assert live.getvalue() == b""
        file.flush()
        handed_on = len(live.getvalue())
        assert 16_384 < handed_on < 20_000 + 4_096
        file.write(b"more")
    with sealwax.open(short, "wb", key) as file:
        file.write(bytes(20_000))
    assert len(short.getvalue()) < handed_on + 20_000 - 16_384
    assert sealwax.inspect(short.getvalue()).padding_len == 0
    assert sealwax.decrypt(live.getvalue(), key) == bytes(20_000) + b"more"
    assert sealwax.decrypt(short.getvalue(), key) == bytes(20_000)


def test_the_header_of_a_short_text_has_no_padding(key):
    closed, left, live = io.BytesIO(), io.BytesIO(), io.BytesIO()
    text = "high water\n" * 20_000
    file = sealwax.open(closed, "w", key)
    file.write(text)
    file.close()
    with sealwax.open(left, "w", key) as file:
        file.write(text)
    with sealwax.open(live, "w", key) as file:
        file.write(text)
        file.flush()  # somebody waits for it
    envelopes = [target.getvalue() for target in (closed, left, live)]
    assert [sealwax.decrypt(envelope, key) for envelope in envelopes] == [text.encode()] * 3
    padding = [sealwax.inspect(envelope).padding_len for envelope in envelopes]
    assert padding[:2] == [0, 0] and padding[2] > 0


def test_a_binary_file_that_left_its_text_wrapper_still_hands_on(key):
    live = io.BytesIO()
    text = sealwax.open(live, "w", key)
    with text.detach() as file:
        with pytest.raises(ValueError, match="detached"):
            text.close()
        file.write(bytes(20_000))
        file.flush()
        assert len(live.getvalue()) > 16_384
    assert sealwax.decrypt(live.getvalue(), key) == bytes(20_000)
