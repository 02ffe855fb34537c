"""Trees of local files: round trips, and existing files are kept."""

from __future__ import annotations

import json
import os
import socket

import pytest
import sealwax
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sealwax import bulk

from .conftest import Tree, contents

FILES = {"a.csv": b"one", "2026/b.csv": b"two" * 1000, "2026/07/c.bin": bytes(300_000)}


def failures(report):
    """Reasons and codes of what failed, by name."""
    return {each.name: (each.code, each.reason) for each in report.failures}


def test_a_tree_comes_back_under_its_names(tree, key):
    assert tree.round_trip(key) == FILES
    assert sorted(contents(tree.sealed)) == sorted(FILES)
    for name in FILES:
        assert sealwax.inspect(tree.sealed / name)


def test_a_report_counts(tree, key):
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key)
    assert (report.done, report.failed, report.skipped) == (3, 0, 0)
    assert report.read == sum(map(len, FILES.values()))
    assert report.written == sum(path.stat().st_size for path in tree.sealed.rglob("*.*"))


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary()))
def test_any_tree_comes_back(tmp_path_factory, monkeypatch, files):
    folder = tmp_path_factory.mktemp("any")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    tree, written = Tree(folder), {}
    for name, content in files.items():
        try:
            tree.write({name: content})
        except (OSError, UnicodeEncodeError):
            continue  # A file where a folder is, or a name that is too long.
        written[name] = content
    key = sealwax.LocalKey.generate()
    if written:
        assert tree.round_trip(key, durable=False) == written
        (folder / "state").rename(folder / "first")
        tree.sealed, tree.back = folder / "hidden", folder / "shown"
        assert tree.round_trip(key, durable=False, hidden_names=True) == written


ODD = [b"\xff\xfe", b"line\nbreak", b"x" * 255, b"a.sealwax", b".hidden", "ü".encode(), b"-r"]


def test_odd_names_are_kept(tree, key):
    odd = {os.fsdecode(name): name for name in ODD}
    tree.write(odd)
    assert tree.round_trip(key) == {**FILES, **odd}


def test_an_empty_folder_is_kept(tree, key):
    (tree.plain / "later" / "2027").mkdir(parents=True)
    tree.round_trip(key)
    assert (tree.back / "later" / "2027").is_dir()


def test_links_and_special_files_are_skipped(tree, key):
    os.symlink("/etc/passwd", tree.plain / "outside")
    os.symlink("2026", tree.plain / "inside")
    os.mkfifo(tree.plain / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tree.plain / "socket"))
        report = bulk.encrypt(tree.plain, tree.sealed, keys=key, report=tree.folder / "r.json")
    assert (report.done, report.skipped, report.failed) == (3, 4, 0)
    assert sorted(contents(tree.sealed)) == sorted(FILES)
    told = json.loads((tree.folder / "r.json").read_text())
    assert [each["name"] for each in told["skipped_objects"]] == [
        "inside",
        "outside",
        "pipe",
        "socket",
    ]
    link = "a link, which is not followed; links='follow' takes what it leads to"
    assert told["skipped_objects"][0]["reason"] == link


def test_links_are_followed_on_request(tree, key):
    os.symlink("a.csv", tree.plain / "again.csv")
    os.symlink("2026", tree.plain / "year")
    os.symlink("..", tree.plain / "2026" / "up")
    os.symlink("nowhere", tree.plain / "lost")
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, links="follow")
    assert failures(report) == {
        "2026/up": ("IO", "the link leads to a folder that it is in"),
        "year/up": ("IO", "the link leads to a folder that it is in"),
        "lost": ("IO", "the link leads nowhere"),
    }
    bulk.decrypt(tree.sealed, tree.back, keys=key)
    more = {"again.csv": b"one", "year/b.csv": b"two" * 1000, "year/07/c.bin": bytes(300_000)}
    assert contents(tree.back) == {**FILES, **more}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"include": ["*.csv"]}, ["2026/b.csv", "a.csv"]),
        ({"exclude": ["*.csv"]}, ["2026/07/c.bin"]),
        ({"exclude": ["2026/"]}, ["a.csv"]),
        ({"include": ["2026/*"]}, ["2026/b.csv"]),
        ({"include": ["2026/**"], "exclude": ["07/"]}, ["2026/b.csv"]),
        ({"include": ["?.csv"]}, ["2026/b.csv", "a.csv"]),
    ],
)
def test_patterns_choose(tree, key, options, names):
    bulk.encrypt(tree.plain, tree.sealed, keys=key, **options)
    assert sorted(contents(tree.sealed)) == names
    assert sorted(item.name for item in bulk.plan(tree.plain, **options)) == names


