from parity_tools import finish_after, step, trace

from locust import HttpUser, constant, events, task

STATE = "two"


class Two(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        step("Two", STATE)
        self.client.get("/hello", name="two")
        finish_after(self, 2)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace("two hears test_start")
