"""Requests that get no response: status 0, the exception in `error`, and one failure named by its cause."""

from __future__ import annotations

import socket
import struct
from typing import Any

import gevent
import pytest
import requests
import urllib3
from client_harness import Sent, Server, answer, client, events, hook, server

from locust.exception import CatchResponseError

__all__ = ["client", "events", "hook", "server"]


def silent(sent: Sent) -> bytes:
    gevent.sleep(5)
    return answer()


@pytest.fixture
def nowhere(client: Any) -> Any:
    """A client whose server does not listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client.base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        yield client


def test_a_refused_connection_is_a_response_with_status_0(nowhere: Any, events: list[dict[str, Any]]) -> None:
    response = nowhere.post("/x?a=1", json={})
    assert response.status_code == 0
    assert response.content is None
    assert response.text == ""
    with pytest.raises(requests.ConnectionError):
        _ = response.ok
    with pytest.raises(requests.ConnectionError):
        bool(response)
    assert (response.headers, response.history) == ({}, [])
    assert response.url is None and response.reason is None and response.encoding is None
    assert response.cookies.get_dict() == {}
    assert response.elapsed.total_seconds() == 0
    assert isinstance(response.error, requests.ConnectionError)
    assert response.error.request is response.request
    assert response.request.url == f"{nowhere.base_url}/x?a=1"
    assert response.request.method == "POST"
    with pytest.raises(requests.ConnectionError):
        response.raise_for_status()
    with pytest.raises((ValueError, TypeError)):
        response.json()

    (event,) = events
    assert repr(event["exception"]) == "ConnectionRefusedError(111, 'Connection refused')"
    assert event["name"] == "/x?a=1"
    assert event["url"] == f"{nowhere.base_url}/x?a=1"
    assert event["response_length"] == 0
    assert event["response_time"] < 5000
    assert event["response"] is response


def innermost(error: BaseException) -> BaseException:
    while error.__context__ is not None:
        error = error.__context__
    return error


# What is named before its wrappers are made, and what is not.
@pytest.mark.parametrize("keywords", [{}, {"proxies": {"https": "http://nobody.invalid"}}])
def test_the_error_is_around_the_exception_that_was_recorded(
    client: Any, server: Server, nowhere: Any, events: list[dict[str, Any]], keywords: dict[str, Any]
) -> None:
    server.answers["/closed"] = b""
    refused = nowhere.get("/x", **keywords)
    closed = nowhere.get(f"{server.url}/closed", **keywords)
    for response, event in zip((refused, closed), events, strict=True):
        assert type(response.error) is requests.ConnectionError
        assert response.error is response.error
        assert innermost(response.error) is event["exception"]
        assert response.error.request is response.request
    assert "Max retries exceeded with url: /x" in str(refused.error)
    assert "Connection aborted" in str(closed.error)


def test_a_response_has_no_error_and_keeps_none(client: Any) -> None:
    response = client.get("/")
    assert response.error is None
    assert "error" not in vars(response)
    response.error = mine = ValueError("mine")
    assert response.error is mine


def test_the_verdict_on_a_refused_connection(nowhere: Any, events: list[dict[str, Any]]) -> None:
    with nowhere.get("/x", catch_response=True):
        pass
    with nowhere.get("/x", catch_response=True) as response:
        assert response.status_code == 0
        response.success()
    with nowhere.get("/x", catch_response=True) as response:
        response.failure(f"status {response.status_code}")
    kinds = [type(event["exception"]) for event in events]
    assert kinds == [ConnectionRefusedError, type(None), CatchResponseError]


@pytest.mark.parametrize(
    ("reply", "recorded"),
    [
        (b"", "RemoteDisconnected('Remote end closed connection without response')"),
        (b"nonsense\r\n\r\n", "BadStatusLine('nonsense\\r\\n')"),
    ],
)
def test_a_server_that_does_not_speak_http(
    client: Any, server: Server, events: list[dict[str, Any]], reply: bytes, recorded: str
) -> None:
    server.answers["/"] = reply
    response = client.get("/")
    assert isinstance(response.error, requests.ConnectionError)
    assert repr(events[0]["exception"]) == recorded


def test_a_body_that_ends_too_soon(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/"] = answer("200 OK", b"short", "Content-Length: 100", "Connection: close", length=False)
    response = client.get("/")
    assert response.status_code == 0
    assert isinstance(response.error, requests.exceptions.ChunkedEncodingError)
    assert isinstance(events[0]["exception"], requests.exceptions.ChunkedEncodingError)
    assert "IncompleteRead(5 bytes read, 95 more expected)" in str(events[0]["exception"])


def test_a_connection_that_is_reset(client: Any, events: list[dict[str, Any]]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def reset() -> None:
        connection, _ = listener.accept()
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    gevent.spawn(reset)
    client.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    response = client.get("/")
    assert isinstance(response.error, requests.ConnectionError)
    assert repr(events[0]["exception"]) == "ConnectionResetError(104, 'Connection reset by peer')"
    listener.close()


@pytest.mark.parametrize("timeout", [0.1, (5, 0.1), (None, 0.1), urllib3.Timeout(connect=5, read=0.1)])
def test_a_server_that_is_silent_for_too_long(
    client: Any, server: Server, events: list[dict[str, Any]], timeout: Any
) -> None:
    server.answers["/"] = silent
    response = client.get("/", timeout=timeout)
    assert isinstance(response.error, requests.ReadTimeout)
    assert isinstance(response.error, requests.Timeout)
    (event,) = events
    assert isinstance(event["exception"], requests.ReadTimeout)
    port = server.port
    assert (
        str(event["exception"])
        == f"HTTPConnectionPool(host='127.0.0.1', port={port}): Read timed out. (read timeout=0.1)"
    )
    assert 90 < event["response_time"] < 4000


@pytest.mark.parametrize("timeout", [5, 5.5, None, (5, None), (5, 5)])
def test_a_timeout_that_is_not_reached(client: Any, timeout: Any) -> None:
    assert client.get("/", timeout=timeout).status_code == 200


@pytest.mark.parametrize("timeout", ["soon", (1, 2, 3), -1, 0, (5, 0), True])
def test_a_timeout_that_is_none_raises(client: Any, server: Server, timeout: Any) -> None:
    with pytest.raises(ValueError):
        client.get("/", timeout=timeout)


def test_a_connection_that_does_not_come_about(client: Any, events: list[dict[str, Any]]) -> None:
    """A listener whose queue is full does not answer."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        client.base_url = f"http://127.0.0.1:{port}"
        response = client.get("/", timeout=(0.2, 5))
    assert isinstance(response.error, requests.ConnectTimeout)
    assert isinstance(events[0]["exception"], urllib3.exceptions.ConnectTimeoutError)
    assert "Max retries exceeded with url: / (Caused by ConnectTimeoutError(" in str(response.error)
    assert "timed out. (connect timeout=0.2)" in str(response.error)


