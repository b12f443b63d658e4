"""A run from the options to the exit code, without users: what is found, shown, asked and tested."""

from __future__ import annotations

import builtins
import importlib
import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

import locust.main
import locust_nest.main
from locust.env import Environment


class Project:
    """A working directory with models, and the run under test with the test itself replaced by a note."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment: Any = None
        self.exit_code = 0
        self.during_test: Callable[[], None] = lambda: None

    def write(self, name: str, text: str = "") -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()

    def run_test(self, environment: Environment, options: Any) -> int:
        self.environment = environment
        self.during_test()
        return self.exit_code

    def run(self, *arguments: str) -> int:
        return locust_nest.main.run(["--headless", "--skip-log-setup", *arguments], "locust-nest")

    @property
    def weights(self) -> dict[str, float]:
        return {name: cls.weight for name, cls in self.environment.user_classes_by_name.items()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "__import__", builtins.__import__)
    monkeypatch.setattr(importlib, "import_module", importlib.import_module)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(locust.main, "run_test", project.run_test)
    modules = dict(sys.modules)
    yield project
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """A user at a terminal who gives these answers."""
    remaining = list(answers)
    monkeypatch.setattr(locust_nest.main, "_stdin_is_terminal", lambda: True)
    monkeypatch.setattr(
        locust_nest.main, "Wizard", lambda: locust_nest.wizard.Wizard(lambda prompt: remaining.pop(0))
    )


USERS = """
from locust import HttpUser, TaskSet, task
class Buyer(HttpUser):
    weight = 3
    @task
    def t(self): pass
class Visitor(HttpUser):
    @task
    def t(self): pass
class Reading(TaskSet):
    @task
    def t(self): pass
