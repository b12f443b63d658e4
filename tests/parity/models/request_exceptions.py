"""Exceptions of requests that models catch around their calls: most never come, those for a bad URL do."""

import requests
from parity_tools import fault, run_each
from requests.exceptions import (
    ConnectionError,
    HTTPError,
    InvalidURL,
    MissingSchema,
    RequestException,
    Timeout,
)

from locust import HttpUser, constant, task


class Catcher(HttpUser):
    wait_time = constant(0)

    def guarded(self, label, call):
        try:
            response = call()
            response.raise_for_status()
            print(label, "passed", response.status_code)
        except HTTPError as error:
            print(label, "HTTPError", error, error.response.status_code, error.request is not None)
        except Timeout as error:
            print(label, "Timeout", type(error).__name__, error.response)
        except ConnectionError as error:
            print(label, "ConnectionError", type(error).__name__, error.request.url, error.response)
        except (MissingSchema, InvalidURL) as error:
            print(label, "bad URL", type(error).__name__, error)
        except RequestException as error:
            print(label, "RequestException", type(error).__name__, error)
        except requests.exceptions.JSONDecodeError:
            print(label, "no JSON")
        except ValueError as error:
            print(label, "ValueError", type(error).__name__, error)

    @task
    def work(self):
        run_each(self.catch, rounds=2)

    def catch(self):
        get = self.client.get
        for label, call in (
            ("fine", lambda: get("/hello")),
            ("404", lambda: get("/status/404")),
            ("503", lambda: get("/status/503?x=1")),
            ("named 500", lambda: get("/status/500", name="named")),
            ("a redirect", lambda: get("/redirect/1", allow_redirects=False)),
            ("refused", lambda: get(fault("refuse") + "/", name="refused")),
            ("unknown host", lambda: get("http://no-such-host.invalid/", name="unknown host")),
            ("reset", lambda: get(fault("reset_after_request") + "/", name="reset")),
            ("closed", lambda: get(fault("close_without_response") + "/", name="closed")),
            ("truncated", lambda: get(fault("truncated_body") + "/", name="truncated")),
            ("late", lambda: get("/slow?ms=500", timeout=0.1, name="late")),
            ("bad encoding", lambda: get(fault("bad_gzip") + "/", name="bad encoding")),
            ("circle", lambda: get(fault("redirect_loop") + "/", name="circle")),
            ("proxy", lambda: get("/hello", proxies={"http": fault("refuse")}, name="proxy")),
            ("no port", lambda: get("http://127.0.0.1:port/")),
            ("big port", lambda: get("http://127.0.0.1:99999/")),
            ("no host", lambda: get("http://")),
            ("no host but a path", lambda: get("http:///path")),
            ("dots", lambda: get("http://.example.test/")),
            ("star", lambda: get("http://*.test/")),
            ("bracket", lambda: get("http://[::1/")),
            ("space", lambda: get("http://a b/")),
            ("long label", lambda: get("http://" + "a" * 64 + ".test/", name="long label")),
            ("header", lambda: get("/hello", headers={"X": "a\nb"}, name="header")),
            ("header type", lambda: get("/hello", headers={"X": 1}, name="header type")),
            ("timeout type", lambda: get("/hello", timeout="soon", name="timeout type")),
            ("JSON", lambda: self.client.post("/hello", json=float("nan"), name="JSON")),
        ):
            self.guarded(label, call)
        base = self.client.base_url
        for other in ("", "127.0.0.1", "htp://127.0.0.1", "http//127.0.0.1", "localhost:1"):
            self.client.base_url = other
            self.guarded(repr(other), lambda: get("/hello"))
        self.client.base_url = base
        for label, page in (("no JSON", "/hello"), ("empty", "/status/204"), ("JSON", "/json")):
            try:
                print(label, get(page, name="decoded").json())
            except requests.exceptions.JSONDecodeError as error:
                print(label, isinstance(error, ValueError), isinstance(error, RequestException))
        try:
            with get("/status/404", name="in a block", catch_response=True) as response:
                response.raise_for_status()
        except HTTPError as error:
            print("out of the block", error.response is response)
        with get("/status/404", name="judged in a block", catch_response=True) as response:
            try:
                response.raise_for_status()
            except HTTPError as error:
                response.failure(error)
        with get("/status/404", name="pardoned in a block", catch_response=True) as response:
            try:
                response.raise_for_status()
            except HTTPError:
                response.success()
        print(
            get("/status/404", name="no block").error,
            get("/hello").error if hasattr(get("/hello"), "error") else "none",
        )
