"""Load shapes: what a tick may say, and what becomes of it."""

from __future__ import annotations

import logging
from argparse import Namespace

import gevent
import pytest
from api_harness import DEADLINE_S, wait_until

import locust.log
from locust import LoadTestShape, User, task
from locust.env import Environment
from locust.exception import StopTest


class A(User):
    @task
    def wait_forever(self):
        gevent.sleep(DEADLINE_S)


class B(A): ...


class Script(LoadTestShape):
    """Says at each tick what comes next; the last word again and again until `end`."""

    def __init__(self, *ticks):
        super().__init__()
        self.ticks = list(ticks)
        self.asked = 0

    def tick(self):
        self.asked += 1
        said = self.ticks[0]
        if len(self.ticks) > 1 and self.settled():
            self.ticks.pop(0)
        if isinstance(said, BaseException):
            raise said
        return said

    def settled(self):
        """Not before the ramp to what was said is complete, as ticks are a second apart in earnest."""
        return self.runner.shape_last_tick == self.ticks[0] and self.runner.state == "running"


@pytest.fixture
def run(monkeypatch):
    """Runs a shape, whose seconds are milliseconds, and gives its runner."""
    monkeypatch.setattr("locust.running.shapes.sleep", lambda seconds: gevent.sleep(seconds / 1000))
    monkeypatch.setattr(locust.log, "unhandled_greenlet_exception", False)
    runners = []

    def start(shape, headless=False, environment_class=Environment):
        options = Namespace(headless=headless, tags=None, exclude_tags=None)
        environment = environment_class(user_classes=[A, B], shape_class=shape, parsed_options=options)
        runner = environment.create_local_runner()
        runners.append(runner)
        runner.counts = []
        environment.events.spawning_complete.add_listener(
            lambda **kw: runner.counts.append(runner.user_classes_count)
        )
        runner.start_shape()
        return runner

    yield start
    for runner in runners:
        with gevent.Timeout(DEADLINE_S):
            runner.quit()


def messages(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "locust.runners"]


def test_users_follow_the_ticks_up_and_down_until_there_is_none(run, caplog):
    with caplog.at_level(logging.INFO):
        runner = run(Script((2, 100), (6, 100.5), (1, 100), None))
        wait_until(lambda: runner.state == "stopped")
    assert [sum(counts.values()) for counts in runner.counts] == [2, 6, 1]
    told = [text for text in messages(caplog) if text.startswith("Shape")]
    assert told == [
        "Shape test starting.",
        "Shape worker starting",
        "Shape test updating to 2 users at 100.00 spawn rate",
        "Shape test updating to 6 users at 100.50 spawn rate",
        "Shape test updating to 1 users at 100.00 spawn rate",
        "Shape test stopping",
    ]
    assert runner.shape_greenlet is None
    assert runner.shape_last_tick is None


def test_a_tick_that_says_the_same_changes_nothing(run):
    shape = Script((2, 100))
    runner = run(shape)
    wait_until(lambda: runner.state == "running")
    asked = shape.asked
    wait_until(lambda: shape.asked > asked + 5)
    assert len(runner.counts) == 1
    assert runner.shape_last_tick == (2, 100)


def test_a_third_value_says_which_classes_the_further_users_are_of(run):
    runner = run(Script((2, 100, [A]), (4, 100, [B]), (5, 100, None), (3, 100, [B]), None))
    wait_until(lambda: runner.state == "stopped")
    assert runner.counts == [{"A": 2, "B": 0}, {"A": 2, "B": 2}, {"A": 2, "B": 3}, {"A": 2, "B": 1}]


def test_a_list_without_classes_brings_no_further_users(run):
    runner = run(Script((2, 100, []), (3, 100, [A]), (5, 100, []), None))
    wait_until(lambda: runner.state == "stopped")
    assert runner.counts == [{"A": 0, "B": 0}, {"A": 3, "B": 0}, {"A": 3, "B": 0}]


def test_another_rate_or_other_classes_alone_are_acted_on(run, caplog):
    with caplog.at_level(logging.INFO):
        runner = run(Script((2, 100), (2, 50), (2, 50, [A]), None))
        wait_until(lambda: runner.state == "stopped")
    assert len([text for text in messages(caplog) if text.startswith("Shape test updating")]) == 3


