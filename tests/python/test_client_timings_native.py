"""`response.timings`: the parts of a request's time, and `elapsed` among them, by both clients."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from client_harness import DEADLINE_S, Server, answer, redirect, server
from gevent.server import StreamServer
from test_client_tls import certificate

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook
from locust_nest.http.timings import Timings

__all__ = ["certificate", "server"]

DELAY_MS = 40
# On a busy machine a stamp may come late, which takes from one delay what it adds to the one before.
AT_LEAST_MS = DELAY_MS / 2
# A body of more bytes than kernels take.
LARGE = b"x" * 30_000_000


def pause() -> None:
    gevent.sleep(DELAY_MS / 1000)


@pytest.fixture(params=[HttpSession, FastHttpSession])
def connect(request: Any) -> Callable[[str], Any]:
    """Makes a session to a URL."""

    def make(url: str) -> Any:
        session = request.param(url, EventHook(), None)
        session.trust_env = False
        return session

    return make


@pytest.fixture
def client(connect: Callable[[str], Any], server: Server) -> Any:
    return connect(server.url)


@pytest.fixture
def slow_server() -> Iterator[str]:
    """A pause before each thing it does: reading the body, answering, ending the header, and the body."""

    def serve(connection: Any, _: Any) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1)
        pause()
        left = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        while left:
            left -= len(connection.recv(min(left, 1 << 20)))
        for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 5\r\n\r\n", b"hello"):
            pause()
            connection.sendall(piece)
        connection.close()

    listener = StreamServer(("127.0.0.1", 0), serve)
    listener.start()
    with gevent.Timeout(DEADLINE_S):
        yield f"http://127.0.0.1:{listener.server_port}"
    listener.stop(timeout=0)


def test_they_are_the_parts_of_the_total(client: Any) -> None:
    timings = client.get("/").timings
    assert type(timings) is Timings
    assert all(part >= 0 for part in timings)
    assert sum(timings) - timings.queue - timings.total == pytest.approx(timings.total)
    with pytest.raises(AttributeError):
        timings.total = 1


def test_an_open_connection_takes_no_time(client: Any) -> None:
    first, second = client.get("/").timings, client.get("/").timings
    assert first.dns > 0 and first.connect > 0 and first.tls == 0
    assert second.dns == second.connect == second.tls == 0


def test_each_delay_is_where_it_belongs(connect: Callable[[str], Any], slow_server: str) -> None:
    def is_so() -> bool:
        response = connect(slow_server).post("/", data=LARGE)
        timings, elapsed_ms = response.timings, response.elapsed.total_seconds() * 1000
        assert timings.total >= 4 * AT_LEAST_MS
        header_ms = elapsed_ms - (timings.total - timings.download)
        assert -0.001 <= header_ms <= timings.download + 0.001
        return min(timings.send, timings.first_byte, header_ms, timings.download - header_ms) >= AT_LEAST_MS

    assert any(is_so() for _ in range(20))


def test_elapsed_is_the_time_of_the_whole_header(connect: Callable[[str], Any], slow_server: str) -> None:
    with connect(slow_server).get("/", stream=True) as response:
        elapsed_ms = response.elapsed.total_seconds() * 1000
    assert elapsed_ms >= 3 * AT_LEAST_MS
    assert response.timings.total == pytest.approx(elapsed_ms, abs=0.001), "of a stream, until its header"


def test_each_hop_has_its_own(client: Any, server: Server) -> None:
    def slowly(_: Any) -> bytes:
        pause()
        return redirect("/to")

    server.answers["/from"] = slowly
    response = client.get("/from")
    assert response.history[0].timings.first_byte >= AT_LEAST_MS
    assert response.history[0].timings.connect > 0 == response.timings.connect
    assert response.timings is response.timings


def test_a_handshake_is_tls(connect: Callable[[str], Any], certificate: Any) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def serve(raw: Any, _: Any) -> None:
        pause()
        connection = context.wrap_socket(raw, server_side=True)
        connection.recv(65536)
        connection.sendall(answer())
        connection.close()

    listener = StreamServer(("127.0.0.1", 0), serve)
    listener.start()
    with gevent.Timeout(DEADLINE_S):
        session = connect(f"https://localhost:{listener.server_port}")
        session.verify = str(certificate[0])
        timings = session.get("/").timings
    listener.stop(timeout=0)
    assert timings.tls >= AT_LEAST_MS


def test_a_failed_request_has_them_until_the_failure(
    connect: Callable[[str], Any], client: Any, server: Server
) -> None:
    refused = connect("http://127.0.0.1:1").get("/")
    assert refused.status_code == 0 and refused.timings.connect > 0 == refused.timings.send

    def never(_: Any) -> bytes:
        pause()
        return b""

    server.answers["/never"] = never
    assert client.get("/never").timings.first_byte >= AT_LEAST_MS
    server.answers["/away"] = redirect("http://127.0.0.1:1/")
    away = client.get("/away")
    assert away.status_code == 0 and away.timings.send == 0


def test_what_requests_prepares_has_them(server: Server) -> None:
    session = HttpSession(server.url, EventHook(), None)
    assert session.trust_env, "which the engine leaves to `requests`"
    response = session.get("/")
    assert response.timings is not None and response.timings.total > 0
    failed = session.get("http://127.0.0.1:1/")
    assert failed.timings is not None and failed.timings.connect > 0
