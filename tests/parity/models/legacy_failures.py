"""Requests that fail, and what exactly is reported of them."""

from legacy_tools import fault, trace

from locust import HttpLocust, TaskSet, events, task
from locust.exception import StopLocust


def on_failure(request_type, name, response_time, exception, **kwargs):
    trace("failure", request_type, name, type(exception).__name__)


events.request_failure += on_failure


class Tasks(TaskSet):
    @task
    def work(self):
        client = self.client
        client.get("/status/404")
        client.get("/status/404?page=2", params={"size": "a b"})
        client.get("/status/500", name="broken")
        client.post("/status/403", {"user": "a"})
        client.get("/status/599")
        client.get("/redirect-to?url=/status/410")
        client.get("/redirect-to?url=/status/410", name="gone")
        for response in (
            client.get(fault("refuse") + "/page"),
            client.get(fault("refuse") + "/other", name="refused"),
            client.get(fault("silent") + "/", name="silent", timeout=0.3),
            client.get(fault("close_without_response") + "/", name="closes"),
        ):
            trace(response.status_code, response.content, type(response.error).__name__)
            try:
                response.raise_for_status()
            except Exception as error:
                trace("raised", type(error).__name__)
        for url in ("nonsense", "ftp://127.0.0.1/file"):
            try:
                trace(client.get(url).status_code)
            except Exception as error:
                trace("raised", type(error).__name__)
        raise StopLocust()


class Visitor(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
