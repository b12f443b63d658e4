"""Every way to say how long to wait that 0.14.6 knew, with the wait that comes of it."""

from legacy_tools import finish_after, trace

from locust import Locust, TaskSet, between, constant, task


class Tasks(TaskSet):
    @task
    def work(self):
        trace(type(self.locust).__name__, self.wait_time())
        finish_after(self.locust, 2)


class Hasty(Tasks):
    min_wait = 2
    max_wait = 2


class Computed(Tasks):
    wait_function = lambda self: 3  # noqa: E731


class Modern(Tasks):
    wait_time = constant(0.004)


class Outer(TaskSet):
    min_wait = 600000
    max_wait = 700000

    @task
    class Inner(TaskSet):
        @task
        def work(self):
            trace(type(self.locust).__name__, self.wait_time(), self.min_wait, self.max_wait)
            trace("outer", self.parent.min_wait, self.parent.max_wait)
            finish_after(self.locust, 2)


class Milliseconds(Locust):
    task_set = Tasks
    min_wait = 5
    max_wait = 5


class NoWait(Locust):
    task_set = Tasks
    min_wait = 0
    max_wait = 0


class OfTheTaskSet(Locust):
    task_set = Hasty
    min_wait = 600000
    max_wait = 700000


class Function(Locust):
    task_set = Tasks

    def wait_function(self):
        return 6


class FunctionOfTheTaskSet(Locust):
    task_set = Computed
    min_wait = 600000
    max_wait = 700000


class Between(Locust):
    task_set = Tasks
    wait_time = between(0.007, 0.007)


class Method(Locust):
    task_set = Tasks

    def wait_time(self):
        return 0.008


class SecondsBeatMilliseconds(Locust):
    task_set = Hasty
    wait_time = constant(0.009)


class SecondsOfTheTaskSet(Locust):
    task_set = Modern
    wait_time = constant(600)


class Nested(Locust):
    task_set = Outer
    min_wait = 1
    max_wait = 1
