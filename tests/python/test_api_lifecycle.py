"""What a user and its task sets go through, in the order in which Locust has them do it."""

from __future__ import annotations

import logging
import sys

import gevent
import pytest
from api_harness import run_to_end, run_users, wait_until

from locust import SequentialTaskSet, TaskSet, User, constant, task
from locust.exception import (
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)


class Traced(User):
    """A user that notes its own on_start and on_stop."""

    abstract = True
    wait_time = constant(0)
    trace: list[str]

    def on_start(self):
        self.trace.append("user.on_start")

    def on_stop(self):
        self.trace.append("user.on_stop")


def nested_user(outcome):
    """A user with two levels of task sets; `outcome(inner)` is what the innermost task does."""
    trace = []

    class Inner(TaskSet):
        def on_start(self):
            trace.append("inner.on_start")

        def on_stop(self):
            trace.append("inner.on_stop")

        @task
        def inner_task(self):
            trace.append("inner.task")
            gevent.sleep(0)  # what interrupts without a wait would keep the others from running
            outcome(self)

    class Outer(TaskSet):
        tasks = [Inner]

        def on_start(self):
            trace.append("outer.on_start")

        def on_stop(self):
            trace.append("outer.on_stop")

        def wait_time(self):
            trace.append("outer.wait")
            return 0

    class Nested(Traced):
        tasks = [Outer]

    Nested.trace = trace
    return Nested, trace


def park(_):
    gevent.sleep(1000)


def raise_(error):
    def outcome(_):
        raise error

    return outcome


def test_starts_from_outside_in_and_stops_from_inside_out():
    user, trace = nested_user(park)
    run_users(user, until=lambda _: "inner.task" in trace)
    assert trace == [
        "user.on_start",
        "outer.on_start",
        "inner.on_start",
        "inner.task",
        "inner.on_stop",
        "outer.on_stop",
        "user.on_stop",
    ]


@pytest.mark.parametrize("ending", [StopUser, StopTest])
def test_a_task_that_ends_its_user_runs_every_on_stop(ending):
    user, trace = nested_user(raise_(ending()))
    run_to_end(user)
    assert trace == [
        "user.on_start",
        "outer.on_start",
        "inner.on_start",
        "inner.task",
        "inner.on_stop",
        "outer.on_stop",
        "user.on_stop",
    ]


def test_an_interrupt_makes_the_parent_choose_again_without_waiting():
    user, trace = nested_user(lambda inner: inner.interrupt())
    run_users(user, until=lambda _: trace.count("inner.task") >= 2)
    assert trace[:8] == [
        "user.on_start",
        "outer.on_start",
        "inner.on_start",
        "inner.task",
        "inner.on_stop",
        "inner.on_start",
        "inner.task",
        "inner.on_stop",
    ]


def test_an_interrupt_without_reschedule_makes_the_parent_wait_first():
    user, trace = nested_user(lambda inner: inner.interrupt(reschedule=False))
    run_users(user, until=lambda _: trace.count("inner.task") >= 2)
    assert trace[:7] == [
        "user.on_start",
        "outer.on_start",
        "inner.on_start",
        "inner.task",
        "inner.on_stop",
        "outer.wait",
        "inner.on_start",
    ]


def test_an_interrupt_in_on_start_leaves_without_on_stop():
    trace = []

    class Inner(TaskSet):
        def on_start(self):
            trace.append("inner.on_start")
            gevent.sleep(0)  # else a missing wait would keep the others from running
            self.interrupt(reschedule=False)

        def on_stop(self):
            trace.append("inner.on_stop")

        @task
        def never(self):
            trace.append("never")

    class Nested(Traced):
        tasks = [Inner]

        def wait_time(self):
            trace.append("wait")
            return 0

    Nested.trace = trace
    run_users(Nested, until=lambda _: trace.count("wait") >= 2)
    assert trace[:5] == ["user.on_start", "inner.on_start", "wait", "inner.on_start", "wait"]
    assert "inner.on_stop" not in trace


