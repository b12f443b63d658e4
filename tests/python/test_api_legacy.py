"""Models written for Locust 0.7 to 0.14 run as they did then."""

from __future__ import annotations

import gevent
import pytest
from api_harness import run_to_end, run_users, wait_until

import locust.core
from locust import HttpLocust, Locust, TaskSequence, TaskSet, User, constant, seq_task, task
from locust.env import Environment
from locust.exception import LocustError, StopLocust


def tasks_of(*functions):
    return type("Tasks", (TaskSet,), {"tasks": list(functions)})


def test_a_user_runs_its_task_set_with_one_on_start():
    trace = []

    class Tasks(TaskSet):
        def on_start(self):
            trace.append("on_start")

        @task
        def work(self):
            trace.append((type(self.locust).__name__, self.parent is self.locust, self.user is self.locust))
            raise StopLocust()

    class Visitor(Locust):
        task_set = Tasks

        def on_start(self):
            trace.append("never: the class had no on_start then")

    run_to_end(Visitor)
    assert trace == ["on_start", ("Visitor", True, True)]


def test_a_stop_from_outside_calls_the_on_stop_of_the_outermost_task_set_alone():
    trace = []

    class Inner(TaskSet):
        @task
        def work(self):
            trace.append("work")
            gevent.sleep(1000)

        def on_stop(self):
            trace.append("inner.on_stop")

    class Outer(TaskSet):
        tasks = {Inner: 1}

        def on_stop(self):
            trace.append("outer.on_stop")

    class Visitor(Locust):
        task_set = Outer

    run_users(Visitor, until=lambda _: "work" in trace)
    assert trace == ["work", "outer.on_stop"]


def test_interrupt_hands_back_to_the_parent_and_is_an_error_in_the_outermost():
    trace = []

    class Inner(TaskSet):
        @task
        def leave(self):
            trace.append("inner")
            self.interrupt()

    class Outer(TaskSet):
        tasks = [Inner]

        def get_next_task(self):
            if trace.count("inner") == 2:
                self.interrupt()
            return super().get_next_task()

    class Visitor(Locust):
        task_set = Outer

    run_to_end(Visitor)
    assert trace == ["inner", "inner"]


def test_interrupt_in_the_outermost_task_set_is_an_error():
    class Outer(TaskSet):
        @task
        def leave(self):
            self.interrupt()

    class Visitor(Locust):
        task_set = Outer

    environment = Environment(user_classes=[Visitor])
    visitor = Visitor.make(environment)
    with pytest.raises(LocustError, match="interrupt"):
        visitor.run()


def test_a_user_that_ends_itself_calls_no_on_stop():
    trace = []

    class Tasks(TaskSet):
        @task
        def work(self):
            trace.append("work")
            raise StopLocust()

        def on_stop(self):
            trace.append("on_stop")

    class Visitor(Locust):
        task_set = Tasks

    run_to_end(Visitor)
    assert trace == ["work"]


@pytest.mark.parametrize(
    "init", [None, lambda self: None, lambda self: super(Locust, self).__init__(self.environment)]
)
def test_constructors_take_no_arguments(init):
    made = []

    def work(taskset):
        made.append(taskset.locust.environment)
        raise StopLocust()

    attributes = {"task_set": tasks_of(work)}
    if init is not None:
        attributes["__init__"] = init
    Visitor = type("Visitor", (Locust,), attributes)
    environment = run_to_end(Visitor)
    assert made == [environment]


@pytest.mark.parametrize("calls_ours", [True, False])
def test_a_model_may_make_a_user_and_run_it_itself(calls_ours):
    trace = []

    class Tasks(TaskSet):
        turns = 0

        @task
        def work(self):
            self.turns += 1
            trace.append((self.turns, self.client))
            if self.turns == 2:
                raise StopLocust()
            raise ValueError("a bad turn")

    class Visitor(Locust):
        task_set = Tasks
        min_wait = max_wait = 1
        client = "client"

        def __init__(self):
            if calls_ours:
                super().__init__()

    def on_error(locust_instance, exception, tb):
        trace.append((type(locust_instance), str(exception)))

    locust.events.locust_error += on_error
    try:
        Visitor().run()
    finally:
        locust.events.locust_error -= on_error
    assert trace == [(1, "client"), (Tasks, "a bad turn"), (2, "client")]
    with pytest.raises(AttributeError, match="'Visitor' object has no attribute 'account'"):
        _ = Visitor().account


def test_both_eras_run_in_one_test():
    seen = set()

    def work(holder):
        seen.add(type(getattr(holder, "locust", holder)).__name__)
        gevent.sleep(1000)

    class Old(Locust):
        task_set = tasks_of(work)
        weight = 1

    class New(User):
        tasks = [work]

    run_users(Old, New, users=2, until=lambda _: len(seen) == 2)
    assert seen == {"Old", "New"}


