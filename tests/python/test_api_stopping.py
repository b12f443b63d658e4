"""How users and tests are stopped: what is finished, what is cut off, and who waits for whom."""

from __future__ import annotations

import logging
import socket
from argparse import Namespace

import gevent
import gevent.event
import pytest
from api_harness import DEADLINE_S, run_to_end, run_users, wait_until

from locust import HttpUser, TaskSet, User, constant, task
from locust.env import Environment
from locust.exception import RescheduleTaskImmediately, StopTest, StopUser

STOPPING = "stopping"


class Traced(User):
    """A user that notes its on_stop."""

    abstract = True
    wait_time = constant(0)
    trace: list[str]

    def on_stop(self):
        self.trace.append("on_stop")


class OwnScheduling(TaskSet):
    """Has every step of the loop go through its method."""

    def schedule_task(self, *args, **kwargs):
        super().schedule_task(*args, **kwargs)


class OwnWait(TaskSet):
    """Waits by its own method."""

    def wait_time(self):
        self.user.trace.append("wait")
        return self.user.wait_time()


@pytest.fixture
def start():
    """Starts a test, and quits it in the end."""
    runners = []

    def start(*user_classes, users=1, **environment_args):
        environment = Environment(user_classes=list(user_classes), **environment_args)
        runner = environment.create_local_runner()
        runners.append(runner)
        runner.start(users, 1000)
        return runner

    yield start
    with gevent.Timeout(DEADLINE_S):
        for runner in runners:
            runner.environment.stop_timeout = 0
            runner.quit()


def states(runner):
    return [greenlet.args[0]._state for greenlet in runner.user_greenlets]


def stop_while_users_work(runner, trace, begun, release):
    """Stop the test while users are at what `begun` notes, and let them go on when they have been told."""
    wait_until(lambda: begun in trace)
    quitting = gevent.spawn(runner.quit)
    wait_until(lambda: set(states(runner)) == {STOPPING})
    release.set()
    quitting.join(DEADLINE_S)
    assert quitting.ready()


# What a user is doing


def test_a_user_in_its_on_start_counts_as_running(start):
    trace, release = [], gevent.event.Event()

    class Starting(Traced):
        def on_start(self):
            trace.append("begin")
            release.wait()
            trace.append("end")

        @task
        def never(self):
            trace.append("task")

    Starting.trace = trace
    stop_while_users_work(start(Starting, stop_timeout=1000), trace, "begin", release)
    assert trace == ["begin", "end", "on_stop"]


def test_a_user_can_wait_in_its_on_start():
    trace = []

    class Starting(Traced):
        def wait_time(self):
            trace.append("wait")
            return 0

        def on_start(self):
            self.wait()

        @task
        def leave(self):
            trace.append("task")
            raise StopUser()

    Starting.trace = trace
    run_to_end(Starting)
    assert trace == ["wait", "task", "on_stop"]


@pytest.mark.parametrize("base", [TaskSet, OwnWait])
def test_after_its_wait_a_user_is_running_again(base):
    seen = []

    class Tasks(base):
        @task
        def look(self):
            seen.append(self.user._state)
            if len(seen) == 3:
                raise StopUser()

    class Looking(Traced):
        tasks = [Tasks]
        trace = []

    run_to_end(Looking)
    assert seen == ["running"] * 3


# With a stop_timeout


@pytest.mark.parametrize("base", [TaskSet, OwnScheduling])
def test_a_user_that_is_to_stop_begins_no_further_task(start, base):
    trace, release = [], gevent.event.Event()

    class Tasks(base):
        def on_stop(self):
            trace.append("set.on_stop")

        @task
        def work(self):
            trace.append("task")
            release.wait()
            gevent.sleep(0)
            if trace.count("task") < 5:
                raise RescheduleTaskImmediately()

    class Working(Traced):
        tasks = [Tasks]

    Working.trace = trace
    stop_while_users_work(start(Working, stop_timeout=1000), trace, "task", release)
    assert trace == ["task", "set.on_stop", "on_stop"]


@pytest.mark.parametrize("base", [TaskSet, OwnWait, OwnScheduling])
def test_a_user_that_is_to_stop_does_not_begin_to_wait(start, base):
    trace, release = [], gevent.event.Event()

    class Tasks(base):
        def on_stop(self):
            trace.append("set.on_stop")

        @task
        def work(self):
            trace.append("task")
            release.wait()

    class Working(Traced):
        tasks = [Tasks]

        def wait_time(self):
            trace.append("user.wait_time")
            return 0

    Working.trace = trace
    stop_while_users_work(start(Working, stop_timeout=1000), trace, "task", release)
    assert trace == ["task", "set.on_stop", "on_stop"]


@pytest.mark.parametrize("base", [TaskSet, OwnScheduling])
def test_a_user_that_is_told_to_stop_while_it_waits_ends_after_the_wait(base):
    trace = []

    class Tasks(base):
        @task
        def work(self):
            trace.append("task")
            if trace.count("task") == 5:
                raise StopUser()

    class Working(Traced):
        tasks = [Tasks]

        def wait_time(self):
            self._state = STOPPING
            return 0

    Working.trace = trace
    run_to_end(Working)
    assert trace == ["task", "on_stop"]


