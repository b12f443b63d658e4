"""`self.client` used as the requests.Session that it is."""

import requests
from parity_tools import finish_after
from requests.adapters import HTTPAdapter

from locust import HttpUser, constant, task
from locust.clients import HttpSession


class Integrator(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.client.headers.update({"X-Session": "yes"})
        self.client.params = {"always": "1"}
        self.client.verify = False

    @task
    def integrate(self):
        client = self.client
        print(isinstance(client, requests.Session), type(client).__name__, client.base_url == self.host)
        print(client.get("/echo").json()["headers"]["x-session"], client.get("/echo").json()["target"])
        del client.headers["X-Session"]
        client.params = {}
        print("x-session" in client.get("/echo").json()["headers"])
        client.headers["X-Session"] = "again"
        print(client.get("/echo", headers={"X-Session": None}).json()["headers"].get("x-session"))

        seen = []
        client.hooks["response"].append(lambda response, *args, **kwargs: seen.append(response.status_code))
        client.get("/redirect/1", name="hooked")
        client.hooks["response"].clear()
        client.get(
            "/hello", hooks={"response": lambda response, **kwargs: seen.append("own")}, name="own hook"
        )
        print(seen)

        request = requests.Request("GET", self.host + "/item/prepared", headers={"X-Prepared": "1"})
        print(client.send(client.prepare_request(request)).json())

        client.mount(self.host + "/item/", HTTPAdapter(max_retries=0))
        print(client.get("/item/mounted").json()["item"])
        print(client.get_adapter(self.host + "/hello") is not client.get_adapter(self.host + "/item/x"))

        other = HttpSession(base_url=self.host, request_event=self.environment.events.request, user=self)
        print(other.get("/item/other").json()["item"], other.cookies.get_dict())
        print(requests.get(self.host + "/item/unrecorded", timeout=5).json()["item"])
        client.base_url = self.host + "/item"
        print(client.get("/rebased").json()["item"])
        client.base_url = self.host
        client.close()
        print(client.get("/hello", name="after close").status_code)
        finish_after(self, 1)
