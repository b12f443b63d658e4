"""Nothing to run: an abstract user, a task set, a class that only looks like a user."""

from parity_tools import trace

from locust import TaskSet, User, task


class Base(User):
    abstract = True


class Steps(TaskSet):
    @task
    def step(self):
        trace("a task ran")


class Lookalike:
    abstract = False
    tasks = [Steps]


trace("imported")
