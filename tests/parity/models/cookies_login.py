"""A session of its own for each user: cookies that the server sets, the model sets, and a login."""

import itertools

from parity_tools import finish_after, trace

from locust import HttpUser, constant, task

numbers = itertools.count(1)


class Customer(HttpUser):
    wait_time = constant(0.01)

    def on_start(self):
        self.number = next(numbers)
        self.client.get("/me", name="/me before login")
        response = self.client.post("/login", {"user": f"u{self.number}", "password": "secret"})
        assert response.cookies["session"] == f"u{self.number}-token"
        with self.client.post(
            "/login", {"user": "x", "password": "wrong"}, name="/login wrong", catch_response=True
        ) as response:
            if response.status_code == 401:
                response.success()

    @task
    def use(self):
        client = self.client
        name = client.get("/me").json()["user"]
        if name != f"u{self.number}":
            trace(f"user {self.number} was taken for {name}")
        client.get("/cookies/set?flavour=oat")
        client.cookies.set("own", "1")
        print(self.number, sorted(client.get("/cookies").json()["cookies"]))
        print(sorted(client.cookies.get_dict()), client.cookies.get("flavour"))
        print(client.get("/cookies", cookies={"once": "yes"}).json()["cookies"]["once"])
        client.get("/cookies/delete?flavour")
        print("flavour" in client.cookies)
        client.cookies.clear(domain="", path="/", name="own")
        print(sorted(client.get("/cookies").json()["cookies"]))
        finish_after(self, 3)
