"""Redirects: what is kept on the way, to other hosts and schemes, in circles, and too many."""

import requests
from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, task


class Wanderer(HttpUser):
    wait_time = constant(0)

    @property
    def elsewhere(self):
        return self.host.replace("127.0.0.1", "localhost")

    def to(self, url, status=302):
        return {"url": "/redirect-to", "params": {"url": url, "status": status}}

    @task
    def work(self):
        run_each(self.other_host, self.methods_and_bodies, self.places, self.limits)

    def other_host(self):
        client = self.client
        client.cookies.set("mine", "1", domain="127.0.0.1")
        client.cookies.set("everywhere", "2")
        headers = {"Authorization": "Bearer t", "X-Own": "1", "Cookie2": "c"}
        for label, keywords in (
            ("header", {"headers": headers}),
            ("keyword", {"auth": ("ann", "x")}),
            ("cookies", {"cookies": {"once": "1"}}),
        ):
            for place in (self.host, self.elsewhere):
                response = client.get(**self.to(place + "/echo"), **keywords, name=f"{label} to another host")
                seen = response.json()["headers"]
                print(label, place, [seen.get(name) for name in ("authorization", "x-own", "cookie", "host")])
        client.auth = ("ann", "session")
        response = client.get(**self.to(self.elsewhere + "/echo"), name="session's to another host")
        print(response.json()["headers"].get("authorization"), response.url)
        client.auth = None
        client.headers["Authorization"] = "Bearer s"
        response = client.get(**self.to(self.elsewhere + "/echo"), name="session's header to another host")
        print(response.json()["headers"].get("authorization"))
        del client.headers["Authorization"]
        response = client.get(
            **self.to(self.elsewhere + "/cookies/set?set=there"), name="cookies of another host"
        )
        print([(cookie.domain, cookie.name) for cookie in client.cookies], response.json()["cookies"])
        in_address = self.host.replace("//", "//ann:x@") + "/echo"
        print(
            client.get(**self.to(in_address), name="with credentials").json()["headers"].get("authorization")
        )
        client.cookies.clear()

    def methods_and_bodies(self):
        client = self.client
        for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get"):
            for status in (300, 301, 302, 303, 304, 305, 307, 308):
                response = client.request(
                    method,
                    "/redirect-to",
                    params={"url": "/echo", "status": status},
                    data="body",
                    name=f"{method} {status}",
                )
                if response.status_code == 200 and response.text:
                    seen = response.json()
                    kept = seen["headers"].get("content-type"), seen["headers"].get("content-length")
                    print(method, status, seen["method"], seen["body"], *kept, len(response.history))
                else:
                    print(
                        method, status, response.status_code, response.request.method, len(response.history)
                    )
        for status in (302, 307):
            response = client.post(
                **self.to("/echo", status), json={"j": 1}, headers={"X-Own": "1"}, name="json"
            )
            print(status, response.json()["body"], response.json()["headers"].get("content-type"))
            response = client.post(**self.to("/upload", status), files={"f": ("a", "x")}, name="files")
            print(status, response.text)

    def places(self):
        client = self.client
        for place in (
            "/hello", "hello", "../hello", "./hello", "?url=/hello", "//" + self.host[7:] + "/hello",
            self.host.upper() + "/hello", "/item/ü",
            "/item/%C3%BC", "/item/a%20b", "/item/a b?c=d e", "/hello#part", "#part",
            "/item/1?url=http://x/", "", "/redirect/2", "/status/404",
            "/status/500", "ftp://127.0.0.1/x", "mailto:a@b", "http://", "http:///x", "http://[bad",
            fault("refuse").replace("http", "https") + "/", "javascript:void(0)",
            fault("refuse") + "/refused", fault("reset_after_request") + "/",
        ):  # fmt: skip

            def call(place=place):
                response = client.get(**self.to(place), name="places")
                steps = [step.status_code for step in response.history]
                return response.status_code, response.url, steps, type(response.error).__name__

            attempt(place, call)
        response = client.get("/hello#mine", name="fragment")
        print(response.url, client.get("/redirect-to?url=/hello#mine", name="fragment kept").url)

    def limits(self):
        client = self.client
        circle = fault("redirect_loop") + "/"
        response = client.get(circle, name="circle")
        print(response.status_code, type(response.error).__name__, response.error, len(response.history))
        client.max_redirects = 3
        for steps in (3, 4):
            response = client.get(f"/redirect/{steps}", name="at the limit")
            print(steps, response.status_code, response.error, response.url, response.request.url)
        client.max_redirects = 0
        print(client.get("/redirect/1", name="none allowed").status_code, client.get("/hello").status_code)
        client.max_redirects = 30
        with client.get(circle, catch_response=True, name="judged circle") as response:
            if isinstance(response.error, requests.exceptions.TooManyRedirects):
                response.success()
        for value in (False, None, 0, True, 1, "yes"):
            response = client.get("/redirect/1", allow_redirects=value, name="allow_redirects")
            print(value, response.status_code, len(response.history))
        print(client.post("/redirect-post/302", allow_redirects=False, name="post").headers["location"])
        print(client.head("/redirect/1", name="head").status_code)
        print(
            client.options("/redirect/1", name="options").status_code,
            client.delete("/redirect/1").status_code,
        )
        with client.get("/redirect/1", allow_redirects=False, catch_response=True, name="judged") as response:
            if response.is_redirect and response.headers["Location"].endswith("/hello"):
                response.success()
            followed = [step.url for step in client.resolve_redirects(response, response.request)]
            print(followed, client.get_redirect_target(response))
