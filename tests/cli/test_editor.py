"""The package in an editor: what completion offers in a model, and what a type checker knows.

Both are run with the interpreter of LOCUST_ORACLE_PYTHON, which has jedi and mypy.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "python"
PYTHON = os.environ.get("LOCUST_ORACLE_PYTHON", str(ROOT / "build/oracle/bin/python"))
DEADLINE_S = 600

# Our package before any that is installed.
COMPLETE = """
import json, sys, jedi
packages, path = sys.argv[1:]
project = jedi.Project(path, sys_path=[packages, *filter(None, sys.path)], smart_sys_path=False)
offered = []
for code in json.load(sys.stdin):
    lines = code.splitlines()
    script = jedi.Script(code, path=f"{path}/model.py", project=project)
    offered.append([found.name for found in script.complete(len(lines), len(lines[-1]))])
json.dump(offered, sys.stdout)
"""

USER = """
from locust import {base}, task
class Visitor({base}):
    @task
    def visit(self):
        {code}"""

REQUEST = {"name=", "catch_response=", "context=", "headers=", "params=", "json=", "data=", "files=", "auth="}
REQUEST |= {"stream=", "allow_redirects=", "url="}
OF_REQUESTS = {"cookies=", "timeout=", "proxies=", "hooks=", "verify=", "cert="}
RESPONSE = {"status_code", "ok", "text", "json", "headers", "content", "url", "encoding", "elapsed", "error"}
RESPONSE |= {"raise_for_status", "success", "failure", "request_meta", "request", "timings"}
BLOCK = 'with self.client.get("/", catch_response=True) as response:\n            response.'
REST = 'with self.rest("GET", "/") as response:\n            response.'

COMPLETIONS = [
    (USER.format(base="HttpUser", code="self.client.get("), REQUEST | OF_REQUESTS),
    (USER.format(base="HttpUser", code="self.client.post("), REQUEST | OF_REQUESTS),
    (USER.format(base="HttpUser", code="self.client.put("), REQUEST | OF_REQUESTS),
    (USER.format(base="HttpUser", code="self.client.request("), REQUEST | OF_REQUESTS | {"method="}),
    (USER.format(base="HttpUser", code="self.client."), {"get", "cookies", "headers", "rename_request"}),
    (USER.format(base="HttpUser", code='self.client.get("/").'), RESPONSE | {"cookies", "history", "reason"}),
    (USER.format(base="HttpUser", code=BLOCK), RESPONSE | {"iter_lines"}),
    (USER.format(base="HttpUser", code=REST), RESPONSE | {"js"}),
    (USER.format(base="HttpUser", code='self.client.get("/").timings.'), {"dns", "first_byte", "total"}),
    (USER.format(base="FastHttpUser", code="self.client.get("), REQUEST),
    (USER.format(base="FastHttpUser", code="self.client.post("), REQUEST),
    (USER.format(base="FastHttpUser", code='self.client.get("/").'), RESPONSE | {"stream", "history"}),
    (USER.format(base="FastHttpUser", code=BLOCK), RESPONSE),
    (USER.format(base="FastHttpUser", code=REST), RESPONSE | {"js"}),
    (USER.format(base="TaskSet", code="self."), {"user", "client", "interrupt", "schedule_task", "parent"}),
    (USER.format(base="TaskSet", code="self.user."), {"environment", "host", "wait", "stop", "context"}),
    (USER.format(base="User", code="self.environment."), {"runner", "stats", "events", "parsed_options"}),
    (
        USER.format(base="User", code="self.environment.runner."),
        {"quit", "stats", "user_count", "send_message", "register_message", "state"},
    ),
    (
        USER.format(base="User", code="self.environment.stats.total."),
        {"num_requests", "fail_ratio", "get_response_time_percentile"},
    ),
    (
        "from locust import events\nevents.",
        {"request", "init", "test_start", "test_stop", "quitting", "init_command_line_parser"},
    ),
    ("from locust import events\nevents.request.", {"add_listener", "remove_listener", "fire", "measure"}),
    (
        "from locust import LoadTestShape\nclass Stairs(LoadTestShape):\n    def tick(self):\n        self.",
        {"get_run_time", "get_current_user_count", "runner", "use_common_options"},
    ),
    ("from locust import ", {"HttpUser", "FastHttpUser", "task", "between", "events", "SequentialTaskSet"}),
]

MODEL = """
from typing import Any

