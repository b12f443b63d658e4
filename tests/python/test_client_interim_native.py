"""What is this program's own about 1xx answers, the Expect header and trailers."""

from __future__ import annotations

from typing import Any

import pytest
from client_harness import answer, client, events, fast, hook, read_head, serve, server
from test_client_interim import EXPECT, session
from test_client_upload import closes

__all__ = ["client", "events", "fast", "hook", "serve", "server", "session"]


@pytest.mark.parametrize("status", ["102 Processing", "103 Early Hints"])
def test_the_response_is_what_follows_any_1xx(session: Any, serve: Any, status: str) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(f"HTTP/1.1 {status}\r\nLink: x\r\n\r\n".encode() + answer())

    response = session.get(serve(script))
    assert (response.status_code, response.text) == (200, "ok")
    assert "Link" not in response.headers


def test_another_protocol_is_a_failure_of_the_fast_client(fast: Any, serve: Any) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
        closes(file)

    response = fast.get(serve(script))
    assert (response.status_code, repr(response.error)) == (101, "LocustBadStatusCode(code=101)")


def test_an_expectation_that_is_not_met_is_not_repeated(
    fast: Any, serve: Any, events: list[dict[str, Any]]
) -> None:
    times = 0

    def script(file: Any, connection: Any) -> None:
        nonlocal times
        times += 1
        read_head(file)
        connection.sendall(answer("417 Expectation Failed", "no", "X-Why: so"))

    response = fast.post(serve(script), data=b"1234", headers=EXPECT)
    assert (response.status_code, response.headers["X-Why"], times) == (417, "so", 1)
    assert "417" in repr(events[0]["exception"])


def test_trailers_are_left_out(session: Any, serve: Any) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 5\r\n\r\n")

    assert "X-Sum" not in session.get(serve(script)).headers
