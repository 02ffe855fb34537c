"""Exceptions: every class and code, causes, attempts, pickles, and no secret in any."""

from __future__ import annotations

import errno
import io
import os
import pickle
import re
import subprocess
import sys

import pytest
import sealwax
from sealwax import ErrorCode

from conftest import flipped


def provoke(tmp_path, key, kms, broken_kms):
    """What raises each code that Python can raise."""
    envelope = sealwax.encrypt(bytes(20_000), key)
    header_len = sealwax.inspect(envelope).header_len
    big = {str(i): "" for i in range(65)}
    missing, existing = tmp_path / "missing", tmp_path / "existing"
    existing.write_bytes(b"")

    def finished():
        writer = sealwax.open(io.BytesIO(), "wb", key)
        raw = writer.raw
        writer.close()
        raw._native.write(b"x")

    return {
        ErrorCode.INVALID_ARGUMENT: lambda: sealwax.LocalKey(b"short", "k"),
        ErrorCode.INVALID_STATE: finished,
        ErrorCode.BUFFER_TOO_SMALL: lambda: sealwax.encrypt_into(b"x", bytearray(1), key),
        ErrorCode.BAD_MAGIC: lambda: sealwax.decrypt(b"PK\x03\x04" * 100, key),
        ErrorCode.UNSUPPORTED_VERSION: lambda: sealwax.inspect(flipped(envelope, 7)),
        ErrorCode.UNSUPPORTED_SUITE: lambda: sealwax.inspect(flipped(envelope, 12)),
        ErrorCode.MALFORMED: lambda: sealwax.inspect(flipped(envelope, 21)),
        ErrorCode.LIMIT_EXCEEDED: lambda: sealwax.encrypt(b"x", key, context=big),
        ErrorCode.NO_MATCHING_KEY: lambda: sealwax.decrypt(envelope, kms),
        ErrorCode.PROVIDER_FAILED: lambda: sealwax.encrypt(b"x", broken_kms),
        ErrorCode.KEY_UNWRAP: lambda: sealwax.decrypt(envelope, sealwax.LocalKey.generate("k1")),
        ErrorCode.COMMITMENT_MISMATCH: lambda: sealwax.decrypt(envelope, key, associated_data=b"x"),
        ErrorCode.CONTEXT_MISMATCH: lambda: sealwax.decrypt(envelope, key, context={"a": "b"}),
        ErrorCode.HEADER_AUTHENTICATION: lambda: sealwax.decrypt(
            flipped(envelope, header_len - 1), key
        ),
        ErrorCode.AUTHENTICATION: lambda: sealwax.decrypt(flipped(envelope, -1), key),
        ErrorCode.TRUNCATED: lambda: sealwax.decrypt(envelope[: header_len + 10], key),
        ErrorCode.TRAILING_DATA: lambda: sealwax.rewrap_header(envelope, key, key),
        ErrorCode.IO: lambda: sealwax.encrypt_file(missing, tmp_path / "x", key),
        ErrorCode.CANCELLED: lambda: sealwax.encrypt_file(
            __file__, tmp_path / "x", key, progress=lambda done, total: False
        ),
        ErrorCode.ALREADY_EXISTS: lambda: sealwax.encrypt_file(__file__, existing, key),
    }


CLASSES = {
    ErrorCode.INVALID_ARGUMENT: (sealwax.InvalidArgumentError, ValueError),
    ErrorCode.INVALID_STATE: (sealwax.InvalidStateError,),
    ErrorCode.BUFFER_TOO_SMALL: (sealwax.BufferTooSmallError, sealwax.InvalidArgumentError),
    ErrorCode.BAD_MAGIC: (sealwax.FormatError,),
    ErrorCode.UNSUPPORTED_VERSION: (sealwax.FormatError,),
    ErrorCode.UNSUPPORTED_SUITE: (sealwax.FormatError,),
    ErrorCode.MALFORMED: (sealwax.FormatError,),
    ErrorCode.LIMIT_EXCEEDED: (sealwax.LimitError,),
    ErrorCode.NO_MATCHING_KEY: (sealwax.NoMatchingKeyError,),
    ErrorCode.PROVIDER_FAILED: (sealwax.ProviderError,),
    ErrorCode.KEY_UNWRAP: (sealwax.KeyUnwrapError,),
    ErrorCode.COMMITMENT_MISMATCH: (sealwax.AuthenticationError,),
    ErrorCode.CONTEXT_MISMATCH: (sealwax.ContextMismatchError,),
    ErrorCode.HEADER_AUTHENTICATION: (sealwax.AuthenticationError,),
    ErrorCode.AUTHENTICATION: (sealwax.AuthenticationError,),
    ErrorCode.TRUNCATED: (sealwax.TruncatedError, EOFError),
    ErrorCode.TRAILING_DATA: (sealwax.FormatError,),
    ErrorCode.IO: (sealwax.IoError, FileNotFoundError),
    ErrorCode.CANCELLED: (sealwax.CancelledError,),
    ErrorCode.ALREADY_EXISTS: (sealwax.AlreadyExistsError, FileExistsError),
}

