"""The sockets by which the processes of a test exchange messages: ZeroMQ, a router and its dealers.

Needs the packages pyzmq and msgpack, once a socket is made. Waiting for a message lets other greenlets run.
"""

from __future__ import annotations

import socket
from typing import Any

from .._third_party import require
from ..exception import RPCError, RPCReceiveError, RPCSendError
from ..util.exception_handler import retry
from .protocol import Message

__all__ = [
    "BaseSocket",
    "Client",
    "Message",
    "RPCError",
    "RPCReceiveError",
    "RPCSendError",
    "Server",
    "retry",
]

# Seconds of silence after which the system asks whether the other end is still there.
_KEEPALIVE_IDLE_S = 30


class BaseSocket:
    """A socket of the kind `sock_type` (of zmq), which speaks IPv6 unless `ipv4_only`."""

    def __init__(self, sock_type: int, ipv4_only: bool) -> None:
        self._zmq = _zmq()
        self.socket = self._zmq.Context.instance().socket(sock_type)
        self.socket.setsockopt(self._zmq.TCP_KEEPALIVE, 1)
        self.socket.setsockopt(self._zmq.TCP_KEEPALIVE_IDLE, _KEEPALIVE_IDLE_S)
        if socket.has_dualstack_ipv6() and not ipv4_only:
            self.socket.setsockopt(self._zmq.IPV6, 1)

    @retry(exception=RPCSendError)
    def send(self, msg: Message) -> None:
        """Send to the server; `RPCSendError`, after several attempts, if that fails, `TypeError` for odd data."""
        try:
            self.socket.send(msg.serialize(), self._zmq.NOBLOCK)
        except self._zmq.ZMQError as error:
            raise RPCSendError("ZMQ sent failure") from error

    @retry(exception=RPCSendError)
    def send_to_client(self, msg: Message) -> None:
        """Send to the client that has the id `msg.node_id`; one that is not there gets nothing."""
        assert msg.node_id is not None
        try:
            self.socket.send_multipart([msg.node_id.encode(), msg.serialize()])
        except self._zmq.ZMQError as error:
            raise RPCSendError("ZMQ sent failure") from error

    def recv(self) -> Message:
        """Wait for a message of the server."""
        try:
            return Message.unserialize(self.socket.recv())
        except self._zmq.ZMQError as error:
            raise RPCError("ZMQ interrupted message") from error

    def recv_from_client(self) -> tuple[str, Message]:
        """Wait for a message of any client; its id and the message. `RPCReceiveError` with the id for a broken one."""
        try:
            identity, data = self.socket.recv_multipart()
        except self._zmq.ZMQError as error:
            raise RPCError("ZMQ network broken") from error
        except ValueError as error:
            raise RPCReceiveError("ZMQ message of the wrong parts") from error
        address: str = identity.decode()
        try:
            return address, Message.unserialize(data)
        except (TypeError, ValueError) as error:
            raise RPCReceiveError("ZMQ interrupted or corrupted message", addr=address) from error

    def close(self, linger: int | None = None) -> None:
        """Close it; what was not sent after `linger` milliseconds is dropped (None: never)."""
        self.socket.close(linger=linger)

    def ipv4_only(self, host: str, port: int) -> bool:
        """Whether the host has addresses of IPv4 alone."""
        if host == "*":
            return False
        try:
            found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
        except OSError:
            return False
        return bool(found) and all(family == socket.AF_INET for family, *_ in found)


class Server(BaseSocket):
    """Listens on `port` of the address `host` ("*": all); for port 0 on a free one, which `port` then names."""

    def __init__(self, host: str, port: int) -> None:
        zmq = _zmq()
        super().__init__(zmq.ROUTER, self.ipv4_only(host, port))
        try:
            if port == 0:
                self.port: int = self.socket.bind_to_random_port(f"tcp://{host}")
            else:
                self.socket.bind(f"tcp://{host}:{port}")
                self.port = port
        except zmq.ZMQError as error:
            self.close(linger=0)
            raise RPCError(f"Socket bind failure: {error}") from error


class Client(BaseSocket):
    """Connects to the server at `host` and `port`, which knows it as `identity`."""

    def __init__(self, host: str, port: int, identity: str) -> None:
        super().__init__(_zmq().DEALER, self.ipv4_only(host, port))
        self.socket.setsockopt(self._zmq.IDENTITY, identity.encode())
        self.socket.connect(f"tcp://{host}:{port}")


def _zmq() -> Any:
    return require("zmq.green", "pyzmq", "locust.rpc.zmqrpc")
