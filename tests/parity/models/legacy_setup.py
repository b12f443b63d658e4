"""setup and teardown, once for each class, of users and of task sets at every level."""

from legacy_tools import finish_after, trace

from locust import Locust, TaskSet, task

ACCOUNTS = []


class Traced(object):
    def setup(self):
        trace(type(self).__name__, "setup")

    def teardown(self):
        trace(type(self).__name__, "teardown")

    def on_start(self):
        trace(type(self).__name__, "on_start", len(ACCOUNTS))


class Inner(Traced, TaskSet):
    @task
    def work(self):
        try:
            finish_after(self.locust, 2)
        finally:
            trace("work")
        self.interrupt()


class Outer(Traced, TaskSet):
    tasks = [Inner]


class Visitor(Traced, Locust):
    task_set = Outer
    min_wait = max_wait = 1

    def setup(self):
        super(Visitor, self).setup()
        ACCOUNTS.extend(["a", "b"])


class Broken(TaskSet):
    def setup(self):
        trace("Broken setup")
        raise RuntimeError("no database")

    @task
    def work(self):
        trace("work all the same")
        finish_after(self.locust, 2)


class Unlucky(Locust):
    task_set = Broken
    min_wait = max_wait = 1
