"""What the engine carries out of a FastHttpSession's request without Python, and that nobody can tell."""

from __future__ import annotations

import random
from collections import OrderedDict, UserDict
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from client_harness import Server, answer, redirect, server
from test_client_request_method_native import (
    BLOCKS,
    Visitor,
    counted_in,
    described_after,
    record_of,
    some_text,
    some_value,
)

from locust.contrib.fasthttp import FastHttpSession, LocustUserAgent
from locust.env import Environment
from locust.event import EventHook, Events
from locust_nest.http.fast_agent import with_params
from locust_nest.http.fast_response import FastResponse, ResponseContextManager

__all__ = ["server"]

Call = Callable[[Any], Any]


def in_block_of_name(session: Any) -> Any:
    with session.rename_request("renamed"):
        return session.get("/x")


class Headers(UserDict[str, str]):
    pass


# Which go natively, whatever becomes of the answer.
CALLS: dict[str, Call] = {
    "get": lambda c: c.get("/x"),
    "a query": lambda c: c.get("/x?a=1&b=%20"),
    "by keyword": lambda c: c.get(url="/x", name="named"),
    "an empty name": lambda c: c.get("/x", name=""),
    "absolute": lambda c: c.get(f"{c.base_url}/x"),
    "renamed": in_block_of_name,
    "nothings": lambda c: c.get("/x", headers=None, data=None, json=None, context=None, params=None),
    "headers": lambda c: c.get("/x", headers={"X-A": "b", "accept": "text/plain", "user-agent": "me"}),
    "context": lambda c: c.get("/x", context={"a": "of the request"}),
    "post": lambda c: c.post("/x"),
    "text": lambda c: c.post("/x", "täxt"),
    "bytes": lambda c: c.post("/x", b"bytes"),
    "form": lambda c: c.post("/x", {"a": "ü &", "b": [1, 2]}),
    "json": lambda c: c.post("/x", json={"a": ["ü", None, float("nan")]}),
    "json by position": lambda c: c.post("/x", None, {"a": 1}),
    "json with a type": lambda c: c.post("/x", json=0, headers={"Content-Type": "application/vnd.api+json"}),
    "an empty body": lambda c: c.post("/x", data="", json=[]),
    "form of other things": lambda c: c.post("/x", {"a": None, b"b\xff": 2.5, 3: True, "c": (1, "x y")}),
    "params": lambda c: c.get("/x", params={"a": 1, "b": ["ü &", None]}),
    "params behind a query": lambda c: c.get("/x?own", params=[("a", 1)], name="named"),
    "params behind a mark": lambda c: c.get("/x?", params={"a": 1}),
    "params as text": lambda c: c.get("/x", params="a=1"),
    "params on the way": lambda c: c.get("/from", params={"a": 1}, auth=("me", "pw")),
    "params without an answer": lambda c: c.get("/closed", params={"a": 1}),
    "params and 404": lambda c: c.get("/404", params={"a": 1}),
    "auth": lambda c: c.get("/x", auth=("mü", b"\xff")),
    "put": lambda c: c.put("/x", "text", name="put"),
    "patch": lambda c: c.patch("/x", json={}),
    "delete": lambda c: c.delete("/x"),
    "options": lambda c: c.options("/x"),
    "head": lambda c: c.head("/x"),
    "request": lambda c: c.request("PURGE", "/x", "named", "text", False, False, {"X-A": "b"}),
    "204": lambda c: c.get("/204"),
    "304": lambda c: c.get("/304"),
    "404": lambda c: c.post("/404", json={"a": 1}),
    "404, to be judged": lambda c: c.get("/404", catch_response=True),
    "500": lambda c: c.get("/500", name="named"),
    "no answer": lambda c: c.post("/closed", "text"),
    "a cookie": lambda c: c.get("/cookie"),
    "a redirect": lambda c: c.post("/from", "text", headers={"X-A": "b"}),
    "a redirect that keeps the method": lambda c: c.put("/307", json={"a": 1}),
    "a redirect not to be followed": lambda c: c.get("/from", allow_redirects=False),
    "a redirect to nowhere": lambda c: c.get("/300"),
    "caught": lambda c: c.get("/x", name="caught", catch_response=True).__exit__(None, None, None),
}
# Which Python has to look at.
OTHER_CALLS: dict[str, Call] = {
    "params that are odd": lambda c: c.get("/x", params=OrderedDict(a=1)),
    "params as odd text": lambda c: c.get("/x", params="a=b c&ä"),
    "params that say nothing": lambda c: c.get("/x", params={"a": None}),
    "params and a fragment": lambda c: c.get("/x#f", params={"a": 1}),
    "an unknown keyword": lambda c: c.get("/x", page=1),
    "auth that is a list": lambda c: c.get("/x", auth=["me", "pw"]),
    "auth beyond Latin-1": lambda c: c.get("/x", auth=("me", "\u20ac")),
    "stream": lambda c: c.get("/x", stream=True),
    "a body of another type": lambda c: c.post("/x", [b"a", b"b"]),
    "headers of another type": lambda c: c.get("/x", headers=Headers(a="b")),
    "a header that is no text": lambda c: c.get("/x", headers={"X-A": 1}),
    "a method in lower case": lambda c: c.request("get", "/x"),
    "another URL": lambda c: c.get("/ä b"),
    "a URL without a slash": lambda c: c.get("?a=1"),
    "a name of another type": lambda c: c.get("/x", name=3),
}
ALL_CALLS = CALLS | OTHER_CALLS

SESSIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "credentials": {"base_url": "http://me:pw@{netloc}"},
    "headers of its own": {"headers": {"Accept": "text/html", "X-Own": "1"}},
    "limits": {"network_timeout": 0, "connection_timeout": 3, "max_redirects": 1},
    "a body that is cut": {"max_body_size": 1},
    "of the old API": {"is_legacy": True},
}


@pytest.fixture(autouse=True)
def answers(server: Server) -> None:
    server.answers["/404"] = answer("404 Not Found", "missing")
    server.answers["/500"] = answer("500 Out of Order", "out of order")
    server.answers["/204"] = answer("204 No Content", "", length=False)
    server.answers["/304"] = answer("304 Not Modified", "", length=False)
    server.answers["/300"] = answer("300 Multiple Choices", "some", "Location: /x")
    server.answers["/from"] = redirect("/to")
    server.answers["/307"] = redirect("/to", "307 Temporary Redirect")
    server.answers["/cookie"] = answer("200 OK", "ok", "Set-Cookie: taste=sweet; Path=/")
    server.answers["/closed"] = b""
    # What BLOCKS ask for.
    server.answers["/missing"] = server.answers["/404"]


def session_at(
    server: Server, base_url: str = "{url}", user: Any = None, is_legacy: bool = False, **settings: Any
) -> tuple[Any, Any]:
    environment = Environment(events=Events())
    environment.create_local_runner().greenlet.kill()  # which else goes on watching the process
    base_url = base_url.format(url=server.url, netloc=server.netloc)
    session: Any = FastHttpSession(base_url, environment.events.request, user, **settings)
    session.cookies = {}  # for record_of()
    if is_legacy:
        session._is_legacy = True
    return session, environment.stats


def in_python(session: Any) -> Any:
    """The same session, all of whose requests are left to Python."""
    session.request = partial(FastHttpSession.request.__wrapped__, session)
    return session


def record(session: Any, server: Server, call: Call) -> Any:
    cookies = [(cookie.name, cookie.value) for cookie in session.cookiejar]
    try:
        return record_of(session, server, call), cookies
    except Exception as error:
        return repr(error), cookies


@pytest.mark.parametrize("call", ALL_CALLS.values(), ids=ALL_CALLS)
@pytest.mark.parametrize("settings", SESSIONS.values(), ids=SESSIONS)
def test_the_engine_does_what_python_does(server: Server, call: Call, settings: dict[str, Any]) -> None:
    native, native_stats = session_at(server, **settings)
    slow, slow_stats = session_at(server, **settings)
    in_python(slow)
    for _ in range(2):  # the second failure of a kind is another matter than the first
        assert record(native, server, call) == record(slow, server, call)
    assert counted_in(native_stats) == counted_in(slow_stats)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_cookies_go_with_it(server: Server, call: Call) -> None:
    native, _ = session_at(server)
    slow, _ = session_at(server)
    for session in (native, slow):
        session.get("/cookie")
    assert record(native, server, call) == record(in_python(slow), server, call)
    native.get("/x")
    assert server.last["Cookie"] == "taste=sweet"


