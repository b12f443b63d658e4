"""How a run ends: exit codes, the order of the last events, and that the results always come."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

DEADLINE_S = 60
PROGRAM = os.readlink("/proc/self/exe")

HEAD = """
import os, sys, time
import gevent
from locust import HttpUser, LoadTestShape, User, constant, events, task
from locust.exception import StopUser

def note(line):
    print(line, flush=True)

def succeed(environment, exception=None):
    environment.events.request.fire(request_type="TEST", name="measured", response_time=1, response_length=0,
                                    exception=exception, context={})

@events.test_stop.add_listener
def on_test_stop(environment, **kwargs):
    note(f"test_stop {environment.runner.user_count}")

@events.quitting.add_listener
def on_quitting(environment, **kwargs):
    note("quitting")

@events.quit.add_listener
def on_quit(exit_code, **kwargs):
    note(f"quit {exit_code}")

class Visitor(User):
    wait_time = constant(1000)

    def on_stop(self):
        note("on_stop")
"""


@dataclass
class Outcome:
    exit_code: int
    stdout: list[str]
    stderr: str

    def has_results(self) -> bool:
        """The final tables, with the one request that was measured."""
        rows = [line.split() for line in self.stderr.splitlines()]
        return any(row[:3] == ["TEST", "measured", "1"] for row in rows)


def start(tmp_path: Path, model: str, *options: str) -> subprocess.Popen[str]:
    locustfile = tmp_path / "model.py"
    locustfile.write_text(HEAD + model)
    command = [PROGRAM, "-f", str(locustfile), "--headless", "--only-summary", *options]
    return subprocess.Popen(
        command,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], first_lines: str = "") -> Outcome:
    try:
        stdout, stderr = process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
    return Outcome(process.returncode, (first_lines + stdout).splitlines(), stderr)


def run(tmp_path: Path, model: str, *options: str) -> Outcome:
    return finish(start(tmp_path, model, *options))


QUITS = """
    @task
    def work(self):
        succeed(self.environment)
        self.environment.runner.quit()
"""
ENDS = ["on_stop", "test_stop 0", "quitting", "quit 0"]


def test_a_run_that_goes_well_ends_with_0_its_events_and_its_results(tmp_path):
    outcome = run(tmp_path, QUITS)
    assert (outcome.exit_code, outcome.stdout) == (0, ENDS)
    assert outcome.has_results()
    for message in (
        "Starting Locust ",
        "Ramping to 1 users at a rate of 1.00 per second",
        "No run time limit set, use CTRL+C to interrupt",
        "Shutting down (exit code 0)",
        "Aggregated",
        "Response time percentiles (approximated)",
    ):
        assert message in outcome.stderr


def test_the_events_of_a_run_and_their_keywords(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        while self.environment.runner.state != "running":
            gevent.sleep(0.001)
        self.environment.runner.quit()

def tell(name):
    getattr(events, name).add_listener(lambda **keywords: note(f"{name} {sorted(keywords)}"))

for name in ("init", "test_start", "spawning_complete", "test_stopping", "test_stop", "quitting", "quit"):
    tell(name)
events.quitting.add_listener(lambda **keywords: note("the last listener first"))
"""
    outcome = run(tmp_path, model)
    assert outcome.stdout == [
        "init ['environment', 'runner', 'web_ui']",
        "test_start ['environment']",
        "spawning_complete ['user_count']",
        "test_stopping ['environment']",
        "on_stop",
        "test_stop 0",
        "test_stop ['environment']",
        "the last listener first",
        "quitting ['environment']",
        "quitting",
        "quit 0",
        "quit ['exit_code']",
    ]


