"""Tasks, waits and lives of users by the hundred leave nothing behind; see test_leaks_requests_native.py."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from client_harness import Server, server
from gevent.pool import Group
from leaks import Meter, left_over_by

import nest_engine
from locust import (
    HttpUser,
    MarkovTaskSet,
    SequentialTaskSet,
    TaskSequence,
    TaskSet,
    User,
    between,
    constant,
    constant_pacing,
    constant_throughput,
    seq_task,
    task,
    transition,
)
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from locust.event import Events
from locust.exception import RescheduleTask, RescheduleTaskImmediately, StopUser
from locust.user.wait_time import poisson
from locust_nest.nest_taskset import hands_back

__all__ = ["server"]


@pytest.fixture(autouse=True)
def unlogged() -> Iterator[None]:
    """pytest keeps what is logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def new_environment() -> Environment:
    environment = Environment(events=Events())
    environment.create_local_runner()
    environment.stats.total.use_response_times_cache = False  # which takes memory as time passes
    return environment


class Metered(User):
    """Whose tasks call `count`."""

    abstract = True
    wait_time = constant(0)
    meter: Meter

    def count(self) -> None:
        if not self.meter.tick():
            raise StopUser()


def left_over_by_tasks_of(user_class: type[Metered]) -> dict[str, float]:
    user = user_class(new_environment())
    user.meter = Meter(user=user, user_class=user_class, tasks=user_class.tasks)
    user.start(Group()).get()
    return user.meter.left_over()


# --- waits

WAITS: dict[str, Any] = {
    "none": constant(0),
    "constant": constant(0.0001),
    "between": between(0, 0.0001),
    "pacing": constant_pacing(0.0001),
    "pacing that is late": constant_pacing(0),
    "throughput": constant_throughput(10000),
    "poisson": poisson(10000),
    "function": lambda user: 0.0001,
    "whole number": lambda user: 0,
}


@pytest.mark.parametrize("of", ["user", "task set"])
@pytest.mark.parametrize("wait", WAITS)
def test_a_wait_leaves_nothing_behind(wait: str, of: str) -> None:
    class Tasks(TaskSet):
        @task
        def work(self) -> None:
            self.user.count()

    class Waiting(Metered):
        tasks = [Tasks]

    (Waiting if of == "user" else Tasks).wait_time = WAITS[wait]
    assert left_over_by_tasks_of(Waiting) == {}


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param(lambda user: nest_engine.sleep(0.0001), id="the engine's sleep"),
        pytest.param(lambda user: nest_engine.sleep(0), id="a turn"),
        pytest.param(lambda user: nest_engine.pause(0), id="a pause"),
        pytest.param(lambda user: gevent.sleep(0.0001), id="gevent's sleep"),
        pytest.param(lambda user: user.wait(), id="wait()"),
    ],
)
def test_nor_does_a_wait_within_a_task(wait: Callable[[Any], None]) -> None:
    class Waiting(Metered):
        @task
        def work(self) -> None:
            self.count()
            wait(self)

    assert left_over_by_tasks_of(Waiting) == {}


def test_nor_does_one_of_milliseconds() -> None:
    class Tasks(TaskSet):
        @task
        def work(self) -> None:
            self.user.count()

    class Waiting(Metered):
        wait_time = None  # type: ignore[assignment]
        min_wait = max_wait = 1
        tasks = [Tasks]

    assert left_over_by_tasks_of(Waiting) == {}


# --- tasks


class Nested(TaskSet):
    reschedule = True

    @task
    def leave(self) -> None:
        self.user.count()
        self.interrupt(self.reschedule)


class NestedThatWaits(Nested):
    reschedule = False


class Sequence(SequentialTaskSet):
    @task
    def first(self) -> None:
        self.user.count()

    @task
    def second(self) -> None:
        pass


class Chain(MarkovTaskSet):
    @transition("second")
    def first(self) -> None:
        self.user.count()

    @transition("first")
    def second(self) -> None:
        pass


def raising(error: type[BaseException]) -> Callable[[Any], None]:
    def work(user: Any) -> None:
        user.count()
        raise error()

    return work