def test_what_is_at_the_target_stays(tree, key):
    tree.sealed.mkdir()
    (tree.sealed / "a.csv").write_bytes(b"somebody else's")
    for resume in (False, True, True):
        report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=resume)
        assert failures(report) == {"a.csv": ("ALREADY_EXISTS", "the target exists already")}
        assert (tree.sealed / "a.csv").read_bytes() == b"somebody else's"
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, overwrite=True)
    assert (report.done, report.failed) == (3, 0)


def test_a_second_run_does_what_is_new_or_changed(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    untouched = (tree.sealed / "2026" / "b.csv").read_bytes()
    tree.write({"a.csv": b"changed", "new.csv": b"new"})
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=True)
    assert (report.done, report.unchanged, report.failed) == (2, 2, 0)
    assert (tree.sealed / "2026" / "b.csv").read_bytes() == untouched
    (tree.sealed / "new.csv").unlink()
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=True)
    assert (report.done, report.unchanged) == (1, 3)
    bulk.decrypt(tree.sealed, tree.back, keys=key)
    assert contents(tree.back) == {**FILES, "a.csv": b"changed", "new.csv": b"new"}


def test_a_second_run_replaces_no_target_that_others_wrote(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    (tree.sealed / "a.csv").write_bytes(b"somebody else's")
    tree.write({"a.csv": b"changed"})
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=True)
    assert failures(report) == {"a.csv": ("ALREADY_EXISTS", "the target exists already")}
    assert (tree.sealed / "a.csv").read_bytes() == b"somebody else's"


