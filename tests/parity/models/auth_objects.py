"""Authentication by objects: digest, bearer tokens of a class or a function, on requests and on the session."""

import hashlib

from parity_tools import attempt, run_each
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth

from locust import HttpUser, constant, task


class Bearer(AuthBase):
    def __init__(self, who):
        self.token, self.calls = f"token-{who}", 0

    def __call__(self, request):
        self.calls += 1
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Signature(AuthBase):
    """Covers method, path and body, as those of cloud providers do."""

    def __call__(self, request):
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        text = f"{request.method} {request.path_url}".encode() + body
        request.headers["X-Signature"] = hashlib.sha256(text).hexdigest()[:16]
        return request


def by_function(request):
    request.headers["Authorization"] = "Bearer token-eve"
    request.url += "&signed=1" if "?" in request.url else "?signed=1"
    return request


class Renewing(AuthBase):
    """Sends again with a token when it is told to, on the same connection, as HTTPDigestAuth does."""

    def __call__(self, request):
        request.register_hook("response", self.renew)
        return request

    def renew(self, response, **kwargs):
        if response.status_code != 401:
            return response
        len(response.content)  # it must be read before the connection can be used again
        response.close()
        again = response.request.copy()
        again.headers["Authorization"] = "Bearer token-kim"
        answer = response.connection.send(again, **kwargs)
        answer.history.append(response)
        answer.request = again
        return answer


class Member(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.digest, self.objects, rounds=2)

    def digest(self):
        client, page = self.client, "/digest-auth/ann/s3cret"
        response = client.get(page, auth=HTTPDigestAuth("ann", "s3cret"), name="digest")
        print(response.status_code, response.json(), [step.status_code for step in response.history])
        client.get(page, auth=HTTPDigestAuth("ann", "wrong"), name="wrong digest")
        client.auth = HTTPDigestAuth("ann", "s3cret")
        for number in range(3):
            response = client.get(f"{page}?n={number}", name="session digest")
            print(response.json()["times"], len(response.history))
        print(client.post(page, data={"k": "v"}, name="posted digest").json()["times"])
        print(client.put(page, data=b"x" * 1000, name="put digest").status_code)
        client.auth = None

    def objects(self):
        client = self.client
        bearer = Bearer("ann")
        print(client.get("/bearer/ann", auth=bearer).json(), bearer.calls)
        client.auth = bearer
        print(client.post("/bearer/ann", json={"a": 1}).json())
        print(client.get("/redirect-to?url=/bearer/ann", name="redirected").json(), bearer.calls)
        print(client.get("/bearer/eve", auth=by_function).status_code)
        print(client.get("/bearer/eve?x=1", auth=by_function, name="by function").url)
        client.auth = lambda request: by_function(request)
        print(client.get("/bearer/eve", name="lambda").json())
        client.auth = None
        signature = Signature()
        for keywords in ({}, {"data": {"k": "v"}}, {"json": [1]}, {"data": "text"}, {"params": {"p": "1"}}):
            print(client.post("/echo", auth=signature, **keywords).json()["headers"]["x-signature"])
        response = client.post("/bearer/kim", data=b"body", auth=Renewing(), name="renewing")
        print(response.json(), [step.status_code for step in response.history])
        print(
            client.get("/echo", auth=HTTPProxyAuth("p", "q"), name="proxy")
            .json()["headers"]
            .get("proxy-authorization")
        )
        for auth in (
            ("ü", "pässword"),
            ("a:b", "c"),
            ("", ""),
            [1, 2],
            ["ann", "s3cret"],
            HTTPBasicAuth("a", "b"),
        ):
            attempt(
                "auth",
                lambda auth=auth: client.get("/echo", auth=auth).json()["headers"].get("authorization"),
            )
        print(HTTPBasicAuth("a", "b") == HTTPBasicAuth("a", "b"))
        client.headers["Authorization"] = "Bearer of the session"
        print(client.get("/echo").json()["headers"]["authorization"])
        print(client.get("/echo", auth=("ann", "x")).json()["headers"]["authorization"])
        del client.headers["Authorization"]
