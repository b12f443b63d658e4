"""Cookies that the engine reads and sends itself, against `requests` and http.cookiejar."""

from __future__ import annotations

import copy
import io
import pickle
import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.client import parse_headers
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from client_harness import Server, answer, client, events, fast, hook, redirect, server
from requests.cookies import RequestsCookieJar, create_cookie, extract_cookies_to_jar, get_cookie_header

import nest_engine
from locust.clients import HttpSession
from locust.event import EventHook
from locust_nest.http import cookies as library
from locust_nest.http import fast_agent

__all__ = ["client", "events", "fast", "hook", "server"]

NOW = 1_900_000_000.75
HOSTS = (
    "example.com", "www.example.com", "deep.www.example.com", "xexample.com", "other.org", "localhost", "intranet",
    "printer.local", "local", "127.0.0.1", "WWW.example.com",
)  # fmt: skip
PATHS = (
    "/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "//a", "/a/b?x=/y", "/a%20b/c", "/%7e/x", "/a%2fb/c", "/a;p/b", "/a;",
    "/é/x", "/a b/c", "/a//b/", "/~u/!$&'()*+,=:@/z",
)  # fmt: skip
NAMES = ("a", "a", "b", "session", "XSRF-TOKEN", "__Host-x", "A", "a b", "$x", "x[1]", "", "é", "a,b", '"q"')
VALUES = (
    "1", "2", "0123456789abcdef", "a=b==", "a,b", "x y", "", '"quoted"', '"with \\"escapes\\""', '"', '"\\"', '\\"',
    "é", "a\tb", "%20", "{}", None,
)  # fmt: skip
COMMON = (
    "Path=/", "path=/a", "Path=/a/", "Path=/a/b", "HttpOnly", "httponly", "Secure", "secure", "SameSite=Lax",
    "SameSite=None", "Max-Age=3600", "Max-Age=0", "max-age=-1", "Expires=" + formatdate(NOW + 9, usegmt=True),
    "Expires=" + formatdate(NOW - 9, usegmt=True), "expires=Thu, 01-Jan-2099 00:00:00 GMT", "Priority=High",
    "Partitioned", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Domain=example.com", "Domain=.example.com",
    "Domain=www.example.com", "domain=other.org",
)  # fmt: skip
WEIRD = (
    "Path", "Path=", "path=a", "path=/a b", "path=/%7e", "path=/%7E", "path=/é", 'path="/"', "Path=/a%2", "Domain",
    "Domain=", "Domain=.", "Domain=com", "Domain=.com", "Domain=..example.com", "Domain=EXAMPLE.com",
    "Domain=example.com.", "Domain=localhost", "Domain=.local", "Domain=intranet.local", "Domain=127.0.0.1",
    "Domain=0.0.1", "Domain=example.com:80", "Max-Age", "Max-Age=", "Max-Age=soon", "Max-Age= 60 ", "Max-Age=+60",
    "Max-Age=6_0", "Max-Age=60.5", "Max-Age=99999999999", "Max-Age=123456789012345", "Expires", "Expires=",
    "Expires=0", "Expires=-1", "Expires=Thursday, 01-Jan-99 00:00:00 GMT", "Expires=01 Jan 2099 00:00:00 GMT",
    "Expires=Thu, 01 Jan 2099 00:00:00", "Expires=Thu, 01 Jan 2099 00:00:00 CET",
    "Expires=Thu, 01 Jan 2099 00:00:00 +0200", 'expires="Thu, 01 Jan 2099 00:00:00 GMT"',
    "Expires=Thu, 31 Feb 2099 25:61:00 GMT", "Expires=Thu, 31 Feb 2099 24:59:61 GMT",
    "Expires=Thu, 00 Jan 2099 00:00:00 GMT", "Expires=Thu, 01 Jan 1969 00:00:00 GMT",
    "Expires=Thu, 01 Foo 2099 00:00:00 GMT", "Expires=Thu, 01 jan 2099 00:00:00 GMT",
    "Expires=Txx, 01 Jan 2099 00:00:00 GMT", "Expires=Thu, 01-Jan 2099 00:00:00 GMT",
    "Expires=Thu, 01 Jan 99999 00:00:00 GMT", "Expires=Thu, 29 Feb 2096 12:00:00 GMT",
    "Expires=Fri, 31-Dec-9999 23:59:59 GMT", "Version=1", 'version="1"', "Version=0", "Version=2", "Version", "Port",
    'Port="80"', "port=8080,80", "Discard", "Discard=1", "Comment=x", "CommentURL=x", "Secure=1", "Secure=",
    "HttpOnly=1", "=x", "", " ", "é=é", "a=b=c", "SameSite=", "samesite", " Path = /a ",
    "x=1;y=2;z=3;u=4;v=5;w=6;k=7;l=8;m=9",
)  # fmt: skip
HOST_HEADERS = (
    "www.example.com",
    "example.com:8080",
    "Example.com",
    "intranet",
    "a b",
    "[::1]:80",
    "x@y.org",
    "",
)