from locust import FastHttpUser, HttpUser, LoadTestShape, TaskSet, between, events, tag, task
from locust.clients import ResponseContextManager
from locust.contrib.fasthttp import FastResponse


class Shopper(HttpUser):
    wait_time = between(1, 2)

    @tag("a")
    @task(3)
    def browse(self) -> None:
        reveal_type(self.client)
        reveal_type(self.client.get("/", name="x", params={"a": 1}, timeout=(1, None), headers={"a": "b"}))
        self.client.post("/", {"a": 1}, {"b": 2}, context={"k": 1}, allow_redirects=False, verify="ca.pem")
        self.client.put("/", b"", json=[1], auth=("a", "b"), cookies={"a": "b"}, cert=("a", "b"))
        self.client.request("GET", "/", "name", True, data="x", files={"f": b""}, stream=True)
        with self.client.delete("/", catch_response=True) as response:
            reveal_type(response)
            response.failure("wrong")
            response.success()
            reveal_type(response.status_code)
        with self.rest("GET", "/", json={}) as rest:
            reveal_type(rest)
            reveal_type(rest.js)
        self.client.get("/", timeuot=3)  # mistaken
        self.client.get("/", catch_response="yes")  # mistaken


class Quick(FastHttpUser):
    @task
    class Inner(TaskSet):
        @task
        def go(self) -> None:
            reveal_type(self.user)
            self.interrupt()

    @task
    def browse(self) -> None:
        reveal_type(self.client.get("/", name="x", stream=True))
        self.client.patch("/", {"a": "b"}, json={}, auth=("a", "b"), headers={"a": 1})
        plain: FastResponse = self.client.request("GET", "/", data="", context={})
        with self.client.post("/", json={}, catch_response=True) as response:
            reveal_type(response)
        with self.rest("GET", "/") as rest:
            reveal_type(rest)
        self.client.get("/", allow_redirect=True)  # mistaken


def read(taskset: Any) -> None: ...


class Weighted(TaskSet):
    tasks = {Quick.Inner: 3, read: 1}
    wait_time = between(1, 2)


class Stairs(LoadTestShape):
    def tick(self) -> tuple[int, float, list[type[Quick]]] | None:
        reveal_type(self.get_run_time())
        return (1, 1, [Quick])


@events.request.add_listener
def on_request(request_type: str, name: str, response: Any, **keywords: Any) -> None: ...


events.request_success += read
reveal_type(on_request)
reveal_type(events.test_start)
"""

REVEALED = [
    "locust.clients.HttpSession",
    "locust.clients.ResponseContextManager",
    "locust.clients.ResponseContextManager",
    "int",
    "locust.clients.RestResponseContextManager",
    "Any",
    "locust.user.users.User",
    "locust_nest.http.fast_response.ResponseContextManager",
    "locust_nest.http.fast_response.ResponseContextManager",
    "locust.contrib.fasthttp.RestResponseContextManager",
    "float",
    "def (request_type: str, name: str, response: Any, **keywords: Any)",
    "locust.event.EventHook",
]


@pytest.fixture(scope="module")
def completions(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """What is offered at the end of each of COMPLETIONS; all of them in one process, whose start takes its time."""
    folder = tmp_path_factory.mktemp("editor")
    result = subprocess.run(
        [PYTHON, "-c", COMPLETE, str(PACKAGES), str(folder)],
        input=json.dumps([code for code, _ in COMPLETIONS]),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert result.returncode == 0, result.stderr
    return [set(names) for names in json.loads(result.stdout)]


@pytest.mark.parametrize("number", range(len(COMPLETIONS)), ids=lambda number: COMPLETIONS[number][0][-40:])
def test_completion_offers_what_a_model_needs(completions: list[set[str]], number: int) -> None:
    code, expected = COMPLETIONS[number]
    assert expected <= completions[number], f"{code}\nlacks {sorted(expected - completions[number])}"


def test_a_type_checker_knows_the_results_and_finds_mistaken_keywords(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    result = subprocess.run(
        [PYTHON, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", "cache", "model.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    own = [line for line in result.stdout.splitlines() if line.startswith("model.py:")]
    revealed = [found[1] for line in own if (found := re.search(r'Revealed type is "(.*)"', line))]
    assert [text.replace("builtins.", "") for text in revealed] == REVEALED, result.stdout
    mistaken = {number for number, line in enumerate(MODEL.splitlines(), 1) if "# mistaken" in line}
    assert {int(line.split(":")[1]) for line in own if ": error:" in line} == mistaken, result.stdout


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGES / "locust" / "py.typed").exists()
