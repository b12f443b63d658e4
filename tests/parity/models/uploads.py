"""files=: one and many, with names, types and headers, from memory and from disk, with fields beside them."""

import io
import os
import tempfile

from parity_tools import attempt, run_each

from locust import HttpUser, constant, task

PICTURE = bytes(range(256)) * 8


class Uploader(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "report.csv")
        with open(self.path, "w") as file:
            file.write("a;b\n1;2\n")

    def on_stop(self):
        self.folder.cleanup()

    def send(self, label, **keywords):
        response = self.client.post("/upload", name=label, **keywords)
        print(label, response.status_code, response.json())
        kind = response.request.headers["Content-Type"].partition(";")[0]
        print(kind, int(response.request.headers["Content-Length"]) == len(response.request.body))

    @task
    def work(self):
        run_each(self.upload, rounds=2)

    def upload(self):
        with open(self.path, "rb") as file:
            self.send("open file", files={"file": file})
            self.send("read to its end", files={"file": file})
        with open(self.path) as file:
            self.send("text file", files={"file": file})
        with open(self.path, "rb") as one, open(self.path, "rb") as two:
            self.send(
                "several",
                files=[("files", ("1.csv", one, "text/csv")), ("files", ("2.csv", two, "text/csv"))],
            )
        self.send("bytes", files={"file": PICTURE})
        self.send("text", files={"file": "some text"})
        self.send("name", files={"file": ("käse.png", PICTURE)})
        self.send("type", files={"file": ("a.png", io.BytesIO(PICTURE), "image/png")})
        self.send("headers", files={"file": ("a.bin", PICTURE, "application/x-a", {"X-Part": "1"})})
        self.send("no name", files={"field": (None, "value")})
        self.send("no name but a type", files={"json": (None, '{"a": 1}', "application/json")})
        self.send("fields", files={"file": ("a.txt", "x")}, data={"k": ["1", "2"], "n": 7, "e": ""})
        self.send("pairs", files={"file": ("a.txt", "x")}, data=[("k", "1"), ("k", "2")])
        self.send("empty file", files={"file": ("empty", b"")})
        self.send("with params", files={"file": ("a.txt", "x")}, params={"p": "1"}, headers={"X-Own": "1"})
        response = self.client.put("/upload", files={"file": ("put.txt", "x")})
        print(response.json())
        response = self.client.post("/upload", files={}, data={"only": "fields"}, name="no files")
        print(response.json(), response.request.headers["Content-Type"])
        with self.client.post(
            "/upload", files={"f": ("a", "x")}, catch_response=True, name="judged"
        ) as response:
            if response.json()["parts"][0]["bytes"] != 1:
                response.failure("lost a byte")
        attempt(
            "data as text",
            lambda: self.client.post("/upload", files={"f": "x"}, data="text", name="data as text"),
        )
        own = {"Content-Type": "multipart/form-data; boundary=own"}
        body = b'--own\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--own--\r\n'
        print(self.client.post("/upload", data=body, headers=own, name="own boundary").json())
