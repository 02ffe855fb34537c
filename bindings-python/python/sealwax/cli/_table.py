"""The commands of the command line and their options, for parsing, help and shells."""

from __future__ import annotations

from typing import NamedTuple, Optional

VARIABLE = "SEALWAX_KEY"
"""The environment variable with the keys, one spec per line, used without an option."""

SPEC_HELP = (
    "a key file, or - for one on the standard input, or env:NAME, aws:ARN, gcp:NAME, azure:ID, "
    "vault:NAME, pkcs11:URI, rsa:PEMFILE, hpke:PUBLICKEY or config:NAME; with #ID behind it if it "
    "has another id than its own, which of files and variables is 'default'"
)


class Option(NamedTuple):
    """An option: its flags, the field of its value, and what a shell offers for it."""

    flags: tuple[str, ...]
    help: str
    metavar: Optional[str] = None
    """The name of the value in the help; without one the option is a switch."""
    repeated: bool = False
    offers: str = ""
    """`file`, `folder`, `key` or nothing."""

    @property
    def name(self) -> str:
        """The name of the value in the program."""
        return self.flags[-1].lstrip("-").replace("-", "_")


class Command(NamedTuple):
    """A command: its arguments and its function."""

    name: str
    usage: str
    summary: str
    options: tuple[Option, ...]
    names: str
    """The names of its arguments in the help."""
    text: str = ""
    choices: tuple[str, ...] = ()
    """The possible values of an argument that is not a file."""


def _key(flag: str, what: str, *short: str) -> Option:
    text = f"{what}: {SPEC_HELP}. Several are possible."
    return Option((*short, flag), text, "SPEC", repeated=True, offers="key")


_KEY = _key("--key", f"A key; without any, those that {VARIABLE} names", "-k")
_TO = Option(
    ("-t", "--to"),
    "A public key, which needs no secret here: the line that keygen printed, or a file with it. "
    "Several are possible.",
    "RECIPIENT",
    repeated=True,
    offers="file",
)
_CONTEXT = Option(
    ("-c", "--context"), "A public pair; several are possible.", "NAME=VALUE", repeated=True
)
_AAD = Option(("--associated-data",), "Text that must be given again, not stored.", "TEXT")
_FORCE = Option(("-f", "--force"), "Replace what exists.")
_OUTPUT = Option(("-o", "--output"), "The name of the result.", "TARGET", offers="file")
_FOLDER = Option(
    ("-d", "--output-dir"), "The folder of the results; made if missing.", "FOLDER", offers="folder"
)
_NO_SYNC = Option(
    ("--no-sync",), "Do not wait for the disk: faster, and a power failure may lose the results."
)
_FAIL_FAST = Option(("--fail-fast",), "Stop at the first file that fails.")
COMMON = (
    Option(("-q", "--quiet"), "Tell nothing but errors."),
    Option(("-v", "--verbose"), "Tell which files and keys are used."),
    Option(("-h", "--help"), "Show this."),
)
_BATCH = (_FAIL_FAST, *COMMON)
_READING_TREES = (
    Option(
        ("-r", "--recursive"),
        "Take a whole folder or bucket: a path, or a URL such as s3://bucket/folder.",
    ),
    Option(
        ("--include",),
        "With -r, take only names that match; * is anything but /, ** anything.",
        "GLOB",
        repeated=True,
    ),
    Option(
        ("--exclude",),
        "With -r, leave out names that match; cache/ is all below such a folder.",
        "GLOB",
        repeated=True,
    ),
    Option(("--links",), "With -r, skip or follow links; skip is the default.", "skip|follow"),
    Option(
        ("--continue",),
        "With -r, go on after an interrupted run; after a finished one, do what is new or changed.",
    ),
    Option(("--jobs",), "With -r, how many objects are worked on at a time.", "N"),
    Option(("--kms-rate",), "With -r, the most calls of the KMS in a second.", "N"),
    Option(("--dry-run",), "With -r, only list what would be done."),
    Option(
        ("--journal",), "With -r, the file that --continue goes on from.", "FILE", offers="file"
    ),
    Option(
        ("--report",), "With -r, a JSON file of what was skipped or failed.", "FILE", offers="file"
    ),
)
_WRITING_TREES = (
    *_READING_TREES,
    Option(
        ("--hidden-names",),
        "With -r, give results random names and seal their own in them; decrypt -r restores them.",
    ),
)
TREE = _WRITING_TREES[1:]
"""Options that mean nothing without `-r`."""

