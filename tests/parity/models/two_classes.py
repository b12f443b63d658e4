"""Only good requests, and a listener of each kind that changes nothing: the exit code is 0."""

from parity_tools import finish_after

from locust import HttpUser, constant, events, task


@events.request.add_listener
def listen(request_type, name, response_time, response_length, exception, **kwargs):
    assert exception is None


class Good(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        with self.client.get("/status/500", catch_response=True) as response:
            response.success()
        self.client.get("/hello")
        finish_after(self, 3)


class Better(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/json")
        finish_after(self, 3)
