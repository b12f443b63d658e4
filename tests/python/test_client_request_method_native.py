"""What the engine carries out of a request without Python, and what makes it leave a request to Python."""

from __future__ import annotations

import copy
import inspect
import pickle
import random
from collections import OrderedDict
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import pytest
import requests
from client_harness import (
    DEADLINE_S,
    Server,
    answer,
    certificate,
    client,
    events,
    hook,
    judge_in_python,
    redirect,
    server,
)
from gevent import GreenletExit
from gevent.server import StreamServer
from requests import PreparedRequest
from requests.auth import HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth
from requests.models import RequestEncodingMixin
from test_client_native import counted

from locust import log
from locust.clients import HttpSession
from locust.env import Environment
from locust.event import EventHook, Events
from locust.exception import ResponseError, StopUser
from locust.stats import RequestStats

__all__ = ["certificate", "client", "counted", "events", "hook", "server"]

Call = Callable[[Any], Any]


class Mood(IntEnum):
    GOOD = 7


def in_block_of_name(url: str, **keywords: Any) -> Call:
    def call(session: Any) -> Any:
        with session.rename_request("renamed"):
            return session.get(url, **keywords)

    return call


NATIVE_CALLS: list[Call] = [
    lambda c: c.get("/x"),
    lambda c: c.get("/x?a=1&b=%20"),
    lambda c: c.get(url="/x", name="named"),
    lambda c: c.get(f"{c.base_url}/x"),
    lambda c: c.get("/x", name=None, headers=None, timeout=None, data=None, json=None, context=None),
    lambda c: c.get("/x", headers={"X-A": "b", "Accept": None, "user-agent": "me"}),
    lambda c: c.get("/x", timeout=5, context={"a": 1}),
    lambda c: c.post("/x"),
    lambda c: c.post("/x", "text"),
    lambda c: c.post("/x", b"bytes"),
    lambda c: c.post("/x", data="ä"),
    lambda c: c.post("/x", json={"a": ["ü", None]}),
    lambda c: c.post("/x", json=OrderedDict(a=Shouted("b"), b=Mood.GOOD)),
    lambda c: c.post("/x", json={1: 2.5, None: True, "\ud800": '\u20ac"\\', "c": ({}, [], "")}),
    lambda c: c.post("/x", json=[list(range(3000)), "x" * 3000, {str(n): n for n in range(3000)}]),
    lambda c: c.post("/x", json="text"),
    lambda c: c.post("/x", json=1e300),
    lambda c: c.post("/x", None, {"a": 1}),
    lambda c: c.post("/x", json=0, headers={"Content-Type": "application/vnd.api+json"}),
    lambda c: c.post("/x", data="", json=[]),
    lambda c: c.put("/x", "text", name="put"),
    lambda c: c.patch("/x", json={}),
    lambda c: c.delete("/x"),
    lambda c: c.options("/x"),
    lambda c: c.head("/x"),
    lambda c: c.request("GET", "/x"),
    lambda c: c.request("PURGE", "/x", "named", False, {"a": 1}),
    lambda c: c.request(method="POST", url="/x", json={"a": 1}),
    lambda c: c.get("/missing"),
    lambda c: c.get("/missing", catch_response=True),
    lambda c: c.get("/x", name="caught", catch_response=True).__exit__(None, None, None),
    lambda c: c.get("/cookie"),
    lambda c: c.get("/from"),
    lambda c: c.head("/from"),
    lambda c: c.get("/from", allow_redirects=False),
    lambda c: c.get("/closed"),
    lambda c: c.get("/x", params={"a": 1, "b": ["x y", b"\xff", None, 2.5, True], "c": None, "d": ()}),
    lambda c: c.get("/x?own", params=[("a", "ü"), ["a", "&="], (b"b", "~")], name="named"),
    lambda c: c.get("/x?", params=((1, 2),)),
    lambda c: c.get("/x", params={}),
    lambda c: c.get("/x", params={"a": None}),
    lambda c: c.get("/x", params="a=b c&ä"),
    lambda c: c.get(f"{c.base_url}/x", params={"page": 2}),
    lambda c: c.post("/x", data={"a": 1, "b": ["x y", "ü"], "c": None}),
    lambda c: c.post("/x", [("a", 1), ("a", 2)]),
    lambda c: c.post("/x", data={"a": None}),
    lambda c: c.post("/x", data={}, json={"a": 1}),
    lambda c: c.post("/x", data={"a": 1}, json={"b": 2}),
    lambda c: c.post("/x", data={"a": 1}, headers={"content-type": "text/plain"}),
    lambda c: c.get("/x", auth=("me", "pw")),
    lambda c: c.get("/x", auth=("mü", b"\xff:")),
    lambda c: c.get("/x", auth=HTTPBasicAuth("me", "pw"), headers={"Authorization": "Bearer x"}),
    lambda c: c.get("/x", auth=None),
    lambda c: c.get("/x", auth=()),
    lambda c: c.get("/from", auth=("me", "pw")),
    lambda c: c.get("/x", verify=False),
    lambda c: c.get("/from", verify=False, timeout=(3, 10)),
    lambda c: c.get("/x", verify="/no/such/file"),
    lambda c: c.get("/x", timeout=(3, 10)),
    lambda c: c.get("/closed", timeout=(None, 2.5)),
    lambda c: c.get("/x y?q=ä|[]"),
    lambda c: c.get("/x y%2F", params={"a": 1}),
    lambda c: c.get("/%7Ex/../x?%zz"),
    lambda c: c.get("/x", stream=False, proxies=None, cert=None, hooks=None, files=None),
    lambda c: c.get("/x", proxies={}, hooks={}, cert=(), files=[]),
    lambda c: c.get("/x", **{"".join(["na", "me"]): "by another name", "".join(["time", "out"]): 5}),
    lambda c: c.get("/x", name=""),
    in_block_of_name("/x"),
    in_block_of_name("/x", name="of its own"),
    in_block_of_name("/from"),
    in_block_of_name("/missing", params={"a": 1}),
]


