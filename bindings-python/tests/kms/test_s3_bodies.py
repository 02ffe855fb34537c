"""Bodies that break off, stores that lie, and the number of requests of a read."""

from __future__ import annotations

import errno
import io
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import sealwax
from botocore.config import Config
from sealwax import s3
from sealwax.s3 import _body

from .servers import aws
from .servers.http import HttpServer, Proxy, Request, Response
from .test_s3 import KEY, MIB, data_of, length_of

pytestmark = pytest.mark.xdist_group("s3")  # One store is enough.

READS: dict[str, Callable[[s3.SealedBucket, str, Path], Any]] = {
    "get": lambda tides, name, path: tides.get(name, KEY),
    "open": lambda tides, name, path: tides.open(name, KEY).read(),
    "download": lambda tides, name, path: tides.download(name, path, KEY) and path.read_bytes(),
}


@pytest.fixture
def proxy(store: str) -> Iterator[Proxy]:
    with Proxy(store) as made:
        yield made


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    seconds: list[float] = []
    monkeypatch.setattr(_body.time, "sleep", seconds.append)
    return seconds


def bucket(url: Any, attempts: int = 3, **options: Any) -> s3.SealedBucket:
    """A bucket whose client tries so often."""
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(s3={"addressing_style": "path"}, retries=retries)
    url = getattr(url, "url", url)
    client = boto3.client("s3", aws.REGION, endpoint_url=url, config=config, **aws.OPTIONS)
    return s3.SealedBucket(client, "tides", **options)


def gets(proxy: Proxy) -> list[Request]:
    """The requests for objects since the last time."""
    return [request for request in proxy.take() if request.method == "GET"]


def cutting(times: int, at: int) -> Callable[[Request, Response], Response]:
    """Ends the first bodies that are long enough after `at` bytes."""
    left = [times]

    def change(request: Request, response: Response) -> Response:
        if request.method != "GET" or len(response.body) <= at or not left[0]:
            return response
        left[0] -= 1
        return response._replace(cut=at)

    return change


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("how", READS)
def test_a_body_that_drops_is_continued(
    proxy: Proxy, tmp_path: Path, waits: list[float], how: str, detached: bool
) -> None:
    tides, data = bucket(proxy, detached_headers=detached), data_of(3 * MIB)
    tides.upload("dropped", io.BytesIO(data), KEY)
    proxy.take()
    proxy.change = cutting(2, 40_000)
    assert READS[how](tides, "dropped", tmp_path / "plain") == data
    rest = [request.headers for request in gets(proxy) if "If-Match" in request.headers]
    starts = {int(headers["Range"].removeprefix("bytes=").split("-")[0]) for headers in rest}
    # A reader that can seek has begun anew behind what it asked for first.
    assert starts >= {40_000, 105_536 if how == "open" else 80_000}
    assert len(waits) == 2 and all(0 <= wait <= 2 for wait in waits)


@pytest.mark.parametrize("how", READS)
def test_an_object_that_is_replaced_in_between(
    store: str, proxy: Proxy, tmp_path: Path, waits: list[float], how: str
) -> None:
    """The rest of another object is never put behind the front of the first one."""
    tides = bucket(proxy)
    tides.upload("between", io.BytesIO(data_of(MIB)), KEY)
    cut = cutting(1, 40_000)

    def change(request: Request, response: Response) -> Response:
        changed = cut(request, response)
        if changed.cut is not None:
            bucket(store).upload("between", io.BytesIO(data_of(2 * MIB)), KEY)
        return changed

    proxy.change = change
    with pytest.raises(sealwax.IoError, match="the object was replaced meanwhile") as caught:
        READS[how](tides, "between", tmp_path / "plain")
    assert (caught.value.errno, caught.value.filename) == (errno.ESTALE, "s3://tides/between")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("attempts", [1, 4])
