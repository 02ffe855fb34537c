"""The network providers of JavaScript against bad certificates: the same servers as Python's."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack

from ..servers.certificates import Authority
from ..test_transport import serving
from .test_cross import SCRIPTS

REFUSALS = {
    "self_signed": ("DEPTH_ZERO_SELF_SIGNED_CERT",),
    "expired": ("CERT_HAS_EXPIRED",),
    "wrong_host": ("ERR_TLS_CERT_ALTNAME_INVALID",),
    "tls11": ("unsupported protocol", "protocol version"),
}


def test_bad_servers_are_refused(authority: Authority) -> None:
    with ExitStack() as stack:
        servers = {
            kind: stack.enter_context(serving(authority.context(kind)))
            for kind in ("good", *REFUSALS)
        }
        told = json.dumps({"urls": {kind: server.url for kind, server in servers.items()}})
        ran = subprocess.run(
            ["node", str(SCRIPTS / "tls.mjs")],
            input=told,
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(authority.file)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr
        found = json.loads(ran.stdout)
        for kind, reasons in REFUSALS.items():
            assert found[kind].keys() == {"aws", "http", "vault"}
            for said in found[kind].values():
                assert any(reason in said for reason in reasons), (kind, said)
            assert servers[kind].requests == []
        assert len(servers["good"].requests) == 3  # The refusals are for what they say.