"""


def test_users_run_with_their_weights_and_the_tests_exit_code_is_the_runs(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS)
    project.exit_code = 7
    assert project.run("-H", "http://localhost") == 7
    assert project.weights == {"Buyer": 3, "Visitor": 1}
    assert project.environment.host == "http://localhost"
    assert project.environment.events is locust.events
    assert project.environment.parsed_locustfiles == ["models/shop.py"]
    assert "Buyer            3  75.0%" in capsys.readouterr().out


def test_the_default_directory_is_models(project: Project) -> None:
    project.write("models/shop.py", USERS)
    assert project.run() == 0
    assert set(project.weights) == {"Buyer", "Visitor"}


def test_without_any_models_one_line_says_what_to_do(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.run() == 2
    assert capsys.readouterr().err.startswith("locust-nest: error: no models: there is no directory 'models'")


def test_the_model_directory_is_asked_for_on_a_terminal(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("elsewhere/shop.py", USERS)
    answer(monkeypatch, "elsewhere", "y")
    assert project.run() == 0
    assert set(project.weights) == {"Buyer", "Visitor"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "no model files (*.py) in models"),
        (["x = 1"], "No User class found! There is none in models: 1 file"),
        (
            ["1/0", ""],
            "No User class found! There is none in models: 2 files, of which 1 could not be imported",
        ),
        (
            ["from locust import TaskSet\nclass T(TaskSet):\n    tasks = [print]"],
            "No User class found! There is none in models: 1 file; 1 TaskSet would run with --include-tasksets",
        ),
    ],
)
def test_finding_nothing_to_run_is_one_line_and_exit_code_1(
    project: Project, capsys: pytest.CaptureFixture[str], files: list[str], message: str
) -> None:
    (project.path / "models").mkdir()
    for number, text in enumerate(files):
        project.write(f"models/m{number}.py", text)
    assert project.run() == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"locust-nest: error: {message}"


def test_broken_files_are_reported_and_the_others_run(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS)
    project.write("models/old.py", "print 'x'")
    assert project.run() == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("locust-nest: cannot import models/old.py:1: Python 2 syntax, print statement")


def test_broken_files_are_fatal_with_strict_and_when_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS)
    project.write("models/old.py", "print 'x'")
    assert project.run("--strict") == 1
    assert project.run("-f", "models/shop.py,models/old.py") == 1
    assert project.environment is None
    assert "error: 1 model file could not be imported" in capsys.readouterr().err


def test_the_configuration_gives_the_weights(project: Project) -> None:
    project.write("models/shop.py", USERS)
    project.write("config.json", json.dumps({"locusts": {"Buyer": 0, "Visitor": 9}}))
    assert project.run() == 0
    assert project.weights == {"Visitor": 9}
    project.write("other.json", json.dumps({"locusts": {"shop.py:Buyer": 2}}))
    assert project.run("--config-file", "other.json") == 0
    assert project.weights["Buyer"] == 2


def test_the_configuration_may_name_a_class_whose_file_is_broken(project: Project) -> None:
    project.write("models/shop.py", USERS)
    project.write("models/old.py", "from locust import HttpUser\nclass Old(HttpUser):\n    print 'x'\n")
    project.write("config.json", json.dumps({"locusts": {"Buyer": 2, "old.py:Old": 5}}))
    assert project.run() == 0
    assert project.weights == {"Buyer": 2, "Visitor": 1}


def test_a_name_in_the_configuration_that_is_no_class_is_one_line(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS)
    project.write("config.json", '{"locusts": {\n  "Buyr": 2}}')
    assert project.run() == 2
    assert "config.json:2:3: " in capsys.readouterr().err


def test_a_class_without_weight_anywhere_is_an_error(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS)
    project.write("config.json", json.dumps({"locusts": {"Buyer": 0, "Visitor": 0}}))
    assert project.run() == 1
    assert "nothing to run: every class has the weight 0" in capsys.readouterr().err


def test_a_configuration_of_the_models_own_does_not_disturb_a_plain_locustfile(project: Project) -> None:
    project.write("shop.py", USERS)
    project.write("config.json", '{"database": "x"}')
    assert project.run("-f", "shop.py") == 0
    assert set(project.weights) == {"Buyer", "Visitor"}


def test_the_environment_is_named_after_the_first_of_several_files(project: Project) -> None:
    project.write("a.py", USERS)
    project.write("b.py", USERS.replace("Buyer", "Seller").replace("Visitor", "Guest"))
    assert project.run("-f", "a.py,b.py", "Seller") == 0
    assert project.environment.locustfile == "a.py"
    assert project.environment.parsed_locustfiles == ["a.py", "b.py"]
    assert set(project.weights) == {"Seller"}
    assert set(project.environment.available_user_classes) == {"Buyer", "Visitor", "Seller", "Guest"}


def test_a_plain_locustfile_prints_and_asks_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("shop.py", USERS)
    answer(monkeypatch)
    assert project.run("-f", "shop.py") == 0
    assert capsys.readouterr() == ("", "")


def test_named_classes_run_alone(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.write("models/shop.py", USERS)
    assert project.run("Visitor") == 0
    assert set(project.weights) == {"Visitor"}
    assert project.run("Visitor", "Nobody") == 1
    assert "Unknown User(s): Nobody" in caplog.messages


def test_classes_of_one_name_run_side_by_side(project: Project) -> None:
    for directory in "ab":
        project.write(f"models/{directory}/locustfile.py", USERS)
    assert project.run("Buyer") == 0
    assert set(project.weights) == {"Buyer (a/locustfile.py)", "Buyer (b/locustfile.py)"}
    assert project.run("b/locustfile.py:Buyer") == 0
    assert set(project.weights) == {"Buyer (b/locustfile.py)"}


def test_loose_tasksets_run_in_a_nest_user_if_asked_for(project: Project) -> None:
    project.write("models/shop.py", USERS)
    assert project.run("-T", "-H", "http://localhost") == 0
    assert project.weights == {"Buyer": 3, "Visitor": 1, "NestUser": 1}
    assert project.run("-H", "http://localhost") == 0
    assert "NestUser" not in project.weights


def test_a_taskset_that_a_user_runs_is_not_included_unless_the_configuration_gives_it_a_weight(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/shop.py", USERS + "class Reader(HttpUser):\n    tasks = [Reading]\n")
    assert project.run("-T", "-H", "http://localhost") == 0
    assert "NestUser" not in project.weights
    assert "Reading" not in capsys.readouterr().out
    project.write("config.json", json.dumps({"tasksets": {"Reading": 2}}))
    assert project.run("-T", "-H", "http://localhost") == 0
    assert project.weights["NestUser"] == 2


def test_loose_tasksets_alone_are_enough_but_need_a_host(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/sets.py", "from locust import TaskSet\nclass T(TaskSet):\n    tasks = [print]")
    assert project.run("-T", "-H", "http://localhost") == 0
    assert project.weights == {"NestUser": 1}
    assert project.run("-T") == 2
    assert "name the server with --host" in capsys.readouterr().err


def test_loose_tasksets_test_the_one_host_that_all_users_have(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("models/sets.py", "from locust import TaskSet\nclass T(TaskSet):\n    tasks = [print]")
    user = "from locust import HttpUser, task\nclass {}(HttpUser):\n    host = '{}'\n    tasks = [print]\n"
    project.write("models/a.py", user.format("A", "http://one"))
    assert project.run("-T") == 0
    assert project.environment is not None
    assert {user_class.host for user_class in project.environment.user_classes} == {"http://one"}
    project.write("models/b.py", user.format("B", "http://two"))
    assert project.run("-T") == 2
    assert "the users' hosts differ (http://one, http://two)" in capsys.readouterr().err


def test_the_confirmation_is_asked_on_a_terminal_and_no_means_no(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("models/shop.py", USERS)
    answer(monkeypatch, "n")
    assert project.run() == 0
    assert project.environment is None
    answer(monkeypatch)
    assert project.run("-y") == 0
    assert project.environment is not None


def test_configure_asks_saves_and_runs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("models/shop.py", USERS)
    answer(monkeypatch, "bad", "5", "", "y", "y")
    assert project.run("--configure") == 0
    assert project.weights == {"Buyer": 5, "Visitor": 1}
    saved = json.loads((project.path / "config.json").read_text())
    assert saved["locusts"] == {"Buyer": 5, "Visitor": 1}


def test_ctrl_c_at_a_prompt_ends_without_a_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(prompt: str) -> str:
        raise KeyboardInterrupt

    project.write("models/shop.py", USERS)
    monkeypatch.setattr(locust_nest.main, "_stdin_is_terminal", lambda: True)
    monkeypatch.setattr(locust_nest.main, "Wizard", lambda: locust_nest.wizard.Wizard(interrupt))
    assert project.run() == 130
    assert capsys.readouterr().err == "\nlocust-nest: interrupted\n"


HELPER = {"locusts": {}, "dependencies": [{"name": "helper", "command": "echo $$ > pid; exec sleep 600"}]}


def helper_is_alive(project: Project) -> bool:
    try:
        os.kill(int((project.path / "pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    with gevent.Timeout(20):
        while not condition():
            gevent.sleep(0.01)


@pytest.fixture
def heeded_hangup() -> Iterator[None]:
    """Whoever runs the tests may have had it ignored, as nohup does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("ending", ["return", "sys.exit", "exception", "SIGTERM", "SIGHUP"])
