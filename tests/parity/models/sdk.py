"""The session is handed to code that knows requests only: REST clients, XML-RPC, helpers with **kwargs, partials."""

import functools
import xmlrpc.client

import requests
from parity_tools import attempt, fault, run_each
from requests.adapters import HTTPAdapter

from locust import HttpUser, constant, task


class RestClient:
    """As written by those who wrap an API: raises for a bad status, and knows nothing of names or verdicts."""

    def __init__(self, url, session=None, headers=None):
        self.url, self.session = url.rstrip("/"), session or requests.Session()
        self.session.headers.update({"Accept": "application/json", **(headers or {})})
        self.session.verify, self.session.max_redirects = False, 5

    def call(self, method, path, **kwargs):
        response = self.session.request(method.upper(), f"{self.url}/{path}", timeout=(3, 10), **kwargs)
        try:
            response.raise_for_status()
        except requests.exceptions.HTTPError as error:
            raise RuntimeError(f"{error.response.status_code} for {method} {path}") from error
        return (
            response.json()
            if response.headers.get("Content-Type", "").startswith("application/json")
            else response.text
        )

    def send(self, method, path, **kwargs):
        request = requests.Request(method, f"{self.url}/{path}", **kwargs)
        prepared = self.session.prepare_request(request)
        settings = self.session.merge_environment_settings(prepared.url, {}, None, None, None)
        return self.session.send(prepared, **settings).json()

    def download(self, path):
        with self.session.get(f"{self.url}/{path}", stream=True) as response:
            return sum(len(piece) for piece in response.iter_content(8192))


class Transport(xmlrpc.client.Transport):
    """XML-RPC over a session."""

    def __init__(self, session):
        super().__init__()
        self.session = session

    def request(self, host, handler, request_body, verbose=False):
        response = self.session.post(
            f"http://{host}{handler}", data=request_body, headers={"Content-Type": "text/xml"}
        )
        response.raise_for_status()
        parser, unmarshaller = self.getparser()
        parser.feed(response.content)
        parser.close()
        return unmarshaller.close()


class Integrator(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.sdk, self.helpers, rounds=2)

    def sdk(self):
        api = RestClient(self.host, session=self.client, headers={"X-Sdk": "1"})
        print(api.call("get", "item/1"), api.call("post", "echo", json={"a": 1})["headers"]["x-sdk"])
        attempt("a 404", lambda: api.call("get", "status/404"))
        attempt("a 500", lambda: api.call("put", "status/500", data=b"x"))
        print(api.call("get", "hello"), api.send("PATCH", "echo", params={"p": "1"}, json=[1])["target"])
        attempt("download", lambda: api.download("bytes/20000"))
        refused = RestClient(fault("refuse"), session=self.client)
        attempt("refused", lambda: refused.call("get", "x"))
        service = xmlrpc.client.ServerProxy(self.host + "/rpc", transport=Transport(self.client))
        print(service.add(1, 2, 3), service.echo({"a": [1, None]}) if False else service.echo({"a": [1]}))
        attempt("fault", lambda: service.unknown())

    def helpers(self):
        post = functools.partial(self.client.post, name="partial", headers={"X-Partial": "1"})
        print(
            post("/echo", json={"a": 1}).json()["headers"]["x-partial"], post("/post", "text").json()["bytes"]
        )

        def call(method, path, **kwargs):
            return getattr(self.client, method)(path, name=f"{method} through kwargs", **kwargs)

        print(
            call("get", "/item/1", params={"q": "1"}).json()["query"],
            call("delete", "/echo").json()["method"],
        )
        for method in (self.client.get, self.client.post, self.client.put):
            print(method.__name__, method("/echo", name="by method").json()["method"])
        request = self.client.request
        self.client.request = lambda method, url, **kwargs: request(
            method, url, **{"name": "patched", **kwargs}
        )
        print(self.client.get("/item/2").json()["item"], self.client.post("/echo", {"k": "v"}).json()["body"])
        self.client.request = request
        del self.client.request
        get = self.client.get
        self.client.get = lambda url, **kwargs: get(url, **kwargs, name="patched get")
        print(self.client.get("/item/3").json()["item"])
        del self.client.get
        with requests.Session() as other:
            other.headers, other.cookies = self.client.headers, self.client.cookies
            other.mount("http://", HTTPAdapter())
            print(other.get(self.host + "/echo", timeout=5).json()["headers"].get("x-sdk"))
        print(
            sorted(
                name
                for name in dir(self.client)
                if name in ("adapters", "auth", "cookies", "hooks", "params", "send")
            )
        )
        print(
            self.client.__class__.__mro__[1].__name__,
            callable(self.client.rebuild_auth),
            self.client.__attrs__[:3],
        )