def test_a_computed_number_of_users_is_rounded_up(run):
    runner = run(Script((2.1, 100), None))
    wait_until(lambda: runner.state == "stopped")
    assert [sum(counts.values()) for counts in runner.counts] == [3]


def test_the_end_of_a_shape_ends_a_headless_run_and_else_only_the_test(run):
    ended = run(Script((1, 100), None), headless=True)
    wait_until(lambda: ended.state == "stopped")
    wait_until(lambda: not ended.greenlet, "the end of what drives the test")
    other = run(Script((1, 100), None))
    wait_until(lambda: other.state == "stopped")
    gevent.sleep(0.01)
    assert other.greenlet


def test_stop_test_ends_it_too(run, caplog):
    runner = run(Script((1, 100), StopTest("that is enough")))
    wait_until(lambda: runner.state == "stopped")
    assert "that is enough" in messages(caplog)
    assert not locust.log.unhandled_greenlet_exception


@pytest.mark.parametrize("broken", [ValueError("broken"), (1, 100, None, "one too many"), (1,)])
def test_a_broken_tick_is_told_and_the_users_stay(run, broken):
    runner = run(Script((1, 100), broken))
    wait_until(lambda: locust.log.unhandled_greenlet_exception)
    assert runner.state == "running"
    assert runner.user_count == 1


def test_a_second_start_of_a_shape_is_refused_while_it_runs(run, caplog):
    with caplog.at_level(logging.INFO):
        runner = run(Script((1, 100)))
        runner.start_shape()
    assert "There is an ongoing shape test running. Editing is disabled" in messages(caplog)
    assert messages(caplog).count("Shape test starting.") == 1


def test_stopping_the_test_stops_the_asking(run):
    shape = Script((1, 100))
    runner = run(shape)
    wait_until(lambda: runner.user_count == 1)
    runner.stop()
    asked = shape.asked
    gevent.sleep(0.02)
    assert shape.asked == asked
    assert runner.shape_greenlet is None


def test_a_shape_may_run_again(run):
    shape = Script((1, 100), None)
    runner = run(shape)
    wait_until(lambda: runner.state == "stopped")
    shape.ticks = [(2, 100), None]
    runner.start_shape()
    wait_until(lambda: runner.state == "stopped" and len(runner.counts) == 2)
    assert [sum(counts.values()) for counts in runner.counts] == [1, 2]


def test_its_time_begins_when_the_test_does(run):
    shape = Script((1, 100))
    shape.start_time -= 1000
    run(shape)
    assert 0 <= shape.get_run_time() < 100
    shape.start_time -= 1000
    assert 1000 < shape.get_run_time() < 1100
    shape.reset_time()
    assert shape.get_run_time() < 100


def test_ticks_are_a_second_apart_less_what_a_tick_takes(monkeypatch):
    pauses = []

    class Slow(Script):
        def tick(self):
            gevent.sleep(0.2 if self.asked else 0)
            return super().tick()

    shape = Slow((1, 100), None)

    def pause(seconds):
        pauses.append(seconds)
        wait_until(lambda: shape.runner.state == "running")

    monkeypatch.setattr("locust.running.shapes.sleep", pause)
    runner = Environment(user_classes=[A], shape_class=shape).create_local_runner()
    runner.start_shape()
    wait_until(lambda: runner.state == "stopped")
    runner.quit()
    assert 0.5 < pauses[0] <= 1
    assert pauses[1] <= 0.8


def test_it_knows_its_runner_and_how_many_users_there_are(run):
    shape = Script((3, 100))
    assert shape.get_current_user_count() == 0
    runner = run(shape)
    assert shape.runner is runner
    wait_until(lambda: shape.get_current_user_count() == 3)


def test_a_shape_is_concrete_unless_it_says_that_it_is_not():
    class Base(LoadTestShape):
        abstract = True
        use_common_options = True

        def tick(self):
            return None

    class Derived(Base): ...

    assert (LoadTestShape.abstract, Base.abstract, Derived.abstract) == (True, True, False)
    assert (LoadTestShape.use_common_options, Derived.use_common_options) == (False, True)
    with pytest.raises(TypeError, match="tick"):
        LoadTestShape()


def test_the_environment_wants_a_shape_not_its_class():
    with pytest.raises(ValueError, match="instance of LoadTestShape"):
        Environment(shape_class=Script)