NOT_HERE = {
    ErrorCode.NULL_POINTER,  # there are no pointers
    ErrorCode.PANIC,  # a bug of ours would be a pyo3 PanicException
    ErrorCode.RANDOMNESS,  # see test_a_system_without_randomness
    ErrorCode.NO_MEMORY,  # see test_a_system_without_memory
}


@pytest.mark.parametrize("code", sorted(set(ErrorCode) - NOT_HERE), ids=str)
def test_every_code_and_class(code, tmp_path, key, kms, broken_kms):
    with pytest.raises(sealwax.SealwaxError) as caught:
        provoke(tmp_path, key, kms, broken_kms)[code]()
    error = caught.value
    assert error.code is code and all(isinstance(error, cls) for cls in CLASSES[code])
    assert str(error) and not list(tmp_path.glob("x")) and not list(tmp_path.glob(".*"))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and again.code is code and str(again) == str(error)
    for field in ("needed", "chunk", "errno", "filename"):
        assert getattr(again, field, None) == getattr(error, field, None)
    if code in (ErrorCode.PROVIDER_FAILED, ErrorCode.KEY_UNWRAP):
        assert [a[:3] for a in again.attempts] == [a[:3] for a in error.attempts] != []


def test_a_system_without_randomness():
    """The class for a code that a healthy system never gives."""
    from sealwax._convert_errors import build

    error = build(83, "the source of randomness failed")
    assert type(error) is sealwax.RandomnessError and error.code is ErrorCode.RANDOMNESS


def test_a_system_without_memory():
    """The class for a code that Python's own allocations never give."""
    from sealwax._convert_errors import build

    error = build(84, "out of memory")
    assert type(error) is sealwax.NoMemoryError and error.code is ErrorCode.NO_MEMORY
    assert isinstance(error, MemoryError)


def test_codes_come_from_the_core():
    from sealwax._sealwax import ERROR_CODES

    assert {str(code): int(code) for code in ErrorCode} == ERROR_CODES


def test_codes_have_numbers_and_names():
    assert ErrorCode.TRUNCATED == 61 and str(ErrorCode.TRUNCATED) == "truncated"
    assert issubclass(sealwax.SealwaxError, Exception)


@pytest.mark.parametrize(
    ("number", "builtin"),
    [
        (errno.ENOENT, FileNotFoundError),
        (errno.EACCES, PermissionError),
        (errno.EISDIR, IsADirectoryError),
        (errno.ENOSPC, OSError),
    ],
)
def test_errors_of_the_system_are_those_of_python_too(number, builtin):
    from sealwax._convert_errors import build

    error = build(80, "", errno=number)
    assert isinstance(error, (sealwax.IoError, builtin)) and error.errno == number
    assert os.strerror(number) in str(error)


def test_files_that_are_not_there_or_directories(tmp_path, key):
    for call in (
        lambda: sealwax.open(tmp_path / "missing", "rb", key),
        lambda: sealwax.decrypt_file(tmp_path / "missing", tmp_path / "x", key),
        lambda: sealwax.inspect(tmp_path / "missing"),
        lambda: sealwax.rewrap(tmp_path / "missing", key, key),
        lambda: sealwax.LocalKey.from_file(tmp_path / "missing"),
        lambda: sealwax.open(tmp_path / "no" / "folder", "wb", key),
    ):
        with pytest.raises(FileNotFoundError) as caught:
            call()
        assert caught.value.errno == errno.ENOENT
    with pytest.raises(IsADirectoryError):
        sealwax.open(tmp_path, "wb", key)
    with pytest.raises(sealwax.SealwaxError):
        sealwax.encrypt_file(tmp_path, tmp_path / "x", key)


def test_other_interpreters_in_the_process_are_refused_clearly():
    program = """
import sealwax
import _xxsubinterpreters as interpreters
one = interpreters.create()
try:
    interpreters.run_string(one, "import sealwax")
except interpreters.RunFailedError as error:
    print(error)
"""
    if sys.version_info >= (3, 13):
        pytest.skip("the private module has another name")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "subinterpreters" in result.stdout, result


