"""What every store does, the same for all of them."""

from __future__ import annotations

import errno
import io
import itertools
import threading

import pytest
import sealwax
import storeplaces
from sealwax.stores import Capability, ConflictError, Retention, UnsupportedError

MIB = 1 << 20
NAMES = ["a", "a b/ü+%20?#=&.csv", "a-b", "a.b", "a/b", "a/b.c", "a/b/c", "a0", "b/a", "b/aa/x"]


@pytest.fixture(params=storeplaces.KINDS)
def kind(request):
    return request.param


@pytest.fixture
def store(kind, tmp_path, request):
    return storeplaces.make(kind, tmp_path, lambda: request.getfixturevalue("s3_server"))


@pytest.fixture
def needs(store):
    """Goes on with a store that can do something; one that cannot has to say so."""

    def check(capability, operation, told):
        if capability in store.capabilities:
            return
        with pytest.raises(UnsupportedError) as caught:
            operation()
        assert caught.value.errno == errno.ENOTSUP
        assert told in str(caught.value) and store.url in str(caught.value)
        pytest.skip("refused, as it should be")

    return check


class Failing:
    """A source that breaks off."""

    def __init__(self, length):
        self._left = length

    def read(self, size):
        if not self._left:
            raise ValueError("the source broke off")
        length = min(size, self._left)
        self._left -= length
        return bytes(length)


def names(store, **arguments):
    return [info.name for info in store.list(**arguments)]


def test_there_and_back(store):
    for number, name in enumerate(name for name in NAMES if name not in ("a", "a/b")):
        data = bytes([number]) * number
        put = store.put(name, data)
        info = store.head(name)
        assert (put.name, put.size, put.etag) == (name, number, info.etag)
        assert (info.name, info.size) == (name, number)
        assert info.modified > 1_700_000_000
        assert store.get(name) == data
        (listed,) = (each for each in store.list() if each.name == name)
        assert (listed.size, listed.etag) == (number, info.etag)


def test_an_object_is_replaced(store):
    first = store.put("x", b"first")
    second = store.put("x", bytearray(b"the second"))
    assert store.get("x") == b"the second"
    assert second.etag != first.etag
    assert names(store) == ["x"]


@pytest.mark.parametrize("size", [0, 1, 5 * MIB - 1, 5 * MIB, 12 * MIB + 7])
def test_a_file_object(store, size):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    assert store.put("x", io.BytesIO(data)).size == size
    assert store.get("x") == data
    with store.open("x") as stream:
        pieces = list(iter(lambda: stream.read(3 * MIB), b""))
        assert b"".join(pieces) == data
        assert {len(piece) for piece in pieces[:-1]} <= {3 * MIB}
        assert stream.size in (size, None)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, b"06:12 high"),
        (6, None, b"high"),
        (6, 8, b"hi"),
        (6, 600, b"high"),
        (9, 10, b"h"),
        (10, None, b""),
        (10, 12, b""),
        (99, 120, b""),
        (3, 3, b""),
        (0, 0, b""),
    ],
)
def test_ranges(store, start, end, expected):
    etag = store.put("x", b"06:12 high").etag
    assert store.get("x", start, end) == expected
    assert store.get("x", start, end, if_match=etag) == expected
    with pytest.raises(ConflictError) as caught:
        store.get("x", start, end, if_match=f'"{0:032x}"')
    assert caught.value.errno == errno.ESTALE
    with pytest.raises(FileNotFoundError):
        store.get("y", start, end)


def test_a_range_that_is_none(store):
    for start, end in ((-1, None), (5, 4)):
        with pytest.raises(
            sealwax.InvalidArgumentError, match=f"no range of bytes begins at {start}"
        ):
            store.get("x", start, end)


def test_ranges_of_an_empty_object(store):
    store.put("x", b"")
    for start, end in ((0, None), (0, 5), (3, None), (0, 0)):
        assert store.get("x", start, end) == b""


def test_listings(store):
    """A listing that broke off goes on behind the last name that was seen."""
    there = [name for name in NAMES if name not in ("a", "a/b")]
    for name in reversed(there):
        store.put(name, b"x")
    listed = names(store)
    assert sorted(listed) == there
    for number, seen in enumerate(listed, 1):
        assert names(store, after=seen) == listed[number:]
    for prefix in ("", "a", "a/", "a/b", "a/b/", "b/aa", "c", "a b/ü"):
        expected = [name for name in listed if name.startswith(prefix)]
        assert names(store, prefix=prefix) == expected
        for number, seen in enumerate(expected, 1):
            assert names(store, prefix=prefix, after=seen) == expected[number:]


