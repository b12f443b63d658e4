"""FastHttpLocust of 0.12 to 0.14: verbs, forms, failures, verdicts."""

from legacy_tools import fault, trace

from locust import ResponseError, TaskSet, events, task
from locust.contrib.fasthttp import FastHttpLocust
from locust.exception import StopLocust


def on_success(request_type, name, response_time, response_length):
    trace("success", request_type, name, response_length)


def on_failure(request_type, name, response_time, exception, **kwargs):
    trace("failure", request_type, name, repr(exception))


events.request_success += on_success
events.request_failure += on_failure


class Tasks(TaskSet):
    def on_start(self):
        response = self.client.post("/login", {"user": "fast", "password": "secret"})
        trace(response.status_code, response.text)

    @task
    def work(self):
        client = self.client
        trace(client.get("/me").text, type(client).__name__, client is self.locust.client)
        trace(client.get("/json").json()["name"], client.get("/gzip", name="gzip").status_code)
        trace(client.get("/basic-auth/a/b", auth=("a", "b")).status_code)
        trace(client.get("/item/x", headers={"X-Trace": "1"}, name="item").headers["content-type"])
        client.put("/status/201", data="abc")
        client.patch("/status/202", data="abc")
        client.delete("/status/204")
        client.request("PURGE", "/status/200", name="purge")
        client.get("/redirect/2", name="redirected")
        client.get("/status/404")
        client.get("/status/500", name="broken")
        refused = client.get(fault("refuse") + "/", name="refused")
        trace(refused.status_code, refused.content, refused.text, type(refused.error).__name__)
        self.judge()
        raise StopLocust()

    def judge(self):
        with self.client.get("/status/404", name="pardoned", catch_response=True) as response:
            response.success()
        with self.client.get("/hello", name="twice", catch_response=True) as response:
            trace(response.locust_request_meta["name"])
            response.failure("first")
            response.success()
        with self.client.get("/hello", name="error", catch_response=True):
            raise ResponseError("no such item")
        self.client.get("/hello", name="no block", catch_response=True).success()


class Visitor(FastHttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
