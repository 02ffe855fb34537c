"""Runs pytest in a network namespace with only a loopback device: `unshare --net alone.py ...`.

No server in it can be reached from outside.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys

_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40

if __name__ == "__main__":
    import pytest

    request = struct.pack("16sh14x", b"lo", _IFF_UP | _IFF_RUNNING)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)
    sys.exit(pytest.main(sys.argv[1:]))
