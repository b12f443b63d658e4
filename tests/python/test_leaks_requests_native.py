"""Requests by the hundred leave nothing behind: no object, no memory, and of what all share no reference too many or
too few.
"""

from __future__ import annotations

import copy
import io
import logging
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
import requests
from client_harness import Server, answer, redirect, server
from leaks import ROUND, left_over_by
from requests.auth import HTTPBasicAuth

from locust import User
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from locust.event import EventHook, Events

__all__ = ["server"]

NOBODY = "http://127.0.0.1:1/"

Use = Callable[[Any], object]


@pytest.fixture
def target(server: Server) -> Server:
    """A server that forgets what it was sent but for the last request."""
    server.sent = deque(maxlen=1)  # type: ignore[assignment]
    server.answers.update(
        {
            "/json": answer("200 OK", '{"a": [1, 2.5, null, true, "b"]}', "Content-Type: application/json"),
            "/404": answer("404 Not Found", "missing"),
            "/500": answer("500 Internal Server Error", "broken"),
            "/204": answer("204 No Content", "", length=False),
            "/there": redirect("/"),
            "/round": redirect("/round"),
            "/cookie": answer("200 OK", "ok", "Set-Cookie: a=b; Path=/", "Set-Cookie: c=d; HttpOnly"),
            "/cookies": answer(
                "200 OK",
                "ok",
                "Set-Cookie: a=b; Path=/; Secure; Max-Age=60; SameSite=Lax",
                "Set-Cookie: c=d; Domain=127.0.0.1; Expires=Thu, 01 Jan 2099 00:00:00 GMT; HttpOnly",
                "Set-Cookie: e=f; Domain=example.com",
                "Set-Cookie: a=; Path=/x; Max-Age=0",
            ),
            "/odd-cookie": answer("200 OK", "ok", "Set-Cookie: a=b; Path=/", "Set-Cookie: c=d; Version=1"),
            "/cookies-of-all-kinds": answer(
                "200 OK",
                "ok",
                "Set-Cookie: a=b; Max-Age=100; Secure; Path=/x",
                "Set-Cookie: c=d; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Domain=127.0.0.1",
                "Set-Cookie: e=; Max-Age=0",
                "Set-Cookie: none; Domain=elsewhere.example",
            ),
            "/cookie-there": redirect("/", "302 Found", "Set-Cookie: a=b; Path=/"),
            "/closed": b"",
            "/bad": b"HTTP/1.1 abc\r\n\r\n",
            "/large": answer("200 OK", b"line\n" * 20000),
            "/half": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        }
    )
    return server


# --- who listens

Hook = Callable[[], EventHook]


def statistics() -> EventHook:
    environment = Environment(events=Events())
    environment.create_local_runner()
    environment.stats.total.use_response_times_cache = False  # which takes memory as time passes
    return environment.events.request


def with_a_listener() -> EventHook:
    hook = statistics()
    hook.add_listener(lambda **keywords: keywords["response"].status_code)
    return hook


def with_a_broken_listener() -> EventHook:
    def fail(**keywords: Any) -> None:
        raise ValueError("on purpose")

    hook = statistics()
    hook.add_listener(fail)
    return hook


class Speaker(User):
    """Whose requests have a context."""

    def context(self) -> dict[str, Any]:
        return {"user": "joe"}


# --- what is done with a client


def catching(verdict: Callable[[Any], object], url: str = "/") -> Use:
    def judge(client: Any) -> None:
        with client.get(url, catch_response=True) as response:
            verdict(response)

    return judge


def failing(response: Any) -> None:
    raise ValueError("on purpose")


def expecting(error: type[BaseException] | tuple[type[BaseException], ...], use: Use) -> Use:
    def expect(client: Any) -> None:
        try:
            use(client)
        except error:
            return
        raise AssertionError(f"no {error}")

    return expect


def streamed_and_dropped(client: Any) -> None:
    next(client.get("/large", stream=True).iter_content(10))


