"""Everything that models read from a response, write to it, and pass on."""

import copy
import json
import pickle

import requests
from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, task
from locust.clients import ResponseContextManager


class Reader(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.read, self.sent, self.failed)

    def read(self):
        get = self.client.get
        response = get("/json?x=1")
        print(isinstance(response, requests.Response), isinstance(response, ResponseContextManager))
        print(
            response.status_code == requests.codes.ok,
            response.ok,
            response.reason,
            bool(response),
            response.url,
        )
        print(
            response.elapsed.total_seconds() > 0,
            response.elapsed.microseconds >= 0,
            type(response.elapsed).__name__,
        )
        print(
            response.encoding,
            response.apparent_encoding,
            response.is_redirect,
            response.is_permanent_redirect,
        )
        print(response.links, response.next, response.history, response.cookies.get_dict())
        print(sorted(response.headers.items()), "content-TYPE" in response.headers, len(response.headers))
        print(response.headers.get("x-none"), response.headers.get("x-none", "default"))
        print(response.request.method, response.request.url, response.request.path_url, response.request.body)
        print(response.request.headers["accept"], response.request.headers.get("User-Agent") is not None)
        print(response.raw.status, response.raw.reason, response.raw.headers["Server"], response.raw.version)
        print(
            response.json() == json.loads(response.text) == json.loads(response.content),
            response.json()["tags"],
        )
        print(response.json(object_pairs_hook=list), response.json(parse_int=str)["id"])
        print(response, repr(response), str(response))
        print([len(piece) for piece in response.iter_content(10)], list(response.iter_lines())[0][:9])
        print([piece[:4] for piece in response], response._content[:8], response._content_consumed)
        response.close()
        print(response.text[:6])
        attempt("attribute", lambda: response.nothing_like_it)
        response.my_own, response.status_code = "kept", 299
        print(response.my_own, response.ok, response.status_code)
        response.encoding = "latin-1"
        response._content = b"\xe9"
        print(response.text, response.content)
        for page in (
            "/hello",
            "/status/204",
            "/status/304",
            "/status/404",
            "/status/599",
            "/status/299",
            "/bytes/0",
        ):
            response = get(page)
            print(page, response.ok, response.reason, response.text, response.content, response.encoding)
            attempt("json", response.json)
            attempt("raise for status", response.raise_for_status)
        attempt("json error", lambda: isinstance(self.json_error(), json.JSONDecodeError))

    def json_error(self):
        try:
            self.client.get("/hello", name="no json").json()
        except requests.exceptions.JSONDecodeError as error:
            print(error.msg, error.pos, error.doc)
            return error

    def sent(self):
        client = self.client
        for label, response in (
            ("form", client.post("/post", data={"k": "v w", "l": ["1", "2"]})),
            ("json", client.post("/post", json={"k": "ü"})),
            ("text", client.post("/post", data="täxt")),
            ("bytes", client.post("/post", data=b"\x00\xff")),
            ("nothing", client.post("/post")),
            ("delete", client.delete("/echo")),
            ("get with a body", client.get("/echo", data="body")),
            ("head", client.head("/hello")),
            ("options", client.options("/hello")),
        ):
            request = response.request
            length, kind = request.headers.get("Content-Length"), request.headers.get("Content-Type")
            print(label, request.method, request.body, length, kind, response.status_code)
        response = client.get("/redirect/2")
        print(
            response.url,
            response.request.url,
            [(step.url, step.is_redirect, step.text) for step in response.history],
        )
        print([step.headers["location"] for step in response.history], response.history[0].next)
        print(
            [isinstance(step, requests.Response) for step in response.history],
            response.history[0].request.url,
        )
        response = client.get("/redirect/1", allow_redirects=False, name="not followed")
        print(response.is_redirect, response.next.url, response.next.method, response.ok, response.text)
        for page, encoding in (
            ("/latin1", None),
            ("/latin1", "cp437"),
            ("/utf8", "latin-1"),
            ("/bytes/5", None),
        ):
            response = client.get(page, name="encodings")
            if encoding:
                response.encoding = encoding
            print(page, response.encoding, response.text)
        response = client.get("/page/2")
        print(response.text.count("href"), response.encoding, response.headers["Content-Type"])

    def failed(self):
        response = self.client.post(fault("refuse") + "/x?y=1", json={"a": 1}, name="refused")
        print(
            response.status_code,
            response.content,
            response.error.__class__.__name__,
            response.reason,
            response.url,
        )
        print(response.request.method, response.request.url, response.request.body, response.history)
        print(
            response.headers, response.cookies.get_dict(), response.elapsed, response.encoding, response.raw
        )
        for name in ("ok", "text", "is_redirect", "apparent_encoding", "links"):
            attempt(name, lambda name=name: getattr(response, name))
        attempt("bool", lambda: bool(response))
        attempt("json", response.json)
        attempt("raise for status", response.raise_for_status)
        attempt("request of the error", lambda: response.error.request.url)
        attempt("response of the error", lambda: response.error.response)
        good = self.client.get("/json", name="copied")
        twin = pickle.loads(pickle.dumps(copy.copy(good)))
        print(
            twin.json(), twin.status_code, twin.headers["content-type"], twin.request.url, good.json()["id"]
        )
        plain = requests.get(self.host + "/hello", timeout=5)
        attempt("verdict on a plain response", lambda: plain.failure("no"))
