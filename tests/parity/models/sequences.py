"""SequentialTaskSet: tasks given as an attribute, weights, one within the other, and what breaks the order."""

from parity_tools import step

from locust import SequentialTaskSet, TaskSet, User, constant, task
from locust.exception import RescheduleTask, RescheduleTaskImmediately, StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)


def first(tasks):
    step(type(tasks.user).__name__, "first")


def second(tasks):
    step(type(tasks.user).__name__, "second")


def last(tasks):
    step(type(tasks.user).__name__, "last")
    tasks.user.laps = getattr(tasks.user, "laps", 0) + 1
    if tasks.user.laps == 2:
        raise StopUser()


class FromList(Base):
    @task
    class Flow(SequentialTaskSet):
        tasks = [first, second, first, last]


class FromDict(Base):
    @task
    class Flow(SequentialTaskSet):
        tasks = {first: 2, second: 1, last: 1}


class FromPairs(Base):
    """Pairs are no list of weights here: each is an exception, and the next."""

    waits = 0

    def wait_time(self):
        self.waits += 1
        if self.waits == 4:
            raise StopUser()
        return 0.01

    @task
    class Flow(SequentialTaskSet):
        tasks = [(first, 1), (second, 3), (last, 1)]


class Inner(SequentialTaskSet):
    def on_start(self):
        step(type(self.user).__name__, "inner on_start")

    def on_stop(self):
        step(type(self.user).__name__, "inner on_stop")

    @task(2)
    def twice(self):
        step(type(self.user).__name__, "inner twice")

    @task
    def leave(self):
        step(type(self.user).__name__, "inner leaves")
        self.interrupt(reschedule=False)


class NestedByAttribute(Base):
    @task
    class Flow(SequentialTaskSet):
        tasks = [first, Inner, last]


class NestedInTaskSet(Base):
    @task
    class Outer(TaskSet):
        rounds = 0
        tasks = [Inner]

        def get_next_task(self):
            self.rounds += 1
            if self.rounds == 3:
                raise StopUser()
            return super().get_next_task()


class BrokenLinks(Base):
    @task
    class Flow(SequentialTaskSet):
        @task
        def fail(self):
            step("BrokenLinks", "fail")
            raise ValueError("the sequence goes on")

        @task
        def again(self):
            step("BrokenLinks", "reschedule")
            raise RescheduleTask()

        @task
        def at_once(self):
            step("BrokenLinks", "reschedule immediately")
            self.schedule_task(self.between)
            raise RescheduleTaskImmediately()

        @task
        def end(self):
            step("BrokenLinks", "end")
            last(self)

        def between(self):
            step("BrokenLinks", "scheduled between")


class Overriding(Base):
    @task
    class Flow(Inner):
        @task
        def twice(self):
            step("Overriding", "the new twice")
            self.user.turns = getattr(self.user, "turns", 0) + 1
            if self.user.turns == 2:
                raise StopUser()

        def interrupt(self, reschedule=True):
            step("Overriding", f"interrupt {reschedule} refused")


class OfTheInstance(Base):
    @task
    class Flow(SequentialTaskSet):
        def on_start(self):
            self.tasks = [self.odd, self.even, last]

        def odd(self):
            step("OfTheInstance", "odd")

        def even(self):
            step("OfTheInstance", "even")

        @task
        def of_the_class(self):
            step("OfTheInstance", "of the class")
            last(self)


class Flat(Base):
    """Several sequences as the tasks of one user, and what `tasks` became."""

    tasks = {Inner: 2}

    def on_start(self):
        step("Flat", f"{[one.__name__ for one in self.tasks]} {[one.__name__ for one in Inner.tasks]}")
        step("Flat", f"{[one.__name__ for one in FromDict.Flow.tasks]}")
        step("Flat", f"{[one.__name__ for one in Overriding.Flow.tasks]}")
        self.rounds = 0

    def wait_time(self):
        self.rounds += 1
        if self.rounds == 8:
            raise StopUser()
        return 0.01