def streamed_and_closed(client: Any) -> None:
    with client.get("/large", stream=True) as response:
        next(response.iter_content(10))


def pieces() -> Iterator[bytes]:
    yield b"some"
    yield b"more"


def renamed(client: Any) -> None:
    with client.rename_request("other"):
        client.get("/")


def killed(client: Any) -> None:
    user = gevent.spawn(client.get, "/half")
    gevent.sleep(0.001)
    user.kill()


def interrupted(client: Any) -> None:
    with gevent.Timeout(0.001, False):
        client.get("/half")


def interrupted_while_it_reads(client: Any) -> None:
    with gevent.Timeout(0.001, False):
        list(client.get("/half", stream=True).iter_content(10))


def another_session(client: Any) -> None:
    type(client)(client.base_url, client.request_event, None).get("/")


def with_another_header(client: Any) -> None:
    client.headers["X-Number"] = str(id(client))
    client.get("/")
    del client.headers["X-Number"]


def with_attributes(**attributes: Any) -> Use:
    def set_and_send(client: Any) -> None:
        before = {name: getattr(client, name) for name in attributes}
        for name, value in attributes.items():
            setattr(client, name, value)
        client.get("/")
        for name, value in before.items():
            setattr(client, name, value)

    return set_and_send


class OwnDict(dict[str, str]):
    pass


