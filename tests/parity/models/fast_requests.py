"""FastHttpUser: verbs, bodies, headers, parameters, names, authentication, and what the response offers."""

import json

from parity_tools import attempt, run_each

from locust import FastHttpUser, constant, events, task


@events.request.add_listener
def note(request_type, name, response_length, exception, context, url, response, **kwargs):
    if context:
        print(request_type, name, response_length, repr(exception), context, url, type(response).__name__)


class Fast(FastHttpUser):
    wait_time = constant(0)
    default_headers = {"X-Default": "yes", "X-Replaced": "no"}

    def show(self, label, call):
        def described():
            response = call()
            if response.status_code != 200:
                return response.status_code, getattr(response, "error", None)
            seen = response.json()
            headers = seen["headers"]
            usual = ("accept-encoding", "host", "user-agent", "connection")
            return (
                seen["method"],
                seen["target"],
                seen["body"],
                {k: v for k, v in headers.items() if k not in usual},
            )

        attempt(label, described)

    @task
    def work(self):
        run_each(self.verbs, self.headers_and_urls, self.responses)

    def verbs(self):
        client = self.client
        for method in ("get", "post", "put", "patch", "delete", "options"):
            self.show(method, lambda method=method: getattr(client, method)("/echo"))
        print(
            client.head("/hello").status_code,
            client.head("/hello").content,
            client.head("/hello").headers["content-length"],
        )
        self.show("request", lambda: client.request("PROPFIND", "/echo"))
        self.show("lower case", lambda: client.request("report", "/echo"))
        for number, data in enumerate(
            (
                "text",
                "täxt",
                b"\x00\xff",
                {"k": "v w"},
                {"k": ["1", "2"]},
                {},
                "",
                None,
                {"ü": "é"},
                {"n": 1},
            )
        ):
            self.show(f"data {number}", lambda data=data: client.post("/echo", data=data))
        for number, value in enumerate(({"a": [1]}, [], {}, "", 0, False, "ü", None)):
            self.show(f"json {number}", lambda value=value: client.post("/echo", json=value))
        self.show("data and json", lambda: client.post("/echo", data="d", json={"j": 1}))
        self.show("positional", lambda: client.post("/echo", "first", {"j": 1}))
        self.show("put json", lambda: client.put("/echo", json={"a": 1}))
        self.show("patch json", lambda: client.patch("/echo", json={"a": 1}))
        self.show("delete json", lambda: client.delete("/echo", json={"a": 1}))
        self.show("get data", lambda: client.get("/echo", data="body"))
        self.show("typed", lambda: client.post("/echo", data="<a/>", headers={"Content-Type": "text/xml"}))
        self.show(
            "json typed",
            lambda: client.post("/echo", json=[1], headers={"Content-Type": "application/x+json"}),
        )
        self.show("json accepting", lambda: client.post("/echo", json=[1], headers={"Accept": "text/html"}))
        attempt("bad json", lambda: client.post("/echo", json={1, 2}))
        attempt("no URL", lambda: client.get())
        print(client.post("/upload", files={"f": ("a.txt", b"content", "text/plain")}, name="files").json())
        print(
            client.post("/upload", files={"f": b"x", "g": b"yy"}, data={"k": "v"}, name="more files").json()
        )

    def headers_and_urls(self):
        client = self.client
        given = {"X-Own": "1", "X-Replaced": "yes"}
        self.show("headers", lambda: client.get("/echo", headers=given))
        self.show("pairs", lambda: client.get("/echo", headers=list(given.items())))
        self.show("number", lambda: client.get("/echo", headers={"X-Number": "7"}))
        self.show("own agent", lambda: client.get("/echo", headers={"User-Agent": "own"}))
        self.show("auth", lambda: client.get("/echo", auth=("ann", "pässword")))
        self.show(
            "auth and header", lambda: client.get("/echo", auth=("a", "b"), headers={"Authorization": "own"})
        )
        client.auth_header = "Bearer s"
        self.show("session's", lambda: client.get("/echo"))
        self.show("keyword over session's", lambda: client.get("/echo", auth=("a", "b")))
        client.auth_header = None
        print(client.get("/basic-auth/ann/s3cret", auth=("ann", "s3cret"), name="right").json())
        print(client.get("/basic-auth/ann/s3cret", auth=("ann", "no"), name="wrong").status_code)
        for number, params in enumerate(({"p": "a b"}, {"p": ["1", "2"]}, "raw=1", {}, None, {"ü": "é"})):
            self.show(f"params {number}", lambda params=params: client.get("/echo", params=params))
        self.show("params beside", lambda: client.get("/echo?x=1", params={"p": "2"}))
        for url in (
            "/echo?q=a b",
            "/echo/ü?q=é",
            "/echo/%C3%BC",
            "/echo/a/../b",
            "/echo#f",
            "/echo?",
            "/echo/a,b;c",
            "/echo/~%7E",
            "/echo/[1]",
            "/echo\n",
            "/ec\tho?x=1\r\n",
        ):
            self.show(url, lambda url=url: client.get(url))
        self.show("absolute", lambda: client.get(self.host + "/echo"))
        self.show("other host", lambda: client.get(self.host.replace("127.0.0.1", "localhost") + "/echo"))
        print(client.get("").text, client.get("?x=1").status_code)
        client.get("/hello", name="named", context={"c": 1})
        client.get("/item/1?x=1", params={"p": "2"}, context={"c": 2})
        client.get("/status/404", context={"c": 3})
        client.get("/redirect/1", context={"c": 4})
        client.request("GET", "/hello", "fourth place")

    def responses(self):
        client = self.client
        response = client.get("/json")
        print(
            response.status_code, response.ok, response.json(), response.text, response.content, response.url
        )
        print(
            response.headers["Content-Type"],
            response.headers.get("server"),
            "x-none" in response.headers,
            len(response.headers),
        )
        print(
            response.request.url,
            response.request.method,
            response.request.body,
            response.encoding,
        )
        print(sorted(name for name in response.request.headers), type(response).__name__, bool(response))
        print(type(response.elapsed).__name__, response.raise_for_status(), response.history)
        for page in (
            "/hello",
            "/latin1",
            "/utf8",
            "/gzip",
            "/chunked/50",
            "/bytes/0",
            "/status/204",
            "/page/1",
        ):
            response = client.get(page)
            print(page, response.status_code, response.text, len(response.content), response.encoding)
        attempt("no json", client.get("/hello").json)
        attempt("empty json", client.get("/status/204").json)
        attempt("verdict", lambda: client.get("/hello").failure("no"))
        attempt("attribute", lambda: client.get("/hello").nothing_like_it)
        response = client.post("/echo", json={"a": 1})
        print(
            response.request.body,
            response.request.headers["content-type"],
            json.loads(response.text)["method"],
        )
        response = client.get("/status/404")
        print(response.ok, response.status_code, response.text, response.error, repr(response.error))
        attempt("raise for status", response.raise_for_status)
        response.own = "attribute"