def test_a_class_without_task_set_is_a_base_class():
    class Base(Locust): ...

    class Visitor(Base):
        task_set = TaskSet

    class Heir(Visitor): ...

    assert Base.abstract and not Visitor.abstract and not Heir.abstract
    assert Visitor.tasks == [TaskSet] == Heir.tasks


def test_a_task_set_may_be_given_after_the_class_statement():
    class Base(Locust): ...

    class Visitor(Base): ...

    class Library(Locust):
        abstract = True

    Visitor.task_set = Library.task_set = TaskSet
    assert Base.abstract and not Visitor.abstract and Library.abstract
    assert Visitor.tasks == [TaskSet]


def test_a_lifetime_ends_a_user():
    runs = []

    class Tasks(TaskSet):
        @task
        def work(self):
            runs.append(1)
            gevent.sleep(0.002)

    class Mortal(Locust):
        task_set = Tasks
        min_wait = max_wait = 0
        stop_timeout = 0.001

    run_to_end(Mortal)
    assert len(runs) == 1


def test_an_http_user_has_a_client_of_its_host_and_needs_one():
    clients = []

    def work(taskset):
        clients.append((taskset.client, taskset.locust.client))
        raise StopLocust()

    class Visitor(HttpLocust):
        host = "http://localhost:1"
        task_set = tasks_of(work)

    run_to_end(Visitor)
    [(by_task_set, by_user)] = clients
    assert by_task_set is by_user and by_user.base_url == "http://localhost:1"

    Visitor.host = None
    runner = Environment(user_classes=[Visitor]).create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: runner.state == "stopped")
    assert runner.user_count == 0


def test_a_sequence_follows_the_given_order_and_repeats_by_weight():
    trace = []

    class Steps(TaskSequence):
        @seq_task(3)
        def last(self):
            trace.append("last")

        @seq_task(1)
        def first(self):
            trace.append("first")

        @seq_task(2)
        @task(2)
        def twice(self):
            trace.append("twice")

    class Visitor(Locust):
        task_set = Steps
        wait_time = constant(0)

    run_users(Visitor, until=lambda _: len(trace) >= 6)
    assert trace[:6] == ["first", "twice", "twice", "last", "first", "twice"]


def test_scheduled_tasks_take_arguments():
    trace = []

    class Tasks(TaskSet):
        def on_start(self):
            self.schedule_task(self.greet, args=["Ada"], kwargs={"times": 2})
            self.schedule_task(self.greet, ["Bob"], first=False)
            self.schedule_task(Nested, kwargs={"depth": 3})

        def greet(self, name, times=1):
            trace.append((name, times))

        @task
        def done(self):
            raise StopLocust()

    class Nested(TaskSet):
        @task
        def look(self):
            trace.append(self.kwargs)
            self.interrupt()

    class Visitor(Locust):
        task_set = Tasks
        wait_time = constant(0)

    run_to_end(Visitor)
    assert trace == [("Ada", 2), ("Bob", 1), {"depth": 3}]


def test_a_task_is_scheduled_first_by_position_too():
    trace = []

    class Tasks(TaskSet):
        def on_start(self):
            self.schedule_task(self.second)
            self.schedule_task(self.first, True)

        def first(self):
            trace.append("first")

        def second(self):
            trace.append("second")

        @task
        def done(self):
            raise StopLocust()

    class Visitor(User):
        tasks = [Tasks]

    run_to_end(Visitor)
    assert trace == ["first", "second"]


def test_a_task_of_a_sequence_without_an_order_has_1():
    class Steps(TaskSequence):
        @seq_task(2)
        def second(self): ...

        @seq_task(1)
        def first(self): ...

        @task
        def silent(self): ...

    class Visitor(Locust):
        task_set = Steps

    steps = Steps(Visitor.make(Environment(user_classes=[Visitor])))
    assert [step.__name__ for step in steps.tasks] == ["first", "silent", "second"]


def test_the_classes_are_where_they_were():
    assert locust.core.HttpLocust is HttpLocust and locust.core.TaskSet is TaskSet
    assert locust.core.Locust is Locust and locust.core.task is task
    assert locust.core.events is locust.events


def test_a_task_set_knows_the_waits_of_its_user_unless_it_has_its_own():
    seen = []

    class Inner(TaskSet):
        max_wait = 7

        @task
        def work(self):
            seen.append((self.min_wait, self.max_wait, self.parent.min_wait, self.wait_function))
            raise StopLocust()

    class Outer(TaskSet):
        tasks = [Inner]
        min_wait = 9

    class Visitor(Locust):
        task_set = Outer
        min_wait = 1
        max_wait = 2

    run_to_end(Visitor)
    assert seen == [(1, 7, 9, None)]


def test_task_set_on_a_class_of_today_is_warned_about_and_run():
    ran = []

    def work(taskset):
        ran.append(1)
        raise StopLocust()

    with pytest.warns(DeprecationWarning, match="task_set"):

        class Mixed(User):
            task_set = tasks_of(work)

    run_to_end(Mixed)
    assert ran == [1]
