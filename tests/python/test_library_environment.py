"""A script of one's own that runs users: `locust-nest python script.py`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import locust
from locust.env import Environment
from locust.exception import RunnerAlreadyExistsError

PROGRAM = os.readlink("/proc/self/exe")

SCRIPT = """
import gevent
from locust import User, constant, events, task
from locust.env import Environment
from locust.log import setup_logging
from locust.stats import stats_history, stats_printer

setup_logging("INFO")

class Visitor(User):
    wait_time = constant(0.01)
    @task
    def work(self):
        self.environment.events.request.fire(
            request_type="TEST", name="measured", response_time=5, response_length=3, exception=None, context={}
        )

class Buyer(Visitor):
    weight = 2

env = Environment(user_classes=[Visitor, Buyer], events=events)
for name in ("test_start", "spawning_complete", "test_stopping", "test_stop"):
    getattr(env.events, name).add_listener(lambda name=name, **kw: print(name, sorted(kw)))
runner = env.create_local_runner()
print(runner.state, runner.user_count, runner.target_user_count, runner.user_classes_count, runner.exceptions)
env.events.init.fire(environment=env, runner=runner, web_ui=None)
gevent.spawn(stats_printer(env.stats))
gevent.spawn(stats_history, env.runner)
runner.start(3, spawn_rate=100)
while runner.state != "running":
    gevent.sleep(0.01)
print(runner.user_count, runner.user_classes_count, runner.target_user_classes_count)
print(sorted(type(greenlet.args[0]).__name__ for greenlet in runner.user_greenlets))
def hello(environment, msg, **kw):
    print(msg.type, msg.data, msg.node_id, environment is env)
runner.register_message("hello", hello)
runner.send_message("hello", {"a": 1})
gevent.spawn_later(0.3, runner.quit)
runner.greenlet.join()
print(runner.state, runner.user_count, env.stats.total.num_requests > 10, list(env.stats.entries))
print(env.stats.get("measured", "TEST").avg_response_time, env.process_exit_code, env.web_ui)
"""


def test_a_script_runs_users_and_prints_their_statistics(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    result = subprocess.run(
        [PROGRAM, "python", "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "ready 0 0 {'Visitor': 0, 'Buyer': 0} {}",
        "test_start ['environment']",
        "spawning_complete ['user_count']",
        "3 {'Visitor': 1, 'Buyer': 2} {'Visitor': 1, 'Buyer': 2}",
        "['Buyer', 'Buyer', 'Visitor']",
        "hello {'a': 1} local True",
        "test_stopping ['environment']",
        "test_stop ['environment']",
        "stopped 0 True [('measured', 'TEST')]",
        "5.0 None None",
    ]
    assert "Ramping to 3 users at a rate of 100.00 per second" in result.stderr
    assert "Type     Name" in result.stderr


def test_an_environment_has_one_runner() -> None:
    environment = Environment(events=locust.event.Events())
    runner = environment.create_local_runner()
    with pytest.raises(RunnerAlreadyExistsError):
        environment.create_local_runner()
    assert environment.runner is runner


def test_what_does_not_exist_yet_says_so() -> None:
    environment = Environment()
    with pytest.raises(
        NotImplementedError, match="create_web_ui: the web interface of locust-nest does not exist"
    ):
        environment.create_web_ui("127.0.0.1", 8089)
    with pytest.raises(NotImplementedError, match="create_master_runner: .* use create_local_runner"):
        environment.create_master_runner("*", 5557)
    with pytest.raises(NotImplementedError, match="create_worker_runner"):
        environment.create_worker_runner("127.0.0.1", 5557)


def test_pytest_finds_the_fixtures_of_locust_by_itself(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it(session):\n"
        "    assert session.base_url == 'http://127.0.0.1:1'\n"
        "    assert session.get('/').status_code == 0\n"
    )
    command = [
        PROGRAM,
        "python",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--host",
        "http://127.0.0.1:1",
    ]
    result = subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_packages_that_ask_for_locusts_version_get_the_one_it_follows() -> None:
    from importlib.metadata import version

    assert version("locust") == locust.__version__


LOG_SCRIPT = """
import gc, logging, sys
from locust.log import setup_logging

gc.disable()
setup_logging("INFO", *sys.argv[1:])
handlers = len(logging._handlerList)
gc.collect()
assert len(logging._handlerList) == handlers
"""


@pytest.mark.parametrize("arguments", [[], ["run.log"]])
def test_setting_up_the_log_leaves_no_handler_to_the_garbage_collector(
    tmp_path: Path, arguments: list[str]
) -> None:
    """The end of a handler takes a lock of `logging`, which may be about to be let go just then."""
    result = subprocess.run(
        [PROGRAM, "python", "-c", LOG_SCRIPT, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
