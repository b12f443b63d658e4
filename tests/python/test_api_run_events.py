"""What a test tells its listeners, and when: environment and runner, used as a library."""

from __future__ import annotations

import errno

import gevent
import pytest
from api_harness import run_users, wait_until

import locust
from locust import User, constant, task
from locust.env import Environment
from locust.event import Events


class Visitor(User):
    wait_time = constant(1000)

    @task
    def work(self): ...


def is_running(environment):
    return environment.runner.state == "running"


def recorded(events, *names):
    """The keywords of each event, as they are fired."""
    calls = []

    def listen(name):
        getattr(events, name).add_listener(lambda **keywords: calls.append((name, keywords)))

    for name in names:
        listen(name)
    return calls


def test_an_environment_has_events_of_its_own():
    assert Environment().events is not locust.events
    assert Environment().events is not Environment().events
    assert Environment(events=locust.events).events is locust.events


def test_the_events_of_a_test_and_their_keywords():
    events, states = Events(), []
    calls = recorded(events, "test_start", "spawning_complete", "test_stopping", "test_stop", "reset_stats")
    environment = Environment(user_classes=[Visitor], events=events)
    runner = environment.create_local_runner()
    events.spawning_complete.add_listener(lambda **keywords: states.append(runner.state))
    runner.start(2, 1000)
    wait_until(lambda: len(calls) == 2)
    runner.quit()
    assert calls == [
        ("test_start", {"environment": environment}),
        ("spawning_complete", {"user_count": 2}),
        ("test_stopping", {"environment": environment}),
        ("test_stop", {"environment": environment}),
    ]
    assert states == ["running"]


def test_reset_stats_is_not_fired_by_the_option():
    events = Events()
    calls = recorded(events, "reset_stats")
    run_users(Visitor, until=is_running, reset_stats=True, events=events)
    assert calls == []


def test_a_request_may_be_fired_with_the_least_of_keywords():
    environment = Environment(user_classes=[Visitor])
    runner = environment.create_local_runner()
    environment.events.request.fire(request_type="X", name="x", response_time=1, response_length=2)
    runner.quit()
    total = environment.stats.total
    assert (total.num_requests, total.num_failures) == (1, 0)


@pytest.fixture
def busy(monkeypatch):
    """The processor is looked at all the time, and is too busy above a percentage that is given."""
    monkeypatch.setattr("locust.runners.CPU_MONITOR_INTERVAL", 0.005)

    def above(percentage):
        monkeypatch.setattr("locust.runners.CPU_WARNING_THRESHOLD", percentage)

    return above


def test_the_usage_of_the_process_is_told_at_intervals(busy):
    events = Events()
    calls = recorded(events, "usage_monitor")
    environment = run_users(Visitor, events=events, until=lambda _: len(calls) >= 3)
    keywords = calls[0][1]
    assert keywords.keys() == {"environment", "cpu_usage", "memory_usage"}
    assert keywords["environment"] is environment and keywords["cpu_usage"] >= 0
    assert 1_000_000 < keywords["memory_usage"] < 100_000_000_000


def test_the_usage_is_told_also_while_no_descriptor_is_free(busy, monkeypatch):
    def refuse():
        raise OSError(errno.EMFILE, "Too many open files")

    events = Events()
    calls = recorded(events, "usage_monitor")
    monkeypatch.setattr("locust.runners.resident_bytes", refuse)
    run_users(Visitor, events=events, until=lambda _: len(calls) >= 3)
    assert {keywords["memory_usage"] for _, keywords in calls} == {0}


def test_a_busy_processor_is_warned_about(busy, caplog):
    busy(-1)
    events = Events()
    calls = recorded(events, "cpu_warning")
    environment = run_users(Visitor, events=events, until=lambda _: len(calls) >= 3)
    assert calls[0][1].keys() == {"environment", "cpu_usage"}
    assert calls[0][1]["environment"] is environment
    assert len([text for text in caplog.messages if text.startswith("CPU usage above")]) == 1
    assert len([text for text in caplog.messages if text.startswith("CPU usage was too high")]) == 1


def test_an_idle_processor_is_not_warned_about(busy, caplog):
    busy(1_000_000)
    events = Events()
    calls = recorded(events, "cpu_warning")
    told = recorded(events, "usage_monitor")
    run_users(Visitor, events=events, until=lambda _: len(told) >= 3)
    gevent.sleep(0)
    assert calls == [] and "CPU usage" not in caplog.text