@pytest.mark.usefixtures("heeded_hangup")
def test_helper_processes_are_stopped_however_the_run_ends(project: Project, ending: str) -> None:
    project.write("models/shop.py", USERS)
    project.write("config.json", json.dumps(HELPER))

    def end() -> None:
        wait_for(lambda: (project.path / "pid").exists() and bool((project.path / "pid").read_text()))
        assert helper_is_alive(project)
        if ending == "sys.exit":
            sys.exit(3)
        if ending == "exception":
            raise ZeroDivisionError
        if ending.startswith("SIG"):
            os.kill(os.getpid(), signal.Signals[ending])
            gevent.sleep(20)

    project.during_test = end
    expected = {"return": 0, "sys.exit": 3, "SIGTERM": 143, "SIGHUP": 129}
    if ending == "exception":
        with pytest.raises(ZeroDivisionError):
            project.run()
    else:
        assert project.run() == expected[ending]
    assert not helper_is_alive(project)


def test_the_death_of_a_helper_ends_the_run_with_exit_code_1(project: Project) -> None:
    project.write("models/shop.py", USERS)
    helper = {"name": "helper", "command": "while [ ! -e die ]; do sleep 0.01; done; exit 5"}
    project.write("config.json", json.dumps({"dependencies": [helper]}))

    def wait_for_the_end() -> None:
        ended = gevent.event.Event()
        project.environment.runner = SimpleNamespace(quit=ended.set)
        (project.path / "die").touch()
        assert ended.wait(20)
        project.exit_code = project.environment.process_exit_code

    project.during_test = wait_for_the_end
    assert project.run() == 1


def test_a_helper_that_cannot_start_is_one_line(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("models/shop.py", USERS)
    project.write("config.json", json.dumps({"dependencies": [{"name": "helper", "command": ["./missing"]}]}))
    assert project.run() != 0
    assert project.environment is None
    assert "helper" in capsys.readouterr().err.splitlines()[-1]


def test_the_only_shape_is_used_unless_the_number_of_users_is_given(project: Project) -> None:
    project.write("models/shop.py", USERS)
    project.write(
        "models/shape.py",
        "from locust import LoadTestShape\nclass S(LoadTestShape):\n    def tick(self): return None",
    )
    assert project.run() == 0
    assert type(project.environment.shape_class).__name__ == "S"
    assert project.run("-u", "5") == 0
    assert project.environment.shape_class is None
    assert project.run("-f", "models", "-u", "5") == 0
    assert type(project.environment.shape_class).__name__ == "S"