def test_forms_and_queries_are_encoded_as_python_does(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = session_at(server)
    session.get("/x")
    monkeypatch.delattr("locust_nest.http.verdict.JudgedResponse._record")
    chance = random.Random(11)
    for _ in range(1000):
        # Nothing but None is no query, which Python has to look at.
        pairs = {"a": 1} | {some_text(chance): some_value(chance) for _ in range(chance.randrange(4))}
        session.post("/x", data=pairs)
        assert server.last.body.decode() == urlencode(pairs), pairs
        session.get("/x?own", params=pairs)
        assert server.last.target == with_params("/x?own", pairs, None), pairs


# Of responses that are not those of `requests`.
FAST_BLOCKS = {
    name: call
    for name, call in BLOCKS.items()
    if name not in ("a reason that was looked at", "a status that is raised")
}


@pytest.mark.parametrize("call", FAST_BLOCKS.values(), ids=FAST_BLOCKS)
@pytest.mark.parametrize("with_listeners", [False, True])
@pytest.mark.parametrize("is_legacy", [False, True])
def test_a_block_ends_as_in_python(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, with_listeners: bool, is_legacy: bool
) -> None:
    records, counts = [], []
    for native in (True, False):
        session, stats = session_at(server, user=Visitor(), is_legacy=is_legacy)
        if not native:
            for name in ("__enter__", "__exit__", "success", "failure"):
                function = getattr(ResponseContextManager, name).__wrapped__
                monkeypatch.setattr(ResponseContextManager, name, function)
            in_python(session)
        for _ in range(3):
            if with_listeners:
                records.append(record(session, server, call))
            else:
                records.append(described_after(call(session)))
        counts.append(counted_in(stats))
    assert records[:3] == records[3:]
    assert counts[0] == counts[1]


def test_a_request_and_its_block_call_no_python_function(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stats = session_at(server)
    session.get("/x")  # makes the entry
    monkeypatch.delattr(FastHttpSession, "_conclude")
    monkeypatch.delattr(LocustUserAgent, "send")
    for name in ("_record", "_event_keywords"):
        monkeypatch.delattr(f"locust_nest.http.verdict.JudgedResponse.{name}")
    with pytest.raises(AttributeError):
        session.get("/x")  # what is patched is called
    monkeypatch.undo()
    monkeypatch.delattr("locust_nest.http.verdict.JudgedResponse._record")
    assert type(session.get("/x")) is FastResponse
    with session.get("/x", catch_response=True) as response:
        response.success()
    assert type(response) is ResponseContextManager
    assert stats.get("/x", "GET").num_requests == 3


@pytest.mark.parametrize("name", ["send", "_perform"])
def test_an_agent_that_is_patched_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    session, _ = session_at(server)
    session.get("/cookie")
    asked: list[str] = []
    original = getattr(LocustUserAgent, name)

    def ask(*args: Any, **keywords: Any) -> Any:
        asked.append(name)
        return original(*args, **keywords)

    monkeypatch.setattr(LocustUserAgent, name, ask)
    session.get("/x")
    assert asked == [name]


def test_other_classes_are_left_to_python(server: Server) -> None:
    class Agent(LocustUserAgent):
        valid_response_codes = frozenset([404])

    session, _ = session_at(server)
    session.client.valid_response_codes = frozenset([404])
    assert session.get("/404").error is None
    session, _ = session_at(server)
    session.client.__class__ = Agent
    assert session.get("/404").error is None and session.get("/x").error is not None


def test_an_event_of_another_class_is_fired(server: Server) -> None:
    class Hook(EventHook):
        def fire(self, *, reverse: bool = False, **event: Any) -> None:
            fired.append(event["name"])

    fired: list[str] = []
    session, _ = session_at(server)
    session.request_event = Hook()
    session.get("/x")
    with session.get("/x", name="judged", catch_response=True):
        pass
    assert fired == ["/x", "judged"]
