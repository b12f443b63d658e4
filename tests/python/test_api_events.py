"""Event hooks, and the names that older models know them by."""

from __future__ import annotations

import pytest
from gevent import GreenletExit

from locust import log
from locust.event import DeprecatedEventHook, EventHook, Events
from locust.exception import (
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)

HOOKS = [
    "request",
    "user_error",
    "report_to_master",
    "worker_report",
    "worker_connect",
    "spawning_complete",
    "quitting",
    "quit",
    "init",
    "init_command_line_parser",
    "test_start",
    "test_stopping",
    "test_stop",
    "reset_stats",
    "cpu_warning",
    "usage_monitor",
    "heartbeat_sent",
    "heartbeat_received",
]

REQUEST = {
    "request_type": "GET",
    "name": "/",
    "response_time": 5.0,
    "response_length": 10,
    "context": {},
}


@pytest.fixture(autouse=True)
def restore_unhandled_flag():
    before = log.unhandled_greenlet_exception
    log.unhandled_greenlet_exception = False
    yield
    log.unhandled_greenlet_exception = before


def recorder(hook):
    calls = []
    hook.add_listener(lambda **kwargs: calls.append(kwargs))
    return calls


def test_listeners_are_called_in_order_or_in_reverse():
    hook, order = EventHook(), []
    hook.add_listener(lambda **kw: order.append("first"))
    hook.add_listener(lambda **kw: order.append("second"))
    hook.fire()
    hook.fire(reverse=True)
    assert order == ["first", "second", "second", "first"]


def test_add_listener_is_a_decorator_and_handlers_is_a_plain_list():
    hook = EventHook()

    @hook.add_listener
    def listener(**kwargs): ...

    assert hook._handlers == [listener] and type(hook._handlers) is list
    hook.remove_listener(listener)
    assert hook._handlers == []
    with pytest.raises(ValueError):
        hook.remove_listener(listener)


def test_a_listener_may_remove_itself_while_the_event_is_fired():
    hook, calls = EventHook(), []

    def once(**kwargs):
        calls.append("once")
        hook.remove_listener(once)

    hook.add_listener(once)
    hook.add_listener(lambda **kw: calls.append("other"))
    hook.fire()
    hook.fire()
    assert calls == ["once", "other", "other"]


def test_a_broken_listener_is_logged_and_makes_the_run_fail_but_the_others_are_called(caplog):
    hook = EventHook()

    @hook.add_listener
    def broken(**kwargs):
        raise KeyError("no such key")

    calls = recorder(hook)
    hook.fire(a=1)
    assert calls == [{"a": 1}]
    assert log.unhandled_greenlet_exception
    [record] = caplog.records
    assert record.name == "root" and "Uncaught exception in event handler" in record.getMessage()
    assert "no such key" in record.getMessage()


@pytest.mark.parametrize(
    "error", [StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet]
)
def test_what_steers_a_user_reaches_the_caller(error):
    hook = EventHook()

    @hook.add_listener
    def steer(**kwargs):
        raise error()

    calls = recorder(hook)
    with pytest.raises(error):
        hook.fire()
    assert calls == [] and not log.unhandled_greenlet_exception


def test_measure_fires_the_time_of_a_block():
    hook = EventHook()
    calls = recorder(hook)
    with hook.measure("RPC", "call", response_length=3) as request:
        request["context"] = {"user": 1}
    [call] = calls
    assert call["response_time"] >= 0 and call["start_time"] > 0
    assert {
        key: call[key] for key in ("request_type", "name", "response_length", "context", "exception")
    } == {
        "request_type": "RPC",
        "name": "call",
        "response_length": 3,
        "context": {"user": 1},
        "exception": None,
    }


def test_measure_times_a_block_in_milliseconds(monkeypatch):
    seconds = iter([10, 10.25])
    monkeypatch.setattr("locust.event.time.perf_counter", lambda: next(seconds))
    hook = EventHook()
    calls = recorder(hook)
    with hook.measure("RPC", "call"):
        pass
    assert calls[0]["response_time"] == 250


def test_measure_records_an_exception_and_swallows_it():
    hook = EventHook()
    calls = recorder(hook)
    error = ValueError("refused")
    with hook.measure("RPC", "call"):
        raise error
    assert calls[0]["exception"] is error


def test_every_hook_of_a_run_exists():
    hooks = Events()
    for name in HOOKS:
        assert isinstance(getattr(hooks, name), EventHook), name
    assert Events().request is not hooks.request


def test_a_subclass_of_events_declares_its_hooks_by_annotation():
    class Own(EventHook): ...

    annotations = {"by_text": "EventHook", "by_class": Own, "number": int}
    Extended = type("Extended", (Events,), {"__annotations__": annotations, "by_value": Own})
    extended = Extended()
    assert type(extended.by_text) is EventHook
    assert type(extended.by_class) is Own and type(extended.by_value) is Own
    assert isinstance(extended.request, EventHook) and not hasattr(extended, "number")


def test_whoever_listens_to_a_deprecated_event_is_told_so(caplog):
    event = DeprecatedEventHook("use the other one")
    got = []
    event.add_listener(lambda **keywords: got.append(keywords))
    event.fire(a=1)
    assert got == [{"a": 1}]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "use the other one")
    ]


def test_measure_does_not_record_a_block_that_was_killed():
    hook = EventHook()
    calls = recorder(hook)
    with pytest.raises(GreenletExit), hook.measure("RPC", "call"):
        raise GreenletExit()
    assert calls == []
