from parity_tools import finish_after, step, trace

from locust import HttpUser, constant, events, task

STATE = "one"


class One(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        step("One", STATE)
        self.client.get("/hello", name="one")
        finish_after(self, 2)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace("one hears test_start")
