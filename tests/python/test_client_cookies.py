"""A session's cookies: kept, sent where they belong, and changed by the model."""

from __future__ import annotations

import pickle
import time
from email.utils import formatdate
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pytest
import requests
from client_harness import Server, answer, client, events, hook, redirect, server
from requests.cookies import RequestsCookieJar, create_cookie

__all__ = ["client", "events", "hook", "server"]


def setting(*cookies: str, status: str = "200 OK") -> bytes:
    return answer(status, b"ok", *[f"Set-Cookie: {cookie}" for cookie in cookies])


def test_cookies_come_back_to_the_server_that_set_them(client: Any, server: Server) -> None:
    server.answers["/login"] = setting("session=abc; Path=/; HttpOnly", "lang=en")
    response = client.get("/login")
    assert server.last["Cookie"] is None
    assert response.cookies.get_dict() == {"session": "abc", "lang": "en"}
    assert client.cookies.get_dict() == {"session": "abc", "lang": "en"}
    client.get("/")
    assert server.last["Cookie"] == "session=abc; lang=en"
    client.post("/", json={})
    assert server.last["Cookie"] == "session=abc; lang=en"
    assert client.get("/").cookies.get_dict() == {}


def test_a_cookie_of_a_path_goes_only_there(client: Any, server: Server) -> None:
    server.answers["/a/login"] = setting("deep=1; Path=/a/b", "here=2", "all=3; Path=/")
    client.get("/a/login")
    for path, expected in {
        "/": "all=3",
        "/a/": "here=2; all=3",
        "/a/b/c": "deep=1; here=2; all=3",
        "/a/bc": "here=2; all=3",
        "/a/b?x=/": "deep=1; here=2; all=3",
    }.items():
        client.get(path)
        assert server.last["Cookie"] == expected, path


def test_a_cookie_for_another_domain_is_refused(client: Any, server: Server) -> None:
    server.answers["/"] = setting("evil=1; Domain=example.org", "good=1")
    client.get("/")
    assert client.cookies.get_dict() == {"good": "1"}


def test_cookies_of_one_host_do_not_go_to_another(client: Any, server: Server) -> None:
    client.cookies.set("other", "1", domain="example.org")
    client.cookies.set("ours", "1", domain="127.0.0.1")
    client.cookies.set("everywhere", "1")
    client.get("/")
    assert sorted((server.last["Cookie"] or "").split("; ")) == ["everywhere=1", "ours=1"]


def test_a_secure_cookie_is_kept_but_not_sent_in_the_clear(client: Any, server: Server) -> None:
    server.answers["/"] = setting("secret=1; Secure", "open=1")
    client.get("/")
    assert client.cookies.get_dict() == {"secret": "1", "open": "1"}
    client.get("/")
    assert server.last["Cookie"] == "open=1"


@pytest.mark.parametrize(
    "end", ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Max-Age=-1; Expires=" + formatdate(2**33)]
)
def test_an_expired_cookie_is_forgotten(client: Any, server: Server, end: str) -> None:
    server.answers["/login"] = setting("session=abc; Path=/")
    server.answers["/logout"] = setting(f"session=abc; Path=/; {end}")
    client.get("/login")
    client.get("/")
    assert server.last["Cookie"] == "session=abc"
    client.get("/logout")
    client.get("/")
    assert server.last["Cookie"] is None
    assert "session" not in client.cookies


def test_a_cookie_expires_between_two_requests(client: Any, server: Server, monkeypatch: Any) -> None:
    server.answers["/login"] = setting("short=1; Path=/; Max-Age=60", "long=1; Path=/; Max-Age=6000")
    client.get("/login")
    client.get("/")
    assert server.last["Cookie"] == "short=1; long=1"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    client.get("/")
    assert server.last["Cookie"] == "long=1"


def test_an_expired_cookie_stays_in_the_jar_until_the_model_clears_it(client: Any, server: Server) -> None:
    client.cookies.set_cookie(requests.cookies.create_cookie("past", "1", expires=1))
    client.get("/")
    assert server.last["Cookie"] is None
    assert client.cookies.get("past") == "1"
    client.cookies.clear_expired_cookies()
    assert len(client.cookies) == 0
    client.cookies = requests.cookies.RequestsCookieJar()
    client.cookies.set_cookie(requests.cookies.create_cookie("past", "1", expires=1))
    client.get("/")
    assert len(client.cookies) == 1


def test_a_dictionary_in_place_of_the_jar_is_sent_but_takes_no_cookies(client: Any, server: Server) -> None:
    client.cookies = {"plain": "dictionary"}
    with pytest.raises(AttributeError):
        client.get("/")
    assert server.last["Cookie"] == "plain=dictionary"


def test_a_cookie_is_replaced_by_its_successor(client: Any, server: Server) -> None:
    server.answers["/"] = lambda sent: setting(f"count={len(server.sent)}")
    for _ in range(3):
        client.get("/")
    assert server.last["Cookie"] == "count=2"
    assert client.cookies["count"] == "3"


