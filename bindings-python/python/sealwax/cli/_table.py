"""The commands of the command line and their options, for parsing, help and shells."""

from __future__ import annotations

from typing import NamedTuple, Optional

VARIABLE = "SEALWAX_KEY"
"""The environment variable with the keys, one spec per line; it is used if no option is given."""

SPEC_HELP = (
    "a key file, - for a key file on standard input, or one of env:NAME, aws:ARN, gcp:NAME, "
    "azure:ID, vault:NAME, pkcs11:URI, rsa:PEMFILE, hpke:PUBLICKEY, config:NAME. Append #ID to set "
    "the key id, which is 'default' for key files and variables"
)


class Option(NamedTuple):
    """An option: its flags, the field of its value, and what a shell offers for it."""

    flags: tuple[str, ...]
    help: str
    metavar: Optional[str] = None
    """The name of the value in the help; an option without one is a switch."""
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


def _key(*flags: str, what: str, default: str = "") -> Option:
    text = f"{what}: {SPEC_HELP}. Can be repeated.{default}"
    return Option(flags, text, "SPEC", repeated=True, offers="key")


_DEFAULT = f" The default is the keys in {VARIABLE}."
_KEY = _key("-k", "--key", what="A key", default=_DEFAULT)
_TO = Option(
    ("-t", "--to"),
    "A public key: the line that keygen printed, or a file with it. No secret is needed here. Can "
    "be repeated.",
    "RECIPIENT",
    repeated=True,
    offers="file",
)
_CONTEXT = Option(
    ("-c", "--context"), "A public pair. Can be repeated.", "NAME=VALUE", repeated=True
)
_AAD = Option(("--associated-data",), "Text that is not stored; decryption needs it again.", "TEXT")
_FORCE = Option(("-f", "--force"), "Replace existing files.")
_OUTPUT = Option(("-o", "--output"), "The name of the result.", "TARGET", offers="file")
_FOLDER = Option(
    ("-d", "--output-dir"),
    "The folder for the results; it is created if missing.",
    "FOLDER",
    offers="folder",
)
_NO_SYNC = Option(
    ("--no-sync",),
    "Do not wait for the disk. This is faster, but a power failure may lose results.",
)
_FAIL_FAST = Option(("--fail-fast",), "Stop at the first file that fails.")
COMMON = (
    Option(("-q", "--quiet"), "Print errors only."),
    Option(("-v", "--verbose"), "Print which files and keys are used."),
    Option(("-h", "--help"), "Show this help."),
)
_BATCH = (_FAIL_FAST, *COMMON)
_READING_TREES = (
    Option(
        ("-r", "--recursive"),
        "Process a whole folder or bucket: a path, or a URL such as s3://bucket/folder.",
    ),
    Option(
        ("--include",),
        "With -r, process only names that match. * matches all but /, and ** matches all.",
        "GLOB",
        repeated=True,
    ),
    Option(
        ("--exclude",),
        "With -r, skip names that match. cache/ matches everything below such a folder.",
        "GLOB",
        repeated=True,
    ),
    Option(("--links",), "With -r, skip (the default) or follow links.", "skip|follow"),
    Option(
        ("--continue",),
        "With -r, continue an interrupted run, or process what changed since a finished one.",
    ),
    Option(("--jobs",), "With -r, the number of objects to process at a time.", "N"),
    Option(
        ("--engine",),
        "With -r, where the work is done: threads, or the workers of dask or ray.",
        "threads|dask|ray",
    ),
    Option(("--kms-rate",), "With -r, the maximum number of KMS calls per second.", "N"),
    Option(("--dry-run",), "With -r, only list what it would do."),
    Option(
        ("--journal",), "With -r, the file from which --continue resumes.", "FILE", offers="file"
    ),
    Option(
        ("--report",),
        "With -r, a JSON file with what was skipped or failed.",
        "FILE",
        offers="file",
    ),
)
_WRITING_TREES = (
    *_READING_TREES,
    Option(
        ("--hidden-names",),
        "With -r, store results under random names and the real names encrypted; decrypt -r "
        "restores them.",
    ),
)
TREE = _WRITING_TREES[1:]
"""Options that mean nothing without `-r`."""

COMMANDS = (
    Command(
        "keygen",
        "[OPTIONS] FILE",
        "Create a random key file that only its owner can read.",
        (
            Option(
                ("--type",),
                "local (the default): one key that encrypts and decrypts. x25519 or x-wing: a key "
                "pair, whose public key is printed. X-Wing resists quantum computers.",
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
            Option(("--metadata",), "Text to store encrypted in the header.", "TEXT"),
            Option(
                ("--no-require-all",),
                "Continue, with a warning, if one of several keys is not available.",
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
        "--output-dir. A pipe receives data before the end is checked, so look at the exit code.",
    ),
    Command(
        "inspect",
        "[OPTIONS] FILE...",
        "Show the headers of envelopes. No key is needed.",
        (
            Option(("--json",), "Print one JSON object per line."),
            Option(("--metadata",), "Also show the encrypted metadata; this needs a key."),
            _KEY,
            *_BATCH,
        ),
        "FILE",
        "Without a key nothing is authenticated: anyone could have written the header.",
    ),
    Command(
        "rewrap",
        "--old SPEC --new SPEC [OPTIONS] FILE...",
        "Replace the wrapped keys of files. The encrypted data does not change.",
        (
            _key("--old", what="A key that opens the file now", default=_DEFAULT),
            _key("--new", what="A key that will open the file"),
            Option(("--add",), "Keep the existing wrapped keys."),
            *_BATCH,
        ),
        "FILE",
        "Files that the new keys already open are skipped. If FILE is -, the envelope is read from "
        "standard input and written to standard output.",
    ),
    Command(
        "verify",
        "--key SPEC [OPTIONS] FILE...",
        "Check that files decrypt completely. Nothing is written.",
        (_KEY, _CONTEXT, _AAD, *_READING_TREES, *_BATCH),
        "FILE",
    ),
    Command(
        "completion",
        "bash|zsh|fish",
        "Print a completion script for a shell.",
        COMMON,
        "SHELL",
        choices=("bash", "zsh", "fish"),
    ),
)

ABOUT = "Envelope encryption of files and pipes. The file name - is standard input or output."


def command(name: str) -> Optional[Command]:
    """Returns the command with this name."""
    return next((known for known in COMMANDS if known.name == name), None)
