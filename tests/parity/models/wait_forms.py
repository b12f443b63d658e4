"""wait_time in the forms that models give it, and whose counts."""

import time

from parity_tools import step

from locust import TaskSet, User, between, constant, constant_pacing, constant_throughput, task
from locust.exception import StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    began = None

    @task
    def work(self):
        now = time.monotonic()
        if self.began is None:
            self.began = now
            return
        passed = now - self.began
        step(type(self).__name__, "waited" if 0.1 < passed < 5 else f"waited {passed:.1f} s")
        raise StopUser()


class OfLambda(Base):
    wait_time = lambda self: 0.4  # noqa: E731


class OfMethod(Base):
    def wait_time(self):
        return 0.4


class OfFunction(Base):
    wait_time = between(0.4, 0.45)


class OfStatic(Base):
    wait_time = staticmethod(lambda: 0.4)


class OfInstance(Base):
    def on_start(self):
        self.wait_time = lambda: 0.4


class OfProperty(Base):
    @property
    def wait_time(self):
        return lambda: 0.4


class OfPacing(Base):
    wait_time = constant_pacing(0.4)


class OfThroughput(Base):
    wait_time = constant_throughput(2.5)


class Overridden(OfLambda):
    wait_time = constant(0.4)


class Inherited(OfMethod):
    def wait_time(self):
        return super().wait_time()


class OfTaskSet(User):
    fixed_count = 1
    wait_time = constant(60)

    @task
    class Steps(TaskSet):
        wait_time = constant(0.4)
        began = None
        work = Base.work


class PacedTaskSet(User):
    fixed_count = 1
    wait_time = constant(60)

    @task
    class Steps(TaskSet):
        wait_time = constant_pacing(0.4)
        began = None
        work = Base.work


class NoWait(User):
    """Without wait_time there is no wait, but other users get their turn."""

    fixed_count = 1
    turns = 0

    @task
    def spin(self):
        self.turns += 1
        if self.turns == 1000:
            step("NoWait", "a thousand turns")
            raise StopUser()


class Zero(User):
    fixed_count = 1
    wait_time = constant(0)
    turns = 0

    @task
    def spin(self):
        self.turns += 1
        if self.turns == 1000:
            step("Zero", "a thousand turns")
            raise StopUser()


class OfNumber(User):
    """wait_time = 2 is a mistake: an exception in each round."""

    fixed_count = 1
    wait_time = 2
    turns = 0

    @task
    def work(self):
        self.turns += 1
        step("OfNumber", "works")
        if self.turns == 3:
            raise StopUser()


class OldNames(User):
    """min_wait and max_wait on a class of today mean nothing."""

    fixed_count = 1
    min_wait = 60000
    max_wait = 60000
    turns = 0

    @task
    def work(self):
        self.turns += 1
        if self.turns == 3:
            step("OldNames", "did not wait")
            raise StopUser()


class Negative(User):
    fixed_count = 1
    turns = 0

    def wait_time(self):
        return -1

    @task
    def work(self):
        self.turns += 1
        if self.turns == 3:
            step("Negative", "did not wait")
            raise StopUser()
