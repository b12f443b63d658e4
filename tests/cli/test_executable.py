"""`sys.executable` in a model: a Python that has Locust, for models that start processes with it."""

import subprocess
import venv
from pathlib import Path

from running import RunNest

MODEL = """
import multiprocessing, subprocess, sys
from locust import User, task

def child(queue):
    import locust
    queue.put(locust.User.__name__)

def out(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout.strip()

class Parent(User):
    @task
    def start_children(self):
        context = multiprocessing.get_context("spawn")
        queue = context.Queue()
        process = context.Process(target=child, args=(queue,))
        process.start()
        print("spawned", queue.get(timeout=60))
        process.join()
        print("code", out("-c", "import locust, sys; print(locust.HttpUser.__name__, sys.argv)"))
        print("command", out("-m", "locust", "--version").split()[0])
        print("again", out("-c", "import sys; print(sys.executable)") == sys.executable)
        print("prefix", sys.prefix, out("-c", "import sys; print(sys.prefix)"))
        self.environment.runner.quit()
"""


def test_children_of_a_model_find_locust(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(MODEL)
    result = nest("-f", "m.py", "--headless")
    *lines, prefix = result.stdout.splitlines()
    assert lines == ["spawned User", "code HttpUser ['-c']", "command locust", "again True"], result.stderr
    assert len(set(prefix.split()[1:])) == 1


def test_children_stay_in_the_virtual_environment(nest: RunNest, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (tmp_path / "m.py").write_text(MODEL)
    python = subprocess.run(
        [tmp_path / "env/bin/python", "-c", "import sys; print(sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=True,
    )
    prefix = nest("-f", "m.py", "--headless", VIRTUAL_ENV=str(tmp_path / "env")).stdout.splitlines()[-1]
    if python.stdout.strip() == "(3, 11)":
        assert prefix == f"prefix {tmp_path / 'env'} {tmp_path / 'env'}"
