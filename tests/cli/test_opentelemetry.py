"""`--otel`: traces, metrics and the log of a run, as Locust itself exports them.

Both run with the packages of LOCUST_ORACLE_PYTHON's environment and write to the console.
"""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from running import RunNest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.environ.get("LOCUST_ORACLE_PYTHON", str(ROOT / "build/oracle/bin/python"))
LOCUST = os.environ.get("LOCUST_ORACLE", str(ROOT / "build/oracle/bin/locust"))
VENV = str(Path(PYTHON).parent.parent)
DEADLINE_S = 60

MODEL = """
import logging

import requests
from locust import FastHttpUser, HttpUser, events, task
from locust.exception import StopUser

class Visitor(HttpUser):
    host = "{url}"
    @task
    def visit(self):
        self.client.get("/ok", name="named", headers={{"X-Mine": "1"}})
        self.client.post("/missing", data="x", params={{"a": 1}})
        self.client.get("/stream", stream=True)
        with self.client.rename_request("renamed"):
            self.client.get("/other?q=1")
        self.client.get("http://127.0.0.1:9/refused")
        requests.get("{url}/by-requests")
        logging.getLogger("mine").warning("bought %s things", 3)
        for number in range(30):
            events.request.fire(request_type="X", name=f"n{{number}}", response_time=1500, response_length=0,
                exception=ValueError("no") if number == 1 else None, context={{}})
        events.request.fire(request_type="X", name="n0", response_time=None, response_length=0, exception=None,
            context={{}})
        logging.getLogger("locust").info("through")
        self.environment.runner.quit()
"""

FAST_MODEL = """
from locust import FastHttpUser, task

class Quick(FastHttpUser):
    host = "{url}"
    @task
    def visit(self):
        self.client.get("/ok", name="named", headers={{"X-Mine": "1"}})
        self.client.request("GET", "/missing", None, None, False, False, {{"X-Mine": "2"}})
        self.environment.runner.quit()
"""

CONSOLE = {f"OTEL_{signal}_EXPORTER": "console" for signal in ("TRACES", "METRICS", "LOGS")}


class Server:
    """Answers /missing with 404, anything else with 200; remembers the headers of each request."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(404 if self.path.startswith("/missing") else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()


def documents(text: str) -> list[dict[str, Any]]:
    """What the console exporters printed, one JSON object after the other."""
    found, decoder = [], json.JSONDecoder()
    while (start := text.find("{")) >= 0:
        document, end = decoder.raw_decode(text[start:])
        found.append(document)
        text = text[start + end :]
    return found


def spans(exported: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    kept = ("http.method", "http.url", "http.status_code")
    return [
        (each["name"], each["kind"], each["status"]["status_code"], *map(each["attributes"].get, kept))
        for each in exported
        if "kind" in each
    ]


def points(exported: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str, Any]]:
    """(metric, its attributes) to unit and count, of the metrics of locust."""
    return {
        (metric["name"], json.dumps(point["attributes"], sort_keys=True)): (
            metric["unit"],
            point.get("count"),
        )
        for each in exported
        for resource in each.get("resource_metrics", ())
        for scope in resource["scope_metrics"]
        if scope["scope"]["name"] == "locust"
        for metric in scope["metrics"]
        for point in metric["data"]["data_points"]
    }


def test_it_exports_what_locust_exports(nest: RunNest, server: Server, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL.format(url=server.url))
    options = ["--headless", "-u", "1", "--otel", "--profile", "nightly"]
    result = nest("-f", "locustfile.py", *options, **CONSOLE, VIRTUAL_ENV=VENV)
    assert "Starting Locust 2.47.0, OpenTelemetry enabled" in result.stderr
    ours, sent = documents(result.stdout), list(server.seen)
    server.seen.clear()
    theirs = documents(
        subprocess.run(
            [LOCUST, *options],
            cwd=tmp_path,
            env={**os.environ, **CONSOLE},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        ).stdout
    )
    assert spans(ours) == spans(theirs)
    assert len(spans(ours)) == 6
    assert points(ours) == points(theirs)
    assert len(points(ours)) == 22
    assert [(path, "traceparent" in headers) for path, headers in sent] == [
        (path, "traceparent" in headers) for path, headers in server.seen
    ]
    assert all("traceparent" in headers for _, headers in sent)
    for exported in (ours, theirs):
        logs = [each for each in exported if "severity_text" in each]
        assert {"bought 3 things", "through"} <= {each["body"] for each in logs}
        attributes = logs[0]["resource"]["attributes"]
        names = ("service.name", "service.version", "filename", "profile")
        assert [attributes[name] for name in names] == ["locust", "2.47.0", "locustfile.py", "nightly"]


def test_requests_of_the_fast_client_are_traced_too(nest: RunNest, server: Server, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(FAST_MODEL.format(url=server.url))
    result = nest("--headless", "-f", "locustfile.py", "--otel", **CONSOLE, VIRTUAL_ENV=VENV)
    found = spans(documents(result.stdout))
    assert [(name, status, code) for name, _, status, _, _, code in found] == [
        ("GET named", "UNSET", 200),
        ("GET /missing", "ERROR", 404),
    ]
    assert [(headers["x-mine"], "traceparent" in headers) for _, headers in server.seen] == [
        ("1", True),
        ("2", True),
    ]


def test_what_is_unknown_or_missing_is_one_line_and_the_run_goes_on(
    nest: RunNest, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "locustfile.py").write_text(FAST_MODEL.format(url=server.url))
    run = ("--headless", "-f", "locustfile.py", "--otel")
    exporters = {
        "OTEL_TRACES_EXPORTER": "pigeon",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "none",
    }
    odd = nest(*run, **exporters, OTEL_EXPORTER_OTLP_PROTOCOL="semaphore", VIRTUAL_ENV=VENV)
    assert "Unknown traces exporter 'pigeon': it is left out" in odd.stderr
    assert "Unknown protocol 'semaphore' of OTLP" in odd.stderr
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry/__init__.py").write_text("")
    without = nest(*run, VIRTUAL_ENV="", PYTHONPATH=str(tmp_path))
    assert "--otel needs the package opentelemetry-sdk, which is not installed" in without.stderr
    assert "OpenTelemetry enabled" not in without.stderr
    for result in (odd, without):
        assert "Traceback" not in result.stderr
        assert "Shutting down (exit code 1)" in result.stderr  # of the request for /missing