@pytest.fixture(autouse=True)
def answers(server: Server) -> None:
    server.answers["/missing"] = answer("404 Not Found", "missing")
    server.answers["/from"] = redirect("/to")
    server.answers["/cookie"] = answer("200 OK", "ok", "Set-Cookie: taste=sweet; Path=/")
    server.answers["/closed"] = b""


@pytest.fixture
def tls_server(certificate: tuple[Path, Path]) -> Iterator[Server]:
    server = Server()
    made, key = map(str, certificate)
    server._listener = StreamServer(("127.0.0.1", 0), server._serve, certfile=made, keyfile=key)
    server._listener.start()
    server.url = f"https://localhost:{server._listener.server_port}"
    yield server
    server.stop()


def record_of(session: Any, server: Server, call: Call) -> tuple[Any, ...]:
    """What a call sends, gives and fires: all that does not differ from run to run."""
    told: list[Any] = []
    # A listener in front of the statistics, and one behind them.
    for _ in range(2):
        session.request_event.add_listener(lambda **event: told.append(event))
    before = len(server.sent)
    try:
        response = call(session)
    finally:
        del session.request_event._handlers[-2:]
    described = ()
    if hasattr(response, "status_code"):
        meta = response.request_meta
        told.append(meta)
        described = (
            response.status_code,
            response.url,
            response.text,
            response.request.body,
            len(response.history),
        )
    return (
        [(sent.method, sent.target, sent.headers, sent.body) for sent in server.sent[before:]],
        described,
        [
            (
                [key for key in event if key != "start_time"],
                {key: event[key] for key in ("request_type", "name", "url", "context", "response_length")},
                described_failure(event["exception"], event["response"]),
                event["exception"] is told[0]["exception"],
                type(event["response"]),
                event["response"].status_code,
            )
            for event in told
        ],
        dict(session.cookies),
    )


def round_and_round() -> list[Any]:
    ring: list[Any] = []
    ring.append({"ring": ring})
    return ring


class Shouted(str):
    def __str__(self) -> str:
        return self.upper()

    def encode(self, *args: Any, **kwargs: Any) -> bytes:
        return self.upper().encode(*args, **kwargs)


