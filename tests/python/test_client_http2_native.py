"""HTTP/2, which Locust does not have: what is spoken to whom, one connection for each user, and what goes wrong."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
import requests
from client_harness import DEADLINE_S, Server, answer, certificate, events, hook
from gevent.server import StreamServer
from http2_harness import (
    DATA,
    END_HEADERS,
    ENHANCE_YOUR_CALM,
    HEADERS,
    INTERNAL_ERROR,
    REFUSED_STREAM,
    STATUS_200,
    Connection,
    Http2Server,
    header_line,
    server,
)

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook
from locust.exception import StopTest
from nest_engine import HttpClient

__all__ = ["certificate", "events", "hook", "server"]

SESSIONS = [HttpSession, FastHttpSession]
Session = Any


@pytest.fixture(params=SESSIONS)
def client(request: pytest.FixtureRequest, server: Http2Server, hook: EventHook) -> Session:
    return session_to(server.url, hook, request.param)


def session_to(url: str, hook: EventHook, kind: type = HttpSession) -> Session:
    session = kind(url, hook, None)
    session.trust_env = False
    session.http2 = True
    return session


def at_once(client: Session, count: int) -> list[Any]:
    greenlets = [gevent.spawn(client.get, "/") for _ in range(count)]
    gevent.joinall(greenlets)
    return [greenlet.value for greenlet in greenlets]


def test_a_response_of_http2(server: Http2Server, hook: EventHook) -> None:
    server.on_request = lambda connection, stream: connection.answer(
        stream, b"body", header_line("x-y", "z"), header_line("set-cookie", "a=b")
    )
    client = session_to(server.url, hook)
    response = client.get("/")
    assert (response.status_code, response.raw.version, response.reason) == (200, 20, "")
    assert (response.text, response.headers["X-Y"], client.cookies["a"]) == ("body", "z", "b")


def interim(status: int) -> bytes:
    return b"\x48\x03" + str(status).encode()  # another value of :status


# Frames of an answer: what they are, their flags, what they hold; and the status and the body that come of them.
Frames = list[tuple[int, int, bytes]]
END_STREAM = 1
ANSWERS: dict[str, tuple[str, Frames, int, bytes]] = {
    "interim": (
        "GET",
        [(HEADERS, 0, interim(103)), (HEADERS, 0, STATUS_200), (DATA, END_STREAM, b"ok")],
        200,
        b"ok",
    ),
    "two interim": (
        "POST",
        [(HEADERS, 0, interim(100)), (HEADERS, 0, interim(102)), (HEADERS, END_STREAM, b"\x8d")],
        404,
        b"",
    ),
    "trailers": (
        "GET",
        [(HEADERS, 0, STATUS_200), (DATA, 0, b"ok"), (HEADERS, END_STREAM, header_line("x-trailer", "1"))],
        200,
        b"ok",
    ),
    "no content": ("POST", [(HEADERS, END_STREAM, b"\x89")], 204, b""),
    "not modified": ("GET", [(HEADERS, END_STREAM, b"\x8b")], 304, b""),
    "head": ("HEAD", [(HEADERS, END_STREAM, STATUS_200 + header_line("content-length", "10"))], 200, b""),
    "empty frames": (
        "GET",
        [(HEADERS, 0, STATUS_200), (DATA, 0, b""), (DATA, 0, b"a"), (DATA, END_STREAM, b"")],
        200,
        b"a",
    ),
    "gzip": (
        "GET",
        [
            (HEADERS, 0, STATUS_200 + header_line("content-encoding", "gzip")),
            (DATA, END_STREAM, gzip.compress(b"text" * 100)),
        ],
        200,
        b"text" * 100,
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_answers_are_made_of(client: Session, server: Http2Server, kind: str) -> None:
    method, frames, status, body = ANSWERS[kind]

    def answer_in_frames(connection: Connection, stream: int) -> None:
        for what, flags, payload in frames:
            connection.send(what, flags | (END_HEADERS if what == HEADERS else 0), stream, payload)

    server.on_request = answer_in_frames
    for _ in range(2):
        response = client.request(method, "/", data="body" if method == "POST" else None)
        assert (response.status_code, response.content or b"") == (status, body)
    assert server.requests == [2]


@pytest.mark.parametrize("asks", [True, False])
def test_a_body_that_waits_to_be_asked_for(client: Session, server: Http2Server, asks: bool) -> None:
    """By users of the fast client; `requests` does not wait."""
    received: list[int] = []

    def on_header(connection: Connection, stream: int) -> None:
        received.append(connection.received)
        if asks:
            connection.send(HEADERS, END_HEADERS, stream, interim(100))
        else:
            connection.send(HEADERS, END_HEADERS | END_STREAM, stream, b"\x8d")

    server.on_header = on_header
    if not asks:
        server.on_request = lambda connection, stream: None
    response = client.post("/", data="body", headers={"Expect": "100-continue"})
    assert response.status_code == (200 if asks else 404)
    assert received == [0]
    if asks:
        assert server.connections[0].received == 4


def test_bodies_of_all_sizes_go_and_come(client: Session, server: Http2Server) -> None:
    for size in (0, 1, 100_000, 1_000_000):
        assert client.post("/", data="x" * size).status_code == 200
    server.on_request = lambda connection, stream: connection.answer(stream, b"y" * 10_000)
    assert len(client.get("/").content) == 10_000
    assert server.requests == [5]


@pytest.mark.parametrize("count", [1, 5])
def test_long_responses_do_not_get_stuck(client: Session, server: Http2Server, count: int) -> None:
    """libcurl 7.88 does not tell that it has kept a part of what it read."""

    def send(connection: Connection, stream: int) -> None:
        connection.send(HEADERS, END_HEADERS, stream, STATUS_200)
        for _ in range(100):
            connection.send(DATA, 0, stream, b"y" * 16384)
        connection.send(DATA, 1, stream)

    server.on_request = send
    for _ in range(3):
        responses = at_once(client, count)
        assert [len(response.content or b"") for response in responses] == [1638400] * count
    assert len(client.get("/", stream=True).content) == 1638400


def test_requests_of_a_user_that_are_under_way_together_share_its_connection(
    client: Session, server: Http2Server
) -> None:
    def answer_all(connection: Connection, _: int) -> None:
        if len(connection.requests) == 10:
            for stream in reversed(connection.requests):
                connection.answer(stream)

    server.on_request = answer_all
    assert [response.status_code for response in at_once(client, 10)] == [200] * 10
    assert server.requests == [10]


@pytest.mark.parametrize("kind", SESSIONS)
def test_users_do_not_share_connections(server: Http2Server, hook: EventHook, kind: type) -> None:
    clients = [session_to(server.url, hook, kind) for _ in range(3)]
    for client in clients * 2:
        assert client.get("/").status_code == 200
    assert server.requests == [2, 2, 2]


def test_a_connection_that_died_idle_is_replaced(client: Session, server: Http2Server) -> None:
    for number in range(3):
        at_once(client, 2)
        server.connections[number].socket.shutdown(socket.SHUT_RDWR)
        gevent.sleep(0)
    assert [response.status_code for response in at_once(client, 2)] == [200, 200]
    assert server.requests == [2, 2, 2, 2]


def test_a_connection_that_the_server_ends_gracefully_loses_no_request(
    client: Session, server: Http2Server
) -> None:
    def answer(connection: Connection, stream: int) -> None:
        if len(connection.requests) == 7:
            connection.go_away(stream, 0)
        connection.answer(stream)

    server.on_request = answer
    for _ in range(10):
        assert [response.status_code for response in at_once(client, 4)] == [200] * 4


def test_a_user_that_gives_up_ends_its_request_alone(server: Http2Server, hook: EventHook) -> None:
    server.on_request = lambda connection, stream: None
    client = session_to(server.url, hook)
    waiting = [gevent.spawn(client.get, "/") for _ in range(3)]
    server.await_requests(3)
    waiting[1].kill()
    connection = server.connections[0]
    for stream in (1, 5):
        connection.answer(stream)
    assert [waiting[number].get().status_code for number in (0, 2)] == [200, 200]
    while 3 not in connection.resets:
        server.came.clear()
        server.came.wait()
    server.on_request = Connection.answer
    assert client.get("/").status_code == 200
    assert server.requests == [4]


def test_whoever_waits_for_a_connection_can_be_killed(hook: EventHook) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = session_to(f"https://127.0.0.1:{silent.getsockname()[1]}", hook)
        waiting = [gevent.spawn(client.get, "/") for _ in range(3)]
        gevent.sleep(0.01)
        with gevent.Timeout(DEADLINE_S):
            for greenlet in (waiting[1], waiting[0], waiting[2]):
                greenlet.kill()


def test_requests_that_wait_for_a_connection_give_up_when_it_takes_too_long(
    hook: EventHook, events: list[dict[str, Any]]
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = session_to(f"https://127.0.0.1:{silent.getsockname()[1]}", hook)
        with gevent.Timeout(DEADLINE_S):
            gevent.joinall([gevent.spawn(client.get, "/", timeout=0.2) for _ in range(5)])
    assert [type(event["exception"]).__name__ for event in events] == ["ConnectTimeoutError"] * 5
    assert max(event["response_time"] for event in events) < 5 * 200


def test_a_reader_that_pauses_does_not_stop_the_others(server: Http2Server, hook: EventHook) -> None:
    def answer(connection: Connection, stream: int) -> None:
        connection.send(HEADERS, END_HEADERS, stream, STATUS_200)
        if stream != 1:
            return connection.send(DATA, 1, stream, b"ok")
        for _ in range(100):
            connection.send(DATA, 0, stream, b"x" * 10_000)
        return connection.send(DATA, 1, stream, b"end")

    server.on_request = answer
    client = session_to(server.url, hook)
    paused = client.get("/", stream=True)
    assert [response.text for response in at_once(client, 3)] == ["ok"] * 3
    assert len(paused.content) == 1_000_003
    assert server.requests == [4]


RESET = "HTTPException('HTTP/2 stream reset: %s')"
CLOSED = "RemoteDisconnected('Remote end closed connection without response')"
TCP_RESET = "ConnectionResetError(104, 'Connection reset by peer')"
FAST_CLOSED = "HTTPConnectionClosed('connection closed.')"


def head(connection: Connection, stream: int, *lines: bytes) -> None:
    connection.send(HEADERS, END_HEADERS, stream, STATUS_200 + b"".join(lines))


def reset(code: int) -> Callable[[Connection, int], None]:
    return lambda connection, stream: connection.reset(stream, code)


def reset_in_body(connection: Connection, stream: int) -> None:
    head(connection, stream)
    connection.send(DATA, 0, stream, b"abc")
    connection.reset(stream, INTERNAL_ERROR)


def close_late(connection: Connection, stream: int) -> bool:
    return stream == 1 and connection.number == 1


def go_away(connection: Connection, stream: int) -> bool:
    connection.go_away(stream, ENHANCE_YOUR_CALM)
    connection.socket.shutdown(socket.SHUT_WR)
    return True


def hang_up(connection: Connection, _: int) -> bool:
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def speak_http1(connection: Connection, _: int) -> bool:
    connection.socket.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.socket.shutdown(socket.SHUT_WR)
    return True


FAULTS: dict[str, tuple[Callable[[Connection, int], Any], str, str]] = {
    "stream reset": (
        reset(INTERNAL_ERROR),
        RESET % "INTERNAL_ERROR",
        "HTTPParseError('HTTP/2 stream reset: INTERNAL_ERROR')",
    ),
    "calm": (
        reset(ENHANCE_YOUR_CALM),
        RESET % "ENHANCE_YOUR_CALM",
        "HTTPParseError('HTTP/2 stream reset: ENHANCE_YOUR_CALM')",
    ),
    "reset in body": (
        reset_in_body,
        RESET % "INTERNAL_ERROR",
        "HTTPParseError('HTTP/2 stream reset: INTERNAL_ERROR')",
    ),
    "connection lost": (close_late, CLOSED, FAST_CLOSED),
    "connection ended": (go_away, CLOSED, FAST_CLOSED),
    "connection reset": (hang_up, TCP_RESET, FAST_CLOSED),
    "no HTTP/2": (
        speak_http1,
        "HTTPException('the server does not speak HTTP/2')",
        "HTTPParseError('the server does not speak HTTP/2')",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_have_one_name_each(
    client: Session, server: Http2Server, events: list[dict[str, Any]], fault: str
) -> None:
    server.on_request, with_requests, fast = FAULTS[fault]
    responses = at_once(client, count := 1 if fault == "no HTTP/2" else 2)
    expected = with_requests if isinstance(client, HttpSession) else fast
    allowed = {expected}
    if fault.startswith("connection"):  # what of it is seen first is a matter of luck
        allowed |= {CLOSED, TCP_RESET} if isinstance(client, HttpSession) else {FAST_CLOSED}
    assert {repr(event["exception"]) for event in events} <= allowed
    assert len(events) == count
    if isinstance(client, HttpSession):
        assert all(isinstance(response.error, requests.ConnectionError) for response in responses)


LEFT_OUT: dict[str, Callable[[Connection, int], Any]] = {
    "refused": reset(REFUSED_STREAM),
    "gone away": lambda connection, stream: connection.go_away(1, 0),
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("how", LEFT_OUT)
def test_what_the_server_has_not_looked_at_is_sent_again_on_another_connection(
    client: Session, server: Http2Server, how: str, method: str, count: int
) -> None:
    assert client.get("/").status_code == 200
    server.on_request = lambda connection, stream: (
        LEFT_OUT[how](connection, stream) if connection.number == 1 else connection.answer(stream)
    )
    body = None if method == "GET" else "body"
    greenlets = [gevent.spawn(client.request, method, "/", data=body) for _ in range(count)]
    gevent.joinall(greenlets)
    assert [greenlet.value.status_code for greenlet in greenlets] == [200] * count
    assert sum(server.requests[1:]) == count


def test_it_is_sent_again_once(client: Session, server: Http2Server, events: list[dict[str, Any]]) -> None:
    server.on_request = reset(REFUSED_STREAM)
    client.post("/", data="body")
    assert server.requests == [1, 1]
    assert len(events) == 1


@pytest.mark.parametrize("fault", ["reset", "gone away later", "lost"])
def test_a_post_that_the_server_may_have_looked_at_is_not_sent_again(
    client: Session, server: Http2Server, fault: str
) -> None:
    def fail(connection: Connection, stream: int) -> bool | None:
        if fault == "reset":
            connection.reset(stream, INTERNAL_ERROR)
            connection.go_away(stream, 0)
        elif fault == "gone away later":
            connection.go_away(stream, 0)
            return False
        return None if fault == "reset" else False

    assert client.get("/").status_code == 200
    server.on_request = fail
    assert client.post("/", data="body").status_code == 0
    assert sum(server.requests) == 2


def tls_context(certificate: tuple[Path, Path], *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


@pytest.mark.parametrize("kind", SESSIONS)
def test_https_agrees_on_http2(certificate: tuple[Path, Path], hook: EventHook, kind: type) -> None:
    server = Http2Server(ssl_context=tls_context(certificate, "h2", "http/1.1"))
    client = session_to(server.url, hook, kind)
    client.verify = False
    with gevent.Timeout(DEADLINE_S):
        assert [response.status_code for response in at_once(client, 5)] == [200] * 5
        assert [response.status_code for response in at_once(client, 5)] == [200] * 5
    assert server.requests == [10]
    server.stop()


@pytest.fixture(params=[(), ("http/1.1",)], ids=["no ALPN", "ALPN"])
def old_server(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[Server]:
    """HTTPS with nothing but HTTP/1.1."""
    server = Server()
    server._listener = StreamServer(
        ("127.0.0.1", 0), server._serve, ssl_context=tls_context(certificate, *request.param)
    )
    server._listener.start()
    server.url = f"https://127.0.0.1:{server._listener.server_port}"
    with gevent.Timeout(DEADLINE_S):
        yield server
    server.stop()


@pytest.mark.parametrize("kind", SESSIONS)
def test_https_falls_back_to_http_1_1(old_server: Server, hook: EventHook, kind: type) -> None:
    client = session_to(old_server.url, hook, kind)
    client.verify = False

    def together(_: object) -> bytes:
        while old_server.connections < 3:
            gevent.sleep(0.01)
        return answer()

    old_server.answers["/"] = together
    assert [response.status_code for response in at_once(client, 3)] == [200] * 3
    assert client.get("/").status_code == 200
    assert old_server.connections == 3


def test_without_the_attribute_http_1_1_is_spoken(old_server: Server, hook: EventHook) -> None:
    client = HttpSession(old_server.url, hook, None)
    assert not client.http2 and not client.http3
    assert client.get("/", verify=False).raw.version == 11


def test_another_choice_closes_the_connections(
    server: Http2Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    client = session_to(server.url, hook)
    assert client.get("/").status_code == 200
    client.http2 = True
    assert client.get("/").status_code == 200
    assert server.requests == [2]
    client.http2 = False
    assert client.get("/").status_code == 0  # the server cannot read that
    client.http2 = True
    assert client.get("/").status_code == 200
    assert server.requests[0] == 2 and server.requests[-1] == 1


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize("where", ["class", "option"])
def test_who_says_that_a_user_speaks_http2(hook: EventHook, kind: type, where: str) -> None:
    chosen = SimpleNamespace(http2=True)
    options = SimpleNamespace(http2=False, http3=False) if where == "class" else chosen
    user: Any = SimpleNamespace(
        http2=where == "class", environment=SimpleNamespace(parsed_options=options), context=dict
    )
    assert kind("http://127.0.0.1:1", hook, user).http2


def test_http3_is_there_if_libcurl_has_it(hook: EventHook) -> None:
    client = HttpClient()
    try:
        client.http_version = 30
    except ValueError as error:
        assert re.fullmatch(r"HTTP/3 is not there: libcurl 7\.\d+\.\d+ was built without it", str(error))
        user: Any = SimpleNamespace(http3=True)
        with pytest.raises(StopTest, match="HTTP/3 is not there"):
            HttpSession("https://127.0.0.1:1", hook, user)
    else:
        session = HttpSession("https://127.0.0.1:1", hook, None)
        session.http3 = True
        assert session.http3 and not session.http2


def test_other_versions_are_refused() -> None:
    client = HttpClient()
    for version in (0, 9, 12, -20):
        with pytest.raises(ValueError, match="is not there"):
            client.http_version = version
    with pytest.raises(TypeError):
        client.http_version = "2"  # type: ignore[assignment]
    assert client.http_version == 11
