"""One of two files of a run: a helper, a class and listeners of its own."""

import helpers
from parity_tools import finish_after, step, trace

from locust import HttpUser, constant, events, task

STATE = "second"


class Second(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        step("Second", f"{STATE} {helpers.greet('second')}")
        self.client.get("/hello", name="second")
        finish_after(self, 2)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace(f"second hears test_start, {sorted(one.__name__ for one in environment.user_classes)}")
    trace(f"{environment.locustfile} {sorted(environment.available_user_classes)}")