@pytest.fixture
def at(server: Server) -> Iterator[Callable[[str], str]]:
    """Makes a host's address, which is the server's."""
    named = sorted({host.lower() for host in HOSTS})
    overrides = [(host, server.port, ["127.0.0.1"]) for host in named]
    nest_engine.set_name_settings(time_to_live=60, rotate=False, overrides=overrides)
    yield lambda host: f"http://{host}:{server.port}"
    nest_engine.set_name_settings(time_to_live=60, rotate=False, overrides=[])


@pytest.fixture
def seen(monkeypatch: Any) -> list[str]:
    """What the library itself had to look at."""
    seen: list[str] = []

    def extract(jar: Any, request: Any, raw: Any) -> None:
        seen.append(raw.headers["Set-Cookie"])
        extract_cookies_to_jar(jar, request, raw)

    def header(jar: CookieJar, request: Any) -> str | None:
        seen.append(request.url)
        return get_cookie_header(jar, request)

    for module in (library, fast_agent):
        monkeypatch.setattr(module, "extract_cookies_to_jar", extract)
    monkeypatch.setattr(library, "get_cookie_header", header)
    return seen


def content(jar: CookieJar) -> list[Any]:
    """All there is in a jar, in its order."""
    return [
        (domain, path, name, vars(cookie))
        for domain, paths in jar._cookies.items()  # type: ignore[attr-defined]
        for path, names in paths.items()
        for name, cookie in names.items()
    ]


def raw_of(lines: list[str]) -> Any:
    message = parse_headers(io.BytesIO("".join(f"{line}\r\n" for line in [*lines, ""]).encode()))
    return SimpleNamespace(_original_response=SimpleNamespace(msg=message))


