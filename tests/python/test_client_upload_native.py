"""What is this program's own about bodies that are read while they are sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from client_harness import Server, client, events, hook, server
from gevent.event import Event
from http2_harness import DATA, END_HEADERS, END_STREAM, HEADERS, STATUS_200, Connection, Http2Server
from http2_harness import server as http2_server
from test_client_upload import (
    BUFFERS,
    LONG,
    SizedReader,
    closes,
    fast,
    opened,
    path,
    read_chunk,
    read_head,
    serve,
)

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from nest_engine import HttpClient

__all__ = ["client", "http2_server", "events", "fast", "hook", "path", "serve", "server"]


def test_the_fast_client_sends_the_rest_of_a_file(fast: Any, server: Server, path: Any) -> None:
    fast.post("/", data=opened(path, 299_990))
    assert (server.last.body, server.last["Content-Length"]) == (b"0123456789", "10")


def test_the_fast_client_sends_text_files_and_lists(fast: Any, server: Server, path: Any) -> None:
    with path.open() as file:
        fast.post("/", data=file)
    assert (server.last.body, server.last["Content-Length"]) == (path.read_bytes(), None)
    fast.post("/", data=[b"one", b"two"])
    assert (server.last.body, server.last["Content-Length"]) == (b"onetwo", "6")


def test_the_fast_client_closes_where_a_body_cannot_be_made(fast: Any, serve: Any) -> None:
    rest: list[bytes] = []
    begun = Event()
    closed = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        assert read_chunk(file) == b"begins"
        begun.set()
        rest.append(closes(file))
        closed.set()

    def make() -> Iterator[bytes]:
        yield b"begins"
        assert begun.wait(5)
        raise ValueError("a trouble of its own")

    with pytest.raises(ValueError, match="a trouble of its own"):
        fast.post(serve(script), data=make())
    assert closed.wait(5), "the connection stayed open"
    assert rest == [b""]


def test_the_request_of_a_fast_response_has_the_body_that_was_given(fast: Any, server: Server) -> None:
    body = iter([b"piece"])
    assert fast.post("/", data=body).request.body is body


KINDS = pytest.mark.parametrize("kind", [HttpSession, FastHttpSession])


def http2_session(kind: Any, server: Http2Server, hook: Any, limit_s: float = 60) -> Any:
    session = kind(
        server.url, hook, None, **({"network_timeout": limit_s} if kind is FastHttpSession else {})
    )
    session.trust_env = False
    session.http2 = True
    return session


@KINDS
def test_over_http2_a_body_without_a_length_is_read_before_it_is_sent(
    kind: Any, http2_server: Http2Server, hook: Any
) -> None:
    def make() -> Iterator[bytes]:
        for _ in range(3):
            gevent.sleep(0.01)
            assert http2_server.requests == []
            yield b"x" * 1000

    session = http2_session(kind, http2_server, hook)
    with pytest.raises(ZeroDivisionError):
        session.post("/", data=(1 // 0 for _ in range(1)))
    assert session.post("/", data=make()).text == "ok"
    assert http2_server.requests == [1]
    assert http2_server.connections[0].received == 3000


def received_by(server: Http2Server) -> int:
    return sum(connection.received for connection in server.connections)


class Growing(SizedReader):
    """Has more only when the server has its beginning."""

    def __init__(self, size: int, server: Http2Server) -> None:
        super().__init__(size)
        self._server = server

    def __len__(self) -> int:
        return self.len

    def read(self, amount: int = -1) -> bytes:
        while self.read_so_far > 0 and not received_by(self._server):
            gevent.sleep(0.001)
        return super().read(10_000)


@KINDS
def test_over_http2_a_body_with_a_length_is_read_while_it_is_sent(
    kind: Any, http2_server: Http2Server, hook: Any
) -> None:
    """Beside long responses, of which libcurl 7.88 drops some in other cases."""
    page = bytes(range(256)) * 400

    def answer_long(connection: Connection, stream: int) -> None:
        connection.send(HEADERS, END_HEADERS, stream, STATUS_200)
        for begin in range(0, len(page), 10_000):
            connection.send(DATA, 0, stream, page[begin : begin + 10_000])
            gevent.sleep(0)
        connection.send(DATA, END_STREAM, stream)

    http2_server.on_request = lambda connection, stream: (
        gevent.spawn(answer_long, connection, stream) and None
    )
    session = http2_session(kind, http2_server, hook)
    for _ in range(3):
        received = received_by(http2_server)
        bodies = [None, Growing(200_000, http2_server), None, io.BytesIO(b"y" * 100_000), None]
        greenlets = [gevent.spawn(session.post if body else session.get, "/", data=body) for body in bodies]
        gevent.joinall(greenlets)
        assert [greenlet.value.content == page for greenlet in greenlets] == [True] * 5
        assert received_by(http2_server) == received + 300_000
    assert http2_server.requests == [15]


@KINDS
def test_over_http2_a_server_that_does_not_read_stops_the_reading(
    kind: Any, http2_server: Http2Server, hook: Any
) -> None:
    http2_server.grants = False
    body = Growing(LONG, http2_server)
    session = http2_session(kind, http2_server, hook, 0.2)
    post = gevent.spawn(session.post, "/", data=body, timeout=0.2)
    assert session.get("/").text == "ok"
    assert post.get().status_code == 0
    assert body.read_so_far < BUFFERS


@KINDS
@pytest.mark.parametrize(("said", "sent"), [(3000, 2000), (1000, 1000)])
def test_over_http2_a_body_is_as_long_as_was_said(
    kind: Any, http2_server: Http2Server, hook: Any, said: int, sent: int
) -> None:
    body = Growing(2000, http2_server)
    body.len = said
    response = http2_session(kind, http2_server, hook, 0.2).post("/", data=body, timeout=0.2)
    assert response.status_code == (200 if said == sent else 0)
    assert received_by(http2_server) == sent


@KINDS
def test_over_http2_a_body_that_fails_ends_its_request_alone(
    kind: Any, http2_server: Http2Server, hook: Any
) -> None:
    class Broken(Growing):
        def read(self, amount: int = -1) -> bytes:
            piece = super().read(amount)
            if self.left == 0:
                raise ZeroDivisionError
            return piece

    session = http2_session(kind, http2_server, hook)
    assert session.get("/").text == "ok"
    with pytest.raises(ZeroDivisionError):
        session.post("/", data=Broken(20_000, http2_server))
    assert session.get("/").text == "ok"
    assert http2_server.requests == [2]
    assert 3 in http2_server.connections[0].resets


def test_a_body_may_be_dropped_half_sent(server: Server) -> None:
    nothing = (False, None, None, None, None, None, None, None, None, None, None)
    for wait_s in (None, 0, 0.01):
        exchange = HttpClient().start("POST", f"{server.url}/", *nothing, False, 7)
        assert exchange.send(b"half")
        if wait_s is not None:
            gevent.sleep(wait_s)
        del exchange
    exchange = HttpClient().start("POST", f"{server.url}/", *nothing, False, 4)
    assert exchange.send(b"half")
    exchange.end_body()
    exchange.wait()
    assert (exchange.status, exchange.body) == (200, b"ok")
    assert not exchange.send(b"more"), "it takes no more"
