"""Buckets as stores: lost answers, and servers that only pretend."""

from __future__ import annotations

import errno
import io
import pickle
import shutil
import threading

import pytest
import sealwax
from sealwax import stores
from sealwax.stores import ConflictError, S3Store, UnsupportedError

pytest.importorskip("boto3")

from kms.servers import aws
from kms.servers.http import Proxy, Response
from kms.servers.process import program
from sealwax.s3 import _body

MIB = 1 << 20


class Lossy(Proxy):
    """Passes requests on and loses the answers of some."""

    def __init__(self, upstream):
        self.lost, self.between = [], lambda: None
        super().__init__(upstream)

    def answer(self, request):
        answer = super().answer(request)
        if self.lost and self.lost[0](request):
            self.lost.pop(0)
            self.between()
            raise ConnectionResetError
        return answer


def is_put(request):
    return request.method == "PUT" and "x-id" not in request.path


def is_completion(request):
    return request.method == "POST" and "uploadId" in request.path


@pytest.fixture
def proxy(s3_server):
    with Lossy(s3_server.url) as made:
        yield made


@pytest.fixture
def store(s3_server, proxy, monkeypatch):
    """Through the proxy, without waits."""
    monkeypatch.setattr(_body.time, "sleep", lambda seconds: None)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    made = s3_server.store(url=proxy.url.replace("localhost", "127.0.0.1"))
    made._conditions.get().require(stores.Capability.CONDITIONAL_PUT, made.url)
    made._conditions.get().require(stores.Capability.NEW_HEAD, made.url)
    return made


@pytest.fixture
def other(s3_server, store):
    """The same place, for somebody else."""
    return S3Store(s3_server.client(), "tides", store.prefix)


