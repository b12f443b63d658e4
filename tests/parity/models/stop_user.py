"""All the ways in which one user may end while the others go on."""

import gevent
from parity_tools import trace

from locust import HttpUser, TaskSet, User, constant, events, task
from locust.exception import StopTest, StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)

    def on_stop(self):
        trace(f"{type(self).__name__}.on_stop")


class InTask(Base):
    @task
    def end(self):
        raise StopUser()


class InOnStart(Base):
    def on_start(self):
        raise StopUser()

    @task
    def never(self):
        trace("a task ran after StopUser in on_start")


class InTaskSet(Base):
    @task
    class Nested(TaskSet):
        def on_stop(self):
            trace("Nested.on_stop")

        @task
        def end(self):
            raise StopUser("with a message")


class InTaskSetOnStart(Base):
    @task
    class Nested(TaskSet):
        def on_start(self):
            raise StopUser()

        def on_stop(self):
            trace("InTaskSetOnStart.Nested.on_stop")

        @task
        def never(self):
            trace("a task ran after StopUser in TaskSet.on_start")


class ByStopTest(Base):
    @task
    def end(self):
        raise StopTest("only this user")


class ByStopMethod(Base):
    turns = 0

    @task
    def end(self):
        self.turns += 1
        trace(f"ByStopMethod turn {self.turns}")
        self.stop()
        gevent.sleep(0.05)
        trace("ByStopMethod finishes its task")


class ByForce(Base):
    @task
    def end(self):
        trace("ByForce begins")
        gevent.spawn_later(0.1, self.stop, force=True)
        gevent.sleep(5)
        trace("ByForce was not stopped")


class WhileWaiting(Base):
    @task
    def end(self):
        gevent.spawn_later(0.1, self.stop)
        self.wait_time = lambda: 30


class InterruptsUser(Base):
    """interrupt() under a user itself has nothing to hand control back to."""

    @task
    def end(self):
        from locust.exception import InterruptTaskSet

        raise InterruptTaskSet()


class Survivor(HttpUser):
    fixed_count = 1
    wait_time = constant(0.1)

    def on_start(self):
        self.turns = 0

    @task
    def live(self):
        self.turns += 1
        if self.turns == 10:
            trace("survivor saw ten turns")
            trace(f"users left: {self.environment.runner.user_count}")
            raise StopUser()


@events.test_stop.add_listener
def over(**kwargs):
    trace("test_stop")