def test_a_task_set_goes_on_until_it_is_interrupted():
    user, trace = nested_user(lambda inner: trace.count("inner.task") == 3 and inner.interrupt())
    run_users(user, until=lambda _: trace.count("inner.task") >= 4)
    once = ["inner.on_start", *["inner.task"] * 3, "inner.on_stop", "inner.on_start", "inner.task"]
    assert trace[:9] == ["user.on_start", "outer.on_start", *once]


def test_an_interrupt_directly_under_the_user_kills_it_without_on_stop():
    trace = []

    class Interrupting(Traced):
        @task
        def interrupt(self):
            trace.append("task")
            raise InterruptTaskSet()

    Interrupting.trace = trace
    run_to_end(Interrupting)
    assert trace == ["user.on_start", "task"]


def schedule_as_ever(self, *args, **kwargs):
    """Overrides a step of the loop, whereupon each step goes through its method."""
    TaskSet.schedule_task(self, *args, **kwargs)


@pytest.mark.parametrize("overridden", [{}, {"schedule_task": schedule_as_ever}])
@pytest.mark.parametrize("error, waits", [(RescheduleTask, True), (RescheduleTaskImmediately, False)])
def test_rescheduling_ends_the_task_with_or_without_a_wait(error, waits, overridden):
    trace = []

    def reschedule(_):
        trace.append("task")
        if trace.count("task") == 3:
            raise StopUser()
        raise error()

    class Rescheduling(Traced):
        tasks = [
            type("Tasks", (TaskSet,), {"tasks": [reschedule], **overridden}) if overridden else reschedule
        ]

        def wait_time(self):
            trace.append("wait")
            return 0

    Rescheduling.trace = trace
    run_to_end(Rescheduling)
    between_tasks = ["wait"] if waits else []
    assert trace == [
        "user.on_start",
        "task",
        *between_tasks,
        "task",
        *between_tasks,
        "task",
        "user.on_stop",
    ]


def test_an_exception_in_a_task_is_reported_and_the_user_waits_and_goes_on(caplog):
    trace = []

    class Failing(Traced):
        def wait_time(self):
            trace.append("wait")
            return 0

        @task
        def fail(self):
            trace.append("task")
            if trace.count("task") == 2:
                raise StopUser()
            raise ValueError("out of stock")

    Failing.trace = trace
    with caplog.at_level(logging.ERROR):
        environment = run_to_end(Failing)
    assert trace == ["user.on_start", "task", "wait", "task", "user.on_stop"]
    [kind] = environment.runner.exceptions.values()
    assert (kind["count"], kind["msg"], kind["nodes"]) == (1, "out of stock", {"local"})
    assert "in fail" in kind["traceback"]
    [record] = [record for record in caplog.records if record.name == "locust.user.task"]
    assert record.getMessage().startswith("out of stock\nTraceback (most recent call last)")


def test_user_error_names_the_task_set_that_ran_the_task():
    from locust.user.task import DefaultTaskSet

    seen = []

    class Inner(TaskSet):
        @task
        def fail(self):
            raise ValueError("inner")

    class Failing(User):
        tasks = [Inner]

    def note(user_instance, exception, tb):
        seen.append((type(user_instance).__name__, str(exception), tb is not None))

    class FailingItself(User):
        @task
        def fail(self):
            raise ValueError("own")

    for user_class in (Failing, FailingItself):
        from locust.event import Events

        events = Events()
        events.user_error.add_listener(note)
        count = len(seen)
        run_users(user_class, events=events, until=lambda _, count=count: len(seen) > count)
    names = [name for name, *_ in seen]
    assert names[0] == "Inner" and names[-1] == DefaultTaskSet.__name__
    assert ("Inner", "inner", True) in seen and ("DefaultTaskSet", "own", True) in seen


def test_without_catch_exceptions_an_exception_ends_the_user_without_the_users_on_stop():
    user, trace = nested_user(raise_(ValueError("no")))
    environment = run_to_end(user, catch_exceptions=False)
    assert trace == ["user.on_start", "outer.on_start", "inner.on_start", "inner.task"]
    # Each level reports it on its way out.
    assert sum(kind["count"] for kind in environment.runner.exceptions.values()) == 3


