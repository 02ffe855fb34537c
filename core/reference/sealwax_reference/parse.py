"""Section 4.6: the parser, check by check in the order of [H-19]."""

from .errors import SealwaxError, require
from .header import (
    BINDING_START,
    MAC,
    MAGIC,
    MAX_CONTEXT,
    MAX_HEADER,
    MAX_KEY_ID,
    MAX_PAIRS,
    MAX_PROVIDER_ID,
    MAX_SEALED_METADATA,
    MAX_WRAPPED_DEK,
    MAX_WRAPPED_KEYS,
    MIN_HEADER,
    MIN_SEALED_METADATA,
    SUITE,
    Header,
    Pair,
    WrappedKey,
)


def parse_header(data: bytes, alone: bool = False) -> Header:
    """Parses the header at the start of `data`, which is all there is of the input.

    `alone` says that the input is a header and nothing else (step 9).
    """
    header_len = parse_preamble(data)
    require(len(data) >= header_len, "truncated")
    fields = Fields(data[:header_len])
    require(fields.number(2) == SUITE, "unsupported_suite")
    context_start = fields.position
    context = parse_pairs(fields)
    context_end = fields.position
    sealed_metadata = parse_metadata(fields)
    binding_end = fields.position
    wrapped_keys = parse_wrapped_keys(fields)
    padding = fields.rest()
    require(not any(padding), "malformed")
    require(not alone or len(data) == header_len, "trailing_data")
    return Header(
        raw=data[:header_len],
        context=context,
        canonical_context=data[context_start:context_end],
        sealed_metadata=sealed_metadata,
        binding_part=data[BINDING_START:binding_end],
        wrapped_keys=wrapped_keys,
        padding=len(padding),
    )


def parse_preamble(data: bytes) -> int:
    """Steps 1 and 2; gives `header_len`."""
    available = data[:7]
    require(available == MAGIC[: len(available)], "bad_magic")
    require(len(data) >= 8, "truncated")
    require(data[7] == MAGIC[7], "unsupported_version")
    require(len(data) >= 12, "truncated")
    header_len = int.from_bytes(data[8:12], "big")
    require(header_len <= MAX_HEADER, "limit_exceeded")
    require(header_len >= MIN_HEADER, "malformed")
    return header_len


class Fields:
    """Reads fields from the suite to the offset `header_len - 32`, beyond which nothing fits."""

    def __init__(self, header: bytes):
        self.data = header
        self.position = BINDING_START
        self.limit = len(header) - MAC

    def take(self, length: int) -> bytes:
        require(self.position + length <= self.limit, "malformed")
        start = self.position
        self.position += length
        return self.data[start : self.position]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def rest(self) -> bytes:
        return self.take(self.limit - self.position)


def utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise SealwaxError("malformed") from None


def parse_pairs(fields: Fields) -> list[Pair]:
    """Step 5."""
    count = fields.number(2)
    require(count <= MAX_PAIRS, "limit_exceeded")
    running = 2
    previous = None
    pairs = []
    for _ in range(count):
        texts = []
        for _ in ("key", "value"):
            length = fields.number(2)
            running += 2 + length
            require(running <= MAX_CONTEXT, "limit_exceeded")
            texts.append(utf8(fields.take(length)))
        key = texts[0].encode()
        require(key != b"", "malformed")
        require(previous is None or key > previous, "malformed")
        previous = key
        pairs.append((texts[0], texts[1]))
    return pairs


def parse_metadata(fields: Fields) -> bytes | None:
    """Step 6."""
    length = fields.number(4)
    require(length <= MAX_SEALED_METADATA, "limit_exceeded")
    require(not 1 <= length < MIN_SEALED_METADATA, "malformed")
    return fields.take(length) if length else None


def parse_wrapped_keys(fields: Fields) -> list[WrappedKey]:
    """Step 7."""
    count = fields.number(2)
    require(count != 0, "malformed")
    require(count <= MAX_WRAPPED_KEYS, "limit_exceeded")
    keys = []
    for _ in range(count):
        values = []
        for most in (MAX_PROVIDER_ID, MAX_KEY_ID, MAX_WRAPPED_DEK):
            length = fields.number(2)
            require(length <= most, "limit_exceeded")
            require(length != 0, "malformed")
            values.append(fields.take(length))
        keys.append(WrappedKey(utf8(values[0]), utf8(values[1]), values[2]))
    return keys