def test_the_run_time_limit_ends_a_run(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
"""
    outcome = run(tmp_path, model, "-t", "1", "-u", "1")
    assert (outcome.exit_code, outcome.stdout) == (0, ENDS)
    assert "Run time limit set to 1 seconds" in outcome.stderr
    assert "--run-time limit reached, shutting down" in outcome.stderr
    assert outcome.has_results()


@pytest.mark.parametrize(
    "listener, options, exit_code",
    [
        (
            "@events.quitting.add_listener\ndef end(environment, **kw): environment.process_exit_code = 9",
            [],
            9,
        ),
        ("@events.quitting.add_listener\ndef end(environment, **kw): raise ValueError('no')", [], 2),
        ("@events.test_start.add_listener\ndef end(environment, **kw): raise ValueError('no')", [], 2),
        ("@events.request.add_listener\ndef end(**kw): raise ValueError('no')", [], 2),
        ("@events.quitting.add_listener\ndef end(environment, **kw): sys.exit(5)", [], 5),
        ("@events.test_start.add_listener\ndef end(environment, **kw): sys.exit(5)", [], 5),
        ("@events.quit.add_listener\ndef end(**kw): sys.exit(5)", [], 5),
        ("def end(self): raise ValueError('no')\nVisitor.on_start = end", ["-t", "1"], 1),
        ("def end(self): succeed(self.environment, ValueError('no'))\nVisitor.on_start = end", [], 1),
        (
            "def end(self): succeed(self.environment, ValueError('no'))\nVisitor.on_start = end",
            ["--exit-code-on-error", "0"],
            0,
        ),
        (
            "def end(self): succeed(self.environment, ValueError('no'))\nVisitor.on_start = end",
            ["--exit-code-on-error", "66"],
            66,
        ),
    ],
)
def test_the_exit_code_says_what_went_wrong(tmp_path, listener, options, exit_code):
    outcome = run(tmp_path, QUITS + "\n" + listener, *options)
    assert outcome.exit_code == exit_code, outcome.stderr
    assert "Shutting down (exit code" in outcome.stderr and "Aggregated" in outcome.stderr


def test_an_exception_in_a_task_makes_1_of_the_exit_code(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        gevent.spawn(self.environment.runner.quit)
        raise ValueError("out of stock")
"""
    outcome = run(tmp_path, model)
    assert outcome.exit_code == 1 and outcome.has_results()
    assert "out of stock" in outcome.stderr and "Traceback" in outcome.stderr


@pytest.mark.parametrize(
    "error, exit_code", [("ValueError('no')", 1), ("StopUser()", 1), ("SystemExit(5)", 5)]
)
def test_a_broken_init_listener_ends_the_run_before_it_begins(tmp_path, error, exit_code):
    listener = f"\n@events.init.add_listener\ndef init(environment, **kw): raise {error}"
    outcome = run(tmp_path, QUITS + listener)
    assert outcome.exit_code == exit_code
    assert "Ramping" not in outcome.stderr


def test_quit_in_an_init_listener_leaves_nothing_to_run(tmp_path):
    listener = "\n@events.init.add_listener\ndef init(environment, **kw): environment.runner.quit()"
    outcome = run(tmp_path, QUITS + listener)
    assert outcome.exit_code == 0 and "Ramping" not in outcome.stderr


@pytest.mark.parametrize("argument, exit_code", [("7", 7), ("", 0), ("'a reason'", 1)])
def test_sys_exit_in_a_task_ends_the_run_with_its_code_and_results(tmp_path, argument, exit_code):
    model = f"""
    @task
    def work(self):
        succeed(self.environment)
        sys.exit({argument})
"""
    outcome = run(tmp_path, model)
    assert outcome.exit_code == exit_code
    # The user itself is gone like a process that exits.
    assert outcome.stdout == ["quitting", "test_stop 0", f"quit {exit_code}"]
    assert outcome.has_results()
    assert ("a reason" in outcome.stderr) == ("reason" in argument)


def test_sys_exit_in_an_on_stop_lets_the_other_users_stop(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        wait = gevent.sleep
        while self.environment.runner.user_count < 3:
            wait(0.001)
        gevent.spawn(self.environment.runner.quit)

    def on_stop(self):
        note("on_stop")
        sys.exit(6)
"""
    outcome = run(tmp_path, model, "-u", "3", "-r", "1000")
    assert outcome.exit_code == 6
    assert outcome.stdout.count("on_stop") == 3
    assert "test_stop 0" in outcome.stdout and "Aggregated" in outcome.stderr


def test_sys_exit_in_a_test_stopping_listener_ends_the_run_with_its_code_and_results(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        gevent.sleep(0.1)

    def on_start(self):
        self.environment.events.test_stopping.add_listener(lambda **_: sys.exit(7))
"""
    outcome = run(tmp_path, model, "-t", "1")
    assert outcome.exit_code == 7
    assert outcome.has_results()


WAITS = """
    @task
    def work(self):
        succeed(self.environment)
        note("ready")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_with_its_results(tmp_path, number):
    process = start(tmp_path, WAITS)
    first = process.stdout.readline()
    process.send_signal(number)
    outcome = finish(process, first)
    assert outcome.exit_code == 0
    assert outcome.stdout == ["ready", "quitting", "on_stop", "test_stop 0", "quit 0"]
    assert outcome.has_results()
    assert ("Got SIGTERM signal" in outcome.stderr) == (number == signal.SIGTERM)


def test_a_second_signal_abandons_users_that_do_not_stop(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        note("ready")

    def on_stop(self):
        note("on_stop")
        gevent.sleep(1000)
"""
    process = start(tmp_path, model)
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    while "on_stop" not in first:
        first += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    outcome = finish(process, first)
    assert outcome.exit_code == 0 and outcome.has_results()
    assert outcome.stdout[-2:] == ["test_stop 0", "quit 0"]


def test_a_second_signal_reaches_a_model_that_computes_without_end(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)
        note("ready")
        while True:
            pass
"""
    process = start(tmp_path, model)
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    # Signals that are pending together are one: a second one too early would count for nothing.
    deadline = time.monotonic() + DEADLINE_S
    while process.poll() is None and time.monotonic() < deadline:
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    outcome = finish(process, first)
    assert outcome.exit_code == 0 and outcome.has_results()


def test_users_without_a_host_stop_the_test(tmp_path):
    model = """
class Homeless(HttpUser):
    @task
    def work(self): ...

del Visitor
"""
    outcome = run(tmp_path, model, "-t", "20")
    assert "You must specify the base host." in outcome.stderr
    assert "Stopping Locust..." in outcome.stderr
    assert outcome.stdout == ["test_stop 0", "quitting", f"quit {outcome.exit_code}"]
    assert outcome.exit_code == 0


def test_a_shape_ends_the_run_when_it_is_through(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)

class Once(LoadTestShape):
    ticks = iter([(1, 1000)])
    def tick(self):
        return next(self.ticks, None)
"""
    outcome = run(tmp_path, model, "-u", "5")
    assert (outcome.exit_code, outcome.stdout) == (0, ENDS)
    assert "Shape test stopping" in outcome.stderr
    assert "Shape test completed, shutting down" in outcome.stderr
    assert "The following option(s) will be ignored: --users" in outcome.stderr
    assert outcome.has_results()


def test_a_run_time_limit_does_not_cut_a_shape_short(tmp_path):
    model = """
    @task
    def work(self):
        succeed(self.environment)

class Patient(LoadTestShape):
    def tick(self):
        return (1, 1000) if self.get_run_time() < 1.5 else note("shape ends")
"""
    outcome = run(tmp_path, model, "-t", "1")
    assert (outcome.exit_code, outcome.stdout) == (0, ["shape ends", *ENDS])
    assert "will be ignored: --run-time" in outcome.stderr


def test_a_shape_that_reads_the_common_options_is_not_warned_about(tmp_path):
    model = """
    @task
    def work(self):
        pass

class Follower(LoadTestShape):
    use_common_options = True
    ticks = iter([1])
    def tick(self):
        for _ in self.ticks:
            options = self.runner.environment.parsed_options
            note(f"{options.num_users} {options.spawn_rate} {options.run_time}")
"""
    outcome = run(tmp_path, model, "-u", "3", "-r", "4", "-t", "1m")
    assert (outcome.exit_code, outcome.stdout[0]) == (0, "3 4.0 60")
    assert "no impact on LoadShapes" not in outcome.stderr


def test_a_run_without_numbers_has_one_user_and_models_read_so(tmp_path):
    model = (
        QUITS
        + """
@events.test_start.add_listener
def start(environment, **kw):
    options = environment.parsed_options
    note(f"{options.num_users} {options.spawn_rate} {options.run_time}")
"""
    )
    assert run(tmp_path, model).stdout == ["1 1 None", *ENDS]


def test_parsed_options_have_every_option_and_those_of_the_model(tmp_path):
    model = (
        QUITS
        + """
@events.init_command_line_parser.add_listener
def add(parser, **kw):
    parser.add_argument("--flavour", default="plain", is_secret=True, include_in_web_ui=False)
    parser.add_argument("--depth", type=int, default=3, env_var="MODEL_DEPTH")

@events.init.add_listener
def init(environment, **kw):
    o = environment.parsed_options
    note((o.flavour, o.depth, o.num_users, o.headless, o.web_port, o.run_time, o.tags, o.stop_timeout))
"""
    )
    os.environ["MODEL_DEPTH"] = "5"
    try:
        outcome = run(tmp_path, model, "-u", "1", "-s", "2")
    finally:
        del os.environ["MODEL_DEPTH"]
    assert outcome.stdout[0] == "('plain', 5, 1, True, 8089, None, None, 2)"
