"""Section 11: the codes and names of failures."""

CODES = {
    "ok": 0,
    "invalid_argument": 1,
    "invalid_state": 2,
    "buffer_too_small": 3,
    "null_pointer": 4,
    "panic": 5,
    "bad_magic": 20,
    "unsupported_version": 21,
    "unsupported_suite": 22,
    "malformed": 23,
    "limit_exceeded": 24,
    "no_matching_key": 40,
    "provider_failed": 41,
    "key_unwrap": 42,
    "commitment_mismatch": 43,
    "context_mismatch": 44,
    "header_authentication": 45,
    "authentication": 60,
    "truncated": 61,
    "trailing_data": 62,
    "io": 80,
    "cancelled": 81,
    "already_exists": 82,
    "randomness": 83,
    "no_memory": 84,
}


class SealwaxError(Exception):
    """A failure by its name in section 11; `chunk` is what `authentication` carries."""

    def __init__(self, name: str, chunk: int | None = None):
        super().__init__(name if chunk is None else f"{name} (chunk {chunk})")
        self.name = name
        self.number = CODES[name]
        self.chunk = chunk


def require(condition: bool, name: str) -> None:
    """Fails with the error `name` unless the condition holds."""
    if not condition:
        raise SealwaxError(name)
