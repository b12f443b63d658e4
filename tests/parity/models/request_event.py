"""What listeners of `request` are told, by HTTP requests of every outcome and with contexts."""

from parity_tools import fault, finish_after

from locust import HttpUser, constant, events, task


@events.request.add_listener
def everything(
    request_type,
    name,
    response_time,
    response_length,
    response,
    context,
    exception,
    start_time,
    url,
    **kwargs,
):
    print(request_type, name, response_length, context, type(exception).__name__, sorted(kwargs))
    print(type(response).__name__, response.status_code, isinstance(response_time, float), start_time > 1e9)
    print(url.partition("//")[2].partition("/")[2])


@events.request.add_listener
def little(name, **kwargs):
    if name == "told":
        print("told", sorted(kwargs))


class Teller(HttpUser):
    wait_time = constant(0)

    def context(self):
        return {"user": "teller"}

    @task
    def tell(self):
        self.client.get("/hello", name="told")
        self.client.get("/hello", context={"own": 1})
        self.client.get("/hello", context={"user": "overridden"})
        self.client.get("/status/404")
        self.client.get(fault("refuse") + "/x", name="refused")
        self.client.get("/redirect/2")
        self.client.get("/bytes/123", stream=True).content  # noqa: B018  read, so that its connection is free
        self.client.post("/post?q=1", {"a": "b"}, name="posted")
        with self.client.get("/hello", catch_response=True, name="judged") as response:
            response.request_meta["context"] = {"rewritten": True}
            response.failure("no")
        finish_after(self, 1)
