"""`python -m sealwax`, and the command `sealwax`."""

from __future__ import annotations

from . import _start


def main() -> None:
    """Run the command line."""
    _start.catch()
    from .cli import run

    run()


if __name__ == "__main__":
    main()