def scheduling(user: Any) -> None:
    user.count()
    user._taskset_instance.schedule_task(lambda user: None)
    user._taskset_instance.schedule_task(lambda user, number: None, args=[1], kwargs={}, first=True)


class Deep(TaskSet):
    @task
    class Middle(TaskSet):
        @task
        class Inner(TaskSet):
            @task
            def leave(self) -> None:
                self.user.count()
                self.parent.interrupt()


class OwnChoice(TaskSet):
    def get_next_task(self) -> Any:
        return super().get_next_task()

    def execute_task(self, task: Any, *args: Any, **kwargs: Any) -> None:
        super().execute_task(task, *args, **kwargs)

    @task
    def work(self) -> None:
        self.user.count()


class OwnScheduling(TaskSet):
    def schedule_task(self, *args: Any, **kwargs: Any) -> None:
        super().schedule_task(*args, **kwargs)

    @task
    def work(self) -> None:
        self.user.count()


class Leaving(OwnChoice):
    def on_start(self) -> None:
        self.started = True

    def on_stop(self) -> None:
        raise ValueError

    @task
    def leave(self) -> None:
        self.user.count()
        self.interrupt(reschedule=False)


class Steps(TaskSequence):
    @seq_task(1)
    def first(self) -> None:
        self.user.count()

    @seq_task(2)
    def second(self) -> None: ...


TASKS: dict[str, Any] = {
    "function": lambda user: user.count(),
    "interrupted task set": Nested,
    "interrupted task set and a wait": NestedThatWaits,
    "sequence": Sequence,
    "chain": Chain,
    "rescheduled": raising(RescheduleTask),
    "rescheduled at once": raising(RescheduleTaskImmediately),
    "broken": raising(ValueError),
    "scheduled": scheduling,
    "task sets in task sets": Deep,
    "own choice": OwnChoice,
    "own scheduling": OwnScheduling,
    "left with a broken on_stop": Leaving,
    "sequence of 0.x": Steps,
    "task set of -T": hands_back(Sequence),
    "chain of -T": hands_back(Chain),
    "sequence of 0.x of -T": hands_back(Steps),
}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_leaves_nothing_behind(name: str) -> None:
    class Working(Metered):
        tasks = [TASKS[name]]

    assert left_over_by_tasks_of(Working) == {}


# --- lives

Life = Callable[[User], object]


def lived(user: User) -> None:
    user.start(Group()).get()


def killed_before_it_begins(user: User) -> None:
    user.start(Group())
    user.stop(force=True)


def killed_at_work(user: User) -> None:
    user.start(Group())
    gevent.sleep(0)
    user.stop(force=True)


def stopped(user: User) -> None:
    greenlet = user.start(Group())
    gevent.sleep(0)
    user.stop()
    greenlet.get()


class Visitor(HttpUser):
    wait_time = constant(0)

    def on_stop(self) -> None:
        self.client.get("/end")

    @task
    def visit(self) -> None:
        self.client.get("/")
        raise StopUser()


class FastVisitor(FastHttpUser):
    wait_time = constant(0)

    @task
    def visit(self) -> None:
        self.client.get("/")
        raise StopUser()


class Sleeper(User):
    wait_time = constant(100)

    @task
    def work(self) -> None:
        pass


class Turner(User):
    """Waits without end for everybody else's turn."""

    wait_time = constant(0)

    @task
    def work(self) -> None:
        pass


class Broken(User):
    def on_start(self) -> None:
        raise StopUser()

    @task
    def work(self) -> None:
        pass


@pytest.mark.parametrize(
    ("user_class", "live"),
    [
        (Visitor, lived),
        (Visitor, killed_before_it_begins),
        (Visitor, killed_at_work),
        (FastVisitor, lived),
        (FastVisitor, killed_at_work),
        (Sleeper, killed_at_work),
        (Sleeper, stopped),
        (Turner, killed_at_work),
        (Turner, stopped),
        (Broken, lived),
    ],
)
def test_a_user_leaves_nothing_behind(server: Server, user_class: type[User], live: Life) -> None:
    server.sent = []
    environment = new_environment()
    environment.host = user_class.host = server.url

    def use() -> None:
        live(user_class(environment))
        server.sent.clear()

    assert left_over_by(use, environment=environment, user_class=user_class) == {}