def test_the_order_of_listings(store, kind):
    """In that of the names, whatever the folders, and behind any name, were it there or not."""
    if kind == "s3":
        pytest.skip("SeaweedFS has folders, and its own order; Amazon's is that of the names")
    there = [name for name in NAMES if name not in ("a", "a/b")]
    for name in reversed(there):
        store.put(name, b"x")
    assert names(store) == there == sorted(there)
    for after in ["a", "a/", "a/b", "a/b/", "a/c", "b/aa", "b/aa/", "z", "A"]:
        assert names(store, after=after) == [name for name in there if name > after], after
    for prefix, after in itertools.product(("a/", "b/", "b/a"), ("a/b.c", "a/b/c", "a0", "b/a")):
        expected = [name for name in there if name > after and name.startswith(prefix)]
        assert names(store, prefix=prefix, after=after) == expected


def test_long_listings(store):
    there = [f"{number % 7}/{number:04}" for number in range(1010)]  # S3 gives 1,000 at once.
    for name in there:
        store.put(name, b"")
    assert names(store) == sorted(there)
    assert next(store.list(after="3/0500")).name == "3/0507"


def test_a_missing_object(store):
    store.put("there", b"x")
    for name in ("missing", "missing/too", "there/below"):
        for read in (store.head, store.get, store.open):
            with pytest.raises(FileNotFoundError) as caught:
                read(name)
            assert caught.value.errno == errno.ENOENT
            assert caught.value.filename == store.url_of(name)
            assert caught.value.code == sealwax.ErrorCode.IO
        store.delete(name)
    assert names(store, prefix="missing/") == []
    assert names(store) == ["there"]


def test_an_object_is_deleted(store):
    store.put("a/x", b"1")
    store.put("a/y", b"2")
    store.delete("a/x")
    store.delete("a/x")
    assert names(store) == ["a/y"]
    with pytest.raises(FileNotFoundError):
        store.head("a/x")


@pytest.mark.parametrize("length", [0, 10, 3 * MIB, 11 * MIB])
def test_a_source_that_breaks_off_leaves_what_was_there(store, length, kind):
    store.put("old", b"old")
    for name in ("old", "new"):
        with pytest.raises((ValueError, sealwax.IoError), match="the source broke off"):
            store.put(name, Failing(length))
    assert names(store) == ["old"]
    assert store.get("old") == b"old"
    if kind == "s3":
        uploads = store._clients.get().list_multipart_uploads(Bucket=store.bucket)
        mine = [each for each in uploads.get("Uploads", ()) if each["Key"].startswith(store.prefix)]
        assert mine == []


def test_names_that_lead_elsewhere(store, kind):
    with pytest.raises(sealwax.InvalidArgumentError):
        store.get("")
    with pytest.raises(sealwax.InvalidArgumentError):
        store.get(b"bytes")
    for name in ("../x", "a/../../x", "/etc/hostname", "a//b", "./a", "a/"):
        if kind in ("memory", "s3"):
            with pytest.raises(sealwax.IoError):
                store.get(name)
        else:
            with pytest.raises(sealwax.InvalidArgumentError, match="names no object"):
                store.put(name, b"x")


def test_put_if_absent(store, needs):
    needs(
        Capability.CONDITIONAL_PUT,
        lambda: store.put("x", b"1", if_absent=True),
        "put with if_absent: this store has no conditional put; put without a condition if",
    )
    store.put("x", b"first", if_absent=True)
    with pytest.raises(FileExistsError) as caught:
        store.put("x", b"second", if_absent=True)
    assert caught.value.filename == store.url_of("x")
    with pytest.raises(FileExistsError):
        store.put("x", io.BytesIO(bytes(6 * MIB)), if_absent=True)
    assert store.get("x") == b"first"
    with pytest.raises(sealwax.InvalidArgumentError, match="exclude each other"):
        store.put("x", b"", if_absent=True, if_match="x")


def test_put_if_match(store, needs):
    needs(
        Capability.CONDITIONAL_PUT,
        lambda: store.put("x", b"1", if_match="e"),
        "put with if_match: this store has no conditional put",
    )
    first = store.put("x", b"first").etag
    second = store.put("x", b"second", if_match=first).etag
    for data in (b"third", io.BytesIO(bytes(6 * MIB))):
        with pytest.raises(ConflictError) as caught:
            store.put("x", data, if_match=first)
        assert caught.value.errno == errno.ESTALE
    assert store.get("x") == b"second"
    store.put("x", io.BytesIO(bytes(6 * MIB)), if_match=second)
    with pytest.raises(ConflictError):
        store.put("missing", b"x", if_match=first)
    assert names(store) == ["x"]


def test_delete_if_match(store, needs):
    needs(
        Capability.CONDITIONAL_DELETE,
        lambda: store.delete("x", if_match="e"),
        "delete with if_match: this store has no conditional delete",
    )
    first = store.put("x", b"first").etag
    second = store.put("x", b"second").etag
    with pytest.raises(ConflictError):
        store.delete("x", if_match=first)
    assert names(store) == ["x"]
    store.delete("x", if_match=second)
    assert names(store) == []
    with pytest.raises(ConflictError):
        store.delete("x", if_match=second)


