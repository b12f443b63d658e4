"""FastHttpUser: cookies, streams, TLS, pools that are shared, clients made by the model."""

import os
from http.cookiejar import CookieJar

from geventhttpclient.client import HTTPClientPool
from parity_tools import attempt, fault, port, run_each

from locust import FastHttpUser, User, constant, events, task
from locust.contrib.fasthttp import FastHttpSession, insecure_ssl_context_factory

TLS = f"https://127.0.0.1:{port('tls')}"


@events.request.add_listener
def note(name, response_length, exception, context, **kwargs):
    if name.startswith("noted"):
        print(name, response_length, repr(exception), context)


class Cookies(FastHttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.cookies)

    def cookies(self):
        client = self.client
        client.get("/cookies/set?a=1&b=2", name="set")
        print(
            client.get("/cookies").json(),
            sorted((cookie.name, cookie.value) for cookie in client.cookiejar),
            len(client.cookiejar),
        )
        print(client.post("/login", {"user": "ann", "password": "secret"}).json(), client.get("/me").json())
        print(client.get("/cookies", headers={"Cookie": "own=1"}).json())
        client.get("/cookies/delete?a", name="delete")
        print(client.get("/cookies").json(), isinstance(client.cookiejar, CookieJar))
        client.cookiejar.clear()
        print(client.get("/cookies").json(), client.get("/me", name="after clear").status_code)
        response = client.get("/cookies/set?c=3", name="not followed", allow_redirects=False)
        print(response.headers["set-cookie"], client.get("/cookies").json())
        response = client.get("/cookies/set?d=4&e=5", name="two", allow_redirects=False)
        print(response.headers.get("set-cookie"), len(client.cookiejar))


class Streams(FastHttpUser):
    wait_time = constant(0)
    network_timeout = 0.5

    @task
    def work(self):
        run_each(self.streams)

    def streams(self):
        client = self.client
        response = client.get("/lines/3", stream=True, name="noted lines")
        print(list(client.iter_lines("/lines/3", name="noted iterated")))
        print(list(client.iter_lines("/lines/2", method="POST", json={"a": 1}, name="noted posted lines")))
        print(b"".join(response.stream) if hasattr(response, "stream") else None)
        with client.get("/bytes/3000", stream=True, catch_response=True, name="noted content") as response:
            print(response.status_code, sum(len(piece) for piece in response.iter_content()))
        with client.get("/events/2", stream=True, catch_response=True, name="noted events") as response:
            text = "".join(piece for piece in response.iter_content())
            print(text.count("data:"))
            response.failure("judged")
        with client.get("/status/500", stream=True, catch_response=True, name="noted bad") as response:
            print(response.status_code)
        print(client.get("/hello", stream=True, name="noted text").text)
        print(list(client.iter_lines("/status/404", name="noted 404 lines")))
        attempt("refused", lambda: list(client.iter_lines(fault("refuse") + "/", name="noted refused")))
        for line in client.iter_lines("/lines/50", name="noted left early"):
            print(line)
            break


class Trusting(FastHttpUser):
    host = TLS
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.trust)

    def trust(self):
        print(
            self.client.get("/hello", name="insecure").text,
            self.client.get("/json", name="again").json()["id"],
        )
        strict = FastHttpSession(TLS, self.environment.events.request, self, insecure=False)
        response = strict.get("/hello", name="strict")
        print(response.status_code, type(response.error).__name__)
        factory = FastHttpSession(
            TLS,
            self.environment.events.request,
            self,
            insecure=False,
            ssl_context_factory=insecure_ssl_context_factory,
        )
        print(factory.get("/hello", name="by factory").text)
        response = self.client.get(
            os.environ["PARITY_HOST"].replace("http", "https") + "/hello", name="TLS on plain"
        )
        print(response.status_code)


class Own(User):
    """Makes its sessions itself."""

    wait_time = constant(0)

    def context(self):
        return {"who": "own"}

    @task
    def work(self):
        run_each(self.own)

    def own(self):
        event = self.environment.events.request
        host = self.host or self.environment.host
        client = FastHttpSession(base_url=host, request_event=event, user=self)
        other = FastHttpSession(host + "/item", event, None, headers={"X-Own": "1"}, network_timeout=2)
        print(client.get("/hello", name="noted own").text, other.get("/7", name="noted other").json()["item"])
        other.base_url = host
        print(other.get("/echo").json()["headers"]["x-own"], client.base_url == host)
        with_password = FastHttpSession(host.replace("//", "//ann:s3cret@"), event, self)
        print(
            with_password.base_url == host,
            with_password.get("/basic-auth/ann/s3cret").json(),
            with_password.auth_header,
        )
        late = FastHttpSession(host, event, self, network_timeout=0.2)
        print(late.get("/slow?ms=700", name="noted late").status_code)
        client.client.clientpool.close()
        print(client.get("/hello", name="after close").text)
        attempt("renamed", lambda: hasattr(client, "verify"))


class Sharing(FastHttpUser):
    wait_time = constant(0.05)
    client_pool = HTTPClientPool(concurrency=10)  # as the documentation of Locust has it
    concurrency = 1

    @task
    def work(self):
        run_each(self.share, rounds=3)

    def share(self):
        print(self.client.get("/hello", name="shared").text, self.client.client.clientpool is not None)
        self.client.cookiejar.clear()
        self.client.get("/cookies/set?mine=1", name="shared cookies")
