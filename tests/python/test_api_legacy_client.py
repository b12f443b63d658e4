"""Clients of users of 0.x: verdicts that are reported when they are given, and failures in the words of then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from client_harness import Server, answer, events, hook, redirect, server

import locust.core
from locust import HttpLocust, HttpUser, Locust, ResponseError, TaskSet
from locust.clients import HttpSession, LocustResponse
from locust.contrib.fasthttp import FastHttpLocust, FastHttpSession
from locust.env import Environment
from locust.event import EventHook, Events
from locust.exception import CatchResponseError, LocustError

__all__ = ["events", "hook", "server"]


def make_user(user_class: type, hook: EventHook, **attributes: Any) -> Any:
    environment = Environment(events=Events())
    environment.events.request = hook
    return type("Visitor", (user_class,), {"task_set": TaskSet, **attributes}).make(environment)


@pytest.fixture(params=[HttpLocust, FastHttpLocust])
def client(request: pytest.FixtureRequest, server: Server, hook: EventHook) -> Iterator[Any]:
    server.answers["/404"] = answer("404 Not Found")
    server.answers["/moved"] = redirect("/404")
    return make_user(request.param, hook, host=server.url).client


def reported(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["name"], repr(event["exception"])) for event in events]


def test_a_verdict_is_reported_when_it_is_given_and_each_of_them(client, events) -> None:
    with client.get("/x", catch_response=True) as response:
        response.failure("first")
        assert reported(events) == [("/x", "CatchResponseError('first')")]
        response.success()
        response.failure(ValueError("third"))
    assert reported(events)[1:] == [("/x", "None"), ("/x", "ValueError('third')")]


def test_a_verdict_needs_no_block(client, events) -> None:
    response = client.get("/404", catch_response=True)
    assert events == []
    response.success()
    assert reported(events) == [("/404", "None")]


def test_without_a_verdict_the_status_decides_at_the_end_of_the_block(client, events) -> None:
    with client.get("/x", catch_response=True):
        assert events == []
    with client.get("/404", name="named", catch_response=True):
        pass
    assert [(event["name"], bool(event["exception"])) for event in events] == [("/x", False), ("named", True)]


def test_a_response_error_is_a_failure_unless_there_was_a_verdict(client, events) -> None:
    with client.get("/x", catch_response=True):
        raise ResponseError("no item")
    assert reported(events) == [("/x", "ResponseError('no item')")]
    with pytest.raises(ResponseError), client.get("/x", catch_response=True) as response:
        response.failure("judged")
        raise ResponseError("passes")
    assert reported(events)[1:] == [("/x", "CatchResponseError('judged')")]


def test_another_exception_passes_and_leaves_nothing_recorded(client, events) -> None:
    with pytest.raises(KeyError), client.get("/x", catch_response=True):
        raise KeyError("item")
    assert events == []


def test_what_is_reported_can_be_changed_in_locust_request_meta(client, events) -> None:
    with client.get("/x", catch_response=True) as response:
        meta = response.locust_request_meta
        assert sorted(meta) == ["content_size", "method", "name", "response_time", "start_time"]
        assert (meta["method"], meta["name"], meta["content_size"]) == ("GET", "/x", 2)
        meta.update(name="/[id]", method="PAGE", response_time=7, content_size=9)
        response.success()
    [event] = events
    assert [event[key] for key in ("request_type", "name", "response_time", "response_length")] == [
        "PAGE", "/[id]", 7, 9
    ]  # fmt: skip


def test_a_plain_block_is_fine_and_a_verdict_in_it_is_a_mistake(client, caplog) -> None:
    with client.get("/x") as response:
        assert response.text == "ok"
        with pytest.raises(LocustError):
            response.success()
    assert caplog.records == []


def test_a_status_is_blamed_on_the_url_unless_the_request_has_a_name(server, hook, events) -> None:
    server.answers["/404"] = answer("404 Not Found")
    server.answers["/moved"] = redirect("/404")
    client = make_user(HttpLocust, hook, host=server.url).client
    for name in (None, "named"):
        client.get("/404?a=b", name=name)
        client.get("/moved", name=name)
    with client.get("/404", catch_response=True):
        pass
    client.get("/404", name="/404")
    assert [str(event["exception"]).rpartition(" ")[2] for event in events] == [
        f"{server.url}/404?a=b", f"{server.url}/404", "named", "named", f"{server.url}/404", "/404"
    ]  # fmt: skip


def test_the_fast_client_names_the_final_url(server, hook, events) -> None:
    server.answers["/404"] = answer("404 Not Found")
    server.answers["/moved"] = redirect("/404")
    client = make_user(FastHttpLocust, hook, host=server.url).client
    response = client.get("/moved")
    assert reported(events) == [("/moved", f"BadStatusCode('{server.url}/404')")]
    assert response.error.code == 404


def test_a_refused_connection_is_the_exception_of_requests(hook, events) -> None:
    client = make_user(HttpLocust, hook, host="http://127.0.0.1:1").client
    response = client.get("/")
    [event] = events
    assert event["exception"] is response.error
    assert type(response.error) is requests.ConnectionError
    assert isinstance(response, LocustResponse) and response.status_code == 0


def test_a_session_made_with_an_address_alone_is_of_that_time(server) -> None:
    program = locust.events
    failed: list[Any] = []

    def on_failure(request_type, name, response_time, exception):
        failed.append(exception)

    program.request_failure += on_failure
    try:
        for session in (HttpSession(server.url), FastHttpSession(server.url)):
            session.get("/x", catch_response=True).failure("at once")
    finally:
        program.request_failure -= on_failure
    assert [str(exception) for exception in failed] == ["at once"] * 2
    assert all(type(exception) is CatchResponseError for exception in failed)


def test_an_http_user_can_be_made_without_a_run(server) -> None:
    user = type("Visitor", (HttpLocust,), {"task_set": TaskSet, "host": server.url})()
    assert user.client.get("/x").text == "ok"
    assert user.environment.events is locust.events


def test_users_of_today_are_judged_as_today(server, hook, events) -> None:
    environment = Environment(events=Events())
    environment.events.request = hook
    client = type("Modern", (HttpUser,), {"host": server.url})(environment).client
    with client.get("/x", catch_response=True) as response:
        response.failure("first")
        response.success()
    assert reported(events) == [("/x", "None")]
    with pytest.raises(LocustError):
        client.get("/x", catch_response=True).success()


@pytest.mark.parametrize("trust_env", [False, True])
def test_the_class_says_whether_the_environment_is_trusted(server, hook, trust_env) -> None:
    assert HttpLocust.trust_env is False
    assert make_user(HttpLocust, hook, host=server.url, trust_env=trust_env).client.trust_env is trust_env


def test_a_user_without_a_client_says_so_when_it_is_used(hook) -> None:
    user = make_user(Locust, hook)
    assert isinstance(user.client, locust.core.NoClientWarningRaiser)
    with pytest.raises(LocustError, match="HttpLocust"):
        user.client.get("/")
