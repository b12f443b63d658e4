"""Proxies that remember what they were asked: HTTP with CONNECT, and SOCKS5."""

from __future__ import annotations

import contextlib
import struct
from typing import Any

import gevent
from gevent import socket
from gevent.server import StreamServer


class Proxy:
    def __init__(self) -> None:
        # What each connection asked for, and with which credentials.
        self.asked: list[tuple[str, str | None]] = []
        # To which the proxy leads whoever asks for a name.
        self.answers_for: dict[str, str] = {}

    def start(self) -> None:
        self._listener = StreamServer(("127.0.0.1", 0), self._serve)
        self._listener.start()
        self.port = self._listener.server_port
        self.netloc = f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._listener.stop(timeout=0)

    def _serve(self, connection: Any, _: Any) -> None:
        with contextlib.suppress(ConnectionError), connection:
            if onward := self._open(connection):
                with onward:
                    there = gevent.spawn(_copy, connection, onward)
                    _copy(onward, connection)
                    there.kill()

    def _open(self, connection: Any) -> Any:
        """The connection to the target, once the client has been told that it stands."""
        raise NotImplementedError

    def _connect(self, host: str, port: int) -> Any:
        return socket.create_connection((self.answers_for.get(host, host), port))


class HttpProxy(Proxy):
    def _open(self, connection: Any) -> Any:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (byte := connection.recv(1)):
                return None
            head += byte
        lines = head.decode().split("\r\n")
        credentials = [line.partition(": ")[2] for line in lines if line.lower().startswith("proxy-auth")]
        assert len(credentials) < 2
        method, target, _ = lines[0].split(" ")
        self.asked.append((f"{method} {target}", credentials[0] if credentials else None))
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            onward = self._connect(host, int(port))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return onward
        _, _, rest = target.partition("//")
        netloc, _, path = rest.partition("/")
        host, _, port = netloc.partition(":")
        onward = self._connect(host, int(port or 80))
        kept = [line for line in lines[1:-2] if not line.lower().startswith(("proxy-", "connection:"))]
        onward.sendall(
            "\r\n".join([f"{method} /{path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode()
        )
        return onward


class SocksProxy(Proxy):
    """`asked` has ("name" or "number", host and port), and user:password."""

    def __init__(self, credentials: str | None = None, refuses: bool = False) -> None:
        super().__init__()
        self._credentials = credentials
        self._refuses = refuses

    def _open(self, connection: Any) -> Any:
        file = connection.makefile("rb")
        version, count = file.read(2)
        methods = file.read(count)
        assert version == 5
        given = None
        if self._credentials is not None:
            if 2 not in methods:
                connection.sendall(b"\x05\xff")
                return None
            connection.sendall(b"\x05\x02")
            file.read(1)
            user = file.read(file.read(1)[0])
            given = f"{user.decode()}:{file.read(file.read(1)[0]).decode()}"
            connection.sendall(b"\x01\x00" if given == self._credentials else b"\x01\x01")
            if given != self._credentials:
                return None
        else:
            connection.sendall(b"\x05\x00")
        file.read(3)
        kind = file.read(1)[0]
        if kind == 3:
            host = file.read(file.read(1)[0]).decode()
        else:
            host = socket.inet_ntop(
                socket.AF_INET if kind == 1 else socket.AF_INET6, file.read(4 if kind == 1 else 16)
            )
        (port,) = struct.unpack(">H", file.read(2))
        self.asked.append((f"{'name' if kind == 3 else 'number'} {host}:{port}", given))
        if self._refuses:
            connection.sendall(b"\x05\x05\x00\x01" + bytes(6))
            return None
        onward = self._connect(host, port)
        connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
        return onward


def _copy(source: Any, target: Any) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
