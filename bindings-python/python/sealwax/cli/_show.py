"""The output of `inspect`, for people and for programs."""

from __future__ import annotations

from typing import Any, Optional

import sealwax

from ._text import printable

Row = tuple[str, str]


def rows(header: sealwax.Header) -> list[Row]:
    """Names and values of the fields, as the documentation names them."""
    shown = [("suite", f"0x{header.suite:04x}")]
    shown.append(("header", f"{header.header_len:,} bytes, {header.padding_len:,} of them free"))
    shown += [(f"context {name}", value) for name, value in header.context.items()]
    if header.sealed_metadata_len:
        shown.append(("metadata", f"{header.sealed_metadata_len:,} bytes, encrypted"))
    shown += [(f"key of {key.provider_id}", key.key_id) for key in header.wrapped_keys]
    return shown


def metadata_row(metadata: Optional[bytes]) -> Row:
    """The decrypted metadata."""
    text = "none" if metadata is None else metadata.decode("utf-8", "surrogateescape")
    return ("metadata, decrypted", text)


def table(name: str, shown: list[Row], *, terminal: bool) -> str:
    """A table on a terminal; otherwise self-contained lines of file, name and value."""
    if not terminal:
        return "".join("\t".join(map(printable, (name, *row))) + "\n" for row in shown)
    width = max(len(printable(label)) for label, _ in shown)
    lines = [f"  {printable(label):<{width}}  {printable(value)}\n" for label, value in shown]
    return f"\x1b[1m{printable(name)}\x1b[0m\n" + "".join(lines)


def as_json(name: str, header: sealwax.Header, metadata: Optional[bytes], *, opened: bool) -> str:
    """One line of JSON in ASCII."""
    import json

    fields: dict[str, Any] = {"file": name, **header.to_dict()}
    if opened:
        fields.update(_metadata_fields(metadata))
    return json.dumps(fields) + "\n"


def _metadata_fields(metadata: Optional[bytes]) -> dict[str, Optional[str]]:
    """Metadata as text if it is text; the output says which."""
    try:
        return {"metadata": None if metadata is None else metadata.decode("utf-8")}
    except UnicodeDecodeError:
        from base64 import b64encode

        return {"metadata_base64": b64encode(metadata or b"").decode("ascii")}
