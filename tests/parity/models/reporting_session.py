"""A session of the model's own that times and reports its requests itself, with the parts of Locust's method."""

import time

from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, task
from locust.clients import HttpSession


class Reporting(HttpSession):
    def request(self, method, url, name=None, **keywords):
        self.explicit_name = name
        full_url = self._build_url(url)
        started = time.perf_counter()
        response = self._send_request_safe_mode(method, full_url, **keywords)
        failure = None
        try:
            response.raise_for_status()
        except Exception as error:
            failure = error
        self.request_event.fire(
            request_type=f"OWN {method}",
            name=name or (response.history or [response])[0].request.path_url,
            response_time=(time.perf_counter() - started) * 1000,
            response_length=len(response.content or b""),
            exception=failure and type(failure)(),
            response=response,
            context={},
            url=full_url,
        )
        return response


class Caller(HttpUser):
    wait_time = constant(0)

    def __init__(self, *args):
        super().__init__(*args)
        events = self.environment.events
        self.client = Reporting(base_url=self.host, request_event=events.request, user=self)

    @task
    def work(self):
        run_each(self.calls, rounds=2)

    def calls(self):
        client = self.client
        print(client._build_url("/x") == self.host + "/x", client._build_url("https://host/y"))
        print(client.get("/json").json(), client.post("/post", json={"a": 1}, name="posted").json())
        print(client.get("/redirect/2", params={"a": "b"}).url == self.host + "/hello")
        print(client.get("/status/404").status_code, client.put("/post", data={"k": "v"}).text)
        response = client.get(fault("refuse") + "/", name="refused")
        print(response.status_code, type(response.error).__name__)
        print(client.post("/login", {"user": "ann", "password": "secret"}).cookies.get_dict())
        print(client.get("/me").json(), client.cookies.get_dict())
        attempt("no URL", lambda: client.get("nowhere:"))
