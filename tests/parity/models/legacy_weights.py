"""Several classes, which share the users by their weights; 10 is the weight of who says nothing."""

from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, task


class Tasks(TaskSet):
    def on_start(self):
        trace(type(self.locust).__name__)

    @task
    def work(self):
        self.client.get("/item/" + type(self.locust).__name__)
        finish_after(self.locust, 2)


class Base(HttpLocust):
    min_wait = max_wait = 1


class Usual(Base):
    task_set = Tasks


class Often(Base):
    task_set = Tasks
    weight = 25


class Rare(Often):
    weight = 5


class Library(HttpLocust):
    """Without a task set: not a user."""


class _Private(Base):
    task_set = Tasks