def test_the_model_sets_changes_and_removes_cookies(client: Any, server: Server) -> None:
    def sent() -> str | None:
        client.get("/")
        return server.last["Cookie"]

    assert sent() is None
    client.cookies.set("a", "1")
    assert sent() == "a=1"
    client.cookies["b"] = "2"
    assert sent() == "a=1; b=2"
    client.cookies.update({"a": "3"})
    assert sent() == "a=3; b=2"
    del client.cookies["a"]
    assert sent() == "b=2"
    client.cookies.set("b", None)
    assert sent() is None
    client.cookies.set_cookie(create_cookie("c", "4"))
    assert sent() == "c=4"
    client.cookies.pop("c")
    assert sent() is None
    client.cookies.set("d", "5")
    client.cookies.clear()
    assert sent() is None
    client.cookies.set("e", "6", path="/elsewhere")
    assert sent() is None
    client.cookies.clear_session_cookies()
    client.cookies.set("f", "7", expires=int(time.time()) + 60, discard=False)
    client.cookies.set("g", "8")
    assert sent() == "f=7; g=8"
    client.cookies.clear_session_cookies()
    assert sent() == "f=7"
    for cookie in client.cookies:
        cookie.value = "9"
    client.cookies.set("h", "10")
    assert sent() == "f=9; h=10"


def test_the_model_changes_the_cookies_themselves(client: Any, server: Server) -> None:
    server.answers["/login"] = setting("session=abc; Path=/; Secure", "kind=old; Path=/")
    client.get("/login")
    client.get("/")
    assert server.last["Cookie"] == "kind=old"
    for cookie in client.cookies:
        cookie.secure = False
        if cookie.name == "kind":
            cookie.value = "new"
    client.get("/")
    assert server.last["Cookie"] == "session=abc; kind=new"


def test_the_cookies_of_a_request_are_not_kept(client: Any, server: Server) -> None:
    client.cookies.set("session", "1")
    client.get("/", cookies={"once": "2"})
    assert server.last["Cookie"] == "session=1; once=2"
    client.get("/", cookies={"session": "3"})
    assert server.last["Cookie"] == "session=3"
    client.get("/")
    assert server.last["Cookie"] == "session=1"


def test_a_cookie_header_of_the_request_overrules_the_jar(client: Any, server: Server) -> None:
    client.cookies.set("a", "1")
    client.get("/", headers={"Cookie": "b=2"})
    assert server.last["Cookie"] == "b=2"
    client.headers["Cookie"] = "c=3"
    client.get("/")
    assert server.last["Cookie"] == "c=3"


def test_the_model_brings_its_own_jar(client: Any, server: Server) -> None:
    client.cookies.set("old", "1")
    jar = RequestsCookieJar()
    jar.set("new", "2")
    client.cookies = jar
    client.get("/")
    assert server.last["Cookie"] == "new=2"
    server.answers["/"] = setting("more=3")
    client.get("/")
    assert jar["more"] == "3"
    client.cookies = requests.utils.cookiejar_from_dict({"third": "3"})
    client.get("/")
    assert server.last["Cookie"] == "third=3"


def test_cookies_of_a_response_go_to_another_session(client: Any, server: Server) -> None:
    server.answers["/login"] = setting("session=abc")
    other = requests.Session()
    other.cookies.update(client.get("/login").cookies)
    other.cookies.update(client.cookies)
    other.get(server.url)
    assert server.last["Cookie"] == "session=abc"
    client.cookies.clear()
    client.cookies.update(requests.get(f"{server.url}/login").cookies)
    client.get("/")
    assert server.last["Cookie"] == "session=abc"


def test_cookies_set_on_the_way_of_a_redirect_are_sent_at_once(client: Any, server: Server) -> None:
    server.answers["/login"] = redirect("/home", "302 Found", "Set-Cookie: session=abc")
    response = client.get("/login")
    assert server.targets == ["GET /login", "GET /home"]
    assert server.last["Cookie"] == "session=abc"
    assert response.cookies.get_dict() == {}
    assert response.history[0].cookies.get_dict() == {"session": "abc"}
    assert client.cookies.get_dict() == {"session": "abc"}


def test_the_cookies_of_a_redirect_are_sent_in_the_order_in_which_they_came(
    client: Any, server: Server
) -> None:
    server.answers["/set"] = redirect("/home", "302 Found", "Set-Cookie: third=3; Path=/")
    server.answers["/before"] = setting("second=2; Path=/")
    client.cookies.set("first", "1")
    client.get("/before")
    client.get("/set")
    assert server.last["Cookie"] == "first=1; second=2; third=3"


def test_cookies_of_a_failure_count(client: Any, server: Server) -> None:
    server.answers["/"] = setting("seen=1", status="403 Forbidden")
    client.get("/")
    client.get("/")
    assert server.last["Cookie"] == "seen=1"


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ('quoted="a b"', 'quoted="a b"'),
        ("equal=a=b==", "equal=a=b=="),
        ("empty=", "empty="),
        ("comma=a,b; Path=/", "comma=a,b"),
        ("date=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT", "date=1"),
        ("old=1; Version=1; Path=/", "old=1"),
        ("beyond=\xfc", "beyond=\xfc".encode().decode("latin-1")),
    ],
)
def test_unusual_cookies_come_back_as_they_were(
    client: Any, server: Server, header: str, sent: str | None
) -> None:
    server.answers["/"] = setting(header)
    client.get("/")
    client.get("/")
    assert server.last["Cookie"] == sent


def test_a_jar_can_be_copied_and_pickled(client: Any, server: Server) -> None:
    client.cookies.set("a", "1")
    client.get("/")
    copy = client.cookies.copy()
    copy.set("b", "2")
    assert client.cookies.get_dict() == {"a": "1"}
    assert pickle.loads(pickle.dumps(client.cookies)).get_dict() == {"a": "1"}
    client.cookies = copy
    client.get("/")
    assert server.last["Cookie"] == "a=1; b=2"


def test_a_policy_of_the_model_decides_what_is_kept(client: Any, server: Server) -> None:
    client.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    server.answers["/"] = setting("a=1")
    assert client.get("/").cookies.get_dict() == {"a": "1"}
    client.get("/")
    assert server.last["Cookie"] is None
