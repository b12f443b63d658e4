"""The user_error event, catch_exceptions, and what a listener learns of an exception in a task."""

import traceback

from parity_tools import step

from locust import SequentialTaskSet, TaskSet, User, constant, events, task
from locust.exception import LocustError, StopUser


class OwnError(LocustError):
    pass


@events.user_error.add_listener
def on_error(user_instance, exception, tb, **kwargs):
    owner = type(getattr(user_instance, "user", user_instance)).__name__
    where = traceback.extract_tb(tb)[-1]
    step(
        owner, f"user_error of {type(user_instance).__name__}: {exception!r} in {where.name} {sorted(kwargs)}"
    )


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)

    def on_stop(self):
        step(type(self).__name__, "on_stop")


class InTask(Base):
    turns = 0

    @task
    def fail(self):
        self.turns += 1
        if self.turns == 3:
            raise StopUser()
        raise ZeroDivisionError(f"turn {self.turns}")


class InTaskSet(Base):
    @task
    class Nested(TaskSet):
        @task
        class Deeper(SequentialTaskSet):
            @task
            def fail(self):
                assert self.user.turn() == 0, "an assertion"

            @task
            def end(self):
                raise StopUser()

    def turn(self):
        return 1


class Own(Base):
    @task
    class Nested(TaskSet):
        done = False

        @task
        def fail(self):
            if self.done:
                raise StopUser()
            self.done = True
            try:
                raise KeyError("cause")
            except KeyError as error:
                raise OwnError("own") from error


class InWaitTime(Base):
    turns = 0

    def wait_time(self):
        self.turns += 1
        if self.turns == 4:
            raise StopUser()
        raise ValueError(f"no idea how long {self.turns}")

    @task
    def work(self):
        step("InWaitTime", "work")


class OwnHandling(Base):
    """A task that handles its exceptions itself."""

    @task
    def handle(self):
        try:
            {}["missing"]
        except KeyError as error:
            step("OwnHandling", f"handled {error!r}")
            self.environment.events.user_error.fire(
                user_instance=self, exception=error, tb=error.__traceback__
            )
        raise StopUser()


class KeyboardUser(Base):
    """BaseExceptions of other kinds end the user's greenlet."""

    @task
    def end(self):
        step("KeyboardUser", "ends")
        raise GeneratorExit("odd")


@events.test_stop.add_listener
def report(environment, **kwargs):
    for error in sorted(environment.runner.exceptions.values(), key=lambda one: one["msg"]):
        step("report", f"{error['count']} {error['msg']} {sorted(error['nodes'])} {sorted(error)}")
