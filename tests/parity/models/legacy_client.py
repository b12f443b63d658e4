"""A client of the 0.x era: request_success and request_failure fired by hand, listeners added with +=."""

from legacy_tools import trace

from locust import Locust, TaskSet, events, task
from locust.exception import StopLocust


class RpcClient:
    def call(self, name, fail=False):
        if fail:
            events.request_failure.fire(
                request_type="rpc",
                name=name,
                response_time=12,
                response_length=0,
                exception=ValueError("rpc failed"),
            )
        else:
            events.request_success.fire(request_type="rpc", name=name, response_time=7, response_length=42)


class RpcLocust(Locust):
    abstract = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.client = RpcClient()


class RpcUser(RpcLocust):
    min_wait = 0
    max_wait = 10

    class task_set(TaskSet):
        turns = 0

        @task
        def work(self):
            self.turns += 1
            self.client.call("add")
            self.client.call("divide", fail=True)
            if self.turns == 5:
                raise StopLocust()


def on_success(request_type, name, response_time, response_length):
    trace("success %s %s %s %s" % (request_type, name, response_time, response_length))  # noqa: UP031


def on_failure(request_type, name, response_time, exception, **kwargs):
    trace("failure %s %s %s %r" % (request_type, name, response_time, exception))  # noqa: UP031


def on_quitting():
    trace("quitting")


events.request_success += on_success
events.request_failure += on_failure
events.quitting += on_quitting
