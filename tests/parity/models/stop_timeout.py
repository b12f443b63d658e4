"""The end of the run while tasks are under way; the suite runs it with and without --stop-timeout."""

import time

from parity_tools import trace

from locust import HttpUser, TaskSet, constant, events, task


class Busy(HttpUser):
    wait_time = constant(0)

    def on_stop(self):
        trace("busy on_stop")

    @task
    def work(self):
        trace("busy begins")
        self.client.get("/slow?ms=6000")
        trace("busy ends")


class Sleeper(HttpUser):
    wait_time = constant(0)

    def on_stop(self):
        trace("sleeper on_stop")

    @task
    class Set(TaskSet):
        def on_stop(self):
            trace("sleeper's set on_stop")

        @task
        def work(self):
            time.sleep(6)
            self.client.get("/hello", name="after sleep")


class Stuck(HttpUser):
    wait_time = constant(0)

    def on_stop(self):
        trace("stuck on_stop")

    @task
    def work(self):
        trace("stuck begins")
        time.sleep(30)
        trace("stuck ends")


class Waiting(HttpUser):
    wait_time = constant(30)

    def on_stop(self):
        trace("waiting on_stop")

    @task
    def work(self):
        self.client.get("/hello", name="before wait")


@events.test_stop.add_listener
def over(**kwargs):
    trace("test_stop")
