"""Exceptions while a user comes into being: it is gone, the others are not."""

from parity_tools import finish_after, trace

from locust import HttpUser, TaskSet, constant, events, task


class BrokenStart(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    def on_start(self):
        trace("broken on_start")
        self.client.get("/hello", name="from on_start")
        raise ValueError("on_start is broken")

    def on_stop(self):
        trace("on_stop of a user that never started")

    @task
    def never(self):
        trace("task of a user that never started")


class BrokenSetStart(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    def on_stop(self):
        trace("on_stop of the user whose TaskSet is broken")

    @task
    class Set(TaskSet):
        def on_start(self):
            trace("broken TaskSet.on_start")
            finish_after(self.user, 3)
            raise ValueError("TaskSet.on_start is broken")

        def on_stop(self):
            trace("on_stop of a TaskSet that never started")

        @task
        def never(self):
            trace("task of a TaskSet that never started")


class Good(HttpUser):
    fixed_count = 1
    wait_time = constant(0.05)

    @task
    def work(self):
        self.client.get("/hello")
        finish_after(self, 5)


@events.test_stop.add_listener
def over(environment, **kwargs):
    trace(f"test_stop, {environment.stats.total.num_requests} requests")
