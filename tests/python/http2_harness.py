"""An HTTP/2 server whose every frame is the test's. It counts requests and connections; it does not read paths."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import gevent
import pytest
from client_harness import DEADLINE_S
from gevent.event import Event
from gevent.server import StreamServer

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INTERNAL_ERROR, REFUSED_STREAM, ENHANCE_YOUR_CALM = 2, 7, 11
STATUS_200 = b"\x88"  # an index of HPACK's static table
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def header_line(name: str, value: str) -> bytes:
    """A header as HPACK has it, in plain text."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Connection:
    """The server's so manieth. `requests` are the numbers of the streams, in their order."""

    def __init__(self, socket: Any, number: int) -> None:
        self.socket = socket
        self.number = number
        self.requests: list[int] = []
        self.resets: list[int] = []
        self.received = 0  # bytes of bodies
        self.grants = True  # whether more of them may be sent

    def send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        header = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream)
        self.socket.sendall(header + payload)

    def answer(self, stream: int, body: bytes = b"ok", *lines: bytes) -> None:
        self.send(HEADERS, END_HEADERS, stream, STATUS_200 + b"".join(lines))
        self.send(DATA, END_STREAM, stream, body)

    def reset(self, stream: int, code: int) -> None:
        self.send(RST_STREAM, 0, stream, struct.pack(">I", code))

    def go_away(self, last_stream: int, code: int) -> None:
        self.send(GOAWAY, 0, 0, struct.pack(">II", last_stream, code))

    def frames(self) -> Iterator[tuple[int, int, int]]:
        """(kind, flags, stream) of each; settings and pings are seen to."""
        file = self.socket.makefile("rb")
        if file.read(len(_PREFACE)) != _PREFACE:
            return
        self.send(SETTINGS, 0, 0)
        while len(header := file.read(9)) == 9:
            kind, flags, stream = header[3], header[4], struct.unpack(">I", header[5:])[0]
            payload = file.read(int.from_bytes(header[:3], "big"))
            if kind in (SETTINGS, PING) and not flags & ACK:
                self.send(kind, ACK, 0, payload if kind == PING else b"")
            if kind == DATA and payload:
                self.received += len(payload)
                for window in (0, stream) if self.grants else ():
                    self.send(WINDOW_UPDATE, 0, window, struct.pack(">I", len(payload)))
            yield kind, flags, stream


class Http2Server:
    """Calls `on_request(connection, stream)` at the end of each request; False from it closes the connection."""

    def __init__(self, **tls: Any) -> None:
        self.on_request: Callable[[Connection, int], bool | None] = Connection.answer
        self.on_header: Callable[[Connection, int], None] | None = (
            None  # of a request whose body is still to come
        )
        self.connections: list[Connection] = []
        self.came = Event()  # at every request
        self.grants = True  # see Connection
        self._listener = StreamServer(("127.0.0.1", 0), self._serve, **tls)
        self._listener.start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.server_port}"

    def stop(self) -> None:
        self._listener.stop(timeout=0)

    @property
    def requests(self) -> list[int]:
        """How many came on each connection."""
        return [len(connection.requests) for connection in self.connections]

    def await_requests(self, count: int) -> None:
        while sum(self.requests) < count:
            self.came.clear()
            self.came.wait()

    def _serve(self, socket: Any, _: Any) -> None:
        socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection = Connection(socket, len(self.connections) + 1)
        connection.grants = self.grants
        self.connections.append(connection)
        with contextlib.suppress(OSError):
            for kind, flags, stream in connection.frames():
                if kind == RST_STREAM:
                    connection.resets.append(stream)
                    self.came.set()
                if kind == HEADERS and not flags & END_STREAM and self.on_header is not None:
                    self.on_header(connection, stream)
                if kind in (DATA, HEADERS) and flags & END_STREAM:
                    connection.requests.append(stream)
                    self.came.set()
                    if self.on_request(connection, stream) is False:
                        break
        socket.close()


@pytest.fixture
def server() -> Iterator[Http2Server]:
    """Without TLS; the test hangs no longer than the deadline."""
    server = Http2Server()
    with gevent.Timeout(DEADLINE_S):
        yield server
    server.stop()
