"""URLs in every form: with parameters, to other hosts, relative, encoded by hand or left to the client."""

from collections import OrderedDict

from parity_tools import attempt, run_each

from locust import HttpUser, constant, task


class Asker(HttpUser):
    wait_time = constant(0)

    def show(self, label, *args, **keywords):
        def call():
            response = self.client.get(*args, **keywords)
            if response.error is not None:
                return type(response.error).__name__, response.url
            return response.json()["target"] if "echo" in (
                response.url or ""
            ) else response.status_code, response.url

        attempt(label, call)

    @task
    def work(self):
        run_each(self.params, self.urls, self.hosts)

    def params(self):
        for number, params in enumerate(
            (
                None, {}, [], "", "raw=1&b=ü", "a b", b"by=tes", {"k": "v"}, {"k": ["1", "2"]},
                {"k": ("1", "2")}, {"k": None},
                {"k": [None, "1"]}, {"k": []}, {"k": ""}, {"a b": "c d"}, {"a&b": "c=d"}, {"plus": "+"},
                {"u": "ü☃"}, {"n": 1, "f": 1.5},
                {"b": True}, [("k", "1"), ("k", "2")], (("k", "1"),), OrderedDict(z=1, a=2),
                {"path": "a/b?c"}, {"p": "100%"}, {"e": "%20"},
                {b"k": b"\xff"}, {1: 2}, {"d": {"n": 1}}, {"k": "a,b;c:d@e~f"}, 5, "?lead",
                {"k": "x" * 2000}, {"j": '{"a": [1]}'},
            )
        ):  # fmt: skip
            self.show(f"params {number}", "/echo", params=params, name="params")
        self.show("beside a query", "/echo?x=1", params={"y": "2"})
        self.show("beside a fragment", "/echo#part", params={"y": "2"})
        self.show("beside both", "/echo?x=1#part", params={"y": "2"})
        self.show("after a bare mark", "/echo?", params={"y": "2"})
        self.show("after an ampersand", "/echo?x=1&", params={"y": "2"})
        self.client.params = {"session": "1"}
        self.show("of the session", "/echo", params={"own": "2"})
        self.show("over that of the session", "/echo", params={"session": "2"})
        self.show("without that of the session", "/echo", params={"session": None})
        self.show("as text", "/echo", params="own=2")
        self.client.params.clear()

    def urls(self):
        for url in (
            "/echo/a b", "/echo/ü", "/echo/%C3%BC", "/echo/%c3%bc", "/echo/ü?q=é", "/echo?q=a b",
            "/echo?q=a+b", "/echo?q=%20", "/echo?q=%2",
            "/echo?q=100%", "/echo/%zz", "/echo/a%2Fb", "/echo/~x", "/echo/%7Ex", "/echo/a/../b",
            "/echo/./b", "/echo//b", "/echo/", "//echo",
            "/echo?", "/echo?a", "/echo?a=&b", "/echo?a=1&a=2", "/echo#", "/echo#f?x=1", "/echo?x=1#f",
            "/echo?#f", "/echo?q='\"<>", "/echo/[1]",
            "/echo/{id}", "/echo/a|b", "/echo/a\\b", "/echo?q=[1]", "/echo?q={}", "/echo/a;p=1",
            "/echo/a,b", "/echo/a:b", "/echo/a@b", "/echo/a=b",
            "/echo/!$&'()*+,;=", "/echo/\x7f", "/echo/☃", "/echo/\U0001f600", "/echo/a\tb", "/echo/a\nb",
            " /echo", "/echo ", "/echo/\ud800",
            "", "/", "?x=1", "#f", "echo", "/echo?redirect=http://other/x", "/echo/http://other/x",
            "/echo/" + "x" * 3000,
        ):  # fmt: skip
            self.show(repr(url[:40]), url)

    def hosts(self):
        host = self.host
        port = host.rpartition(":")[2]
        for url in (
            host + "/echo", host, host + "?x=1", host + "/", host.upper() + "/echo",
            f"HTTP://127.0.0.1:{port}/echo",
            f"http://localhost:{port}/echo", f"http://LOCALHOST:{port}/echo",
            f"http://user:pw@127.0.0.1:{port}/echo",
            f"http://127.0.0.1:{port}//echo", f"http://127.1:{port}/echo",
            f"http://localhost:{port}/echo?q=ü#f",
            f"http:127.0.0.1:{port}/echo", f"http:/127.0.0.1:{port}/echo", f" http://127.0.0.1:{port}/echo",
            f"ftp://127.0.0.1:{port}/echo", f"//127.0.0.1:{port}/echo",
            f"localhost:{port}",
        ):  # fmt: skip
            self.show(repr(url), url)
        self.show("as keyword", url="/echo?keyword")
        self.show("bytes", b"/echo")
        self.show("a number", 5)
        self.show("None", None)
        for base in (
            host + "/",
            host + "/echo",
            host + "/echo/",
            host + "/echo?base=1&",
            "",
            host.upper(),
            "127.0.0.1",
            "nohost:1",
        ):
            self.client.base_url = base
            for url in ("/echo", "echo", "", host + "/echo/absolute"):
                self.show(f"{base!r} and {url!r}", url)
        self.client.base_url = host


class OddHost(HttpUser):
    host = "http://ann:p%40ss@localhost:1/base"
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.use)

    def use(self):
        print(self.client.base_url, self.client.auth, self.host)
        for base in (
            "http://ann@localhost:1",
            "http://:pw@localhost:1",
            "https://a:b@x.test",
            "http://a:b@c:1/p?q=1#f",
        ):
            session = type(self.client)(
                base_url=base, request_event=self.environment.events.request, user=self
            )
            print(session.base_url, session.auth)