def test_what_was_tampered_with_fails_alone(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    path = tree.sealed / "2026" / "b.csv"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    (tree.sealed / "plain.txt").write_bytes(b"never encrypted")
    wanted = {"2026/b.csv": "AUTHENTICATION", "plain.txt": "BAD_MAGIC"}
    for report in (
        bulk.verify(tree.sealed, keys=key),
        bulk.decrypt(tree.sealed, tree.back, keys=key),
    ):
        assert {name: code for name, (code, _) in failures(report).items()} == wanted
        assert report.done == 2
    assert contents(tree.back) == {name: FILES[name] for name in ("a.csv", "2026/07/c.bin")}


def test_another_key_opens_nothing(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    report = bulk.decrypt(tree.sealed, tree.back, keys=sealwax.LocalKey.generate("other"))
    assert report.codes == {"NO_MATCHING_KEY": 3}
    assert contents(tree.back) == {}


def test_the_context_is_required(tree, key):
    bulk.encrypt(tree.plain, tree.sealed, keys=key, context={"tenant": "blue"})
    assert bulk.verify(tree.sealed, keys=key, context={"tenant": "blue"}).is_complete
    assert bulk.verify(tree.sealed, keys=key, context={"tenant": "red"}).codes == {
        "CONTEXT_MISMATCH": 3
    }


def test_the_rules_of_the_configuration_choose(tree, key, monkeypatch):
    from sealwax.config import Config

    monkeypatch.setenv("TREE_KEY", "07" * 32)
    config = Config(
        {
            "keys": {"tree": "env:TREE_KEY"},
            "rules": [
                {"match": f"{tree.sealed}/**", "keys": "tree", "context": {"tenant": "blue"}}
            ],
        }
    )
    assert bulk.encrypt(tree.plain, tree.sealed, config=config).is_complete
    header = sealwax.inspect(tree.sealed / "a.csv")
    assert header.context == {"tenant": "blue"}
    assert bulk.decrypt(tree.sealed, tree.back, config=config).is_complete
    assert contents(tree.back) == FILES
    wrong = bulk.verify(tree.sealed, config=config, context={"tenant": "red"})
    reason = "the context tenant=red is not that of the rule, tenant=blue"
    assert set(failures(wrong).values()) == {("INVALID_ARGUMENT", reason)}


@pytest.mark.parametrize(
    "names", [("plain", "plain"), ("plain", "plain/in"), ("plain/in", "plain")]
)
def test_a_target_in_the_source_is_refused(tree, key, names):
    source, target = (tree.folder / name for name in names)
    with pytest.raises(sealwax.InvalidArgumentError, match="are not apart"):
        bulk.encrypt(source, target, keys=key)


def test_a_run_from_the_start_forgets_nothing(tree, key, tmp_path):
    """Without `resume` all targets are there already; with it, they are what was written."""
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    again = bulk.encrypt(tree.plain, tree.sealed, keys=key)
    assert (again.done, again.failed) == (0, 3)
    (tree.plain / "a.csv").write_bytes(b"changed")
    report = bulk.encrypt(
        tree.plain, tree.sealed, keys=key, resume=True, report=str(tmp_path / "report")
    )
    assert (report.done, report.unchanged, report.failed) == (1, 2, 0)
    assert json.loads((tmp_path / "report").read_text())["failed_objects"] == []
    assert sealwax.decrypt((tree.sealed / "a.csv").read_bytes(), key) == b"changed"


def test_a_report_that_cannot_be_written_fails_before_the_work(tree, key):
    with pytest.raises(FileNotFoundError):
        bulk.encrypt(tree.plain, tree.sealed, keys=key, report=str(tree.folder / "no" / "report"))
    assert not tree.sealed.exists()


def test_a_failure_does_not_forget_what_was_written(tree, key, broken_kms):
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    (tree.plain / "a.csv").write_bytes(b"changed")
    failed = bulk.encrypt(tree.plain, tree.sealed, keys=broken_kms, resume=True)
    assert [each.name for each in failed.failures] == ["a.csv"]
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=True)
    assert (report.done, report.unchanged, report.failed) == (1, 2, 0)


def test_a_link_that_leads_into_the_source_is_refused_as_target(tree, key):
    (tree.folder / "link").symlink_to(tree.plain / "2026")
    with pytest.raises(sealwax.InvalidArgumentError, match="are not apart"):
        bulk.encrypt(tree.plain, tree.folder / "link", keys=key)
    assert contents(tree.plain) == FILES


def test_a_change_that_hides_its_time_is_done(tree, key):
    """Same length, and the time of the last change set back."""
    bulk.encrypt(tree.plain, tree.sealed, keys=key)
    status = (tree.plain / "a.csv").stat()
    (tree.plain / "a.csv").write_bytes(b"new")
    os.utime(tree.plain / "a.csv", ns=(status.st_atime_ns, status.st_mtime_ns))
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key, resume=True)
    assert (report.done, report.unchanged) == (1, 2)
    assert sealwax.decrypt((tree.sealed / "a.csv").read_bytes(), key) == b"new"


def test_a_source_that_is_not_there(tree, key):
    with pytest.raises(FileNotFoundError):
        bulk.encrypt(tree.folder / "nothing", tree.sealed, keys=key)


def test_an_unknown_option_is_an_error(tree, key):
    with pytest.raises(sealwax.InvalidArgumentError, match="there is no option 'thread'"):
        bulk.encrypt(tree.plain, tree.sealed, keys=key, thread=3)
    with pytest.raises(sealwax.InvalidArgumentError, match="there is no engine 'slurm'"):
        bulk.encrypt(tree.plain, tree.sealed, keys=key, engine="slurm")
    with pytest.raises(sealwax.InvalidArgumentError, match="links is 'skip' or 'follow'"):
        bulk.encrypt(tree.plain, tree.sealed, keys=key, links="keep")
    with pytest.raises(sealwax.InvalidArgumentError, match="keys: at least one is needed"):
        bulk.encrypt(tree.plain, tree.sealed, keys=[])
    with pytest.raises(sealwax.InvalidArgumentError, match="kms_rate is a number of calls"):
        bulk.encrypt(tree.plain, tree.sealed, keys=key, kms_rate=0)


def test_a_link_in_the_target_is_not_followed(tree, key):
    elsewhere = tree.folder / "elsewhere"
    elsewhere.mkdir()
    tree.sealed.mkdir()
    os.symlink(elsewhere, tree.sealed / "2026")
    report = bulk.encrypt(tree.plain, tree.sealed, keys=key)
    reason = "a link in the target, which could lead out of it"
    assert set(failures(report).values()) == {("IO", reason)}
    assert report.failed == 2
    assert contents(elsewhere) == {}