def test_a_broken_on_start_ends_the_user_without_on_stop(caplog):
    trace = []

    class Broken(Traced):
        def on_start(self):
            trace.append("user.on_start")
            raise ValueError("no account")

        @task
        def never(self):
            trace.append("task")

    Broken.trace = trace
    environment = run_to_end(Broken)
    assert trace == ["user.on_start"]
    assert [kind["msg"] for kind in environment.runner.exceptions.values()] == ["no account"]
    assert any(r.name == "locust.user.users" and r.levelname == "ERROR" for r in caplog.records)


def test_stop_user_in_on_start_runs_on_stop_and_no_task():
    trace = []

    class Leaving(Traced):
        def on_start(self):
            trace.append("user.on_start")
            raise StopUser()

        @task
        def never(self):
            trace.append("task")

    Leaving.trace = trace
    environment = run_to_end(Leaving)
    assert trace == ["user.on_start", "user.on_stop"]
    assert not environment.runner.exceptions


def test_a_broken_on_start_of_a_task_set_counts_as_a_failed_task():
    trace = []

    class Broken(TaskSet):
        def on_start(self):
            trace.append("set.on_start")
            raise ValueError("no session")

        def on_stop(self):
            trace.append("set.on_stop")

        @task
        def never(self):
            trace.append("task")

    class Visiting(Traced):
        tasks = [Broken]

    Visiting.trace = trace
    run_users(Visiting, until=lambda _: len(trace) >= 3)
    assert trace[:3] == ["user.on_start", "set.on_start", "set.on_start"]
    assert "task" not in trace and "set.on_stop" not in trace


def test_a_broken_on_stop_of_a_task_set_is_logged_and_the_others_run(caplog):
    trace = []

    class Broken(TaskSet):
        def on_stop(self):
            trace.append("set.on_stop")
            raise ValueError("cannot log out")

        @task
        def leave(self):
            raise StopUser()

    class Visiting(Traced):
        tasks = [Broken]

    Visiting.trace = trace
    run_to_end(Visiting)
    assert trace == ["user.on_start", "set.on_stop", "user.on_stop"]
    assert any("Uncaught exception in on_stop" in r.getMessage() for r in caplog.records)


def test_a_broken_on_stop_of_an_interrupted_task_set_is_logged_and_the_user_goes_on(caplog):
    trace = []

    class Broken(TaskSet):
        def on_stop(self):
            trace.append("set.on_stop")
            raise ValueError("cannot log out")

        @task
        def leave(self):
            if trace.count("set.on_stop") == 2:
                raise StopUser()
            self.interrupt()

    class Visiting(Traced):
        tasks = [Broken]

    Visiting.trace = trace
    environment = run_to_end(Visiting)
    assert trace == ["user.on_start", *["set.on_stop"] * 3, "user.on_stop"]
    told = [r for r in caplog.records if "Uncaught exception in on_stop" in r.getMessage()]
    assert [(r.name, r.levelname) for r in told] == [("root", "ERROR")] * 3
    assert not environment.runner.exceptions


@pytest.mark.parametrize("ending", [StopUser, StopTest, gevent.GreenletExit])
def test_stop_user_in_the_on_stop_of_an_interrupted_task_set_ends_the_user(ending):
    trace = []

    class Leaving(TaskSet):
        def on_stop(self):
            trace.append("set.on_stop")
            raise ending()

        @task
        def leave(self):
            gevent.sleep(0)
            self.interrupt()

    class Visiting(Traced):
        tasks = [Leaving]

    Visiting.trace = trace
    run_to_end(Visiting)
    assert trace == ["user.on_start", "set.on_stop", "user.on_stop"]


def test_the_first_task_runs_at_once_and_a_wait_follows_each():
    trace = []

    class Waiting(Traced):
        def wait_time(self):
            trace.append("wait")
            return 0

        @task
        def work(self):
            trace.append("task")
            if trace.count("task") == 3:
                raise StopUser()

    Waiting.trace = trace
    run_to_end(Waiting)
    assert trace == ["user.on_start", "task", "wait", "task", "wait", "task", "user.on_stop"]


