"""The model of the CPU benchmark with one listener of the request event."""

from locust import HttpUser, events, task

lengths = 0


@events.request.add_listener
def count(request_type, name, response_time, response_length, exception, **_):
    global lengths
    lengths += response_length


class Requester(HttpUser):
    @task
    def index(self):
        self.client.get("/")
