"""Control flow in odd places: in with-blocks, in listeners, in on_start, and users that are finished late."""

from legacy_tools import finish_after, trace

from locust import HttpLocust, Locust, TaskSet, events, runners, task
from locust.exception import StopLocust


def on_success(request_type, name, response_time, response_length):
    if name == "/json":
        trace("listener", runners.locust_runner.stats.get("/json", "GET").num_requests)
        raise StopLocust()


events.request_success += on_success


class InBlocks(TaskSet):
    @task
    class Inner(TaskSet):
        @task
        def work(self):
            with self.client.get("/hello", name="in a block", catch_response=True) as response:
                trace("in a block")
                finish_after(self.locust, 3)
                if self.locust.rounds_done == 1:
                    response.success()
                self.interrupt()


class InAListener(TaskSet):
    @task
    def work(self):
        trace("before")
        self.client.get("/json")
        trace("never")


class InOnStart(TaskSet):
    def on_start(self):
        trace("on_start")
        self.interrupt()

    @task
    def never(self):
        trace("never")


class Zero(TaskSet):
    @task(0)
    def never(self):
        trace("never")

    @task(1)
    def ever(self):
        trace("ever")
        finish_after(self.locust, 2)


class Base(HttpLocust):
    min_wait = max_wait = 1


class A(Base):
    task_set = InBlocks


class B(Base):
    task_set = InAListener


class C(Base):
    task_set = InOnStart


class D(Locust):
    min_wait = max_wait = 1


D.task_set = Zero
