"""FastHttpUser: bad statuses, redirects, servers that fail, time-outs, verdicts."""

from parity_tools import attempt, fault, run_each

from locust import FastHttpUser, constant, task
from locust.exception import CatchResponseError, ResponseError


def error_of(response):
    """A response that is a success has no such attribute in Locust."""
    return getattr(response, "error", None)


class Fast(FastHttpUser):
    wait_time = constant(0)
    max_redirects = 3
    network_timeout = 0.4
    connection_timeout = 2

    def get(self, name, url="/hello", **keywords):
        return self.client.get(url, name=name, **keywords)

    @task
    def work(self):
        run_each(self.statuses, self.faults, self.verdicts)

    def statuses(self):
        for status in (200, 201, 204, 208, 226, 299, 304, 400, 401, 404, 418, 429, 500, 503, 599):
            response = self.client.get(f"/status/{status}")
            print(
                status,
                response.status_code,
                response.ok,
                error_of(response),
                type(response).__name__,
                response.text,
            )
        for status in (300, 301, 302, 303, 305, 307, 308):
            response = self.client.post(
                f"/redirect-to?url=/echo&status={status}", data="body", name=f"redirect {status}"
            )
            body = response.json() if response.status_code == 200 else {}
            print(
                status,
                response.status_code,
                body.get("method"),
                body.get("body"),
                response.url,
                response.request.url,
            )
            print([step.status_code for step in response.history])
        for steps in (1, 3, 4, 5):
            response = self.get("redirects", f"/redirect/{steps}")
            print(
                steps, response.status_code, response.url, type(response).__name__, repr(error_of(response))
            )
        response = self.get("not followed", "/redirect/1", allow_redirects=False)
        print(response.status_code, response.headers["Location"], response.text)
        self.get("relative", "/relative-redirect/2")
        self.get("to 404", "/redirect-to?url=/status/404")
        other = self.host.replace("127.0.0.1", "localhost") + "/echo"
        response = self.get(
            "to another host", f"/redirect-to?url={other}", headers={"Authorization": "x", "X-Own": "1"}
        )
        print(
            {
                name: value
                for name, value in response.json()["headers"].items()
                if name[0] in "ax" and name != "accept-encoding"
            }
        )

    def faults(self):
        for kind in (
            "refuse", "reset_after_request", "close_without_response", "garbage",
            "truncated_body", "silent", "silent_in_body",
            "bad_gzip", "slow_drip", "close_idle",
        ):  # fmt: skip
            response = self.get(kind, fault(kind) + "/")
            print(
                kind,
                response.status_code,
                type(response).__name__,
                type(error_of(response)).__name__,
                response.content if kind != "bad_gzip" else None,
            )
        response = self.get("refused", fault("refuse") + "/x?y=1")
        print(
            response.url,
            response.request.url,
            response.request.method,
            response.headers,
            response.text,
            repr(error_of(response)),
        )
        attempt("ok", lambda: response.ok)
        attempt("json", response.json)
        attempt("raise for status", response.raise_for_status)
        attempt("unknown host", lambda: self.get("unknown host", "http://no-such-host.invalid/").status_code)
        for url in (
            "http://",
            "http:///x",
            "http://[bad",
            "http://127.0.0.1:port/",
            "ftp://127.0.0.1/",
            "relative",
        ):
            attempt(url, lambda url=url: self.get("bad URL", url).status_code)
        with self.get("refused, pardoned", fault("refuse") + "/", catch_response=True) as response:
            response.success()
        with self.get("refused, judged", fault("refuse") + "/", catch_response=True) as response:
            response.failure(f"status {response.status_code}")
        with self.get("refused, no verdict", fault("refuse") + "/", catch_response=True) as response:
            print(response.request_meta["exception"])
        with self.get("silent, judged", fault("silent") + "/", catch_response=True) as response:
            response.failure(response.error)
        print(self.get("afterwards").ok)

    def verdicts(self):
        with self.get("no verdict", catch_response=True) as response:
            print(type(response).__name__, sorted(response.request_meta))
        with self.get("no verdict on 404", "/status/404", catch_response=True):
            pass
        with self.get("success of 500", "/status/500", catch_response=True) as response:
            response.success()
        with self.get("failure of 200", catch_response=True) as response:
            response.failure("no good")
        with self.get("the last counts", catch_response=True) as response:
            response.failure("first")
            response.success()
        for number, reason in enumerate(
            (ValueError("v"), CatchResponseError("c"), None, 7, {"a": 1}, "two, lines")
        ):
            with self.get(f"reason {number}", catch_response=True) as response:
                response.failure(reason)
        with self.get("rewritten", catch_response=True, context={"a": 1}) as response:
            response.request_meta.update(name="renamed", response_time=5, response_length=7)
            response.request_meta["context"]["b"] = 2
        with self.get("written", catch_response=True) as response:
            response.request_meta["exception"] = ValueError("written")
        with self.get("written over", "/status/404", catch_response=True) as response:
            print(repr(response.request_meta["exception"]))
            response.request_meta["exception"] = None
        with self.get("raise for status", "/status/404", catch_response=True) as response:
            try:
                response.raise_for_status()
            except Exception as error:
                print(type(error).__name__, error)
                response.failure(error)
        with self.get("decoded", "/json", catch_response=True) as response:
            if response.json()["id"] != 8:
                response.failure(f"id is {response.json()['id']}")
        for error in (ResponseError("r"), CatchResponseError("c"), ValueError("v"), AssertionError("a")):
            attempt("left by exception", lambda error=error: self.leave_by(error))
        attempt("outside", lambda: self.get("outside", catch_response=True).failure("x"))
        attempt("not caught", self.not_caught)
        self.get("never entered", catch_response=True)

    def leave_by(self, error):
        with self.get(type(error).__name__, catch_response=True):
            raise error

    def not_caught(self):
        with self.get("not caught") as response:
            response.failure("x")
