"""Requests made by hand, prepared by the session or alone, and sent; only `request()` is recorded."""

import requests
from parity_tools import attempt, fault, run_each
from requests import PreparedRequest, Request

from locust import HttpUser, constant, task


class Preparer(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.client.headers["X-Session"] = "yes"
        self.client.cookies.set("kept", "1")
        self.client.params = {"always": "1"}

    @task
    def work(self):
        run_each(self.prepare, rounds=2)

    def prepare(self):
        client = self.client
        client.get("/hello", name="first")
        request = Request(
            "post", self.host + "/echo", params={"q": "a b"}, json={"a": 1}, cookies={"once": "2"}
        )
        prepared = client.prepare_request(request)
        print(prepared.method, prepared.url, prepared.body, sorted(prepared.headers))
        prepared.headers["X-Late"] = "added"
        response = client.send(prepared)
        seen = response.json()
        print(response.status_code, seen["headers"]["x-session"], seen["headers"]["x-late"], seen["body"])
        print(seen["headers"]["cookie"], seen["target"], response.request is prepared, response)

        bare = Request("GET", self.host + "/echo", headers={"X-Own": "1"}).prepare()
        print(sorted(client.send(bare).json()["headers"]))
        manual = PreparedRequest()
        manual.prepare("PUT", self.host + "/echo", data={"k": "v"}, headers={"X-Manual": "1"})
        print(client.send(manual, timeout=5, verify=False).json()["body"])
        manual.url = manual.url.replace("/echo", "/redirect-post/307")
        print(client.send(manual, allow_redirects=False).status_code, client.send(manual).json()["method"])

        prepared = client.prepare_request(Request("GET", self.host + "/bytes/2500"))
        response = client.send(prepared, stream=True)
        print([len(part) for part in response.iter_content(1000)])
        settings = client.merge_environment_settings(prepared.url, {}, None, None, None)
        print(settings["stream"], settings["verify"], settings["cert"])
        print(len(client.send(prepared, **settings).content))
        refused = client.prepare_request(Request("GET", fault("refuse") + "/"))
        attempt("refused", lambda: client.send(refused))
        slow = client.prepare_request(Request("GET", self.host + "/slow?ms=600"))
        attempt("late", lambda: client.send(slow, timeout=0.1))
        attempt("not prepared", lambda: client.send(request))
        attempt("without a scheme", lambda: client.prepare_request(Request("GET", "/relative")))

        response = client.get("/hello", name="for its request")
        again = client.send(response.request)
        print(again.text, again.request.url == response.request.url, again.headers == response.headers)
        copy = response.request.copy()
        copy.prepare_url(self.host + "/item/7", {"copied": "yes"})
        print(client.send(copy).json(), copy.path_url)
        print(requests.Session().send(copy, timeout=5).status_code)