@pytest.mark.parametrize("how", READS)
def test_it_is_tried_as_often_as_the_client_says(
    proxy: Proxy, tmp_path: Path, waits: list[float], how: str, attempts: int
) -> None:
    tides = bucket(proxy, attempts)
    tides.upload("tried", io.BytesIO(data_of(MIB)), KEY)
    proxy.take()
    proxy.change = cutting(99, 100)
    with pytest.raises(sealwax.IoError, match="(?i)read|connection|stream") as caught:
        READS[how](tides, "tried", tmp_path / "plain")
    assert (caught.value.errno, caught.value.filename) == (errno.EIO, "s3://tides/tried")
    assert len(gets(proxy)) == attempts
    assert len(waits) == attempts - 1
    assert list(tmp_path.iterdir()) == []


def test_an_object_that_is_deleted_in_between(store: str, proxy: Proxy, waits: list[float]) -> None:
    tides = bucket(proxy)
    tides.put("deleted", data_of(MIB), KEY)
    cut = cutting(1, 1000)

    def change(request: Request, response: Response) -> Response:
        changed = cut(request, response)
        if changed.cut is not None:
            aws.client(store, "s3").delete_object(Bucket="tides", Key="deleted")
        return changed

    proxy.change = change
    with pytest.raises(FileNotFoundError):
        tides.get("deleted", KEY)


def without(*names: str) -> Callable[[Request, Response], Response]:
    """Answers lack these headers."""

    def change(request: Request, response: Response) -> Response:
        kept = {k: v for k, v in response.headers.items() if k.lower() not in names}
        return response._replace(headers=kept)

    return change


def test_no_name_for_the_version_no_second_half(proxy: Proxy, waits: list[float]) -> None:
    tides = bucket(proxy)
    tides.put("nameless", data_of(MIB), KEY)
    proxy.take()
    cut, bare = cutting(9, 1000), without("etag", "x-amz-version-id")
    proxy.change = lambda request, response: cut(request, bare(request, response))
    with pytest.raises(sealwax.IoError):
        tides.get("nameless", KEY)
    assert len(gets(proxy)) == 1


@pytest.mark.parametrize(
    ("lie", "said", "number"),
    [
        ({"ETag": '"another"'}, "the object was replaced while it was read", errno.ESTALE),
        ({"Content-Range": "bytes 0-9/10"}, "another range than asked for", errno.EIO),
        ({"Content-Range": "nonsense"}, "another range than asked for", errno.EIO),
    ],
)
@pytest.mark.parametrize("how", ["get", "seek"])
def test_a_store_that_does_not_keep_to_conditions(
    proxy: Proxy, waits: list[float], lie: dict[str, str], said: str, number: int, how: str
) -> None:
    """Success for another object or another range, where a body is continued or a reader jumps."""
    tides, cut = bucket(proxy), cutting(1 if how == "get" else 0, 40_000)
    tides.put("lies", data_of(MIB), KEY)

    def change(request: Request, response: Response) -> Response:
        if "If-Match" not in request.headers:
            return cut(request, response)
        kept = without(*map(str.lower, lie))(request, response).headers
        return response._replace(headers={**kept, **lie})

    proxy.change = change
    with pytest.raises(sealwax.IoError, match=said) as caught:
        tides.get("lies", KEY) if how == "get" else tides.open("lies", KEY)
    assert (caught.value.errno, caught.value.filename) == (number, "s3://tides/lies")


def test_a_store_that_sends_less_than_it_says(proxy: Proxy, waits: list[float]) -> None:
    tides = bucket(proxy)
    tides.put("less", data_of(MIB), KEY)
    file = tides.open("less", KEY)
    proxy.change = lambda request, response: response._replace(body=response.body[:-1])
    with pytest.raises(sealwax.IoError):
        file.read()


def test_a_store_that_knows_no_ranges(proxy: Proxy) -> None:
    """The front is cut out of the whole; what lies further on cannot be had."""
    tides, data = bucket(proxy), data_of(MIB)
    tides.put("whole", data, KEY)
    tides.put("short", b"tide", KEY)
    whole = aws.client(proxy.url, "s3").get_object(Bucket="tides", Key="whole")["Body"].read()

    def change(request: Request, response: Response) -> Response:
        if "Range" not in request.headers or not request.path.endswith("whole"):
            return response
        return without("content-range")(request, response)._replace(status=200, body=whole)

    proxy.change = change
    assert tides.inspect("whole").wrapped_keys[0].key_id == KEY.key_id
    assert tides.get("whole", KEY) == data
    assert tides.open("short", KEY).read() == b"tide"
    with pytest.raises(sealwax.IoError, match="another range"):
        tides.open("whole", KEY)


