"""The bytes that both kinds of client send for every shape of a request, as JSON."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from locust import FastHttpUser, HttpUser, events
from locust.env import Environment

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import gevent
import requests
from gevent import pool
from recording import Recorder, described, sized, without_ports
from requests.auth import HTTPDigestAuth, HTTPProxyAuth
from test_client_requests import SHAPES

DEADLINE_S = 6

Call = Callable[[Any], Any]

CHALLENGE = 'WWW-Authenticate: Digest realm="r", nonce="abc", qop="auth", opaque="o", algorithm=MD5'


def in_pieces() -> Iterator[bytes]:
    yield b"one"
    yield b""
    yield b"two and three"


def named(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def session(change: Call, then: Call = lambda c: c.get("/")) -> Call:
    return lambda client: (change(client), then(client))


def half_read(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.read(3)
    return file


def trusting(client: Any) -> None:
    client.trust_env = True
    client.get("/")


HTTP: dict[str, Call] = {
    **{shape.what: shape.call for shape in SHAPES},
    # URLs
    "an escaped slash and a plus": lambda c: c.get("/a%2fb+c?d=e+f%2B"),
    "an empty value and no value": lambda c: c.get("/?a=&b&=c&&"),
    "a tilde and a star": lambda c: c.get("/~a*b"),
    "params with escapes": lambda c: c.get("/", params={"a b": "c&d=e", "f": "/?:@+~*"}),
    "params of bytes and numbers": lambda c: c.get("/", params={"a": b"\xff", "b": 1.5, "c": False}),
    "params as a tuple of pairs": lambda c: c.get("/", params=(("a", "1"), ("a", ""))),
    "params with a fragment in a value": lambda c: c.get("/", params={"a": "#b"}),
    "params of text with blanks and umlauts": lambda c: c.get("/", params="ä=ö ü"),
    "params that are all None": lambda c: c.get("/", params={"a": None}),
    "an empty list in params": lambda c: c.get("/", params={"a": [], "b": 1}),
    "a backslash": lambda c: c.get("/a\\b"),
    "control characters": lambda c: c.get("/a\tb\x7f"),
    "an emoji": lambda c: c.get("/\U0001f600?q=\U0001f600"),
    "several slashes": lambda c: c.get("/a//b///c"),
    "a colon in the first segment": lambda c: c.get("/a:b"),
    "two question marks": lambda c: c.get("/a?b?c"),
    "leading blanks": lambda c: c.get("  " + c.base_url + "/path"),
    "a port of its own": lambda c: c.get(c.base_url + "?x=1"),
    "upper-case host": lambda c: c.get(c.base_url.replace("127.0.0.1", "LOCALHOST") + "/"),
    # methods
    "PUT of text": lambda c: c.put("/", "text"),
    "PATCH of a form": lambda c: c.patch("/", {"a": "b"}),
    "DELETE of text": lambda c: c.delete("/", data="text"),
    "OPTIONS with a body": lambda c: c.options("/", data="text"),
    "a method with a dash": lambda c: c.request("M-SEARCH", "/"),
    "a method with a body": lambda c: c.request("REPORT", "/", data=b"x"),
    "TRACE": lambda c: c.request("TRACE", "/"),
    # bodies
    "a form with empty values": lambda c: c.post("/", {"a": "", "b": [], "": "c"}),
    "a form with bytes": lambda c: c.post("/", {"a": b"\xff\x00", b"b": "c"}),
    "a form with an emoji": lambda c: c.post("/", {"\U0001f600": "\U0001f600"}),
    "a form with line ends": lambda c: c.post("/", {"a": "b\r\nc"}),
    "JSON text that is not ASCII": lambda c: c.post("/", json={"ü": "\U0001f600", "n": 1e100}),
    "JSON of None": lambda c: c.post("/", json=None),
    "JSON of an empty list": lambda c: c.post("/", json=[]),
    "text with a charset": lambda c: c.post("/", "ü", headers={"Content-Type": "text/plain; charset=utf-8"}),
    "an empty text": lambda c: c.post("/", ""),
    "a memoryview": lambda c: c.post("/", memoryview(b"abc")),
    "a file that is half read": lambda c: c.post("/", half_read(b"abcdef")),
    "a text file": lambda c: c.post("/", io.StringIO("abc")),
    "a generator of pieces": lambda c: c.post("/", in_pieces()),
    "Expect": lambda c: c.post("/", b"x", headers={"Expect": ""}),
    "a large body": lambda c: c.post("/", b"x" * 100_000),
    # multipart
    "a file of bytes": lambda c: c.post("/", files={"f": b"content"}),
    "a file of text": lambda c: c.post("/", files={"f": "cöntent"}),
    "a file with a name": lambda c: c.post("/", files={"f": ("a.txt", b"content")}),
    "a file with a type": lambda c: c.post("/", files={"f": ("a.txt", b"content", "text/x")}),
    "a file with headers": lambda c: c.post("/", files={"f": ("a", b"content", "a/b", {"X-A": "b"})}),
    "a file with a strange name": lambda c: c.post("/", files={"f": ('ü "q".txt', b"content")}),
    "an open file": lambda c: c.post("/", files={"f": named("dir/open.bin", b"\x00\xff")}),
    "files and fields": lambda c: c.post("/", {"a": ["1", "2"], "b": "ü"}, files={"f": ("n", b"x")}),
    "several files": lambda c: c.post("/", files=[("f", ("a", b"1")), ("f", ("b", b"2"))]),
    "a part without a file name": lambda c: c.post("/", files={"f": (None, "value")}),
    "an empty file": lambda c: c.post("/", files={"f": ("e", b"")}),
    # headers
    "two cases of a name": lambda c: c.get("/", headers={"X-a": "1", "x-A": "2"}),
    "a header with blanks within": lambda c: c.get("/", headers={"X-A": "a  b\tc"}),
    "a header with a blank at its end": lambda c: c.get("/", headers={"X-A": "a "}),
    "Accept-Encoding of one's own": lambda c: c.get("/", headers={"accept-encoding": "br"}),
    "an empty user agent": lambda c: c.get("/", headers={"User-Agent": ""}),
    "Content-Type without a body": lambda c: c.get("/", headers={"Content-Type": "a/b"}),
    "Content-Length of nothing": lambda c: c.get("/", headers={"Content-Length": "0"}),
    "Range and If-None-Match": lambda c: c.get("/", headers={"Range": "bytes=0-1", "If-None-Match": '"x"'}),
    "Connection of upgrade": lambda c: c.get("/", headers={"Connection": "Upgrade", "Upgrade": "x"}),
    "a long header": lambda c: c.get("/", headers={"X-Long": "v" * 8000}),
    "many headers": lambda c: c.get("/", headers={f"X-{n}": str(n) for n in range(120)}),
    # credentials
    "an empty password": lambda c: c.get("/", auth=("me", "")),
    "a colon in the name": lambda c: c.get("/", auth=("m:e", "p")),
    "bytes as credentials": lambda c: c.get("/", auth=(b"me", b"p\xff")),
    "credentials of the session are not wanted": session(
        lambda c: setattr(c, "auth", ("me", "p")), lambda c: c.get("/", auth=False)
    ),
    "digest": lambda c: c.get("/digest?a=1", auth=HTTPDigestAuth("me", "pw")),
    "digest of a post": lambda c: c.post("/digest", {"a": "b"}, auth=HTTPDigestAuth("me", "pw")),
    "digest twice": lambda c: [c.get("/digest", auth=auth) for auth in [HTTPDigestAuth("me", "pw")] * 2],
    "credentials for a proxy": lambda c: c.get("/", auth=HTTPProxyAuth("me", "pw")),
    "netrc": trusting,
    "netrc beside credentials": session(
        lambda c: setattr(c, "trust_env", True), lambda c: c.get("/", auth=("a", "b"))
    ),
    # cookies
    "cookies with odd characters": lambda c: c.get(
        "/", cookies={"a": 'x"y', "b": "1,2", "c": "ü".encode().decode("latin-1")}
    ),
    "a jar": lambda c: c.get("/", cookies=requests.cookies.cookiejar_from_dict({"a": "1"})),
    "an empty jar": lambda c: c.get("/", cookies=CookieJar()),
    "cookies of the session and of the request": session(
        lambda c: c.cookies.update({"a": "1", "b": "2"}), lambda c: c.get("/", cookies={"b": "3"})
    ),
    "cookies that were set": session(lambda c: c.get("/set"), lambda c: c.get("/below/set/x")),
    "cookies of a path": session(lambda c: c.get("/set"), lambda c: c.get("/deep/er")),
    "cookies of another domain": session(lambda c: c.cookies.set("a", "1", domain="example.org")),
    # sessions
    "params of the session that are taken away": session(
        lambda c: c.params.update(a=1, b=2), lambda c: c.get("/?z=0", params={"a": None})
    ),
    "headers of the session that are taken away": session(
        lambda c: c.headers.update({"X-A": "1"}), lambda c: c.get("/", headers={"x-a": None})
    ),
    "a name is not sent": lambda c: c.get("/a", name="b"),
    "stream": lambda c: c.get("/", stream=True).content,
    "HEAD follows no redirect": lambda c: c.head("/to/next"),
    "a redirect": lambda c: c.get("/to/next", headers={"X-A": "b"}, params={"a": 1}),
    "a redirect of a post": lambda c: c.post("/to/next", {"a": "b"}),
    "a redirect that keeps the body": lambda c: c.post("/keep/next", json={"a": "b"}),
    "a redirect of a PUT": lambda c: c.put("/see/next", b"x"),
    "not redirected": lambda c: c.get("/to/next", allow_redirects=False),
}

FAST: dict[str, Call] = {
    "a plain path": lambda c: c.get("/path"),
    "the empty URL": lambda c: c.get(""),
    "a query": lambda c: c.get("/p?a=1&b=2"),
    "params": lambda c: c.get("/p", params={"a": 1, "b": "x y", "c": "ü&="}),
    "params with a list": lambda c: c.get("/p", params={"a": [1, 2]}),
    "params after a query": lambda c: c.get("/p?z=1", params={"a": 1}),
    "unknown keywords": lambda c: c.get("/p", a=1, b="x y"),
    "blanks": lambda c: c.get("/a b?c=d e"),
    "letters beyond ASCII": lambda c: c.get("/å/日本?q=ü"),
    "escapes": lambda c: c.get("/a%20b%2Fc?d=%26"),
    "dot segments": lambda c: c.get("/a/./b/../c"),
    "a fragment": lambda c: c.get("/path?a=1#part"),
    "an absolute URL": lambda c: c.get(c.base_url + "/path"),
    "HEAD": lambda c: c.head("/path"),
    "OPTIONS": lambda c: c.options("/path"),
    "DELETE": lambda c: c.delete("/path"),
    "DELETE with JSON": lambda c: c.delete("/path", json=[1]),
    "a method of one's own": lambda c: c.request("PURGE", "/path"),
    "an empty post": lambda c: c.post("/"),
    "a form": lambda c: c.post("/", {"a": "x y", "b": "ü"}),
    "a form with a list": lambda c: c.post("/", {"a": [1, 2]}),
    "text": lambda c: c.post("/", "grüße"),
    "bytes": lambda c: c.put("/", b"\x00\xff"),
    "JSON": lambda c: c.post("/", json={"a": [1, None, "ü"]}),
    "empty JSON": lambda c: c.post("/", json={}),
    "JSON with a type": lambda c: c.post("/", json=1, headers={"Content-Type": "a/b"}),
    "JSON with an accepted type": lambda c: c.post("/", json=1, headers={"Accept": "a/b"}),
    "JSON beside data": lambda c: c.post("/", data="x", json=1),
    "PATCH": lambda c: c.patch("/", "text"),
    "a file": lambda c: c.post("/", files={"f": ("a.txt", b"content", "text/x")}),
    "a file and fields": lambda c: c.post("/", data={"a": "1"}, files={"f": ("a.txt", b"content")}),
    "a header": lambda c: c.get("/", headers={"X-A": "b"}),
    "an empty header": lambda c: c.get("/", headers={"X-A": ""}),
    "a header in another case": lambda c: c.get("/", headers={"user-agent": "me"}),
    "Accept-Encoding": lambda c: c.get("/", headers={"Accept-Encoding": "identity"}),
    "a Host header": lambda c: c.get("/", headers={"Host": "example.org"}),
    "close": lambda c: c.get("/", headers={"Connection": "close"}),
    "a cookie header": lambda c: c.get("/", headers={"Cookie": "a=1"}),
    "credentials": lambda c: c.get("/", auth=("me", "pässword")),
    "credentials beside a header": lambda c: c.get("/", auth=("me", "pw"), headers={"Authorization": "x"}),
    "cookies that were set": lambda c: (c.get("/set"), c.get("/below/set/x")),
    "a redirect": lambda c: c.get("/to/next", headers={"X-A": "b"}),
    "a redirect with a cookie header": lambda c: c.get("/to/next", headers={"Cookie": "a=1"}),
    "a redirect of a post": lambda c: c.post("/to/next", {"a": "b"}),
    "a redirect that keeps the body": lambda c: c.post("/keep/next", json={"a": "b"}),
    "not redirected": lambda c: c.get("/to/next", allow_redirects=False),
    "a redirect of a compressed post": lambda c: c.post("/see/next", b"x", headers={"Content-Encoding": "gzip"}),
    "stream": lambda c: c.get("/", stream=True).text,
}  # fmt: skip


class Slow(HttpUser):
    host = "http://127.0.0.1"


class Fast(FastHttpUser):
    host = "http://127.0.0.1"


class SlowWithCredentials(Slow):
    credentials = "us%40er:p%2Fw%C3%A4@"


class FastWithCredentials(Fast):
    credentials = "us%40er:p%2Fw%C3%A4@"


class FastWithHeaders(Fast):
    default_headers = {"X-Default": "1", "User-Agent": "mine"}


def main() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".netrc") as netrc:
        netrc.write("machine 127.0.0.1\nlogin netrc-user\npassword netrc-password\n")
        netrc.flush()
        os.environ["NETRC"] = netrc.name
        shapes = [
            *((f"http {what}", Slow, call) for what, call in HTTP.items()),
            *((f"fast {what}", Fast, call) for what, call in FAST.items()),
            ("http credentials in the host", SlowWithCredentials, lambda c: c.get("/")),
            ("fast credentials in the host", FastWithCredentials, lambda c: c.get("/")),
            ("fast default headers", FastWithHeaders, lambda c: c.get("/", headers={"x-default": "2"})),
        ]
        crowd = pool.Pool(len(shapes))
        sent = {name: crowd.spawn(send, user_class, call) for name, user_class, call in shapes}
        crowd.join()
        print(json.dumps({name: greenlet.value for name, greenlet in sent.items()}))


def send(user_class: type, call: Call) -> Any:
    server = Recorder()
    server.answers = {
        "/digest": lambda sent: sized() if b"Authorization: Digest" in sent else sized(b"", CHALLENGE, status="401 No"),
        "/set": sized(b"ok", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Path=/deep", "Set-Cookie: c=3"),
        "/to/next": sized(b"", "Location: /landed?x=1#y", status="302 Found"),
        "/keep/next": sized(b"", "Location: /landed", status="307 Keep"),
        "/see/next": sized(b"", "Location: landed", status="303 See Other"),
    }  # fmt: skip
    url = server.url.replace("//", "//" + getattr(user_class, "credentials", ""))
    environment = Environment(user_classes=[user_class], events=type(events)())
    user_class = type(user_class.__name__, (user_class,), {"host": url})
    client = user_class(environment).client
    if issubclass(user_class, Slow):
        client.trust_env = False
    error = None
    try:
        with gevent.Timeout(DEADLINE_S):
            call(client)
    except gevent.Timeout:
        error = "the server waits for more"
    except Exception as raised:
        error = without_ports(f"{type(raised).__name__}: {raised}", {server.port: "PORT"})
    sent = [[without_ports(line, {server.port: "PORT"}) for line in described(sent)] for sent in server.sent]
    return {"raised": error, "sent": sent}


main()