COMMON: dict[str, Use] = {
    "plain": lambda client: client.get("/"),
    "absolute URL": lambda client: client.get(f"{client.base_url}/x"),
    "query": lambda client: client.get("/x?a=b&c=%20d"),
    "odd URL": lambda client: client.get("/a b/ä?q=ö"),
    "fragment": lambda client: client.get("/x#there"),
    "name": lambda client: client.get("/", name="front page"),
    "name that is new each time": lambda client: client.get("/", name="".join(["front", "page"])),
    "rename_request": renamed,
    "context": lambda client: client.get("/", context={"a": 1}),
    "params": lambda client: client.get("/", params={"page": 1, "q": "a b"}),
    "json": lambda client: client.post("/", json={"a": [1, None, 2.5, "b", "ä"]}),
    "json of all kinds": lambda client: client.post(
        "/", json={"a": (1, 2**70, -0.5, True), "b": {"c": [], "d": {}, 5: '\n"\u2028\ud800'}, None: [[[]]]}
    ),
    "json that cannot be": expecting(
        (TypeError, ValueError), lambda client: client.post("/", json={"a": [object()]})
    ),
    "text": lambda client: client.post("/", data="some text"),
    "bytes": lambda client: client.post("/", data=b"some bytes"),
    "form": lambda client: client.post("/", data={"a": "b", "c": "d e"}),
    "form of all kinds": lambda client: client.post("/", data={"a": ["b", 5, b"c"], "ä": None, 7: 2.5}),
    "params of all kinds": lambda client: client.get(
        "/x?y=z", params={"a": ["b", 5, b"c"], "ä": None, 7: 2.5}
    ),
    "params as pairs": lambda client: client.get("/", params=[("a", "b"), ("a", "c d")]),
    "multipart form": lambda client: client.post("/", data={"a": "b"}, files={"f": ("a.txt", b"hello")}),
    "file": lambda client: client.post("/", data=io.BytesIO(b"some bytes")),
    "headers": lambda client: client.get("/", headers={"X-A": "b", "Accept": "text/html"}),
    "headers of another type": lambda client: client.get("/", headers=OwnDict({"X-A": "b"})),
    "auth": lambda client: client.get("/", auth=("joe", "secret")),
    "allow_redirects": lambda client: client.get("/there", allow_redirects=False),
    "redirect": lambda client: client.get("/there"),
    "endless redirect": lambda client: client.get("/round"),
    "Set-Cookie": lambda client: client.get("/cookie"),
    "Set-Cookie of many kinds": lambda client: client.get("/cookies"),
    "Set-Cookie of an odd kind": lambda client: client.get("/odd-cookie"),
    "Set-Cookie of all kinds": lambda client: client.get("/cookies-of-all-kinds"),
    "Set-Cookie on the way": lambda client: client.get("/cookie-there"),
    "404": lambda client: client.get("/404"),
    "500": lambda client: client.get("/500"),
    "204": lambda client: client.get("/204"),
    "head": lambda client: client.head("/"),
    "options": lambda client: client.options("/"),
    "put": lambda client: client.put("/", data="x"),
    "patch": lambda client: client.patch("/", data="x"),
    "delete": lambda client: client.delete("/"),
    "request": lambda client: client.request("GET", "/"),
    "request in lower case": lambda client: client.request("get", "/"),
    "no argument": expecting(TypeError, lambda client: client.get()),
    "refused": lambda client: client.get(NOBODY),
    "no such host": lambda client: client.get("http://nowhere.invalid/"),
    "closed": lambda client: client.get("/closed"),
    "bad response": lambda client: client.get("/bad"),
    "killed": killed,
    "interrupted": interrupted,
    "interrupted while it reads": interrupted_while_it_reads,
    "another session": another_session,
    "text of the response": lambda client: client.get("/json").text,
    "json of the response": lambda client: client.get("/json").json(),
    "json of a response that is none": expecting(ValueError, lambda client: client.get("/404").json()),
    "content": lambda client: client.get("/json").content,
    "large": lambda client: client.get("/large").content,
    "headers of the response": lambda client: client.get("/json").headers["content-type"],
    "elapsed": lambda client: client.get("/").elapsed,
    "request of the response": lambda client: client.get("/").request.headers,
    "url": lambda client: client.get("/").url,
    "raise_for_status": lambda client: client.get("/").raise_for_status(),
    "streamed": lambda client: list(client.get("/large", stream=True).iter_content(65536)),
    "streamed 404": lambda client: client.get("/404", stream=True).content,
    "streamed and closed": streamed_and_closed,
    "streamed and dropped": streamed_and_dropped,
    "caught": catching(lambda response: None),
    "caught 404": catching(lambda response: None, "/404"),
    "caught refusal": catching(lambda response: None, NOBODY),
    "caught redirect": catching(lambda response: None, "/there"),
    "success": catching(lambda response: response.success()),
    "404 is success": catching(lambda response: response.success(), "/404"),
    "failure": catching(lambda response: response.failure("on purpose")),
    "failure by exception": catching(lambda response: response.failure(ValueError("on purpose"))),
    "success after failure": catching(lambda response: (response.failure("on purpose"), response.success())),
    "request_meta": catching(lambda response: response.request_meta.update(name="other")),
    "caught and looked at": catching(lambda response: response.text),
    "exception in the block": expecting(ValueError, catching(failing)),
    "exception after failure": expecting(
        ValueError, catching(lambda response: (response.failure("on purpose"), failing(response)))
    ),
    "caught without a block": lambda client: client.get("/", catch_response=True),
}