def test_users_that_are_killed_after_the_stop_timeout_are_told_of(caplog):
    class Stuck(Traced):
        trace = []

        @task
        def work(self):
            self.trace.append("task")
            gevent.sleep(1000)

    with caplog.at_level(logging.INFO):
        run_users(Stuck, until=lambda _: Stuck.trace, stop_timeout=0.01)
    assert Stuck.trace == ["task", "on_stop"]
    assert (
        "Not all users finished their tasks & terminated in 0.01 seconds. Stopping them..." in caplog.messages
    )


def test_a_ramp_down_lets_tasks_be_finished_within_the_stop_timeout(start):
    trace, release = [], gevent.event.Event()

    class Working(Traced):
        wait_time = constant(1000)

        @task
        def work(self):
            trace.append("begin")
            release.wait()
            trace.append("end")

    Working.trace = trace
    runner = start(Working, users=2, stop_timeout=1000)
    wait_until(lambda: trace.count("begin") == 2)
    runner.start(1, 1000)
    wait_until(lambda: STOPPING in states(runner))
    release.set()
    wait_until(lambda: runner.user_count == 1)
    assert trace.count("end") == 2 and trace.count("on_stop") == 1


def test_a_ramp_down_kills_those_who_take_longer_than_the_stop_timeout(start):
    class Stuck(Traced):
        trace = []

        @task
        def work(self):
            self.trace.append("begin")
            gevent.sleep(1000)

    runner = start(Stuck, users=2, stop_timeout=0.01)
    wait_until(lambda: Stuck.trace.count("begin") == 2)
    runner.start(1, 1000)
    wait_until(lambda: runner.user_count == 1)
    assert Stuck.trace == ["begin", "begin", "on_stop"]


# Without one


def test_without_a_stop_timeout_a_request_under_way_is_cut_off_and_not_recorded():
    trace = []
    with socket.create_server(("127.0.0.1", 0)) as silent:

        class Asking(HttpUser):
            host = f"http://127.0.0.1:{silent.getsockname()[1]}"

            @task
            def ask(self):
                trace.append("begin")
                self.client.get("/")
                trace.append("end")

            def on_stop(self):
                trace.append("on_stop")

        environment = run_users(Asking, until=lambda _: trace)
    assert trace == ["begin", "on_stop"]
    assert environment.stats.total.num_requests == 0 and not environment.stats.errors


def test_the_runner_waits_for_every_on_stop_and_all_run_at_the_same_time():
    trace = []

    class Leaving(User):
        wait_time = constant(1000)

        @task
        def work(self): ...

        def on_stop(self):
            trace.append("begin")
            wait_until(lambda: trace.count("begin") == 3, "the on_stop of all")
            gevent.sleep(0.05)
            trace.append("end")

    run_users(Leaving, users=3, until=lambda env: env.runner.state == "running")
    assert trace == ["begin"] * 3 + ["end"] * 3


def test_a_broken_on_stop_of_a_user_ends_its_greenlet_with_the_exception(start):
    trace = []

    class Broken(Traced):
        wait_time = constant(1000)

        @task
        def work(self): ...

        def on_stop(self):
            super().on_stop()
            raise ValueError("cannot log out")

    Broken.trace = trace
    runner = start(Broken, users=2)
    wait_until(lambda: runner.state == "running")
    greenlets = list(runner.user_greenlets)
    runner.quit()
    assert trace == ["on_stop", "on_stop"] and runner.state == "stopped"
    assert [type(greenlet.exception) for greenlet in greenlets] == [ValueError] * 2


# By a user


def test_a_user_may_stop_users_and_so_itself():
    trace = []

    class Leaving(Traced):
        @task
        def work(self):
            self.environment.runner.stop_users({"Leaving": 1})
            trace.append("goes on until it waits")
            gevent.sleep(1000)

    Leaving.trace = trace
    run_to_end(Leaving)
    assert trace == ["goes on until it waits", "on_stop"]


def test_stop_test_in_a_task_leaves_the_other_users_alone(start):
    class Leaving(Traced):
        trace = []

        @task
        def leave(self):
            raise StopTest("not for the others")

    class Staying(Traced):
        wait_time = constant(1000)
        trace = []

        @task
        def work(self): ...

    runner = start(Leaving, Staying, users=2)
    wait_until(lambda: runner.state == "running" and "on_stop" in Leaving.trace)
    gevent.sleep(0.01)
    assert runner.state == "running" and runner.user_classes_count == {"Leaving": 0, "Staying": 1}
    assert Staying.trace == [] and not runner.exceptions


@pytest.mark.parametrize("headless", [True, False])
def test_stop_test_ends_a_headless_run_and_else_only_the_test(start, headless):
    class Homeless(Traced):
        def __init__(self, environment):
            super().__init__(environment)
            raise StopTest("no host")

        @task
        def work(self): ...

    options = Namespace(headless=headless, tags=None, exclude_tags=None)
    runner = start(Homeless, parsed_options=options)
    wait_until(lambda: runner.state == "stopped")
    if headless:
        wait_until(lambda: not runner.greenlet, "the end of what drives the test")
    gevent.sleep(0.01)
    assert bool(runner.greenlet) is not headless
