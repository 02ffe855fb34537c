"""`python -m sealwax`, and the command `sealwax`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say what it needs."""
    try:
        from .cli import run
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        print("the command line needs more packages: pip install 'sealwax[cli]'", file=sys.stderr)
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()
