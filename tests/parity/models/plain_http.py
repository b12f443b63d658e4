"""Every verb, the body in each of the usual ways, a keep-alive connection for each user."""

from parity_tools import finish_after

from locust import HttpUser, constant, task


class Visitor(HttpUser):
    wait_time = constant(0.02)

    @task
    def visit(self):
        self.client.get("/")
        self.client.get("/hello")
        self.client.get("/json", headers={"X-Model": "plain"})
        self.client.post("/post", data={"a": "1", "b": "two words"})
        self.client.post("/post", json={"a": [1, 2, {"b": None}]})
        self.client.post("/echo", b"raw bytes")
        self.client.put("/echo", data="text")
        self.client.patch("/echo", json={"x": 1})
        self.client.delete("/echo")
        self.client.head("/hello")
        self.client.options("/echo")
        self.client.request("GET", "/bytes/1000")
        self.client.request("get", "/bytes/10")
        self.client.get("/missing")
        for status in (204, 304, 400, 404, 418, 500, 503):
            self.client.get(f"/status/{status}")
        finish_after(self, 5)
