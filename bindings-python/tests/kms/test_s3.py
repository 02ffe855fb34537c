"""Sealed objects in a real store: SeaweedFS, with OpenBao as the KMS of its own encryption."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sealwax
from sealwax import kms, s3

from .servers import aws
from .servers.http import Proxy, Response
from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme"}
KEY = sealwax.LocalKey.generate("reports")
MIB = 1024 * 1024
SSE_C_KEY = bytes(range(32))

pytestmark = pytest.mark.xdist_group("s3")  # One store is enough.


@pytest.fixture
def proxy(store: str) -> Iterator[Proxy]:
    with Proxy(store) as made:
        yield made


def bucket(url: Any, **options: Any) -> s3.SealedBucket:
    return s3.SealedBucket(aws.client(getattr(url, "url", url), "s3"), "tides", **options)


def data_of(size: int) -> bytes:
    return (b"%015d\n" * (size // 16 + 1) % tuple(range(size // 16 + 1)))[:size]


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("size", [0, 1, 100_000, 7 * MIB])
def test_put_get_and_open(store: str, size: int, detached: bool) -> None:
    tides, data = bucket(store, detached_headers=detached), data_of(size)
    tides.put("put", data, KEY, context=CONTEXT, metadata=b"m", associated_data=b"a")
    assert tides.get("put", KEY, context=CONTEXT, associated_data=b"a") == data
    with tides.open("put", KEY, associated_data=b"a") as file:
        assert (file.size, file.metadata, file.header.context) == (size, b"m", CONTEXT)
        assert file.read() == data
    assert tides.inspect("put").context == CONTEXT
    plain = aws.client(store, "s3")
    body = plain.get_object(Bucket="tides", Key="put")["Body"].read()
    names = ["put", f"put.{body[:16].hex()}.header"] if detached else ["put"]
    for name in names:
        stored = plain.get_object(Bucket="tides", Key=name)
        assert stored["ContentType"] == s3.MEDIA_TYPE == "application/vnd.sealwax"
        assert data[:64] not in stored["Body"].read() or size < 64
    with pytest.raises(sealwax.AuthenticationError):
        tides.get("put", KEY, associated_data=b"another")


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("kind", ["file", "path", "stream"])
def test_upload_in_parts(store: str, tmp_path: Path, kind: str, detached: bool) -> None:
    tides, data = bucket(store, part_size=5 * MIB, detached_headers=detached), data_of(13 * MIB)
    (tmp_path / "plain").write_bytes(data)
    with (tmp_path / "plain").open("rb") as file:
        sources: dict[str, Any] = {
            "file": file,
            "path": tmp_path / "plain",
            "stream": Endless(len(data), data),
        }
        tides.upload("parts", sources[kind], KEY, context=CONTEXT)
    head = aws.client(store, "s3").head_object(Bucket="tides", Key="parts")
    assert head["ETag"].endswith('-3"')  # Three parts.
    assert head["ContentType"] == s3.MEDIA_TYPE
    assert tides.download("parts", tmp_path / "again", KEY, context=CONTEXT) == len(data)
    assert (tmp_path / "again").read_bytes() == data
    with pytest.raises(sealwax.AlreadyExistsError):
        tides.download("parts", tmp_path / "again", KEY)
    tides.upload("short", io.BytesIO(b"tide"), KEY)
    assert tides.get("short", KEY) == b"tide"


class Endless:
    """`size` bytes that are not in memory, read from the front to the end."""

    def __init__(self, size: int, data: bytes = bytes(MIB)) -> None:
        self.left, self._data = size, data

    def read(self, size: int) -> bytes:
        take = min(size, self.left, len(self._data))
        start = len(self._data) - self.left if len(self._data) >= self.left else 0
        self.left -= take
        return self._data[start : start + take]


def test_random_access_by_ranges(store: str, proxy: Proxy) -> None:
    data = data_of(9 * MIB)
    bucket(store).upload("ranges", io.BytesIO(data), KEY)
    with bucket(proxy).open("ranges", KEY) as file:
        assert len(proxy.take()) <= 3
        for offset in (5 * MIB + 17, 0, 9 * MIB - 5, 123_456):
            file.seek(offset)
            assert file.read(1000) == data[offset : offset + 1000]
        asked = proxy.take()
        assert len(asked) <= 4
        assert sum(length_of(request.headers["Range"]) for request in asked) < 5 * 256 * 1024
        file.seek(0)
        assert file.read() == data
        assert len(proxy.take()) < 20


def length_of(span: str) -> int:
    first, _, last = span.removeprefix("bytes=").partition("-")
    return int(last) - int(first) + 1


def test_an_object_that_is_replaced_while_it_is_read(store: str) -> None:
    tides = bucket(store)
    tides.upload("replaced", io.BytesIO(data_of(MIB)), KEY)
    with tides.open("replaced", KEY) as file:
        tides.upload("replaced", io.BytesIO(data_of(MIB)), KEY)
        file.seek(MIB // 2)
        with pytest.raises(OSError) as caught:
            file.read(1000)
    assert "PreconditionFailed" in str(caught.value) + str(caught.value.__cause__)


LAYERS: dict[str, Callable[[], s3.ServerSide]] = {
    "sse-s3": s3.SseS3,
    "sse-kms": lambda: s3.SseKms("store", context={"store": "tides"}),
    "sse-c": lambda: s3.SseC(SSE_C_KEY),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("detached", [False, True])
def test_the_stores_own_encryption_besides(
    store: str, proxy: Proxy, layer: str, detached: bool
) -> None:
    server_side, data = LAYERS[layer](), data_of(6 * MIB)
    tides = bucket(proxy, server_side=server_side, part_size=5 * MIB, detached_headers=detached)
    for name in ("one", "parts"):
        if name == "one":
            tides.put(name, data, KEY, context=CONTEXT)
        else:
            tides.upload(name, io.BytesIO(data), KEY, context=CONTEXT)
        assert tides.get(name, KEY) == data
        with tides.open(name, KEY) as file:
            file.seek(-5, os.SEEK_END)
            assert file.read() == data[-5:]
        assert tides.inspect(name).context == CONTEXT
    check_requests(proxy, layer)
    plain = aws.client(store, "s3")
    if layer == "sse-c":
        with pytest.raises(plain.exceptions.ClientError):
            plain.get_object(Bucket="tides", Key="one")
        with pytest.raises(OSError):
            bucket(store, server_side=s3.SseC(bytes(32)), detached_headers=detached).get("one", KEY)
    else:
        applied = {"sse-s3": "AES256", "sse-kms": "aws:kms"}[layer]
        for name in ("one", "parts"):
            head = plain.head_object(Bucket="tides", Key=name)
            assert head["ServerSideEncryption"] == applied


def check_requests(proxy: Proxy, layer: str) -> None:
    """The headers arrive with every request that needs them, and with no other."""
    requests = proxy.take()
    headers = [{k.lower(): v for k, v in request.headers.items()} for request in requests]
    creating = [
        each
        for request, each in zip(requests, headers)
        if (request.method == "PUT" and "partNumber" not in request.path)
        or (request.method == "POST" and request.path.endswith("?uploads"))
    ]
    assert len(creating) >= 2
    if layer == "sse-c":
        wanted = [
            each for each, request in zip(headers, requests) if "uploadId" not in request.path
        ]
        wanted += [h for h, r in zip(headers, requests) if "partNumber" in r.path]
        name = "x-amz-server-side-encryption-customer-algorithm"
        assert all(each[name] == "AES256" for each in wanted)
        return
    name, value = "x-amz-server-side-encryption", {"sse-s3": "AES256", "sse-kms": "aws:kms"}[layer]
    assert all(each[name] == value for each in creating)
    assert not any(name in each for each in headers if each not in creating)
    if layer == "sse-kms":
        key_id = "x-amz-server-side-encryption-aws-kms-key-id"
        assert all(each[key_id] == "store" for each in creating)
        assert all(each["x-amz-server-side-encryption-context"] for each in creating)


def test_a_store_that_ignores_the_header_is_an_error(store: str, proxy: Proxy) -> None:
    def forget(request: Any, response: Response) -> Response:
        kept = {k: v for k, v in response.headers.items() if "encryption" not in k.lower()}
        return response._replace(headers=kept)

    proxy.change = forget
    tides = bucket(proxy, server_side=s3.SseS3())
    for write in (
        lambda: tides.put("ignored", b"tide", KEY),
        lambda: tides.upload("ignored", io.BytesIO(b"tide"), KEY),
    ):
        with pytest.raises(sealwax.IoError, match="did not apply"):
            write()


class Broken:
    """A file that fails after a while."""

    def __init__(self, error: BaseException) -> None:
        self._source, self._error = Endless(12 * MIB), error

    def read(self, size: int) -> bytes:
        piece = self._source.read(size)
        if not piece:
            raise self._error
        return piece


@pytest.mark.parametrize("error", [OSError("the disk is gone"), RuntimeError("a mistake")])
def test_nothing_is_left_of_an_upload_that_fails(store: str, error: BaseException) -> None:
    tides, plain = bucket(store, part_size=5 * MIB), aws.client(store, "s3")
    with pytest.raises(type(error), match=str(error)):
        tides.upload("failed", Broken(error), KEY)
    assert plain.list_multipart_uploads(Bucket="tides").get("Uploads", []) == []
    assert plain.list_objects_v2(Bucket="tides", Prefix="failed")["KeyCount"] == 0


def test_nothing_is_left_when_the_store_fails(store: str, proxy: Proxy) -> None:
    def refuse(request: Any, response: Response) -> Response:
        body = b"<Error><Code>SlowDown</Code><Message>busy</Message></Error>"
        return Response(503, body) if "partNumber=2" in request.path else response

    proxy.change = refuse
    tides, plain = bucket(proxy, part_size=5 * MIB), aws.client(store, "s3")
    with pytest.raises(sealwax.IoError, match="SlowDown: busy") as caught:
        tides.upload("refused", Endless(12 * MIB), KEY)
    assert caught.value.filename == "s3://tides/refused"
    assert plain.list_multipart_uploads(Bucket="tides").get("Uploads", []) == []
    with pytest.raises(FileNotFoundError):
        tides.get("refused", KEY)


def test_no_key_no_request(proxy: Proxy, bao: OpenBao) -> None:
    """Keys are wrapped before anything is sent."""
    refused = kms.VaultTransit("x", url=bao.url, token=bao.token_for("transit/decrypt/x"))
    tides = bucket(proxy, detached_headers=True)
    for write in (
        lambda: tides.put("unsealed", b"tide", refused),
        lambda: tides.upload("unsealed", io.BytesIO(b"tide"), refused),
    ):
        with pytest.raises(sealwax.ProviderError):
            write()
    assert proxy.take() == []


def test_errors_of_the_store(store: str, tmp_path: Path) -> None:
    tides = bucket(store)
    for read in (
        lambda: tides.get("missing", KEY),
        lambda: tides.open("missing", KEY),
        lambda: tides.inspect("missing"),
        lambda: tides.download("missing", tmp_path / "plain", KEY),
    ):
        with pytest.raises(FileNotFoundError, match="NoSuchKey") as caught:
            read()
        assert isinstance(caught.value, sealwax.IoError)
        assert type(caught.value.__cause__).__name__ == "NoSuchKey"
    options = {**aws.OPTIONS, "aws_secret_access_key": "wrong"}
    import boto3

    stranger = boto3.client("s3", aws.REGION, endpoint_url=store, **options)
    with pytest.raises(PermissionError, match="SignatureDoesNotMatch"):
        s3.SealedBucket(stranger, "tides").get("missing", KEY)
    nobody = aws.client("http://127.0.0.1:9", "s3")
    with pytest.raises(sealwax.IoError, match="Could not connect"):
        s3.SealedBucket(nobody, "tides").get("missing", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_object_is_refused(store: str, tmp_path: Path) -> None:
    tides, plain = bucket(store), aws.client(store, "s3")
    tides.put("changed", data_of(MIB), KEY)
    stored = bytearray(plain.get_object(Bucket="tides", Key="changed")["Body"].read())
    stored[-100_000] ^= 1
    for body in (bytes(stored), bytes(stored[:-50_000])):
        plain.put_object(Bucket="tides", Key="changed", Body=body)
        for read in (
            lambda: tides.get("changed", KEY),
            lambda: tides.open("changed", KEY).read(),
            lambda: tides.download("changed", tmp_path / "plain", KEY),
        ):
            with pytest.raises((sealwax.AuthenticationError, sealwax.TruncatedError)):
                read()
    assert list(tmp_path.iterdir()) == []


def test_keys_rotate_beside_a_body_that_stays(store: str) -> None:
    tides, new = bucket(store, detached_headers=True), sealwax.LocalKey.generate("2027")
    tides.put("worm", b"tide table", KEY)
    before = aws.client(store, "s3").head_object(Bucket="tides", Key="worm")
    tides.rewrap("worm", KEY, new)
    assert tides.get("worm", new) == b"tide table"
    with pytest.raises(sealwax.NoMatchingKeyError):
        tides.get("worm", KEY)
    after = aws.client(store, "s3").head_object(Bucket="tides", Key="worm")
    assert (before["ETag"], before["LastModified"]) == (after["ETag"], after["LastModified"])
    with pytest.raises(sealwax.InvalidArgumentError):
        bucket(store).rewrap("put", KEY, new)


def test_worm(ministack: str) -> None:
    """A body under Object Lock stays; its header has a new version after a rotation."""
    plain = aws.client(ministack, "s3")
    plain.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": "2099-01-01T00:00:00Z"}
    archive = s3.SealedBucket(plain, "locked", detached_headers=True, extra_args=lock)
    new = sealwax.LocalKey.generate("2027")
    archive.put("ledger", b"tide table", KEY)
    version = plain.head_object(Bucket="locked", Key="ledger")["VersionId"]
    with pytest.raises(plain.exceptions.ClientError, match="AccessDenied"):
        plain.delete_object(Bucket="locked", Key="ledger", VersionId=version)
    archive.rewrap("ledger", KEY, new)
    assert archive.get("ledger", new) == b"tide table"


def test_the_kms_is_asked_once_and_the_event_names_the_object(
    store: str, bao: OpenBao, bao_proxy: Proxy, audited: Any
) -> None:
    bao.create_key("s3")
    key = kms.VaultTransit("s3", url=bao_proxy.url, token=bao.token)
    tides = bucket(store)
    for write in (
        lambda: tides.put("audited", b"tide", key, context=CONTEXT),
        lambda: tides.upload("audited", io.BytesIO(b"tide"), key, context=CONTEXT),
    ):
        write()
        assert len(bao_proxy.take()) == 1
        assert tides.inspect("audited").context == CONTEXT
        assert len(bao_proxy.take()) == 0
        with tides.open("audited", key) as file:
            assert file.read() == b"tide"
        assert len(bao_proxy.take()) == 1
    assert [event.operation for event in audited()] == ["generate", "unwrap"] * 2
    assert {event.object_name for event in audited()} == {"s3://tides/audited"}


def test_memory_does_not_grow_with_the_size(store: str) -> None:
    """A process of its own, whose peak is told by the kernel, for 16 and for 160 MiB."""
    import subprocess
    import sys

    def peak(size: int) -> int:
        code = (
            "import resource, sys; sys.path.insert(0, sys.argv[1]);"
            "from kms.test_s3 import *;"
            f"bucket({store!r}, part_size=5 * MIB, threads=2).upload('big', Endless({size}), KEY);"
            f"assert bucket({store!r}).open('big', KEY).seek(0, 2) == {size};"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        tests = str(Path(__file__).parent.parent)
        ran = subprocess.run(
            [sys.executable, "-c", code, tests], capture_output=True, text=True, check=True
        )
        return int(ran.stdout)

    assert peak(160 * MIB) < peak(16 * MIB) + 24 * 1024


def test_arguments(store: str) -> None:
    client = aws.client("http://store.example.org", "s3")
    for wrong in (
        lambda: bucket(store, part_size=MIB),
        lambda: bucket(store, threads=0),
        lambda: bucket(store, part_size=8.5 * MIB),
        lambda: bucket(store, extra_args={"StorageClas": "GLACIER"}),
        lambda: bucket(store, extra_args={"Metadata": "text"}).put("typed", b"", KEY),
        lambda: s3.SealedBucket(aws.client(store, "s3"), 7),  # type: ignore[arg-type]
        lambda: s3.SseC(b"short"),
    ):
        with pytest.raises(sealwax.InvalidArgumentError):
            wrong()
    with pytest.raises(kms.InsecureTransportError):
        s3.SealedBucket(client, "tides", server_side=s3.SseC(SSE_C_KEY))
    assert "SseC()" in repr(bucket(store, server_side=s3.SseC(SSE_C_KEY)))