def test_a_name_that_does_not_resolve(client: Any, events: list[dict[str, Any]]) -> None:
    client.base_url = "http://no-such-host.invalid"
    response = client.get("/")
    assert isinstance(response.error, requests.ConnectionError)
    assert repr(events[0]["exception"]) == "gaierror(-2, 'Name or service not known')"
    failed = "Failed to resolve 'no-such-host.invalid' ("
    if urllib3.__version__ < "2":
        failed = "Failed to establish a new connection: "
    assert f"(host='no-such-host.invalid', port=80): {failed}[Errno -2] Name or" in str(response.error)
    assert events[0]["name"] == "/"


@pytest.mark.parametrize(("method", "body"), [("POST", None), ("POST", b"x"), ("PUT", b"x"), ("GET", b"x")])
def test_a_request_that_may_have_been_acted_on_is_not_repeated(
    client: Any, server: Server, events: list[dict[str, Any]], method: str, body: bytes | None
) -> None:
    """The connection has been used before, and ends when the request has come."""
    server.answers["/closes"] = b""
    client.get("/")
    client.request(method, "/closes", data=body)
    assert "RemoteDisconnected" in repr(events[1]["exception"])
    assert server.targets == ["GET /", f"{method} /closes"]
    assert server.connections == 1


def test_a_proxy_whose_name_does_not_resolve(client: Any, events: list[dict[str, Any]]) -> None:
    for scheme in ("http", "https"):
        response = client.get(
            f"{scheme}://target.invalid/x", proxies={scheme: "http://no-proxy.invalid:3128"}
        )
        assert isinstance(response.error, requests.exceptions.ProxyError)
        assert "Caused by ProxyError('Unable to connect to proxy', " in str(response.error)
        assert "(host='no-proxy.invalid', port=3128): Failed to " in str(response.error)
    assert [repr(event["exception"]) for event in events] == ["gaierror(-2, 'Name or service not known')"] * 2


def test_plain_text_where_tls_is_expected(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    client.base_url = server.url.replace("http:", "https:")
    server.stop()
    listener = socket.create_server(("127.0.0.1", server.port))

    def talk() -> None:
        connection, _ = listener.accept()
        connection.recv(1000)
        connection.sendall(answer("400 Bad Request"))
        connection.close()

    gevent.spawn(talk)
    response = client.get("/", verify=False)
    assert isinstance(response.error, requests.exceptions.SSLError)
    assert isinstance(events[0]["exception"], (requests.exceptions.SSLError, urllib3.exceptions.SSLError))
    listener.close()


def test_the_session_goes_on_after_a_failure(client: Any, server: Server) -> None:
    server.answers["/broken"] = b""
    assert client.get("/").status_code == 200
    assert client.get("/broken").status_code == 0
    assert client.get("/").status_code == 200


def test_an_idle_connection_that_was_closed_is_replaced(client: Any, server: Server) -> None:
    """Locust's urllib3 and this engine alike: a keep-alive connection may end between two requests."""
    server.answers["/last"] = answer("200 OK", b"ok", "X-A: b") + b""
    client.get("/")
    connection_count = server.connections
    server.answers["/"] = answer("200 OK", b"bye", "Connection: close")
    assert client.get("/").text == "bye"
    gevent.sleep(0.05)
    assert client.get("/last").text == "ok"
    assert server.connections == connection_count + 1


def test_other_users_run_while_one_waits(client: Any, server: Server) -> None:
    server.answers["/slow"] = lambda sent: gevent.sleep(0.2) or answer()
    order: list[str] = []
    waiting = gevent.spawn(lambda: (client.get("/slow"), order.append("slow")))
    gevent.sleep(0.01)
    order.append("meanwhile")
    waiting.join()
    assert order == ["meanwhile", "slow"]


def test_a_user_is_killed_within_a_request(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/slow"] = silent
    user = gevent.spawn(client.get, "/slow")
    gevent.sleep(0.1)
    user.kill()
    assert user.dead and isinstance(user.value, gevent.GreenletExit)
    assert events == []
    assert client.get("/").status_code == 200


def test_a_gevent_timeout_ends_a_request(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/slow"] = silent
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.1):
        client.get("/slow")
    assert events == []
    assert client.get("/").status_code == 200
