"""How long users wait: between tasks, by the class, by the task set, and in the units of their era."""

from __future__ import annotations

import time

import pytest
from api_harness import run_to_end

from locust import (
    HttpLocust,
    Locust,
    TaskSet,
    User,
    between,
    constant,
    constant_pacing,
    constant_throughput,
    task,
)
from locust.env import Environment
from locust.exception import MissingWaitTimeError, StopUser
from locust.user import wait_time as wait_time_module


class Clock:
    """Stands in for the time that the functions read."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(wait_time_module, "perf_counter", lambda: self.now)


class Instance:
    def __init__(self, now):
        self._cp_last_run = now
        self._cp_last_wait_time = 0.0


def waits_of(user_class, count=3):
    """What a user sleeps after each of its first tasks."""
    waits = []

    class Observed(TaskSet):
        @task
        def work(self):
            if len(waits) == count:
                raise StopUser()

        def _sleep(self, seconds):
            waits.append(seconds)

    observed = type("Observed", (*user_class.observed_bases, Observed), {})
    run_to_end(user_class.made(observed))
    return waits


def modern(**attributes):
    class Modern:
        observed_bases = attributes.pop("bases", ())

        @staticmethod
        def made(taskset):
            return type("Made", (User,), {"tasks": [taskset], **attributes})

    return Modern


def legacy(**attributes):
    class Legacy:
        observed_bases = attributes.pop("bases", ())

        @staticmethod
        def made(taskset):
            return type("Made", (Locust,), {"task_set": taskset, **attributes})

    return Legacy


def test_between_is_anywhere_from_one_bound_to_the_other():
    wait_time = between(2, 3.5)
    waits = [wait_time(None) for _ in range(200)]
    assert all(2 <= wait <= 3.5 for wait in waits) and len(set(waits)) > 100


def test_constant_is_constant():
    assert constant(3)(None) == 3


def test_pacing_waits_for_what_the_task_left_of_the_interval(monkeypatch):
    clock = Clock(monkeypatch)
    instance, wait_time = Instance(clock.now), constant_pacing(10)
    clock.now += 4
    assert wait_time(instance) == pytest.approx(6)
    clock.now += 6 + 1
    assert wait_time(instance) == pytest.approx(9)
    clock.now += 9 + 25
    assert wait_time(instance) == 0
    clock.now += 2
    assert wait_time(instance) == pytest.approx(8)


def test_each_instance_keeps_its_own_pace(monkeypatch):
    clock = Clock(monkeypatch)
    wait_time = constant_pacing(10)
    one, other = Instance(clock.now), Instance(clock.now)
    clock.now += 4
    assert wait_time(one) == pytest.approx(6)
    clock.now += 3
    assert wait_time(other) == pytest.approx(3)
    assert (one._cp_last_wait_time, one._cp_last_run) == (pytest.approx(6), 104)


@pytest.mark.parametrize("owner", [User, TaskSet])
def test_pacing_counts_from_the_making_of_whom_the_wait_time_belongs_to(owner):
    waits = []

    class Paced(owner):
        wait_time = constant_pacing(1000)

    class Tasks(Paced if owner is TaskSet else TaskSet):
        @task
        def work(self):
            if waits:
                raise StopUser()

        def _sleep(self, seconds):
            waits.append(seconds)

    class Visitor(Paced if owner is User else User):
        tasks = [Tasks]

        def on_start(self):
            assert 0 <= time.perf_counter() - self._cp_last_run < 100
            self._cp_last_run -= 500

    run_to_end(Visitor)
    assert waits == [pytest.approx(500 if owner is User else 1000, abs=100)]


def test_throughput_is_the_inverse_of_pacing(monkeypatch):
    clock = Clock(monkeypatch)
    assert constant_throughput(4)(Instance(clock.now)) == pytest.approx(0.25)
    with pytest.raises(ValueError):
        constant_throughput(0)


def test_a_user_without_wait_time_does_not_wait():
    assert waits_of(modern()) == [0, 0, 0]


def test_the_users_wait_time_is_that_of_its_task_sets():
    assert waits_of(modern(wait_time=constant(5))) == [5, 5, 5]
    assert waits_of(modern(wait_time=lambda self: 6)) == [6, 6, 6]


def test_a_task_set_may_have_its_own():
    class Own:
        def wait_time(self):
            return 7

    assert waits_of(modern(wait_time=constant(5), bases=(Own,))) == [7, 7, 7]


def test_only_the_wait_time_of_the_task_set_is_asked():
    asked = []

    class Own(TaskSet):
        def wait_time(self):
            asked.append("task set")
            return 0

        @task
        def work(self):
            if len(asked) == 3:
                raise StopUser()

    class Visitor(User):
        tasks = [Own]

        def wait_time(self):
            asked.append("user")
            return 0

    run_to_end(Visitor)
    assert asked == ["task set"] * 3


def test_each_task_set_waits_as_long_as_it_says():
    waits = []
    steps = iter(["wait", "interrupt and wait", "wait", "interrupt", "stop"])

    class Noting(TaskSet):
        def _sleep(self, seconds):
            waits.append((type(self).__name__, seconds))

    class Inner(Noting):
        wait_time = constant(7)

        @task
        def work(self):
            step = next(steps)
            if step == "stop":
                raise StopUser()
            if step.startswith("interrupt"):
                self.interrupt(reschedule=step == "interrupt")

    class Outer(Noting):
        tasks = [Inner]
        wait_time = constant(6)

    class Visitor(User):
        tasks = [Outer]
        wait_time = constant(5)

    run_to_end(Visitor)
    assert waits == [("Inner", 7), ("Outer", 6), ("Inner", 7)]


def test_milliseconds_on_a_class_of_today_are_ignored():
    class Own:
        min_wait = max_wait = 1000

    assert waits_of(modern(min_wait=1000, max_wait=1000)) == [0, 0, 0]
    assert waits_of(modern(bases=(Own,))) == [0, 0, 0]
    assert waits_of(modern(wait_function=lambda self: 1000)) == [0, 0, 0]
    assert (
        waits_of(modern(wait_function=lambda self: 1000, wait_time=None, min_wait=0, max_wait=0)) == [0] * 3
    )


def test_milliseconds_count_on_a_class_of_today_whose_wait_time_is_none():
    class Own:
        min_wait = max_wait = 3000

    assert waits_of(modern(wait_time=None, min_wait=2000, max_wait=2000)) == [2, 2, 2]
    assert waits_of(modern(wait_time=None, min_wait=2000, max_wait=2000, bases=(Own,))) == [3, 3, 3]


def test_without_wait_time_and_milliseconds_a_wait_is_an_error():
    class Visitor(User):
        wait_time = None

        @task
        def work(self): ...

    environment = Environment(user_classes=[Visitor])
    with pytest.raises(MissingWaitTimeError):
        TaskSet(Visitor(environment)).wait()


def test_a_class_of_the_old_api_waits_a_second_unless_told_otherwise():
    assert waits_of(legacy()) == [1, 1, 1]


def test_milliseconds_on_a_class_of_the_old_api_count():
    assert waits_of(legacy(min_wait=2500, max_wait=2500)) == [2.5, 2.5, 2.5]
    waits = waits_of(legacy(min_wait=1000, max_wait=2000), count=20)
    assert all(1 <= wait <= 2 for wait in waits) and len(set(waits)) > 1


def test_milliseconds_may_be_fractions():
    assert waits_of(legacy(min_wait=2500.0, max_wait=2500.9)) == [2.5, 2.5, 2.5]


def test_the_task_set_of_an_old_user_may_have_its_own_milliseconds():
    class Own:
        min_wait = 4000
        max_wait = 4000

    assert waits_of(legacy(min_wait=1, max_wait=1, bases=(Own,))) == [4, 4, 4]


def test_an_old_wait_function_returns_milliseconds():
    assert waits_of(legacy(wait_function=lambda self: 3500)) == [3.5, 3.5, 3.5]


def test_the_wait_time_of_0_13_is_in_seconds_and_goes_first():
    assert waits_of(legacy(wait_time=constant(9), min_wait=1, max_wait=1)) == [9, 9, 9]


def test_http_locust_is_of_the_old_api():
    assert issubclass(HttpLocust, Locust) and HttpLocust.weight == 10 and HttpLocust.abstract