LARGE = b"0123456789abcdef" * (6 * MIB // 16)


@pytest.mark.parametrize(("data", "lost"), [(b"small", is_put), (LARGE, is_completion)])
def test_a_lost_answer_of_a_conditional_put_is_no_failure(store, proxy, data, lost):
    proxy.lost = [lost]
    first = store.put("x", io.BytesIO(data), if_absent=True)
    assert proxy.lost == []
    assert first.etag == store.head("x").etag
    proxy.lost = [lost]
    other_data = data[:-1] + b"!"
    second = store.put("x", io.BytesIO(other_data), if_match=first.etag)
    assert proxy.lost == []
    assert second.etag == store.head("x").etag != first.etag
    assert store.get("x") == other_data


@pytest.mark.parametrize(("data", "lost"), [(b"small", is_put), (LARGE, is_completion)])
def test_a_lost_answer_and_somebody_else_who_was_faster(store, other, proxy, data, lost):
    """Who wrote in between is not overwritten, and not taken for one's own."""
    old = other.put("x", b"old")
    proxy.lost, proxy.between = [lost], lambda: other.put("x", b"other")
    with pytest.raises((ConflictError, sealwax.IoError)) as caught:
        store.put("x", io.BytesIO(data), if_match=old.etag)
    assert not isinstance(caught.value, FileNotFoundError)
    assert other.get("x") == b"other"


def test_a_conditional_put_that_came_too_late_is_asked_for_once(store, other, proxy):
    other.put("x", b"there")
    proxy.take()
    with pytest.raises(FileExistsError):
        store.put("x", b"new", if_absent=True)
    assert [request.method for request in proxy.take()] == ["PUT"]


def test_a_store_that_is_busy(store, proxy):
    store.put("x", b"there")
    refused = [503, 503]
    proxy.refuse = lambda request: Response(refused.pop()) if refused else None
    assert store.get("x") == b"there"
    assert refused == []
    proxy.refuse = lambda request: Response(503)
    for call in (store.head, store.get, store.delete, lambda name: list(store.list())):
        with pytest.raises(sealwax.IoError) as caught:
            call("x")
        assert caught.value.errno == errno.EIO
        assert not isinstance(caught.value, (FileNotFoundError, PermissionError))
        assert "s3://tides/" in str(caught.value)
    with pytest.raises(sealwax.IoError, match="503"):
        store.put("x", LARGE)
    proxy.refuse = lambda request: None
    assert store.get("x") == b"there"


def test_a_body_that_drops_is_continued(store, proxy):
    store.put("x", LARGE)
    cuts = [1 * MIB, 2 * MIB]

    def change(request, response):
        long = request.method == "GET" and cuts and len(response.body) > cuts[0]
        return response._replace(cut=cuts.pop(0)) if long else response

    proxy.change = change
    assert store.get("x", 5) == LARGE[5:]
    assert cuts == []


def test_what_is_replaced_while_it_is_read(store, other, proxy):
    store.put("x", LARGE)

    def change(request, response):
        if request.method == "GET" and len(response.body) > 2 * MIB:
            other.put("x", b"other")
            return response._replace(cut=MIB)
        return response

    proxy.change = change
    with pytest.raises(ConflictError):
        store.get("x")


def test_denied_is_not_missing(s3_server, store):
    store.put("x", b"there")
    stranger = s3_server.client(credentials=("tests", "wrong"))
    denied = S3Store(stranger, "tides", store.prefix)
    calls = (denied.head, denied.get, lambda name: list(denied.list()), denied.delete)
    for call in (*calls, lambda name: denied.put(name, b"new")):
        with pytest.raises(PermissionError) as caught:
            call("x")
        assert caught.value.errno == errno.EACCES
        assert not isinstance(caught.value, FileNotFoundError)
    with pytest.raises(FileNotFoundError, match="NoSuchBucket"):
        S3Store(s3_server.client(), "no-such-bucket").get("x")


def test_a_new_head_costs_little(store, proxy):
    """The body is copied by the store: 5 MiB come and go, however long it is."""
    data = LARGE * 4
    etag = store.put("x", io.BytesIO(data)).etag
    proxy.take()
    store.replace_head("x", bytes(4096), 4096, if_match=etag)
    requests = proxy.take()
    assert len(requests) <= 7
    assert sum(len(request.body) for request in requests) < 5 * MIB + 8192
    assert store.get("x") == bytes(4096) + data[4096:]


def test_a_new_head_and_somebody_who_writes_meanwhile(store, other, proxy):
    etag = store.put("x", LARGE).etag

    def refuse(request):
        if request.method == "POST" and "uploadId" in request.path:
            other.put("x", b"other")
        return

    proxy.refuse = refuse
    with pytest.raises(ConflictError):
        store.replace_head("x", b"head", 1, if_match=etag)
    assert other.get("x") == b"other"


def test_a_new_head_whose_completion_is_lost(store, proxy):
    etag = store.put("x", LARGE).etag
    proxy.lost = [is_completion]
    info = store.replace_head("x", b"head", 1, if_match=etag)
    assert proxy.lost == []
    assert info.etag == store.head("x").etag
    assert store.get("x") == b"head" + LARGE[1:]


@pytest.mark.parametrize("failing", range(1, 8))
def test_a_new_head_that_fails_once(store, proxy, failing):
    """Whichever request it is, it is sent once more, and nothing is left over."""
    etag = store.put("x", LARGE * 2).etag
    proxy.take()
    proxy.refuse = lambda request: Response(503) if len(proxy.requests) == failing else None
    info = store.replace_head("x", b"head", 1, if_match=etag)
    assert info.etag == store.head("x").etag != etag
    uploads = store._clients.get().list_multipart_uploads(Bucket="tides").get("Uploads", ())
    assert [each for each in uploads if each["Key"].startswith(store.prefix)] == []


@pytest.mark.parametrize("last", range(8))
def test_a_new_head_that_breaks_off(store, other, proxy, last):
    """After whichever request the network is gone, it is the old object, or the new one."""
    etag = store.put("x", LARGE * 2).etag
    proxy.take()
    proxy.refuse = lambda request: Response(503) if len(proxy.requests) > last else None
    if last < 7:
        with pytest.raises(sealwax.IoError) as caught:
            store.replace_head("x", b"head", 1, if_match=etag)
        assert caught.value.errno == errno.EIO
        assert other.get("x") == LARGE * 2
    else:
        store.replace_head("x", b"head", 1, if_match=etag)
        assert other.get("x") == b"head" + LARGE[1:] + LARGE


@pytest.fixture
def liar():
    """moto, which ignores the condition of a completion."""
    if shutil.which(program("moto_server")) is None:
        pytest.skip("moto is not installed for this Python")
    with aws.moto() as url:
        client = aws.client(url, "s3")
        client.create_bucket(Bucket="tides")
        yield S3Store(client, "tides")


def test_a_server_that_ignores_conditions_is_refused(liar):
    etag = liar.put("x", bytes(6 * MIB)).etag
    with pytest.raises(UnsupportedError) as caught:
        liar.replace_head("x", b"head", 1, if_match=etag)
    assert caught.value.errno == errno.ENOTSUP
    assert "this store ignores conditions: a write at the same time" in str(caught.value)
    assert [info.name for info in liar.list()] == ["x"]
    assert liar.put("y", b"1", if_absent=True).size == 1  # These it keeps.


class Deaf(Proxy):
    """Before a store that then hears no condition of a delete."""

    def answer(self, request):
        heard = request.headers.items()
        if request.method == "DELETE":
            heard = ((name, value) for name, value in heard if name.lower() != "if-match")
        return super().answer(request._replace(headers=dict(heard)))


def test_a_server_that_ignores_the_condition_of_a_delete_is_refused():
    if shutil.which(program("moto_server")) is None:
        pytest.skip("moto is not installed for this Python")
    with aws.moto() as url, Deaf(url) as deaf:
        aws.client(url, "s3").create_bucket(Bucket="tides")
        store = S3Store(aws.client(deaf.url, "s3"), "tides")
        etag = store.put("x", b"first").etag
        for condition in (etag, '"another"'):
            with pytest.raises(UnsupportedError) as caught:
                store.delete("x", if_match=condition)
            assert caught.value.errno == errno.ENOTSUP
            text = (
                "this store ignores conditions: what another one wrote meanwhile would be deleted"
            )
            assert text in str(caught.value)
        assert [info.name for info in store.list()] == ["x"]
        store.delete("x")
        assert list(store.list()) == []


def test_pickles(s3_server, monkeypatch):
    client = s3_server.client()
    with pytest.raises(TypeError, match="a client with its credentials would travel in the pickle"):
        pickle.dumps(S3Store(client, "tides"))
    identity, secret = s3_server._credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", identity)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    options = {"match": "s3://tides/**", "endpoint": s3_server.url, "region": "us-east-1"}
    config = sealwax.config.Config({"stores": [{**options, "addressing": "path", "threads": 2}]})
    store = stores.open_store("s3://tides/pickled", config=config)
    store.put("x", b"there", if_absent=True)
    data = pickle.dumps(store)
    assert secret.encode() not in data
    assert pickle.loads(data).get("x") == b"there"
    threads = [threading.Thread(target=store.get, args=("x",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
