"""The ramp of a local run: when each user starts or stops, by a clock that only the ramp advances."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import gevent
import pytest
from api_harness import DEADLINE_S, wait_until

import nest_engine
from locust import User, constant, task
from locust.env import Environment
from locust.event import Events
from locust.exception import StopUser


class Clock:
    """The time of the ramp: it passes while the ramp sleeps, and stands still at `stop_at`."""

    def __init__(self):
        self.now = 0.0
        self.stop_at = float("inf")
        # How many users there are when all have done what they were told.
        self.expected_users = lambda: 0
        self.user_count = lambda: 0

    def sleep(self, seconds):
        gevent.sleep(0)
        wait_until(lambda: self.user_count() == self.expected_users(), "what users were told")
        while self.now + seconds > self.stop_at:
            gevent.sleep(0.001)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    time = SimpleNamespace(perf_counter=lambda: made.now, process_time=lambda: 0.0)
    monkeypatch.setattr("locust.runners.time", time)
    engine = SimpleNamespace(Ramp=nest_engine.Ramp, sleep=made.sleep)
    monkeypatch.setattr("locust.runners.nest_engine", engine)
    return made


class Timed(User):
    """Notes when it starts and stops."""

    abstract = True
    wait_time = constant(1000)

    def __init__(self, environment):
        super().__init__(environment)
        environment.started.append(round(environment.clock.now, 6))

    @task
    def work(self): ...

    def on_stop(self):
        self.environment.stopped.append(round(self.environment.clock.now, 6))


class A(Timed): ...


class B(Timed): ...


class Fixed(Timed):
    fixed_count = 2


@pytest.fixture
def test_of(clock):
    runners = []

    def make(*user_classes):
        events = Events()
        environment = Environment(user_classes=list(user_classes), events=events)
        environment.clock, environment.started, environment.stopped = clock, [], []
        environment.test_starts, environment.completed = [], []
        events.test_start.add_listener(lambda **kw: environment.test_starts.append(1))
        events.spawning_complete.add_listener(
            lambda user_count, **kw: environment.completed.append((user_count, round(clock.now, 6)))
        )
        runner = environment.create_local_runner()
        runners.append(runner)
        clock.user_count = lambda: runner.user_count
        clock.expected_users = lambda: runner._population.total
        return environment

    yield make
    for runner in runners:
        with gevent.Timeout(DEADLINE_S):
            runner.quit()


def ramp(environment, count, rate):
    before = len(environment.completed)
    with gevent.Timeout(DEADLINE_S):
        environment.runner.start(count, rate)
    environment.clock.stop_at = float("inf")
    wait_until(lambda: len(environment.completed) > before, "the end of the ramp")


@pytest.mark.parametrize(
    "rate, started", [(2, [0, 0.5, 1, 1.5]), (0.5, [0, 2, 4, 6]), (2.5, [0, 0.4, 0.8, 1.2])]
)
def test_users_start_evenly_at_the_spawn_rate_the_first_at_once(test_of, rate, started):
    environment = test_of(A)
    ramp(environment, 4, rate)
    assert environment.started == started
    assert environment.completed == [(4, started[-1])]


def test_a_ramp_that_was_held_up_catches_up_at_twice_the_rate(test_of, clock):
    environment = test_of(A)
    held_up = []

    def hold_up(user_count):
        if not held_up and user_count == 2:
            held_up.append(1)
            clock.now += 2

    counting, clock.user_count = clock.user_count, None
    clock.user_count = lambda: hold_up(counting()) or counting()
    ramp(environment, 8, 2)
    assert environment.started == [0, 0.5, 3, 3.25, 3.5, 3.75, 4, 4.25]


def test_during_a_ramp_all_objects_are_looked_through_only_when_there_are_many_more(test_of, clock):
    usual = gc.get_threshold()
    environment = test_of(A)
    clock.stop_at = 1
    with gevent.Timeout(DEADLINE_S):
        environment.runner.start(100_000, 1)
    wait_until(lambda: clock.now == 1)
    assert gc.get_threshold()[:2] == usual[:2] and gc.get_threshold()[2] > usual[2] + 100
    environment.runner.quit()
    assert gc.get_threshold() == usual


def test_what_a_model_says_about_garbage_during_a_ramp_stays(test_of, clock):
    usual = gc.get_threshold()
    environment = test_of(A)
    clock.stop_at = 1
    try:
        environment.runner.start(3, 1)
        wait_until(lambda: clock.now == 1)
        gc.set_threshold(123, 45, 6)
        clock.stop_at = float("inf")
        wait_until(lambda: environment.completed)
        assert gc.get_threshold() == (123, 45, 6)
    finally:
        gc.set_threshold(*usual)


def test_users_stop_evenly_at_the_spawn_rate(test_of, clock):
    environment = test_of(A)
    ramp(environment, 5, 1000)
    clock.now = 0
    ramp(environment, 1, 2)
    assert environment.stopped == [0, 0.5, 1, 1.5]
    assert environment.completed[-1] == (1, 1.5)


def test_the_ramp_ends_early_when_every_fixed_count_is_filled(test_of):
    environment = test_of(Fixed)
    ramp(environment, 10, 1)
    assert environment.started == [0, 1]
    assert environment.completed == [(2, 2)]


def test_users_that_have_ended_are_replaced_once_a_second_during_the_ramp(test_of, clock):
    class Dying(Timed):
        def on_start(self):
            raise StopUser()

    environment = test_of(Dying)
    clock.expected_users = lambda: 0
    ramp(environment, 3, 2)
    assert environment.started == [0, 0.5, 1, 1, 1]


def test_another_number_during_the_ramp_goes_on_from_there(test_of, clock):
    environment = test_of(A, B)
    runner = environment.runner
    clock.stop_at = 2
    with gevent.Timeout(DEADLINE_S):
        runner.start(1000, 1)
    wait_until(lambda: clock.now == 2)
    assert environment.started == [0, 1, 2] and runner.state == "spawning"
    ramp(environment, 5, 1)
    assert environment.started == [0, 1, 2, 2, 3]
    assert runner.user_classes_count == {"A": 3, "B": 2}
    assert environment.completed == [(5, 3)] and len(environment.test_starts) == 1

    clock.now, clock.stop_at = 0, 0
    runner.start(7, 1)
    wait_until(lambda: runner.user_count == 6)
    assert runner.state == "spawning"
    clock.stop_at = float("inf")
    wait_until(lambda: runner.state == "running")
    assert environment.started[5:] == [0, 1] and len(environment.test_starts) == 1