def test_the_queue_of_scheduled_tasks_is_used_as_that_of_any_era_and_small():
    made = []

    class Queueing(TaskSet):
        def on_start(self):
            queue = self._task_queue
            made.append(sys.getsizeof(queue))
            queue.append(1)
            queue.appendleft(0)
            queue.insert(2, 2)
            made.extend([queue.popleft(), queue.pop(0), queue.pop(), len(queue)])
            raise StopUser()

        @task
        def nothing(self): ...

    class Visiting(Traced):
        tasks = [Queueing]
        trace = []

    run_to_end(Visiting)
    assert made[0] < 100 and made[1:] == [0, 1, 2, 0]


def test_scheduled_tasks_come_before_chosen_ones():
    trace = []

    class Scheduling(TaskSet):
        def on_start(self):
            self.schedule_task(self.second)
            self.schedule_task(self.third)
            self.schedule_task(self.first, first=True)

        def first(self):
            trace.append("first")

        def second(self):
            trace.append("second")

        def third(self):
            trace.append("third")

        @task
        def chosen(self):
            trace.append("chosen")
            raise StopUser()

    class Visiting(Traced):
        tasks = [Scheduling]

    Visiting.trace = trace
    run_to_end(Visiting)
    assert trace == ["user.on_start", "first", "second", "third", "chosen", "user.on_stop"]


def test_every_step_of_the_loop_can_be_overridden():
    trace = []

    class Own(TaskSet):
        def get_next_task(self):
            trace.append("get_next_task")
            return super().get_next_task()

        def schedule_task(self, task_callable, first=False):
            trace.append("schedule_task")
            super().schedule_task(task_callable, first)

        def execute_next_task(self):
            trace.append("execute_next_task")
            super().execute_next_task()

        def execute_task(self, task):
            trace.append("execute_task")
            super().execute_task(task)

        def wait(self):
            trace.append("wait")
            super().wait()

        def wait_time(self):
            trace.append("wait_time")
            return 0

        def _sleep(self, seconds):
            trace.append("sleep")

        @task
        def work(self):
            if trace.count("execute_task") == 2:
                raise StopUser()

    class Visiting(User):
        tasks = [Own]

    run_to_end(Visiting)
    once = ["get_next_task", "schedule_task", "execute_next_task", "execute_task"]
    assert trace == [*once, "wait", "wait_time", "sleep", *once]


@pytest.mark.parametrize("step", ["get_next_task", "execute_task", "wait", "wait_time", "_sleep"])
def test_a_single_overridden_step_is_honoured(step):
    calls = []

    class Own(TaskSet):
        done = 0

        @task
        def work(self):
            self.done += 1
            if len(calls) >= 2 or self.done == 5:
                raise StopUser()

    standard = getattr(TaskSet, step)

    def counted(self, *args):
        calls.append(step)
        return standard(self, *args)

    setattr(Own, step, counted)

    class Visiting(User):
        tasks = [Own]

    run_to_end(Visiting)
    assert len(calls) >= 2


def test_a_stop_during_the_wait_takes_effect_there():
    trace = []

    class Waiting(Traced):
        wait_time = constant(1000)

        @task
        def work(self):
            trace.append("task")

    Waiting.trace = trace
    environment = run_users(Waiting, until=lambda env: "task" in trace, stop_timeout=1000)
    assert trace == ["user.on_start", "task", "user.on_stop"]
    assert environment.runner.user_count == 0


def test_with_a_stop_timeout_a_running_task_is_finished():
    trace = []
    release = gevent.event.Event()

    class Slow(Traced):
        @task
        def work(self):
            trace.append("begin")
            gevent.spawn_later(0, lambda: None)
            release.wait()
            trace.append("end")

    Slow.trace = trace
    from locust.env import Environment

    environment = Environment(user_classes=[Slow], stop_timeout=1000)
    runner = environment.create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: "begin" in trace)
    quitting = gevent.spawn(runner.quit)
    wait_until(lambda: runner.state == "cleanup")
    gevent.sleep(0)
    assert "end" not in trace
    release.set()
    quitting.join(10)
    assert trace == ["user.on_start", "begin", "end", "user.on_stop"]


