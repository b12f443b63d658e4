"""What runs between two requests of a user: the model's own Python, and none of ours."""

from __future__ import annotations

import copy
import inspect
import random
import sys
from collections import deque
from pathlib import Path
from typing import Any

import gevent
import pytest
from api_harness import run_users
from client_harness import Server, server

import locust
import locust_nest
import nest_engine
from locust import (
    HttpUser,
    SequentialTaskSet,
    TaskSet,
    between,
    constant,
    constant_pacing,
    constant_throughput,
    task,
)
from locust.exception import StopUser
from locust.user.wait_time import poisson

__all__ = ["server"]

OURS = tuple(str(Path(package.__file__).parent) for package in (locust, locust_nest))
# Iterations: what is made at the first use, what is looked at.
WARM, SEEN = 3, 3


class Watch:
    """Notes the Python functions of our packages that run in one greenlet within SEEN iterations."""

    def __init__(self) -> None:
        self.iterations = 0
        self.calls = 0
        self.ours: list[str] = []

    def iterate(self) -> None:
        """To be called by each task, first."""
        self.iterations += 1
        if self.iterations == WARM:
            self.greenlet = gevent.getcurrent()
            sys.setprofile(self.note)
        if self.iterations == WARM + SEEN:
            sys.setprofile(None)
            raise StopUser()

    def note(self, frame: Any, event: str, argument: Any) -> None:
        if event != "call" or gevent.getcurrent() is not self.greenlet:
            return
        self.calls += 1
        if frame.f_code.co_filename.startswith(OURS):
            self.ours.append(frame.f_code.co_qualname)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def run(watch: Watch, server: Server, user_class: type[HttpUser]) -> None:
    user_class.host = server.url
    run_users(user_class, until=lambda _: watch.iterations == WARM + SEEN)
    assert len(server.sent) == WARM + SEEN - 1
    assert watch.calls >= SEEN, "the tasks themselves were not seen"


WAITS = {
    "no wait": constant(0),
    "constant": constant(0.001),
    "between": between(0, 0.001),
    "pacing": constant_pacing(0.001),
    "throughput": constant_throughput(1000),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_an_iteration_of_a_user_runs_no_python_of_ours(watch: Watch, server: Server, wait: Any) -> None:
    class Visitor(HttpUser):
        wait_time = wait

        @task
        def visit(self) -> None:
            watch.iterate()
            self.client.get("/")

        @task
        def visit_another(self) -> None:
            watch.iterate()
            self.client.get("/", name="/")

    run(watch, server, Visitor)
    assert watch.ours == []


def test_a_block_with_a_verdict_runs_none_either(watch: Watch, server: Server) -> None:
    class Visitor(HttpUser):
        @task
        def visit(self) -> None:
            watch.iterate()
            with self.client.get("/", catch_response=True) as response:
                if watch.iterations % 2:
                    response.success()

    run(watch, server, Visitor)
    assert watch.ours == []


@pytest.mark.parametrize("base", [TaskSet, SequentialTaskSet])
def test_an_iteration_of_a_task_set_runs_none_either(watch: Watch, server: Server, base: Any) -> None:
    class Tasks(base):
        wait_time = between(0, 0.001)

        @task
        def visit(self) -> None:
            watch.iterate()
            assert self.user is self.parent
            self.client.get("/")

    class Visitor(HttpUser):
        tasks = [Tasks]

    run(watch, server, Visitor)
    assert watch.ours == []


def test_python_of_ours_would_be_seen(watch: Watch, server: Server) -> None:
    class Tasks(TaskSet):
        @task
        def visit(self) -> None:
            watch.iterate()
            self.client.get("/")

        def _sleep(self, seconds: float) -> None:
            super()._sleep(seconds)

    class Visitor(HttpUser):
        tasks = [Tasks]

    run(watch, server, Visitor)
    assert watch.ours == ["TaskSet.wait", "TaskSet.wait_time", "TaskSet._sleep"] * SEEN


# What the functions of Locust compute.
EXPECTED = {
    "between(1, 3)": (between(1, 3), lambda: 1 + random.random() * (3 - 1)),
    "between(0.1, 0.7)": (between(0.1, 0.7), lambda: 0.1 + random.random() * (0.7 - 0.1)),
    "poisson(2)": (poisson(2), lambda: random.expovariate(2)),
}


@pytest.mark.parametrize("shown, wait_time, expected", [(name, *pair) for name, pair in EXPECTED.items()])
def test_a_seed_gives_the_waits_of_locust(shown: str, wait_time: Any, expected: Any) -> None:
    random.seed(7)
    waits = [wait_time(None) for _ in range(20)]
    random.seed(7)
    assert waits == [expected() for _ in range(20)]
    assert repr(wait_time) == shown


def test_what_stands_in_for_random_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    assert between(1, 2)(None) == 1.5


def test_a_wait_time_is_a_function_of_the_class_and_of_its_instances() -> None:
    class Visitor:
        wait_time = constant(3)

    visitor = Visitor()
    assert visitor.wait_time() == Visitor.wait_time(visitor) == Visitor.wait_time(instance=visitor) == 3
    assert visitor.wait_time.__self__ is visitor
    assert str(inspect.signature(Visitor.wait_time)) == "(instance)"
    assert str(inspect.signature(visitor.wait_time)) == "()"
    assert copy.deepcopy(Visitor.wait_time) is Visitor.wait_time
    with pytest.raises(TypeError, match="one argument"):
        Visitor.wait_time()
    with pytest.raises(TypeError, match="one argument"):
        visitor.wait_time(1)
    with pytest.raises(TypeError):
        between("1", 2)(visitor)
    with pytest.raises(AttributeError, match="_cp_last_run"):
        constant_pacing(1)(visitor)


def test_a_sequence_may_begin_anew_or_lose_its_tasks() -> None:
    class Tasks:
        def __init__(self) -> None:
            self.tasks = [1, 2, 3]
            self._task_cycle = iter(self.tasks)

    tasks = Tasks()
    following = nest_engine.in_turn(tasks, lambda: "asked")
    assert [following(), following()] == [1, 2]
    tasks._task_cycle = iter([1])
    assert [following(), following()] == [1, "asked"]
    tasks.tasks = []
    assert following() == "asked"
    del tasks.tasks
    assert following() == "asked"


def test_the_loop_ends_by_an_exception_of_any_step() -> None:
    class Broken(Exception):
        pass

    def refuse(*_: Any) -> Any:
        raise Broken

    class Holder:
        tasks = [lambda _: None]
        _state = "running"
        wait_time = constant(0)

    class Queue(deque):
        popleft = refuse

    loop = nest_engine.task_loop(random.choice, "running", "waiting", "stopping", KeyError, IndexError)
    holder = Holder()
    steps: dict[str, Any] = {"queue": (), "get_next_task": None, "execute": None, "wait": None, "end": None}
    for broken in (
        {"queue": Queue([1])},
        {"get_next_task": refuse},
        {"execute": refuse},
        {"wait": refuse},
        {"end": refuse},
    ):
        queue, get_next_task, execute, wait, end = (steps | broken).values()
        with pytest.raises(Broken):
            loop(holder, holder, holder, queue, holder, get_next_task, execute, wait, end)
    for attribute in ("tasks", "wait_time"):
        with pytest.MonkeyPatch.context() as patch:
            patch.delattr(Holder, attribute)
            with pytest.raises(AttributeError, match=attribute):
                loop(holder, holder, holder, (), holder, *[None] * 4)
    with pytest.raises(TypeError, match="9 arguments"):
        loop()
