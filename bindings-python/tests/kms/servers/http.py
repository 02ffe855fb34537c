"""An HTTP server that fails on request, and a proxy in front of a real one."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Optional
from urllib.parse import urlsplit

_LINGER = struct.pack("ii", 1, 0)
"""With this, closing is a reset."""


class Request(NamedTuple):
    """What a client sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """What it asks for: AWS says it in a header, others in the path."""
        target = self.headers.get("X-Amz-Target", "")
        return target.rpartition(".")[2] or self.path


class Response(NamedTuple):
    """What it gets; after `cut` bytes of the body the connection is closed."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    cut: Optional[int] = None


class Hang(NamedTuple):
    """Says nothing, until the server is stopped."""


class Reset(NamedTuple):
    """Resets the connection."""


class Delay(NamedTuple):
    """Answers late."""

    seconds: float


class Cut(NamedTuple):
    """Announces the whole answer and sends half of it."""


class Drip(NamedTuple):
    """Sends the answer's body a byte at a time, and waits before each."""

    seconds: float


class HttpServer:
    """A server on a free port of 127.0.0.1.

    `fault`, while it is set, is what happens to every request instead of an answer: a `Response`,
    or one of the classes above. `requests` are those that arrived, whole; `handshakes` counts those
    of TLS that both sides completed. `change` may change the answers; what `refuse` answers is all
    that becomes of a request.
    """

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        self.requests: list[Request] = []
        self.handshakes = 0
        self.fault: Any = None
        self.change: Optional[Callable[[Request, Response], Response]] = None
        self.refuse: Callable[[Request], Optional[Response]] = lambda request: None
        self.released = threading.Event()
        self._http = _Listener(self, tls)
        self.port: int = self._http.server_address[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def answer(self, request: Request) -> Response:
        """What a request gets when nothing fails."""
        return Response(404, b"nothing here")

    def take(self) -> list[Request]:
        """The requests since the last call."""
        taken, self.requests = self.requests, []
        return taken

    def stop(self) -> None:
        """Ends it; nobody hangs any more."""
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


class Proxy(HttpServer):
    """Passes everything on to a real server."""

    def __init__(self, upstream: str, tls: Optional[ssl.SSLContext] = None) -> None:
        self._upstream = urlsplit(upstream).netloc
        super().__init__(tls)

    def answer(self, request: Request) -> Response:
        connection = http.client.HTTPConnection(self._upstream, timeout=30)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() != "connection"}
            connection.request(request.method, request.path, request.body, headers)
            answer = connection.getresponse()
            return Response(answer.status, answer.read(), dict(answer.getheaders()))
        finally:
            connection.close()


class Resetting:
    """Resets every connection, whatever is spoken on it."""

    def __init__(self) -> None:
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # It was stopped.
                return
            self.connections += 1
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            connection.close()

    def __enter__(self) -> Resetting:
        return self

    def __exit__(self, *_: Any) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # Of 5, which is the default, a busy machine makes clients wait.

    def __init__(self, owner: HttpServer, tls: Optional[ssl.SSLContext]) -> None:
        self.owner = owner
        self._tls = tls
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that refuses the certificate or goes away is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener
    pause = 0.0

    def setup(self) -> None:
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(10)
            self.request.do_handshake()
            self.server.owner.handshakes += 1
        super().setup()

    def _handle(self) -> None:
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        owner.requests.append(request)
        fault = owner.fault if owner.fault is not None else owner.refuse(request)
        if isinstance(fault, Hang):
            owner.released.wait(60)
            self.close_connection = True
        elif isinstance(fault, Reset):
            self._reset()
        elif isinstance(fault, Response):
            self._send(fault)
        else:
            if isinstance(fault, Delay):
                time.sleep(fault.seconds)
            answer = owner.answer(request)
            if isinstance(fault, Cut):
                answer = answer._replace(cut=len(answer.body) // 2)
            self.pause = fault.seconds if isinstance(fault, Drip) else 0.0
            self._send(owner.change(request, answer) if owner.change else answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_LIST = _handle

    def _send(self, response: Response) -> None:
        skipped = ("content-length", "transfer-encoding", "connection", "date", "server")
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() not in skipped:
                self.send_header(name, value)
        self.send_header("Content-Length", self._length(response))
        self.end_headers()
        if self.command != "HEAD":
            self._write(response.body[: response.cut])
        if response.cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def _length(self, response: Response) -> str:
        """Of the body; of one that HEAD leaves out, as the server says."""
        lengths = (value for name, value in response.headers.items() if name == "Content-Length")
        told = next(lengths, None) if self.command == "HEAD" else None
        return told or str(len(response.body))

    def _write(self, body: bytes) -> None:
        for at in range(len(body)) if self.pause else ():
            self.server.owner.released.wait(self.pause)
            self.wfile.write(body[at : at + 1])
        if not self.pause:
            self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """The tests look at `requests`."""
