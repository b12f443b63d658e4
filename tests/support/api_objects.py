"""Prints the public attributes of the objects that models meet, as JSON: those that only an instance has, too.

Runs in the interpreter whose package `locust` is meant. Given the output of another package on stdin (`--like`), it
prints which of those attributes its own objects have.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from gevent.pywsgi import WSGIServer

import locust
from locust import (
    FastHttpUser,
    HttpUser,
    LoadTestShape,
    SequentialTaskSet,
    TaskSet,
    User,
    argument_parser,
    task,
)
from locust.contrib.csv_request_logger import CsvRequestLogger
from locust.dispatch import UsersDispatcher
from locust.env import Environment
from locust.event import EventHook
from locust.log import LogReader
from locust.rpc import Message
from locust.runners import WorkerNode, WorkerNodes
from locust.stats import RequestStats, StatsCSV
from locust.user.task import DefaultTaskSet

LIKE: dict[str, list[str]] | None = json.load(sys.stdin) if "--like" in sys.argv else None


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


server = WSGIServer(("127.0.0.1", 0), answer, log=None)
server.start()
URL = f"http://127.0.0.1:{server.server_port}"
NOBODY = "http://127.0.0.1:9/"


class Visitor(HttpUser):
    host = URL

    @task
    def visit(self) -> None: ...


class Quick(FastHttpUser):
    host = URL

    @task
    def visit(self) -> None: ...


class Plain(User):
    @task
    def visit(self) -> None: ...


class Inner(TaskSet):
    @task
    def visit(self) -> None: ...


class Row(SequentialTaskSet):
    @task
    def visit(self) -> None: ...


class Shape(LoadTestShape):
    def tick(self) -> None:
        return None


def judged(response: Any) -> Any:
    with response:
        response.success()
    return response


def objects() -> dict[str, Any]:
    environment = Environment(user_classes=[Visitor, Quick, Plain], shape_class=Shape(), events=locust.events)
    runner = environment.create_local_runner()
    visitor, quick = Visitor(environment), Quick(environment)
    statistics = RequestStats()
    statistics.log_request("GET", "/", 5, 6)
    statistics.log_error("GET", "/", "why")
    parser = argument_parser.get_parser(default_config_files=[])
    response = quick.client.get("/")
    return {
        "Environment": environment,
        "LocalRunner": runner,
        "LoadTestShape": environment.shape_class,
        "User": Plain(environment),
        "HttpUser": visitor,
        "FastHttpUser": quick,
        "TaskSet": Inner(visitor),
        "SequentialTaskSet": Row(Inner(visitor)),
        "DefaultTaskSet": DefaultTaskSet(visitor),
        "HttpSession": visitor.client,
        "Response": visitor.client.get("/"),
        "Response, judged": judged(visitor.client.get("/", catch_response=True)),
        "Response, failed": visitor.client.get(NOBODY),
        "FastHttpSession": quick.client,
        "LocustUserAgent": quick.client.client,
        "FastResponse": response,
        "FastResponse, judged": judged(quick.client.get("/", catch_response=True)),
        "FastResponse, failed": quick.client.get(NOBODY),
        "FastRequest": response.request,
        "RequestStats": statistics,
        "StatsEntry": statistics.total,
        "StatsError": next(iter(statistics.errors.values())),
        "StatsCSV": StatsCSV(environment, [0.5]),
        "WorkerNode": WorkerNode("w1"),
        "WorkerNodes": WorkerNodes(),
        "UsersDispatcher": UsersDispatcher([WorkerNode("w1")], [Plain]),
        "EventHook": EventHook(),
        "Events": locust.events,
        "LogReader": LogReader(),
        "Message": Message("type", "data", "w1"),
        "CsvRequestLogger": CsvRequestLogger("requests.csv"),
        "parser": parser,
        "parsed_options": parser.parse_args([]),
    }


def has(thing: Any, name: str) -> bool:
    try:
        getattr(thing, name)
    except AttributeError:
        return False
    except Exception:  # a property of what did not succeed
        return True
    return True


found: dict[str, list[str]] = {}
for kind, thing in objects().items():
    names = [name for name in dir(thing) if not name.startswith("_")] if LIKE is None else LIKE[kind]
    found[kind] = [name for name in names if has(thing, name)]
json.dump(found, sys.stdout, indent=1)
sys.stdout.flush()
os._exit(0)  # users that never ran are of no further interest
