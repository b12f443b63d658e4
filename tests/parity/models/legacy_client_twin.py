"""legacy_client.py for Locust 2."""

from parity_tools import trace

from locust import User, between, events, task
from locust.exception import StopUser


class RpcUser(User):
    wait_time = between(0, 0.01)
    turns = 0

    def fire(self, name, response_time, response_length, exception):
        events.request.fire(
            request_type="rpc",
            name=name,
            response_time=response_time,
            response_length=response_length,
            exception=exception,
            context={},
        )

    @task
    def work(self):
        self.turns += 1
        self.fire("add", 7, 42, None)
        self.fire("divide", 12, 0, ValueError("rpc failed"))
        if self.turns == 5:
            raise StopUser()


@events.request.add_listener
def on_request(request_type, name, response_time, response_length, exception, **kwargs):
    if exception:
        trace(f"failure {request_type} {name} {response_time} {exception!r}")
    else:
        trace(f"success {request_type} {name} {response_time} {response_length}")


@events.quitting.add_listener
def on_quitting(**kwargs):
    trace("quitting")
