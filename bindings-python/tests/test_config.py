"""Keys by reference, and `sealwax.toml`."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sealwax
from sealwax import config
from sealwax.config import Config, ConfigError, KeyReference, _find, _schema
from sealwax.config._schemes import SCHEMES

from commandline import HEX, KEY, run

TOML = """
[keys]
orders = "file:keys/orders.key#orders"
spare = "env:SPARE_KEY#spare"

[[rules]]
match = ["s3://lake/**", "data/*.csv"]
keys = ["orders", "spare"]
context = { tenant = "blue" }

[[rules]]
match = "s3://attic/"
keys = "env:SPARE_KEY"

[[stores]]
match = "s3://lake/**"
endpoint = "https://s3.example.com"
region = "eu-north-1"
addressing = "path"
"""


@pytest.fixture
def project(folder, monkeypatch):
    """A folder with a configuration and its keys; the program stands below it."""
    (folder / "keys").mkdir()
    (folder / "keys/orders.key").write_text(HEX)
    (folder / "keys/orders.key").chmod(0o600)
    (folder / "sealwax.toml").write_text(TOML)
    (folder / "data").mkdir()
    monkeypatch.setenv("SPARE_KEY", "08" * 32)
    monkeypatch.delenv("SEALWAX_CONFIG", raising=False)
    monkeypatch.chdir(folder / "data")
    return folder


def test_a_configuration_is_found_upwards(project):
    found = Config.load()
    assert found.path == str(project / "sealwax.toml")
    assert found == Config.load(project / "sealwax.toml")
    assert [key.key_id for key in found.keys_for("s3://lake/2026/a.parquet")] == ["orders", "spare"]
    assert found.context_for("s3a://lake/2026/a") == {"tenant": "blue"}
    assert found.context_for("s3://attic/x") == {}
    assert [key.key_id for key in found.keys_for("s3://attic/deep/x")] == ["default"]
    assert found.key("orders") is found.keys_for("s3://lake/a")[0]


def test_a_pattern_without_a_scheme_is_of_files_below_the_configuration(project):
    found = Config.load()
    for url in ("tides.csv", project / "data/tides.csv", f"file://{project}/data/x/../tides.csv"):
        assert found.context_for(url) == {"tenant": "blue"}
    assert found.rule_for("deeper/tides.csv") is None
    assert found.rule_for(project / "tides.csv") is None


def test_the_variable_names_a_configuration_or_none(project, monkeypatch):
    (project / "other.toml").write_text('[keys]\na = "env:A"\n')
    monkeypatch.setenv("SEALWAX_CONFIG", "../other.toml")
    assert list(Config.load().keys) == ["a"]
    monkeypatch.setenv("SEALWAX_CONFIG", "")
    assert Config.load() == Config({})
    with pytest.raises(ConfigError, match=r"the configuration: no rule in \[\[rules\]\] fits s3:"):
        Config.load().keys_for("s3://lake/a")
    monkeypatch.setenv("SEALWAX_CONFIG", "missing.toml")
    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read: No such file"):
        Config.load()


def test_store_options(project):
    expected = {"endpoint": "https://s3.example.com", "region": "eu-north-1", "addressing": "path"}
    assert Config.load().store_options("s3://lake/2026/") == expected
    assert Config.load().store_options("s3://lake") == expected
    assert Config.load().store_options("s3://lakes/a") == {}


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("a = ", "is not TOML: Invalid value (at end of document)"),
        ("[key]\n", "unknown table 'key'; did you mean keys? allowed: keys, rules, stores"),
        ('[keys]\na = "vault"\n', "[keys] a is no reference to a key: a reference to a key begins"),
        ("[keys]\na = 1\n", "[keys] a is a reference to a key, such as 'vault:orders'"),
        (f'[keys]\na = "{HEX}"\n', "[keys] a is the place of a key, and not the key: put it"),
        ('[keys]\n"a b" = "env:A"\n', "[keys] 'a b': letters, digits, _, - and . only"),
        (
            '[keys]\na = "pkcs11:token=t;object=o?module-path=x.so"\n',
            "[keys] a names no module, which would be a program to run: PKCS11_MODULE names it",
        ),
        (
            '[keys]\na = "pkcs11:token=t;object=o?pin-value=1234"\n',
            "[keys] a is no reference to a key: a reference must not contain a PIN",
        ),
        ("[rules]\nmatch = 1\n", "rules is a list: write [[rules]]"),
        ('[[rules]]\nmatch = "x"\n', "[[rules]] 1: keys is missing"),
        (
            '[[rules]]\nmatches = "x"\n',
            "[[rules]] 1: unknown key 'matches'; did you mean match? allowed: match, keys, context",
        ),
        ('[[rules]]\nmatch = 7\nkeys = "a"\n', "[[rules]] 1: match is a text, or a list of some"),
        (
            '[keys]\norders = "env:A"\n[[rules]]\nmatch = "x"\nkeys = "order"\n',
            "[[rules]] 1: keys: [keys] has no order; did you mean orders? allowed: orders",
        ),
        (
            '[[stores]]\nmatch = "s3://a/**"\nsecret_access_key = "x"\n',
            "[[stores]] 1: unknown key 'secret_access_key'; credentials never stand here",
        ),
        (
            '[[stores]]\nmatch = "s3://a/**"\nendpoint = "https://me:pw@s3.example.com"\n',
            "[[stores]] 1: endpoint holds no credentials",
        ),
        ('[audit]\nuses = "some"\n', "[audit]: uses is 'all' or 'failed'"),
        ('[audit]\nuses = "all"\n', "[audit]: file is missing"),
        ("[cache]\nmax_age = 0\n", "[cache]: max_age is a number of seconds, above 0"),
    ],
)
def test_what_a_configuration_cannot_say(folder, toml, told):
    (folder / "sealwax.toml").write_text(toml)
    with pytest.raises(ConfigError) as caught:
        Config.load()
    assert str(caught.value).startswith(f"{folder}/sealwax.toml")
    assert told in str(caught.value)
    for secret in (HEX, "1234", "me:pw"):
        assert secret not in str(caught.value)


def test_what_a_stranger_could_have_written_is_not_used(folder):
    path = folder / "sealwax.toml"
    path.write_text("")
    path.chmod(0o666)
    with pytest.raises(ConfigError) as caught:
        Config.load()
    assert str(caught.value) == (
        f"{path} is not used, because everybody can write to it: SEALWAX_CONFIG={path} "
        "overrides that"
    )
    assert Config.load(path).path == str(path)
    if os.geteuid() == 0:
        path.chmod(0o644)
        os.chown(path, 12345, -1)
        with pytest.raises(ConfigError, match=r"it belongs to another user \(12345\)"):
            Config.load()


def test_a_pickle_holds_no_key(project):
    found = Config.load()
    envelope = sealwax.encrypt(b"tide table", found.keys_for("s3://lake/a"))
    data = pickle.dumps(found)
    for secret in (HEX, "08" * 32, bytes.fromhex(HEX), b"\x08" * 32):
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in data
    assert pickle.loads(data) is pickle.loads(data)
    assert pickle.loads(data) == found
    child = "import pickle, sys, sealwax; config, envelope = pickle.load(sys.stdin.buffer)\n"
    child += "print(sealwax.decrypt(envelope, config.keys_for('s3://lake/a')))"
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    sent = pickle.dumps((found, envelope))
    result = subprocess.run(
        [sys.executable, "-c", child], input=sent, capture_output=True, env=inherited, cwd="/"
    )
    assert result.stdout == b"b'tide table'\n", result.stderr


def test_a_cache_of_data_keys(project):
    with open(project / "sealwax.toml", "a") as file:
        file.write("[cache]\nmax_age = 60\n")
    found = Config.load()
    (key, _) = found.keys_for("s3://lake/a")
    assert isinstance(key, sealwax.CachingProvider)
    for _ in range(3):
        sealwax.encrypt(b"x", found.keys_for("s3://lake/a"))
    assert key.encrypt_stats["misses"] == 1


def test_uses_of_keys_are_appended_to_a_file(project):
    with open(project / "sealwax.toml", "a") as file:
        file.write('[audit]\nfile = "audit.jsonl"\n')
    use = "import sealwax; from sealwax.config import Config\n"
    use += "for _ in range(2): sealwax.encrypt(b'x', Config.load().keys_for('s3://lake/a'))"
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", use], check=True, env=inherited)
    lines = (project / "audit.jsonl").read_text().splitlines()
    events = [(event["operation"], event["key_id"]) for event in map(json.loads, lines)]
    assert events == [("wrap", "orders"), ("wrap", "spare")] * 2
    assert (project / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_without_the_audit_file_no_key_is_used(project):
    with open(project / "sealwax.toml", "a") as file:
        file.write('[audit]\nfile = "missing/audit.jsonl"\n')
    with pytest.raises(ConfigError) as caught:
        Config.load().key("spare")
    told = f"[audit]: {project}/missing/audit.jsonl cannot be written: No such file or directory"
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("file:a b.key#2026", ("file", "a b.key", "2026")),
        ("env:KEK", ("env", "KEK", None)),
        ("vault:mount/orders#mine", ("vault", "mount/orders", "mine")),
        ("azure:https://v.example/keys/k/1", ("azure", "https://v.example/keys/k/1", None)),
    ],
)
def test_references(text, parts):
    reference = KeyReference.parse(text)
    assert tuple(reference) == parts
    assert str(reference) == text
    assert pickle.loads(pickle.dumps(reference)) == reference


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            HEX,
            "a reference to a key begins with one of file:, env:, aws:, gcp:, azure:, vault:, "
            "pkcs11:, rsa:, hpke:",
        ),
        ("file:", "the name of the key file is missing"),
        ("vault:#id", "the name of the key is missing"),
        ("aws:k#id", "k is the key's id: leave #id out"),
        (
            "pkcs11:token=t;object=o?pin-value=1",
            "a reference must not contain a PIN: use ?pin-source=FILE",
        ),
    ],
)
def test_what_is_no_reference(text, told):
    with pytest.raises(config.KeyReferenceError) as caught:
        KeyReference.parse(text)
    assert str(caught.value) == told


def test_a_missing_key_is_no_missing_object(folder, monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    for text, told in (
        ("file:k", f"the key file:{folder}/k: No such file or directory"),
        ("env:NOT_SET", "the key env:NOT_SET: the environment variable NOT_SET is not set"),
    ):
        with pytest.raises(config.KeyLoadError) as caught:
            config.load_key(text)
        assert str(caught.value) == told
        assert caught.value.code == sealwax.ErrorCode.PROVIDER_FAILED
        assert not isinstance(caught.value, (OSError, KeyError))
    with pytest.raises(config.KeyReferenceError, match="only the command line reads a key from"):
        config.load_key("file:-")


def test_keys_that_are_given_in_any_way(project):
    found = Config.load()
    assert found.resolve(KEY) == [KEY]
    given = found.resolve(
        [KEY, "config:orders", "env:SPARE_KEY#x", KeyReference("env", "SPARE_KEY")]
    )
    assert [key.key_id for key in given] == ["default", "orders", "x", "default"]
    assert config.load_key("config:spare").key_id == "spare"
    with pytest.raises(ConfigError, match=r"\[keys\] has no other; there is orders, spare"):
        found.resolve("config:other")


def test_a_key_that_others_can_read_is_logged(project, caplog):
    (project / "keys/orders.key").chmod(0o644)
    Config.load().key("orders")
    told = f"{project}/keys/orders.key: others can read this key; chmod 600 restricts it to you"
    assert [record.getMessage() for record in caplog.records] == [told]


@pytest.mark.parametrize(
    ("pattern", "fits", "others"),
    [
        (
            "s3://lake/**",
            ["s3://lake/a", "s3://lake/a/b", "s3://lake"],
            ["s3://lakes/a", "gs://lake/a"],
        ),
        ("s3://lake/*.csv", ["s3://lake/a.csv"], ["s3://lake/b/a.csv", "s3://lake/a.csv.bak"]),
        ("s3://lake/**/x?", ["s3://lake/x1", "s3://lake/a/b/x2"], ["s3://lake/x", "s3://lake/ax1"]),
        ("gcs://b/[a]", ["gs://b/[a]"], ["gs://b/a"]),
        ("memory://a/*", ["memory:///a/b"], ["memory://b/a"]),
        ("/srv/*/x", ["/srv/a/x", "file:///srv/a/b/../x"], ["/srv/x", "/srv/a/b/x"]),
        ("~/x", [os.path.expanduser("~/x")], ["/x"]),
        ("**", ["file:///"], ["s3://lake/a"]),
    ],
)
def test_patterns(pattern, fits, others):
    made = config.Pattern(pattern)
    assert [url for url in fits + others if made.matches(url)] == fits


def test_a_folder_with_a_star_in_its_name(folder):
    made = config.Pattern("a/*", "/srv/x*y")
    assert made.matches("/srv/x*y/a/b") and not made.matches("/srv/xzy/a/b")


def test_the_command_line_follows_the_rules(project):
    run("encrypt", "-", "tides.csv", data=b"06:12 high")
    header = sealwax.inspect("tides.csv")
    assert [key.key_id for key in header.wrapped_keys] == ["orders", "spare"]
    assert header.context == {"tenant": "blue"}
    assert run("decrypt", "tides.csv", "-").stdout == b"06:12 high"
    run("verify", "tides.csv")
    run("inspect", "--metadata", "tides.csv")
    named = run("encrypt", "--key", "config:spare", "-", data=b"x").stdout
    assert [key.key_id for key in sealwax.inspect(named).wrapped_keys] == ["spare"]
    run("rewrap", "--old", "config:orders", "--new", "config:spare", "tides.csv")
    assert [key.key_id for key in sealwax.inspect("tides.csv").wrapped_keys] == ["spare"]
    run("rewrap", "tides.csv")
    assert [key.key_id for key in sealwax.inspect("tides.csv").wrapped_keys] == ["orders", "spare"]


def test_what_the_command_line_says_of_rules(project):
    def told(*arguments, expect):
        return run(*arguments, expect=expect).stderr.decode()

    (project / "data/plain").write_bytes(b"x")
    refused = told("encrypt", "--context", "tenant=red", "plain", "a.csv", expect=3)
    assert (
        refused
        == f"sealwax: plain: --context tenant=red: {project}/sealwax.toml says tenant=blue\n"
    )
    other = told("encrypt", "plain", "a.txt", expect=3)
    assert other.startswith(
        f"sealwax: plain: {project}/sealwax.toml: no rule in [[rules]] fits file:"
    )
    stream = told("encrypt", "plain", "-", expect=2)
    assert stream == "sealwax: plain: --key is missing: the rules of sealwax.toml are for files\n"
    os.remove(project / "keys/orders.key")
    missing = told("encrypt", "plain", "a.csv", expect=7)
    assert missing == f"sealwax: {project}/keys/orders.key: No such file or directory\n"
    nameless = run(
        "encrypt", "--key", "config:a", "plain", "-", expect=2, env={"SEALWAX_CONFIG": ""}
    )
    assert nameless.stderr == (
        b"sealwax: --key config:a: there is no sealwax.toml from the working folder upwards\n"
    )
    assert not (project / "data/a.csv").exists()


def test_without_a_configuration_none_of_it_is_imported(folder):
    """The command starts as fast as before."""
    show = "import sys; from sealwax.cli import _keys; assert _keys.configuration() is None\n"
    show += "print([name for name in sys.modules if name.startswith('sealwax.config.')])"
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SEALWAX_CONFIG": ""}
    result = subprocess.run([sys.executable, "-c", show], capture_output=True, env=inherited)
    names = [f"sealwax.config._{name}" for name in ("_find", "_errors", "_schemes", "_references")]
    assert sorted(eval(result.stdout)) == sorted(name.replace("__", "_") for name in names)
    assert _find.NAME == "sealwax.toml"


def test_the_page_shows_the_whole_schema():
    page = Path(__file__).parents[2] / "docs/pages/reference/configuration.md"
    text = page.read_text(encoding="utf-8")
    for name, fields in _schema.TABLES.items():
        written = f"`[[{name}]]`" if name in _schema.LISTS else f"`[{name}]`"
        section = text.partition(f"\n{written}")[2].partition("\n\n`[")[0].partition("\n## ")[0]
        shown = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| ", section, re.MULTILINE)
        assert shown == [(key, field.kind) for key, field in fields.items()]
    for scheme in SCHEMES:
        assert f"`{scheme}:" in text
