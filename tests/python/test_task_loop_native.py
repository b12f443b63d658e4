"""What runs between two requests of a user: the model's own Python, and none of ours."""

from __future__ import annotations

import copy
import inspect
import pickle
import random
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from api_harness import run_to_end, run_users
from client_harness import Server, answer, server

import locust
import locust_nest
from locust import (
    FastHttpUser,
    HttpLocust,
    HttpUser,
    Locust,
    MarkovTaskSet,
    SequentialTaskSet,
    TaskSequence,
    TaskSet,
    between,
    constant,
    constant_pacing,
    constant_throughput,
    seq_task,
    tag,
    task,
    transition,
)
from locust.contrib.fasthttp import FastHttpLocust
from locust.exception import LocustError, RescheduleTask, RescheduleTaskImmediately, ResponseError, StopUser
from locust.user.declaring import filter_tasks_by_tags
from locust.user.wait_time import poisson
from locust_nest.nest_taskset import make_nest_user

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


def run(watch: Watch, server: Server, user_class: Any) -> None:
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
    "poisson": poisson(1000),
    "the model's own": lambda user: 0.001,
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


def failed_assertion(client: Any) -> None:
    with pytest.raises(AssertionError), client.get("/", catch_response=True):
        raise AssertionError


def refused(client: Any) -> None:
    with client.get("/", catch_response=True):
        raise ResponseError("odd")


def judged(path: str, verdict: str = "") -> Callable[[Any], None]:
    def visit(client: Any) -> None:
        with client.get(path, catch_response=True) as response:
            if verdict:
                response.failure(verdict)

    return visit


FAILURES: dict[str, Callable[[Any], None]] = {
    "a status": lambda client: client.get("/missing"),
    "a status in a block": judged("/missing"),
    "a verdict": judged("/", "not what I want"),
    "an exception in a block": refused,
    "a failed assertion in a block": failed_assertion,
}


@pytest.mark.parametrize("ask", FAILURES.values(), ids=FAILURES)
def test_a_failure_of_a_known_kind_runs_none_either(
    watch: Watch, server: Server, ask: Callable[[Any], None]
) -> None:
    server.answers["/missing"] = answer("404 Not Found", "missing")

    class Visitor(HttpUser):
        @task
        def visit(self) -> None:
            watch.iterate()
            ask(self.client)

    run(watch, server, Visitor)
    assert watch.ours == []


FAST_REQUESTS: dict[str, Callable[[Any], Any]] = {
    "get": lambda client: client.get("/"),
    "json": lambda client: client.post("/", json={"a": 1}, name="posted"),
    "form": lambda client: client.post("/", {"a": 1}, headers={"X-A": "b"}),
    "a block": judged("/"),
    "a verdict": judged("/", "not what I want"),
    "an exception in a block": refused,
    "a failed assertion in a block": failed_assertion,
}


@pytest.mark.parametrize("ask", FAST_REQUESTS.values(), ids=FAST_REQUESTS)
def test_an_iteration_of_a_fast_user_runs_none_either(
    watch: Watch, server: Server, ask: Callable[[Any], None]
) -> None:
    class Visitor(FastHttpUser):
        @task
        def visit(self) -> None:
            watch.iterate()
            ask(self.client)

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


def test_tasks_of_every_form_run_none_either(watch: Watch, server: Server) -> None:
    def visit(tasks: Any) -> None:
        watch.iterate()
        tasks.client.get("/")

    class Another:
        def visit(self, tasks: Any) -> None:
            visit(tasks)

    class Tasks(TaskSet):
        tasks = {visit: 3, Another().visit: 1}

        def on_start(self) -> None:
            self.tasks = [*self.tasks, self.visit_too]

        def visit_too(self) -> None:
            visit(self)

    class Visitor(HttpUser):
        tasks = {Tasks: 2}

        @tag("slow")
        @task
        def never(self) -> None: ...

    filter_tasks_by_tags(Visitor, exclude_tags={"slow"})
    run(watch, server, Visitor)
    assert watch.ours == []