def test_inspecting_costs_four_kilobytes(proxy: Proxy) -> None:
    tides = bucket(proxy)
    tides.upload("inspected", io.BytesIO(data_of(2 * MIB)), KEY)
    tides.put("small", b"tide", KEY)
    tides.put("long", b"tide", KEY, metadata=bytes(16_000))
    proxy.take()
    for name in ("inspected", "small"):
        tides.inspect(name)
        (asked,) = gets(proxy)
        assert asked.headers["Range"] == "bytes=0-4095"
    assert tides.inspect("long").sealed_metadata_len > 16_000
    _, second = gets(proxy)
    assert second.headers["Range"].startswith("bytes=4096-")
    assert second.headers["If-Match"]


def test_a_read_is_one_request(proxy: Proxy) -> None:
    """Of the chunks that it needs, and of nothing behind them."""
    tides, data = bucket(proxy), data_of(9 * MIB)
    tides.upload("columns", io.BytesIO(data), KEY)
    with tides.open("columns", KEY) as file:
        gets(proxy)
        for offset, size in ((5 * MIB + 17, 160_000), (2 * MIB, 1000), (MIB, 3 * MIB)):
            file.seek(offset)
            assert file.read(size) == data[offset : offset + size]
            (asked,) = gets(proxy)
            assert length_of(asked.headers["Range"]) < size + 3 * 16_400


@pytest.mark.parametrize("detached", [False, True])
def test_an_empty_object(store: str, tmp_path: Path, detached: bool) -> None:
    """It is none of ours, whoever asks."""
    tides = bucket(store, detached_headers=detached)
    aws.client(store, "s3").put_object(Bucket="tides", Key="empty", Body=b"")
    for read in (
        lambda: tides.get("empty", KEY),
        lambda: tides.open("empty", KEY),
        lambda: tides.inspect("empty"),
        lambda: tides.download("empty", tmp_path / "plain", KEY),
    ):
        with pytest.raises((sealwax.TruncatedError, sealwax.FormatError)):
            read()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(301, b"", {"Location": "http://store.example.org/"}), sealwax.IoError),
        (Response(307, b"", {"Location": "http://store.example.org/"}), sealwax.IoError),
        (Response(200, b"x" * 99, {"X-Long": "x" * 100_000}), sealwax.IoError),
        (Response(200, b"<html>the portal of this hotel</html>" * 99), sealwax.FormatError),
        (Response(204), (sealwax.FormatError, sealwax.TruncatedError)),
        (Response(500, b"\x1b[2J"), sealwax.IoError),
    ],
)
@pytest.mark.parametrize("how", READS)
def test_answers_that_are_none(
    tmp_path: Path, waits: list[float], answer: Response, error: Any, how: str
) -> None:
    with HttpServer() as server:
        server.fault = answer
        tides = bucket(server, attempts=1)
        with pytest.raises(error) as caught:
            READS[how](tides, "none", tmp_path / "plain")
        assert "\x1b" not in str(caught.value) and "s3://tides/none" in str(caught.value)
        with pytest.raises(error):
            tides.inspect("none")
    assert list(tmp_path.iterdir()) == []


def test_what_a_store_says_moves_no_cursor() -> None:
    said = "<Error><Code>SlowDown</Code><Message>a&#x9b;2J\nINFO all is well</Message></Error>"
    with HttpServer() as server:
        server.fault = Response(400, said.encode(), {"Content-Type": "application/xml"})
        with pytest.raises(sealwax.IoError, match="INFO all is well") as caught:
            bucket(server, attempts=1).get("none\x1b", KEY)
    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert not any(each in shown for each in ("\x1b", "\x9b", "\nINFO"))
