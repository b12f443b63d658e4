"""What is recorded of a request: the event's keywords, names, and the verdict of a with-block."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
import urllib3
from client_harness import Server, answer, client, events, hook, judge_in_python, server

from locust.clients import HttpSession, ResponseContextManager
from locust.event import EventHook
from locust.exception import CatchResponseError, InterruptTaskSet, LocustError, ResponseError, StopUser

__all__ = ["client", "events", "hook", "server"]

NOT_FOUND = answer("404 Not Found", "missing")


@pytest.fixture(params=["natively", "in Python"], autouse=True)
def judged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in Python":
        judge_in_python(monkeypatch)


# Whether this program prepares the request in C or in Python.
@pytest.mark.parametrize(("path", "keywords"), [("/path?a=1", {}), ("/path", {"params": {"a": 1}})])
def test_the_keywords_of_the_event(
    client: Any, server: Server, events: list[dict[str, Any]], path: str, keywords: dict[str, Any]
) -> None:
    before = time.time()
    response = client.get(path, **keywords)
    assert len(events) == 1
    event = dict(events[0])
    assert before <= event.pop("start_time") <= time.time()
    assert isinstance(event["response_time"], float) and 0 < event.pop("response_time") < 10_000
    assert event.pop("response") is response
    assert event == {
        "request_type": "GET",
        "name": "/path?a=1",
        "context": {},
        "exception": None,
        "url": f"{server.url}/path?a=1",
        "response_length": 2,
    }


def test_a_session_without_an_event_of_its_own_fires_that_of_the_program(server: Server) -> None:
    import locust

    fired: list[dict[str, Any]] = []

    def listen(**keywords: Any) -> None:
        fired.append(keywords)

    locust.events.request.add_listener(listen)
    try:
        session = HttpSession(server.url, None, None)
        if session.request_event is not None:
            session.get("/")
            assert [event["name"] for event in fired] == ["/"]
    finally:
        locust.events.request.remove_listener(listen)


@pytest.mark.parametrize(
    ("call", "method", "name"),
    [
        (lambda c: c.get("/x"), "GET", "/x"),
        (lambda c: c.get(""), "GET", "/"),
        (lambda c: c.get("/x", name="named"), "GET", "named"),
        (lambda c: c.get("/x", name=""), "GET", "/x"),
        (lambda c: c.request("get", "/x"), "get", "/x"),
        (lambda c: c.request("GET", "/x", "third"), "GET", "third"),
        (lambda c: c.request(method="PUT", url="/x", name="all by name"), "PUT", "all by name"),
        (lambda c: c.get(url="/x"), "GET", "/x"),
        (lambda c: c.post("/x", {}, {}, name="n"), "POST", "n"),
        (lambda c: c.get("/x y", params={"a": "ü"}), "GET", "/x%20y?a=%C3%BC"),
        (lambda c: c.get("/x?b=1#part", params={"a": 1}), "GET", "/x?b=1&a=1"),
        (lambda c: c.get("/%7euser"), "GET", "/~user"),
        (lambda c: c.get("/a/../b"), "GET", "/b"),
        (lambda c: c.get(c.base_url + "/x?y=1"), "GET", "/x?y=1"),
        (lambda c: c.get(c.base_url), "GET", "/"),
        (lambda c: c.get("/x", name=("a", "tuple")), "GET", ("a", "tuple")),
    ],
)
def test_what_a_request_is_called(
    client: Any, events: list[dict[str, Any]], call: Any, method: str, name: Any
) -> None:
    call(client)
    assert (events[0]["request_type"], events[0]["name"]) == (method, name)


def test_requests_are_renamed_in_a_block_or_until_further_notice(
    client: Any, events: list[dict[str, Any]]
) -> None:
    with client.rename_request("in the block"):
        client.get("/a")
        client.get("/b", name="own")
        with client.get("/c", catch_response=True):
            pass
    client.get("/d")
    client.request_name = "from here"
    client.get("/e")
    client.request_name = None
    client.get("/f")
    names = [event["name"] for event in events]
    assert names == ["in the block", "own", "in the block", "/d", "from here", "/f"]


def test_a_block_that_raises_ends_the_renaming(client: Any, events: list[dict[str, Any]]) -> None:
    with pytest.raises(KeyError), client.rename_request("in the block"):
        raise KeyError
    client.get("/d")
    assert events[0]["name"] == "/d"


def test_the_context_of_the_request_goes_over_that_of_the_user(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    class Somebody:
        environment = None

        def context(self) -> dict[str, Any]:
            return {"user": 1, "both": "user"}

    session = HttpSession(server.url, hook, Somebody())
    session.trust_env = False
    session.get("/")
    for keywords in ({}, {"params": {"a": 1}}):  # which this program prepares in C and in Python
        session.get("/", context={"both": "request", "more": 2}, **keywords)
    assert [event["context"] for event in events] == [
        {"user": 1, "both": "user"},
        {"user": 1, "both": "request", "more": 2},
        {"user": 1, "both": "request", "more": 2},
    ]


def test_the_context_of_the_user_is_that_of_the_moment_when_the_response_came(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    class Somebody:
        environment = None
        tenant = "first"

        def context(self) -> dict[str, Any]:
            return {"tenant": self.tenant}

    somebody = Somebody()
    session = HttpSession(server.url, hook, somebody)
    with session.get("/", catch_response=True) as response:
        somebody.tenant = "second"
        response.request_meta["context"]["seen"] = True
    assert [event["context"] for event in events] == [{"tenant": "first", "seen": True}]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("200 OK", None),
        ("204 No Content", None),
        ("304 Not Modified", None),
        ("399 Odd", None),
        ("400 Bad Request", "400 Client Error: Bad Request for url: /x"),
        ("404 NOT FOUND", "404 Client Error: NOT FOUND for url: /x"),
        ("499 ", "499 Client Error:  for url: /x"),
        ("500 Internal Server Error", "500 Server Error: Internal Server Error for url: /x"),
        ("599 Odd", "599 Server Error: Odd for url: /x"),
        ("600 Odd", None),
    ],
)
def test_the_status_decides(
    client: Any, server: Server, events: list[dict[str, Any]], status: str, message: str | None
) -> None:
    server.answers["/x"] = answer(status, b"")
    client.get("/x")
    with client.get("/x", catch_response=True):
        pass
    for event in events:
        assert (event["exception"] and str(event["exception"])) == message
        assert event["exception"] is None or isinstance(event["exception"], requests.HTTPError)
    assert len(events) == 2


def test_failures_are_named_like_the_request(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/x"] = NOT_FOUND
    response = client.get("/x?id=17", name="/x?id=[id]")
    assert str(events[0]["exception"]) == "404 Client Error: Not Found for url: /x?id=[id]"
    assert response.url == f"{server.url}/x?id=17"
    with pytest.raises(requests.HTTPError, match=f"for url: {server.url}/x.id=17"):
        response.raise_for_status()


def test_success_overrules_the_status(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    server.answers["/x"] = NOT_FOUND
    with client.get("/x", catch_response=True) as response:
        assert isinstance(response, ResponseContextManager)
        assert events == []
        response.success()
        assert events == []
    assert len(events) == 1
    assert events[0]["exception"] is None
    assert events[0]["response"] is response
    response.raise_for_status()


@pytest.mark.parametrize("reason", ["a text", {"code": 1}, None, 17, "", ["a", "list"]])
def test_failure_takes_anything_that_describes_it(
    client: Any, events: list[dict[str, Any]], reason: Any
) -> None:
    with client.get("/x", catch_response=True) as response:
        response.failure(reason)
    (event,) = events
    assert type(event["exception"]) is CatchResponseError
    assert event["exception"].args == (reason,)
    assert event["response_length"] == 2
    with pytest.raises(CatchResponseError):
        response.raise_for_status()


def test_failure_takes_an_exception(client: Any, events: list[dict[str, Any]]) -> None:
    reason = ValueError("wrong")
    with client.get("/x", catch_response=True) as response:
        response.failure(reason)
    assert events[0]["exception"] is reason
    with pytest.raises(ValueError, match="wrong"):
        response.raise_for_status()


def test_the_last_verdict_counts(client: Any, events: list[dict[str, Any]]) -> None:
    with client.get("/x", catch_response=True) as response:
        response.failure("no")
        response.success()
    with client.get("/x", catch_response=True) as response:
        response.success()
        response.failure("no")
        response.failure("really not")
    assert [event["exception"] and str(event["exception"]) for event in events] == [None, "really not"]


def test_a_response_error_in_the_block_is_a_failure(client: Any, events: list[dict[str, Any]]) -> None:
    with client.get("/x", catch_response=True):
        raise ResponseError("bad")
    assert [repr(event["exception"]) for event in events] == ["ResponseError('bad')"]


@pytest.mark.parametrize(
    "error", [ValueError, AssertionError, CatchResponseError, InterruptTaskSet, StopUser, SystemExit]
)
def test_another_exception_in_the_block_leaves_nothing_recorded(
    client: Any, events: list[dict[str, Any]], error: type[BaseException]
) -> None:
    with pytest.raises(error), client.get("/x", catch_response=True):
        raise error
    assert events == []


@pytest.mark.parametrize("error", [ValueError, AssertionError, InterruptTaskSet, ResponseError])
def test_an_exception_after_the_verdict_passes_and_the_verdict_counts(
    client: Any, events: list[dict[str, Any]], error: type[Exception]
) -> None:
    with pytest.raises(error), client.get("/x", catch_response=True) as response:
        response.failure("before")
        raise error
    with pytest.raises(error), client.get("/x", catch_response=True) as response:
        response.success()
        raise error
    assert [event["exception"] and str(event["exception"]) for event in events] == ["before", None]


def test_what_raise_for_status_raises_in_a_block_is_not_swallowed(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/x"] = NOT_FOUND
    with pytest.raises(requests.HTTPError), client.get("/x", catch_response=True) as response:
        response.raise_for_status()
    assert events == []


def test_a_response_from_elsewhere_takes_a_verdict(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    for verdict in (None, "not that"):
        meta = {"request_type": "LIB", "name": "elsewhere", "response_time": 1, "exception": None}
        server.answers["/"] = NOT_FOUND
        response = ResponseContextManager.wrap_response(
            requests.get(server.url), hook, meta, catch_response=True
        )
        assert (response.status_code, response.text) == (404, "missing")
        with response:
            if verdict:
                response.failure(verdict)
    assert [event["request_type"] for event in events] == ["LIB", "LIB"]
    assert [str(event["exception"]) for event in events] == [
        "404 Client Error: Not Found for url: elsewhere",
        "not that",
    ]


def test_a_return_in_the_block_ends_it(client: Any, events: list[dict[str, Any]]) -> None:
    def visit() -> str:
        with client.get("/x", catch_response=True) as response:
            response.failure("no")
            return response.text

    assert visit() == "ok"
    assert len(events) == 1


def test_a_response_that_is_never_entered_is_never_recorded(
    client: Any, events: list[dict[str, Any]]
) -> None:
    client.get("/x", catch_response=True)
    assert events == []


def test_a_response_is_entered_later(client: Any, events: list[dict[str, Any]]) -> None:
    response = client.get("/x", catch_response=True)
    client.get("/y")
    with response:
        response.failure("late")
    assert [event["name"] for event in events] == ["/y", "/x"]


@pytest.mark.parametrize("catch_response", [True, False])
def test_a_verdict_outside_of_a_block_is_refused(client: Any, catch_response: bool) -> None:
    response = client.get("/x", catch_response=catch_response)
    with pytest.raises(LocustError, match=r"(?s)with-block.* response\.success\(\)$"):
        response.success()
    with pytest.raises(LocustError, match=r"(?s)with-block.* response\.failure\(\.\.\.\)$"):
        response.failure("no")


def test_models_may_look_at_the_verdict_and_set_it(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/missing"] = NOT_FOUND
    with client.get("/missing", catch_response=True) as response:
        assert response._manual_result is None
        response._manual_result = True
    with client.get("/x", catch_response=True) as response:
        response.success()
        assert response._manual_result is True
        response.failure("no")
        assert str(response._manual_result) == "no"
    assert [event["exception"] and str(event["exception"]) for event in events] == [None, "no"]


def test_the_block_changes_what_is_recorded(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    with client.get("/x/17", catch_response=True) as response:
        response.request_meta["name"] = "/x/[id]"
        response.request_meta["request_type"] = "FETCH"
        response.request_meta["context"]["id"] = 17
        response.request_meta["response_time"] = 12.5
        response.request_meta["response_length"] = 99
    (event,) = events
    assert [
        event[key] for key in ("name", "request_type", "context", "response_time", "response_length")
    ] == [
        "/x/[id]",
        "FETCH",
        {"id": 17},
        12.5,
        99,
    ]
    server.answers["/x/18"] = NOT_FOUND
    with client.get("/x/18", catch_response=True) as response:
        response.request_meta["name"] = "/x/[id]"
    assert str(events[1]["exception"]) == "404 Client Error: Not Found for url: /x/[id]"


def test_an_exception_written_into_the_event_holds_unless_the_response_has_failed(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    server.answers["/404"] = NOT_FOUND
    written = ValueError("written")
    for path in ("/x", "/404"):
        with client.get(path, catch_response=True) as response:
            response.request_meta["exception"] = written
    with client.get("/x", catch_response=True) as response:
        response.request_meta["exception"] = written
        response.success()
    assert events[0]["exception"] is written
    assert isinstance(events[1]["exception"], requests.HTTPError)
    assert events[2]["exception"] is None


def test_leaving_the_block_says_whether_an_exception_is_swallowed(client: Any) -> None:
    error = ValueError()
    entered = [client.get("/", catch_response=True).__enter__() for _ in range(3)]
    entered[0].success()
    assert entered[0].__exit__(None, None, None) is True
    assert entered[0].__exit__(ValueError, error, None) is False
    assert entered[1].__exit__(None, None, None) is True
    assert entered[2].__exit__(ValueError, error, None) is False


def test_a_verdict_on_a_response_of_another_session_is_refused(server: Server) -> None:
    response = requests.get(server.url, timeout=5)
    for verdict in (lambda: response.success(), lambda: response.failure("no")):
        with pytest.raises(LocustError, match="catch_response=True"):
            verdict()


def test_blocks_nest(client: Any, events: list[dict[str, Any]]) -> None:
    with client.get("/outer", catch_response=True) as outer:
        with client.get("/inner", catch_response=True) as inner:
            inner.failure("inner")
        outer.success()
    assert [event["name"] for event in events] == ["/inner", "/outer"]


def test_a_model_waits_in_the_block_and_the_time_is_that_of_the_request(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    with client.get("/x", catch_response=True):
        time.sleep(0.2)
    assert events[0]["response_time"] < 150


@pytest.mark.parametrize(
    "url",
    [
        "example.org/x",
        "ftp://example.org",
        "http://",
        "mailto:me",
        "http://a b/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://.example.invalid/",
    ],
)
def test_a_url_that_is_none_raises_and_is_not_recorded(
    hook: EventHook, events: list[dict[str, Any]], url: str
) -> None:
    session = HttpSession("", hook, None)
    with pytest.raises(
        (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL)
    ):
        session.get(url)
    assert events == []


def test_a_host_name_with_a_label_that_is_too_long_raises_what_urllib3_raises(
    hook: EventHook, events: list[dict[str, Any]]
) -> None:
    with pytest.raises(urllib3.exceptions.LocationParseError, match="label empty or too long"):
        HttpSession("http://" + "a" * 64 + ".invalid", hook, None).get("/")
    assert events == []


def test_an_unknown_keyword_raises_and_is_not_recorded(client: Any, events: list[dict[str, Any]]) -> None:
    with pytest.raises(TypeError):
        client.get("/", nonsense=1)
    assert events == []


@pytest.mark.parametrize("method", ["G E T", "G\u00c9T", "GET\r\n"])
def test_a_method_that_is_none_raises(client: Any, events: list[dict[str, Any]], method: str) -> None:
    for keywords in ({}, {"hooks": {"response": lambda response, **_: None}}):
        with pytest.raises(ValueError, match="Method cannot contain non-token characters"):
            client.request(method, "/", **keywords)
    assert events == []


@pytest.mark.parametrize("headers", [{"X-Snow": "\u2603"}, {"X-\u00dc": "name"}])
def test_a_header_that_cannot_be_encoded_raises(
    client: Any, events: list[dict[str, Any]], headers: dict[str, str]
) -> None:
    with pytest.raises(UnicodeEncodeError):
        client.get("/", headers=headers)
    assert events == []


def test_a_header_that_cannot_be_sent_is_a_failed_request(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    response = client.get("/x", headers={"X-Number": 17})
    assert response.status_code == 0
    client.get("/x", headers={"X-Break": "a\r\nb: c"})
    assert [type(event["exception"]) for event in events] == [requests.exceptions.InvalidHeader] * 2
    assert server.sent == []