def test_with_a_stop_timeout_no_task_is_cut_off_that_begins_while_its_user_is_asked_to_stop():
    trace = []
    wake = gevent.event.Event()

    class Late(Traced):
        def _sleep(self, seconds):
            trace.append("wait")
            wake.wait()

        @task
        def work(self):
            if wake.is_set():
                trace.append("begin")
                gevent.sleep(0.01)
                trace.append("end")

    class LateTasks(TaskSet):
        _sleep, tasks = Late._sleep, [Late.work]

    Late.trace, Late.tasks = trace, [LateTasks]
    from locust.env import Environment

    environment = Environment(user_classes=[Late], stop_timeout=1000)
    runner = environment.create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: "wait" in trace)
    wake.set()  # the user goes on as soon as we yield; until then it waits
    runner.quit()
    assert trace == ["user.on_start", "wait", "begin", "end", "user.on_stop"]


def test_after_the_stop_timeout_a_running_task_is_killed():
    trace = []

    class Stuck(Traced):
        @task
        def work(self):
            trace.append("begin")
            park(self)
            trace.append("end")

    Stuck.trace = trace
    run_users(Stuck, until=lambda _: "begin" in trace, stop_timeout=0.01)
    assert trace == ["user.on_start", "begin", "user.on_stop"]


def test_waiting_within_a_task_is_a_point_to_stop_at():
    trace = []

    class Waiting(Traced):
        wait_time = constant(1000)

        @task
        def work(self):
            trace.append("begin")
            self.wait()
            trace.append("end")

    Waiting.trace = trace
    run_users(Waiting, until=lambda _: "begin" in trace, stop_timeout=1000)
    assert trace == ["user.on_start", "begin", "user.on_stop"]


def test_a_user_that_stops_itself_finishes_its_task():
    trace = []

    class Leaving(Traced):
        @task
        def work(self):
            trace.append("begin")
            assert self.stop() is False
            trace.append("end")

    Leaving.trace = trace
    run_to_end(Leaving)
    assert trace == ["user.on_start", "begin", "end", "user.on_stop"]


def test_a_user_that_stops_itself_by_force_does_not():
    trace = []

    class Leaving(Traced):
        @task
        def work(self):
            trace.append("begin")
            self.stop(force=True)
            trace.append("end")

    Leaving.trace = trace
    run_to_end(Leaving)
    assert trace == ["user.on_start", "begin", "user.on_stop"]


def test_a_sequence_runs_in_the_order_of_declaration_and_begins_anew():
    trace = []

    def from_list(taskset):
        trace.append("listed")

    class Base(SequentialTaskSet):
        @task
        def base(self):
            trace.append("base")

    class Sequence(Base):
        @task
        def first(self):
            trace.append("first")

        tasks = [from_list]

        @task(2)
        def twice(self):
            trace.append("twice")

        @task
        class Nested(TaskSet):
            @task
            def nested(self):
                trace.append("nested")
                self.interrupt(reschedule=False)

    class Visiting(User):
        tasks = [Sequence]

    run_users(Visiting, until=lambda _: len(trace) >= 8)
    assert trace[:8] == ["base", "first", "listed", "twice", "twice", "nested", "base", "first"]


def test_a_stop_during_the_wait_after_an_exception_runs_every_on_stop():
    # Locust leaves out the on_stop of the task set here.
    trace = []

    class Failing(TaskSet):
        wait_time = constant(1000)

        def on_stop(self):
            trace.append("set.on_stop")

        @task
        def fail(self):
            trace.append("task")
            raise ValueError("no")

    class Visiting(Traced):
        tasks = [Failing]

    Visiting.trace = trace
    run_users(Visiting, until=lambda env: env.runner.exceptions)
    assert trace == ["user.on_start", "task", "set.on_stop", "user.on_stop"]
