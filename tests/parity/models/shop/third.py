from parity_tools import finish_after, step, trace

from locust import HttpUser, constant, events, task

STATE = "third"


class Third(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        step("Third", STATE)
        self.client.get("/hello", name="third")
        finish_after(self, 2)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace("third hears test_start")
