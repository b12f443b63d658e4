"""A run that its time limit ends while users are at work."""

import gevent
from legacy_tools import trace

from locust import HttpLocust, TaskSet, events, task


class Tasks(TaskSet):
    def on_start(self):
        self.client.get("/hello", name="on_start")

    def on_stop(self):
        self.client.get("/hello", name="on_stop")
        trace("on_stop", self.locust.name)

    @task
    class Inner(TaskSet):
        def on_stop(self):
            trace("never: on_stop of the inner task set")

        @task
        def work(self):
            self.client.get("/item/1", name="before")
            gevent.sleep(self.locust.length_s)
            self.client.get("/item/2", name="after")
            trace("finished", self.locust.name)
            gevent.sleep(60)


class Short(HttpLocust):
    task_set = Tasks
    name = "short"
    length_s = 3.5
    min_wait = max_wait = 1


class Long(Short):
    name = "long"
    length_s = 60


def on_quitting():
    trace("quitting")


events.quitting += on_quitting