def described_failure(failure: Any, response: Any) -> tuple[Any, ...]:
    of_requests = isinstance(failure, requests.RequestException)
    return (
        type(failure),
        repr(getattr(failure, "args", ())),
        str(failure),
        of_requests and (failure.response is response, failure.request is response.request),
        getattr(failure, "__traceback__", None) is None,
    )


def counted_in(stats: Any) -> tuple[Any, ...]:
    entries = {
        key: (entry.num_requests, entry.num_failures, entry.total_content_length)
        for key, entry in stats.entries.items()
    }
    errors = {
        key: (error.method, error.name, repr(error.error), error.to_name(), error.occurrences)
        for key, error in stats.errors.items()
    }
    return entries, errors, stats.num_requests, stats.num_failures


def session_at(server: Server, **attributes: Any) -> tuple[Any, Any]:
    environment = Environment(events=Events())
    environment.create_local_runner().greenlet.kill()  # which else goes on watching the process
    session = HttpSession(server.url, environment.events.request, None)
    session.trust_env = False
    vars(session).update(attributes)
    return session, environment.stats


def in_python(session: Any) -> Any:
    """The same session, all of whose requests are left to Python, and their failures too."""
    session.request = partial(HttpSession.request.__wrapped__, session)
    stats = session.request_event._handlers[0].environment.stats
    stats.log_error = partial(RequestStats.log_error, stats)
    return session


@pytest.mark.parametrize("call", NATIVE_CALLS)
@pytest.mark.parametrize("with_cookie", [False, True])
def test_the_engine_does_what_python_does(server: Server, call: Call, with_cookie: bool) -> None:
    native, native_stats = session_at(server)
    slow, slow_stats = session_at(server)
    if with_cookie:
        for session in (native, slow):
            session.get("/cookie")
            session.headers["X-Own"] = "yes"
    in_python(slow)
    for _ in range(3):  # the second failure of a kind is another matter than the first
        call(native)
        call(slow)
    assert record_of(native, server, call) == record_of(slow, server, call)
    assert counted_in(native_stats) == counted_in(slow_stats)


def in_block(url: str, judge: Callable[[Any], Any], **keywords: Any) -> Call:
    def call(session: Any) -> Any:
        with session.get(url, catch_response=True, **keywords) as response:
            judge(response)
        return response

    return call


class Visitor:
    """A user with a context, of which the model changes its mind."""

    mood = "good"

    def context(self) -> dict[str, Any]:
        return {"mood": self.mood, "a": "of the user"}


def refuse(error: Exception) -> Call:
    def judge(response: Any) -> None:
        raise error

    return judge


def raised_for_status(session: Any) -> None:
    with session.get("/missing", catch_response=True) as response:
        session.last = response
        response.raise_for_status()


A_THING = object()


class Odd(Exception):
    def __repr__(self) -> str:
        return f"<odd: {self.args}>"


class Harmless(Exception):
    def __bool__(self) -> bool:
        return False


def refused(url: str, judge: Call, error: BaseException | None = None) -> Call:
    """A block that is left by an exception."""

    def call(session: Any) -> Any:
        with session.get(url, catch_response=True) as response:
            session.last = response
            judge(response)
            raise error or ResponseError("odd")

    return call


def in_spite_of(error: type[BaseException], call: Call) -> Call:
    def catch(session: Any) -> Any:
        with pytest.raises(error):
            call(session)
        return vars(session).pop("last")

    return catch


