"""Models of 0.x and of today in one directory run in one test, each in its own way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import RunNest

OLD = """
from locust import Locust, TaskSet, TaskSequence, events, runners, seq_task, task
from locust.exception import StopLocust

def report(name, response_time):
    events.request_success.fire(request_type="OLD", name=name, response_time=response_time, response_length=0)

class Steps(TaskSequence):
    @seq_task(2)
    def second(self):
        report("second", 2)
        raise StopLocust()

    @seq_task(1)
    def first(self):
        report("first", 1)

class WebsiteUser(Locust):
    task_set = Steps
    min_wait = max_wait = 5

def on_hatched(user_count):
    print("old: hatched", user_count)

def on_quitting():
    print("old: quitting", runners.locust_runner.stats.total.num_requests)

events.hatch_complete += on_hatched
events.quitting += on_quitting
"""

NEW = """
from locust import User, constant, events, task
from locust.exception import StopUser

class WebsiteUser(User):
    wait_time = constant(0.005)
    min_wait = max_wait = 600000

    def on_start(self):
        self.fire("on_start")

    def fire(self, name):
        self.environment.events.request.fire(
            request_type="NEW", name=name, response_time=1, response_length=0, exception=None, context={}
        )

    @task
    def work(self):
        self.fire("work")
        if self.environment.stats.get("work", "NEW").num_requests == 4:
            raise StopUser()

@events.spawning_complete.add_listener
def on_spawned(user_count, **kwargs):
    print("new: spawned", user_count)

@events.request.add_listener
def on_request(request_type, name, **kwargs):
    print("new: heard", request_type, name)
"""


@pytest.mark.parametrize(
    "options",
    [
        ("--no-web", "-c", "2", "-r", "100", "-t", "3s"),
        ("--headless", "-u", "2", "-r", "100", "-t", "3s"),
    ],
)
def test_both_eras_run_in_one_test(nest: RunNest, tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "old.py").write_text(OLD)
    (tmp_path / "models" / "new.py").write_text(NEW)
    result = nest("--model_dir", "models", *options, "--only-summary", "--json-file", "run")
    assert result.returncode == 0, result.stderr
    counts = {
        (entry["method"], entry["name"]): entry["num_requests"]
        for entry in json.loads((tmp_path / "run.json").read_text())
    }
    assert counts == {("OLD", "first"): 1, ("OLD", "second"): 1, ("NEW", "on_start"): 1, ("NEW", "work"): 4}
    heard = [line.removeprefix("new: heard ") for line in result.stdout.splitlines() if "heard" in line]
    assert sorted(heard) == sorted(["OLD first", "OLD second", "NEW on_start", *["NEW work"] * 4])
    for line in ("old: hatched 2", "new: spawned 2", "old: quitting 7"):
        assert line in result.stdout.splitlines()
