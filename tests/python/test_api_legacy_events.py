"""The events of Locust 0.x and 1.x."""

from __future__ import annotations

import pytest
from test_api_events import REQUEST, recorder

from locust import events, log
from locust.env import Environment
from locust.event import EventHook, Events


def test_the_events_are_an_object_and_a_module():
    import locust.events
    from locust.events import request_success

    assert locust.events is events
    assert request_success is events.request_success
    assert locust.events.EventHook is EventHook


def test_a_legacy_listener_gets_the_keywords_that_it_names():
    hooks, calls = Events(), []

    def on_quitting():
        calls.append("quitting")

    def on_request(name, exception):
        calls.append((name, exception))

    def on_all(**kwargs):
        calls.append(kwargs)

    hooks.quitting += on_quitting
    hooks.request += on_request
    hooks.test_start += on_all
    hooks.quitting.fire(environment=None, reverse=True)
    hooks.request.fire(exception=None, **REQUEST)
    hooks.test_start.fire(environment=1)
    assert calls == ["quitting", ("/", None), {"environment": 1}]

    hooks.quitting -= on_quitting
    assert hooks.quitting._handlers == []


def test_a_listener_of_today_without_the_keywords_is_an_error(caplog):
    hooks = Events()
    hooks.quitting.add_listener(lambda: None)
    before, log.unhandled_greenlet_exception = log.unhandled_greenlet_exception, False
    hooks.quitting.fire(environment=None)
    failed, log.unhandled_greenlet_exception = log.unhandled_greenlet_exception, before
    assert failed and "TypeError" in caplog.text


def test_success_and_failure_are_told_apart_by_the_exception():
    hooks, calls = Events(), []

    def on_success(request_type, name, response_time, response_length):
        calls.append(("success", request_type, name, response_time, response_length))

    def on_failure(request_type, name, response_time, exception):
        calls.append(("failure", request_type, name, response_time, exception))

    hooks.request_success += on_success
    hooks.request_failure.add_listener(on_failure)
    error = ValueError("no")
    hooks.request.fire(exception=None, **REQUEST)
    hooks.request.fire(exception=error, **REQUEST)
    assert calls == [("success", "GET", "/", 5.0, 10), ("failure", "GET", "/", 5.0, error)]


def test_fired_by_hand_they_become_requests():
    hooks = Events()
    requests = recorder(hooks.request)
    successes = recorder(hooks.request_success)
    failures = recorder(hooks.request_failure)
    error = ValueError("no")
    hooks.request_success.fire(request_type="RPC", name="call", response_time=3, response_length=7)
    hooks.request_failure.fire(request_type="RPC", name="call", response_time=4, exception=error)
    assert [(r["name"], r["response_time"], r["response_length"], r["exception"]) for r in requests] == [
        ("call", 3, 7, None),
        ("call", 4, 0, error),
    ]
    assert len(successes) == 1 and len(failures) == 1


def test_a_failure_without_an_exception_is_still_a_failure():
    hooks = Events()
    requests = recorder(hooks.request)
    hooks.request_failure.fire(request_type="RPC", name="call", response_time=4, exception=None)
    assert requests[0]["exception"]


def test_no_legacy_listener_means_no_listener_of_request():
    hooks = Events()

    def listener(**kwargs): ...

    hooks.request_success += listener
    hooks.request_failure += listener
    assert len(hooks.request._handlers) == 2
    hooks.request_success -= listener
    hooks.request_failure -= listener
    assert hooks.request._handlers == []


@pytest.mark.parametrize(
    "legacy, modern, fired, expected",
    [
        (
            "locust_error",
            "user_error",
            {"user_instance": 1, "exception": 2, "tb": 3},
            {"locust_instance": 1, "exception": 2, "tb": 3},
        ),
        ("hatch_complete", "spawning_complete", {"user_count": 5}, {"user_count": 5}),
        ("slave_report", "worker_report", {"client_id": "a", "data": {}}, {"client_id": "a", "data": {}}),
        ("locust_start_hatching", "test_start", {"environment": 1}, {}),
        ("locust_stop_hatching", "test_stop", {"environment": 1}, {}),
    ],
)
def test_renamed_events_arrive_under_their_old_names(legacy, modern, fired, expected):
    hooks = Events()
    calls = recorder(getattr(hooks, legacy))
    getattr(hooks, modern).fire(**fired)
    assert calls == [expected]


def test_a_legacy_listener_finds_the_request_counted():
    hooks, seen = Events(), []
    environment = Environment(events=hooks)

    def on_success(name):
        seen.append(("legacy", environment.stats.num_requests))

    def on_request(**kwargs):
        seen.append(("modern", environment.stats.num_requests))

    hooks.request_success += on_success
    hooks.request.add_listener(on_request)
    environment.create_local_runner()
    hooks.request.fire(exception=None, **REQUEST)
    assert seen == [("modern", 0), ("legacy", 1)]
    environment.runner.quit()


def test_a_listener_is_removed_whatever_keywords_it_names():
    hooks, calls = Events(), []

    def brief(name):
        calls.append(name)

    for hook in (hooks.request_success, hooks.request_failure, hooks.locust_error, hooks.quitting):
        hook += brief
        hook -= brief
        assert hook._handlers == []


def test_own_hooks_take_listeners_in_both_ways():
    hook, calls = EventHook(), []

    def listener(value):
        calls.append(value)

    hook += listener
    hook.add_listener(lambda value, other: calls.append((value, other)))
    hook.fire(value=1, other=2)
    assert calls == [1, (1, 2)]
