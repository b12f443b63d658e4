"""Request bodies that are read while they are sent: files, generators, iterators, and objects that can read."""

import io
import os
import tempfile

from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, task


class Sized:
    """What requests-toolbelt's encoders look like: it reads, and knows how long it is."""

    def __init__(self, size):
        self.left = self.size = size

    def __len__(self):
        return self.size

    def read(self, amount=-1):
        amount = self.left if amount is None or amount < 0 else min(amount, self.left)
        self.left -= amount
        return b"s" * amount


class Unsized:
    def __init__(self):
        self.parts = [b"one ", b"two ", b"three"]

    def __iter__(self):
        return iter(self.parts)


class Sender(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "body.bin")
        with open(self.path, "wb") as file:
            file.write(b"0123456789" * 3000)

    def on_stop(self):
        self.folder.cleanup()

    def send(self, label, data, **keywords):
        response = self.client.post("/post", data=data, name=label, **keywords)
        headers = response.request.headers
        print(label, response.status_code, response.text)
        print(headers.get("Content-Length"), headers.get("Transfer-Encoding"), headers.get("Content-Type"))

    @task
    def work(self):
        run_each(self.send_bodies, rounds=2)

    def send_bodies(self):
        with open(self.path, "rb") as file:
            self.send("file", file)
        with open(self.path, "rb") as file:
            file.seek(29990)
            self.send("rest of a file", file)
        with open(self.path) as file:
            self.send("text file", file)
        self.send("memory", io.BytesIO(b"in memory"))
        self.send("text in memory", io.StringIO("as text"))
        self.send("generator", (b"part %d " % number for number in range(3)))
        self.send("iterator", iter([b"one", b"", b"two"]))
        self.send("iterable", Unsized())
        self.send("sized", Sized(100_000))
        self.send("with a type", io.BytesIO(b"{}"), headers={"Content-Type": "application/json"})
        self.send("empty file", io.BytesIO(b""))
        self.send("bytearray", bytearray(b"an array"))
        with self.client.put(
            "/echo", data=iter([b"x", b"y"]), catch_response=True, name="judged"
        ) as response:
            if response.json()["body"] != "xy":
                response.failure("not what was sent")
        print(self.client.patch("/post", data=io.BytesIO(b"patched"), name="patched").text)
        for status in (307, 303):
            response = self.client.post(
                f"/redirect-post/{status}", data=io.BytesIO(b"again"), name="redirected file"
            )
            print(status, response.status_code, response.json()["method"], response.json()["body"])
        response = self.client.post("/redirect-post/307", data=iter([b"once"]), name="redirected generator")
        print(response.status_code, type(response.error).__name__)
        response = self.client.post(fault("refuse") + "/", data=iter([b"x"]), name="refused")
        print(response.status_code, type(response.error).__name__)
        response = self.client.post("/slow?ms=600", data=io.BytesIO(b"x"), timeout=0.2, name="late")
        print(response.status_code, type(response.error).__name__)

        def broken():
            yield b"begins"
            raise ValueError("a generator's own trouble")

        attempt("broken generator", lambda: self.client.post("/post", data=broken(), name="broken generator"))
        attempt(
            "text generator",
            lambda: self.client.post("/post", data=iter(["text"]), name="text generator").text,
        )
        print(self.client.get("/hello", name="afterwards").ok)
