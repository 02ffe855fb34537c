"""Random envelopes between this implementation and the core, both ways.

The core's side is its example `envelope`, one process for all commands of a test. The random
choices come from fixed seeds; keys and salts of the core are really random.
"""

import json
import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from sealwax_reference import (
    CODES,
    Fixed,
    LocalKey,
    encrypt,
    from_text,
    open_envelope,
    parse_header,
    rewrap_header,
    to_text,
)
from sealwax_reference.cli import outcome
from sealwax_reference.lengths import plaintext_len
from support import SIZES, fails, random_metadata, random_pairs, random_text

ROOT = Path(__file__).parents[3]
ENVELOPES = 120
DAMAGED = 400
HEADERS = 600


@pytest.fixture(scope="session")
def core():
    """The core's example program, built as the other tests of the project build."""
    build = "build --package sealwax --example envelope --profile checked"
    command = [os.environ.get("CARGO", "cargo"), *build.split(), "--message-format=json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    built = [json.loads(line).get("executable") for line in lines.splitlines()]
    return next(path for path in built if path)


def run_batch(core, folder: Path, commands: list[list[str]]) -> list[tuple[str, int | None]]:
    """The outcome of each command in the core: the name of the error, and its chunk."""
    (folder / "batch").write_text("\n".join("\t".join(line) for line in commands))
    printed = subprocess.run([core, "batch", "batch"], cwd=folder, check=True, capture_output=True)
    rows = [line.split("\t") for line in printed.stdout.decode().splitlines()]
    rows = [row for row in rows if row[0].isdigit()]
    assert len(rows) == len(commands)
    assert all(CODES[name] == int(code) for code, name, _ in rows)
    return [(name, int(chunk) if chunk else None) for _, name, chunk in rows]


@dataclass
class Case:
    """What goes into an envelope, and the flags that say so."""

    plaintext: bytes
    keys: list[LocalKey]
    context: list[tuple[str, str]]
    associated_data: bytes
    metadata: bytes | None
    pad_multiple: int
    text: bool
    detached: bool

    @classmethod
    def random(cls, source: random.Random) -> "Case":
        count = source.choice([1, 1, 2, 5])
        return cls(
            plaintext=source.randbytes(source.choice(SIZES)),
            keys=[random_key(source, number) for number in range(count)],
            context=random_pairs(source),
            associated_data=source.randbytes(source.choice([0, 0, 1, 300])),
            metadata=random_metadata(source),
            pad_multiple=source.choice([1, 4096]),
            text=source.random() < 0.3,
            detached=source.random() < 0.3,
        )

    def seal(self, fixed: Fixed = Fixed(), pad_multiple: int | None = None):
        return encrypt(
            self.plaintext,
            self.keys,
            context=self.context,
            metadata=self.metadata,
            associated_data=self.associated_data,
            pad_multiple=pad_multiple or self.pad_multiple,
            fixed=fixed,
        )

    def flags(self, name: str) -> list[str]:
        flags = ["--aad", self.associated_data.hex()]
        flags += [flag for pair in self.context for flag in ("--context", "=".join(pair))]
        flags += ["--text"] * self.text
        return flags + (["--detached-header", f"{name}.header"] if self.detached else [])

    def write(self, folder: Path, name: str, sealed) -> None:
        parts = [(name, sealed.envelope, self.text)]
        if self.detached:
            parts = [(f"{name}.header", sealed.header, self.text), (name, sealed.body, False)]
        for file, data, text in parts:
            (folder / file).write_bytes(to_text(data).encode() if text else data)

    def read(self, folder: Path, name: str) -> bytes:
        """The whole envelope of what was written."""
        data = (folder / (f"{name}.header" if self.detached else name)).read_bytes()
        data = from_text(data.decode()) if self.text else data
        return data + (folder / name).read_bytes() if self.detached else data


def random_key(source: random.Random, number: int) -> LocalKey:
    return LocalKey(f"{number}{random_text(source, 0, 10)}", source.randbytes(32))


def key_flags(keys: list[LocalKey], prefix: str = "--") -> list[str]:
    pairs = [(f"{prefix}kek", key.kek.hex(), f"{prefix}key-id", key.key_id) for key in keys]
    return [flag for pair in pairs for flag in pair]


def salts_of(envelope: bytes) -> Fixed:
    """What is random in an envelope and public: all salts."""
    header = parse_header(envelope)
    metadata = header.sealed_metadata
    return Fixed(
        body_salt=envelope[len(header.raw) :][:24],
        metadata_salt=None if metadata is None else metadata[:24],
        wrap_salts=[key.wrapped_dek[:24] for key in header.wrapped_keys],
    )


def test_the_core_opens_what_is_made_here(core, tmp_path):
    source = random.Random(1)
    cases = [Case.random(source) for _ in range(ENVELOPES)]
    commands = []
    for number, case in enumerate(cases):
        case.write(
            tmp_path, f"{number}", case.seal(pad_multiple=source.choice([1, 7, 4096, 60000]))
        )
        keys = key_flags([source.choice(case.keys)])
        outputs = [f"{number}.out", "--metadata-out", f"{number}.metadata"]
        commands.append(["decrypt", f"{number}", *outputs, *keys, *case.flags(f"{number}")])
    assert run_batch(core, tmp_path, commands) == [("ok", None)] * ENVELOPES
    for number, case in enumerate(cases):
        assert (tmp_path / f"{number}.out").read_bytes() == case.plaintext
        metadata = tmp_path / f"{number}.metadata"
        assert (metadata.read_bytes() if metadata.exists() else None) == case.metadata


def test_what_the_core_makes_is_made_here_byte_for_byte(core, tmp_path):
    source = random.Random(2)
    cases = [Case.random(source) for _ in range(ENVELOPES)]
    commands = []
    for number, case in enumerate(cases):
        (tmp_path / "plain").with_suffix(f".{number}").write_bytes(case.plaintext)
        flags = [*key_flags(case.keys), *case.flags(f"{number}")]
        flags += [] if case.metadata is None else ["--metadata", case.metadata.hex()]
        flags += ["--padding", str(case.pad_multiple)]
        commands.append(["encrypt", f"plain.{number}", f"{number}", *flags])
    assert run_batch(core, tmp_path, commands) == [("ok", None)] * ENVELOPES
    for number, case in enumerate(cases):
        envelope = case.read(tmp_path, f"{number}")
        opened = open_envelope(envelope, [source.choice(case.keys)], required=case.context)
        assert opened.metadata() == case.metadata
        assert opened.plaintext(case.associated_data) == case.plaintext
        salts = salts_of(envelope)
        fixed = Fixed(opened.dek, salts.body_salt, salts.metadata_salt, salts.wrap_salts)
        assert case.seal(fixed).envelope == envelope


def damage(source: random.Random, data: bytes) -> bytes:
    """One change, as a disk or an attacker makes it."""
    at = source.randrange(len(data))
    if source.random() < 0.3:
        at = source.randrange(min(len(data), 40))
    kind = source.choice(["bit", "bit", "byte", "cut", "remove", "insert", "append"])
    return {
        "bit": lambda: data[:at] + bytes([data[at] ^ 1 << source.randrange(8)]) + data[at + 1 :],
        "byte": lambda: data[:at] + bytes([source.choice([0, 1, 255])]) + data[at + 1 :],
        "cut": lambda: data[:at],
        "remove": lambda: data[:at] + data[at + 1 :],
        "insert": lambda: data[:at] + b"\0" + data[at:],
        "append": lambda: data + source.randbytes(source.choice([1, 16, 16400])),
    }[kind]()


def same_outcomes(core, folder: Path, commands: list[list[str]], monkeypatch) -> set[str]:
    """Runs the commands on both sides; the names of the outcomes, which must be equal.

    The core knows the length of a message in memory, and may see by it that one was cut before it
    sees what else is wrong [B-23].
    """
    monkeypatch.chdir(folder)
    here = [outcome(command) for command in commands]
    there = run_batch(core, folder, commands)
    for ours, theirs, command in zip(here, there, commands):
        if ours != theirs:
            assert is_seen_by_its_length(folder / command[1], ours[0], theirs), command
    return {name for name, _ in here}


def is_seen_by_its_length(envelope: Path, ours: str, theirs: tuple[str, int | None]) -> bool:
    data = envelope.read_bytes()
    with fails("truncated"):
        plaintext_len(len(data) - len(parse_header(data).raw))
    return theirs == ("truncated", None) and ours in ("commitment_mismatch", "authentication")


def test_damaged_envelopes_fail_alike(core, tmp_path, monkeypatch, capsys):
    source = random.Random(3)
    commands = []
    for number in range(DAMAGED):
        case = Case.random(source)
        case.text = case.detached = False
        (tmp_path / f"{number}").write_bytes(damage(source, case.seal().envelope))
        flags = [*key_flags([case.keys[-1]]), *case.flags(""), "--metadata-out", "metadata"]
        commands.append(["decrypt", f"{number}", "out", *flags])
    seen = same_outcomes(core, tmp_path, commands, monkeypatch)
    expected = "bad_magic unsupported_version malformed limit_exceeded key_unwrap truncated "
    expected += "header_authentication commitment_mismatch authentication"
    assert set(expected.split()) <= seen


def test_wrong_arguments_fail_alike(core, tmp_path, monkeypatch, capsys):
    key, other = LocalKey("k", bytes(32)), LocalKey("other", bytes(32))
    sealed = encrypt(bytes(20000), [key, other], context=[("a", "1")], associated_data=b"aad")
    (tmp_path / "sealed").write_bytes(sealed.envelope)
    (tmp_path / "body").write_bytes(sealed.body)
    (tmp_path / "text").write_text(to_text(sealed.envelope) + "\n")
    right, aad = key_flags([key]), ["--aad", b"aad".hex()]
    wrong = key_flags([LocalKey("k", b"\1" * 32)])
    detached = ["--detached-header", "sealed"]
    cases = [
        ("ok", ["sealed", "out", *right, *aad]),
        ("ok", ["sealed", "out", *wrong, *key_flags([other]), *aad]),
        ("key_unwrap", ["sealed", "out", *wrong, *aad]),
        ("no_matching_key", ["sealed", "out", *key_flags([LocalKey("K", bytes(32))]), *aad]),
        ("context_mismatch", ["sealed", "out", *wrong, *aad, "--context", "a=2"]),
        ("context_mismatch", ["sealed", "out", *wrong, *aad, "--context", "b="]),
        ("commitment_mismatch", ["sealed", "out", *right]),
        ("trailing_data", ["body", "out", *right, *aad, *detached]),
        ("malformed", ["text", "out", *right, *aad, "--text"]),
        ("bad_magic", ["sealed", "out", *right, *aad, "--text"]),
        ("invalid_argument", ["sealed", "out", *right, *aad, "--range", "2:1"]),
        ("io", ["absent", "out", *right]),
    ]
    commands = [["decrypt", *arguments] for _, arguments in cases]
    same_outcomes(core, tmp_path, commands, monkeypatch)
    assert [outcome(command)[0] for command in commands] == [name for name, _ in cases]


def test_damaged_headers_parse_alike(core, tmp_path, monkeypatch, capsys):
    """Small changes in the fields, and lengths of fields that do not fit them."""
    source = random.Random(4)
    commands = []
    for number in range(HEADERS):
        case = Case.random(source)
        case.metadata = None if number % 2 else case.metadata
        header = bytearray(case.seal().header)
        for _ in range(source.choice([0, 1, 1, 2, 3])):
            at = source.randrange(8, min(len(header), 80))
            header[at] = source.choice([0, 1, 2, 31, 33, 64, 65, 127, 128, 255, header[at] ^ 1])
        (tmp_path / f"{number}").write_bytes(header)
        commands.append(["inspect", f"{number}", *["--header-only"] * source.choice([0, 1])])
    seen = same_outcomes(core, tmp_path, commands, monkeypatch)
    assert {"ok", "malformed", "limit_exceeded", "truncated", "unsupported_suite"} <= seen


def test_ranges_are_read_alike(core, tmp_path, monkeypatch):
    source = random.Random(5)
    key = LocalKey("k", bytes(32))
    commands, expected = [], []
    for number in range(80):
        plaintext = source.randbytes(source.choice(SIZES))
        (tmp_path / f"{number}").write_bytes(encrypt(plaintext, [key]).envelope)
        start, end = sorted(source.choices([*SIZES, 60000], k=2))
        end_flag = source.choice(["", str(end)])
        expected.append(plaintext[start : int(end_flag) if end_flag else None])
        if start > len(plaintext) and not end_flag:
            end_flag = str(end)
        flags = ["--range", f"{start}:{end_flag}", *key_flags([key])]
        commands.append(["decrypt", f"{number}", f"{number}.out", *flags])
    assert same_outcomes(core, tmp_path, commands, monkeypatch) == {"ok"}
    there = [(tmp_path / f"{number}.out").read_bytes() for number in range(80)]
    assert there == expected


def test_a_rewrap_of_the_core_is_made_here_byte_for_byte(core, tmp_path):
    source = random.Random(6)
    rewraps, commands = [], []
    for number in range(60):
        case = Case.random(source)
        new_keys = [random_key(source, 100 + new) for new in range(source.choice([1, 2, 8]))]
        keep = source.random() < 0.5
        old = case.seal().header
        (tmp_path / f"{number}").write_bytes(old)
        flags = [*key_flags([case.keys[-1]]), *key_flags(new_keys, "--new-"), "--header-only"]
        commands.append(["rewrap", f"{number}", f"{number}.new", *flags, *["--keep"] * keep])
        rewraps.append((old, case.keys, new_keys, keep))
    assert run_batch(core, tmp_path, commands) == [("ok", None)] * len(rewraps)
    for number, (old, old_keys, new_keys, keep) in enumerate(rewraps):
        new = (tmp_path / f"{number}.new").read_bytes()
        fixed = Fixed(wrap_salts=salts_of(new).wrap_salts[-len(new_keys) :])
        kept = [wrapped.key_id for wrapped in parse_header(old).wrapped_keys if keep]
        again = rewrap_header(
            old, old_keys, new_keys, keep=lambda wrapped: wrapped.key_id in kept, fixed=fixed
        )
        assert again == new