class Both:
    """The same requests by a session of ours and, without being sent, by one of `requests`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ours = HttpSession("", EventHook(), None)
        self.plain = requests.Session()
        self.ours.trust_env = self.plain.trust_env = False

    def get(self, url: str, *lines: str, headers: Any = None, cookies: Any = None) -> None:
        what = f"{url} {headers} {cookies} {lines}"
        request = requests.Request("GET", url, headers=headers, cookies=cookies)
        expected = self.plain.prepare_request(request)
        taken = RequestsCookieJar()
        for jar in (self.plain.cookies, taken):
            extract_cookies_to_jar(jar, expected, raw_of(list(lines)))
        self.server.answers.clear()
        self.server.answers[expected.path_url.partition("?")[0]] = answer("200 OK", b"", *lines)
        response = self.ours.get(url, headers=headers, cookies=cookies)
        assert response.status_code == 200, what
        sent = dict(self.server.last.headers).get("Cookie")
        assert sent == expected.headers.get("Cookie"), what
        assert content(self.ours.cookies) == content(self.plain.cookies), what
        assert content(response.cookies) == content(taken), what


def made_up_line(chosen: random.Random) -> str:
    odd = chosen.random() < 0.4
    name, value = chosen.choice(NAMES[: None if odd else 6]), chosen.choice(VALUES[: None if odd else 6])
    parts = [name if value is None else f"{name}={value}"]
    for _ in range(chosen.randrange(5)):
        parts.append(chosen.choice(WEIRD if odd and chosen.random() < 0.5 else COMMON))
    header = "Set-Cookie2" if chosen.random() < 0.02 else chosen.choice(("Set-Cookie", "set-cookie"))
    return f"{header}: {chosen.choice(('; ', ';', ' ;  ')).join(parts)}"


@pytest.mark.filterwarnings("ignore:http.cookiejar bug!")
@pytest.mark.parametrize("seed", range(6))
def test_made_up_cookies_are_kept_and_sent_as_by_requests(
    server: Server, at: Callable[[str], str], monkeypatch: Any, seed: int
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    chosen = random.Random(seed)
    both = Both(server)
    for number in range(400):
        if number % 12 == 0:
            both = Both(server)
        url = at(chosen.choice(HOSTS)) + chosen.choice(PATHS)
        lines = [made_up_line(chosen) for _ in range(chosen.choice((0, 0, 1, 1, 1, 2, 3)))]
        headers = {"Host": chosen.choice(HOST_HEADERS)} if chosen.random() < 0.1 else None
        own = chosen.choices(NAMES[:5], k=chosen.randrange(1, 4)) if chosen.random() < 0.15 else ()
        both.get(url, *lines, headers=headers, cookies={name: chosen.choice(VALUES) for name in own})


USUAL = (
    ["session=0123456789abcdef; Path=/; HttpOnly"],
    ["a=1"],
    ["a=1; path=/a; Secure; SameSite=Lax; Priority=High", 'XSRF-TOKEN="x=y, z"; Max-Age=3600; Path=/', "c="],
    ["a=1; Domain=example.com; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT; HttpOnly"],
    ["a=1; Domain=.example.com; Expires=Thu, 01-Jan-2099 00:00:00 GMT; Max-Age=60"],
    ["a=; Max-Age=0", "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"],
    ["a=1; Domain=other.org"],
)


@pytest.mark.parametrize("cookies", USUAL)
def test_usual_cookies_need_no_python(
    server: Server, at: Callable[[str], str], seen: list[str], monkeypatch: Any, cookies: list[str]
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    both = Both(server)
    for path in ("/a/b", "/a/", "/a%20b?c=d", "/"):
        both.get(at("www.example.com") + path, *(f"Set-Cookie: {cookie}" for cookie in cookies))
        both.get(
            at("www.example.com") + path, cookies={"b": "2", "once": ""}, headers={"Host": "example.com"}
        )
    assert seen == []


@pytest.mark.parametrize("cookies", USUAL)
def test_usual_cookies_need_no_python_of_the_fast_client(
    fast: Any, server: Server, seen: list[str], monkeypatch: Any, cookies: list[str]
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    server.answers["/a"] = answer("200 OK", b"", *(f"Set-Cookie: {cookie}" for cookie in cookies))
    jar = CookieJar()
    request = urllib.request.Request(f"{server.url}/a")
    for _ in range(2):
        fast.get("/a", headers={"Host": "www.example.com"})
        sent = urllib.request.Request(f"{server.url}/a")
        jar.add_cookie_header(sent)
        assert server.last["Cookie"] == sent.get_header("Cookie")
        response = SimpleNamespace(
            info=lambda: raw_of([f"Set-Cookie: {cookie}" for cookie in cookies])._original_response.msg
        )
        jar.extract_cookies(response, request)  # type: ignore[arg-type]
        assert content(fast.cookiejar) == content(jar)
    assert seen == []


def test_the_fast_client_keeps_and_drops_cookies_as_http_cookiejar_does(fast: Any, server: Server) -> None:
    server.answers["/a"] = answer("200 OK", b"", 'Set-Cookie: a="\\"x\\""', "Set-Cookie: b=1; Max-Age=60")
    fast.get("/a")
    assert type(fast.cookiejar) is CookieJar
    assert [(cookie.name, cookie.value) for cookie in fast.cookiejar] == [("a", '"\\"x\\""'), ("b", "1")]
    for cookie in fast.cookiejar:
        cookie.expires = 1 if cookie.name == "b" else None
    fast.get("/x")
    assert server.last["Cookie"] == 'a="\\"x\\""'
    assert len(fast.cookiejar) == 1  # whoever is asked for cookies drops those that have expired


class OnlyEnglish(DefaultCookiePolicy):
    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        return super().set_ok(cookie, request) and cookie.name == "lang"


def block_all(jar: Any) -> None:
    jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def told_later(jar: Any) -> None:
    jar.get_policy().set_blocked_domains(["127.0.0.1"])


def replaced_in_the_policy(jar: Any) -> None:
    jar.get_policy().set_ok = lambda cookie, request: False


def replaced_in_the_jar(jar: Any) -> None:
    jar.set_cookie = lambda cookie: None


def strict(jar: Any) -> None:
    jar.get_policy().strict_ns_set_initial_dollar = True


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (block_all, {}),
        (told_later, {}),
        (replaced_in_the_policy, {}),
        (replaced_in_the_jar, {}),
        (strict, {"lang": "en"}),
        (lambda jar: jar.set_policy(OnlyEnglish()), {"lang": "en"}),
        (lambda jar: setattr(jar, "made_by", "the model"), {"lang": "en", "$a": "1"}),
    ],
)
@pytest.mark.parametrize("first", [(), ("Set-Cookie: other=1; Version=1; Max-Age=0",)])
def test_policies_and_jars_that_the_model_has_changed_are_asked(
    client: Any, server: Server, change: Callable[[Any], None], kept: dict[str, str], first: tuple[str, ...]
) -> None:
    server.answers["/first"] = answer("200 OK", b"", *first)
    server.answers["/"] = answer("200 OK", b"", "Set-Cookie: lang=en", "Set-Cookie: $a=1")
    client.get("/first")
    change(client.cookies)
    response = client.get("/")
    assert client.cookies.get_dict() == kept
    assert response.cookies.get_dict() == {"lang": "en", "$a": "1"}


def test_the_policy_of_the_fast_client_says_what_is_kept_and_sent(fast: Any, server: Server) -> None:
    server.answers["/a"] = answer("200 OK", b"", "Set-Cookie: lang=en", "Set-Cookie: a=1; Secure; Path=/")
    fast.cookiejar.set_policy(OnlyEnglish())
    fast.get("/a")
    assert [cookie.name for cookie in fast.cookiejar] == ["lang"]
    fast.cookiejar.set_policy(DefaultCookiePolicy(secure_protocols=("http",)))
    fast.get("/a")
    fast.get("/a")
    assert server.last["Cookie"] == "lang=en; a=1"
    fast.cookiejar.set_policy(DefaultCookiePolicy(blocked_domains=["127.0.0.1"]))
    fast.get("/a")
    assert server.last["Cookie"] is None


def test_a_class_that_the_model_has_changed_is_asked(client: Any, server: Server, monkeypatch: Any) -> None:
    server.answers["/"] = answer("200 OK", b"", "Set-Cookie: a=1")
    client.cookies.set("b", "2")
    with monkeypatch.context() as patch:
        patch.setattr(DefaultCookiePolicy, "set_ok", lambda *_: False)
        patch.setattr(DefaultCookiePolicy, "return_ok", lambda *_: False)
        client.get("/")
        assert (client.cookies.get_dict(), server.last["Cookie"]) == ({"b": "2"}, None)
    with monkeypatch.context() as patch:
        patch.setattr(RequestsCookieJar, "set_cookie", lambda *_: None)
        client.get("/")
        assert client.cookies.get_dict() == {"b": "2"}
    with monkeypatch.context() as patch:
        patch.setattr(Cookie, "value", property(lambda cookie: "3", lambda *_: None), raising=False)
        client.get("/x")
        assert server.last["Cookie"] == "b=3"
    client.get("/")
    assert client.cookies.get_dict() == {"b": "2", "a": "1"}


class Counting(RequestsCookieJar):
    set_here = 0

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> None:
        self.set_here += 1
        super().set_cookie(cookie, *args, **kwargs)


def test_a_jar_of_a_class_of_the_models_takes_its_cookies_itself(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", b"", "Set-Cookie: a=1", "Set-Cookie: b=2")
    client.cookies = Counting()
    client.get("/")
    client.get("/")
    assert (client.cookies.set_here, server.last["Cookie"]) == (4, "a=1; b=2")
    client.cookies = CookieJar()
    client.get("/")
    client.get("/", cookies={"c": "3"})
    assert server.last["Cookie"] == "a=1; b=2; c=3"


def test_a_cookie_is_a_new_object_each_time(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", b"", "Set-Cookie: a=1; Path=/; HttpOnly")
    client.get("/")
    (kept,) = client.cookies
    kept.value, kept.path_specified, kept._rest["HttpOnly"], kept.mark = "2", "no", "x", "the model's"
    client.get("/")
    assert server.last["Cookie"] == "a=2"
    (again,) = client.cookies
    assert again is not kept and (kept.value, again.value) == ("2", "1")
    assert repr(again) == repr(create_cookie("a", "1", domain="127.0.0.1")).replace(
        "domain_specified=True", "domain_specified=False"
    )
    assert not hasattr(again, "mark") and not again.has_nonstandard_attr("x")
    assert str(again) == "<Cookie a=1 for 127.0.0.1/>"
    assert pickle.loads(pickle.dumps(again)).value == copy.copy(again).value == "1"


def moved(cookie: Cookie) -> None:
    cookie.path = "/elsewhere"


def renamed(cookie: Cookie) -> None:
    cookie.name = "z"


def of_version_1(cookie: Cookie) -> None:
    cookie.version = 1


def for_a_port(cookie: Cookie) -> None:
    cookie.port = "1"


def numbered(cookie: Cookie) -> None:
    cookie.expires = 2.0**33  # type: ignore[assignment]


def without_a_value(cookie: Cookie) -> None:
    cookie.value = None


def secure_by_a_text(cookie: Cookie) -> None:
    cookie.secure = "yes"  # type: ignore[assignment]


@pytest.mark.parametrize(
    "change",
    [moved, renamed, of_version_1, for_a_port, numbered, without_a_value, secure_by_a_text],
)
def test_cookies_that_the_model_has_changed_are_sent_as_by_requests(
    client: Any, server: Server, change: Callable[[Cookie], None]
) -> None:
    for name in "ab":
        client.cookies.set(name, "1", domain="127.0.0.1")
    client.get("/")
    change(next(iter(client.cookies)))
    plain = requests.Session()
    plain.cookies = client.cookies
    expected = plain.prepare_request(requests.Request("GET", server.url)).headers.get("Cookie")
    client.get("/")
    assert server.last["Cookie"] == expected


def test_the_cookies_of_a_request_go_along_a_redirect(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to", "302 Found", "Set-Cookie: set=1; Path=/")
    own = {"own": "1", "kept": "2"}
    sent, following, kept = [], [], []
    for session in (requests.Session(), client):
        session.cookies.set("kept", "1")
        response = session.get(f"{server.url}/from", cookies=own, allow_redirects=False)
        following.append(response.next.headers["Cookie"])
        session.cookies.set("set", None)
        session.get(f"{server.url}/from", cookies=own)
        sent.append([request["Cookie"] for request in server.sent[-2:]])
        kept.append(content(session.cookies))
    assert sent[0] == sent[1] == ["kept=2; own=1", "kept=1; own=1; set=1"]
    assert following[0] == following[1] == "kept=1; own=1; set=1"
    assert kept[0] == kept[1]


def test_cookies_of_no_kind_raise_as_in_requests(client: Any, server: Server) -> None:
    for cookies in ({"a": 1}, {"a": b"1"}, "text", 3):
        with pytest.raises(TypeError):
            client.get("/", cookies=cookies)
    client.get("/", cookies=[])
    assert server.last["Cookie"] is None


def test_a_host_header_says_where_cookies_belong(client: Any, server: Server) -> None:
    server.answers["/"] = answer("200 OK", b"", "Set-Cookie: a=1; Domain=example.com", "Set-Cookie: b=2")
    client.headers["Host"] = "www.example.com"
    client.get("/")
    assert sorted(client.cookies.list_domains()) == [".example.com", "www.example.com"]
    client.get("/")
    assert server.last["Cookie"] == "a=1; b=2"
    client.get("/", headers={"Host": "example.com"})
    assert server.last["Cookie"] == "a=1"
    del client.headers["Host"]
    client.get("/")
    assert server.last["Cookie"] is None
