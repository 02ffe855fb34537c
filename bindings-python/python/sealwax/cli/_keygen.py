"""New key files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

import sealwax

from . import _streams
from ._exits import DONE
from ._place import new_file
from ._say import voice
from ._text import UsageError

if TYPE_CHECKING:
    from .._types import Kem

_KEMS: tuple[Kem, ...] = ("x25519", "x-wing")


def keygen(path: str, kind: str, *, force: bool) -> int:
    """Creates a key file. The public key of a key pair is printed, and stands in the file."""
    text, public = _new(kind)
    taken = _streams.target(path, force=force)
    if isinstance(taken, _streams.Output):
        with taken:
            taken.write(text.encode())
        return DONE
    with new_file(taken, force=force, mode=0o600) as file:
        file.write(text.encode())
    voice.note(f"wrote {path}: keep it safe, without it nothing can be decrypted")
    if public:
        _streams.show(f"{public}\n")
    return DONE


def _new(kind: str) -> tuple[str, Optional[str]]:
    """The content of a new key file, and its public key."""
    if kind == "local":
        return bytes(sealwax.LocalKey.generate().export()).hex() + "\n", None
    kem = next((kem for kem in _KEMS if kem == kind), None)
    if kem is None:
        raise UsageError(f"--type {kind}: there is local, x25519 and x-wing")
    identity = sealwax.HpkeIdentity.generate(kem)
    public = str(identity.recipient)
    return f"# public key: {public}\n{identity.to_text()}\n", public