COMMANDS = (
    Command(
        "keygen",
        "[OPTIONS] FILE",
        "Make a new random key file, readable by its owner only.",
        (
            Option(
                ("--type",),
                "x25519 or x-wing: a key pair, whose public key is printed; X-Wing resists quantum "
                "computers. By default local: one key, which encrypts and decrypts.",
                "TYPE",
            ),
            _FORCE,
            *COMMON,
        ),
        "FILE",
    ),
    Command(
        "recipient",
        "FILE",
        "Print the public key of a key pair's file, for encrypt --to.",
        COMMON,
        "FILE",
    ),
    Command(
        "encrypt",
        "--key SPEC|--to RECIPIENT [OPTIONS] SOURCE [TARGET]",
        "Encrypt files, pipes and whole trees.",
        (
            _KEY,
            _TO,
            _OUTPUT,
            _FOLDER,
            _CONTEXT,
            _AAD,
            Option(("--metadata",), "Text that travels encrypted in the header.", "TEXT"),
            Option(
                ("--no-require-all",),
                "Go on, with a warning, when one of several keys cannot be had.",
            ),
            _FORCE,
            _NO_SYNC,
            *_WRITING_TREES,
            *_BATCH,
        ),
        "SOURCE",
        "The result is TARGET, by default SOURCE.sealwax. Several sources go to --output-dir. "
        "With -r, SOURCE and TARGET are folders or URLs, and names are kept.",
    ),
    Command(
        "decrypt",
        "--key SPEC [OPTIONS] SOURCE [TARGET]",
        "Decrypt files, pipes and whole trees.",
        (_KEY, _OUTPUT, _FOLDER, _CONTEXT, _AAD, _FORCE, _NO_SYNC, *_WRITING_TREES, *_BATCH),
        "SOURCE",
        "The result is TARGET, by default SOURCE without .sealwax. Several sources go to "
        "--output-dir. A pipe gets data before the end was checked: look at the exit code.",
    ),
    Command(
        "inspect",
        "[OPTIONS] FILE...",
        "Show what envelopes say about themselves. No key is needed.",
        (
            Option(("--json",), "One JSON object a line, for programs."),
            Option(("--metadata",), "Show the encrypted metadata, too; this needs a key."),
            _KEY,
            *_BATCH,
        ),
        "FILE",
        "What is shown is a claim that anyone could have made, unless a key was given.",
    ),
    Command(
        "rewrap",
        "--old SPEC --new SPEC [OPTIONS] FILE...",
        "Replace the wrapped keys of files. The encrypted data stays as it is.",
        (
            _key("--old", f"A key that opens it now; without any, those that {VARIABLE} names"),
            _key("--new", "A key that is to open it"),
            Option(("--add",), "Keep the wrapped keys that are there."),
            *_BATCH,
        ),
        "FILE",
        "Files that are under the new keys already are skipped. With FILE - the envelope comes "
        "from the standard input and goes to the standard output.",
    ),
    Command(
        "verify",
        "--key SPEC [OPTIONS] FILE...",
        "Check that files decrypt from the first byte to the last. Nothing is written.",
        (_KEY, _CONTEXT, _AAD, *_READING_TREES, *_BATCH),
        "FILE",
    ),
    Command(
        "completion",
        "bash|zsh|fish",
        "Print a script that completes this command, for `source` or `eval`.",
        COMMON,
        "SHELL",
        choices=("bash", "zsh", "fish"),
    ),
)

ABOUT = "Envelope encryption of files and pipes. A file name - is the standard input or output."


def command(name: str) -> Optional[Command]:
    """Returns the command with this name."""
    return next((known for known in COMMANDS if known.name == name), None)
