"""Names of objects and their headers, and the state after failed writes."""

from __future__ import annotations

import errno
import io
import pickle
import threading
from typing import Any

import pytest
import sealwax
from sealwax import s3

from .servers import aws
from .servers.http import Proxy, Request, Response
from .test_s3 import KEY, MIB, Broken, Endless, bucket, proxy

__all__ = ["proxy"]

pytestmark = pytest.mark.xdist_group("s3")  # One store is enough.


def names(store: str, prefix: str) -> list[str]:
    """What is in the bucket."""
    listed = aws.client(store, "s3").list_objects_v2(Bucket="tides", Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents", [])]


def test_no_two_objects_share_a_header(store: str) -> None:
    tides = bucket(store, detached_headers=True)
    objects = {name: name.encode() for name in ("x", "x.header", "x.header.header")}
    for name, data in objects.items():
        tides.put(name, data, KEY)
    for name, data in objects.items():
        assert tides.get(name, KEY) == data
        assert tides.inspect(name).wrapped_keys[0].key_id == KEY.key_id
    assert len(names(store, "x")) == 6


def test_a_header_is_found_by_its_body_alone(store: str) -> None:
    """However the two were copied: nothing depends on what a store keeps beside an object."""
    tides, plain = bucket(store, detached_headers=True), aws.client(store, "s3")
    tides.put("original", b"tide table", KEY)
    body = plain.get_object(Bucket="tides", Key="original")["Body"].read()
    (place,) = (name for name in names(store, "original.") if name.endswith(".header"))
    header = plain.get_object(Bucket="tides", Key=place)["Body"].read()
    assert place == f"original.{body[:16].hex()}.header"
    plain.put_object(Bucket="tides", Key="copy", Body=body)
    plain.put_object(Bucket="tides", Key=place.replace("original", "copy"), Body=header)
    assert tides.get("copy", KEY) == b"tide table"


@pytest.mark.parametrize("how", ["source", "part", "completion"])
def test_an_upload_that_fails_leaves_the_old_object_as_it_was(
    store: str, proxy: Proxy, how: str
) -> None:
    """A header that came first would have locked it."""
    options: Any = {"detached_headers": True, "part_size": 5 * MIB}
    tides = bucket(proxy, **options)
    tides.put("kept", b"the old one", KEY)

    refused = {
        "source": lambda request: False,
        "part": lambda request: "partNumber=2" in request.path,
        "completion": lambda request: request.method == "POST" and "uploadId" in request.path,
    }[how]
    answer = Response(400, b"<Error><Code>Refused</Code><Message>no</Message></Error>")
    proxy.refuse = lambda request: answer if refused(request) else None
    source = Broken(OSError("the disk is gone")) if how == "source" else Endless(12 * MIB)
    before = names(store, "kept")
    with pytest.raises(OSError):
        tides.upload("kept", source, sealwax.LocalKey.generate("new"))
    assert tides.get("kept", KEY) == b"the old one"
    # Once all of it was read the new header is there: it belongs to no body, and opens nothing.
    assert len(names(store, "kept")) == len(before) + (how != "source")
    uploads = aws.client(store, "s3").list_multipart_uploads(Bucket="tides")
    assert uploads.get("Uploads", []) == []


def test_a_body_that_is_refused_leaves_the_old_object_as_it_was(store: str, proxy: Proxy) -> None:
    tides = bucket(proxy, detached_headers=True)
    tides.put("refused", b"the old one", KEY)
    denied = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"

    def refuse(request: Request) -> Any:
        put = request.method == "PUT" and ".header" not in request.path
        return Response(403, denied) if put else None

    proxy.refuse = refuse
    with pytest.raises(PermissionError):
        tides.put("refused", b"the new one", KEY)
    assert tides.get("refused", KEY) == b"the old one"


@pytest.mark.parametrize("detached", [False, True])
def test_many_write_one_name(store: str, detached: bool) -> None:
    """Whoever reads gets one of them, whole."""
    tides = bucket(store, detached_headers=detached)
    objects = [bytes([number]) * 50_000 for number in range(4)]
    tides.put("contended", objects[0], KEY)
    failures: list[BaseException] = []
    done = threading.Event()

    def write(data: bytes) -> None:
        try:
            for _ in range(5):
                tides.put("contended", data, KEY)
                tides.upload("contended", io.BytesIO(data), KEY)
        except BaseException as error:
            failures.append(error)

    def read() -> None:
        try:
            while not done.is_set():
                assert tides.get("contended", KEY) in objects
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(data,)) for data in objects]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    assert tides.get("contended", KEY) in objects


