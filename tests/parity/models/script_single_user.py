"""One user as a script, for a debugger: `python script.py`."""

import os

from locust import HttpUser, constant, events, run_single_user, task
from locust.exception import StopUser

BEGUN = []


@events.init.add_listener
def init(environment, runner, web_ui, **kwargs):
    print("init", runner, web_ui, type(environment).__name__, sorted(kwargs))


@events.test_start.add_listener
def test_start(**kwargs):
    print("test_start", sorted(kwargs))


@events.request.add_listener
def on_request(name, response_length, exception, **kwargs):
    print("request", name, response_length, type(exception).__name__)


class Visitor(HttpUser):
    host = os.environ["PARITY_HOST"]
    wait_time = constant(0.01)

    def on_start(self):
        print("on_start", self.client.get("/hello").status_code)

    def on_stop(self):
        print("on_stop")

    @task
    def visit(self):
        BEGUN.append(1)
        self.client.get("/status/404", name="missing")
        with self.client.get("/json", catch_response=True) as response:
            response.failure("not good enough")
        if len(BEGUN) % 2 == 0:
            print(
                "environment",
                self.environment.runner,
                self.environment.host,
                self.environment.parsed_options.host,
            )
            raise StopUser()


if __name__ == "__main__":
    run_single_user(Visitor)
    print("after")
    run_single_user(Visitor, include_length=True, include_time=False, include_context=True, loglevel=None)
