"""Following redirects, not following them, what the history holds, and how methods change on the way."""

from parity_tools import fault, finish_after

from locust import HttpUser, constant, task


class Follower(HttpUser):
    wait_time = constant(0)

    def show(self, label, response):
        path = response.url.replace(self.host, "") if response.url else response.url
        history = [(step.status_code, step.url.replace(self.host, "")) for step in response.history]
        print(label, response.status_code, path, history, response.request.method, response.is_redirect)

    @task
    def follow(self):
        get = self.client.get
        self.show("three", get("/redirect/3"))
        self.show("relative", get("/relative-redirect/2"))
        self.show("not followed", get("/redirect/3", allow_redirects=False))
        self.show("to missing", get("/redirect-to?url=/missing", name="to missing"))
        self.show(
            "to absolute", get("/redirect-to", params={"url": self.host + "/hello"}, name="to absolute")
        )
        self.show("with spaces", get("/redirect-to?url=/item/a b", name="with spaces"))
        self.show("keeps fragment", get("/redirect-to?url=/hello%23part", name="keeps fragment"))
        for status in (301, 302, 303, 307, 308):
            response = self.client.post(f"/redirect-post/{status}", data={"k": "v"})
            self.show(f"post {status}", response)
            print(response.json()["method"], response.json()["body"])
        self.show("head", self.client.head("/redirect/1"))
        self.show(
            "head followed", self.client.head("/redirect/1", allow_redirects=True, name="head followed")
        )
        self.show("put", self.client.put("/redirect-post/302", data="x"))
        response = get(fault("redirect_loop") + "/", name="redirect loop")
        print("loop", response.status_code, type(response.error).__name__, response.error)
        finish_after(self, 2)
