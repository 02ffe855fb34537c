"""Converts exceptions of hvac and requests to `KmsError`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from ._base import fail, reject
from ._errors import (
    AccessDeniedError,
    CredentialsError,
    KeyDisabledError,
    KeyNotFoundError,
    KeyPendingDeletionError,
    KmsError,
    KmsTimeoutError,
    MisbehavedError,
    ThrottledError,
    TlsError,
    UnavailableError,
)

# The server returns HTTP statuses and no error codes. Its messages are compared as whole lines, so
# that the name of a key, a mount or a policy cannot match.

_DECRYPTING = ("decrypt", "rewrap")

_REJECTED = re.compile(
    r"invalid ciphertext(: .*| length)?"
    r"|(cipher|chacha20poly1305): message authentication failed"
    r"|(failed to RSA decrypt the ciphertext: )?crypto/rsa: decryption error"
)

_CREDENTIALS = ("invalid token", "bad token", "token expired", "missing client token")

_STATES: dict[str, type[KmsError]] = {
    "encryption key not found": KeyNotFoundError,
    "refusing to use soft-deleted key": KeyPendingDeletionError,
    "refusing to use soft deleted key": KeyPendingDeletionError,
    "ciphertext or signature version is disallowed by policy (too old)": KeyDisabledError,
}

_SHORTEST_TOKEN = 5
"""Shorter tokens, such as `root`, are those of tests, and may be ordinary words."""

_NEEDS_CONTEXT = "missing 'context' for key derivation"


@contextmanager
def translated(
    key_id: str, operation: str, token: Optional[str] = None, unset: str = ""
) -> Iterator[None]:
    """Converts exceptions of the SDK inside the block to a `KmsError` or a rejection.

    `token` must not appear in any text; `unset` names a missing address.
    """
    import requests
    from hvac import exceptions

    try:
        yield
    except exceptions.VaultError as error:
        _answered(error, key_id, operation, token)
    except requests.exceptions.RequestException as error:
        _unreached(error, key_id, token, unset)
    except (TypeError, AttributeError) as error:
        # raised by hvac for JSON that is not from Vault
        fail(MisbehavedError("the answer is not one of Vault", key_id=key_id), error)


def needs_context(error: BaseException) -> bool:
    """Whether the server says that the key is derived and the context is missing."""
    return any(line.startswith(_NEEDS_CONTEXT) for line in _lines(error))


def _answered(error: Any, key_id: str, operation: str, token: Optional[str]) -> None:
    lines = _lines(error)
    said = "; ".join(lines) or str(error.text or "no message")
    text = _without(f"{said} ({str(error.method).upper()} {error.url})", token)
    if operation in _DECRYPTING and any(_REJECTED.fullmatch(line) for line in lines):
        reject(text, None, _cause(error, token))
    if needs_context(error):
        text = f"a derived key needs derived=True: {text}"
    kind = _kind(error, lines)
    if not token and kind in (AccessDeniedError, CredentialsError):
        kind, text = CredentialsError, f"VAULT_TOKEN is not set, no token was sent: {text}"
    fail(kind(text, key_id=key_id), _cause(error, token))


def _kind(error: Any, lines: list[str]) -> type[KmsError]:
    from hvac import exceptions

    if any(line in _CREDENTIALS for line in lines):
        return CredentialsError
    by_class: tuple[tuple[type[Exception], type[KmsError]], ...] = (
        (exceptions.Forbidden, AccessDeniedError),
        (exceptions.Unauthorized, CredentialsError),
        (exceptions.InvalidPath, KeyNotFoundError),
        (exceptions.RateLimitExceeded, ThrottledError),
        (exceptions.InternalServerError, UnavailableError),
        (exceptions.BadGateway, UnavailableError),
        (exceptions.VaultDown, UnavailableError),
        (exceptions.VaultNotInitialized, UnavailableError),
        (exceptions.UnexpectedError, UnavailableError),
    )
    found = next((kind for known, kind in by_class if isinstance(error, known)), None)
    return found or next((_STATES[line] for line in lines if line in _STATES), KmsError)


def _lines(error: Any) -> list[str]:
    """The server's messages, one by one. It may join several as lines of a list."""
    answer = getattr(error, "json", None)
    if answer is None:
        try:
            answer = json.loads(getattr(error, "text", None) or "")
        except ValueError:
            return []
    errors = answer.get("errors") if isinstance(answer, dict) else None
    said = [each for each in errors if isinstance(each, str)] if isinstance(errors, list) else []
    lines = (line.strip().removeprefix("* ") for each in said for line in each.splitlines())
    return [line for line in lines if line and not re.fullmatch(r"\d+ errors? occurred:", line)]


def _unreached(error: Any, key_id: str, token: Optional[str], unset: str) -> None:
    import requests

    # The body of the request holds the plaintext DEK, and its headers hold the token.
    error.request = None
    kind: type[KmsError] = UnavailableError
    if isinstance(error, requests.exceptions.SSLError):
        kind = TlsError
    elif isinstance(error, requests.exceptions.Timeout) or _timed_out(error):
        kind = KmsTimeoutError
    elif isinstance(error, requests.exceptions.ContentDecodingError):
        kind = MisbehavedError
    elif isinstance(error, ValueError):
        kind = KmsError  # Nothing was sent, for example because the address is invalid.
    text = ": ".join(filter(None, (unset, _without(str(error), token))))
    fail(kind(text, key_id=key_id), _cause(error, token))


def _without(text: str, token: Optional[str]) -> str:
    if token is None or len(token) < _SHORTEST_TOKEN:
        return text
    return text.replace(token, "(token)")


def _cause(error: BaseException, token: Optional[str]) -> Optional[BaseException]:
    """The SDK's exception, unless a traceback would show the token with it."""
    said = f"{error} {error!r}"
    return error if said == _without(said, token) else None


def _timed_out(error: Any) -> bool:
    """Whether retries ended with a time-out: `requests` then raises a ConnectionError."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError, TimeoutError

    inner = error.args[0] if error.args else None
    if not isinstance(inner, MaxRetryError) or isinstance(inner.reason, NewConnectionError):
        return False
    return isinstance(inner.reason, TimeoutError)
