"""What is this program's own about streamed responses."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
import urllib3
from client_harness import Server, client, events, hook, server
from client_harness import serve as serve_connection
from test_client_stream import CUT, closes, header, sends, serve

from nest_engine import HttpClient

__all__ = ["client", "events", "hook", "serve", "serve_connection", "server"]


def test_only_one_greenlet_reads_at_a_time(client: Any, serve: Any) -> None:
    def script(connection: Any) -> bool:
        connection.sendall(header("Content-Length: 9"))
        return closes(connection)

    raw = client.get(serve(script), stream=True).raw
    first = gevent.spawn(raw.read)
    gevent.sleep(0)
    with pytest.raises(RuntimeError, match="another greenlet"):
        raw.read()
    assert not first.ready()
    first.kill()


def test_after_an_interruption_the_body_is_not_taken_for_complete(client: Any, serve: Any) -> None:
    def script(connection: Any) -> bool:
        connection.sendall(CUT)
        return closes(connection)

    raw = client.get(serve(script), stream=True).raw
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.05):
        raw.read()
    with pytest.raises(urllib3.exceptions.ProtocolError):
        raw.read()


def test_a_response_that_has_arrived_gives_its_connection_back_unread(client: Any, server: Server) -> None:
    for _ in range(3):
        client.get("/", stream=True)
        gevent.sleep(0.02)
    assert server.connections == 1


def test_reading_after_closing_gives_nothing(client: Any, serve: Any) -> None:
    response = client.get(serve(sends(CUT)), stream=True)
    response.close()
    assert response.raw.read() == b""


def test_an_exchange_may_be_dropped_at_any_time(server: Server, serve: Any) -> None:
    engine = HttpClient()
    nothing = (False, None, None, None, None, None, None, None, None, None, None)
    for wait_s in (None, 0, 0.01):
        exchange = engine.start("GET", f"{server.url}/", *nothing, True, None)
        if wait_s is not None:
            gevent.sleep(wait_s)
        del exchange
    exchange = engine.start("GET", serve(closes), *nothing, True, None)
    exchange.close()
    assert exchange.read(10) == b""
    while not exchange.is_complete:  # the fixture ends it
        gevent.sleep(0.01)
    assert exchange.failure is not None
    assert exchange.failure[0] == "cancelled"


def test_the_raw_body_of_a_whole_response_can_be_read(client: Any, server: Server) -> None:
    response = client.get("/")
    assert response.content == b"ok"
    assert response.raw.read() == b"ok"
