"""Servers that refuse, reset, close, lie about lengths or answer something else than HTTP."""

import gevent
from parity_tools import fault, finish_after

from locust import HttpUser, constant, task

KINDS = (
    "refuse",
    "reset_on_accept",
    "reset_after_request",
    "reset_in_body",
    "close_without_response",
    "garbage",
    "truncated_body",
    "bad_chunk",
    "truncated_chunks",
    "bad_gzip",
    "slow_drip",
    "huge_header",
    "many_headers",
    "close_idle",
)


class Unlucky(HttpUser):
    wait_time = constant(0)

    @task
    def suffer(self):
        for kind in KINDS:
            response = self.client.get(fault(kind) + "/", name=kind)
            print(kind, response.status_code, type(response.error).__name__, response.content is None)
            try:
                print(response.ok)
            except Exception as error:
                print(f"asking whether it is ok raises {type(error).__name__}")
        self.client.post(fault("refuse") + "/", json={"a": 1}, name="refuse post")
        gevent.sleep(0.2)  # until the connections that were closed behind our back are known to be
        self.client.post(fault("close_idle") + "/", data=b"x", name="dead connection, post")
        gevent.sleep(0.2)
        self.client.get(fault("close_idle") + "/", name="dead connection, get")
        self.client.get("http://no-such-host.invalid/", name="unknown host")
        with self.client.get(fault("refuse") + "/", name="pardoned", catch_response=True) as response:
            response.success()
        self.client.get("/hello", name="still alive")
        finish_after(self, 2)


class Careless(HttpUser):
    """Addresses that requests refuses to work with: the exception reaches the model."""

    wait_time = constant(0)

    @task
    def misspell(self):
        for address in ("http://", "http://[bad", "http:///path", "http://host:port/"):
            try:
                self.client.get(address, name="invalid")
                print("no exception for", address)
            except Exception as error:
                print(address, type(error).__name__)
        finish_after(self, 1)
