"""Bodies and headers in every form that requests takes, and those that it refuses."""

import datetime
import decimal
import uuid
from collections import OrderedDict, namedtuple
from enum import IntEnum

from parity_tools import attempt, run_each

from locust import HttpUser, constant, task

Point = namedtuple("Point", "x y")


class Level(IntEnum):
    HIGH = 3


class Text(str):
    pass


class Sender(HttpUser):
    wait_time = constant(0)

    def show(self, label, **keywords):
        def call():
            response = self.client.post("/echo", name=label, **keywords)
            seen = response.json()
            headers = seen["headers"]
            return (
                seen["body"],
                headers.get("content-type"),
                headers.get("content-length"),
                response.request.body,
            )

        attempt(label, call)

    @task
    def work(self):
        run_each(self.json_values, self.data_values, self.headers, self.positions)

    def json_values(self):
        for number, value in enumerate(
            (
                {}, [], "", 0, 0.5, False, True, None, "text", 10**30, -0.0, 1e300, (1, 2), Point(1, 2),
                Level.HIGH,
                Text("sub"), OrderedDict(b=1, a=2), {1: "int", None: "none", 1.5: "f"}, {True: "t"},
                "ü☃\U0001f600",
                {"nested": [{"a": [[]]}]}, "\x00\u2028</script>", "\ud800", float("nan"), float("inf"),
                {1, 2}, b"bytes",
                datetime.date(2024, 1, 1), decimal.Decimal("1.5"), uuid.UUID(int=1), object, {("a",): 1},
                range(3),
            )
        ):  # fmt: skip
            self.show(f"json {number}", json=value)
        self.show("json and data", json={"j": 1}, data={"d": 1})
        self.show("json and empty data", json={"j": 1}, data={})
        self.show("json and files", json={"j": 1}, files={})
        self.show("json with a type", json={"j": 1}, headers={"Content-Type": "application/vnd.api+json"})
        self.show("json with a type in lower case", json={"j": 1}, headers={"content-type": "text/x"})
        self.show("json without a type", json={"j": 1}, headers={"Content-Type": None})

    def data_values(self):
        for number, value in enumerate(
            (
                {}, [], "", b"", 0, None, False, "text", "täxt", b"\x00\xff", "\x00", Text("sub"),
                bytearray(b"ba"),
                {"k": "v"}, {"k": ["1", "2"]}, {"k": ("1", "2")}, {"k": None}, {"k": [None, "1"]},
                {"k": []}, {"k": ""},
                {"k": 1, "f": 1.5, "b": True}, {"ü": "é ☃"}, {b"bytes": b"\xff"}, {"a b": "c&d=e"},
                {"k": {"n": 1}},
                {"k": {"x"}}, [("k", "1"), ("k", "2")], (("k", "1"),), [("k", ["1", "2"])], [["k", "v"]],
                OrderedDict(z=1, a=2),
                ["ab", "cd"], [1, 2], ["text"], {"k": b"bytes"}, [b"x"],
                {"k": "\ud800"}, "\ud800",
            )
        ):  # fmt: skip
            self.show(f"data {number}", data=value)
        self.show("text with a type", data="<a/>", headers={"Content-Type": "text/xml; charset=utf-8"})
        self.show("form with a type", data={"k": "v"}, headers={"Content-Type": "text/x"})
        self.show("data and params", data={"k": "v"}, params={"p": "1"})

    def headers(self):
        for number, headers in enumerate(
            (
                None, {}, {"X-A": "1", "x-a": "2"}, {"x-lower": "1"}, {"X-None": None}, {"Accept": None},
                {"X-Empty": ""},
                {"X-Bytes": b"b"}, {b"X-Name": "n"}, {"X-Int": 7}, {"X-True": True}, {"X-List": ["a"]},
                {"X-Ü": "1"}, {"X-A": "ü"},
                {"X-A": "☃"}, {"X-A": " led"}, {"X-A": "trailed "}, {"X-A": "a\nb"},
                {"X-A": "a\r\nX-B: c"}, {"X A": "1"}, {"": "1"},
                {"X-A:": "1"}, {"Host": "other.test"}, {"Content-Length": "0"}, {"Connection": "close"},
                {"User-Agent": ""},
                {"Cookie": "a=1"}, {"Accept-Encoding": "identity"}, {"Transfer-Encoding": "chunked"},
                {"X-A": "t\tab"},
                {"Authorization": "Bearer x"},  {"Expect": ""},
                {"X-Tuple": ("a", "b")}, OrderedDict(B="1", A="2"),
            )
        ):  # fmt: skip

            def call(number=number, headers=headers):
                response = self.client.get("/echo", headers=headers, name=f"headers {number}")
                if response.error is not None:
                    return response.error
                usual = ("user-agent", "accept-encoding", "host")
                return sorted(item for item in response.json()["headers"].items() if item[0] not in usual)

            attempt(f"headers {number}", call)
        self.client.headers = {"X-Plain": "dict"}
        attempt("a dict for headers", lambda: sorted(self.client.get("/echo").json()["headers"]))
        self.client.headers["X-Int"] = 5
        attempt("a number in it", lambda: self.client.get("/echo").status_code)
        del self.client.headers["X-Int"]
        self.client.headers["X-None"] = None
        attempt("None in it", lambda: sorted(self.client.get("/echo").json()["headers"]))

    def positions(self):
        client = self.client
        print(client.post("/echo", "text").json()["body"], client.post("/echo", {"k": "v"}).json()["body"])
        print(client.post("/echo", None, {"j": 1}).json()["body"], client.put("/echo", "put").json()["body"])
        print(
            client.patch("/echo", b"patch").json()["body"],
            client.request("POST", "/echo", data="d").json()["body"],
        )
        print(client.put("/echo", json=[1]).json()["body"], client.patch("/echo", json=[2]).json()["body"])
        print(
            client.delete("/echo", json={"d": 1}).json()["body"],
            client.delete("/echo", data="x").json()["body"],
        )
        print(
            client.get("/echo", json={"g": 1}).json()["body"],
            client.options("/echo", data="o").json()["body"],
        )
        print(
            client.post(url="/echo", data="by keyword").json()["body"],
            client.get(url="/echo").json()["method"],
        )
        print(client.request(method="PUT", url="/echo", json=[3]).json()["body"])
        print(client.request("post", "/echo", "as a name", data="d").json()["method"])
        for method in ("get", "Post", "PROPFIND", "report", "M-SEARCH", "", "G E T", "gét"):
            attempt(
                f"method {method!r}",
                lambda method=method: client.request(method, "/echo", name="method").json()["method"],
            )
        for label, call in (
            ("get with a body in second place", lambda: client.get("/echo", {"k": "v"})),
            ("put with three", lambda: client.put("/echo", "x", {"j": 1})),
            ("unknown keyword", lambda: client.get("/echo", nothing=1)),
            (
                "catch_response in fourth place",
                lambda: client.request("GET", "/hello", "fourth", False).status_code,
            ),
            ("no URL", lambda: client.get()),
        ):
            attempt(label, call)