def test_arguments_of_a_wrong_type_are_errors_of_ours_and_of_python(key):
    cases = {
        "not the class LocalKey: make an object of it": lambda: sealwax.encrypt(
            b"x", sealwax.LocalKey
        ),
        "metadata must be bytes, not 'str': encode it": lambda: sealwax.encrypt(
            b"x", key, metadata="a"
        ),
        "associated_data must be bytes": lambda: sealwax.decrypt(b"x", key, associated_data="a"),
        'the value of "account" is of type int': lambda: sealwax.encrypt(
            b"x", key, context={"account": 123456789012}
        ),
        "a key is of type int": lambda: sealwax.encrypt(b"x", key, context={1: "a"}),
        "must be a mapping": lambda: sealwax.encrypt(b"x", key, context=["a"]),
        "a bytes-like object is required, not 'str'": lambda: sealwax.encrypt("text", key),
        "padding must be": lambda: sealwax.encrypt(b"x", key, padding=1.5),
        "read-only": lambda: sealwax.encrypt_into(b"x", b"y", key),
        "not int": lambda: sealwax.open(5, "rb", key),
    }
    for message, call in cases.items():
        with pytest.raises(sealwax.InvalidTypeError) as caught:
            call()
        assert message in str(caught.value) and isinstance(caught.value, TypeError)
        assert caught.value.code is ErrorCode.INVALID_ARGUMENT
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_keys_that_are_not_there_or_too_short(tmp_path, monkeypatch):
    monkeypatch.delenv("SEALWAX_NO_KEY", raising=False)
    with pytest.raises(
        sealwax.UnsetVariableError, match="variable SEALWAX_NO_KEY is not set"
    ) as caught:
        sealwax.LocalKey.from_env("SEALWAX_NO_KEY")
    assert isinstance(caught.value, KeyError)
    (tmp_path / "half").write_text("0f" * 16)
    monkeypatch.setenv("SEALWAX_NO_KEY", "0f" * 16)
    with pytest.raises(sealwax.InvalidArgumentError, match="32 characters of text") as caught:
        sealwax.LocalKey.from_file(tmp_path / "half")
    assert caught.value.filename == str(tmp_path / "half") and "half'" in str(caught.value)
    with pytest.raises(sealwax.InvalidArgumentError, match="32 characters of text"):
        sealwax.LocalKey.from_env("SEALWAX_NO_KEY")


def test_every_error_of_a_file_names_it(tmp_path, key, blob):
    sealed, other, missing = tmp_path / "sealed", tmp_path / "other", tmp_path / "missing"
    sealed.write_bytes(sealwax.encrypt(blob, key, context={"a": "b"}))
    other.write_bytes(b"PK\x03\x04" * 100)
    damaged, there = tmp_path / "damaged", tmp_path / "there"
    damaged.write_bytes(flipped(sealed.read_bytes(), 100_000))
    there.write_bytes(b"")
    stranger, folder = sealwax.LocalKey.generate("k2"), tmp_path / "no" / "x"
    cases = [
        (missing, lambda: sealwax.inspect(missing)),
        (missing, lambda: sealwax.open(missing, "rb", key)),
        (missing, lambda: sealwax.encrypt_file(missing, tmp_path / "x", key)),
        (missing, lambda: sealwax.decrypt_file(missing, tmp_path / "x", key)),
        (missing, lambda: sealwax.rewrap(missing, key, key)),
        (missing, lambda: sealwax.LocalKey.from_file(missing)),
        (folder, lambda: sealwax.encrypt_file(sealed, folder, key)),
        (folder, lambda: sealwax.decrypt_file(sealed, folder, key)),
        (there, lambda: sealwax.encrypt_file(sealed, there, key)),
        (tmp_path, lambda: sealwax.encrypt_file(sealed, tmp_path, key, overwrite=True)),
        (other, lambda: sealwax.inspect(other)),
        (other, lambda: sealwax.open(other, "rb", key)),
        (other, lambda: sealwax.decrypt_file(other, tmp_path / "x", key)),
        (other, lambda: sealwax.rewrap(other, key, key)),
        (damaged, lambda: sealwax.open(damaged, "rb", key).read()),
        (damaged, lambda: sealwax.decrypt_file(damaged, tmp_path / "x", key)),
        (sealed, lambda: sealwax.open(sealed, "rb", stranger)),
        (sealed, lambda: sealwax.decrypt_file(sealed, tmp_path / "x", key, context={"a": "c"})),
        (sealed, lambda: sealwax.open(open(sealed, "rb"), "rb", stranger)),
    ]
    for path, call in cases:
        with pytest.raises(sealwax.SealwaxError) as caught:
            call()
        assert caught.value.filename == str(path), repr(caught.value)
        assert repr(str(path)) in str(caught.value)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (again.filename, str(again)) == (str(path), str(caught.value))


def test_no_path_is_no_file(key):
    for call in (
        lambda: sealwax.open("", "rb", key),
        lambda: sealwax.open("", "wb", key),
        lambda: sealwax.encrypt_file("", "x", key),
        lambda: sealwax.encrypt_file(__file__, "", key),
        lambda: sealwax.decrypt_file(__file__, "", key),
        lambda: sealwax.inspect(""),
        lambda: sealwax.rewrap("", key, key),
    ):
        with pytest.raises(FileNotFoundError) as caught:
            call()
        assert isinstance(caught.value, sealwax.IoError) and caught.value.filename == ""


