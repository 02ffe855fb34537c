"""Hidden names: the target shows none, and a hostile one leads nowhere."""

from __future__ import annotations

import json
import re

import pytest
import sealwax
from sealwax import bulk

from .conftest import contents


def hostile(tree, key, name):
    """An object whose sealed name somebody with the key chose."""
    tree.sealed.mkdir()
    metadata = json.dumps({"sealwax-name": name}).encode()
    (tree.sealed / "0").write_bytes(sealwax.encrypt(b"out", key, metadata=metadata))
    return bulk.decrypt(tree.sealed, tree.back, keys=key, hidden_names=True)


def test_names_are_hidden_and_come_back(tree, key):
    files = contents(tree.plain)
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, hidden_names=True)
    assert report.done == 3
    sealed = contents(tree.sealed)
    assert all(re.fullmatch("[0-9a-f]{2}/[0-9a-f]{30}", name) for name in sealed)
    for data in sealed.values():
        assert b"a.csv" not in data and b"2026/" not in data
    bulk.decrypt(tree.sealed, tree.back, keys=key, hidden_names=True)
    assert contents(tree.back) == files


def test_a_second_run_keeps_the_names(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key, hidden_names=True)
    before = set(contents(tree.sealed))
    tree.write({"a.csv": b"changed"})
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, hidden_names=True, resume=True)
    assert (report.done, report.unchanged) == (1, 2)
    assert set(contents(tree.sealed)) == before


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "a//b", ".", "", "a\0b", "a/"])
def test_a_name_that_leads_out_is_refused(tree, key, name):
    (failure,) = hostile(tree, key, name).failures
    assert failure.code == "INVALID_ARGUMENT"
    assert failure.reason == f"the hidden name {name!r} leads out of the target"
    assert contents(tree.back) == {}
    assert not (tree.folder / "out").exists()


@pytest.mark.parametrize("name", [None, 7, ["a"]])
def test_metadata_without_a_name(tree, key, name):
    (failure,) = hostile(tree, key, name).failures
    assert failure.reason == "the object has no hidden name: read it with its own name"


@pytest.mark.parametrize("metadata", [None, b"", b"\xff", b"[" * 100_000, b"7", b"{}"])
def test_other_metadata(tree, key, metadata):
    tree.sealed.mkdir()
    envelope = sealwax.encrypt(b"x", key, metadata=metadata and metadata[:4000])
    (tree.sealed / "0").write_bytes(envelope)
    (failure,) = bulk.decrypt(tree.sealed, tree.back, keys=key, hidden_names=True).failures
    assert failure.reason == "the object has no hidden name: read it with its own name"


def test_two_objects_of_one_name_do_not_replace_each_other(tree, key):
    tree.sealed.mkdir()
    metadata = json.dumps({"sealwax-name": "a"}).encode()
    for number in range(2):
        envelope = sealwax.encrypt(b"%d" % number, key, metadata=metadata)
        (tree.sealed / f"{number}").write_bytes(envelope)
    report = bulk.decrypt(tree.sealed, tree.back, keys=key, hidden_names=True, jobs=1)
    assert (report.done, report.codes) == (1, {"ALREADY_EXISTS": 1})
    assert list(contents(tree.back)) == ["a"]


def test_without_asking_nothing_is_read_from_metadata(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key, hidden_names=True)
    bulk.decrypt(tree.sealed, tree.back, keys=key)
    assert set(contents(tree.back)) == set(contents(tree.sealed))