INTERRUPTS: dict[str, Callable[[Any], Any]] = {
    "at once": lambda tasks: tasks.interrupt(),
    "with a wait": lambda tasks: tasks.interrupt(False),
    "said by name": lambda tasks: tasks.interrupt(reschedule=False),
}


@pytest.mark.parametrize("interrupt", INTERRUPTS.values(), ids=INTERRUPTS)
@pytest.mark.parametrize("base", [TaskSet, SequentialTaskSet])
def test_to_enter_and_leave_a_task_set_runs_none_either(
    watch: Watch, server: Server, base: Any, interrupt: Callable[[Any], Any]
) -> None:
    stopped: list[Any] = []

    class Inner(base):
        def on_start(self) -> None:
            self.started = True

        @task
        def visit(self) -> None:
            watch.iterate()
            assert self.started and self.parent.parent is self.user
            self.client.get("/")
            interrupt(self)

        def on_stop(self) -> None:
            stopped.append(self)

    class Outer(TaskSet):
        tasks = [Inner]

    class Visitor(HttpUser):
        tasks = [Outer]

    run(watch, server, Visitor)
    assert watch.ours == []
    assert len(set(stopped)) == len(stopped) == WARM + SEEN


def test_the_task_sets_of_the_nest_user_run_none_either(watch: Watch, server: Server) -> None:
    class Loose(TaskSet):
        @task
        def visit(self) -> None:
            watch.iterate()
            self.client.get("/")

    class Steps(SequentialTaskSet):
        tasks = [Loose.visit] * 2

    class Chain(MarkovTaskSet):
        @transition("visit")
        def visit(self) -> None:
            watch.iterate()
            self.client.get("/")

    run(watch, server, make_nest_user([(Loose, 1), (Steps, 2), (Chain, 1)]))
    assert watch.ours == []


def test_a_chain_runs_none_either(watch: Watch, server: Server) -> None:
    class Chain(MarkovTaskSet):
        @transition("first")
        @transition("second")
        def first(self) -> None:
            watch.iterate()
            self.client.get("/")

        @transition("first")
        def second(self) -> None:
            watch.iterate()
            self.client.get("/")

    class Visitor(HttpUser):
        tasks = [Chain]

    run(watch, server, Visitor)
    assert watch.ours == []


def test_to_wait_within_a_task_runs_none_either(watch: Watch, server: Server) -> None:
    class Tasks(TaskSet):
        @task
        def visit(self) -> None:
            watch.iterate()
            self.client.get("/")
            self.wait()
            self.user.wait()

    class Visitor(HttpUser):
        wait_time = between(0, 0.001)
        tasks = [Tasks]

    run(watch, server, Visitor)
    assert watch.ours == []


LEGACY: dict[str, dict[str, Any]] = {
    "milliseconds": {"min_wait": 0, "max_wait": 1},
    "a wait_function": {"wait_function": lambda user: 1},
    "seconds": {"wait_time": between(0, 0.001)},
    "a life that is limited": {"wait_time": constant(0), "stop_timeout": 60},
}


@pytest.mark.parametrize("members", LEGACY.values(), ids=LEGACY)
def test_users_of_the_old_api_run_none_either(watch: Watch, members: dict[str, Any]) -> None:
    def visit(tasks: Any) -> None:
        watch.iterate()

    class Steps(TaskSequence):
        first = seq_task(1)(visit)
        second = seq_task(2)(lambda tasks: visit(tasks))

    class Inner(TaskSet):
        max_wait = 1

        @task
        def leave(self) -> None:
            visit(self)
            self.interrupt()

    for tasks in (Steps, type("Outer", (TaskSet,), {"tasks": [Inner]})):
        watch.iterations = watch.calls = 0
        run_users(
            type("Visitor", (Locust,), {"task_set": tasks, **members}),
            until=lambda _: watch.iterations == WARM + SEEN,
        )
        assert watch.calls >= SEEN
        assert watch.ours == []


OLD_REQUESTS: dict[str, Callable[[Any], Any]] = {
    "get": lambda client: client.get("/"),
    "json": lambda client: client.post("/", json={"a": 1}, name="posted"),
    "a block": judged("/"),
    "a verdict": judged("/", "not what I want"),
    "an exception in a block": refused,
}


