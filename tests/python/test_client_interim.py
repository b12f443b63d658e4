"""What comes before a response and after it: 1xx answers, the Expect header, trailers; by both clients."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from client_harness import answer, client, events, fast, hook, read_head, serve, server
from gevent.event import Event
from test_client_upload import closes, read_chunk

__all__ = ["client", "events", "fast", "hook", "serve", "server"]

CONTINUE = b"HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n"
EXPECT = {"Expect": "100-continue"}


@pytest.fixture(params=["client", "fast"])
def session(request: Any) -> Any:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("stream", [False, True])
def test_the_response_is_what_follows_a_100(session: Any, serve: Any, times: int, stream: bool) -> None:
    requests_seen = 0

    def script(file: Any, connection: Any) -> None:
        nonlocal requests_seen
        while file.readline():
            read_head(file)
            requests_seen += 1
            connection.sendall(CONTINUE * times)
            connection.sendall(answer("200 OK", "ok", "X-Final: yes"))

    url = serve(script)
    for _ in range(2):
        response = session.get(url, stream=stream)
        assert (response.status_code, response.content) == (200, b"ok")
        assert response.headers["X-Final"] == "yes"
        assert "X-Interim" not in response.headers
    assert requests_seen == 2


def test_a_server_that_says_no_more_than_100(client: Any, fast: Any, serve: Any) -> None:
    end = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(CONTINUE)
        end.wait()

    url = serve(script)
    response = client.get(url, timeout=0.2)
    assert type(response.error) is requests.ReadTimeout
    assert response.status_code == 0
    assert type(fast.post(url, data=b"x").error).__name__ == "RetriesExceeded"
    end.set()


@pytest.mark.parametrize("stream", [False, True])
def test_another_protocol_is_a_response_without_a_body(client: Any, serve: Any, stream: bool) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
        closes(file)

    response = client.get(serve(script), stream=stream)
    assert (response.status_code, response.content, response.headers["Upgrade"]) == (101, b"", "x")


@pytest.mark.parametrize("body", [b"1234", iter([b"1234"])])
def test_a_body_does_not_wait_to_be_expected(client: Any, serve: Any, body: Any) -> None:
    def script(file: Any, connection: Any) -> None:
        read_head(file)
        data = read_chunk(file) + file.readline() if body != b"1234" else file.read(4)
        assert data.startswith(b"1234")
        connection.sendall(answer())

    assert client.post(serve(script), data=body, headers=EXPECT).text == "ok"


@pytest.mark.parametrize("body", [b"1234", iter([b"1234"])])
def test_with_the_fast_client_it_does(fast: Any, serve: Any, body: Any) -> None:
    early: list[bytes] = []

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.settimeout(0.1)
        try:
            early.append(connection.recv(10))
        except TimeoutError:
            connection.settimeout(None)
        connection.sendall(CONTINUE)
        rest = connection.makefile("rb")
        data = read_chunk(rest) if body != b"1234" else rest.read(4)
        connection.sendall(answer("200 OK", data))
        rest.close()

    assert fast.post(serve(script), data=body, headers=EXPECT).text == "1234"
    assert early == []


@pytest.mark.parametrize("status", ["413 Too Large", "200 OK"])
def test_a_body_that_is_not_asked_for_is_not_sent(
    fast: Any, serve: Any, events: list[dict[str, Any]], status: str
) -> None:
    rest: list[bytes] = []

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        connection.sendall(answer(status, "no", "Connection: close"))
        rest.append(closes(file))

    response = fast.post(serve(script), data=b"1234", headers=EXPECT)
    assert (response.status_code, response.text) == (int(status[:3]), "no")
    fast.client.close()
    assert len(events) == 1
    assert b"1234" not in b"".join(rest)


def test_a_server_that_asks_for_nothing(fast: Any, serve: Any) -> None:
    end = Event()

    def script(file: Any, connection: Any) -> None:
        read_head(file)
        end.wait()

    response = fast.post(serve(script), data=b"1234", headers=EXPECT)
    assert type(response.error).__name__ == "RetriesExceeded"
    end.set()


@pytest.mark.parametrize("stream", [False, True])
def test_trailers_do_not_belong_to_the_body(session: Any, serve: Any, stream: bool) -> None:
    connections = 0

    def script(file: Any, connection: Any) -> None:
        nonlocal connections
        connections += 1
        while file.readline():
            read_head(file)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                b"3;part=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\nX-Other: 6\r\n\r\n"
            )

    url = serve(script)
    for _ in range(2):
        response = session.get(url, stream=stream)
        assert response.content == b"abcde"
        assert response.headers["Trailer"] == "X-Sum"
    assert connections == 1
