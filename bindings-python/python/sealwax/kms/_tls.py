"""The rules for network connections: TLS 1.2 or newer, certificates and host names checked."""

from __future__ import annotations

import ipaddress
import ssl
import time
from typing import Any, Union
from urllib.parse import urlsplit

from ._errors import InsecureTransportError

MOST_ANSWER = 1024 * 1024
"""Longest accepted response of a KMS, in bytes."""


def require_secure(url: str) -> None:
    """Allows https, http only to this machine, and no password, which errors would show."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise InsecureTransportError("an address with a name or a password in it is refused")
    if not parts.hostname:
        raise InsecureTransportError(
            "an address without a scheme is refused: it begins with https://, or with http:// "
            "where it is a loopback address"
        )
    if parts.scheme == "https":
        return
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return
    raise InsecureTransportError(
        f"{parts.scheme or 'no scheme'} to {parts.hostname} is refused: "
        "keys go over https, or over http to a loopback address"
    )


def require_verified(verify: Any) -> None:
    """Rejects a client that does not check certificates; `None` is its default, which checks."""
    if verify is not None and not verify:
        raise InsecureTransportError("a client that does not check certificates is refused")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def context() -> ssl.SSLContext:
    """A context for clients: TLS 1.2 or newer, certificates and host names checked.

    It has no trusted certificates yet: `requests` loads those of `verify` into it.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def session(verify: Union[bool, str] = True, *, retry: Any = 0) -> Any:
    """A session of `requests` that enforces the rules, even after a redirect.

    The time-out applies to a whole response and not to each of its bytes, and a response has at
    most `MOST_ANSWER` bytes. `retry` is the `max_retries` of `HTTPAdapter`.
    """
    import requests

    class Strict(requests.adapters.HTTPAdapter):  # type: ignore[misc]
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context())

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            require_secure(request.url)
            require_verified(kwargs.get("verify", True))
            response = super().send(request, *args, **kwargs)
            timeout = kwargs.get("timeout")
            seconds = timeout[-1] if isinstance(timeout, tuple) else timeout
            if not kwargs.get("stream") and hasattr(response.raw, "read1"):
                response._content = _read(response.raw, seconds)
                response._content_consumed = True
            return response

    require_verified(verify)
    made = requests.Session()
    made.verify = verify
    for scheme in ("https://", "http://"):
        made.mount(scheme, Strict(max_retries=retry))
    return made


def _read(raw: Any, seconds: Any) -> bytes:
    """Reads the whole body here, so that a slow server cannot exceed the time-out."""
    from requests import exceptions
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    content, end = bytearray(), time.monotonic() + (seconds or float("inf"))
    try:
        while len(content) <= MOST_ANSWER and time.monotonic() <= end:
            piece = raw.read1(MOST_ANSWER)
            if not piece:
                return bytes(content)
            content += piece
    except ReadTimeoutError as error:
        raise exceptions.ReadTimeout(error) from error
    except HTTPError as error:
        raise exceptions.ChunkedEncodingError(error) from error
    raw.close()
    if len(content) > MOST_ANSWER:
        raise exceptions.ContentDecodingError("the answer is longer than that of any KMS")
    raise exceptions.ReadTimeout("the answer did not arrive in time")
