"""What is this program's own about bodies that are read while they are sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from client_harness import Server, client, events, fast, hook, read_head, serve, server
from gevent.event import Event
from http2_harness import Http2Server
from http2_harness import server as http2_server
from test_client_upload import closes, opened, path, read_chunk

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


@pytest.mark.parametrize("kind", [HttpSession, FastHttpSession])
def test_over_http2_a_body_is_read_before_it_is_sent(kind: Any, http2_server: Http2Server, hook: Any) -> None:
    lengths: list[int] = []

    def make() -> Iterator[bytes]:
        for _ in range(3):
            gevent.sleep(0.01)
            assert http2_server.requests in ([], [len(lengths)])
            yield b"x" * 1000

    session = kind(http2_server.url, hook, None)
    session.trust_env = False
    session.http2 = True
    for data in (make(), io.BytesIO(b"y" * 3000)):
        assert session.post("/", data=data).text == "ok"
        lengths.append(3000)
    with pytest.raises(ZeroDivisionError):
        session.post("/", data=(1 // 0 for _ in range(1)))
    assert http2_server.requests == [2]
    assert http2_server.connections[0].received == 6000


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