def test_two_rotations_at_once(store: str, proxy: Proxy) -> None:
    """The second one says so: the keys that the first one added are not lost."""
    mine, hers = (sealwax.LocalKey.generate(name) for name in ("mine", "hers"))
    tides = bucket(proxy, detached_headers=True)
    tides.put("rotated", b"tide table", KEY)
    other = bucket(store, detached_headers=True)
    meanwhile = [lambda: other.rewrap("rotated", KEY, hers, add=True)]

    def change(request: Request, response: Response) -> Response:
        if request.method == "GET" and ".header" in request.path and meanwhile:
            meanwhile.pop()()
        return response

    proxy.change = change
    with pytest.raises(sealwax.IoError, match="replaced meanwhile") as caught:
        tides.rewrap("rotated", KEY, mine, add=True)
    assert caught.value.errno == errno.ESTALE
    tides.rewrap("rotated", KEY, mine, add=True)
    for key in (KEY, hers, mine):
        assert tides.get("rotated", key) == b"tide table"


ODD = ["a b", "é/ü", "a+b%20c", "q?x=1&y#z", "tab\tkey", "a;b", "~", "a/b/c", "=", "x" * 200]


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("name", ODD)
def test_odd_names(ministack: str, name: str, detached: bool) -> None:
    plain = aws.client(ministack, "s3")
    plain.create_bucket(Bucket="odd")
    tides = s3.SealedBucket(plain, "odd", detached_headers=detached)
    tides.put(name, b"tide table", KEY)
    assert tides.get(name, KEY) == b"tide table"
    tides.upload(name, io.BytesIO(b"tide"), KEY)
    with tides.open(name, KEY) as file:
        assert file.read() == b"tide"


@pytest.mark.parametrize("name", ["", None, 7, b"bytes", "\ud800", "x" * 1025, "é" * 600])
def test_names_that_are_none(proxy: Proxy, tmp_path: Any, name: Any) -> None:
    for detached in (False, True):
        tides = bucket(proxy, detached_headers=detached)
        for call in (
            lambda: tides.put(name, b"", KEY),
            lambda: tides.upload(name, io.BytesIO(), KEY),
            lambda: tides.get(name, KEY),
            lambda: tides.open(name, KEY),
            lambda: tides.download(name, tmp_path / "plain", KEY),
            lambda: tides.inspect(name),
        ):
            with pytest.raises(sealwax.InvalidArgumentError):
                call()
    assert proxy.take() == []


def test_a_name_with_no_room_for_that_of_its_header(proxy: Proxy) -> None:
    tides = bucket(proxy, detached_headers=True)
    with pytest.raises(sealwax.InvalidArgumentError, match="984 at most"):
        tides.put("x" * 985, b"", KEY)
    assert proxy.take() == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"bytes", "use put for data in memory"),
        (bytearray(b"x"), "and not bytearray"),
        (None, "and not NoneType"),
        (7, "and not int"),
        (io.StringIO("text"), "open it in binary mode"),
    ],
)
def test_sources_that_are_none(proxy: Proxy, source: Any, said: str) -> None:
    with pytest.raises(sealwax.InvalidArgumentError, match=said):
        bucket(proxy).upload("sources", source, KEY)
    assert proxy.take() == []


def test_empty_sources(store: str, tmp_path: Any) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for detached in (False, True):
        tides = bucket(store, detached_headers=detached)
        for source in (io.BytesIO(), tmp_path / "empty", Endless(0)):
            tides.upload("nothing", source, KEY)
            assert tides.get("nothing", KEY) == b""
            assert tides.download("nothing", tmp_path / f"plain-{detached}", KEY) == 0
            (tmp_path / f"plain-{detached}").unlink()


def make_client() -> Any:
    """In each process that needs one."""
    return aws.client("http://localhost:1", "s3")


def test_a_bucket_travels_without_credentials() -> None:
    with pytest.raises(TypeError, match="pass a function of a module that makes the client"):
        pickle.dumps(bucket("http://localhost:1"))
    travelling = s3.SealedBucket(make_client, "tides", server_side=s3.SseKms("key"))
    pickled = pickle.dumps(travelling)
    assert aws.OPTIONS["aws_secret_access_key"].encode() not in pickled
    assert pickle.loads(pickled).name == "tides"
    with pytest.raises(TypeError, match="SSE-C"):
        pickle.dumps(s3.SealedBucket(make_client, "tides", server_side=s3.SseC(bytes(32))))
    arguments = {"SSECustomerKey": "secret"}
    with pytest.raises(TypeError, match="SSECustomerKey"):
        pickle.dumps(s3.SealedBucket(make_client, "tides", extra_args=arguments))


@pytest.mark.parametrize("client", [None, "client", object(), aws])
def test_clients_that_are_none(client: Any) -> None:
    with pytest.raises(sealwax.InvalidArgumentError, match="client is a boto3 client"):
        s3.SealedBucket(client, "tides")


def test_a_class_is_no_server_side(store: str) -> None:
    with pytest.raises(sealwax.InvalidArgumentError, match=r"SseS3\(\)"):
        bucket(store, server_side=s3.SseS3)
