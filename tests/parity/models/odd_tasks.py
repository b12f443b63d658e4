"""Tasks that are not plain methods: static, class, asynchronous, generators, with default arguments, wrapped."""

import asyncio
import functools

from parity_tools import step

from locust import TaskSet, User, constant, events, tag, task
from locust.exception import StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)
    turns = 0

    def done(self, text):
        step(type(self).__name__, text)
        self.turns += 1
        if self.turns == 2:
            raise StopUser()


class OfStatic(Base):
    @task
    @staticmethod
    def outside(user):
        user.done("task over staticmethod")


class Asynchronous(Base):
    """Calling it makes a coroutine, which nobody runs."""

    @task
    async def work(self):
        step("Asynchronous", "the coroutine ran")

    @task
    def driven(self):
        async def inner():
            await asyncio.sleep(0)
            return "driven"

        self.done(asyncio.run(inner()))

    tasks = []


Asynchronous.tasks = [Asynchronous.driven, Asynchronous.driven]


class Generator(Base):
    """Calling it makes a generator, which nobody runs."""

    turns = 0

    @task
    def work(self):
        step("Generator", "the generator ran")
        yield

    def wait_time(self):
        self.done("waited after the generator")
        return 0.01


class Defaults(Base):
    @task
    def work(self, first=1, *rest, keyword="k", **more):
        self.done(f"{first} {rest} {keyword} {more}")


class Returning(Base):
    @task
    def work(self):
        self.done("returns")
        return 30


def twice(function):
    @functools.wraps(function)
    def wrapper(self):
        step(type(self).__name__, "before")
        function(self)
        step(type(self).__name__, "after")

    return wrapper


class Wrapped(Base):
    @task(3)
    @twice
    def inner(self):
        step("Wrapped", "inner")

    def wait_time(self):
        self.done("wait")
        return 0.01


class WrappedOutside(Base):
    @twice
    @task
    @tag("one", "two")
    def inner(self):
        self.done(
            f"weight {type(self).inner.locust_task_weight} tags {sorted(type(self).inner.locust_tag_set)}"
        )


class Private(Base):
    @task
    def __private(self):
        self.done("a name with two underscores")

    @task(0)
    def never(self):
        step("Private", "weight 0 ran")


class Reused(Base):
    """One function as a task of two classes and under two names."""

    first = Defaults.work
    second = Defaults.work


class InTaskSet(Base):
    @task
    class Inside(TaskSet):
        @task
        @staticmethod
        def outside(tasks):
            tasks.user.done(f"static in {type(tasks).__name__}")

        @task
        class Empty(TaskSet):
            tasks = []

            def on_start(self):
                self.interrupt()


@events.test_start.add_listener
def test_start(environment, **kwargs):
    for user_class in environment.user_classes:
        step("classes", f"{user_class.__name__} {len(user_class.tasks)}")