@pytest.mark.parametrize("ask", OLD_REQUESTS.values(), ids=OLD_REQUESTS)
@pytest.mark.parametrize("base", [HttpLocust, FastHttpLocust])
def test_a_request_of_the_old_api_runs_none_either(
    watch: Watch, server: Server, base: Any, ask: Callable[[Any], None]
) -> None:
    class Tasks(TaskSet):
        @task
        def visit(self) -> None:
            watch.iterate()
            ask(self.client)

    class Visitor(base):
        task_set = Tasks
        min_wait = max_wait = 1

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
    assert watch.ours == []
    assert watch.calls == 3 * SEEN, "the replaced step is called"

    watch.iterations = 0
    server.sent.clear()
    Tasks.schedule_task = lambda self, task: TaskSet.schedule_task(self, task)  # type: ignore[method-assign]
    run(watch, server, Visitor)
    assert watch.ours[:1] == ["TaskSet.schedule_task"]


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


def test_a_seed_gives_the_tasks_of_locust(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(tasks: Any) -> Any:
        return TaskSet.get_next_task(SimpleNamespace(tasks=tasks))  # type: ignore[arg-type]

    for size in (1, 2, 3, 7, 64, 65):
        tasks = list(range(size))
        random.seed(size)
        expected = [random.choice(tasks) for _ in range(100)]
        random.seed(size)
        assert [choose(tasks) for _ in range(100)] == expected
    assert choose((1,)) == 1
    monkeypatch.setattr(random, "choice", lambda tasks: tasks[-1])
    assert choose([1, 2, 3]) == 3


def test_a_seed_gives_the_turns_of_the_nest_user(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loose(TaskSet):
        tasks = list(range(4))

    ((running, _),) = _of_nest_user(Loose)

    def locust_would() -> Any:
        return running.interrupt if random.randrange(5) == 0 else random.choice(Loose.tasks)

    loose = running(SimpleNamespace(_is_legacy=False))
    random.seed(3)
    expected = [locust_would() for _ in range(100)]
    random.seed(3)
    assert [loose.get_next_task() for _ in range(100)] == expected
    monkeypatch.setattr(random, "randrange", lambda size: 0)
    assert loose.get_next_task() is running.interrupt


def _of_nest_user(*tasksets: Any) -> list[tuple[Any, int]]:
    (taskset,) = make_nest_user([(taskset, 1) for taskset in tasksets]).tasks
    return [(member, 1) for member in taskset.tasks]


def test_a_seed_gives_the_milliseconds_of_locust(monkeypatch: pytest.MonkeyPatch) -> None:
    user = SimpleNamespace(wait_time=None, _is_legacy=True, wait_function=None, min_wait=100, max_wait="2000")
    tasks = SimpleNamespace(_user=user, wait_function=None, min_wait=0, max_wait=None)

    def wait() -> float:
        return TaskSet.wait_time(tasks)  # type: ignore[arg-type]

    random.seed(5)
    expected = [random.randint(100, 2000) / 1000 for _ in range(100)]
    random.seed(5)
    assert [wait() for _ in range(100)] == expected
    tasks.min_wait = 3000
    with pytest.raises(ValueError, match="empty range"):
        wait()
    monkeypatch.setattr(random, "randint", lambda least, most: least + most)
    assert wait() == 5
    tasks.wait_function = lambda: 7
    assert wait() == 0.007


def test_a_sequence_may_begin_anew_or_lose_its_tasks() -> None:
    class Tasks(SequentialTaskSet):
        tasks = [1, 2, 3]

    tasks = Tasks(SimpleNamespace(_is_legacy=False))  # type: ignore[arg-type]
    assert [tasks.get_next_task() for _ in range(4)] == [1, 2, 3, 1]
    tasks._task_cycle = cycle([7])
    assert tasks.get_next_task() == 7
    tasks._task_cycle = iter([])  # type: ignore[assignment]
    with pytest.raises(StopIteration):
        tasks.get_next_task()
    tasks.tasks = []
    with pytest.raises(LocustError, match="No tasks defined"):
        tasks.get_next_task()


class Broken(Exception):
    pass


def _refuse(*_: Any) -> Any:
    raise Broken


# Members of a task set with which one step of its loop raises.
BROKEN_STEPS: dict[str, dict[str, Any]] = {
    "on_start": {"on_start": _refuse},
    "get_next_task": {"get_next_task": _refuse},
    "execute_task": {"execute_task": _refuse},
    "a task": {"tasks": [_refuse]},
    "a nested task set": {"tasks": [type("Inner", (TaskSet,), {"__init__": _refuse})]},
    "wait": {"wait": _refuse},
    "wait_time": {"wait_time": _refuse},
    "_sleep": {"_sleep": _refuse},
    "the queue": {"__init__": lambda self, parent: None},
}


@pytest.mark.parametrize("members", BROKEN_STEPS.values(), ids=BROKEN_STEPS)
@pytest.mark.parametrize("is_own", [False, True], ids=["of the class", "of the instance"])
def test_every_step_may_raise(members: dict[str, Any], is_own: bool) -> None:
    stopped: list[Any] = []
    user = SimpleNamespace(
        _is_legacy=False,
        _state="running",
        wait_time=lambda: 0,
        environment=SimpleNamespace(catch_exceptions=False, events=locust.event.Events()),
        _catch_exceptions=False,
    )
    own = {name: value for name, value in members.items() if is_own and name != "__init__"}
    tasks = type("Tasks", (TaskSet,), {"tasks": [lambda _: None], **(members if not own else {})})(user)
    vars(tasks).update(own, on_stop=lambda: stopped.append(True))
    with pytest.raises(AttributeError if "__init__" in members else Broken):
        tasks.run()
    assert stopped == []


@pytest.mark.parametrize("reschedule", [True, False])
def test_who_runs_a_task_set_itself_is_told_how_it_ended(reschedule: bool) -> None:
    class Tasks(TaskSet):
        @task
        def leave(self) -> None:
            self.interrupt(reschedule)

    user = SimpleNamespace(_is_legacy=False, _state="running", wait_time=lambda: 0)
    expected = RescheduleTaskImmediately if reschedule else RescheduleTask
    with pytest.raises(expected) as raised:
        Tasks(user).run()  # type: ignore[arg-type]
    assert raised.value.args == (reschedule,)
    assert isinstance(raised.value.__cause__, locust.InterruptTaskSet)
    assert raised.value.__cause__.args == (reschedule,)


def test_a_step_looks_like_its_function() -> None:
    assert inspect.signature(TaskSet.interrupt) == inspect.signature(TaskSet.interrupt.__wrapped__)  # type: ignore[attr-defined]
    assert copy.deepcopy([TaskSet.interrupt]) == [TaskSet.interrupt]
    assert pickle.loads(pickle.dumps(TaskSet.interrupt)) is TaskSet.interrupt


def test_a_step_may_be_declared_as_a_task() -> None:
    visits = []

    class Tasks(TaskSet):
        def on_start(self) -> None:
            visits.append(self)
            if len(visits) == 3:
                raise StopUser()

        leave = task(2)(TaskSet.interrupt)

    try:
        assert Tasks.tasks == [TaskSet.interrupt] * 2
    finally:
        del TaskSet.interrupt.locust_task_weight  # type: ignore[attr-defined]
    assert not hasattr(TaskSet.interrupt, "locust_task_weight")

    class Visitor(locust.User):
        tasks = [Tasks]

    run_to_end(Visitor)
    assert len(visits) == 3


def test_a_task_set_that_holds_itself_does_not_overflow_the_stack() -> None:
    class Tasks(TaskSet):
        pass

    Tasks.tasks = [Tasks]
    user = SimpleNamespace(
        _is_legacy=False,
        _state="running",
        wait_time=lambda: 0,
        environment=SimpleNamespace(catch_exceptions=False, events=locust.event.Events()),
        _catch_exceptions=False,
    )
    with pytest.raises(RecursionError):
        Tasks(user).run()  # type: ignore[arg-type]
