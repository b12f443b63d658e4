"""Tasks that keep the thread for themselves, fork, or use up all descriptors."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import environment_with, program
from running import RunNest, StartNest

HOG = """
from locust import User, task, constant
class Visitor(User):
    wait_time = constant(0)
    @task
    def hog(self):
        self.environment.events.request.fire(
            request_type="GET", name="before", response_time=1, response_length=1, exception=None, context={})
        open("hogging", "w").close()
        while True:
            pass
"""


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 40
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_task_that_never_waits_is_named_and_ended_by_a_second_signal(
    start_nest: StartNest, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "model.py").write_text(HOG)
    process = start_nest(
        "-f", "model.py", "--headless", "-u", "3", "-r", "3", "--only-summary", "--csv", "out"
    )
    wait_for(tmp_path / "hogging")
    process.send_signal(number)
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "second signal" in line:
            break
    assert re.search(
        rf"{number.name} has to wait for hog\(\) at {tmp_path}/model.py:1[01], which lets nothing else run; "
        "a second signal ends the run at once, with its results",
        lines[-1],
    ), lines
    process.send_signal(number)
    _, rest = process.communicate(timeout=40)
    assert process.returncode in (0, 1), rest
    assert "Traceback" not in rest
    assert "GET,before,1,0," in (tmp_path / "out_stats.csv").read_text()
    assert "Aggregated" in rest


FORKS = """
import multiprocessing, os, sys
import gevent
from locust import User, task, constant, events
# Otherwise gevent may overlook the end of a first child, with Locust as well.
gevent.get_hub().loop.install_sigchld()
parent = os.getpid()
def work():
    open("worked", "a").write("x")
class Visitor(User):
    wait_time = constant(0.1)
    def on_stop(self):
        open("on_stop", "a").write("x")
    @task
    def fork(self):
        {body}
        if os.getpid() == parent and os.path.getsize("worked") > 1:
            self.environment.runner.quit()
@events.quitting.add_listener
def note(environment, **_):
    open("quitting", "a").write("x")
"""
BODIES = {
    "returns": "pid = os.fork()\n        if pid: os.waitpid(pid, 0)\n        else: work()",
    "exits": "pid = os.fork()\n        if pid: os.waitpid(pid, 0)\n        else: work(); sys.exit(3)",
    "raises": "pid = os.fork()\n        if pid: os.waitpid(pid, 0)\n        else: work(); raise RuntimeError('x')",
    "sleeps": "import time\n        pid = os.fork()\n        if pid: os.waitpid(pid, 0)\n"
    "        else: time.sleep(0.1); work(); os._exit(0)",
    "multiprocessing": "p = multiprocessing.get_context('fork').Process(target=work); p.start(); p.join()",
    "terminated": "import time\n"
    "        p = multiprocessing.get_context('fork').Process(target=time.sleep, args=(99,))\n"
    "        p.start(); p.terminate(); p.join(); work()",
}


@pytest.mark.parametrize("body", BODIES)
def test_a_forked_child_takes_nothing_of_the_run_with_it(nest: RunNest, tmp_path: Path, body: str) -> None:
    (tmp_path / "model.py").write_text(FORKS.replace("{body}", BODIES[body]))
    (tmp_path / "config.json").write_text(
        '{"dependencies": [{"name": "helper", "command": ["sleep", "100"]}]}'
    )
    result = nest(
        *("-f", "model.py", "--headless", "-u", "1", "-t", "50s", "--only-summary"),
        *("--csv", "out", "--config-file", "config.json"),
    )
    assert result.returncode == 0, result.stderr
    assert len((tmp_path / "worked").read_text()) > 1, "the first child's end ended the run"
    assert result.stderr.count("Response time percentiles") == 1
    assert result.stderr.count("Shutting down") == 1
    assert (tmp_path / "on_stop").read_text() == "x"
    assert (tmp_path / "quitting").read_text() == "x"
    assert "helper" not in result.stderr.replace("Started the dependencies helper", "")


def test_running_out_of_descriptors_is_told_at_the_start_and_by_each_failure(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("""
import socket
from locust import HttpUser, task, constant
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(512)
class Visitor(HttpUser):
    host = "http://127.0.0.1:%d" % listening.getsockname()[1]
    wait_time = constant(0.3)
    @task
    def visit(self):
        self.client.get("/", timeout=20)
""")
    result = subprocess.run(
        [
            "bash",
            "-c",
            "ulimit -n 64; $NEST -f model.py --headless -u 100 -r 100 -t 2s --only-summary --csv out",
        ],
        cwd=tmp_path,
        env=environment_with({"NEST": program()}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1, result.stderr
    warnings = [line for line in result.stderr.splitlines() if "Only 64 files may be open" in line]
    assert len(warnings) == 1 and "ulimit -n 1200" in warnings[0]
    failures = (tmp_path / "out_failures.csv").read_text()
    assert "OSError(24, 'Too many open files')" in failures
    assert os.path.getsize(tmp_path / "out_stats.csv")
