"""FastHttpUser does what Locust's does, without geventhttpclient."""

from __future__ import annotations

import gzip
import io
import re
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gevent
import pytest
from client_harness import Sent, Server, answer, events, hook, redirect, server, without_boundary
from gevent.server import StreamServer

import locust
from locust.contrib import fasthttp
from locust.contrib.fasthttp import FastHttpSession, FastHttpUser, FastRequest
from locust.env import Environment
from locust.event import EventHook, Events
from locust.exception import CatchResponseError, InterruptTaskSet, LocustError, ResponseError, StopTest

__all__ = ["events", "hook", "server"]

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
TEXT = {"content-type": "text/plain; charset=utf-8"}
BYTES = {"content-type": "application/octet-stream"}
USUAL = {"accept-encoding": "gzip, deflate, br"}


def make_user(server: Server, hook: EventHook, **attributes: Any) -> Any:
    """A user whose request events go to `hook`."""
    attributes.setdefault("host", server.url)
    user_class = type("Visitor", (FastHttpUser,), attributes)
    environment = Environment(events=Events())
    environment.events.request = hook
    return user_class(environment)


@pytest.fixture
def user(server: Server, hook: EventHook) -> Any:
    return make_user(server, hook)


@pytest.fixture
def client(user: Any) -> FastHttpSession:
    return user.client


def unusual_headers(sent: Sent) -> dict[str, str]:
    """Names in lower case, without what every request has or what follows from the body."""
    headers = {name.lower(): value for name, value in sent.headers}
    assert len(headers) == len(sent.headers), sent.headers
    assert headers.pop("user-agent").startswith("python/gevent-http-client")
    for name in ("host", "content-length", "transfer-encoding"):
        headers.pop(name, None)
    return {name: value for name, value in headers.items() if USUAL.get(name) != value}


@dataclass
class Shape:
    """A way to call the client, what goes over the wire then, and what the request is called."""

    what: str
    call: Callable[[Any], Any]
    line: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