HTTP: dict[str, Use] = {
    "timeout": lambda client: client.get("/", timeout=10),
    "params with lists": lambda client: client.get("/?a=b", params={"a": [1, "ä", None], "b": b"c"}),
    "params of another type": lambda client: client.get("/", params=OwnDict({"a": "b"})),
    "params as text": lambda client: client.get("/", params="a=b c"),
    "form of pairs": lambda client: client.post("/", data=[("a", 1), ["b", 2.5]]),
    "HTTPBasicAuth": lambda client: client.get("/", auth=HTTPBasicAuth("joe", "secret")),
    "auth of another kind": lambda client: client.get("/", auth=lambda request: request),
    "keywords that say nothing": lambda client: client.get("/", stream=False, proxies={}, cert=None),
    "names that are new each time": lambda client: client.get("/", **{"".join(["ver", "ify"]): False}),
    "two timeouts": lambda client: client.get("/", timeout=(10, 10.0)),
    "verify": lambda client: client.get("/", verify=False),
    "attribute verify": with_attributes(verify=False),
    "attribute auth": with_attributes(auth=("joe", "secret")),
    "attribute request_name": with_attributes(request_name="other"),
    "attribute params": with_attributes(params={"a": "b"}),
    "attribute max_body_size": with_attributes(max_body_size=1),
    "attribute stream": with_attributes(stream=True),
    "attribute headers": with_another_header,
    "cookies of the session": lambda client: client.cookies if client.get("/cookie") else None,
    "cookies": lambda client: client.get("/", cookies={"a": "b"}),
    "cookies of an odd kind": lambda client: client.get("/", cookies={"a": '"\\"b\\""'}),
    "cookies that are none": expecting(TypeError, lambda client: client.get("/", cookies={"a": 1})),
    "cookies on the way": lambda client: client.get("/cookie-there", cookies={"a": "b"}),
    "hooks": lambda client: client.get("/", hooks={"response": lambda response, **_: None}),
    "generator": lambda client: client.post("/", data=pieces()),
    "json that is no number": lambda client: client.post("/", json=float("nan")),
    "bad argument": expecting(TypeError, lambda client: client.get("/", nonsense=1)),
    "bad URL": expecting(requests.exceptions.InvalidURL, lambda client: client.get("abc:x")),
    "bad header": lambda client: client.get("/", headers={"A": "b\n"}),
    "prepared": lambda client: client.send(requests.Request("GET", f"{client.base_url}/").prepare()),
    "cookies of the response": lambda client: client.get("/cookie").cookies,
    "links": lambda client: client.get("/").links,
    "history": lambda client: client.get("/there").history[0].text,
    "next": lambda client: client.get("/there", allow_redirects=False).next,
    "lines": lambda client: list(client.get("/large").iter_lines()),
    "raw": lambda client: client.get("/").raw.read(),
    "pickled": lambda client: pickle.loads(pickle.dumps(client.get("/"))),
    "copied": lambda client: copy.copy(client.get("/")),
    "raise_for_status of 404": expecting(
        requests.HTTPError, lambda client: client.get("/404").raise_for_status()
    ),
}

FAST: dict[str, Use] = {
    "stream": lambda client: client.get("/large", stream=True).stream.read(),
    "cookies of the session": lambda client: list(client.cookiejar) if client.get("/cookie") else None,
}

SESSIONS: dict[str, tuple[type[Any], dict[str, Use]]] = {
    "http": (HttpSession, {**COMMON, **HTTP}),
    "fast": (FastHttpSession, {**COMMON, **FAST}),
}
# Those of which the native way to the listeners knows.
TOLD = [
    "plain", "name", "context", "404", "redirect", "refused", "caught", "success", "404 is success", "failure",
    "request_meta", "exception in the block",
]  # fmt: skip


def left_over(target: Server, kind: str, name: str, hook: EventHook, user: User) -> dict[str, float]:
    session, uses = SESSIONS[kind]
    client = session(target.url, hook, user)
    client.trust_env = False
    use = uses[name]
    times = 100 if name == "endless redirect" else ROUND
    return left_over_by(
        lambda: use(client), times, url=target.url, client=client, hook=hook, user=user, use=use
    )


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in SESSIONS for name in SESSIONS[kind][1]])
def test_a_request_leaves_nothing_behind(target: Server, kind: str, name: str) -> None:
    assert left_over(target, kind, name, statistics(), User(Environment())) == {}


@pytest.fixture
def unlogged() -> Iterator[None]:
    """pytest keeps what is logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("make_hook", [EventHook, with_a_listener, with_a_broken_listener])
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in SESSIONS for name in TOLD])
def test_nor_do_those_who_are_told_of_it(
    target: Server, kind: str, name: str, make_hook: Hook, unlogged: None
) -> None:
    assert left_over(target, kind, name, make_hook(), Speaker(Environment())) == {}
