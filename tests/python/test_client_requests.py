"""What a session sends, as the server gets it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from client_harness import (
    Server,
    client,
    events,
    hook,
    server,
)
from requests.auth import AuthBase, HTTPBasicAuth
from requests.structures import CaseInsensitiveDict

__all__ = ["client", "events", "hook", "server"]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Shape:
    """A way to call the client, and what goes over the wire then."""

    what: str
    call: Callable[[Any], Any]
    line: str
    body: bytes = b""
    headers: dict[str, str | None] = field(default_factory=dict)
    """Beside those of a plain GET, and Content-Length, which follows from the body."""


class Badge(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Badge"] = f"{request.method} {request.path_url}"
        return request


def in_chunks() -> Iterator[bytes]:
    yield b"one"
    yield b"two"


def with_session(change: Callable[[Any], Any], path: str = "/") -> Callable[[Any], Any]:
    def call(client: Any) -> None:
        change(client)
        client.get(path)

    return call


SHAPES = [
    Shape("a plain path", lambda c: c.get("/path"), "GET /path"),
    Shape("a query in the URL", lambda c: c.get("/p?a=1&b=2"), "GET /p?a=1&b=2"),
    Shape("the empty URL", lambda c: c.get(""), "GET /"),
    Shape("only a query", lambda c: c.get("?a=1"), "GET /?a=1"),
    Shape("a second slash", lambda c: c.get("//path"), "GET //path"),
    Shape("blanks", lambda c: c.get("/a b?c=d e"), "GET /a%20b?c=d%20e"),
    Shape("letters beyond ASCII", lambda c: c.get("/å/日本?q=ü"), "GET /%C3%A5/%E6%97%A5%E6%9C%AC?q=%C3%BC"),
    Shape("percent escapes", lambda c: c.get("/a%20b%2Fc%c3%a5?d=%26"), "GET /a%20b%2Fc%C3%A5?d=%26"),
    Shape("needless escapes", lambda c: c.get("/%41%7e?q=%41"), "GET /A~?q=A"),
    Shape("a percent sign alone", lambda c: c.get("/100%?q=5%"), "GET /100%25?q=5%25"),
    Shape("a percent sign and an escape", lambda c: c.get("/100%/a%20b"), "GET /100%25/a%2520b"),
    Shape("dot segments", lambda c: c.get("/a/./b/../c"), "GET /a/c"),
    Shape("dot segments at the end", lambda c: c.get("/a/b/.."), "GET /a/"),
    Shape("dots that are no segments", lambda c: c.get("/.a/..b/c..?d=/../e"), "GET /.a/..b/c..?d=/../e"),
    Shape(
        "reserved characters",
        lambda c: c.get("/a;b=c@d:e!$'()*+,[x]?f[]=1&g={h}|i"),
        "GET /a;b=c@d:e!$'()*+,%5Bx%5D?f%5B%5D=1&g=%7Bh%7D%7Ci",
    ),
    Shape("characters that need escapes", lambda c: c.get('/"<>\\^`{|}'), "GET /%22%3C%3E%5C%5E%60%7B%7C%7D"),
    Shape("a fragment", lambda c: c.get("/path?a=1#part"), "GET /path?a=1"),
    Shape("half a character", lambda c: c.get("/\ud800"), "GET /%ED%A0%80"),
    Shape("HEAD with a body", lambda c: c.head("/", data="text"), "HEAD /", b"text"),
    Shape(
        "chunks that are announced and do not come",
        lambda c: c.get("/", headers={"Transfer-Encoding": "chunked"}),
        "GET /",
        headers={"Transfer-Encoding": "chunked"},
    ),
    Shape("parameters after a bare mark", lambda c: c.get("/p?", params={"a": 1}), "GET /p?a=1"),
    Shape("a fragment and params", lambda c: c.get("/path#part", params={"a": 1}), "GET /path?a=1"),
    Shape("a question mark alone", lambda c: c.get("/path?"), "GET /path"),
    Shape(
        "params",
        lambda c: c.get("/p", params={"a": 1, "b": "x y", "c": "ü&="}),
        "GET /p?a=1&b=x+y&c=%C3%BC%26%3D",
    ),
    Shape("params after a query", lambda c: c.get("/p?z=1", params={"a": 1}), "GET /p?z=1&a=1"),
    Shape(
        "params with lists and None",
        lambda c: c.get("/p", params={"a": [1, 2], "b": None, "c": True}),
        "GET /p?a=1&a=2&c=True",
    ),
    Shape(
        "params as pairs",
        lambda c: c.get("/p", params=[("b", "2"), ("a", "1"), ("b", "3")]),
        "GET /p?b=2&a=1&b=3",
    ),
    Shape("params as text", lambda c: c.get("/p", params="raw=a b"), "GET /p?raw=a%20b"),
    Shape("params as bytes", lambda c: c.get("/p", params=b"raw=1"), "GET /p?raw=1"),
    Shape("empty params", lambda c: c.get("/p", params={}), "GET /p"),
    Shape(
        "params of the session",
        lambda c: (c.params.update(key="1"), c.get("/p", params={"a": 2})),
        "GET /p?key=1&a=2",
    ),
    Shape("a URL as bytes", lambda c: c.get(c.base_url + "/path", params={b"a": b"1"}), "GET /path?a=1"),
    Shape("an upper-case scheme", lambda c: c.get("HTTP" + c.base_url[4:] + "/path"), "GET /path"),
    Shape("a head", lambda c: c.head("/path"), "HEAD /path"),
    Shape("options", lambda c: c.options("/path"), "OPTIONS /path", headers={"Content-Length": "0"}),
    Shape("a delete", lambda c: c.delete("/path"), "DELETE /path", headers={"Content-Length": "0"}),
    Shape("a delete with a body", lambda c: c.delete("/path", json=[1]), "DELETE /path", b"[1]", JSON),
    Shape("a lower-case method", lambda c: c.request("get", "/path"), "GET /path"),
    Shape(
        "a method of one's own",
        lambda c: c.request("PURGE", "/path"),
        "PURGE /path",
        headers={"Content-Length": "0"},
    ),
    Shape("an empty post", lambda c: c.post("/"), "POST /", headers={"Content-Length": "0"}),
    Shape("an empty form", lambda c: c.post("/", data={}), "POST /", headers={"Content-Length": "0"}),
    Shape(
        "a form",
        lambda c: c.post("/", {"a": "x y", "b": "ü", "c": [1, 2]}),
        "POST /",
        b"a=x+y&b=%C3%BC&c=1&c=2",
        FORM,
    ),
    Shape("a form of pairs", lambda c: c.post("/", [("a", "1"), ("a", "2")]), "POST /", b"a=1&a=2", FORM),
    Shape("a form with None", lambda c: c.post("/", {"a": None, "b": 1}), "POST /", b"b=1", FORM),
    Shape("text", lambda c: c.post("/", "grüße"), "POST /", "grüße".encode()),
    Shape("text like a form", lambda c: c.post("/", data="a=1"), "POST /", b"a=1"),
    Shape("bytes", lambda c: c.put("/", b"\x00\xff"), "PUT /", b"\x00\xff"),
    Shape("a bytearray", lambda c: c.put("/", bytearray(b"abc")), "PUT /", b"abc"),
    Shape(
        "JSON",
        lambda c: c.post("/", json={"a": [1, None, "ü"]}),
        "POST /",
        b'{"a": [1, null, "\\u00fc"]}',
        JSON,
    ),
    Shape("empty JSON", lambda c: c.post("/", json={}), "POST /", b"{}", JSON),
    Shape("JSON of a false value", lambda c: c.patch("/", json=0), "PATCH /", b"0", JSON),
    Shape("JSON beside data", lambda c: c.post("/", data="x", json={"a": 1}), "POST /", b"x"),
    Shape(
        "JSON beside an empty form",
        lambda c: c.post("/", data={}, json={"a": 1}),
        "POST /",
        b'{"a": 1}',
        JSON,
    ),
    Shape("JSON in a get", lambda c: c.get("/", json={"a": 1}), "GET /", b'{"a": 1}', JSON),
    Shape("data in a get", lambda c: c.get("/", data={"a": 1}), "GET /", b"a=1", FORM),
    Shape(
        "JSON with a content type",
        lambda c: c.post("/", json=1, headers={"content-type": "a/b"}),
        "POST /",
        b"1",
        {"content-type": "a/b"},
    ),
    Shape(
        "a form with a content type",
        lambda c: c.post("/", {"a": 1}, headers={"Content-Type": "a/b"}),
        "POST /",
        b"a=1",
        {"Content-Type": "a/b"},
    ),
    Shape(
        "a content length of one's own",
        lambda c: c.post("/", b"abc", headers={"Content-Length": "3"}),
        "POST /",
        b"abc",
    ),
    Shape("a file", lambda c: c.post("/", io.BytesIO(b"content")), "POST /", b"content"),
    Shape(
        "a generator",
        lambda c: c.post("/", in_chunks()),
        "POST /",
        b"onetwo",
        {"Transfer-Encoding": "chunked"},
    ),
    Shape("a header", lambda c: c.get("/", headers={"X-A": "b"}), "GET /", headers={"X-A": "b"}),
    Shape("an empty header", lambda c: c.get("/", headers={"X-A": ""}), "GET /", headers={"X-A": ""}),
    Shape("a header as bytes", lambda c: c.get("/", headers={"X-A": b"b"}), "GET /", headers={"X-A": "b"}),
    Shape(
        "a header with Latin letters",
        lambda c: c.get("/", headers={"X-A": "\xe5"}),
        "GET /",
        headers={"X-A": "\xe5"},
    ),
    Shape(
        "a header in another case",
        lambda c: c.get("/", headers={"user-agent": "me"}),
        "GET /",
        headers={"User-Agent": None, "user-agent": "me"},
    ),
    Shape(
        "headers that are None",
        lambda c: c.get("/", headers={"Accept": None, "X-B": None}),
        "GET /",
        headers={"Accept": None},
    ),
    Shape(
        "no user agent",
        lambda c: c.get("/", headers={"User-Agent": None}),
        "GET /",
        headers={"User-Agent": None},
    ),
    Shape(
        "no encoding accepted",
        lambda c: c.get("/", headers={"Accept-Encoding": None}),
        "GET /",
        headers={"Accept-Encoding": "identity"},
    ),
    Shape(
        "another encoding",
        lambda c: c.get("/", headers={"Accept-Encoding": "identity"}),
        "GET /",
        headers={"Accept-Encoding": "identity"},
    ),
    Shape("a host header", lambda c: c.get("/", headers={"Host": "example.org"}), "GET /"),
    Shape(
        "a case-insensitive dict",
        lambda c: c.get("/", headers=CaseInsensitiveDict({"X-A": "b"})),
        "GET /",
        headers={"X-A": "b"},
    ),
    Shape(
        "close",
        lambda c: c.get("/", headers={"Connection": "close"}),
        "GET /",
        headers={"Connection": "close"},
    ),
    Shape(
        "expect",
        lambda c: c.post("/", b"x" * 2000, headers={"X-A": "b"}),
        "POST /",
        b"x" * 2000,
        {"X-A": "b"},
    ),
    Shape(
        "cookies",
        lambda c: c.get("/", cookies={"a": "1", "b": "x y"}),
        "GET /",
        headers={"Cookie": "a=1; b=x y"},
    ),
    Shape(
        "a cookie header", lambda c: c.get("/", headers={"Cookie": "a=1"}), "GET /", headers={"Cookie": "a=1"}
    ),
    Shape(
        "credentials",
        lambda c: c.get("/", auth=("me", "pässword")),
        "GET /",
        headers={"Authorization": "Basic bWU6cORzc3dvcmQ="},
    ),
    Shape(
        "credentials as a list",
        lambda c: c.get("/", auth=HTTPBasicAuth("me", "pw")),
        "GET /",
        headers={"Authorization": "Basic bWU6cHc="},
    ),
    Shape(
        "credentials of one's own",
        lambda c: c.get("/x?y=1", auth=Badge()),
        "GET /x?y=1",
        headers={"X-Badge": "GET /x?y=1"},
    ),
    Shape(
        "credentials beside a header",
        lambda c: c.get("/", auth=("me", "pw"), headers={"Authorization": "Bearer x"}),
        "GET /",
        headers={"Authorization": "Basic bWU6cHc="},
    ),
    Shape(
        "credentials in the URL",
        lambda c: c.get(c.base_url.replace("//", "//me:p%40w@") + "/"),
        "GET /",
        headers={"Authorization": "Basic bWU6cEB3"},
    ),
    Shape(
        "a function as credentials",
        lambda c: c.get("/", auth=lambda r: r.headers.update({"X-A": "b"}) or r),
        "GET /",
        headers={"X-A": "b"},
    ),
    Shape(
        "session credentials",
        with_session(lambda c: setattr(c, "auth", ("me", "pw"))),
        "GET /",
        headers={"Authorization": "Basic bWU6cHc="},
    ),
    Shape(
        "session headers",
        with_session(lambda c: c.headers.update({"X-A": "b", "accept": "a/b"})),
        "GET /",
        headers={"X-A": "b", "Accept": None, "accept": "a/b"},
    ),
    Shape(
        "an item of the session's headers",
        with_session(lambda c: c.headers.__setitem__("X-A", "b")),
        "GET /",
        headers={"X-A": "b"},
    ),
    Shape(
        "a header taken away",
        with_session(lambda c: c.headers.pop("Accept")),
        "GET /",
        headers={"Accept": None},
    ),
    Shape(
        "a header of None on the session",
        with_session(lambda c: c.headers.update({"Accept": None})),
        "GET /",
        headers={"Accept": None},
    ),
    Shape(
        "other headers",
        with_session(lambda c: setattr(c, "headers", {"X-A": "b"})),
        "GET /",
        headers={
            "X-A": "b",
            "Accept": None,
            "Connection": None,
            "Accept-Encoding": "identity",
            "User-Agent": None,
        },
    ),
    Shape(
        "a session cookie",
        with_session(lambda c: c.cookies.set("a", "1")),
        "GET /",
        headers={"Cookie": "a=1"},
    ),
    Shape(
        "a prepared request",
        lambda c: (
            c.get("/"),
            c.send(c.prepare_request(requests.Request("POST", c.base_url + "/p", json=[1]))),
        ),
        "POST /p",
        b"[1]",
        JSON,
    ),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_what_is_sent(shape: Shape, client: Any, server: Server) -> None:
    shape.call(client)
    assert f"{server.last.method} {server.last.target}" == shape.line
    assert server.last.body == shape.body
    headers = dict(shape.headers)
    if shape.body and "Transfer-Encoding" not in headers:
        headers["Content-Length"] = str(len(shape.body))
    sent = server.last.unusual_headers()
    if (sent.get("User-Agent") or "").startswith("python-urllib3"):
        sent["User-Agent"] = None  # urllib3 brings its own where there is none
    assert sent == headers