@pytest.mark.parametrize("condition", ["if_absent", "if_match"])
def test_of_several_writers_one_wins(store, condition):
    if Capability.CONDITIONAL_PUT not in store.capabilities:
        pytest.skip("it has no conditions")
    wanted = {"if_absent": True}
    if condition == "if_match":
        wanted = {"if_match": store.put("x", b"old").etag}
    start, outcomes = threading.Barrier(8), []

    def write(number):
        start.wait()
        try:
            store.put("x", b"%d" % number, **wanted)
            outcomes.append(number)
        except (FileExistsError, ConflictError):
            outcomes.append(None)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (number for number in outcomes if number is not None)
    assert len(outcomes) == 8
    assert store.get("x") == b"%d" % winner


@pytest.mark.parametrize("body_start", [0, 100, 4096])
@pytest.mark.parametrize("size", [4096, 5 * MIB, 5 * MIB + 1, 12 * MIB + 7])
def test_a_new_head_on_an_old_body(store, size, body_start):
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    etag = store.put("x", data).etag
    head = b"H" * 150
    copied = Capability.NEW_HEAD not in store.capabilities
    if copied:
        with pytest.raises(UnsupportedError, match="allow_copy=True reads the object and writes"):
            store.replace_head("x", head, body_start, if_match=etag)
    info = store.replace_head("x", head, body_start, if_match=etag, allow_copy=copied)
    assert store.get("x") == head + data[body_start:]
    assert info.size == len(head) + size - body_start
    assert info.etag == store.head("x").etag != etag
    for name in ("x", "missing"):
        with pytest.raises((ConflictError, FileNotFoundError) if copied else ConflictError):
            store.replace_head(name, b"other", 1, if_match=etag, allow_copy=copied)
    assert store.get("x") == head + data[body_start:]


def test_metadata_and_tags(store, needs):
    needs(
        Capability.METADATA,
        lambda: store.put("x", b"1", metadata={"tide": "high"}),
        "put with metadata: this store has no metadata; seal it with the object",
    )
    pairs, tags = {"tide": "high"}, {"project": "a b&c=d", "tier": "gold"}
    for data in (b"1" * 100, bytes(6 * MIB)):
        put = store.put("x", data, metadata=pairs, tags=tags, media_type="text/csv")
        for etag in (put.etag, None):
            if etag is not None:
                store.replace_head("x", b"2", 1, if_match=etag)
            info = store.head("x")
            assert (info.metadata, info.media_type) == (pairs, "text/csv")
            assert store.tags("x") == tags
    store.set_tags("x", {"tier": "lead"})
    assert store.tags("x") == {"tier": "lead"}
    assert store.head("x").etag == info.etag


def test_tags_are_refused(store, needs):
    needs(
        Capability.TAGS, lambda: store.tags("x"), "tags: this store has no tags; use a store with"
    )
    with pytest.raises(FileNotFoundError):
        store.tags("x")


@pytest.fixture
def versioned(store, kind, request):
    """For S3 a bucket that keeps versions."""
    return request.getfixturevalue("s3_server").store("locked") if kind == "s3" else store


def test_versions(versioned, needs):
    needs(
        Capability.VERSIONS, lambda: versioned.versions("x"), "versions: this store has no versions"
    )
    first, second = versioned.put("x", b"first"), versioned.put("x", b"second")
    versioned.put("x/other", b"")
    assert [info.version for info in versioned.versions("x")] == [second.version, first.version]
    assert versioned.get("x", version=first.version) == b"first"
    assert versioned.get("x", 1, 3, version=first.version) == b"ir"
    assert versioned.head("x", version=first.version).etag == first.etag
    versioned.delete("x")
    with pytest.raises(FileNotFoundError):
        versioned.get("x")
    assert versioned.get("x", version=second.version) == b"second"
    versioned.delete("x", version=second.version)
    with pytest.raises(FileNotFoundError):
        versioned.get("x", version=second.version)


def test_retention(versioned, needs):
    retention = Retention("COMPLIANCE", 4_000_000_000.0)
    needs(
        Capability.RETENTION,
        lambda: versioned.set_retention("x", retention),
        "set_retention: this store has no retention; use a store with object lock",
    )
    put = versioned.put("x", b"kept")
    versioned.set_retention("x", retention)
    assert versioned.head("x").retention == retention
    with pytest.raises(PermissionError):
        versioned.delete("x", version=put.version)
    assert versioned.get("x", version=put.version) == b"kept"
    with pytest.raises(sealwax.InvalidArgumentError, match="GOVERNANCE or COMPLIANCE"):
        versioned.set_retention("x", Retention("FOREVER", 1.0))
