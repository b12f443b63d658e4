"""hooks["response"]: handlers that look, replace the response, send again, or raise."""

import requests
from parity_tools import attempt, run_each

from locust import HttpUser, constant, task


class Renewing(HttpUser):
    """The session renews its token when a response says that it is expired, as OAuth clients do."""

    wait_time = constant(0)

    def on_start(self):
        self.client.hooks["response"].append(self.renew)

    def renew(self, response, *args, **kwargs):
        if response.status_code != 401 or "X-Again" in response.request.headers:
            return None
        print("renewing", isinstance(response, requests.Response), sorted(kwargs), len(response.content))
        token = self.client.get("/token/ann", hooks={"response": []}).json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        again = response.request.copy()
        again.headers.update({"Authorization": f"Bearer {token}", "X-Again": "1"})
        answer = self.client.send(again, **kwargs)
        answer.history.append(response)
        return answer

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        response = self.client.post("/bearer/ann", json={"a": 1})
        print(response.status_code, response.json(), [step.status_code for step in response.history])
        print(response.url, response.request.headers["x-again"], type(response).__name__)
        response = self.client.get("/bearer/ann")
        print(response.status_code, len(response.history))
        del self.client.headers["Authorization"]
        with self.client.get("/bearer/ann", catch_response=True, name="judged") as response:
            if response.status_code != 200:
                response.failure("still expired")


class Watching(HttpUser):
    wait_time = constant(0)

    @staticmethod
    def replaced(response, *args, **kwargs):
        other = requests.Response()
        other.status_code, other.url, other.request = 418, response.url, response.request
        other._content = b"another response"
        other.headers["X-From"] = "hook"
        return other

    def complain(self, response, **kwargs):
        if response.status_code >= 400:
            raise requests.HTTPError(f"hook saw {response.status_code}", response=response)

    def stumble(self, response, **kwargs):
        raise ValueError("a hook's own trouble")

    @task
    def work(self):
        run_each(self.watch, rounds=2)

    def watch(self):
        get, seen = self.client.get, []

        def note(response, *args, **kwargs):
            seen.append((response.status_code, response.is_redirect, response.elapsed.total_seconds() > 0))

        get("/hello", hooks={"response": note})
        get("/redirect/1", hooks={"response": [note, note]})
        get("/status/404", hooks={"response": (note,)})
        print(seen)
        response = get("/hello", hooks={"response": self.replaced}, name="replaced")
        print(response.status_code, response.text, response.headers["x-from"], type(response).__name__)
        with get(
            "/status/500", hooks={"response": self.replaced}, name="replaced and judged", catch_response=True
        ) as r:
            r.success()
        response = get("/status/404", hooks={"response": self.complain}, name="complained")
        print(
            response.status_code,
            type(response.error).__name__,
            response.error,
            response.error.response.status_code,
        )
        attempt("stumbles", lambda: get("/hello", hooks={"response": self.stumble}, name="stumbled"))
        self.client.hooks = {"response": [lambda response, **kwargs: seen.append("session")]}
        get(
            "/hello", hooks={"response": lambda response, **kwargs: seen.append("request")}, name="both hooks"
        )
        get("/hello", name="session hook")
        print(seen[4:])
        self.client.hooks["response"] = lambda response, **kwargs: response.headers.update({"X-Hook": "only"})
        attempt("one function", lambda: get("/hello", name="one function").headers["x-hook"])
        self.client.hooks = {"response": []}