def test_keys_and_pairs_that_do_not_match_are_named(key, kms):
    envelope = sealwax.encrypt(b"x", [key, kms], context={"tenant": "blue"})
    with pytest.raises(sealwax.NoMatchingKeyError) as caught:
        sealwax.decrypt(envelope, sealwax.LocalKey.generate("k2"))
    assert caught.value.wanted == (("local", "k1"), ("example", "k"))
    assert caught.value.offered == (("local", "k2"),)
    assert caught.value.wanted[0].key_id == "k1" and "local k1" in str(caught.value)
    with pytest.raises(sealwax.ContextMismatchError) as caught:
        sealwax.decrypt(envelope, key, context={"tenant": "red"})
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.key, error.wanted, error.found) == ("tenant", "red", "blue")
    with pytest.raises(sealwax.ContextMismatchError) as caught:
        sealwax.decrypt(envelope, key, context={"region": "north"})
    assert caught.value.found is None and "region" in str(caught.value)


def test_a_file_may_be_complete_in_spite_of_an_error():
    from sealwax._convert_errors import build

    error = build(
        80, "the target is complete, but not its directory: I/O error", errno=5, committed=True
    )
    assert error.committed and "the file itself is complete" in str(error)
    assert pickle.loads(pickle.dumps(error)).committed
    assert not build(80, "", errno=5, committed=False).committed


def test_a_bar_that_is_not_installed(tmp_path, key, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'sealwax\[progress\]'"):
        sealwax.encrypt_file(__file__, tmp_path / "x", key, progress=True)
    assert os.listdir(tmp_path) == []


class BytesPath:
    def __fspath__(self):
        return b"x"


@pytest.mark.parametrize("path", [b"x", 3, None, BytesPath()])
def test_what_is_no_path(tmp_path, key, path):
    (tmp_path / "there").write_bytes(b"x")
    for call in (
        lambda: sealwax.encrypt_file(path, tmp_path / "new", key),
        lambda: sealwax.encrypt_file(tmp_path / "there", path, key),
        lambda: sealwax.decrypt_file(path, tmp_path / "new", key),
        lambda: sealwax.LocalKey.from_file(path),
    ):
        found = "bytes" if isinstance(path, BytesPath) else type(path).__name__
        told = f"^a path must be str or os.PathLike, not {found}$"
        with pytest.raises(sealwax.InvalidTypeError, match=told):
            call()


def test_a_path_with_a_zero_byte(tmp_path, key):
    (tmp_path / "plain").write_bytes(b"x")
    path = f"{tmp_path}/plain\0tail"
    for call in (
        lambda: sealwax.encrypt_file(path, tmp_path / "new", key),
        lambda: sealwax.encrypt_file(tmp_path / "plain", path, key, overwrite=True),
        lambda: sealwax.decrypt_file(path, tmp_path / "new", key),
        lambda: sealwax.inspect(path),
        lambda: sealwax.rewrap(path, key, key),
        lambda: sealwax.open(path, "rb", key),
        lambda: sealwax.open(path, "wb", key),
        lambda: sealwax.LocalKey.from_file(path),
    ):
        told = re.escape(f"a path must not contain a zero byte: {path!r}")
        with pytest.raises(sealwax.InvalidArgumentError, match=f"^{told}$"):
            call()


@pytest.mark.parametrize("mode", [None, 3, b"rb"])
def test_what_is_no_mode(tmp_path, key, mode):
    told = f"^mode must be str, not {type(mode).__name__}$"
    with pytest.raises(sealwax.InvalidTypeError, match=told):
        sealwax.open(tmp_path / "file", mode, key)


def test_a_key_in_a_variable_that_is_none(monkeypatch):
    monkeypatch.setenv("APP_KEY", "s3cret")
    told = (
        "invalid argument: a key is 32 bytes: raw, 64 hex digits, or base64 "
        "(environment variable APP_KEY)"
    )
    with pytest.raises(sealwax.InvalidArgumentError, match=f"^{re.escape(told)}$"):
        sealwax.LocalKey.from_env("APP_KEY")


def test_a_name_that_only_a_rename_over_another_could_give():
    told = (
        "input/output failed: cannot name the target: here a file gets its name only where it may "
        "replace another; overwriting has to be allowed: Operation not permitted (os error 1)"
    )
    from sealwax._convert_errors import about, build

    error = build(ErrorCode.IO, told, errno=errno.EPERM)
    with pytest.raises(PermissionError) as caught, about("source", "target"):
        raise error
    assert str(caught.value) == (
        "[Errno 1] Operation not permitted; here a file gets its name only where it may replace "
        "another: allow overwriting: 'target'"
    )
