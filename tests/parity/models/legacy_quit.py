"""A user that ends the run, while others wait and work."""

import gevent
from legacy_tools import trace

from locust import HttpLocust, TaskSet, events, runners, task


class Leading(TaskSet):
    @task
    def work(self):
        self.client.get("/hello")
        gevent.sleep(1)
        trace("quit")
        runners.locust_runner.quit()


class Waiting(TaskSet):
    def on_stop(self):
        trace("on_stop of who waits")

    @task
    def work(self):
        self.client.get("/json")


class Working(TaskSet):
    def on_stop(self):
        trace("on_stop of who works")

    @task
    def work(self):
        gevent.sleep(60)


class A(HttpLocust):
    task_set = Leading
    min_wait = max_wait = 60000


class B(A):
    task_set = Waiting


class C(A):
    task_set = Working


def on_quitting():
    trace("quitting", runners.locust_runner.user_count)


events.quitting += on_quitting
