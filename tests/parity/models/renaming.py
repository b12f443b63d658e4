"""Names: rename_request, request_name, and what a block writes into request_meta."""

import json

from parity_tools import attempt, run_each

from locust import HttpUser, constant, events, task


@events.request.add_listener
def note(request_type, name, response_time, response_length, context, exception, url, **kwargs):
    known = response_time if response_time in (5, 7.5, 0, None) else "measured"
    print(request_type, name, known, response_length, context, exception, url)


class Renamer(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.rename, self.rewrite)

    def rename(self):
        client = self.client
        with client.rename_request("outer"):
            client.get("/hello")
            with client.rename_request("inner"):
                client.get("/hello")
            client.get("/item/after-inner")
            client.get("/hello", name="explicit")
            client.get("/hello", name="")
        client.get("/item/after")
        attempt("leaving by exception", self.leave)
        client.get("/item/after-exception")
        with client.rename_request("judged"), client.get("/status/404", catch_response=True) as response:
            response.failure(f"{response.request_meta['name']} failed")
        with client.rename_request("redirected"):
            client.get("/redirect/2")
            client.post("/redirect-to?url=/post&status=307", {"k": "v"})
        client.request_name = "by attribute"
        client.get("/hello")
        client.get("/item/1", params={"p": "1"})
        with client.rename_request("in between"):
            client.get("/hello")
        client.get("/item/reset")
        client.request_name = None

    def leave(self):
        with self.client.rename_request("left"):
            self.client.get("/hello")
            raise ValueError("in the block")

    def rewrite(self):
        client = self.client
        with client.get("/item/7?x=1", catch_response=True) as response:
            print(sorted(response.request_meta), response.request_meta["response"] is response)
            response.request_meta["name"] = "/item/[id]"
        with client.get("/hello", catch_response=True, name="times") as response:
            response.request_meta["response_time"] = 7.5
        with client.get("/hello", catch_response=True, name="whole times") as response:
            response.request_meta["response_time"] = 5
            response.request_meta["response_length"] = 1000
        with client.get("/hello", catch_response=True, context={"a": 1}, name="context") as response:
            response.request_meta["context"]["b"] = 2
        with client.get("/hello", catch_response=True, name="new context") as response:
            response.request_meta["context"] = {"own": json.loads("[1]")}
        with client.get("/status/500", catch_response=True, name="no exception") as response:
            response.request_meta["exception"] = None
        with client.get("/hello", catch_response=True, name="an exception") as response:
            response.request_meta["exception"] = ValueError("written")
        with client.post("/post", "query { me }", catch_response=True, name="method") as response:
            response.request_meta["request_type"] = "GraphQL"
            response.request_meta["url"] = "elsewhere"
        with client.get("/status/404", catch_response=True, name="failed") as response:
            response.request_meta["name"] = "failed and renamed"
        with client.get("/hello", catch_response=True, name="late") as response:
            response.request_meta["name"] = "renamed first"
            response.failure("then judged")
        with client.get("/hello", catch_response=True, name="early") as response:
            response.failure("judged first")
            response.request_meta["name"] = "then renamed"
        response = client.get("/hello", name="not caught")
        print(
            response.request_meta["name"],
            response.request_meta["context"],
            response.request_meta["exception"],
        )
        response.request_meta["name"] = "too late"


class Contextual(HttpUser):
    wait_time = constant(0)
    tenant = "acme"

    def context(self):
        return {"tenant": self.tenant}

    @task
    def work(self):
        run_each(self.use)

    def use(self):
        self.client.get("/hello", name="of the user")
        self.client.get("/hello", name="of both", context={"page": 1})
        with self.client.get("/hello", name="changed", context={"page": 2}, catch_response=True) as response:
            self.tenant = "other"
            response.request_meta["context"]["seen"] = response.status_code
