"""What servers may speak that Locust's own client does not always understand, and what they see of each user."""

from __future__ import annotations

import gzip
import ssl
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from client_harness import DEADLINE_S, Server, answer, certificate, client, events, hook, server
from gevent.server import StreamServer

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook

__all__ = ["certificate", "client", "events", "hook", "server"]

ENCODED = {
    "gzip": gzip.compress(b"hello"),
    "deflate": zlib.compress(b"hello"),
    "br": b"\x0b\x02\x80hello\x03",
    "zstd": b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello",
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("stream", [False, True])
def test_what_a_server_encodes_unasked_is_decoded(
    client: Any, server: Server, hook: EventHook, encoding: str, stream: bool
) -> None:
    server.answers["/"] = answer("200 OK", ENCODED[encoding], f"Content-Encoding: {encoding}")
    assert client.get("/", stream=stream).content == b"hello"
    assert FastHttpSession(server.url, hook, None).get("/").content == b"hello"


def test_an_address_of_ipv6(hook: EventHook) -> None:
    server = Server()
    try:
        server._listener = StreamServer(("::1", 0), server._serve)
        server._listener.start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    netloc = f"[::1]:{server._listener.server_port}"
    with gevent.Timeout(DEADLINE_S):
        for session in (
            HttpSession(f"http://{netloc}", hook, None),
            FastHttpSession(f"http://{netloc}", hook, None),
        ):
            assert session.get("/").status_code == 200
            assert server.last["Host"] == netloc
    server.stop()


@pytest.fixture
def handshakes(certificate: tuple[Path, Path]) -> Iterator[tuple[int, list[tuple[str | None, bool]]]]:
    """A server's port, and the name that each client asked for and whether it went on with an older session."""
    seen: list[tuple[str | None, bool]] = []
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)  # type: ignore[assignment]
    server = Server()

    def serve(connection: Any, address: Any) -> None:
        seen.append((asked[-1], connection.session_reused))
        server._serve(connection, address)

    server._listener = StreamServer(("127.0.0.1", 0), serve, ssl_context=context)
    server._listener.start()
    with gevent.Timeout(DEADLINE_S):
        yield server._listener.server_port, seen
    server.stop()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_each_connection_is_a_handshake_of_its_own_for_the_name(
    handshakes: tuple[int, list[tuple[str | None, bool]]], hook: EventHook, host: str
) -> None:
    port, seen = handshakes
    for _ in range(2):
        session = HttpSession(f"https://{host}:{port}", hook, None)
        session.trust_env = session.verify = False
        for _ in range(2):
            assert session.get("/").status_code == 200
        session.close()
        assert session.get("/").status_code == 200
    assert seen == [("localhost" if host == "localhost" else None, False)] * 4


def test_many_users_at_once_keep_their_connections(server: Server, hook: EventHook) -> None:
    sessions = [HttpSession(server.url, hook, None) for _ in range(500)]
    for _ in range(3):
        requests = [gevent.spawn(session.get, "/") for session in sessions]
        assert {request.get().status_code for request in requests} == {200}
    assert server.connections == len(sessions)
