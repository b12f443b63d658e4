"""Servers that people run: what they answer over HTTP/1.1, TLS and HTTP/2, and how many connections users make."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from real_servers import CLEAR, PLAIN, SERVERS, TLS, running
from running import RunNest

USERS = 3
ROUNDS = 2

# Users of each kind, which all make the same requests; those of HTTP/2 make them at once.
MODEL = """
import json, os
import gevent
from locust import HttpUser, task
from locust.exception import StopUser

TARGET = json.loads(os.environ["TARGET"])
PAGE = open(TARGET["page"]).read()
left = set()

class Visitor(HttpUser):
    abstract = True
    version = 11

    def on_start(self):
        self.client.verify = TARGET["certificate"]
        left.add(self)

    def check(self, method, path, status, **keywords):
        with self.client.request(method, path, catch_response=True, **keywords) as response:
            if response.status_code != status:
                response.failure(f"status {response.status_code} {response.error!r}")
            elif response.raw.version != self.version:
                response.failure(f"version {response.raw.version}")
            elif keywords.get("data") and TARGET["echoes"] and response.content != keywords["data"]:
                response.failure("no echo")
            elif method == "GET" and status == 200 and response.text != PAGE:
                response.failure("not the page")
            elif method == "GET" and status == 200 and "headers" not in keywords and \\
                    (response.headers.get("content-encoding") == "gzip") != TARGET["compresses"]:
                response.failure("not compressed as expected")
            else:
                response.success()

    def requests(self):
        plain = {"Accept-Encoding": "identity"}
        some = [
            ("GET", "/page", 200), ("GET", "/missing", 404), ("HEAD", "/page", 200),
            ("GET", "/page", 200, {"headers": plain}),
        ]
        # libcurl 7.88 may lose the answer of a server that does not read the body.
        if self.version == 11 or TARGET["echoes"]:
            some.append(("POST", "/page", TARGET["post_status"], {"data": b"x" * 1000}))
        return some

    def visit(self):
        for method, path, status, *keywords in self.requests():
            self.check(method, path, status, **(keywords[0] if keywords else {}))

    @task
    def all_rounds(self):
        for _ in range(TARGET["rounds"]):
            self.visit()
        left.discard(self)
        if not left:
            self.environment.runner.quit()
        raise StopUser

class Visitor2(Visitor):
    abstract = True
    http2 = True
    version = 20

    def visit(self):
        gevent.joinall([
            gevent.spawn(self.check, method, path, status, **(keywords[0] if keywords else {}))
            for method, path, status, *keywords in self.requests()
        ])
"""
CLASS = """
class {name}({base}):
    host = {host!r}
    fixed_count = {users}
"""


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_and_its_users_understand_each_other(nest: RunNest, tmp_path: Path, name: str) -> None:
    server = SERVERS[name]
    if server.path() is None:
        pytest.skip(f"{server.program} is not installed")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        target = stack.enter_context(running(server, folder))
        classes = [
            (kind + suffix, base, target.urls[kind])
            for kind, suffix, base in (
                (PLAIN, "", "Visitor"),
                (TLS, "", "Visitor"),
                (TLS, "2", "Visitor2"),
                (CLEAR, "2", "Visitor2"),
            )
            if kind in server.kinds and (base == "Visitor2" or PLAIN in server.kinds)
        ]
        model = MODEL + "".join(
            CLASS.format(name=kind.title(), base=base, host=url, users=USERS) for kind, base, url in classes
        )
        (tmp_path / "model.py").write_text(model)
        facts = {
            "certificate": str(folder / "cert.pem"),
            "page": str(folder / "pages" / "page"),
            "compresses": server.compresses,
            "echoes": server.echoes,
            "post_status": 200 if server.echoes else server.post_status,
            "rounds": ROUNDS,
        }
        users = USERS * len(classes)
        load = ("--headless", "-u", str(users), "-r", "1000", "-t", "30", "--json")
        result = nest("-f", "model.py", *load, TARGET=json.dumps(facts))
        target.stop()
        connections = target.connections()
    assert result.returncode == 0, result.stdout + result.stderr
    rows = json.loads(result.stdout)
    assert sum(row["num_failures"] for row in rows) == 0
    of_version_2 = sum(base == "Visitor2" for _, base, _ in classes) * USERS
    uploads = users if server.echoes else users - of_version_2
    assert sum(row["num_requests"] for row in rows) == ROUNDS * (users * 4 + uploads)
    expected = {"HTTP/1.1": users - of_version_2, "HTTP/2": of_version_2}
    assert connections == {protocol: count for protocol, count in expected.items() if count}


LITTLE_MODEL = """
from locust import FastHttpUser, HttpUser, task
class Visitor(HttpUser):
    @task
    def visit(self):
        self.client.get("/page")
        self.environment.runner.quit()
class FastVisitor(FastHttpUser):
    http2 = False
    @task
    def visit(self):
        self.client.get("/page")
        self.environment.runner.quit()
"""


@pytest.mark.parametrize("user", ["Visitor", "FastVisitor"])
def test_an_option_makes_all_users_speak_http2(nest: RunNest, tmp_path: Path, user: str) -> None:
    (tmp_path / "model.py").write_text(LITTLE_MODEL)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        target = stack.enter_context(running(SERVERS["nginx"], folder))
        result = nest(
            "-f", "model.py", "--headless", "-H", target.urls[CLEAR], user, "-t", "30", LOCUST_HTTP2="1"
        )
        target.stop()
        connections = target.connections()
    assert result.returncode == 0, result.stderr
    assert connections == {"HTTP/2": 1}


def test_http3_is_refused_in_one_line_where_libcurl_has_none(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(LITTLE_MODEL)
    result = nest("-f", "model.py", "--headless", "-H", "http://127.0.0.1:1", "-t", "1", "--http3")
    if result.returncode == 2:
        assert re.fullmatch(
            r"locust-nest: error: HTTP/3 is not there: libcurl \S+ was built without it\n", result.stderr
        )
    else:
        assert "HTTP/3" not in result.stderr