SHAPES = [
    Shape("a plain path", lambda c: c.get("/path?a=1"), "GET /path?a=1"),
    Shape("the empty URL", lambda c: c.get(""), "GET /"),
    Shape("blanks and letters", lambda c: c.get("/x y/å?q=1 2#f"), "GET /x%20y/%C3%A5?q=1%202"),
    Shape("dot segments stay", lambda c: c.get("/%41/../b/./c?x=%20"), "GET /A/../b/./c?x=%20"),
    Shape("characters that need escapes", lambda c: c.get('/x?y="<>'), "GET /x?y=%22%3C%3E"),
    Shape(
        "params",
        lambda c: c.get("/p?z=1", params={"a": 1, "b": "x y", "c": [1, 2]}),
        "GET /p?z=1&a=1&b=x+y&c=1&c=2",
    ),
    Shape("a param of None", lambda c: c.get("/p", params={"a": 1, "d": None}), "GET /p?a=1"),
    Shape("an unknown keyword", lambda c: c.get("/p", timeout=1), "GET /p?timeout=1"),
    Shape("an absolute URL", lambda c: c.get(c.base_url + "/x?q"), "GET /x?q"),
    Shape("a host without a path", lambda c: c.get(c.base_url), "GET /"),
    Shape(
        "a form",
        lambda c: c.post("/x", {"a": "x y", "b": [1, 2], "c": None}),
        "POST /x",
        b"a=x+y&b=%5B1%2C+2%5D&c=None",
        FORM,
    ),
    Shape("text", lambda c: c.post("/x", "grüße"), "POST /x", "grüße".encode(), TEXT),
    Shape("bytes", lambda c: c.post("/x", b"\xff"), "POST /x", b"\xff", BYTES),
    Shape("a generator", lambda c: c.post("/x", (part for part in [b"a", b"b"])), "POST /x", b"ab", BYTES),
    Shape("a file", lambda c: c.post("/x", io.BytesIO(b"abc")), "POST /x", b"abc", BYTES),
    Shape("JSON", lambda c: c.post("/x", json={"a": "ü"}), "POST /x", b'{"a": "\\u00fc"}', JSON),
    Shape("empty JSON", lambda c: c.post("/x", json={}), "POST /x", b"{}", JSON),
    Shape(
        "JSON with headers",
        lambda c: c.post("/x", json=[1], headers={"content-type": "a/b", "accept": "q"}),
        "POST /x",
        b"[1]",
        {"content-type": "a/b", "accept": "q"},
    ),
    Shape("JSON beside data", lambda c: c.post("/x", data="a", json=1), "POST /x", b"a", TEXT),
    Shape("an empty post", lambda c: c.post("/x"), "POST /x"),
    Shape("an empty form", lambda c: c.post("/x", {}), "POST /x"),
    Shape("put", lambda c: c.put("/x", {"a": 1}), "PUT /x", b"a=1", FORM),
    Shape("patch", lambda c: c.patch("/x", {"a": 1}), "PATCH /x", b"a=1", FORM),
    Shape("delete", lambda c: c.delete("/x"), "DELETE /x"),
    Shape("delete with JSON", lambda c: c.delete("/x", json=[1]), "DELETE /x", b"[1]", JSON),
    Shape("options", lambda c: c.options("/x"), "OPTIONS /x"),
    Shape("head", lambda c: c.head("/x"), "HEAD /x"),
    Shape("a lower-case method", lambda c: c.request("get", "/x"), "GET /x"),
    Shape("data in a get", lambda c: c.get("/x", data="a"), "GET /x", b"a", TEXT),
    Shape(
        "headers",
        lambda c: c.get("/x", headers={"X-A": "1", "X-N": 5}),
        "GET /x",
        headers={"x-a": "1", "x-n": "5"},
    ),
    Shape(
        "another encoding",
        lambda c: c.get("/x", headers={"accept-encoding": "identity"}),
        "GET /x",
        headers={"accept-encoding": "identity"},
    ),
    Shape(
        "a header with Latin letters",
        lambda c: c.get("/x", headers={"X-A": "\xe5"}),
        "GET /x",
        headers={"x-a": "\xe5"},
    ),
    Shape(
        "credentials",
        lambda c: c.get("/x", auth=("me", "pä")),
        "GET /x",
        headers={"authorization": "Basic bWU6cOQ="},
    ),
    Shape(
        "a cookie header",
        lambda c: c.get("/x", headers={"Cookie": "a=b"}),
        "GET /x",
        headers={"cookie": "a=b"},
    ),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_what_is_sent(shape: Shape, client: Any, server: Server) -> None:
    shape.call(client)
    assert f"{server.last.method} {server.last.target}" == shape.line
    assert server.last.body == shape.body
    assert unusual_headers(server.last) == {name.lower(): value for name, value in shape.headers.items()}


def test_a_file_upload(client: Any, server: Server) -> None:
    client.post("/", files={"f": ("a.txt", b"x", "text/plain")}, data={"k": "v"})
    assert without_boundary(server.last) == (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="k"\r\n\r\nv\r\n'
        b'--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nx\r\n--B--\r\n",
    )


def test_a_url_that_is_none_raises(client: Any, events: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="Port could not be cast"):
        client.get("x")
    assert events == []


@pytest.mark.parametrize("headers", [{"X-A": "\u2603"}, {"X-\u00dc": "1"}, {"X-A": "a\nb"}], ids=repr)
def test_a_header_that_cannot_be_sent_raises(client: Any, events: list[dict[str, Any]], headers: Any) -> None:
    with pytest.raises(ValueError, match="invalid"):
        client.get("/", headers=headers)
    assert events == []


def test_the_callers_headers_are_left_alone(client: Any) -> None:
    headers = {"X-A": "1"}
    client.post("/x", json={}, headers=headers, auth=("me", "pw"))
    assert headers == {"X-A": "1"}


def test_the_keywords_of_the_event(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    response = client.get("/path?a=1", params={"b": 2})
    event = dict(events[0])
    assert isinstance(event.pop("start_time"), float)
    assert isinstance(event.pop("response_time"), float)
    assert event.pop("response") is response
    assert event == {
        "request_type": "GET",
        "name": "/path?a=1",
        "context": {},
        "exception": None,
        "url": f"{server.url}/path?a=1",
        "response_length": 2,
    }


def test_what_a_request_is_called(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    client.get(server.url)
    client.get("/x y#f", name="named")
    client.get("/x", name="")
    client.request("get", "")
    with client.rename_request("in the block"):
        client.get("/x")
        client.get("/x", name="own")
    client.request_name = "from here"
    client.get("/x")
    client.request_name = None
    client.get("/x", params={"a": 1})
    assert [(event["request_type"], event["name"]) for event in events] == [
        ("GET", server.url),
        ("GET", "named"),
        ("GET", "/x"),
        ("get", ""),
        ("GET", "in the block"),
        ("GET", "own"),
        ("GET", "from here"),
        ("GET", "/x"),
    ]


def test_the_context_of_the_user_and_of_the_request(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    user = make_user(server, hook, context=lambda self: {"user": 1, "both": 1})
    user.client.get("/", context={"both": 2})
    assert events[0]["context"] == {"user": 1, "both": 2}


@pytest.mark.parametrize("code", [200, 201, 204, 208, 226, 302, 304])
def test_codes_that_are_a_success(
    client: Any, server: Server, events: list[dict[str, Any]], code: int
) -> None:
    server.answers["/x"] = answer(f"{code} X", "")
    response = client.get("/x")
    assert (response.status_code, response.ok, events[0]["exception"]) == (code, True, None)
    response.raise_for_status()


@pytest.mark.parametrize("code", [209, 300, 305, 399, 400, 404, 500, 600])
def test_codes_that_are_a_failure(
    client: Any, server: Server, events: list[dict[str, Any]], code: int
) -> None:
    server.answers["/x"] = answer(f"{code} X", "text")
    response = client.get("/x", name="named")
    assert (response.status_code, response.ok, response.text) == (code, code < 400, "text")
    error = events[0]["exception"]
    assert error is response.error
    assert isinstance(error, fasthttp.LocustBadStatusCode)
    assert isinstance(error, fasthttp.FAILURE_EXCEPTIONS)
    assert repr(error) == f"LocustBadStatusCode(code={code})"
    assert str(error) == f"URL {server.url}/x: code={code}"
    assert error.code == code
    with pytest.raises(fasthttp.LocustBadStatusCode):
        response.raise_for_status()


def test_the_parts_of_a_response(client: Any, server: Server) -> None:
    server.answers["/x"] = answer(
        "200 OK", '{"a": "ü"}', "Content-Type: application/json", "X-A: 1", "x-a: 2"
    )
    response = client.post("/x?q#f", json={"b": 1}, headers={"X-H": "1"})
    assert type(response) is fasthttp.FastResponse
    assert (response.status_code, response.status, response.ok, len(response)) == (200, "200", True, 11)
    assert response.url == f"{server.url}/x?q#f"
    assert response.encoding is None
    assert response.text == '{"a": "ü"}'
    assert response.encoding == "utf-8"
    assert response.content == response.data == '{"a": "ü"}'.encode()
    assert response.json() == {"a": "ü"}
    assert response.headers["content-TYPE"] == "application/json"
    assert response.headers.get("X-A") == ["1", "2"]
    assert response.headers.get("nope") is None
    with pytest.raises(KeyError):
        response.headers["nope"]
    assert response.history == []
    assert response.elapsed.total_seconds() > 0
    request = response.request
    assert (request.method, request.url) == ("POST", f"{server.url}/x?q#f")
    assert request.body == request.payload == '{"b": 1}'
    assert request.headers["x-h"] == "1"
    with pytest.raises(AttributeError):
        _ = response.no_such_thing
    with response as same:
        assert same is response


def test_a_request_of_ones_own_tells_where_it_goes() -> None:
    request = FastRequest("http://host/path?x=1", "PUT", payload=b"body", params={"a": [1, "b c"]})
    assert (request.url, request.selector) == ("http://host/path?x=1", "/path?x=1&a=1&a=b+c")
    assert (request.method, request.host, request.body) == ("PUT", "host", b"body")
    assert FastRequest("http://host").selector == "/"


def test_the_headers_of_a_response(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", "", "X-One: 1", "Set-Cookie: a=1", "Set-Cookie: b=2")
    response = client.post("/", data={"k": "v"}, headers={"X-Own": "1"})
    headers = response.headers
    assert list(headers) == ["x-one", "set-cookie", "content-length"]
    assert list(headers.items())[:3] == [("X-One", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert headers.getheaders("set-cookie") == headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert "X-ONE" in headers and headers["x-one"] == "1"
    assert "x-own" in list(response.request.headers)
    assert response.request.body == b"k=v"
    assert (response.text, response.encoding) == ("", "utf-8")


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain; charset=utf-8", "grüße"),
        ("text/html", "grÃ¼Ã\x9fe"),
        ("application/json", "grüße"),
    ],
)
def test_text_is_decoded_as_the_header_says(
    client: Any, server: Server, content_type: str, text: str
) -> None:
    server.answers["/"] = answer("200 OK", "grüße", f"Content-Type: {content_type}")
    assert client.get("/").text == text


def test_a_compressed_body(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/"] = answer("200 OK", gzip.compress(b"squeezed"), "Content-Encoding: gzip")
    assert client.get("/").text == "squeezed"
    assert events[0]["response_length"] == 8


@pytest.mark.parametrize(
    ("code", "method", "followed_by"),
    [
        (301, "POST", "GET"),
        (302, "PUT", "GET"),
        (303, "DELETE", "GET"),
        (302, "HEAD", "HEAD"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
    ],
)
def test_redirects(client: Any, server: Server, code: int, method: str, followed_by: str) -> None:
    server.answers["/from"] = redirect("/to", f"{code} X")
    response = client.request(method, "/from", data=None if method == "HEAD" else "body", auth=("a", "b"))
    assert server.targets == [f"{method} /from", f"{followed_by} /to"]
    assert server.last.body == (b"body" if code > 303 else b"")
    assert (server.last["Content-Type"] is None) == (code <= 303)
    client.request(method, "/from", headers={"Content-Type": "a/b", "X-A": "1"})
    assert (server.last["Content-Type"], server.last["X-A"]) == (None if code <= 303 else "a/b", "1")
    del server.sent[-2:]
    assert server.last["Authorization"] == "Basic YTpi"
    assert response.url == f"{server.url}/to"
    assert [hop.status_code for hop in response.history] == [code]


def test_a_redirect_leaves_behind_what_belonged_to_the_first_request(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to", "303 X")
    client.post("/from", "body", headers={"Cookie": "a=1", "Content-Encoding": "identity", "X-A": "1"})
    assert (server.last["Cookie"], server.last["Content-Encoding"], server.last["X-A"]) == (None, None, "1")


def test_a_redirect_to_another_scheme_is_a_failure(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/from"] = redirect("ftp://127.0.0.1/")
    assert client.get("/from").status_code == 0
    assert "refusing to follow redirect to 'ftp' URL" in str(events[0]["exception"])


def test_json_is_read_in_the_charset_of_the_response(client: Any, server: Server) -> None:
    body = '{"a": "ü"}'.encode("latin-1")
    server.answers["/"] = answer("200 OK", body, "Content-Type: application/json; charset=latin-1")
    assert client.get("/").json() == {"a": "ü"}


def test_a_redirect_is_one_request(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/r"] = redirect("/to?y#f")
    response = client.get("/r")
    assert (events[0]["name"], events[0]["url"], len(events)) == ("/r", f"{server.url}/r", 1)
    assert response.url == f"{server.url}/to?y#f"
    assert server.last.target == "/to?y"


def test_a_redirect_that_is_not_followed(client: Any, server: Server) -> None:
    server.answers["/r"] = redirect("/to")
    response = client.get("/r", allow_redirects=False)
    assert (response.status_code, response.headers["location"], response.ok) == (302, "/to", True)
    server.answers["/nowhere"] = answer("302 X", "")
    assert client.get("/nowhere").status_code == 302


def test_another_host_gets_no_credentials(client: Any, server: Server) -> None:
    other = Server()
    other.start()
    server.answers["/away"] = redirect(f"{other.url}/q")
    client.get("/away", auth=("a", "b"), headers={"X-A": "1", "Cookie": "z=1"})
    assert unusual_headers(other.last) == {"x-a": "1"}
    other.stop()


@pytest.mark.parametrize("limit", [2, 30])
def test_too_many_redirects(
    server: Server, hook: EventHook, events: list[dict[str, Any]], limit: int
) -> None:
    server.answers["/loop"] = redirect("/loop")
    response = make_user(server, hook, max_redirects=limit).client.get("/loop")
    assert len(server.sent) == limit + 1
    assert (response.status_code, response.content) == (0, None)
    assert response.url == response.request.url == f"{server.url}/loop"
    wanted = f"RetriesExceeded('{server.url}/loop', 'Redirection limit reached ({limit})')"
    assert repr(events[0]["exception"]) == wanted


def test_a_refused_connection(client: Any, events: list[dict[str, Any]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        response = client.get(url)
        with client.get(url, catch_response=True) as caught:
            caught.success()
        with client.get(url, catch_response=True) as caught:
            caught.failure("no")
    assert isinstance(response, fasthttp.ErrorResponse)
    assert (response.status_code, response.url) == (0, url)
    assert response.content is response.text is response.headers is response.encoding is None
    assert response.ok
    assert response.request.url == url
    assert repr(response.error) == "ConnectionRefusedError(111, 'Connection refused')"
    with pytest.raises(ConnectionRefusedError):
        response.raise_for_status()
    with pytest.raises(TypeError):
        response.json()
    assert [type(event["exception"]) for event in events] == [
        ConnectionRefusedError,
        type(None),
        CatchResponseError,
    ]
    assert events[0]["response_length"] == 0
    assert isinstance(caught, fasthttp.ResponseContextManager)


@pytest.mark.parametrize(
    ("reply", "status", "recorded"),
    [
        (b"", 0, "HTTPConnectionClosed('connection closed.')"),
        (b"nonsense\r\n\r\n", 0, "HTTPParseError('Expected HTTP/, RTSP/ or ICE/', 8)"),
        (
            answer("200 OK", b"short", "Content-Length: 100", "Connection: close", length=False),
            200,
            "HTTPParseError('Incomplete response.')",
        ),
        (
            answer("200 OK", b"notgzip", "Content-Encoding: gzip"),
            200,
            "error('Error -3 while decompressing data: incorrect header check')",
        ),
    ],
    ids=["closed", "not HTTP", "truncated", "not gzip"],
)
def test_broken_answers(
    client: Any, server: Server, events: list[dict[str, Any]], reply: bytes, status: int, recorded: str
) -> None:
    server.answers["/"] = reply
    response = client.get("/")
    assert response.status_code == status
    if b"short" in reply:
        assert response.content == b"short"
    assert repr(events[0]["exception"]) == recorded
    assert events[0]["response_length"] == 0
    assert client.get("/x").status_code == 200


@pytest.mark.parametrize(
    ("head", "recorded"),
    [
        (b"", "HTTPConnectionClosed('connection closed.')"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart",
            "ConnectionResetError(104, 'Connection reset by peer')",
        ),
    ],
    ids=["before the answer", "in the body"],
)
def test_a_connection_that_is_reset(
    client: Any, events: list[dict[str, Any]], head: bytes, recorded: str
) -> None:
    def serve(connection: Any, _: Any) -> None:
        connection.recv(1000)
        connection.sendall(head)
        gevent.sleep(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    resetting = StreamServer(("127.0.0.1", 0), serve)
    resetting.start()
    response = client.get(f"http://127.0.0.1:{resetting.server_port}/")
    resetting.stop(timeout=0)
    assert repr(events[0]["exception"]) == recorded
    assert response.content == (b"part" if head else None)


def test_a_server_that_falls_silent_in_the_body(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    server.answers["/"] = answer("200 OK", b"part", "Content-Length: 9", length=False)
    response = make_user(server, hook, network_timeout=0.2, max_retries=2).client.get("/")
    assert (response.status_code, response.content) == (200, b"part")
    assert repr(events[0]["exception"]) == "TimeoutError('timed out')"
    assert len(server.sent) == 1


def test_a_name_that_does_not_resolve(client: Any, events: list[dict[str, Any]]) -> None:
    client.get("http://no-such-host.invalid/x")
    assert isinstance(events[0]["exception"], socket.gaierror)


@pytest.mark.parametrize("retries", [0, 2])
def test_a_server_that_is_silent_for_too_long(
    server: Server, hook: EventHook, events: list[dict[str, Any]], retries: int
) -> None:
    server.answers["/"] = lambda sent: gevent.sleep(5) or answer()
    make_user(server, hook, network_timeout=0.1, max_retries=retries).client.get("/")
    wanted = f"RetriesExceeded('{server.url}/', {retries}, original=timed out)"
    assert repr(events[0]["exception"]) == wanted
    assert isinstance(events[0]["exception"].original, TimeoutError)
    assert len(server.sent) == retries + 1
    assert events[0]["response_time"] > 90 * (retries + 1)


def test_cookies_are_kept(client: Any, server: Server) -> None:
    server.answers["/login"] = answer("200 OK", "", "Set-Cookie: a=1; Path=/")
    client.get("/login")
    client.get("/x")
    assert server.last["Cookie"] == "a=1"
    assert [(cookie.name, cookie.value) for cookie in client.cookiejar] == [("a", "1")]
    client.get("/x", headers={"Cookie": "b=2"})
    assert server.last["Cookie"] == "b=2"
    client.cookiejar.clear()
    client.get("/x")
    assert server.last["Cookie"] is None
    server.answers["/go"] = redirect("/x", "302 Found", "Set-Cookie: c=3")
    client.get("/go")
    assert server.last["Cookie"] == "c=3"


def test_closing_the_connections(client: Any, server: Server) -> None:
    client.get("/x")
    client.get("/x")
    assert server.connections == 1
    client.client.clientpool.close()
    client.get("/x")
    assert server.connections == 2


def test_users_have_connections_of_their_own(server: Server, hook: EventHook) -> None:
    for user in [make_user(server, hook) for _ in range(3)]:
        user.client.get("/")
    assert server.connections == 3


def test_headers_of_the_user(server: Server, hook: EventHook) -> None:
    make_user(server, hook, default_headers={"X-D": "1"}).client.get("/", headers={"x-d": "2"})
    assert unusual_headers(server.last) == {"x-d": "2"}
    make_user(server, hook, default_headers={"User-Agent": "me"}).client.get("/")
    assert server.last["User-Agent"] == "me"


def test_credentials_in_the_host(server: Server, hook: EventHook) -> None:
    client = make_user(server, hook, host=f"http://me:pw@{server.netloc}/base").client
    assert (client.base_url, client.auth_header) == (f"{server.url}/base", "Basic bWU6cHc=")
    client.get("/x")
    assert (server.last.target, server.last["Authorization"]) == ("/base/x", "Basic bWU6cHc=")
    client.get("/x", auth=("q", "r"))
    assert server.last["Authorization"] == "Basic cTpy"


def test_a_user_without_a_host_stops_the_test(server: Server, hook: EventHook) -> None:
    with pytest.raises(StopTest):
        make_user(server, hook, host=None)


def test_the_settings_of_the_class() -> None:
    names = (
        "network_timeout connection_timeout max_redirects max_retries insecure default_headers concurrency"
    )
    assert [getattr(FastHttpUser, name) for name in names.split()] == [60.0, 60.0, 30, 0, True, None, 10]
    assert (FastHttpUser.proxy_host, FastHttpUser.proxy_port, FastHttpUser.client_pool) == (None, None, None)
    assert FastHttpUser.ssl_context_factory is None
    assert FastHttpUser.abstract
    assert locust.FastHttpUser is FastHttpUser


def test_a_session_without_a_user(server: Server, hook: EventHook, events: list[dict[str, Any]]) -> None:
    session = FastHttpSession(base_url=server.url, request_event=hook, user=None)
    assert session.get("/x").status_code == 200
    assert events[0]["context"] == {}
    assert (session.client.max_redirects, session.client.max_retries) == (3, 3)
    other = FastHttpSession(server.url, hook, None, network_timeout=3, connection_timeout=2, max_redirects=1)
    assert other.get("/x").status_code == 200
    assert other.client.max_redirects == 1


def test_the_agent_raises_what_goes_wrong(client: Any, server: Server) -> None:
    server.answers["/404"] = answer("404 X")
    assert client.client.urlopen(f"{server.url}/x").status_code == 200
    with pytest.raises(fasthttp.LocustBadStatusCode):
        client.client.urlopen(f"{server.url}/404")


def test_verdicts(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/404"] = answer("404 X")
    with client.get("/404", catch_response=True) as response:
        assert isinstance(response, fasthttp.ResponseContextManager)
        assert isinstance(response.request_meta["exception"], fasthttp.LocustBadStatusCode)
        assert events == []
    with client.get("/404", catch_response=True) as response:
        response.success()
    response.raise_for_status()
    with client.get("/x", catch_response=True) as response:
        response.success()
        response.failure("no")
    with pytest.raises(CatchResponseError):
        response.raise_for_status()
    with client.get("/x", catch_response=True) as response:
        response.failure(ValueError("v"))
    with client.get("/x", catch_response=True):
        raise ResponseError("bad")
    assert [repr(event["exception"]) for event in events] == [
        "LocustBadStatusCode(code=404)",
        "None",
        "CatchResponseError('no')",
        "ValueError('v')",
        "ResponseError('bad')",
    ]


@pytest.mark.parametrize("error", [ValueError, AssertionError, InterruptTaskSet, CatchResponseError])
def test_another_exception_in_the_block_leaves_nothing_recorded(
    client: Any, events: list[dict[str, Any]], error: type[Exception]
) -> None:
    with pytest.raises(error), client.get("/x", catch_response=True):
        raise error
    assert events == []


def test_the_block_changes_what_is_recorded(client: Any, events: list[dict[str, Any]]) -> None:
    with client.get("/x/17", catch_response=True) as response:
        response.request_meta["name"] = "/x/[id]"
        response.request_meta["response_time"] = 5
    assert (events[0]["name"], events[0]["response_time"]) == ("/x/[id]", 5)


def test_a_verdict_needs_catch_response_and_a_block(client: Any, events: list[dict[str, Any]]) -> None:
    with client.get("/x") as response, pytest.raises(LocustError, match="catch_response=True"):
        response.failure("no")
    with pytest.raises(LocustError, match="catch_response=True"):
        response.success()
    with pytest.raises(LocustError, match="with-block"):
        client.get("/y", catch_response=True).success()
    assert [event["name"] for event in events] == ["/x"]


def test_a_streamed_body(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/s"] = answer("200 OK", "one\ntwo\nthree")
    assert client.get("/s", stream=True).content == b"one\ntwo\nthree"
    assert events[0]["response_length"] == 13
    assert list(client.get("/s", stream=True).iter_content(4)) == ["one\n", "two\n", "thre", "e"]
    assert list(client.iter_lines("/s")) == ["one", "two", "three"]
    assert [event["name"] for event in events] == ["/s"] * 3


def test_lines_are_read_while_they_arrive(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    written: list[str] = []

    def serve(connection: Any, _: Any) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for line in ("one", "two", "three"):
            written.append(line)
            connection.sendall(b"%x\r\n%s\n\r\n" % (len(line) + 1, line.encode()))
            gevent.sleep(0.05)
        connection.sendall(b"0\r\n\r\n")
        connection.close()

    streaming = StreamServer(("127.0.0.1", 0), serve)
    streaming.start()
    lines: Iterator[str] = client.iter_lines(f"http://127.0.0.1:{streaming.server_port}/s", name="lines")
    if hasattr(fasthttp, "ClientPool"):  # geventhttpclient waits for whole pieces of 1024 bytes
        assert next(lines) == "one"
        assert written == ["one"]
        assert list(lines) == ["two", "three"]
    else:
        assert list(lines) == ["one", "two", "three"]
    assert [(event["name"], event["exception"]) for event in events] == [("lines", None)]
    streaming.stop(timeout=0)


def test_lines_that_are_not_read_to_their_end_are_recorded(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/s"] = answer("200 OK", "one\ntwo\n")
    lines = client.iter_lines("/s")
    assert events == []
    assert next(lines) == "one"
    lines.close()
    assert [event["name"] for event in events] == ["/s"]


def test_reading_the_lines_of_a_failure_raises_it(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/404"] = answer("404 Not Found", "missing\n")
    with pytest.raises(fasthttp.LocustBadStatusCode):
        list(client.iter_lines("/404"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            list(client.iter_lines(f"http://127.0.0.1:{taken.getsockname()[1]}/x"))
    assert [type(event["exception"]) for event in events] == [
        fasthttp.LocustBadStatusCode,
        ConnectionRefusedError,
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_request_streams_nothing(client: Any, events: list[dict[str, Any]], stream: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        assert client.get(url, stream=stream).status_code == 0
    assert isinstance(events[0]["exception"], ConnectionRefusedError)


SERVICE = {
    "/ok": answer("200 OK", '{"a": "ü"}'),
    "/html": answer("200 OK", "<html>"),
    "/empty": answer("200 OK", ""),
    "/404": answer("404 Not Found", "missing"),
    "/500": answer("500 Oops", '{"e": 1}'),
    "/204": answer("204 No Content", "", length=False),
    "/closed": b"",
}


@pytest.mark.parametrize(
    ("path", "js", "recorded"),
    [
        ("/ok", {"a": "ü"}, "None"),
        (
            "/html",
            None,
            "CatchResponseError('Could not parse response as JSON. <html>, response code 200, "
            "error Expecting value: line 1 column 1 (char 0)')",
        ),
        ("/empty", None, "None"),
        ("/204", None, "None"),
        (
            "/404",
            None,
            "CatchResponseError('Could not parse response as JSON. missing, response code 404, "
            "error Expecting value: line 1 column 1 (char 0)')",
        ),
        ("/500", {"e": 1}, "LocustBadStatusCode(code=500)"),
        ("/closed", None, "CatchResponseError('connection closed.')"),
    ],
)
def test_rest(
    user: Any, server: Server, events: list[dict[str, Any]], path: str, js: Any, recorded: str
) -> None:
    server.answers.update(SERVICE)
    with user.rest("GET", path) as response:
        assert response.js == js
    assert unusual_headers(server.last) == {"content-type": "application/json", "accept": "application/json"}
    assert [(event["name"], repr(event["exception"])) for event in events] == [(path, recorded)]


def fail_to_find(response: Any) -> None:
    response.js["nope"]


def assert_plainly(response: Any) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("check", "recorded"),
    [
        (lambda response: (_ for _ in ()).throw(AssertionError("not zz")), r"not zz"),
        (assert_plainly, r"Assertion failed"),
        (lambda response: (_ for _ in ()).throw(AssertionError("a comma,")), r'a comma, response was {"a": "ü"}'),
        (fail_to_find, r"KeyError: 'nope' at .*test_fasthttp.py:\d+ in fail_to_find. Response was {\"a\": \"ü\"}"),
        (lambda response: response.failure("own"), r"own"),
    ],
)  # fmt: skip
def test_rest_turns_every_exception_into_a_failure(
    user: Any, server: Server, events: list[dict[str, Any]], check: Callable[[Any], Any], recorded: str
) -> None:
    server.answers.update(SERVICE)
    with user.rest("GET", "/ok") as response:
        check(response)
    (event,) = events
    assert isinstance(event["exception"], CatchResponseError)
    assert re.fullmatch(recorded, str(event["exception"]))


def test_rest_sends_what_a_request_sends(user: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers.update(SERVICE)
    with user.rest("POST", "/ok", json={"a": 1}, headers={"accept": "a/b"}, name="named"):
        pass
    assert (server.last.method, server.last.body, server.last["Accept"]) == ("POST", b'{"a": 1}', "a/b")
    assert events[0]["name"] == "named"


def test_rest_evades_caches(user: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers.update(SERVICE)
    for path, keywords in (("/ok", {}), ("/ok?y=1", {}), ("/ok", {"name": "named"})):
        with user.rest_("GET", path, **keywords):
            pass
    assert [event["name"] for event in events] == ["/ok?_=...", "/ok?y=1&_=...", "named"]
    assert server.sent[0].target.startswith("/ok?_=1")
    assert server.sent[1].target.startswith("/ok?y=1&_=1")


def test_a_killed_user_leaves_nothing_recorded(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/slow"] = lambda sent: gevent.sleep(5) or answer()
    user = gevent.spawn(client.get, "/slow")
    gevent.sleep(0.1)
    user.kill()
    assert events == []
    assert client.get("/").status_code == 200


def test_a_proxy_is_asked(server: Server, hook: EventHook) -> None:
    proxied = make_user(
        server, hook, host="http://example.invalid", proxy_host="127.0.0.1", proxy_port=server.port
    )
    assert proxied.client.get("/x").status_code == 200
    assert server.last.target.replace(":80", "") == "http://example.invalid/x"
    assert server.last["Host"] == "example.invalid"
