"""run_single_user, as a model calls it under `__main__`."""

from __future__ import annotations

import os
import subprocess

PROGRAM = os.readlink("/proc/self/exe")

MODEL = """
from locust import User, events, task
from locust.debug import run_single_user
from locust.exception import CatchResponseError, StopUser

@events.init.add_listener
def on_init(environment, runner, web_ui, **kwargs):
    print("init", runner, web_ui, environment.parsed_options.locustfile, environment.parsed_options.flavour)

@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--flavour", default="plain")

@events.test_start.add_listener
def on_test_start(environment, **kwargs):
    print("test_start")

class Visitor(User):
    @task
    def work(self):
        print(self.host, self is self.environment.single_user_instance)
        for exception in (None, CatchResponseError("too long"), ValueError("no")):
            self.environment.events.request.fire(
                request_type="GET", name="/", response_time=4.6, response_length=12, exception=exception, context={}
            )
        raise StopUser()

if __name__ == "__main__":
    run_single_user(Visitor, include_length=True)
"""


def test_a_single_user_runs_in_the_foreground_and_its_requests_are_printed(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    command = [PROGRAM, "python", "model.py", "--host", "http://given", "--flavour", "spicy"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    name = "/" + " " * 49
    assert result.stdout.splitlines() == [
        "",
        f"type\tname{' ' * 46}\tresp_ms\tlength\texception\t\t",
        "init None None model.py spicy",
        "test_start",
        "http://given True",
        f"GET\t{name}\t5      \t12\t{' ' * 9}\t",
        f"GET\t{name}\t5      \t12\ttoo long \t",
        f"GET\t{name}\t5      \t12\tValueError('no')\t",
    ]