BLOCKS: dict[str, Call] = {
    "no verdict": in_block("/x", lambda r: None),
    "success": in_block("/x", lambda r: r.success(), name="named", context={"a": 1}),
    "success after a look at the body": in_block("/x", lambda r: r.text and r.success()),
    "success on 404": in_block("/missing", lambda r: r.success()),
    "no verdict on 404": in_block("/missing", lambda r: None),
    "failure": in_block("/x", lambda r: r.failure("no")),
    "failure on 404": in_block("/missing", lambda r: r.failure("no")),
    "an exception as failure": in_block("/x", lambda r: r.failure(ValueError("no", 1, None))),
    "an exception with an object": in_block("/x", lambda r: r.failure(ValueError(A_THING))),
    "an exception with a text of its own": in_block("/x", lambda r: r.failure(Odd("no"))),
    "an exception that counts as none": in_block("/x", lambda r: r.failure(Harmless("no"))),
    "a failure that is no text": in_block("/x", lambda r: r.failure({"code": 7})),
    "an address in a failure": in_block("/x", lambda r: r.failure("<Lock object at 0x7f01>")),
    "half a character in a failure": in_block("/x", lambda r: r.failure("\udc80")),
    "failure by keyword": in_block("/x", lambda r: r.failure(exc="no")),
    "failure, then success": in_block("/x", lambda r: [r.failure("no"), r.success()]),
    "success, then failure": in_block("/x", lambda r: [r.success(), r.failure("no")]),
    "ResponseError": in_block("/x", refuse(ResponseError("odd"))),
    "ResponseError after a verdict": in_spite_of(ResponseError, refused("/x", lambda r: r.success())),
    "a failed assertion": in_spite_of(AssertionError, refused("/x", lambda r: None, AssertionError("mine"))),
    "a failed assertion after a verdict": in_spite_of(
        AssertionError, refused("/x", lambda r: r.failure("no"), AssertionError("mine"))
    ),
    "the end of the user": in_spite_of(GreenletExit, refused("/x", lambda r: None, GreenletExit())),
    "another reason": in_block("/missing", lambda r: setattr(r, "reason", "Gone")),
    "a reason in bytes": in_block("/missing", lambda r: setattr(r, "reason", b"Gone")),
    "a reason that was looked at": in_block("/missing", lambda r: r.reason and None),
    "another status": in_block("/x", lambda r: setattr(r, "status_code", 500)),
    "a status that is none": in_block("/x", lambda r: setattr(r, "status_code", 0)),
    "another name": in_block("/x", lambda r: r.request_meta.update(name="other")),
    "an error of its own": in_block("/x", lambda r: setattr(r, "error", ValueError("mine"))),
    "no answer": in_block("/closed", lambda r: r.success()),
    "no answer, and no verdict": in_block("/closed", lambda r: None),
    "no answer, which the model has seen": in_block("/closed", lambda r: r.error and None),
    "a status that is raised": in_spite_of(requests.HTTPError, raised_for_status),
    "a good status that is raised": in_block("/x", lambda r: r.raise_for_status()),
    "redirect": in_block("/from", lambda r: r.success()),
    "entered twice": in_block("/x", lambda r: r.__enter__().success()),
    "no block": lambda c: c.get("/x", catch_response=True),
    "the user's context": in_block("/x", lambda r: setattr(r._recorded[0].user, "mood", "bad")),
}


def described_after(response: Any) -> tuple[Any, ...]:
    """What the model can still see of a request when it was recorded."""
    meta = response.request_meta
    return meta["name"], meta["context"], described_failure(meta["exception"], response)


