"""The rules for what goes over a network: TLS 1.2 or newer, certificates and names checked."""

from __future__ import annotations

import ipaddress
import ssl
from typing import Any, Union
from urllib.parse import urlsplit

from ._errors import InsecureTransportError


def require_secure(url: str) -> None:
    """Allows https anywhere, and http to this machine only."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return
    raise InsecureTransportError(
        f"{parts.scheme or 'no scheme'} to {parts.hostname or 'no host'} is refused: "
        "keys go over https, or over http to a loopback address"
    )


def require_verified(verify: Any) -> None:
    """Refuses a client that was told not to check certificates."""
    if verify is False:
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

    It trusts nobody yet: `requests` loads the certificates of `verify` into it.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def adapter(retry: Any) -> Any:
    """An adapter of `requests` that keeps to the rules, also after a redirect."""
    from requests.adapters import HTTPAdapter

    class Strict(HTTPAdapter):  # type: ignore[misc]
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context())

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            require_secure(request.url)
            require_verified(kwargs.get("verify", True))
            return super().send(request, *args, **kwargs)

    return Strict(max_retries=retry)


def session(verify: Union[bool, str] = True, *, retries: int) -> Any:
    """A session of `requests` that keeps to the rules, with bounded retries."""
    import requests
    from urllib3.util.retry import Retry

    require_verified(verify)
    retry = Retry(
        total=retries,
        backoff_factor=0.2,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,  # Every call of a provider can be repeated, POST or not.
        raise_on_status=False,
        respect_retry_after_header=False,  # The wait would not be bounded.
    )
    made = requests.Session()
    made.verify = verify
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter(retry))
    return made