@pytest.mark.parametrize("call", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("with_listeners", [False, True])
def test_a_block_ends_as_in_python(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, with_listeners: bool
) -> None:
    records, counts = [], []
    for native in (True, False):
        if not native:
            judge_in_python(monkeypatch)
        session, stats = session_at(server, user=Visitor())
        if not native:
            in_python(session)
        for _ in range(3):
            if with_listeners:
                records.append(record_of(session, server, call))
            else:
                records.append(described_after(call(session)))
        counts.append(counted_in(stats))
    assert records[:3] == records[3:]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("call", NATIVE_CALLS)
def test_the_engine_does_what_python_does_for_users_of_the_old_api(server: Server, call: Call) -> None:
    native, native_stats = session_at(server, _is_legacy=True)
    slow, slow_stats = session_at(server, _is_legacy=True)
    in_python(slow)
    for _ in range(2):
        assert record_of(native, server, call) == record_of(slow, server, call)
    assert counted_in(native_stats) == counted_in(slow_stats)


@pytest.mark.parametrize("call", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("with_listeners", [False, True])
def test_a_block_of_the_old_api_ends_as_in_python(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, with_listeners: bool
) -> None:
    records, counts = [], []
    for native in (True, False):
        session, stats = session_at(server, user=Visitor(), _is_legacy=True)
        if not native:
            judge_in_python(monkeypatch)
            in_python(session)
        for _ in range(2):
            if with_listeners:
                records.append(record_of(session, server, call))
            else:
                records.append((described_after(call(session)),))
        counts.append(counted_in(stats))
    assert records[:2] == records[2:]
    assert counts[0] == counts[1]


def test_a_listener_ends_the_user_from_within_a_block(counted: tuple[Any, Any]) -> None:
    session, _ = counted

    def end(**_: Any) -> None:
        raise StopUser

    session.request_event.add_listener(end)
    with pytest.raises(StopUser):
        in_block("/x", lambda r: r.success())(session)


@pytest.mark.parametrize("call", [call for call in NATIVE_CALLS if "/closed" not in inspect.getsource(call)])
def test_python_prepares_none_of_them(
    counted: tuple[Any, Any], server: Server, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    session, _ = counted
    monkeypatch.delattr(HttpSession, "_send_natively")
    call(session)
    assert server.sent


def test_a_plain_request_calls_no_python_function(
    counted: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stats = counted
    session.get("/x")  # makes the entry
    for name in ("_send_natively", "_record", "_conclude"):
        monkeypatch.delattr(HttpSession, name)
    monkeypatch.delattr("locust_nest.http.verdict.JudgedResponse._record")
    assert session.get("/x").text == "ok"
    assert stats.get("/x", "GET").num_requests == 2


def test_json_that_could_not_be_encoded_may_be_later(
    counted: tuple[Any, Any], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = counted
    value: dict[str, list[Any]] = {"a": [object()]}
    with pytest.raises(TypeError):
        session.post("/x", json=value)
    value["a"][0] = 1
    monkeypatch.delattr(HttpSession, "_send_natively")
    session.post("/x", json=value)
    assert server.last.body == b'{"a": [1]}'


def test_listeners_are_told_by_the_engine(
    counted: tuple[Any, Any], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stats = counted
    told: list[Any] = []
    session.request_event.add_listener(lambda request_type, response, **_: told.append(response.status_code))
    for name in ("_send_natively", "_record", "_conclude"):
        monkeypatch.delattr(HttpSession, name)
    monkeypatch.delattr("locust_nest.http.verdict.JudgedResponse._record")
    session.get("/x")
    session.get("/missing")
    assert told == [200, 404]
    assert (stats.num_requests, stats.num_failures) == (2, 1)


def test_a_listener_may_change_who_listens(counted: tuple[Any, Any]) -> None:
    session, _ = counted
    hook, told = session.request_event, []

    def once(name: str, **_: Any) -> None:
        told.append(name)
        hook.remove_listener(once)

    hook.add_listener(once)
    hook.add_listener(lambda name, **_: told.append(name.upper()))
    session.get("/x")
    session.get("/y")
    assert told == ["/x", "/X", "/Y"]


def test_what_a_listener_raises_is_logged_or_for_the_user(
    counted: tuple[Any, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = counted
    monkeypatch.setattr(log, "unhandled_greenlet_exception", False)
    troubles: list[BaseException] = [ValueError("broken"), StopUser(), GreenletExit()]
    after: list[str] = []

    def trouble(**_: Any) -> None:
        raise troubles.pop(0)

    session.request_event.add_listener(trouble)
    session.request_event.add_listener(lambda name, **_: after.append(name))
    session.get("/logged")
    with pytest.raises(StopUser):
        session.get("/stopped")
    with pytest.raises(GreenletExit):
        session.get("/killed")
    assert after == ["/logged"]
    assert "Uncaught exception in event handler" in caplog.text
    assert "ValueError: broken" in caplog.text
    assert "raise troubles.pop(0)" in caplog.text
    assert log.unhandled_greenlet_exception


def test_a_fire_of_the_models_own_is_called(
    counted: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = counted
    told: list[str] = []
    monkeypatch.setattr(EventHook, "fire", lambda self, **event: told.append(event["name"]))
    session.request_event.add_listener(lambda **_: told.append("a listener"))
    session.get("/of-the-class")
    monkeypatch.undo()
    session.request_event.fire = lambda **event: told.append(event["name"])
    session.get("/of-the-event")
    assert told == ["/of-the-class", "/of-the-event"]


def test_listeners_get_the_context_of_the_user_under_that_of_the_request(server: Server) -> None:
    class Someone:
        def context(self) -> dict[str, Any]:
            return {"who": "me", "what": "a user"}

    session, _ = session_at(server)
    session.user = Someone()
    told: list[Any] = []
    session.request_event.add_listener(lambda context, response, **_: told.append((context, response)))
    session.get("/x", context={"what": "a request"})
    session.get("/x")
    assert [context for context, _ in told] == [
        {"who": "me", "what": "a request"},
        {"who": "me", "what": "a user"},
    ]
    assert told[0][1].request_meta["context"] == told[0][0]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.get("/x#f", params={"a": 1}),
        lambda c: c.get("/x", params={"a": [[1, 2], "b"]}),
        lambda c: c.get("/x", params=OrderedDict(a=1)),
        lambda c: c.get("/x", params={"a": Shouted("b"), Shouted("c"): {"d": 1}}),
        lambda c: c.get("/x", params={"a": Decimal("1.0"), "b": {"d": 1}, "c": iter("ef")}),
        lambda c: c.get("/x", params=["ab", "cd"]),
        lambda c: c.get("/x", params=[("a", 1, 2)]),
        lambda c: c.get("/x", params=b"a=b"),
        lambda c: c.get("/x", params=5),
        lambda c: c.get("/x", params={"a": "\ud800"}),
        lambda c: c.post("/x", data=OrderedDict(a=1)),
        lambda c: c.post("/x", data={"a": Shouted("b")}),
        lambda c: c.post("/x", data={"a": "\ud800"}),
        lambda c: c.post("/x", data=[1]),
        lambda c: c.post("/x", json=float("nan")),
        lambda c: c.get("/x", auth=["me", "pw"]),
        lambda c: c.get("/x", auth=("me", "pw", "x")),
        lambda c: c.get("/x", auth=("me", "\u20ac")),
        lambda c: c.get("/x", auth=HTTPProxyAuth("me", "pw")),
        lambda c: c.get("/x", auth=lambda request: request),
        lambda c: c.get("/x y#f"),
        lambda c: c.get("relative"),
        lambda c: c.get("HTTP" + c.base_url[4:] + "/x"),
        lambda c: c.get("http://[::1/x"),
        lambda c: c.get("/x", timeout=(1, 0)),
        lambda c: c.get("/x", timeout=(1, 2, 3)),
        lambda c: c.get("/x", timeout=[1, 2]),
        lambda c: c.get("/x", stream=True),
        lambda c: c.get("/x", hooks={"no such": None}),
        lambda c: c.get("/x", proxies={"http": "http://127.0.0.1:1"}),
        lambda c: c.get("/x", headers={"X-A": b"b", "X-B": "ü"}),
        lambda c: c.get("/x", headers={"X-A": " b"}),
        lambda c: c.get("/x", unknown=1),
        lambda c: c.get("/x", "y", "z"),
        lambda c: c.get(),
        lambda c: c.get(b"/x"),
        lambda c: c.get("/x", timeout="soon"),
        lambda c: c.request("get", "/x"),
        lambda c: c.request("G E T", "/x"),
        lambda c: c.post("/x", json={1, 2}),
        lambda c: c.post("/x", json={"a": [1, {2}]}),
        lambda c: c.post("/x", json=round_and_round()),
        lambda c: c.post("/x", json=[Decimal("1.5")]),
        lambda c: c.post("/x", json={(1, 2): 3}),
        lambda c: c.get("/x", name=b"n"),
        lambda c: c.get("/x", catch_response=1),
        lambda c: c.get("/\ud800"),
    ],
)
def test_what_is_unusual_is_what_python_makes_of_it(server: Server, call: Call) -> None:
    outcomes = []
    for session in (session_at(server)[0], in_python(session_at(server)[0])):
        try:
            outcomes.append(record_of(session, server, call))
        except Exception as error:
            outcomes.append((type(error), str(error).replace("HttpSession.", "")))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    "attributes",
    [
        {"auth": ("me", "pw")},
        {"auth": HTTPBasicAuth("me", "pw")},
        {"auth": HTTPDigestAuth("me", "pw")},
        {"auth": ()},
        {"params": {"a": "1"}},
        {"proxies": {"http": None}, "hooks": {"response": []}, "stream": False, "cert": None},
        {"request_name": "renamed"},
        {"request_name": ""},
        {"request_name": Shouted("renamed")},
        {"verify": False},
        {"max_body_size": 1},
        {"headers": {"X-A": "b"}},
        {"max_redirects": 1, "token": "of the model's own"},
        {"_is_legacy": True},
    ],
)
def test_what_a_session_says_holds_for_its_requests(server: Server, attributes: dict[str, Any]) -> None:
    native, slow = (session_at(server, **attributes)[0] for _ in range(2))
    in_python(slow)
    calls: list[Call] = [
        lambda c: c.get("/x"),
        lambda c: c.get("/from", name="named"),
        lambda c: c.get("/x", auth=("another", "pw"), verify=True),
        lambda c: c.get("/x", auth=False),
    ]
    for call in calls:
        assert record_of(native, server, call) == record_of(slow, server, call)


def some_text(chance: random.Random) -> str:
    """Letters, what has a meaning in URLs, controls, and what takes two to four bytes in UTF-8."""
    letters = chance.choice(
        ("abcXYZ019-._~", " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~", "\0\t\r\n\x7f", "aäßé€漢😀 ")
    )
    return "".join(chance.choices(letters, k=chance.randrange(6)))


def some_value(chance: random.Random) -> Any:
    return chance.choice(
        (
            some_text(chance),
            some_text(chance),
            some_text(chance).encode(),
            chance.randbytes(3),
            chance.randrange(-(10**20), 10**20),
            chance.uniform(-1, 1) * 10 ** chance.randrange(-20, 20),
            chance.random() < 0.5,
            None,
        )
    )


def some_form(chance: random.Random) -> Any:
    pairs = []
    for _ in range(chance.randrange(1, 5)):
        kind = chance.choice((list, tuple, None, None))
        value = kind(some_value(chance) for _ in range(chance.randrange(4))) if kind else some_value(chance)
        pairs.append((chance.choice((some_text(chance), some_text(chance).encode(), 7, 1.5, True)), value))
    return chance.choice((dict, list, tuple, lambda pairs: [list(pair) for pair in pairs]))(pairs)


def test_forms_and_queries_are_encoded_as_requests_does(
    counted: tuple[Any, Any], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = counted
    monkeypatch.delattr(HttpSession, "_send_natively")
    chance = random.Random(7)
    for _ in range(1500):
        form = some_form(chance)
        url = chance.choice(("/x", "/x?a=b", "/x?"))
        expected = PreparedRequest()
        expected.prepare_url(server.url + url, form)
        assert session.get(url, params=form, name="n").url == expected.url, form
        sent = session.post("/x", data=form, name="n").request
        assert sent.body == RequestEncodingMixin._encode_params(form), form  # type: ignore[attr-defined]
    assert len(server.sent) == 3000


def test_urls_are_escaped_as_requests_does(
    counted: tuple[Any, Any], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = counted
    monkeypatch.delattr(HttpSession, "_send_natively")
    chance = random.Random(8)
    escapes = ("%20", "%7E", "%2f", "%C3%A4", "%", "/", "/.", "/..", "?", "&a=")
    for _ in range(3000):
        parts = (some_text(chance) + chance.choice(escapes) for _ in range(chance.randrange(1, 4)))
        url = "/" + "".join(parts).replace("#", "")
        expected = PreparedRequest()
        expected.prepare_url(server.url + url, None)
        response = session.get(url)
        assert response.url == expected.url, url
        assert response.request_meta["name"] == expected.url.removeprefix(server.url)
        assert server.last.target == response.request_meta["name"]


@pytest.mark.parametrize("verifies", [False, True])
def test_what_a_request_says_of_certificates_needs_no_python(
    tls_server: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, verifies: bool
) -> None:
    made = str(certificate[0])
    # The other way round than the request.
    session, stats = session_at(tls_server, verify=False if verifies else made)
    monkeypatch.delattr(HttpSession, "_send_natively")
    with gevent.Timeout(DEADLINE_S):
        assert session.get("/x", verify=made if verifies else False).status_code == 200
        assert session.get("/x", verify=True).status_code == 0
    assert stats.total.num_failures == 1


@pytest.mark.parametrize("verifies", [False, True])
def test_what_a_session_says_of_certificates_needs_no_python(
    tls_server: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, verifies: bool
) -> None:
    session, stats = session_at(tls_server, verify=str(certificate[0]) if verifies else False)
    monkeypatch.delattr(HttpSession, "_send_natively")
    with gevent.Timeout(DEADLINE_S):
        assert session.get("/x").status_code == 200
    assert stats.total.num_failures == 0


def test_a_request_of_a_subclass_is_called(server: Server) -> None:
    class Named(HttpSession):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            return super().request(method, url, *args, **{"name": f"{method} it", **kwargs})

    environment = Environment(events=Events())
    environment.create_local_runner().greenlet.kill()  # which else goes on watching the process
    session = Named(server.url, environment.events.request, None)
    session.trust_env = False
    for verb in ("get", "post", "head"):
        getattr(session, verb)("/x")
    assert [key[0] for key in environment.stats.entries] == ["GET it", "POST it", "HEAD it"]


def test_a_request_that_is_replaced_is_called(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    session, stats = session_at(server)
    session.get("/before")
    plain = HttpSession.request

    def renamed(self: Any, method: str, url: str, **kwargs: Any) -> Any:
        return plain(self, method, url, name="of the class", **kwargs)

    monkeypatch.setattr(HttpSession, "request", renamed)
    session.get("/x")
    monkeypatch.undo()
    original = session.request
    session.request = lambda method, url, **kwargs: original(method, url, name="of the session", **kwargs)
    session.get("/x")
    del session.request
    session.get("/after")
    assert [key[0] for key in stats.entries] == ["/before", "of the class", "of the session", "/after"]


def test_an_attribute_of_a_subclass_holds(server: Server) -> None:
    class Renaming(HttpSession):
        request_name = "of the class"

    class Looking(HttpSession):
        @property
        def base_url(self) -> str:  # type: ignore[override]
            return server.url

        @base_url.setter
        def base_url(self, url: str) -> None:
            """Nobody's business."""

    names = []
    for session_class in (Renaming, Looking):
        environment = Environment(events=Events())
        environment.create_local_runner()
        session = session_class("http://elsewhere.invalid", environment.events.request, None)
        session.trust_env = False
        session.__dict__["base_url"] = server.url
        session.get("/x")
        names += [key[0] for key in environment.stats.entries]
        assert environment.stats.num_failures == 0
    assert names == ["of the class", "/x"]


def test_a_verb_looks_like_its_function() -> None:
    assert HttpSession.get.__name__ == "get"
    assert HttpSession.get.__module__ == "locust.clients"
    assert HttpSession.request.__doc__ == HttpSession.request.__wrapped__.__doc__
    assert list(inspect.signature(HttpSession.post).parameters) == ["self", "url", "data", "json", "kwargs"]
    assert "context" in inspect.signature(HttpSession("http://x").request).parameters
    assert repr(HttpSession.get).startswith("<function HttpSession.get ")
    assert copy.deepcopy([HttpSession.get]) == [HttpSession.get]
    assert pickle.loads(pickle.dumps(HttpSession.get)) is HttpSession.get
    HttpSession.get.told = "by a model"  # type: ignore[attr-defined]
    assert HttpSession.get.__wrapped__.told == HttpSession.get.told == "by a model"  # type: ignore[attr-defined]
    del HttpSession.get.told  # type: ignore[attr-defined]
    assert not hasattr(HttpSession.get, "told")
